"""Small things that a desk rests on: names, frames, identities, roster, wraps."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from crypto import age
from crypto.errors import NoMatch
from crypto.hybrid import HybridIdentity
from crypto.passphrase import PassphraseRecipient
from portal.desk.errors import DeskError, Untrusted
from portal.desk.framing import frame, unframe
from portal.desk.identity import (
    Identity,
    ShelfKey,
    new_identity,
    new_shelf,
    open_identity,
    open_shelf,
    quarter_of,
    seal_identity,
    seal_shelf,
)
from portal.desk.names import LONGEST, safe_name
from portal.desk.roster import Roster, member_of, open_roster, seal_roster
from portal.desk.wraps import open_wrap, seal_wrap

TREE = Path(__file__).resolve().parents[2]
DAY = date(2026, 11, 24)
PHRASE = "stone-river-lamp-quiet-orbit"


@pytest.mark.claim("C12")
@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("paper.pdf", "paper.pdf"),
        ("../../etc/passwd", "_._etc_passwd"),
        ("..\\..\\boot.ini", "_.._boot.ini"),
        ("C:\\orders.doc", "C__orders.doc"),
        ("orders\u202efdp.exe", "ordersfdp.exe"),
        ("two\nlines\t.txt", "two lines.txt"),
        (".bashrc", "bashrc"),
        ("trailing. . ", "trailing"),
        ("nul", "_nul"),
        ("COM1.txt", "_COM1.txt"),
        ("a\x00b.txt", "a b.txt"),
        ("%2e%2e%2fx", "_2e_2e_2fx"),
        ("", "file-3"),
        ("...", "file-3"),
        ("///", "file-3"),
        ("\ud800\u200b", "file-3"),
        ("рапорт.docx", "рапорт.docx"),
        ("تقرير.pdf", "تقرير.pdf"),
        ("x" * 300 + ".pdf", "x" * (LONGEST - 4) + ".pdf"),
        ("x" * 300, "x" * LONGEST),
    ],
)
def test_a_name_is_made_safe_to_save_under(given: str, safe: str) -> None:
    """It stays in its folder, keeps its true ending, and is never empty."""
    assert safe_name(given, 3) == safe


def test_a_frame_reads_back_and_hides_its_length() -> None:
    """Small values have one size."""
    assert unframe("roster", frame("roster", {"a": "ä"})) == {"a": "ä"}
    assert len(frame("roster", {})) == len(frame("roster", {"a": "x" * 9000})) == 16 * 1024


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda text: text[:-1] + b"x", id="something after it"),
        pytest.param(lambda text: text.replace(b"roster", b"wrap"), id="another kind"),
        pytest.param(lambda text: text[:20], id="cut"),
        pytest.param(lambda text: text.replace(b"{}", b"[]"), id="a list"),
        pytest.param(lambda text: text.replace(b"{}", b"{!"), id="no JSON"),
    ],
)
def test_a_frame_is_read_strictly(spoil: object) -> None:
    """Nothing else than what was written."""
    assert callable(spoil)
    with pytest.raises(Untrusted):
        unframe("roster", spoil(frame("roster", {})))


def person(name: str) -> tuple[Identity, ShelfKey]:
    return new_identity(name), new_shelf(DAY)


def test_an_identity_file_opens_with_its_passphrase_only() -> None:
    """And with it gives back every key; a copy with the shelf key gives that as well."""
    ada, shelf = person("Ada")
    recipient = PassphraseRecipient(PHRASE, log_n=4)
    assert open_identity(seal_identity(ada, recipient), PHRASE) == (ada, ())
    assert open_identity(seal_identity(ada, recipient, [shelf]), PHRASE) == (ada, (shelf,))
    with pytest.raises(NoMatch):
        open_identity(seal_identity(ada, recipient), "another")


def test_an_age_file_that_is_no_identity_is_refused() -> None:
    """A sentence for whoever chose the wrong file."""
    recipient = PassphraseRecipient(PHRASE, log_n=4)
    for text in (b"{}", b'{"v": 2}', b"words"):
        with pytest.raises(DeskError):
            open_identity(age.encrypt(text, [recipient]), PHRASE)


def test_the_shelf_file_is_opened_by_the_locker_only() -> None:
    """Another identity's locker opens nothing."""
    (ada, shelf), (ben, _) = person("Ada"), person("Ben")
    assert open_shelf(ada, seal_shelf(ada, [shelf])) == (shelf,)
    with pytest.raises(DeskError, match="damaged"):
        open_shelf(ben, seal_shelf(ada, [shelf]))


