"""One fingerprint of everything a recommendation rests on: catalogue, rules, vocabulary.

It is stored with each decision, so that a decision can be understood years later against the same data.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


def folder_digest(folder: Path) -> str:
    """SHA-256, hex, over every *.toml below `folder` in the order of their names.

    Each file enters as its path below the folder, a zero byte, its length as 8 bytes, and its bytes: no two different
    sets of files can run into the same stream.
    """
    digest = hashlib.sha256()
    for name, path in sorted((p.relative_to(folder).as_posix(), p) for p in folder.rglob("*.toml")):
        content = path.read_bytes()
        digest.update(name.encode() + b"\0" + len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


@cache
def catalogue_digest() -> str:
    """The digest of the data that ships with the program, read once."""
    return folder_digest(FOLDER)
