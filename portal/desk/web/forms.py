"""The desk's forms: what a person types, checked on submission. Every one carries a CSRF token.

Labels stand in the templates; what is said about a wrong answer stands here, in the same words for the summary at the
top and for the field.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    Field,
    IntegerField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length, NumberRange, Optional, StopValidation

from portal.desk.model import STATUSES
from portal.text import N_

TEXT_LIMIT = 100_000
PASSPHRASE_LEAST = 12

_name = [
    DataRequired(N_("Type the name your colleagues will see.")),
    Length(max=80, message=N_("Use a name of at most 80 characters.")),
]
_new_passphrase = [
    InputRequired(N_("Type a passphrase.")),
    Length(
        min=PASSPHRASE_LEAST, message=N_("Use a passphrase of at least 12 characters; seven random words are best.")
    ),
]
_again = [EqualTo("passphrase", N_("The two passphrases differ. Type the same one twice."))]
_code = [DataRequired(N_("Type the one-time code."))]
_text = Length(max=TEXT_LIMIT, message=N_("This text is too long: 100,000 characters at most."))


def offer(pairs: Iterable[tuple[str, str]]) -> list[Any]:
    """(value, words) as choices of a select field."""
    return [SelectChoice(value, words) for value, words in pairs]


def typed(field: Field) -> str:
    """What was typed or chosen in a field, "" when it was left out of the form altogether."""
    return str(field.data or "")


def ticked(field: Field) -> list[str]:
    """The values of a field with several answers."""
    return [str(value) for value in field.data or ()]


class ActForm(FlaskForm):
    """A button: nothing but the CSRF token."""


class FoundForm(FlaskForm):
    name = StringField(validators=_name)
    code = StringField(validators=_code)
    passphrase = PasswordField(validators=_new_passphrase)
    again = PasswordField(validators=_again)


class JoinForm(FoundForm):
    """The same four questions; the code comes from an admin instead of the intake."""


class RestoreForm(FlaskForm):
    identity = FileField(validators=[FileRequired(N_("Choose the identity file that you saved."))])
    passphrase = PasswordField(validators=[InputRequired(N_("Type the passphrase of that file."))])


class SavedForm(FlaskForm):
    """Shows that the identity file is kept elsewhere: the file itself, or the word for it."""

    identity = FileField()
    word = StringField()

    def validate_word(self, field: StringField) -> None:
        if not self.identity.data and (field.data or "").strip().lower() != "saved":
            raise ValidationError(N_("Choose the file you saved, or type the word saved."))


class UnlockForm(FlaskForm):
    passphrase = PasswordField(validators=[InputRequired(N_("Type your passphrase."))])


class ReplyForm(FlaskForm):
    text = TextAreaField(validators=[DataRequired(N_("Write what the person should read.")), _text])


class NoteForm(FlaskForm):
    text = TextAreaField(validators=[DataRequired(N_("Write the note.")), _text])


def day_when_waiting(form: StatusForm, field: DateField) -> None:
    """A case waits until a day; every other status may leave the day out."""
    if "".join(field.raw_data or ()).strip():
        return
    field.errors = []
    if form.status.data == "waiting":
        raise StopValidation(N_("Say until which day the case waits."))
    raise StopValidation()


class StatusForm(FlaskForm):
    status = SelectField(choices=offer((status, status) for status in STATUSES))
    reason = StringField(validators=[Length(max=1000, message=N_("Use at most 1,000 characters."))])
    until = DateField(validators=[day_when_waiting])

    def validate_reason(self, field: StringField) -> None:
        if self.status.data in ("waiting", "closed") and not (field.data or "").strip():
            raise ValidationError(N_("Say why: waiting and closed need a reason."))


class AssignForm(FlaskForm):
    """Choices are the people in the roster; the first one is nobody."""

    device = SelectField()


class FacetsForm(FlaskForm):
    """What routing looks at. Choices come from the vocabulary."""

    country = SelectField()
    year = IntegerField(validators=[Optional(), NumberRange(1945, 2200, N_("Type the year with four digits."))])
    act_types = SelectMultipleField()
    victim_profile = SelectMultipleField()
    un_body_cooperated = SelectMultipleField()
    urgency = SelectField()
    perpetrator = SelectMultipleField()
    detail = StringField(validators=[Length(max=200, message=N_("Use at most 200 characters."))])
    names = TextAreaField(validators=[_text])


class DecideForm(FlaskForm):
    """The recommended mechanisms that were ticked, and one that the reviewer adds; at least one of them."""

    chosen = SelectMultipleField()
    other = SelectField(default="")
    other_kind = SelectField(default="other letter")

    def validate_chosen(self, field: SelectMultipleField) -> None:
        if not field.data and not self.other.data:
            raise ValidationError(N_("Choose at least one mechanism."))

    reason = TextAreaField(validators=[DataRequired(N_("Say why: the reason is recorded in the case.")), _text])


class AdmitForm(FlaskForm):
    roles = SelectMultipleField(
        choices=offer((role, role) for role in ("reviewer", "admin")),
        validators=[InputRequired(N_("Choose at least one role."))],
    )
    compared = BooleanField(
        validators=[InputRequired(N_("Compare the words with the person first, then tick the box."))]
    )


class RotateForm(FlaskForm):
    sure = BooleanField(validators=[InputRequired(N_("Tick the box to make the new key."))])
