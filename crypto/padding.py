"""How long a plaintext is made before it is sealed, so that a sealed file's length says little about it.

Rules: a message is 16 KiB, or the next power of two up to 1 MiB. A file is at least 16 KiB, a power of two up to
8 MiB, and above that one of eight steps between two powers of two: at most an eighth is added.
"""

from __future__ import annotations

from crypto.errors import FormatError, TooBig
from crypto.payload import CHUNK_SIZE, NONCE_SIZE, TAG_SIZE

SMALLEST = 16 * 1024
LARGEST_MESSAGE = 1024 * 1024
STEPS_ABOVE = 8 * 1024 * 1024
_STEPS_PER_OCTAVE = 8


def padded_message_size(size: int) -> int:
    """Bytes of a message's plaintext once padded, from its `size` in bytes with all framing. Raises TooBig."""
    if size > LARGEST_MESSAGE:
        raise TooBig("a message is at most 1 MiB")
    return max(SMALLEST, _power_of_two_from(size))


def padded_file_size(size: int) -> int:
    """Bytes of a file's plaintext once padded, from its true `size` in bytes."""
    if size <= STEPS_ABOVE:
        return max(SMALLEST, _power_of_two_from(size))
    step = _power_of_two_from(size) // 2 // _STEPS_PER_OCTAVE
    return -(-size // step) * step


def is_message_size(size: int) -> bool:
    """Whether a padded message's plaintext can have this size."""
    return 0 <= size <= LARGEST_MESSAGE and padded_message_size(size) == size


def is_file_size(size: int) -> bool:
    """Whether a padded file's plaintext can have this size."""
    return size >= 0 and padded_file_size(size) == size


def plaintext_size(payload_size: int) -> int:
    """Bytes of plaintext in a sealed payload (nonce and chunks) of so many bytes. Raises FormatError if none has."""
    sealed = payload_size - NONCE_SIZE
    chunks = max(1, -(-sealed // (CHUNK_SIZE + TAG_SIZE)))
    size = sealed - chunks * TAG_SIZE
    if size < 0 or (chunks > 1 and size <= (chunks - 1) * CHUNK_SIZE):
        raise FormatError("no sealed payload has this length")
    return size


def _power_of_two_from(size: int) -> int:
    """The smallest power of two that is at least `size`."""
    return 1 << max(0, size - 1).bit_length()