def test_no_private_key_shows_when_a_value_is_printed() -> None:
    """Logs and tracebacks repeat values."""
    ada, shelf = person("Ada")
    shown = repr((ada, shelf))
    for seed in (ada.sign, ada.directory, ada.api, ada.locker.seed, shelf.identity.seed):
        assert seed.hex() not in shown and repr(seed) not in shown


def test_quarters_follow_the_calendar() -> None:
    assert [quarter_of(date(2026, month, 1)) for month in (1, 3, 4, 9, 10, 12)] == [
        "2026Q1", "2026Q1", "2026Q2", "2026Q3", "2026Q4", "2026Q4",
    ]  # fmt: skip


def test_a_roster_opens_for_everybody_in_it_and_nobody_else() -> None:
    """Two people, eight stanzas."""
    (ada, ada_shelf), (ben, ben_shelf), (_, stranger) = person("Ada"), person("Ben"), person("Eve")
    people = (
        member_of(ada, [ada_shelf], ["reviewer", "admin"], "2026-11-24"),
        member_of(ben, [ben_shelf], ["reviewer"], "2026-11-24"),
    )
    sealed = seal_roster(Roster(1, "Example Watch", people))
    assert open_roster(sealed, [ada_shelf]) == open_roster(sealed, [ben_shelf]) == Roster(1, "Example Watch", people)
    assert people[0].roles == ("admin", "reviewer")
    with pytest.raises(NoMatch):
        open_roster(sealed, [stranger])


@pytest.mark.claim("C3")
def test_a_shelf_key_that_its_owner_did_not_sign_is_refused() -> None:
    """A steward cannot put a key of another's choosing into somebody's place."""
    (ada, shelf), (_, thief) = person("Ada"), person("Eve")
    member = member_of(ada, [shelf], ["reviewer"], "2026-11-24")
    forged = replace(member, shelf=(replace(member.shelf[0], recipient=_recipient(thief)),))
    with pytest.raises(Untrusted, match="not signed by Ada"):
        open_roster(seal_roster(Roster(1, "x", (forged,))), [thief])


def _recipient(key: ShelfKey) -> str:
    import base64

    return base64.b64encode(key.identity.recipient.raw).decode()


@pytest.mark.claim("C3")
def test_a_wrap_must_hold_the_key_it_names_and_be_made_by_a_colleague() -> None:
    """Another key under the epoch, and a stranger's signature, are refused."""
    (ada, shelf), (eve, _) = person("Ada"), person("Eve")
    roster = Roster(1, "x", (member_of(ada, [shelf], ["reviewer"], "2026-11-24"),))
    key, other = HybridIdentity.generate(), HybridIdentity.generate()
    epoch = key.recipient.key_id.hex()
    assert open_wrap(seal_wrap(key, ada, roster), epoch, [shelf], roster) == key
    with pytest.raises(Untrusted, match="another key"):
        open_wrap(seal_wrap(other, ada, roster), epoch, [shelf], roster)
    with pytest.raises(Untrusted, match="anybody in the roster"):
        open_wrap(seal_wrap(key, eve, roster), epoch, [shelf], roster)
    with pytest.raises(NoMatch):
        open_wrap(seal_wrap(key, ada, roster), epoch, [new_shelf(DAY)], roster)


def test_the_desk_imports_nothing_that_only_posix_has() -> None:
    """On a machine without these modules the desk can still be imported."""
    missing = ("fcntl", "grp", "pwd", "resource", "termios", "tty", "pty", "syslog")
    code = f"import sys; sys.modules.update(dict.fromkeys({missing!r})); import portal.desk.desk, portal.desk.cli"
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=TREE,
        env={**os.environ, "PYTHONPATH": str(TREE)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
