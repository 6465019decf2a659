"""The people of the story tests, and the intake they meet at: served on loopback, every byte it receives kept.

Acts are short: `reporter.tells(...)`, `reviewer.opens(case)`, `admin.rotates()`. Reporters use the public addresses
that the script uses, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import io
import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from flask import Flask
from werkzeug.serving import make_server

from crypto import age
from crypto.errors import NoMatch
from crypto.padding import padded_file_size
from crypto.receipt import Receipt, ReceiptKeys
from portal.desk.desk import Desk
from portal.desk.model import Case, CaseSummary
from portal.intake import create_app, enrolment
from portal.intake.store import Store
from portal.keynote import parse_note, read_file
from portal.messages import REPORTER, FileEntry, Message, ReporterKeys, Signed, body_hash, seal_plaintext
from portal.note import Note, make_note, read_note
from portal.settings import DeskSettings, IntakeSettings, load_desk, load_intake
from portal.threads import Thread, check_thread, open_object
from tests.wire import free_port

PASSPHRASE = "stone-river-lamp-quiet-orbit"
# Enough to exercise the format; a real desk works two to the seventeenth.
FAST = 4


class Recorder:
    """Stands before the intake and keeps everything that is sent to it: addresses, headers, bodies."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self.received = bytearray()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        heads = [f"{name}: {value}" for name, value in environ.items() if isinstance(value, str)]
        self.received += "\n".join(heads).encode() + b"\n\n" + body
        return self._app(environ, start_response)


@dataclass(slots=True)
class Office:
    """One running intake."""

    settings: IntakeSettings
    app: Flask
    recorder: Recorder

    @property
    def store(self) -> Store:
        store = self.app.extensions["store"]
        assert isinstance(store, Store)
        return store

    @property
    def url(self) -> str:
        return self.settings.url

    def code(self) -> str:
        """A one-time code for the first desk, as the intake prints it."""
        return str(enrolment.new_code(self.store))


