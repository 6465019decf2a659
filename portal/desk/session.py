"""What there is while a desk is unlocked: its keys, what it goes by, and everything it has opened. Nothing of it is
written to disk; dropping this object is locking.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from crypto.errors import NoMatch
from portal.desk import sync
from portal.desk.archive import Archive
from portal.desk.case import Around
from portal.desk.checking import Checked, Known
from portal.desk.client import Client
from portal.desk.directory import renewal_due
from portal.desk.errors import DeskError, NotHere, Refused, Unreachable, Untrusted
from portal.desk.home import Home
from portal.desk.index import Index
from portal.desk.join import publish_roster
from portal.desk.keyring import Keyring
from portal.desk.model import Alarm, Person
from portal.desk.roster import Member, public_shelf
from portal.desk.rotation import instance_of
from portal.desk.standing import Standing, next_directory, publish, read_standing
from portal.desk.trust import Directory, Trust
from portal.desk.wraps import open_wrap
from portal.desk.writing import Pen, Sheet, take_pen
from portal.messages import REPORTER


@dataclass(slots=True)
class Session:
    """An unlocked desk. Not safe for several threads at once: the facade's lock guards it."""

    home: Home
    archive: Archive
    client: Client
    keys: Keyring
    trust: Trust
    index: Index
    demo: bool
    standing: Standing | None = None
    list_alarms: tuple[Alarm, ...] = ()
    stamp: frozenset[tuple[str, int]] = frozenset()
    key_alarms: dict[str, Alarm] = field(default_factory=dict)
    trust_alarm: Alarm | None = None

    @classmethod
    def begin(cls, home: Home, archive: Archive, client: Client, keys: Keyring, demo: bool) -> Session:
        """Open what is here, without asking the intake."""
        root, instance = keys.identity.root, instance_of(keys)
        if root is None:
            raise DeskError("This desk belongs to no organisation yet.", "Found or join one first.")
        here = cls(home, archive, client, keys, Trust(home.trust, root), Index(instance.hex()), demo)
        try:
            directory = here.trust.load()
        except Untrusted as error:
            here.trust_alarm = Alarm("directory", None, str(error))
            directory = None
        here.take(directory)
        return here

    @property
    def ground(self) -> Standing:
        """What this desk goes by, or a sentence that says what to do first."""
        if self.standing is None:
            raise DeskError("This desk has not read its organisation's directory yet.", "Sync first.")
        return self.standing

    @property
    def pen(self) -> Pen:
        """Ready to write. What this person wrote elsewhere, by a command or before a restoration, must be known."""
        if self.home.progress().get("unsynced"):
            raise DeskError("This desk was restored and has not seen its own earlier entries.", "Sync first.")
        if self.archive.stamp() != self.stamp:
            self._read_archive()
        pen = take_pen(self.keys, self.ground)
        if pen.epoch not in self.keys.live:
            raise DeskError("This desk cannot open the key in force.", "Sync, or ask a colleague for the keys.")
        return pen

    def take(self, directory: Directory | None, visit: Sequence[Alarm] = ()) -> None:
        """Take over a verified directory (None: as before), then open what can be opened with what is known now.

        `visit` are the alarms of a visit to the intake; what its lists show at any time is looked up again.
        """
        self.list_alarms = tuple(dict.fromkeys((*visit, *sync.standing_alarms(self.archive))))
        if directory is not None:
            self._read(directory)
        if self.standing is None:
            return
        # A colleague's lent roster lies in the archive, and opens only once the live keys do.
        for _ in range(2):
            self._open_keys()
            self._read_archive()
            if self.standing.roster is not None:
                break
            self._read(self.standing.directory)
        now = self.standing
        signers = dict(now.roster.signers) if now.roster else {}
        self.index.know(Known(signers, now.directory.version, now.last_days()))

    def mend(self) -> None:
        """What an admin's desk sees to by itself: its own new shelf key in the roster, signatures past half-life.

        When another admin was faster, or the intake cannot now, the next sync does it.
        """
        now = self.standing
        if now is None or now.roster is None or self.keys.identity.root is None:
            return
        me = now.roster.find(self.keys.me)
        if me is None or "admin" not in me.roles:
            return
        shelf = public_shelf(self.keys.identity, self.keys.shelf[-1])
        with suppress(Refused, Unreachable, Untrusted):
            if shelf not in me.shelf:
                roster = now.roster.with_member(replace(me, shelf=(shelf,)))
                self.standing = publish_roster(self.keys, self.client, self.trust, now, roster)
            elif renewal_due(now.directory):
                publish(self.client, next_directory(self.keys.identity, now.directory))
                self._read(self.trust.refresh(self.client.fetch))

    def thread(self, case_id: str) -> Checked:
        """One case's thread, checked."""
        if not self.index.has(case_id):
            raise NotHere("There is no such case at this desk.", "Sync, and look again.")
        return self.index.checked(case_id)

    def write(self, sheets: Sequence[Sheet]) -> None:
        """Keep what was written, and know it. It is sent when the intake can be reached."""
        self.archive.write_out(sheets)
        self.index.read(self.archive, self.keys.live, [written for written, _ in sheets])
        self.stamp = self.archive.stamp()

    def around(self, case_id: str) -> Around:
        alarms = (alarm for alarm in self.list_alarms if alarm.case == case_id)
        return Around(self.name, self.archive.has, tuple(alarms), self.demo)

    def own_alarms(self) -> Iterable[Alarm]:
        """Alarms that belong to no case: directory and keys."""
        if self.trust_alarm:
            yield self.trust_alarm
        if self.standing is not None and self.standing.directory.expired:
            yield Alarm("directory", None, "The directory has expired: read only, until a sync brings a newer one.")
        yield from self.key_alarms.values()
        yield from (alarm for alarm in self.list_alarms if alarm.case is None)

    def name(self, author: str) -> str:
        """How an author is called: the person's name, or what it is."""
        if author == REPORTER:
            return REPORTER
        member = self.standing.roster.find(author) if self.standing and self.standing.roster else None
        return member.name if member else author[:8]

    def person(self, member: Member) -> Person:
        return Person(
            id=member.id,
            name=member.name,
            roles=member.roles,
            status=member.status,
            since=member.since,
            words=member.words,
            me=member.id == self.keys.me,
        )

    def _read(self, directory: Directory) -> None:
        self.standing = read_standing(directory, instance_of(self.keys), self.keys.shelf, self.index.lent_rosters())

    def _read_archive(self) -> None:
        self.stamp = self.archive.stamp()
        self.index.read(self.archive, self.keys.live)

    def _open_keys(self) -> None:
        """Open every wrap whose epoch stewards have signed, or that somebody in the roster made.

        A new wrap takes over only once it opened.
        """
        if self.standing is None:
            return
        for new, wraps in ((False, self.archive.wraps()), (True, self.archive.new_wraps())):
            for epoch, sealed in wraps.items():
                vouched = self.standing.note(epoch) is not None or self.standing.roster is not None
                if not vouched or (epoch in self.keys.live and not new):
                    continue
                try:
                    self.keys.live[epoch] = open_wrap(sealed, epoch, self.keys.shelf, self.standing.roster)
                except NoMatch:
                    says = "An intake key is not sealed to this desk: what was sealed to it cannot be opened here."
                    self.key_alarms[epoch] = Alarm("unreadable", None, f"{says} Key {epoch[:8]}.")
                except Untrusted as error:
                    self.key_alarms[epoch] = Alarm("altered", None, f"{error} Key {epoch[:8]}.")
                else:
                    self.key_alarms.pop(epoch, None)
                    if new:
                        self.archive.use_wrap(epoch, sealed)
