"""Writing so that a crash leaves the old file or the new one, never half of one.

Folders are for their owner only (0700), files too (0600). A name appears only when its bytes are on the disk.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any


def folder(path: Path) -> Path:
    """Make a private folder, and private parents, where they are not there."""
    if not path.parent.exists():
        folder(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def write(path: Path, data: bytes) -> None:
    """Put `data` at `path` in one step."""
    folder(path.parent)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with private(temporary) as sink:
            sink.write(data)
            sink.flush()
            os.fsync(sink.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    settle(path.parent)


def write_json(path: Path, value: Any) -> None:
    """Put a JSON value at `path` in one step."""
    write(path, json.dumps(value, sort_keys=True, indent=1).encode())


def read_json(path: Path) -> Any:
    """The JSON value at `path`, or None when there is no such file."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None


def private(path: Path, *, append: bool = False) -> Any:
    """Open a file that only its owner may read, for writing (from its end when `append`)."""
    flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else os.O_TRUNC) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600), "ab" if append else "wb")


def settle(path: Path) -> None:
    """Make the names in a folder durable, where the system can be asked to."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
