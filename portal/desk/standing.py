"""Who and what this desk goes by at a moment: the verified directory, the roster and the intake's keys.

Rules: a key note counts only with enough stewards' signatures; the roster is read from the signed target, and from
nowhere else but a copy that holds the very same payload (see `portal.desk.restore`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from crypto import age
from crypto.errors import CryptoError, NoMatch
from portal.desk.client import Client
from portal.desk.directory import NextDirectory, steward_signer
from portal.desk.errors import DeskError, Untrusted
from portal.desk.framing import b64
from portal.desk.identity import Identity, ShelfKey
from portal.desk.roster import Roster, open_roster
from portal.desk.trust import ROSTER, Directory
from portal.keynote import KeyNote, NoteError, check_note, in_force

SLACK = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Standing:
    """One state. `roster` is None while no key of this desk opens it. `notes` are all good key notes, by serial."""

    directory: Directory
    roster: Roster | None
    notes: tuple[KeyNote, ...]

    @property
    def people(self) -> Roster:
        """The roster, or a sentence that says why it cannot be read."""
        if self.roster is None:
            raise DeskError(
                "This desk cannot read the roster with the keys it has.",
                "Ask a colleague to give this desk the keys again, then sync.",
            )
        return self.roster

    @property
    def in_force(self) -> KeyNote | None:
        """The key that reports are sealed to today, if there is one."""
        return in_force(self.notes, today())

    def last_days(self) -> dict[str, str]:
        """For each key that was replaced, by epoch: the last day on which a report may be written for it.

        A page that stood open, or a clock that is wrong, explains two days and no more.
        """
        pairs = zip(self.notes, self.notes[1:], strict=False)
        return {old.epoch.hex(): (new.publish_from + SLACK).isoformat() for old, new in pairs}

    def note(self, epoch: str) -> KeyNote | None:
        return next((note for note in self.notes if note.epoch.hex() == epoch), None)


def today() -> date:
    """The day as stored everywhere: UTC."""
    return datetime.now(UTC).date()


def read_standing(
    directory: Directory, instance: bytes, shelf: Sequence[ShelfKey], lent: Iterable[bytes] = ()
) -> Standing:
    """Read roster and key notes of a verified directory. `lent` are colleagues' re-sealed headers of the roster."""
    notes = []
    for path, data in directory.note_files.items():
        try:
            notes.append(check_note(data, directory.stewards, directory.threshold, instance))
        except NoteError as error:
            raise Untrusted(f"The key note {path} in the directory does not count: {error}.", error.hint) from error
    notes.sort(key=lambda note: note.serial)
    return Standing(directory, _roster(directory, shelf, lent), tuple(notes))


def _roster(directory: Directory, shelf: Sequence[ShelfKey], lent: Iterable[bytes]) -> Roster | None:
    sealed = directory.targets.get(ROSTER)
    if sealed is None:
        raise Untrusted("The directory has no roster.", "Sync again, and tell an admin.")
    try:
        return open_roster(sealed, shelf)
    except NoMatch:
        payload = age.split(sealed)[1]
    # Anybody can leave a header; it can only lead to the payload that the stewards signed, or to nothing.
    for header in lent:
        with suppress(CryptoError, Untrusted):
            return open_roster(header + payload, shelf)
    return None


def next_directory(identity: Identity, before: Directory | None) -> NextDirectory:
    """A steward's desk begins the next state."""
    if identity.root is None:
        raise DeskError("This desk belongs to no organisation yet.", "Found or join one first.")
    return NextDirectory(steward_signer(identity.directory), before, identity.root)


def publish(client: Client, state: NextDirectory) -> None:
    """Hand the next state to the intake, which takes all of it or nothing."""
    client.ask_json("PUT", "/api/directory", {"files": {path: b64(data) for path, data in state.files().items()}})
