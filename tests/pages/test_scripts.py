"""The reporter's scripts in node: against the vectors that Python reads too, and against Python itself."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from crypto.age import encrypt
from crypto.receipt import Receipt, ReceiptKeys
from portal.keynote import NoteError, check_note
from portal.messages import Maced, Message, body_hash, seal_plaintext
from portal.note import Note
from portal.threads import check_thread, open_object
from tests.intake.people import b64
from tests.pages.opened import Intake

ROOT = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {"NODE_OPTIONS": "--experimental-global-webcrypto"}
INSTANCE = bytes(range(16))
SECRET = bytes.fromhex("f7949559190d25ac6a2902252cab")
ONE, TWO = "11" * 16, "22" * 16


@pytest.mark.parametrize("name", ["receipts", "messages", "uploads"])
def test_the_scripts_keep_to_the_vectors(name: str) -> None:
    """What they write, read and refuse is what the tests in their own language say."""
    done = subprocess.run(
        ["node", "--test", ROOT / f"tests/pages/{name}.test.mjs"], env=ENVIRONMENT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


FORBIDDEN: tuple[str, ...] = (
    "innerHTML",
    "outerHTML",
    "insertAdjacent",
    "document.write",
    "eval(",
    "Function(",
    "crypto.subtle",
)
FORBIDDEN += ("localStorage", "sessionStorage", "indexedDB", "serviceWorker", "document.cookie", "console.", "http:")


@pytest.mark.parametrize("word", FORBIDDEN)
def test_no_script_of_the_reporter_does(word: str) -> None:
    """No markup from text, no storage, no log, no other origin, nothing that an onion address does not have."""
    scripts = sorted((ROOT / "portal/static/js").glob("*.js"))
    assert len(scripts) > 12
    assert [script.name for script in scripts if word in script.read_text()] == []


def test_the_scripts_are_checked_by_type() -> None:
    """Every one asks for it, and the checker finds nothing."""
    for script in (ROOT / "portal/static/js").glob("*.js"):
        assert script.read_text().startswith("// @ts-check\n"), script.name
    for project in ("tsconfig.json", "tsconfig.worker.json"):
        compiler = ROOT / "node_modules/.bin/tsc"
        done = subprocess.run([compiler, "--noEmit", "-p", ROOT / project], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def in_node(script: str, given: Any) -> Any:
    """What a script, a module that may import the reporter's, prints as JSON; `given` is its input."""
    head = (
        "const given = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));"
        f"const at = {json.dumps((ROOT / 'portal/static/js').as_uri())};"
        f"(async () => {{ {script} }})();"
    )
    done = subprocess.run(
        ["node", "-e", head], env=ENVIRONMENT, input=json.dumps(given), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


class Team:
    """Reviewers who answer one receipt, and whoever meddles with what they write."""

    def __init__(self) -> None:
        self.keys: ReceiptKeys = Receipt(SECRET).derive(INSTANCE)
        self.note = Note(self.keys.thread.hex()).sent("aa" * 32)
        self.found: list[tuple[str, bytes]] = []

    def writes(self, text: str, **more: Any) -> str:
        """A reply in the mailbox; gives its hash. `more` are fields of the message; `mac` and `seal` meddle."""
        mac, recipient = more.pop("mac", self.keys.reply_mac), more.pop("recipient", self.keys.reply.recipient)
        given: dict[str, Any] = {
            "instance": INSTANCE.hex(),
            "thread": self.keys.thread.hex(),
            "direction": "reply",
            "kind": "message",
            "day": "2026-11-24",
            "author": ONE,
            "content": {"text": text},
        }
        message = Message(**(given | more))
        body = message.body()
        self.found.append((message.id, encrypt(seal_plaintext(body, Maced(mac)), [recipient])))
        return body_hash(body)

    def python_reads(self) -> tuple[list[str], list[str]]:
        """Texts in order, and kinds of alarm."""
        opened = [open_object(name, sealed, [self.keys.reply]) for name, sealed in self.found]
        thread = check_thread(
            opened,
            instance=INSTANCE.hex(),
            thread=self.keys.thread.hex(),
            devices={},
            reply_mac=self.keys.reply_mac,
            known=self.note.seen,
        )
        texts = [str(entry.message.content.get("text")) for entry in thread.entries if entry.message.kind == "message"]
        return texts, sorted({alarm.kind for alarm in thread.alarms})

    def script_reads(self) -> tuple[list[str], list[str]]:
        given = {
            "secret": SECRET.hex(),
            "instance": INSTANCE.hex(),
            "found": [{"id": name, "sealed": b64(sealed)} for name, sealed in self.found],
            "seen": self.note.seen,
        }
        read = in_node(
            """
            const { derive } = await import(at + '/receipt.js');
            const { newNote } = await import(at + '/message.js');
            const { readMailbox } = await import(at + '/thread.js');
            const keys = await derive(Buffer.from(given.secret, 'hex'), Buffer.from(given.instance, 'hex'));
            const note = { ...newNote(keys.thread), seen: given.seen };
            console.log(JSON.stringify(await readMailbox(given.found, keys, given.instance, note)));
            """,
            given,
        )
        texts = [reply["content"]["text"] for reply in read["replies"] if reply["kind"] == "message"]
        return texts, sorted(read["alarms"])


def an_orderly_thread(team: Team) -> None:
    first = team.writes("one")
    second = team.writes("two", author=TWO, heads=(first,))
    team.writes("three", prev=first, heads=tuple(sorted((first, second))))
    team.writes("", kind="opened", content={"hash": "aa" * 32}, author="33" * 16, day="2026-11-23")


def a_forged_reply(team: Team) -> None:
    team.writes("good")
    team.writes("forged", mac=bytes(32), author=TWO)


def another_thread(team: Team) -> None:
    team.writes("swapped", thread="00" * 32)


def a_replay(team: Team) -> None:
    team.writes("once")
    name, sealed = team.found[0]
    team.found.append(("ff" * 16, sealed))
    assert name != "ff" * 16


def a_missing_one(team: Team) -> None:
    team.writes("after", prev="bb" * 32, heads=("bb" * 32,))


def one_that_was_read_before(team: Team) -> None:
    team.note = team.note.read(["bb" * 32], ["bb" * 32])
    team.writes("after", prev="bb" * 32, heads=("aa" * 32, "bb" * 32))


def a_fork(team: Team) -> None:
    first = team.writes("one")
    team.writes("left", prev=first)
    team.writes("right", prev=first)


def sealed_to_somebody_else(team: Team) -> None:
    team.writes("lost", recipient=Receipt.generate().derive(INSTANCE).reply.recipient)


STORIES = [an_orderly_thread, a_forged_reply, another_thread, a_replay, a_missing_one, one_that_was_read_before]
STORIES += [a_fork, sealed_to_somebody_else]
ALARMS = {
    a_forged_reply: ["injected"],
    another_thread: ["other thread"],
    a_replay: ["replayed"],
    a_missing_one: ["missing"],
    a_fork: ["forked"],
    sealed_to_somebody_else: ["unreadable"],
}


@pytest.mark.claim("C4")
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_script_reads_a_mailbox_as_python_does(story: Any) -> None:
    """The same mailbox gives the same texts in the same order and the same alarms on both sides."""
    team = Team()
    story(team)
    assert team.script_reads() == team.python_reads()
    assert team.script_reads()[1] == ALARMS.get(story, [])


@pytest.mark.claim("C4")
def test_an_opened_that_nobody_sent_is_an_alarm() -> None:
    """“A person has opened it” counts for a message that this reporter sent, and for no other."""
    team = Team()
    team.writes("", kind="opened", content={"hash": "cc" * 32})
    assert team.script_reads()[1] == ["altered"]


KEY_FAULTS = {
    "a key signed by a stranger": lambda key: key | {"stewards": {"00" * 32: "11" * 32}},
    "a threshold that is not reached": lambda key: key | {"threshold": 2},
    "a threshold of nobody": lambda key: key | {"threshold": 0, "stewards": {}},
    "another instance": lambda key: key | {"instance": "00" * 16},
    "a note that was changed": lambda key: key | {"file": key["file"].replace('"note":"e', '"note":"f')},
    "no note at all": lambda key: key | {"file": "{}"},
    "three weeks and two days later": lambda key: key | {"days": 24},
    "five days earlier": lambda key: key | {"days": -5},
}


def checked_key(intake: Intake, change: Any = None) -> Any:
    """What the script says of the key in force: the epoch, or the fault."""
    file = intake.visitor().sees("/key").text
    publication = intake.store.directory.current()
    assert publication is not None
    key: dict[str, Any] = {
        "file": file,
        "instance": intake.store.instance.hex(),
        "threshold": 1,
        "stewards": {keyid: public.hex() for keyid, public in publication.stewards.items()},
        "days": 0,
    }
    return in_node(
        """
        const { checkKey } = await import(at + '/keynote.js');
        const now = Date.now() + given.days * 86400000;
        try { console.log(JSON.stringify(checkKey(given.file, given, now))); }
        catch (fault) { console.log(JSON.stringify({ fault: fault.message, kind: fault.constructor.name })); }
        """,
        change(key) if change else key,
    )


@pytest.mark.claim("C3")
def test_the_script_seals_to_the_key_that_stewards_signed(intake: Intake) -> None:
    """The key in force passes, also two days off, and is the one that the desk holds."""
    recipient = intake.identities[0].recipient
    good = {"epoch": recipient.key_id.hex(), "recipient": str(recipient)}
    assert checked_key(intake) == good
    assert checked_key(intake, lambda key: key | {"days": -2}) == good


@pytest.mark.claim("C3")
@pytest.mark.parametrize("fault", KEY_FAULTS)
def test_the_script_refuses_any_other_key(intake: Intake, fault: str) -> None:
    """Unsigned, changed, expired, or of another instance: nothing is sealed to it."""
    assert checked_key(intake, KEY_FAULTS[fault])["kind"] == "KeyFault"


def test_python_refuses_the_same_changed_note(intake: Intake) -> None:
    """The change that the script is shown above is one that Python refuses too."""
    file = intake.visitor().sees("/key").text.replace('"note":"e', '"note":"f')
    publication = intake.store.directory.current()
    assert publication is not None
    with pytest.raises(NoteError):
        check_note(file.encode(), publication.stewards, 1, intake.store.instance)
