"""Opening a file of a message for a person who asked for it. Its plaintext is never written here.

Rules: the whole file is read once before the first byte is given: seal, padding, true size and SHA-256 must all be as
the signed message says. Memory stays constant; what is given is read, opened and checked by age a second time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from crypto import age
from crypto.errors import CryptoError
from crypto.hybrid import HybridIdentity
from crypto.padding import padded_file_size
from portal.desk.errors import DeskError
from portal.messages import FileEntry


def open_attachment(path: Path, file: FileEntry, identities: Sequence[HybridIdentity]) -> Iterator[bytes]:
    """The file's true bytes, in pieces. Raises DeskError before the first of them if anything is wrong."""
    try:
        _check(path, file, identities)
    except FileNotFoundError as error:
        raise DeskError("This file has not arrived yet.", "Sync, and open it again.") from error
    except CryptoError as error:
        raise DeskError(f"This file does not open: {error}.", error.hint) from error
    return _true_bytes(path, file.size, identities)


def _check(path: Path, file: FileEntry, identities: Sequence[HybridIdentity]) -> None:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source:
        for chunk in age.open_stream(source, identities):
            true = chunk[: max(0, file.size - size)]
            digest.update(true)
            size += len(chunk)
            if any(chunk[len(true) :]):
                raise _other()
    if size != padded_file_size(file.size) or digest.hexdigest() != file.sha256:
        raise _other()


def _true_bytes(path: Path, size: int, identities: Sequence[HybridIdentity]) -> Iterator[bytes]:
    left = size
    with path.open("rb") as source:
        for chunk in age.open_stream(source, identities):
            yield chunk[:left]
            left = max(0, left - len(chunk))


def _other() -> DeskError:
    return DeskError(
        "This is not the file that the message names: its size or content is another.",
        "Do not use it. Ask the reporter to send it again.",
    )
