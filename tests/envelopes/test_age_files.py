"""What we seal opens; what was changed, cut, mixed or meant for others does not, and says why."""

from __future__ import annotations

import io
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import age
from crypto.armor import ArmorReader, armor, dearmor
from crypto.errors import CryptoError, FormatError, HeaderAuthError, MixedRecipients, NoMatch, PayloadError
from crypto.header import Stanza, from_base64, make_header, to_base64
from crypto.hybrid import HybridIdentity, HybridRecipient, check_hybrid_stanza
from crypto.passphrase import PassphraseIdentity, PassphraseRecipient
from tests.envelopes.cctv import X25519Identity
from tests.envelopes.readers import OneByte, open_any

CHUNK = 65536
SIZES = [0, 1, 65535, 65536, 65537]
identity = HybridIdentity(bytes(range(32)))
stranger = HybridIdentity(bytes(range(1, 33)))
plain_sizes = pytest.mark.parametrize("size", [*SIZES, pytest.param(10 << 20, marks=pytest.mark.slow)])


def content(size: int) -> bytes:
    """Bytes that differ from chunk to chunk, so that no swap goes unseen."""
    return bytes(range(251)) * (size // 251) + bytes(range(size % 251))


def failure(sealed: bytes) -> type[CryptoError] | None:
    """The class of what opening raises."""
    try:
        age.decrypt(sealed, [identity])
    except CryptoError as error:
        assert error.hint
        return type(error)
    return None


@plain_sizes
def test_what_is_sealed_opens(size: int) -> None:
    """Whole, streamed, a byte at a time and through the text form, the same bytes come back."""
    plaintext = content(size)
    sealed = age.encrypt(plaintext, [identity.recipient])
    assert len(sealed) == age.sealed_size(size)
    assert age.decrypt(sealed, [stranger, identity]) == plaintext
    assert b"".join(age.open_stream(OneByte(sealed), [identity])) == plaintext
    assert dearmor(armor(sealed).encode()) == sealed
    assert b"".join(age.open_stream(ArmorReader(io.BytesIO(armor(sealed).encode())), [identity])) == plaintext


@settings(max_examples=40)
@given(st.lists(st.sampled_from([b"", b"a", b"b" * 1000, b"c" * CHUNK, b"d" * (CHUNK - 1), b"e" * (2 * CHUNK + 1)])))
def test_it_does_not_matter_in_which_pieces_it_was_written(pieces: list[bytes]) -> None:
    """However a plaintext is cut on its way into a Sealer, the file opens to the whole and has the exact size."""
    sink = io.BytesIO()
    with age.Sealer(sink, [identity.recipient]) as sealer:
        for piece in pieces:
            assert sealer.write(piece) == len(piece)
    plaintext = b"".join(pieces)
    assert len(sink.getvalue()) == age.sealed_size(len(plaintext))
    assert age.decrypt(sink.getvalue(), [identity]) == plaintext


def test_memory_stays_constant_while_streaming() -> None:
    """8 MiB are sealed and opened with less than 1 MiB held at any time."""

    class Spool:
        def __init__(self) -> None:
            self.parts: list[bytes] = []

        def write(self, data: bytes, /) -> None:
            self.parts.append(data)

        def read(self, size: int, /) -> bytes:
            part = self.parts.pop(0) if self.parts else b""
            if len(part) > size:
                self.parts.insert(0, part[size:])
            return part[:size]

    class Nowhere:
        def write(self, data: bytes, /) -> None:
            pass

    spool = Spool()
    with age.Sealer(spool, [identity.recipient]) as sealer:
        for _ in range(32):
            sealer.write(bytes(256 << 10))
    tracemalloc.start()
    try:
        with age.Sealer(Nowhere(), [identity.recipient]) as sealer:
            for _ in range(32):
                sealer.write(bytes(256 << 10))
        total = sum(len(chunk) for chunk in age.open_stream(spool, [identity]))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert total == 8 << 20
    assert peak < 1 << 20


def test_two_sealings_have_nothing_in_common() -> None:
    """The same plaintext to the same key gives other bytes each time, from the first stanza to the last chunk."""
    first, second = (age.encrypt(b"same", [identity.recipient]) for _ in range(2))
    assert age.split(first)[0] != age.split(second)[0]
    assert age.split(first)[1] != age.split(second)[1]


@pytest.mark.claim("C4")
@pytest.mark.parametrize("place", [0, 16, 16 + CHUNK + 16, 16 + 2 * (CHUNK + 16)])
@pytest.mark.parametrize("off", [-1, 0, 1])
def test_a_cut_at_a_chunk_boundary_is_seen(place: int, off: int) -> None:
    """A file cut at, before or after any boundary is refused: before the nonce is whole as no file, later as cut."""
    header, payload = age.split(age.encrypt(content(2 * CHUNK + 5), [identity.recipient]))
    expected = FormatError if place + off < 16 else PayloadError
    assert failure(header + payload[: max(0, place + off)]) is expected


@pytest.mark.claim("C4")
@pytest.mark.parametrize("added", [b"\0", bytes(16), bytes(CHUNK + 16)])
@pytest.mark.parametrize("size", [0, 5, CHUNK])
def test_something_added_at_the_end_is_seen(size: int, added: bytes) -> None:
    """A file that goes on after its last chunk is refused."""
    assert failure(age.encrypt(content(size), [identity.recipient]) + added) is PayloadError


@pytest.mark.claim("C4")
def test_chunks_cannot_change_places() -> None:
    """Two chunks of one file in another order are refused."""
    header, payload = age.split(age.encrypt(content(2 * CHUNK), [identity.recipient]))
    nonce, first, second = payload[:16], payload[16 : 16 + CHUNK + 16], payload[16 + CHUNK + 16 :]
    assert failure(header + nonce + second + first) is PayloadError


@pytest.mark.claim("C4")
def test_every_flipped_bit_of_a_header_is_refused() -> None:
    """Not one byte of the header can change, and the error tells which part did."""
    sealed = age.encrypt(b"told in confidence", [identity.recipient])
    header, payload = age.split(sealed)
    argument = header.index(b"mlkem768x25519 ") + len(b"mlkem768x25519 ")
    body = header.index(b"\n", argument) + 1
    mac = header.index(b"--- ")
    for place in range(len(header)):
        flipped = bytearray(header)
        flipped[place] ^= 1
        error = failure(bytes(flipped) + payload)
        if place < 22:
            assert error is FormatError
        elif argument <= place < body - 1 or body <= place < mac - 1:
            assert error in (NoMatch, FormatError)
        elif mac + 4 <= place < len(header) - 1:
            assert error in (HeaderAuthError, FormatError)
        else:
            assert error is not None


@pytest.mark.claim("C4")
@pytest.mark.parametrize("place", [0, 15, 16, 1000, 16 + CHUNK, 16 + CHUNK + 16, -17, -1])
def test_every_flipped_bit_of_a_payload_is_refused(place: int) -> None:
    """Nonce, chunks and tags: a changed payload is a PayloadError."""
    header, payload = age.split(age.encrypt(content(CHUNK + 100), [identity.recipient]))
    flipped = bytearray(payload)
    flipped[place] ^= 0x80
    assert failure(header + bytes(flipped)) is PayloadError


def test_a_file_of_another_key_says_so() -> None:
    """Not for this key is not the same as damaged."""
    assert failure(age.encrypt(b"x", [stranger.recipient])) is NoMatch
    assert failure(b"") is FormatError


def test_mixed_recipients_are_refused_both_ways() -> None:
    """We neither seal nor open a file whose post-quantum recipient stands beside a classical one."""
    classical = X25519Identity(bytes(range(32)))
    with pytest.raises(MixedRecipients):
        age.encrypt(b"x", [identity.recipient, classical.recipient])
    with pytest.raises(MixedRecipients):
        age.encrypt(b"x", [identity.recipient, PassphraseRecipient("secret", log_n=10)])
    _, payload = age.split(age.encrypt(b"x", [identity.recipient]))
    stanzas = [recipient.wrap(bytes(16)) for recipient in (classical.recipient, identity.recipient)]
    mixed = b"age-encryption.org/v1\n" + b"".join(s.encode() for s in stanzas) + b"--- " + b"A" * 43 + b"\n"
    assert failure(mixed + payload) is MixedRecipients
    for refuses in (age.inspect, lambda head: age.match(head, [identity])):
        with pytest.raises(MixedRecipients):
            refuses(mixed)


def test_a_passphrase_stands_alone() -> None:
    """Two passphrases cannot share a file, and a file without any recipient is refused."""
    with pytest.raises(FormatError):
        age.encrypt(b"x", [PassphraseRecipient("one", log_n=10), PassphraseRecipient("two", log_n=10)])
    with pytest.raises(FormatError):
        age.encrypt(b"x", [])


@pytest.mark.parametrize("share", [bytes(32), (1).to_bytes(32, "little"), ((1 << 255) - 20).to_bytes(32, "little")])
def test_a_low_order_share_is_a_broken_header(share: bytes) -> None:
    """An X25519 share that gives everybody the same secret is refused as malformed, by reader and intake alike."""
    good = identity.recipient.wrap(bytes(16))
    enc = from_base64(good.arguments[0].encode())[:-32] + share
    bad = Stanza(good.kind, (to_base64(enc),), good.body)
    with pytest.raises(FormatError, match="low order"):
        identity.unwrap([bad])
    head = b"age-encryption.org/v1\n" + bad.encode() + b"--- " + b"A" * 43 + b"\n"
    with pytest.raises(FormatError, match="low order"):
        age.inspect(head)
    check_hybrid_stanza(good)


def test_a_key_with_a_low_order_half_is_refused() -> None:
    """A public key whose X25519 half protects nothing, or whose ML-KEM half is none, is not accepted."""
    raw = identity.recipient.raw
    for bad in (raw[:-32] + bytes(32), b"\xff" * 1184 + raw[-32:], raw[:-1], raw + b"\0"):
        with pytest.raises(FormatError):
            HybridRecipient(bad)


def test_resealing_gives_a_new_reader_and_takes_the_old_one_away() -> None:
    """A new header before the old payload opens with the new identity and not with the old."""
    plaintext = content(CHUNK + 1)
    header, payload = age.split(age.encrypt(plaintext, [identity.recipient]))
    renewed = age.reseal(header, [identity], [stranger.recipient])
    assert age.decrypt(renewed + payload, [stranger]) == plaintext
    assert failure(renewed + payload) is NoMatch
    with pytest.raises(FormatError):
        age.reseal(header + payload, [identity], [stranger.recipient])
    with pytest.raises(NoMatch):
        age.reseal(header, [stranger], [stranger.recipient])


def test_a_header_does_not_fit_another_payload() -> None:
    """Headers and payloads that are stored apart cannot be exchanged unseen."""
    first, second = (age.split(age.encrypt(text, [identity.recipient])) for text in (b"one", b"two"))
    assert failure(first[0] + second[1]) is PayloadError


def test_the_intake_sees_who_could_open_a_file_but_not_what_is_in_it() -> None:
    """`inspect` wants exactly the stated number of hybrid recipients, and gives the size of the header."""
    sealed = age.encrypt(b"x", [identity.recipient, stranger.recipient])
    header = age.inspect(sealed, recipients=2)
    assert (header.size, len(header.stanzas)) == (len(age.split(sealed)[0]), 2)
    with pytest.raises(FormatError):
        age.inspect(sealed)
    with pytest.raises(FormatError):
        age.inspect(sealed[: header.size - 1], recipients=2)
    with pytest.raises(MixedRecipients):
        age.inspect(make_header(bytes(16), [PassphraseRecipient("secret", log_n=10)]))


def test_a_desk_learns_which_of_its_keys_opens() -> None:
    """`match` names the identity, and raises NoMatch when it is none of them."""
    header, _ = age.split(age.encrypt(b"x", [identity.recipient]))
    assert age.match(header, [stranger, identity]) is identity
    with pytest.raises(NoMatch):
        age.match(header, [stranger])


def test_an_unfinished_file_is_a_cut_file() -> None:
    """When sealing fails half way, what was written so far is refused; a closed Sealer takes nothing more."""
    sink = io.BytesIO()
    with pytest.raises(RuntimeError), age.Sealer(sink, [identity.recipient]) as sealer:
        sealer.write(bytes(CHUNK + 1))
        raise RuntimeError("the connection broke")
    assert failure(sink.getvalue()) is PayloadError
    done = age.Sealer(io.BytesIO(), [identity.recipient])
    done.close()
    done.close()
    with pytest.raises(PayloadError):
        done.write(b"more")


def test_a_header_cannot_be_endless() -> None:
    """A hostile file cannot make the reader hold more than 1 MiB of header."""

    class Endless:
        given = 0

        def read(self, size: int, /) -> bytes:
            start = b"" if self.given else b"age-encryption.org/v1\n"
            part = (start + b"-> a\n\n" * (size // 6 + 1))[:size]
            self.given += len(part)
            return part

    source = Endless()
    with pytest.raises(FormatError):
        list(open_any(source, [identity]))
    assert source.given <= (1 << 20) + 4096


def test_a_passphrase_opens_what_it_sealed() -> None:
    """The identity file of a reviewer: right passphrase, wrong passphrase, and a file that asks for too much work."""
    sealed = age.encrypt(b"AGE-SECRET-KEY-PQ-1", [PassphraseRecipient("correct horse", log_n=10)])
    assert age.decrypt(sealed, [PassphraseIdentity("correct horse")]) == b"AGE-SECRET-KEY-PQ-1"
    with pytest.raises(NoMatch):
        age.decrypt(sealed, [PassphraseIdentity("wrong horse")])
    with pytest.raises(FormatError):
        age.decrypt(sealed, [PassphraseIdentity("correct horse", max_log_n=9)])
