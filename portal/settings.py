"""What an operator sets: `UNHINDERED_*` names of the environment, read once into a frozen value.

Rules: a name that is not in `NAMES` is refused, so that a slip of the pen is told and not silently ignored; a wrong
value is a sentence that names the setting; nothing is read again later. `docs/operations.md` shows the same table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

PREFIX = "UNHINDERED_"
ORGANISATION_NOT_SET = "This organisation (name not set)"
Reader = Literal["intake", "desk", "both"]


class SettingsError(Exception):
    """A setting that cannot be used. The message is a sentence for the operator; commands end with status 2."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table of settings. `default` is what an operator who sets nothing gets."""

    name: str
    default: str
    reader: Reader
    says: str


NAMES: tuple[Setting, ...] = (
    Setting("UNHINDERED_DATA", "./instance", "both", "Folder that holds everything this program keeps."),
    Setting("UNHINDERED_INTAKE_PORT", "8000", "both", "Loopback port of the intake."),
    Setting("UNHINDERED_DESK_PORT", "8001", "desk", "Loopback port of the desk."),
    Setting(
        "UNHINDERED_INTAKE_URL",
        "http://127.0.0.1:<intake port>",
        "both",
        "Public origin of the intake; also where a desk looks for it.",
    ),
    Setting("UNHINDERED_DESK_URL", "http://localhost:<desk port>", "desk", "Origin under which the desk is opened."),
    Setting("UNHINDERED_SOCKS", "", "desk", "Proxy towards the intake, as in socks5h://127.0.0.1:9050."),
    Setting("UNHINDERED_ORGANISATION", ORGANISATION_NOT_SET, "both", "Who runs this, as reporters read it."),
    Setting("UNHINDERED_CONTACTS", "", "intake", "Emergency contacts shown to reporters, separated by |."),
    Setting("UNHINDERED_SAFE_SITE", "https://www.wikipedia.org/", "intake", "Where “Leave this site” leads."),
    Setting("UNHINDERED_PASSPHRASE_FILE", "", "desk", "File with the passphrase, for commands without questions."),
    Setting(
        "UNHINDERED_DATABASE",
        "sqlite in the data folder",
        "intake",
        "Database address, as in postgresql://user@host/name.",
    ),
    Setting("UNHINDERED_ANSWER_DAYS", "7", "intake", "Days within which a reporter is promised a first sign."),
    Setting("UNHINDERED_DEMO", "0", "both", "1 marks every page as a demonstration."),
)
_KNOWN = {setting.name for setting in NAMES}
_HOST = re.compile(r"[a-z0-9.-]+|\[[0-9a-f:.]+\]")


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    """Everything the intake is told. `url` is an origin without a trailing slash."""

    data: Path
    port: int
    url: str
    database: str
    organisation: str
    contacts: tuple[str, ...]
    safe_site: str
    answer_days: int
    demo: bool

    @property
    def folder(self) -> Path:
        """The intake's own folder: database, blobs, uploads under way."""
        return self.data / "intake"


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """Everything a desk is told. `url` and `intake_url` are origins without a trailing slash."""

    data: Path
    port: int
    url: str
    intake_url: str
    socks: str | None
    organisation: str
    passphrase_file: Path | None
    demo: bool

    @property
    def folder(self) -> Path:
        """The desk's own folder: identity file, archive, directory."""
        return self.data / "desk"


def load_intake(environ: Mapping[str, str]) -> IntakeSettings:
    """Read the intake's settings. Raises SettingsError."""
    read = _Reading(environ)
    data, port = read.folder("DATA", "instance"), read.port("INTAKE_PORT", 8000)
    return IntakeSettings(
        data=data,
        port=port,
        url=read.origin("INTAKE_URL", f"http://127.0.0.1:{port}"),
        database=read.database(data / "intake" / "intake.sqlite3"),
        organisation=read.text("ORGANISATION", ORGANISATION_NOT_SET),
        contacts=tuple(part.strip() for part in read.text("CONTACTS", "").split("|") if part.strip()),
        safe_site=read.site("SAFE_SITE", "https://www.wikipedia.org/"),
        answer_days=read.number("ANSWER_DAYS", 7, 1, 365),
        demo=read.flag("DEMO"),
    )


