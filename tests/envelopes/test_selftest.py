"""The question asked at start: can this machine seal at all?"""

from __future__ import annotations

import sys

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey

from crypto import selftest
from crypto.errors import Unsupported


def test_this_build_can_seal() -> None:
    """The pinned wheel passes."""
    selftest.check()


def test_a_build_without_the_classes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that lacks the HPKE module fails at start with a sentence, not with an import error."""
    for module in ("crypto.age", "crypto.hybrid"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.hpke", None)
    with pytest.raises(Unsupported, match="post-quantum") as told:
        selftest.check()
    assert "cryptography" in told.value.hint


def test_a_build_that_knows_the_classes_but_not_the_algorithm_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """An OpenSSL under 3.5 says UnsupportedAlgorithm when the first key is made."""

    def refuse(seed: bytes) -> MLKEM768PrivateKey:
        raise UnsupportedAlgorithm("ML-KEM-768 is not supported by this backend.")

    monkeypatch.setattr(MLKEM768PrivateKey, "from_seed_bytes", refuse)
    with pytest.raises(Unsupported):
        selftest.check()


def test_a_build_that_makes_other_keys_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that does not come out as the specification has it stops the start."""
    monkeypatch.setattr(selftest, "_KNOWN_KEY_ID", "00" * 16)
    with pytest.raises(Unsupported):
        selftest.check()
