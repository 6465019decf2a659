"""What the desk shows: frozen values that cross from the desk's core to its pages and commands.

Nothing here opens, signs or fetches. Ids are lower-case hex: a case's id is its thread (64 digits), an object's id 32,
a device's id 32, an epoch 32. Days are "YYYY-MM-DD"; the desk knows no instants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

State = Literal["new", "locked", "unlocked"]
Unfinished = Literal["founding", "joining"]
View = Literal["all", "danger", "new", "mine", "waiting", "closed", "alarms"]
# The order is the order of work; "waiting" needs a day and a reason, "closed" a reason.
STATUSES = (
    "new",
    "reading",
    "needs answer",
    "waiting",
    "assessed",
    "drafting",
    "awaiting second reader",
    "sent",
    "follow-up",
    "closed",
)


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that must not be taken for content. `case` is None when it concerns no single case."""

    kind: str
    object: str | None
    says: str
    case: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the roster. `words` are the fingerprint of the person's public keys, to be compared by voice."""

    id: str
    name: str
    roles: tuple[str, ...]
    status: str
    since: str
    words: tuple[str, ...]
    me: bool

    @property
    def admin(self) -> bool:
        return "admin" in self.roles

    @property
    def reviewer(self) -> bool:
        return "reviewer" in self.roles


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """A row of the inbox. `acts` are facet codes; `unread` counts the reporter's messages nobody has opened here."""

    id: str
    day: str
    last_day: str
    country: str | None
    acts: tuple[str, ...]
    danger: bool
    status: str
    until: str | None
    assigned: str | None
    assigned_name: str | None
    unread: int
    alarms: int
    demo: bool


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A file of a message. `name` is safe to save under; `here` tells whether its sealed bytes have arrived."""

    object: str
    name: str
    type: str
    size: int
    sha256: str
    day: str
    here: bool


@dataclass(frozen=True, slots=True)
class CaseMessage:
    """One message of a case, in its order. `who` is "reporter" or a device id; `sealed_by` the key that opened it."""

    object: str
    who: str
    who_name: str
    day: str
    kind: str
    text: str
    to_reporter: bool
    sealed_by: str | None
    content: Mapping[str, Any]
    files: tuple[CaseFile, ...]


@dataclass(frozen=True, slots=True)
class StatusChange:
    day: str
    who: str
    who_name: str
    status: str
    reason: str
    until: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    """A routing decision as it was recorded: with the catalogue's digest and the facets it was made on."""

    day: str
    who: str
    who_name: str
    catalogue: str
    facets: Mapping[str, Any]
    recommended: tuple[str, ...]
    chosen: tuple[Mapping[str, str], ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Case:
    """Everything the desk knows of one thread. `report` is the first report's content, {} when none has arrived.

    `facets` has the keys that routing takes (country, act_types, …), from the report's codes and the reviewers'
    corrections. `sealed_by` names the intake keys this case is sealed to, oldest first.
    """

    summary: CaseSummary
    report: Mapping[str, Any]
    messages: tuple[CaseMessage, ...]
    files: tuple[CaseFile, ...]
    statuses: tuple[StatusChange, ...]
    decisions: tuple[Decision, ...]
    alarms: tuple[Alarm, ...]
    sealed_by: tuple[str, ...]
    facets: Mapping[str, Any]
    consents: Mapping[str, bool]
    can_reply: bool

    @property
    def notes(self) -> tuple[CaseMessage, ...]:
        return tuple(m for m in self.messages if m.kind == "note")


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file being opened. Seal, true size and SHA-256 were checked before the first chunk is given."""

    name: str
    size: int
    chunks: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A mechanism that the rules name for a case. `role` is "primary", "secondary" or "referral".

    `blocked` means that it would be recommended but for a consent, which `missing` names; `drafted` that this program
    prepares its communication.
    """

    id: str
    name: str
    role: str
    kind: str
    reasons: tuple[str, ...]
    missing: tuple[str, ...]
    blocked: bool
    drafted: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A prepared communication. `refused` says which consent is missing; then `text` is empty."""

    mechanism: str
    kind: str
    title: str
    text: str
    missing: tuple[str, ...]
    refused: str | None


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody who answered a one-time code and waits. An admin compares `words` with the person before admitting.

    `asks` is "join" (a new person) or "shelf" (a restored desk of `name` that asks for the keys again).
    """

    id: str
    asks: Literal["join", "shelf"]
    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IntakeKey:
    """One intake key. `state` is "in force", "accepting" (older, reports may still arrive), or "closed"."""

    epoch: str
    serial: int
    state: str
    publish_from: str
    publish_until: str
    accept_until: str
    destroy_after: str
    opens_here: bool
    sealed: int


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one visit to the intake brought. `days` are the days whose lists had to be read."""

    fetched: int
    sent: int
    days: int
    alarms: tuple[Alarm, ...]


@dataclass(frozen=True, slots=True)
class Founding:
    """The first desk, keys made and enrolled, waiting until a copy of the identity file was saved elsewhere.

    `copy()` gives the file to save. `finish(confirm)` takes the saved file back (any other bytes are refused), or
    None when the person said in words that it is saved; it then publishes the directory and the first intake key.
    """

    words: tuple[str, ...]
    copy: Callable[[], bytes]
    finish: Callable[[bytes | None], None]


@dataclass(frozen=True, slots=True)
class Joining:
    """A desk that asked to join. `words` are read to the admin; `check()` is True once the admin has admitted it."""

    words: tuple[str, ...]
    check: Callable[[], bool]
