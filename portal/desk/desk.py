"""The desk as its pages and commands see it: one object, with a lock.

Rules it keeps: private keys exist only in memory and only while unlocked; nothing decrypted is written to disk; every
error that leaves it is a DeskError. All methods may be called from several threads; fetching goes on beside them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from crypto.errors import CryptoError
from crypto.passphrase import generate_passphrase
from portal.desk import casework, people, sync
from portal.desk.archive import Archive
from portal.desk.autolock import AutoLock
from portal.desk.beginning import Beginning
from portal.desk.client import Client
from portal.desk.errors import DeskError, Locked, Refused, Unreachable, Untrusted
from portal.desk.home import Home
from portal.desk.keyring import SCRYPT_LOG_N, Keyring, Turnstile
from portal.desk.model import (
    Alarm,
    Case,
    CaseSummary,
    Draft,
    Founding,
    IntakeKey,
    Joining,
    OpenedFile,
    Pending,
    Person,
    State,
    Suggestion,
    SyncReport,
    Unfinished,
    View,
)
from portal.desk.session import Session
from portal.mechanisms import GateNote, Recommendations

if TYPE_CHECKING:
    from portal.settings import DeskSettings

_T = TypeVar("_T")
_UNFINISHED: dict[str, Unfinished] = {"enrolled": "founding", "saved": "founding", "asked": "joining"}


class Desk:
    """One person's desk over `settings.folder`. Constructing it touches no disk and no network."""

    def __init__(self, settings: DeskSettings, *, scrypt_log_n: int = SCRYPT_LOG_N) -> None:
        self.settings = settings
        self._home = Home(settings.folder)
        self._archive = Archive(self._home.archive)
        self._log_n = scrypt_log_n
        self._turnstile = Turnstile()
        self._guard = threading.RLock()
        self._visiting = threading.Lock()
        self._auto = AutoLock(self.lock)
        self._keys: Keyring | None = None
        self._session: Session | None = None
        self._last_sync: datetime | None = None

    # The lock.
    @property
    def state(self) -> State:
        """Where this desk stands. An unlocked one whose time is over is locked by asking."""
        with self._guard:
            if self._keys is not None and self._auto.over:
                self.lock()
            if self._keys is not None:
                return "unlocked"
            return "new" if self._home.stage() in (None, "keys") else "locked"

    @property
    def unfinished(self) -> Unfinished | None:
        """What was begun here and not ended."""
        return _UNFINISHED.get(self._home.stage() or "new")

    def unlock(self, passphrase: str) -> None:
        """Raises WrongPassphrase, which says how long the next try must wait."""
        with self._guard, _sentences():
            if self.state == "new":
                raise DeskError("This desk is new.", "Found or join an organisation first.")
            self._enter(self._turnstile.open(self._home, passphrase, self._log_n))

    def lock(self) -> None:
        """Forget every key and everything that was opened."""
        with self._guard:
            self._auto.end()
            if self._session is not None:
                self._session.client.close()
            self._keys = self._session = None

    def touch(self) -> None:
        """A person is here: the fifteen minutes begin anew."""
        with self._guard:
            if self.state == "unlocked":
                self._auto.touch()

    # Who this is.
    @property
    def me(self) -> Person:
        with self._guard:
            keys = self._unlocked()
            if self._session is not None and self._session.standing and self._session.standing.roster:
                return self._session.person(self._session.standing.roster.get(keys.me))
            return Person(keys.me, keys.identity.name, (), "waiting", "", keys.identity.words, me=True)

    @property
    def organisation(self) -> str:
        """The organisation's name: from the roster when unlocked, else from the settings."""
        with self._guard:
            standing = self._session.standing if self._session else None
            return standing.roster.organisation if standing and standing.roster else self.settings.organisation

    @property
    def fingerprint(self) -> tuple[str, ...]:
        """Eight words of the first root, the same on the site and on paper; none while locked or new."""
        with self._guard:
            return self._session.trust.fingerprint if self._session else ()

    @property
    def fingerprint_hex(self) -> str:
        """The same fingerprint whole, in hexadecimal groups; empty while locked or new."""
        with self._guard:
            return self._session.trust.fingerprint_hex if self._session else ""

    @property
    def waiting_words(self) -> tuple[str, ...]:
        """Words of a restored desk that waits for the keys: its person reads them to a colleague. Else none."""
        with self._guard:
            return self._begin().waiting_words(self._session) if self._session else ()

    @property
    def last_sync(self) -> datetime | None:
        """When this process last synced with success. Kept in memory only."""
        return self._last_sync

    # The first days.
    def new_passphrase(self) -> str:
        """A passphrase to offer: seven random words."""
        return generate_passphrase()

    def found(self, name: str, passphrase: str, code: str) -> Founding:
        """Make the first admin-and-reviewer and enrol with the intake's one-time code."""
        with self._guard, _sentences():
            self._enter(self._begin().found(_name(name), _passphrase(passphrase), code))
            return self._founding()

    def join(self, name: str, passphrase: str, code: str) -> Joining:
        """Make a person's keys and ask an admin, by a one-time code, to be let in."""
        with self._guard, _sentences():
            self._enter(self._begin().join(_name(name), _passphrase(passphrase), code))
            return self._joining()

    @property
    def founding(self) -> Founding | None:
        """The founding that was begun and not finished, once unlocked."""
        with self._guard:
            return self._founding() if self.state == "unlocked" and self.unfinished == "founding" else None

    @property
    def joining(self) -> Joining | None:
        """The joining that waits for an admin, once unlocked."""
        with self._guard:
            return self._joining() if self.state == "unlocked" and self.unfinished == "joining" else None

    def restore(self, copy: bytes, passphrase: str) -> None:
        """Bring a saved identity back on an empty machine. Sync afterwards."""
        with self._guard, _sentences():
            self._enter(self._begin().restore(copy, passphrase))

    def save_copy(self) -> bytes:
        """The identity file to save elsewhere; a sole reviewer's carries the current shelf key."""
        with self._guard, _sentences():
            return self._begin().copy(self._unlocked(), self._session)

    @property
    def copy_due(self) -> bool:
        """Whether the saved identity file is to be replaced and destroyed.

        A sole reviewer's no longer carries the current shelf key; or somebody's who was alone still carries one.
        """
        with self._guard:
            return self._session is not None and self._begin().copy_due(self._session)

    # Reports.
    def sync(self) -> SyncReport:
        """Visit the intake; also possible while locked. Alarms do not end it: they are in the report."""
        with self._visiting, _sentences():
            with self._guard:
                session = self._session if self.state == "unlocked" else None
                seed = self._home.api_seed()
            with self._client(seed) as client:
                visit = sync.visit(self._archive, client)
            alarms = list(visit.alarms)
            if session is not None:
                alarms += self._catch_up(session, visit.alarms)
            self._last_sync = datetime.now(UTC)
            return SyncReport(len(visit.fetched), visit.sent, visit.days, tuple(alarms))

    def inbox(self, view: View = "all") -> tuple[CaseSummary, ...]:
        with self._open() as here:
            return casework.inbox(here, view)

    def case(self, case_id: str) -> Case:
        """The case as it stands. Does not mark it as opened: `open_case` does."""
        with self._open() as here:
            return casework.look(here, case_id)

    def open_case(self, case_id: str) -> Case:
        """The case, marked as opened by a person: the reporter learns it, once for each message."""
        return self._write(lambda here: casework.open_case(here, case_id))

    def open_file(self, case_id: str, object_id: str) -> OpenedFile:
        """A file of a case. It stops being given when the desk is locked."""
        with self._open() as here:
            opened = casework.open_file(here, case_id, object_id)
        return replace(opened, chunks=self._while_open(here, opened.chunks))

    def reply(self, case_id: str, text: str) -> None:
        self._write(lambda here: casework.reply(here, case_id, text))

    def note(self, case_id: str, text: str) -> None:
        self._write(lambda here: casework.note(here, case_id, text))

    def set_status(self, case_id: str, status: str, reason: str = "", until: str | None = None) -> None:
        self._write(lambda here: casework.set_status(here, case_id, status, reason, until))

    def assign(self, case_id: str, device: str | None) -> None:
        self._write(lambda here: casework.assign(here, case_id, device))

    def set_facets(self, case_id: str, facets: Mapping[str, Any]) -> None:
        self._write(lambda here: casework.set_facets(here, case_id, facets))

    def routing(self, case_id: str) -> Recommendations:
        """The rules' whole answer: gates, what is blocked, what else would fit."""
        with self._open() as here:
            return casework.routing(here, case_id)

    def recommend(self, case_id: str) -> tuple[Suggestion, ...]:
        with self._open() as here:
            return casework.suggestions(casework.routing(here, case_id))

    def gates(self, case_id: str) -> tuple[GateNote, ...]:
        """What the gates say of the case: emergency help first, a hold, what is out of scope."""
        return self.routing(case_id).gates

    def decide(self, case_id: str, chosen: Sequence[Mapping[str, str]], reason: str) -> None:
        """`chosen` is a list of {"id": mechanism, "kind": kind of communication}."""
        self._write(lambda here: casework.decide(here, case_id, chosen, reason))

    def draft(self, case_id: str, mechanism: str, kind: str) -> Draft:
        """A prepared communication; without a `kind`, of the kind that the rules choose."""
        with self._open() as here:
            return casework.draft(here, case_id, mechanism, kind)

    def draft_docx(self, case_id: str, mechanism: str, kind: str) -> bytes:
        with self._open() as here:
            return casework.draft_docx(here, case_id, mechanism, kind)

    # People and keys.
    def people(self) -> tuple[Person, ...]:
        with self._open() as here:
            return tuple(here.person(member) for member in here.ground.people.people)

    def invite(self) -> str:
        """A one-time code for a new person, good for seven days."""
        with self._open() as here:
            return people.invite(here)

    def pending(self) -> tuple[Pending, ...]:
        with self._open() as here:
            return people.pending(here)

    def admit(self, pending_id: str, roles: Sequence[str]) -> None:
        self._write(lambda here: people.admit(here, pending_id, roles))

    def keys(self) -> tuple[IntakeKey, ...]:
        with self._open() as here:
            return people.keys(here)

    def rotate_now(self) -> IntakeKey:
        with self._open() as here:
            return people.rotate_now(here)

    def alarms(self) -> tuple[Alarm, ...]:
        """Every alarm of this desk: of cases, of the directory, of keys."""
        with self._open() as here:
            cases = (casework.look(here, thread).alarms for thread in here.index.cases())
            return tuple(dict.fromkeys([*here.own_alarms(), *(alarm for alarms in cases for alarm in alarms)]))

    # Inside.
    def _begin(self) -> Beginning:
        return Beginning(self._home, self._archive, self._client, self._log_n, self.settings.organisation)

    def _client(self, seed: bytes | None) -> Client:
        return Client(self.settings.intake_url, socks=self.settings.socks, seed=seed)

    def _unlocked(self) -> Keyring:
        if self.state != "unlocked" or self._keys is None:
            raise Locked()
        return self._keys

    def _enter(self, keys: Keyring) -> None:
        self._keys = keys
        self._auto.end()
        self._auto = AutoLock(self.lock)
        self._auto.watch()
        if keys.identity.root is not None:
            client = self._client(keys.identity.api)
            self._session = Session.begin(self._home, self._archive, client, keys, self.settings.demo)

    def _founding(self) -> Founding:
        def finish(confirm: bytes | None) -> None:
            with self._open() as here:
                self._begin().finish(here, confirm)

        return Founding(self.fingerprint, self.save_copy, finish)

    def _joining(self) -> Joining:
        def check() -> bool:
            with self._guard, _sentences():
                keys = self._unlocked()
                admitted = self._begin().admitted(keys)
                if admitted:
                    self._enter(keys)
                return admitted

        return Joining(self._unlocked().identity.words, check)

    def _catch_up(self, session: Session, visit: Sequence[Alarm]) -> list[Alarm]:
        """After a visit: the directory, then keys and messages. What cannot be trusted is an alarm and no more."""
        alarm = directory = None
        try:
            directory = session.trust.refresh(session.client.fetch)
        except Untrusted as error:
            alarm = Alarm("directory", None, str(error))
        with self._guard:
            if self._session is not session:
                return []
            session.trust_alarm = alarm
            session.take(directory, visit)
            self._begin().settle(session)
        return [alarm] if alarm else []

    @contextmanager
    def _open(self) -> Iterator[Session]:
        with self._guard, _sentences():
            self._unlocked()
            if self._session is None:
                raise DeskError("This desk has not been admitted yet.", "An admin must compare the words and admit it.")
            yield self._session

    def _while_open(self, here: Session, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            if self._session is not here:
                raise Locked()
            yield chunk

    def _write(self, act: Callable[[Session], _T]) -> _T:
        """Do something that writes, then try to send it. What cannot be sent now waits in the outbox."""
        with self._open() as here:
            done = act(here)
        with suppress(Unreachable, Refused):
            sync.push(self._archive, here.client)
        return done


@contextmanager
def _sentences() -> Iterator[None]:
    """What crypto refuses leaves the desk as a sentence of the desk."""
    try:
        yield
    except CryptoError as error:
        raise DeskError(f"{str(error)[:1].upper()}{str(error)[1:]}.", error.hint) from error


def _name(name: str) -> str:
    if not name.strip():
        raise DeskError("A name is needed.", "Type the name that your colleagues know.")
    return name.strip()


def _passphrase(passphrase: str) -> str:
    if len(passphrase) < 12:
        raise DeskError("This passphrase is too short.", "Use at least 12 characters; seven random words are best.")
    return passphrase