def load_desk(environ: Mapping[str, str]) -> DeskSettings:
    """Read a desk's settings. Raises SettingsError."""
    read = _Reading(environ)
    intake_port, port = read.port("INTAKE_PORT", 8000), read.port("DESK_PORT", 8001)
    passphrase_file = read.text("PASSPHRASE_FILE", "")
    return DeskSettings(
        data=read.folder("DATA", "instance"),
        port=port,
        url=read.origin("DESK_URL", f"http://localhost:{port}"),
        intake_url=read.origin("INTAKE_URL", f"http://127.0.0.1:{intake_port}"),
        socks=read.proxy("SOCKS"),
        organisation=read.text("ORGANISATION", ORGANISATION_NOT_SET),
        passphrase_file=Path(passphrase_file).absolute() if passphrase_file else None,
        demo=read.flag("DEMO"),
    )


class _Reading:
    """One pass over the environment. Every method takes a name without its prefix and raises SettingsError."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        unknown = sorted(name for name in environ if name.startswith(PREFIX) and name not in _KNOWN)
        if unknown:
            raise SettingsError(f"{unknown[0]} is not a setting of this program. See docs/operations.md for the names.")
        self._environ = environ

    def text(self, name: str, default: str) -> str:
        value = self._environ.get(PREFIX + name, "").strip()
        if any(not letter.isprintable() for letter in value):
            raise SettingsError(f"{PREFIX}{name} holds an unprintable character.")
        return value or default

    def folder(self, name: str, default: str) -> Path:
        return Path(self.text(name, default)).absolute()

    def number(self, name: str, default: int, least: int, most: int) -> int:
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdecimal() and least <= int(value) <= most):
            raise SettingsError(f"{PREFIX}{name} must be a whole number from {least} to {most}, not {value}.")
        return int(value)

    def port(self, name: str, default: int) -> int:
        return self.number(name, default, 1, 65535)

    def flag(self, name: str) -> bool:
        value = self.text(name, "0")
        if value not in ("0", "1"):
            raise SettingsError(f"{PREFIX}{name} must be 0 or 1, not {value}.")
        return value == "1"

    def origin(self, name: str, default: str) -> str:
        """`scheme://host[:port]`, lower case: what a browser calls an origin (RFC 6454)."""
        value = self.text(name, default).rstrip("/").lower()
        scheme, _, rest = value.partition("://")
        host, port = self._host_and_port(name, rest)
        if scheme not in ("http", "https"):
            raise SettingsError(f"{PREFIX}{name} must look like https://host or http://host:port, not {value}.")
        return f"{scheme}://{host}" + ("" if port in (None, {"http": 80, "https": 443}[scheme]) else f":{port}")

    def proxy(self, name: str) -> str | None:
        value = self.text(name, "").lower()
        if not value:
            return None
        scheme, _, rest = value.partition("://")
        # socks5 without the h would look names up outside the proxy, and tell the local network about the intake.
        if scheme != "socks5h" or self._host_and_port(name, rest)[1] is None:
            raise SettingsError(f"{PREFIX}{name} must look like socks5h://127.0.0.1:9050, not {value}.")
        return value

    def site(self, name: str, default: str) -> str:
        value = self.text(name, default)
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or any(c in value for c in "\"'<>\\ "):
            raise SettingsError(f"{PREFIX}{name} must be a web address, as in https://www.wikipedia.org/, not {value}.")
        return value

    def database(self, default: Path) -> str:
        value = self.text("DATABASE", f"sqlite:///{default}")
        for scheme in ("postgresql+psycopg://", "postgresql://", "postgres://"):
            if value.startswith(scheme):
                return "postgresql+psycopg://" + value.removeprefix(scheme)
        if value.startswith("sqlite:///") and ":memory:" not in value and len(value) > len("sqlite:///"):
            return value
        # The value may hold a password: it is not repeated.
        raise SettingsError(f"{PREFIX}DATABASE must be sqlite:///… (a file) or postgresql://….")

    def _host_and_port(self, name: str, rest: str) -> tuple[str, int | None]:
        found = re.fullmatch(rf"({_HOST.pattern})(?::(\d{{1,5}}))?", rest)
        if not found or (found[2] and not 1 <= int(found[2]) <= 65535):
            raise SettingsError(f"{PREFIX}{name} must name a host and nothing after it but a port, not {rest}.")
        return found[1], int(found[2]) if found[2] else None
