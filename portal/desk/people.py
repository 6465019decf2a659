"""Who belongs to the organisation, who waits to be let in, and which keys reports are sealed to."""

from __future__ import annotations

from collections.abc import Sequence

from portal.desk import join, restore, rotation
from portal.desk.errors import DeskError, NotHere
from portal.desk.model import IntakeKey, Pending
from portal.desk.roster import ROLES
from portal.desk.session import Session
from portal.desk.standing import Standing, today
from portal.keynote import KeyNote


def invite(here: Session) -> str:
    """A one-time code for a new person."""
    _check_admin(here)
    return join.invite(here.client, here.keys, here.home)


def pending(here: Session) -> tuple[Pending, ...]:
    """Who waits: new people who used a code (for admins), and colleagues' restored desks (for everybody)."""
    admin = _is_admin(here)
    waiting = [
        Pending(request.object, "shelf", request.member.name, request.words)
        for request in restore.requests(here.index, here.ground.people, admin=admin)
        if request.member.id != here.keys.me
    ]
    for asking in join.asked(here.client, here.home, here.keys) if admin else ():
        waiting.append(Pending(asking.id, "join", asking.member.name, asking.member.words))
    return tuple(waiting)


def admit(here: Session, pending_id: str, roles: Sequence[str]) -> None:
    """Let somebody in whose words were compared. For a restored desk the roles stay as they were."""
    for request in restore.requests(here.index, here.ground.people, admin=_is_admin(here)):
        if request.object == pending_id:
            here.standing, sheets = restore.grant(
                request, here.pen, here.archive, here.client, here.trust, here.index, here.ground
            )
            if sheets:
                here.write(sheets)
            return here.take(None)
    _check_admin(here)
    if not roles or any(role not in ROLES for role in roles):
        raise DeskError("A person is an admin, a reviewer, or both.", "Choose at least one role.")
    for asking in join.asked(here.client, here.home, here.keys):
        if asking.id == pending_id:
            here.standing = join.admit(
                asking, roles, here.keys, here.home, here.archive, here.client, here.trust, here.ground
            )
            return here.take(None)
    raise NotHere("Nobody waits under this name any more.", "Invite the person again.")


def rotate_now(here: Session) -> IntakeKey:
    """A new intake key, in force at once."""
    here.standing = rotation.rotate(here.keys, here.archive, here.client, here.trust, here.ground)
    here.take(None)
    return keys(here)[0]


def keys(here: Session) -> tuple[IntakeKey, ...]:
    """Every intake key that stewards announced, the newest first."""
    sealed = here.index.sealed_to()
    return tuple(_key(here, here.ground, note, sealed[note.epoch.hex()]) for note in reversed(here.ground.notes))


def _key(here: Session, now: Standing, note: KeyNote, sealed: int) -> IntakeKey:
    epoch = note.epoch.hex()
    state = "accepting" if today() <= note.accept_until else "closed"
    return IntakeKey(
        epoch=epoch,
        serial=note.serial,
        state="in force" if now.in_force == note else state,
        publish_from=note.publish_from.isoformat(),
        publish_until=note.publish_until.isoformat(),
        accept_until=note.accept_until.isoformat(),
        destroy_after=note.destroy_after.isoformat(),
        opens_here=epoch in here.keys.live,
        sealed=sealed,
    )


def _is_admin(here: Session) -> bool:
    me = here.ground.people.find(here.keys.me)
    return me is not None and "admin" in me.roles


def _check_admin(here: Session) -> None:
    if not _is_admin(here):
        raise DeskError("Only an admin can do this.", "Ask an admin of your organisation.")
