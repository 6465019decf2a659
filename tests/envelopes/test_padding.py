"""Padded sizes, which are all that a sealed file's length tells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.age import HYBRID_STANZA_SIZE, encrypt, sealed_size, split
from crypto.errors import FormatError, TooBig
from crypto.hybrid import HybridIdentity
from crypto.padding import is_file_size, is_message_size, padded_file_size, padded_message_size, plaintext_size

TABLE = json.loads((Path(__file__).parents[1] / "vectors" / "padding.json").read_text("utf-8"))
MESSAGE_SIZES = [16384 << step for step in range(7)]


@pytest.mark.parametrize("row", TABLE["messages"], ids=lambda row: row["size"])
def test_a_message_is_padded_as_the_vector_has_it(row: dict[str, int]) -> None:
    """16 KiB, then powers of two."""
    assert padded_message_size(row["size"]) == row["padded"]


@pytest.mark.parametrize("row", TABLE["files"], ids=lambda row: row["size"])
def test_a_file_is_padded_as_the_vector_has_it(row: dict[str, int]) -> None:
    """16 KiB, powers of two up to 8 MiB, then eight steps between two powers of two."""
    assert padded_file_size(row["size"]) == row["padded"]


@pytest.mark.parametrize("row", TABLE["sealed"], ids=lambda row: f"{row['plaintext']} to {row['recipients']}")
def test_the_sealed_size_is_known_beforehand(row: dict[str, int]) -> None:
    """The length of a sealed file is a function of its plaintext's length and the number of recipients."""
    assert sealed_size(row["plaintext"], row["recipients"]) == row["sealed"]


@pytest.mark.parametrize("size", TABLE["too_big"])
def test_a_message_over_a_mebibyte_is_refused(size: int) -> None:
    """There is no padded size above 1 MiB for a message."""
    with pytest.raises(TooBig):
        padded_message_size(size)
    assert not is_message_size(size)


@given(st.integers(0, 1 << 20))
def test_there_are_seven_sizes_of_messages(size: int) -> None:
    """Every message ends up at one of seven sizes, at the first that holds it."""
    assert padded_message_size(size) == next(allowed for allowed in MESSAGE_SIZES if allowed >= size)
    assert is_message_size(size) == (size in MESSAGE_SIZES)


@given(st.integers(0, 1 << 40))
def test_padding_a_file_is_stable_and_costs_little(size: int) -> None:
    """A padded size stays as it is, holds the file, and adds less than an eighth above 8 MiB."""
    padded = padded_file_size(size)
    assert padded >= size
    assert padded_file_size(padded) == padded
    assert is_file_size(padded)
    assert is_file_size(size) == (padded == size)
    if size > 8 << 20:
        assert padded - size < size / 8


@given(st.integers(0, 1 << 30))
def test_a_payload_length_tells_its_plaintext_length(size: int) -> None:
    """The intake reads the padded size off a payload it cannot open."""
    assert plaintext_size(sealed_size(size, 1) - sealed_size(0, 1) + 32) == size


@pytest.mark.parametrize("length", [0, 15, 16, 31, 16 + 65552 + 1, 16 + 65552 + 16, 16 + 2 * 65552 + 7])
def test_impossible_payload_lengths_are_refused(length: int) -> None:
    """No payload is shorter than nonce and tag, or ends in an empty or cut chunk."""
    with pytest.raises(FormatError):
        plaintext_size(length)


@pytest.mark.parametrize("recipients", [1, 2, 5])
def test_sealed_files_have_the_size_that_was_foretold(recipients: int) -> None:
    """`sealed_size` is exact, and each recipient costs 1,557 bytes."""
    keys = [HybridIdentity.generate().recipient for _ in range(recipients)]
    for size in (0, 1, 65536, 65537):
        sealed = encrypt(bytes(size), keys)
        assert len(sealed) == sealed_size(size, recipients)
        assert len(split(sealed)[0]) == 22 + recipients * HYBRID_STANZA_SIZE + 48
