"""Names and texts that strangers chose, made harmless (claim C12).

A file leaves the desk only as a download under a plain name in its own folder, and only plain text is shown, as text.
Characters that turn the reading direction, or that cannot be seen, are written out: they can make `exe.fdp` of a
program look like a document.
"""

from __future__ import annotations

import re
import unicodedata

from werkzeug.utils import secure_filename

SHOWN_AT_MOST = 256 * 1024
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_EXTENSION = re.compile(r"[A-Za-z0-9]{1,8}")


def safe_name(name: str, object_id: str) -> str:
    """A name of at most 100 plain characters that stays in its folder; from the object's id where nothing is left."""
    stem, dot, extension = name.rpartition(".")
    if not dot or not _EXTENSION.fullmatch(extension):
        stem, extension = name, ""
    stem = secure_filename(stem)[:80].strip("._-")
    if not stem or _RESERVED.fullmatch(stem):
        stem = f"file-{object_id[:12]}"
    return f"{stem}.{extension}" if extension else stem


def visible(text: str, *, lines: bool = True) -> str:
    """The text with every invisible or direction-turning character written out as ⟨U+202E⟩.

    Joiners stay: Arabic, Persian and Indic writing needs them. With `lines` line ends and tabs stay too.
    """
    kept = "\u200c\u200d\n\t" if lines else "\u200c\u200d"
    if lines:
        text = text.replace("\r\n", "\n")
    return "".join(
        c if c in kept or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp") else f"⟨U+{ord(c):04X}⟩"
        for c in text
    )


def is_text(content_type: str, name: str) -> bool:
    """Whether the file says it is plain text; whether it is shows when it is read."""
    return content_type.split(";")[0].strip().lower() == "text/plain" or name.lower().endswith(".txt")


def read_text(content: bytes) -> str | None:
    """The bytes as text in UTF-8 or UTF-16 with its mark, else None: then the file can only be saved."""
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
