"""Asked once at start: can this build of `cryptography` seal and open post-quantum files at all?

The wheels can; a build against an OpenSSL older than 3.5 cannot, and would say so only when the first report arrives.
"""

from __future__ import annotations

import importlib

from cryptography.exceptions import UnsupportedAlgorithm

from crypto.errors import CryptoError, Unsupported

_KNOWN_SEED = bytes(range(32))
_KNOWN_KEY_ID = "c9a3565ffde4f72b51661be391ee13e4"


def check() -> None:
    """Raises Unsupported unless a known key comes out right and a sealed file opens."""
    try:
        # Not imported above: on a build without ML-KEM the import itself may fail, and this is where that is told.
        age = importlib.import_module("crypto.age")
        hybrid = importlib.import_module("crypto.hybrid")
        identity = hybrid.HybridIdentity(_KNOWN_SEED)
        known = identity.recipient.key_id.hex() == _KNOWN_KEY_ID
        works = known and age.decrypt(age.encrypt(b"unhindered", [identity.recipient]), [identity]) == b"unhindered"
    except (CryptoError, ImportError, AttributeError, UnsupportedAlgorithm):
        works = False
    if not works:
        raise Unsupported("this build of cryptography cannot seal post-quantum files")
