"""Words that stand nowhere else, planted wherever a reporter can put something, and the search for them afterwards.

A canary is searched as it stands and as the program could have written it by the way: in UTF-16, hexadecimal, and
base64 at every alignment. A receipt and the keys that follow from it are searched in the same way.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG

from crypto.receipt import Receipt

PIECE = 8 << 20


@dataclass(slots=True)
class Canaries:
    """All words of one test begin alike, so that one search finds any of them."""

    word: str = field(default_factory=lambda: "canary" + secrets.token_hex(8))
    _patterns: dict[bytes, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._look_for(self.word.encode(), "a canary")
        self._patterns[self.word.encode("utf-16-le")] = "a canary in UTF-16"

    def at(self, place: str) -> str:
        """The canary of a place; it names it."""
        return f"{self.word}{place}"

    def block(self, size: int) -> bytes:
        """A file full of canaries."""
        line = self.at("in a file").encode() + b"\n"
        return (line * (size // len(line) + 1))[:size]

    def receipt(self, receipt: Receipt, instance: bytes) -> None:
        """From now on, look for this receipt too, and for what follows from it but the thread's public name."""
        keys = receipt.derive(instance)
        self._look_for(receipt.secret, "a receipt's secret")
        self._look_for(keys.token, "a mailbox token")
        self._look_for(keys.signing_seed, "a signing seed")
        self._look_for(keys.reply_mac, "a reply key")
        self._look_for(receipt.digits.replace(" ", "").encode(), "a receipt's digits")
        self._patterns[receipt.digits.encode()] = "a receipt's digits in groups"
        self._patterns[receipt.words.encode()] = "a receipt's words"

    def hits(self, *places: Path) -> list[str]:
        """Where any of it stands: in these files, and in every file below these folders."""
        return [hit for place in places for path in _files(place) for hit in self._hits_in(path)]

    def hits_in_open_files(self, processes: Iterable[int]) -> list[str]:
        """Where any of it stands in files that these processes hold open, those without a name among them."""
        found = []
        for process in processes:
            for link in Path(f"/proc/{process}/fd").iterdir():
                if _is_file(link):
                    found += [f"{hit} -> {os.readlink(link)}" for hit in self._hits_in(link)]
        return found

    def _look_for(self, secret: bytes, name: str) -> None:
        self._patterns[secret] = name
        self._patterns[secret.hex().encode()] = f"{name} in hexadecimal"
        for shift in range(3):
            self._patterns[_in_base64(secret, shift)] = f"{name} in base64"

    def _hits_in(self, path: Path) -> list[str]:
        names: dict[str, None] = {}
        overlap = max(map(len, self._patterns))
        try:
            with path.open("rb") as file:
                rest = b""
                while piece := file.read(PIECE):
                    rest += piece
                    names |= {name: None for pattern, name in self._patterns.items() if pattern in rest}
                    rest = rest[-overlap:]
        except FileNotFoundError:  # it was there for a moment only
            pass
        return [f"{name} in {path}" for name in names]


def _in_base64(secret: bytes, shift: int) -> bytes:
    """What of this secret is the same in base64 whatever stands around it, when `shift` bytes precede it."""
    encoded = base64.b64encode(bytes(shift) + secret + bytes(3))
    return encoded[(shift * 8 + 5) // 6 : (shift + len(secret)) * 8 // 6]


def _files(place: Path) -> Iterator[Path]:
    if not place.is_dir():
        yield place
    for folder, _, names in os.walk(place):
        yield from (Path(folder, name) for name in names)


def _is_file(link: Path) -> bool:
    try:
        return S_ISREG(link.stat().st_mode)
    except OSError:
        return False
