"""One-time codes: typed as people type, derived into a key for each use."""

from __future__ import annotations

import pytest

from portal.codes import Code, CodeError

CODE = Code(bytes(range(16)))
TEXT = "AAAQE-AYEAU-DAOCA-JBIFQ-YDIOB-4"


def test_a_code_is_shown_in_groups() -> None:
    """26 characters of base32 (RFC 4648), five to a group."""
    assert str(CODE) == TEXT
    assert Code.parse(TEXT) == CODE


@pytest.mark.parametrize(
    "typed",
    [
        TEXT.lower(),
        TEXT.replace("-", " "),
        TEXT.replace("-", ""),
        f"  {TEXT}\n",
        TEXT.replace("O", "0").replace("I", "1"),
    ],
)
def test_a_code_is_read_as_people_type(typed: str) -> None:
    """Case, spacing, and digits that look like letters do not matter."""
    assert Code.parse(typed) == CODE


@pytest.mark.parametrize("typed", ["", TEXT[:-1], TEXT + "A", TEXT.replace("E", "9", 1), TEXT[:-1] + "5", "é" * 26])
def test_a_mistyped_code_is_told(typed: str) -> None:
    """Length, foreign characters and an impossible last letter; the hint says what to do."""
    with pytest.raises(CodeError) as told:
        Code.parse(typed)
    assert told.value.hint.endswith(".")


def test_every_use_has_its_own_key() -> None:
    """Keys of different uses, and of different codes, have nothing in common; the code itself is never among them."""
    keys = [CODE.enrol_key, CODE.mac_key, bytes.fromhex(CODE.passphrase), CODE.slot, Code.generate().enrol_key]
    assert len({key[:16] for key in [*keys, CODE.secret]}) == 6
    assert [len(key) for key in keys] == [32, 32, 32, 16, 32]
    assert CODE.enrol_key.hex() == "d9d2a2a9542ebf05ea7f5b6408ac80b513c35069425a17f6462e2198b12faaae"


def test_a_code_is_not_printed_by_accident() -> None:
    """Its representation shows none of it."""
    assert "0001020304" not in repr(CODE) and TEXT not in repr(CODE) and repr(CODE.secret) not in repr(CODE)
