"""Sealing and opening age files (c2sp.org/age, version 1).

Rules: streaming both ways in constant memory; recipients of different kinds never share a file, neither when we seal
nor when we open; header and payload can be stored apart, so that a header can be made anew for another key while the
payload, however big, stays as it is.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator, Sequence

from crypto.errors import FormatError, MixedRecipients
from crypto.header import (
    FILE_KEY_SIZE,
    HYBRID_STANZA,
    MAC_LINE_SIZE,
    VERSION_LINE,
    Header,
    Identity,
    Recipient,
    make_header,
    read_header,
    refuse_mixed,
    unwrap,
)
from crypto.hybrid import check_hybrid_stanza
from crypto.payload import CHUNK_SIZE, NONCE_SIZE, TAG_SIZE, PayloadWriter, read_payload
from crypto.reader import Reader, Sink, Source

HYBRID_STANZA_SIZE = 1557


class Sealer(PayloadWriter):
    """A sealed file written to `sink` as the plaintext arrives: `write`, then `close` (or a with block)."""

    def __init__(self, sink: Sink, recipients: Sequence[Recipient]) -> None:
        file_key = secrets.token_bytes(FILE_KEY_SIZE)
        sink.write(make_header(file_key, recipients))
        super().__init__(sink, file_key)


def encrypt(plaintext: bytes, recipients: Sequence[Recipient]) -> bytes:
    """The sealed file of `plaintext`. Raises MixedRecipients, and FormatError if there are none."""
    sink = io.BytesIO()
    with Sealer(sink, recipients) as sealer:
        sealer.write(plaintext)
    return sink.getvalue()


def decrypt(sealed: bytes, identities: Sequence[Identity]) -> bytes:
    """The plaintext, whole or not at all. Raises as `open_stream`."""
    return unseal(sealed, identities)[0]


def unseal(sealed: bytes, identities: Sequence[Identity]) -> tuple[bytes, Identity]:
    """The plaintext, and which of the identities opened it. Raises as `open_stream`."""
    reader = Reader(io.BytesIO(sealed))
    file_key, identity = _open_header(reader, identities)
    return b"".join(read_payload(reader, file_key)), identity


def open_stream(source: Source, identities: Sequence[Identity]) -> Iterator[bytes]:
    """Open a sealed file chunk by chunk. Never act on a chunk before the iterator has ended without an error.

    The header is read before the first chunk is asked for. Raises FormatError, MixedRecipients, NoMatch and
    HeaderAuthError at once; PayloadError while iterating.
    """
    reader = Reader(source)
    file_key, _ = _open_header(reader, identities)
    return read_payload(reader, file_key)


def match(head: bytes, identities: Sequence[Identity]) -> Identity:
    """Which of the identities opens a file that starts with `head`; its MAC is checked. Raises as `open_stream`."""
    return _open_header(Reader(io.BytesIO(head)), identities)[1]


def inspect(head: bytes, *, recipients: int = 1) -> Header:
    """The header of a file that could be opened by exactly so many hybrid identities, and by nobody else.

    `head` holds at least the complete header. Needs no key, so it cannot know whose identities these are.
    Raises FormatError; MixedRecipients if anything else is among the recipients.
    """
    header = _parse(head)
    if any(stanza.kind != HYBRID_STANZA for stanza in header.stanzas):
        raise MixedRecipients("this file is sealed to something else than a post-quantum key")
    if len(header.stanzas) != recipients:
        raise FormatError(f"this file is sealed to {len(header.stanzas)} keys instead of {recipients}")
    for stanza in header.stanzas:
        check_hybrid_stanza(stanza)
    return header


def split(sealed: bytes) -> tuple[bytes, bytes]:
    """Header bytes (through the newline of its last line) and payload bytes (nonce and chunks). Raises FormatError."""
    size = _parse(sealed).size
    return sealed[:size], sealed[size:]


def reseal(header: bytes, identities: Sequence[Identity], recipients: Sequence[Recipient]) -> bytes:
    """A new header, for other recipients, that goes before the same payload.

    Ends future access only: whoever could open the old header may have kept the file key. Raises as `open_stream`.
    """
    parsed = _parse(header)
    if parsed.size != len(header):
        raise FormatError("there is more here than a header")
    refuse_mixed(parsed.stanzas)
    file_key, _ = unwrap(parsed, identities)
    return make_header(file_key, recipients)


def sealed_size(plaintext_size: int, recipients: int = 1) -> int:
    """Exact length in bytes of a file sealed to so many hybrid recipients."""
    chunks = max(1, -(-plaintext_size // CHUNK_SIZE))
    header = len(VERSION_LINE) + recipients * HYBRID_STANZA_SIZE + MAC_LINE_SIZE
    return header + NONCE_SIZE + plaintext_size + chunks * TAG_SIZE


def _open_header(reader: Reader, identities: Sequence[Identity]) -> tuple[bytes, Identity]:
    header = read_header(reader)
    refuse_mixed(header.stanzas)
    return unwrap(header, identities)


def _parse(head: bytes) -> Header:
    return read_header(Reader(io.BytesIO(head)))
