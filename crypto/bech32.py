"""Bech32 (BIP 173) as age uses it: without the limit of 90 characters.

Rules: mixed case is refused; the separator is the last `1`, because the name before it may hold one itself; padding
bits are zero, so each value has one text.
"""

from __future__ import annotations

from crypto.errors import FormatError

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUE = {letter: value for value, letter in enumerate(_ALPHABET)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM = 6


def encode(hrp: str, data: bytes) -> str:
    """The Bech32 text of `data` under the human-readable part `hrp`; upper case if `hrp` is.

    Raises FormatError for an `hrp` that is empty, of mixed case, or not printable ASCII.
    """
    _check_hrp(hrp)
    name = hrp.lower()
    values = _regroup(data, 8, 5)
    text = name + "1" + "".join(_ALPHABET[value] for value in values + _checksum(name, values))
    return text.upper() if hrp != name else text


def decode(text: str) -> tuple[str, bytes]:
    """The human-readable part, in the case it was written, and the bytes. Raises FormatError."""
    name, separator, rest = text.rpartition("1")
    if not separator:
        raise FormatError("a key has a 1 between its name and its value")
    _check_hrp(name)
    if text not in (text.lower(), text.upper()):
        raise FormatError("a key is all lower case or all upper case")
    try:
        values = bytes(_VALUE[letter] for letter in rest.lower())
    except KeyError as unknown:
        raise FormatError(f"the character {unknown} cannot stand in a key") from None
    if len(values) < _CHECKSUM or _polymod(_expand(name.lower()) + values) != 1:
        raise FormatError("a character of this key is wrong or missing", hint="Copy the whole key again.")
    return name, _bytes_of(values[:-_CHECKSUM])


def _check_hrp(hrp: str) -> None:
    if not hrp or any(not 33 <= ord(letter) <= 126 for letter in hrp) or hrp not in (hrp.lower(), hrp.upper()):
        raise FormatError("the name of a key is printable ASCII in one case")


def _bytes_of(values: bytes) -> bytes:
    spare = len(values) * 5 % 8
    if spare >= 5 or (values and values[-1] & ((1 << spare) - 1)):
        raise FormatError("a key ends in bits that belong to no byte")
    return _regroup(values, 5, 8)[: len(values) * 5 // 8]


def _regroup(data: bytes, width: int, new_width: int) -> bytes:
    """The bits of `data` (items of `width` bits) as items of `new_width` bits, the last one filled with zeros."""
    held, bits, groups = 0, 0, bytearray()
    for item in data:
        held, bits = (held << width) | item, bits + width
        while bits >= new_width:
            bits -= new_width
            groups.append(held >> bits)
            held &= (1 << bits) - 1
    if bits:
        groups.append(held << (new_width - bits))
    return bytes(groups)


def _polymod(values: bytes) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            if top >> bit & 1:
                check ^= generator
    return check


def _expand(name: str) -> bytes:
    codes = name.encode("ascii")
    return bytes(code >> 5 for code in codes) + b"\0" + bytes(code & 31 for code in codes)


def _checksum(name: str, values: bytes) -> bytes:
    check = _polymod(_expand(name) + values + bytes(_CHECKSUM)) ^ 1
    return bytes(check >> 5 * (5 - place) & 31 for place in range(_CHECKSUM))
