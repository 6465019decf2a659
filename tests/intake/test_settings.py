"""Settings: read once, refused in a sentence, never guessed."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from portal.settings import NAMES, SettingsError, load_desk, load_intake


def test_nothing_needs_to_be_set() -> None:
    """Without a single setting both sites know where they are."""
    intake, desk = load_intake({"PATH": "/bin"}), load_desk({})
    assert (intake.url, intake.port) == ("http://127.0.0.1:8000", 8000)
    assert intake.database == f"sqlite:///{Path('instance/intake/intake.sqlite3').absolute()}"
    assert (desk.url, desk.intake_url) == ("http://localhost:8001", "http://127.0.0.1:8000")
    assert desk.socks is None and desk.passphrase_file is None
    assert "not set" in intake.organisation


def test_the_desk_looks_for_the_intake_on_its_port() -> None:
    """The intake's port moves the intake's own address and where the desk looks."""
    environ = {"UNHINDERED_INTAKE_PORT": "9000", "UNHINDERED_DESK_PORT": "9001"}
    assert load_intake(environ).url == load_desk(environ).intake_url == "http://127.0.0.1:9000"
    assert load_desk(environ).url == "http://localhost:9001"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("https://Report.Example.org/", "https://report.example.org"),
        ("https://report.example.org:443", "https://report.example.org"),
        ("http://abc.onion:80", "http://abc.onion"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_origin_has_one_form(given: str, read: str) -> None:
    """As browsers write it: lower case, no default port, no path."""
    assert load_intake({"UNHINDERED_INTAKE_URL": given}).url == read


def test_a_postgresql_address_names_its_driver() -> None:
    """Operators write postgresql://; the driver is ours to know."""
    for given in ("postgres://u@h/db", "postgresql://u@h/db", "postgresql+psycopg://u@h/db"):
        assert load_intake({"UNHINDERED_DATABASE": given}).database == "postgresql+psycopg://u@h/db"


def test_contacts_are_parted_by_a_bar() -> None:
    """Empty parts are none."""
    assert load_intake({"UNHINDERED_CONTACTS": "Police: 112 | | Front Line"}).contacts == ("Police: 112", "Front Line")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("UNHINDERED_INTAKE_PROT", "8000"),
        ("UNHINDERED_INTAKE_PORT", "0"),
        ("UNHINDERED_INTAKE_PORT", "65536"),
        ("UNHINDERED_INTAKE_PORT", "eight"),
        ("UNHINDERED_INTAKE_PORT", "٨٠٠٠"),
        ("UNHINDERED_INTAKE_URL", "report.example.org"),
        ("UNHINDERED_INTAKE_URL", "ftp://report.example.org"),
        ("UNHINDERED_INTAKE_URL", "https://report.example.org/path"),
        ("UNHINDERED_INTAKE_URL", "https://user:secret@report.example.org"),
        ("UNHINDERED_INTAKE_URL", "https://report.example.org:99999"),
        ("UNHINDERED_DATABASE", "mysql://h/db"),
        ("UNHINDERED_DATABASE", "sqlite:///:memory:"),
        ("UNHINDERED_DATABASE", "sqlite:///"),
        ("UNHINDERED_SAFE_SITE", "javascript:alert(1)"),
        ("UNHINDERED_SAFE_SITE", 'https://a.example/"onload='),
        ("UNHINDERED_ANSWER_DAYS", "-1"),
        ("UNHINDERED_DEMO", "yes"),
        ("UNHINDERED_ORGANISATION", "two\nlines"),
    ],
)
def test_a_wrong_setting_is_a_sentence(name: str, value: str) -> None:
    """It names the setting, and ends with a full stop."""
    with pytest.raises(SettingsError, match=name) as refused:
        load_intake({name: value})
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("value", ["127.0.0.1:9050", "socks5://127.0.0.1:9050", "socks5h://127.0.0.1", "http://p:1"])
def test_the_proxy_looks_up_names_itself(value: str) -> None:
    """Only socks5h, with host and port: anything else could tell the local network where a desk goes."""
    with pytest.raises(SettingsError, match="UNHINDERED_SOCKS"):
        load_desk({"UNHINDERED_SOCKS": value})
    assert load_desk({"UNHINDERED_SOCKS": "socks5h://127.0.0.1:9050"}).socks == "socks5h://127.0.0.1:9050"


def test_a_database_password_is_not_repeated() -> None:
    """The refusal of a database address does not show it."""
    with pytest.raises(SettingsError) as refused:
        load_intake({"UNHINDERED_DATABASE": "mysql://user:hunter2@h/db"})
    assert "hunter2" not in str(refused.value)


def test_settings_do_not_change() -> None:
    """They are frozen, and every name in the table is read by somebody."""
    settings = load_intake({})
    with pytest.raises(FrozenInstanceError):
        settings.port = 1  # type: ignore[misc]
    for setting in NAMES:
        assert setting.says.endswith(".")
        load_intake({setting.name: ""})
        load_desk({setting.name: ""})


def test_the_operators_page_has_the_same_table() -> None:
    """docs/operations.md names every setting with its default, its reader and its sentence, and no other."""
    page = (Path(__file__).parents[2] / "docs/operations.md").read_text(encoding="utf-8")
    rows = [line.replace("\\|", "\0") for line in page.splitlines() if line.startswith("| `UNHINDERED_")]
    cells = [[cell.strip().strip("`").replace("\0", "|") for cell in row.strip("|").split("|")] for row in rows]
    listed = [tuple(row) for row in cells]
    assert listed == [(row.name, row.default or "(none)", row.reader, row.says) for row in NAMES]
