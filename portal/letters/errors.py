"""Why no draft was made. Messages are sentences for the reviewer."""

from __future__ import annotations


class DraftError(Exception):
    """No draft can be made; `hint` says what a person does next."""

    def __init__(self, sentence: str, hint: str) -> None:
        super().__init__(sentence)
        self.hint = hint


class ConsentMissing(DraftError):
    """A consent without which nothing is drafted. `scope` is its letter, `words` what it allows."""

    def __init__(self, scope: str, words: str) -> None:
        super().__init__(
            f"Consent {scope} is missing: {words}",
            "Ask the person through the mailbox; nothing is drafted before.",
        )
        self.scope = scope
        self.words = words


class NoForm(DraftError):
    """There is no draft form for this mechanism, or not for this kind of communication."""
