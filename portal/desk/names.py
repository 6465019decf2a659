"""A file's name as it may be saved: whatever a stranger called it, it stays in its folder and shows its true ending.

Rules: no path, no control or direction characters, no leading dot, none of Windows' device names; never empty; at most
120 characters, of which the ending is kept.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 120
_LONGEST_ENDING = 16
_FORBIDDEN = re.compile(r'[<>:"/\\|?*%]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def safe_name(name: str, number: int = 1) -> str:
    """A name to save under. `number` names a file of which nothing usable is left."""
    # Control, format (direction overrides among them), surrogate and unassigned characters can disguise an ending.
    visible = "".join(" " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter for letter in name)
    visible = "".join(letter for letter in visible if unicodedata.category(letter)[0] != "C")
    plain = re.sub(r"\s+", " ", _FORBIDDEN.sub("_", visible)).strip(" .")
    if not plain.strip("_. "):
        return f"file-{number}"
    if _DEVICES.fullmatch(plain):
        plain = f"_{plain}"
    stem, dot, ending = plain.rpartition(".")
    if dot and len(ending) <= _LONGEST_ENDING:
        return stem[: LONGEST - len(ending) - 1].rstrip(" .") + "." + ending
    return plain[:LONGEST].rstrip(" .")
