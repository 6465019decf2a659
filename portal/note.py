"""The reporter's chain note: what their next message must name, kept for them by the intake, sealed to the receipt.

Plaintext: `unhindered/1 note` and a newline, the length, the JSON, an Ed25519 signature over the JSON (context `note`),
zeros to exactly 4,096 bytes. Rules: always the same size, so it does not tell how much was written; the intake can keep
an old note or none, but cannot make one. What it gives back wrongly shows as a hole or a fork in the thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from crypto.age import decrypt, encrypt, sealed_size
from crypto.errors import SignatureError
from crypto.hybrid import HybridIdentity
from crypto.receipt import ReceiptKeys
from crypto.signatures import SIGNATURE_SIZE, sign, verify
from portal.fields import HASH, Fields
from portal.framing import MessageError, frame, is_zeros, read_object, unframe, write_object

MARK = b"unhindered/1 note\n"
CONTEXT = "note"
NOTE_SIZE = 4096
NOTE_SEALED_SIZE = sealed_size(NOTE_SIZE)
VERSION = 1
MOST_SEEN = 40
MOST_HEADS = 8
_NAMES = ("v", "thread", "count", "prev", "heads", "seen")


@dataclass(frozen=True, slots=True)
class Note:
    """Where a reporter's chain stands. Hashes are hexadecimal.

    `count` messages were sent, the last of them `prev`; `heads` are the newest replies that were read, one of each
    author; `seen` are the messages that need not be there again: sent or read, the newest last, at most MOST_SEEN.
    """

    thread: str
    count: int = 0
    prev: str | None = None
    heads: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()

    def sent(self, message: str) -> Note:
        """The note after a message with this hash was sent."""
        return replace(self, count=self.count + 1, prev=message, seen=self._seen([message]))

    def read(self, replies: Iterable[str], heads: Iterable[str]) -> Note:
        """The note after replies with these hashes were read; `heads` are the newest of each author."""
        return replace(self, heads=tuple(sorted(set(heads))[:MOST_HEADS]), seen=self._seen(replies))

    def _seen(self, more: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.seen, *more]))[-MOST_SEEN:]


def make_note(keys: ReceiptKeys, note: Note) -> bytes:
    """The sealed note, NOTE_SEALED_SIZE bytes. Raises MessageError for a note of another thread or without room."""
    if note.thread != keys.thread.hex():
        raise MessageError("a note belongs to the thread of its receipt")
    body = write_object({"v": VERSION} | asdict(note))
    text = frame(MARK, body, sign(keys.signing_seed, CONTEXT, body))
    if len(text) > NOTE_SIZE:
        raise MessageError("this note has more in it than there is room for")
    return encrypt(text.ljust(NOTE_SIZE, b"\0"), [keys.reply.recipient])


def nobodys_note() -> bytes:
    """What stands where there is no note: a file like a sealed note, to a key that nobody has."""
    return encrypt(bytes(NOTE_SIZE), [HybridIdentity.generate().recipient])


def read_note(keys: ReceiptKeys, sealed: bytes) -> Note:
    """Open and verify a note.

    Raises crypto.errors.NoMatch where there is none yet (the intake then gives a file that nobody opens), any other
    CryptoError for a damaged one, and MessageError for one that the owner of the receipt did not write.
    """
    plaintext = decrypt(sealed, [keys.reply])
    body, after = unframe(MARK, plaintext)
    signature = after[:SIGNATURE_SIZE]
    if len(plaintext) != NOTE_SIZE or not is_zeros(after[SIGNATURE_SIZE:]):
        raise MessageError("this note is not of the size that notes have")
    try:
        verify(keys.signing_public, CONTEXT, body, signature)
    except SignatureError as error:
        raise MessageError(str(error), error.hint) from None
    note = _note(Fields(read_object(body), _NAMES, "a note"))
    if note.thread != keys.thread.hex():
        raise MessageError("this note belongs to another thread")
    return note


def _note(fields: Fields) -> Note:
    if fields.number("v") != VERSION:
        raise MessageError("this note was written by another version", "Update this program, then read it again.")
    return Note(
        thread=fields.match("thread", HASH),
        count=fields.number("count"),
        prev=fields.match_or_none("prev", HASH),
        heads=fields.hashes("heads"),
        seen=fields.hashes("seen"),
    )
