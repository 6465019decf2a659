"""The forms of the pages that work without scripts: what is too long, and what cannot be read.

Without protection against forged posts (CSRF), on purpose: that protects what a cookie or password gives a right to,
and the intake has neither. A stranger's page can post here only what anybody can post here, and learns no receipt.
"""

from __future__ import annotations

from collections.abc import Callable

from flask_wtf import FlaskForm
from wtforms import Field, StringField, TextAreaField
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from crypto.errors import ReceiptError
from portal.questions import MAX_AREA, MAX_TEXT
from portal.text import N_
from portal.text import gettext as _
from portal.wording import every_field


class PlainForm(FlaskForm):
    """A form of a site without cookies."""

    class Meta:
        csrf = False

    def faults(self) -> dict[str, str]:
        """The first fault of each field, for the person who typed it."""
        self.validate()
        return {name: str(found[0]) for name, found in self.errors.items() if name is not None}


def not_longer(most: int) -> Callable[[BaseForm, Field], None]:
    """A text of at most so many letters."""

    def check(_form: BaseForm, field: Field) -> None:
        if len(field.data or "") > most:
            raise ValidationError(too_long(most))

    return check


def too_long(most: int) -> str:
    """What is said of a text with more letters than a message holds."""
    return _("This is longer than {most} letters. Shorten it, or attach it as a file.").format(most=f"{most:,}")


class ReportForm(PlainForm):
    """The report. Everything but the length of texts is read by `portal.questions`, which refuses nothing."""


for asked in every_field():
    if asked.kind == "area":
        setattr(ReportForm, asked.name, TextAreaField(validators=[not_longer(MAX_AREA)]))
    elif asked.kind == "text":
        setattr(ReportForm, asked.name, StringField(validators=[not_longer(MAX_TEXT)]))


class AnswerForm(PlainForm):
    """A further message of somebody who came back."""

    text = TextAreaField(validators=[not_longer(MAX_AREA)])


# By the fault of a ReceiptError; one more where it can name a place, or a word that looks like what was typed.
MISTYPED = {
    "empty": N_("Type your receipt: 36 digits, or 11 words."),
    "mixed": N_("There are words and digits. Type only one of the two forms."),
    "letter": N_("Group {place} has the letter “{given}”. Type only digits, or only words."),
    "digits": N_("There are {count} digits instead of 36."),
    "digits-place": N_("There are {count} digits instead of 36. Look at group {place}."),
    "word": N_("Word {place}, “{given}”, is not in the list."),
    "word-nearest": N_("Word {place}, “{given}”, is not in the list. Is it “{nearest}”?"),
    "words": N_("There are {count} words instead of 11."),
    "checksum": N_("At least one digit or word is wrong. Compare it with what you wrote down."),
}


def mistyped(error: ReceiptError) -> str:
    """What is wrong with a receipt as it was typed, in words of this language."""
    key: str = error.fault
    if key == "digits" and error.place:
        key = "digits-place"
    if key == "word" and error.nearest:
        key = "word-nearest"
    nearest = error.nearest[0] if error.nearest else ""
    named = {"place": error.place, "given": error.given, "count": error.count, "nearest": nearest}
    return _(MISTYPED[key]).format_map(named)
