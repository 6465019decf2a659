"""A person's own keys: one for each use, made on this desk, locked by a passphrase.

The identity file is an age file under the passphrase. Inside stand an Ed25519 seed for desk entries (`sign`), one for
the directory, one for the intake's API, and the locker key. Shelf keys are not in it: they lie in a file of their own
that only the locker key opens, so that they can be renewed and erased while the identity stays. The copy to save
elsewhere is an identity file too; only a sole reviewer's carries the current shelf key, because nobody else could
seal the intake keys to a new one.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crypto import age, signatures
from crypto.errors import CryptoError, NoMatch
from crypto.fingerprint import words
from crypto.hybrid import HybridIdentity
from crypto.passphrase import PassphraseIdentity, PassphraseRecipient
from crypto.signatures import public_key
from portal.desk.errors import DeskError
from portal.desk.framing import b64, parse_object, unb64


@dataclass(frozen=True, slots=True)
class ShelfKey:
    """The key of one quarter ("2026Q4") to which intake keys are sealed for this person."""

    quarter: str
    identity: HybridIdentity = field(repr=False)

    @property
    def key_id(self) -> str:
        return self.identity.recipient.key_id.hex()


@dataclass(frozen=True, slots=True)
class Identity:
    """Everything that makes this desk this person. `root` is the organisation's first root, the anchor of all trust.

    `join` is the one-time code while this desk waits to be admitted, else None; `instance` and `root` are None until
    the organisation is known.
    """

    id: str
    name: str
    sign: bytes = field(repr=False)
    directory: bytes = field(repr=False)
    api: bytes = field(repr=False)
    locker: HybridIdentity = field(repr=False)
    instance: bytes | None = None
    root: bytes | None = None
    join: str | None = field(default=None, repr=False)

    @property
    def publics(self) -> dict[str, str]:
        """The public keys, as hexadecimal text: sign, directory, api."""
        pairs = (("sign", self.sign), ("directory", self.directory), ("api", self.api))
        return {use: public_key(seed).hex() for use, seed in pairs}

    @property
    def words(self) -> tuple[str, ...]:
        return person_words(self.publics)


def person_words(publics: dict[str, str]) -> tuple[str, ...]:
    """Eight words for a person's three public keys; the signing key in turn vouches for the shelf keys."""
    return tuple(words(b"".join(bytes.fromhex(publics[use]) for use in ("sign", "directory", "api"))))


def quarter_of(day: date) -> str:
    return f"{day.year}Q{(day.month + 2) // 3}"


def new_identity(name: str) -> Identity:
    """A new person with new keys."""
    sign, directory, api = (secrets.token_bytes(32) for _ in range(3))
    return Identity(secrets.token_hex(16), name, sign, directory, api, HybridIdentity.generate())


def new_shelf(day: date) -> ShelfKey:
    return ShelfKey(quarter_of(day), HybridIdentity.generate())


def shelf_signature(identity: Identity, shelf: ShelfKey) -> bytes:
    """The person's own signature under a shelf key's public half."""
    return signatures.sign(
        identity.sign, "shelf", shelf_bytes(identity.id, shelf.quarter, shelf.identity.recipient.raw)
    )


def shelf_bytes(device: str, quarter: str, recipient: bytes) -> bytes:
    """What is signed to bind a shelf key to a person: the device's id, the quarter, the raw key."""
    return f"{device}\0{quarter}\0".encode() + recipient


def seal_identity(identity: Identity, recipient: PassphraseRecipient, shelf: Sequence[ShelfKey] = ()) -> bytes:
    """The identity as an age file under the passphrase; with `shelf`, a sole reviewer's copy to save elsewhere."""
    value = {
        "v": 1,
        "type": "unhindered identity",
        "id": identity.id,
        "name": identity.name,
        "sign": identity.sign.hex(),
        "directory": identity.directory.hex(),
        "api": identity.api.hex(),
        "locker": identity.locker.to_string(),
        "instance": identity.instance.hex() if identity.instance else None,
        "root": b64(identity.root) if identity.root else None,
        "join": identity.join,
        "shelf": _shelf_list(shelf),
    }
    return age.encrypt(json.dumps(value, sort_keys=True).encode(), [recipient])


def open_identity(sealed: bytes, passphrase: str) -> tuple[Identity, tuple[ShelfKey, ...]]:
    """The identity, and the shelf keys of a copy that has some. Raises crypto.errors.NoMatch for another passphrase."""
    try:
        value = parse_object("identity file", age.decrypt(sealed, [PassphraseIdentity(passphrase)]))
    except NoMatch:
        raise
    except CryptoError as error:
        raise DeskError("This is not an identity file, or it is damaged.", error.hint) from error
    try:
        return _identity(value), _shelf(value["shelf"])
    except (KeyError, TypeError, ValueError, CryptoError) as error:
        raise DeskError("This file is not an identity of this program.", "Choose the file you saved.") from error


def seal_shelf(identity: Identity, shelf: Sequence[ShelfKey]) -> bytes:
    """The shelf file: opened by the locker key inside the identity, by nothing else."""
    return age.encrypt(json.dumps({"v": 1, "shelf": _shelf_list(shelf)}).encode(), [identity.locker.recipient])


def open_shelf(identity: Identity, sealed: bytes) -> tuple[ShelfKey, ...]:
    """The shelf keys, oldest first. Raises DeskError when the file is damaged or another person's."""
    try:
        return _shelf(parse_object("shelf file", age.decrypt(sealed, [identity.locker]))["shelf"])
    except (KeyError, TypeError, ValueError, CryptoError) as error:
        raise DeskError("The shelf file is damaged.", "Restore this desk from the saved identity file.") from error


def _shelf_list(shelf: Sequence[ShelfKey]) -> list[dict[str, str]]:
    return [{"quarter": key.quarter, "identity": key.identity.to_string()} for key in shelf]


def _shelf(listed: Any) -> tuple[ShelfKey, ...]:
    return tuple(ShelfKey(str(one["quarter"]), HybridIdentity.from_string(one["identity"])) for one in listed)


def _identity(value: dict[str, Any]) -> Identity:
    if value["v"] != 1 or value["type"] != "unhindered identity":
        raise ValueError("another version")
    return Identity(
        id=str(value["id"]),
        name=str(value["name"]),
        sign=bytes.fromhex(value["sign"]),
        directory=bytes.fromhex(value["directory"]),
        api=bytes.fromhex(value["api"]),
        locker=HybridIdentity.from_string(value["locker"]),
        instance=bytes.fromhex(value["instance"]) if value["instance"] else None,
        root=unb64(value["root"]) if value["root"] else None,
        join=value["join"],
    )