@contextmanager
def served(data: Path, **names: str) -> Iterator[Office]:
    """The intake over an existing data folder, on a free port of this machine. `names` are further settings."""
    environment = {"UNHINDERED_DATA": str(data), "UNHINDERED_INTAKE_PORT": str(free_port())}
    settings = load_intake(environment | {f"UNHINDERED_{name}": value for name, value in names.items()})
    app = create_app(settings)
    recorder = Recorder(app)
    server = make_server("127.0.0.1", settings.port, recorder, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    office = Office(settings, app, recorder)
    try:
        yield office
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        office.store.close()


def desk_settings(data: Path, office: Office, **names: str) -> DeskSettings:
    environment = {
        "UNHINDERED_DATA": str(data),
        "UNHINDERED_DESK_PORT": str(free_port()),
        "UNHINDERED_INTAKE_URL": office.url,
        "UNHINDERED_ORGANISATION": "Example Watch",
    }
    return load_desk(environment | {f"UNHINDERED_{name}": value for name, value in names.items()})


def at_desk(data: Path, office: Office) -> Desk:
    """A desk over this folder; not unlocked."""
    return Desk(desk_settings(data, office), scrypt_log_n=FAST)


@dataclass(slots=True)
class Reviewer:
    """Somebody at their own desk."""

    name: str
    data: Path
    office: Office
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = at_desk(self.data, self.office)

    def founds(self) -> Reviewer:
        """Becomes the first admin-and-reviewer, the identity saved beside the data folder."""
        founding = self.desk.found(self.name, PASSPHRASE, self.office.code())
        self.copy.write_bytes(founding.copy())
        founding.finish(self.copy.read_bytes())
        return self

    @property
    def copy(self) -> Path:
        """Where this person's saved identity file lies."""
        return self.data.with_suffix(".identity")

    def unlocks(self) -> Reviewer:
        self.desk.unlock(PASSPHRASE)
        return self

    def reads(self) -> tuple[CaseSummary, ...]:
        """Syncs and looks at the inbox."""
        self.desk.sync()
        return self.desk.inbox()

    def opens(self, reporter: Reporter) -> Case:
        """Syncs and opens the reporter's case."""
        self.desk.sync()
        return self.desk.open_case(reporter.case)

    def sees(self, reporter: Reporter) -> Case:
        """Syncs and looks at the reporter's case without opening it."""
        self.desk.sync()
        return self.desk.case(reporter.case)

    def admits(self, name: str, *roles: str) -> None:
        """Compares nothing here: the test does. Lets in who waits under this name."""
        waiting = next(one for one in self.desk.pending() if one.name == name)
        self.desk.admit(waiting.id, roles)

    def invites(self, name: str, data: Path, *roles: str) -> Reviewer:
        """A new person joins with a one-time code and is let in."""
        person = Reviewer(name, data, self.office)
        joining = person.desk.join(name, PASSPHRASE, self.desk.invite())
        assert not joining.check()
        waiting = next(one for one in self.desk.pending() if one.name == name)
        assert waiting.words == joining.words
        self.desk.admit(waiting.id, roles or ("reviewer",))
        assert joining.check()
        person.desk.sync()
        return person

    def leaves_the_room(self) -> None:
        self.desk.lock()


@dataclass(slots=True)
class Reporter:
    """Somebody with a receipt and a browser that runs scripts."""

    office: Office
    receipt: Receipt = field(default_factory=Receipt.generate)

    @property
    def keys(self) -> ReceiptKeys:
        return self.receipt.derive(self.office.store.instance)

    @property
    def case(self) -> str:
        return self.keys.thread.hex()

    def tells(self, told: str, files: Mapping[str, bytes] | None = None, **answers: Any) -> str:
        """Sends a report. Gives its hash."""
        content = {"language": "en", "told": told, **answers}
        return self.sends("report", content, files or {})

    def writes(self, text: str, files: Mapping[str, bytes] | None = None) -> str:
        """Comes back and adds a message."""
        return self.sends("message", {"text": text}, files or {})

    def sends(self, kind: str, content: Mapping[str, Any], files: Mapping[str, bytes]) -> str:
        note, thread = self.note(), self.mailbox()
        entries = tuple(self.uploads(name, data) for name, data in files.items())
        message = self.message(kind, content, entries, note.prev, thread.heads("reporter"))
        body = message.body()
        sealed = age.encrypt(seal_plaintext(body, Signed(self.keys.signing_seed)), [self.key().recipient])
        after = note.read([entry.hash for entry in thread.entries], thread.heads("reporter")).sent(body_hash(body))
        delivery = {
            "token": self.keys.token.hex(),
            "id": message.id,
            "message": base64.b64encode(sealed).decode(),
            "files": [entry.object for entry in entries],
            "note": base64.b64encode(make_note(self.keys, after)).decode(),
        }
        self._post("/deliver", delivery)
        return body_hash(body)

    def message(
        self,
        kind: str,
        content: Mapping[str, Any],
        files: tuple[FileEntry, ...] = (),
        prev: str | None = None,
        heads: tuple[str, ...] = (),
        epoch: str | None = None,
    ) -> Message:
        """The message as the script would write it."""
        note = self.key()
        return Message(
            instance=note.instance.hex(),
            thread=self.case,
            direction="report",
            kind=kind,
            day=note.publish_from.isoformat(),
            author=REPORTER,
            content=content,
            door="script",
            epoch=epoch or note.epoch.hex(),
            prev=prev,
            heads=heads,
            keys=ReporterKeys.of(self.keys),
            files=files,
        )

    def uploads(self, name: str, data: bytes) -> FileEntry:
        """Seals a file and uploads it (tus 1.0)."""
        sealed = age.encrypt(data.ljust(padded_file_size(len(data)), b"\0"), [self.key().recipient])
        tus = {"Tus-Resumable": "1.0.0"}
        made = requests.post(f"{self.office.url}/files", headers={**tus, "Upload-Length": str(len(sealed))}, timeout=30)
        assert made.status_code == 201, made.text
        address = made.headers["Location"]
        piece = {**tus, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        done = requests.patch(f"{self.office.url}{address}", data=sealed, headers=piece, timeout=30)
        assert done.status_code == 204, done.text
        digest = hashlib.sha256(data).hexdigest()
        return FileEntry(address.rsplit("/", 1)[1], name, "application/octet-stream", len(data), digest)

    def key(self) -> Any:
        """The key in force. That stewards signed it is the script's own test."""
        answer = requests.get(f"{self.office.url}/key", timeout=30)
        assert answer.status_code == 200, answer.text
        return parse_note(read_file(answer.content)[0])

    def note(self) -> Note:
        answer = self._post("/mailbox/note", {"token": self.keys.token.hex()})
        try:
            return read_note(self.keys, base64.b64decode(answer["note"]))
        except NoMatch:
            return Note(self.case)

    def mailbox(self) -> Thread:
        """Replies, verified as the reporter's script does."""
        answer = self._post("/mailbox", {"token": self.keys.token.hex()})
        found = [
            open_object(one["id"], base64.b64decode(one["sealed"]), [self.keys.reply]) for one in answer["replies"]
        ]
        return check_thread(
            found,
            instance=self.office.store.instance.hex(),
            thread=self.case,
            devices={},
            reply_mac=self.keys.reply_mac,
            known=self.note().seen,
        )

    def hears(self) -> list[str]:
        """Texts of the replies; no alarm may stand beside them."""
        thread = self.mailbox()
        assert thread.alarms == ()
        return [entry.message.content["text"] for entry in thread.entries if entry.message.kind == "message"]

    def was_opened(self) -> list[str]:
        """Hashes of the messages that a person is said to have opened."""
        return [entry.message.content["hash"] for entry in self.mailbox().entries if entry.message.kind == "opened"]

    def _post(self, path: str, value: Mapping[str, Any]) -> dict[str, Any]:
        answer = requests.post(f"{self.office.url}{path}", json=value, timeout=30)
        assert answer.status_code in (200, 201), answer.text
        found: dict[str, Any] = answer.json()
        return found


def copy_folder(source: Path, target: Path) -> Path:
    """A copy of a data folder, to begin a story from."""
    shutil.copytree(source, target)
    return target
