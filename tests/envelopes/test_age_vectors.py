"""All 143 age vectors of C2SP/CCTV, whole and a byte at a time, armored ones included."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Sequence

import pytest

from crypto.age import open_stream
from crypto.armor import ArmorReader, armor, dearmor
from crypto.errors import (
    ArmorError,
    CryptoError,
    FormatError,
    HeaderAuthError,
    MixedRecipients,
    NoMatch,
    PayloadError,
)
from crypto.header import VERSION_LINE, Identity, read_header, to_base64
from crypto.reader import Reader, Source
from tests.envelopes.cctv import Vector, vectors
from tests.envelopes.readers import OneByte, open_any

Opener = Callable[[Source, Sequence[Identity]], Iterator[bytes]]

VECTORS = list(vectors())
FAILURES: dict[type[CryptoError], str] = {
    FormatError: "header failure",
    ArmorError: "armor failure",
    NoMatch: "no match",
    HeaderAuthError: "HMAC failure",
    PayloadError: "payload failure",
}
# Good age files that the portal refuses all the same: a post-quantum recipient beside one of another kind.
MIXED = {"hybrid_and_x25519", "hybrid_grease"}

every_vector = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
sources = pytest.mark.parametrize("source", [io.BytesIO, OneByte], ids=["whole", "one byte at a time"])


def outcome(vector: Vector, source: Callable[[bytes], Source], opener: Opener) -> tuple[str, str]:
    """What came of a vector, and SHA-256 of everything that was released before it came."""
    released = hashlib.sha256()
    raw = source(vector.sealed)
    try:
        for chunk in opener(ArmorReader(raw) if vector.armored else raw, vector.identities):
            released.update(chunk)
    except MixedRecipients:
        return "mixed", released.hexdigest()
    except CryptoError as error:
        return FAILURES[type(error)], released.hexdigest()
    return "success", released.hexdigest()


def test_there_are_143_vectors() -> None:
    """The set is complete: 110 plain and 33 armored."""
    assert len(VECTORS) == 143
    assert sum(vector.armored for vector in VECTORS) == 33


@sources
@every_vector
def test_the_format_gives_what_the_vector_expects(vector: Vector, source: Callable[[bytes], Source]) -> None:
    """Result and released bytes are those of the reference implementation, however the bytes arrive."""
    result, released = outcome(vector, source, open_any)
    assert result == vector.expect
    if vector.payload is not None:
        assert released == vector.payload


@every_vector
def test_the_portal_opens_the_same_files_but_mixed_ones(vector: Vector) -> None:
    """`open_stream` differs from the specification in one thing: it refuses a mix of recipients."""
    result, _ = outcome(vector, io.BytesIO, open_stream)
    assert result == ("mixed" if vector.name in MIXED else vector.expect)


@pytest.mark.parametrize("vector", [v for v in VECTORS if v.armored and v.expect == "success"], ids=lambda v: v.name)
def test_a_good_armor_round_trips(vector: Vector) -> None:
    """Encoding what was decoded gives the same text, but for the line ends and the space around it."""
    text = vector.sealed.decode("ascii").strip().replace("\r\n", "\n") + "\n"
    assert armor(dearmor(vector.sealed)) == text


@pytest.mark.parametrize(
    "vector",
    [v for v in VECTORS if v.expect in ("success", "payload failure", "no match") and not v.armored],
    ids=lambda v: v.name,
)
def test_a_good_header_round_trips(vector: Vector) -> None:
    """A header that parses is encoded to the same bytes again: there is one encoding for one header."""
    header = read_header(Reader(io.BytesIO(vector.sealed)))
    stanzas = b"".join(stanza.encode() for stanza in header.stanzas)
    assert VERSION_LINE + stanzas + b"--- " + to_base64(header.mac).encode() + b"\n" == header.encoded
    assert vector.sealed.startswith(header.encoded)
