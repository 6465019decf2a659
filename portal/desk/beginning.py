"""A desk's first days and its way back: founding, joining, restoring, and the copy to save elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from crypto.errors import NoMatch
from crypto.passphrase import PassphraseRecipient
from portal.codes import Code, CodeError
from portal.desk import enrol, join, restore
from portal.desk.archive import Archive
from portal.desk.client import Client
from portal.desk.errors import DeskError, Refused, Unreachable
from portal.desk.home import Home
from portal.desk.identity import new_identity, new_shelf
from portal.desk.keyring import Keyring, open_keyring, settle_in
from portal.desk.roster import public_shelf
from portal.desk.session import Session
from portal.desk.standing import today
from portal.desk.sync import push
from portal.desk.writing import take_pen


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the first days need: the desk's folder, a way to the intake, the work that scrypt does."""

    home: Home
    archive: Archive
    connect: Callable[[bytes | None], Client]
    log_n: int
    organisation: str

    def found(self, name: str, passphrase: str, code: str) -> Keyring:
        """Keys, then enrolment. Calling it again after an interruption goes on with the same keys."""
        self._check_empty("keys")
        secret = parse_code(code)
        keys = self._begun(passphrase) or self._new_keys(name, passphrase, "keys")
        request = self.home.progress().get("enrol")
        if not isinstance(request, str):
            request = enrol.request_of(keys)
            self.home.note(enrol=request)
        with self.connect(None) as client:
            enrol.settle(self.home, keys, enrol.enrol(client, request, secret))
        return keys

    def finish(self, here: Session, confirm: bytes | None) -> None:
        """Publish, now that the identity is saved elsewhere. `confirm` is that file, or None for a person's word."""
        if confirm is not None:
            enrol.check_copy(here.keys, confirm)
        self.home.note(stage="saved", copy=here.keys.shelf[-1].key_id)
        here.standing = enrol.publish_first(
            self.home, here.keys, self.archive, here.client, here.trust, self.organisation
        )
        here.take(None)

    def join(self, name: str, passphrase: str, code: str) -> Keyring:
        """Keys, then the request to be let in."""
        self._check_empty("keys")
        secret = parse_code(code)
        keys = self._begun(passphrase) or self._new_keys(name, passphrase, "keys")
        keys.keep(self.home, join=str(secret))
        with self.connect(None) as client:
            join.ask(client, keys, secret)
        self.home.note(stage="asked")
        return keys

    def admitted(self, keys: Keyring) -> bool:
        """Whether the admin has let this desk in."""
        if keys.identity.join is None:
            return True
        with self.connect(None) as client:
            return join.find_answer(client, keys, self.home, parse_code(keys.identity.join))

    def restore(self, copy: bytes, passphrase: str) -> Keyring:
        self._check_empty()
        return restore.bring_back(self.home, copy, passphrase, self.log_n)

    def settle(self, here: Session) -> None:
        """After a sync: a restored desk is whole again, or asks for the keys; an admin's desk mends what is its own."""
        standing = here.standing
        if standing is None:
            return
        if standing.roster is not None:
            if self.home.progress().get("unsynced"):
                self.home.note(unsynced=False)
            here.mend()
        elif self.home.progress().get("unsynced") and standing.in_force is not None:
            self._ask_for_keys(here)

    def waiting_words(self, here: Session) -> tuple[str, ...]:
        """Words for the shelf key of a desk that cannot read the roster."""
        if here.standing is None or here.standing.roster is not None:
            return ()
        return restore.shelf_words(public_shelf(here.keys.identity, here.keys.shelf[-1]))

    def copy(self, keys: Keyring, here: Session | None) -> bytes:
        """The identity file to save. While founding, this person is the sole reviewer."""
        alone = self._alone(keys, here)
        self.home.note(copy=keys.shelf[-1].key_id if alone else None)
        return keys.copy(with_shelf=alone)

    def copy_due(self, here: Session) -> bool:
        """Whether the shelf key that the saved file carries, or lacks, is another than it should be now."""
        saved = self.home.progress().get("copy")
        return saved != (here.keys.shelf[-1].key_id if self._alone(here.keys, here) else None)

    def _alone(self, keys: Keyring, here: Session | None) -> bool:
        if self.home.stage() in ("enrolled", "saved"):
            return True
        roster = here.standing.roster if here and here.standing else None
        return roster is not None and [member.id for member in roster.reviewers] == [keys.me]

    def _ask_for_keys(self, here: Session) -> None:
        """Ask once. A shelf key that came with an old copy opens nothing any more: a new one takes its place."""
        if self.home.progress().get("asked_for") == here.keys.shelf[-1].key_id:
            return
        if not self.home.progress().get("new_shelf"):
            here.keys.keep_shelf(self.home, (*here.keys.shelf, new_shelf(today())))
            self.home.note(new_shelf=True)
        here.archive.write_out([restore.request_shelf(take_pen(here.keys, here.ground))])
        self.home.note(asked_for=here.keys.shelf[-1].key_id)
        with suppress(Refused, Unreachable):
            push(here.archive, here.client)

    def _begun(self, passphrase: str) -> Keyring | None:
        """Keys of an interrupted beginning. With another passphrase nothing is lost yet: new ones are made."""
        if self.home.stage() != "keys":
            return None
        try:
            return open_keyring(self.home, passphrase, self.log_n)
        except NoMatch:
            self.home.note(enrol=None)
            return None

    def _new_keys(self, name: str, passphrase: str, stage: str) -> Keyring:
        keys = Keyring(new_identity(name), (new_shelf(today()),), PassphraseRecipient(passphrase, log_n=self.log_n))
        settle_in(self.home, keys, stage)
        return keys

    def _check_empty(self, *stages: str) -> None:
        if self.home.stage() not in (None, *stages):
            raise DeskError("This desk already belongs to somebody.", "Unlock it, or choose another UNHINDERED_DATA.")


def parse_code(text: str) -> Code:
    try:
        return Code.parse(text)
    except CodeError as error:
        raise DeskError(str(error), error.hint) from error
