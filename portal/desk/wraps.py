"""A wrap: the private half of an intake key, sealed to the reviewers' current shelf keys.

Rules: the seed inside must make the very key that the epoch names, and a person of the roster must have signed it;
throwaway recipients hide how many reviewers there are.
"""

from __future__ import annotations

from collections.abc import Sequence

from crypto import age
from crypto.errors import CryptoError, NoMatch
from crypto.hybrid import HybridIdentity
from crypto.signatures import sign, verify
from portal.desk.errors import Untrusted
from portal.desk.framing import frame, unframe
from portal.desk.identity import Identity, ShelfKey
from portal.desk.roster import Roster, padded


def seal_wrap(key: HybridIdentity, by: Identity, roster: Roster) -> bytes:
    """The wrap of an intake key for every reviewer of the roster, signed by the person who makes it."""
    epoch = key.recipient.key_id
    value = {"v": 1, "epoch": epoch.hex(), "seed": key.seed.hex(), "by": by.id}
    value["sig"] = sign(by.sign, "wrap", epoch + key.seed).hex()
    return age.encrypt(frame("wrap", value), padded([member.shelf[-1].key for member in roster.reviewers]))


def open_wrap(sealed: bytes, epoch: str, shelf: Sequence[ShelfKey], roster: Roster | None) -> HybridIdentity:
    """The intake key of a wrap. Raises crypto.errors.NoMatch when it is sealed to none of these shelf keys.

    Raises Untrusted when what is inside is another key than `epoch` names, or was put there by a stranger. A restored
    desk that cannot read the roster yet looks only at the first: stewards signed the epoch, and it names one key.
    """
    try:
        value = unframe("wrap", age.decrypt(sealed, [key.identity for key in shelf]))
        key = HybridIdentity(bytes.fromhex(value["seed"]))
        if roster is not None:
            public, signature = roster.signers[value["by"]], bytes.fromhex(value["sig"])
            verify(public, "wrap", key.recipient.key_id + key.seed, signature)
    except NoMatch:
        raise
    except (KeyError, TypeError, ValueError, CryptoError) as error:
        raise Untrusted("The wrap of an intake key was not made by anybody in the roster.", "Tell an admin.") from error
    if key.recipient.key_id.hex() != epoch:
        raise Untrusted("The intake serves another key in the place of an intake key.", "Tell an admin.")
    return key
