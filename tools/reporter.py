"""A reporter in Python: what a browser with scripts does, over the same public addresses.

For the demonstration, the tests and the benchmarks. Like a browser it holds nothing but the receipt, asks for the key
in force, seals before it sends, and takes a report as sent only once the intake has confirmed it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests

from crypto.age import decrypt, encrypt
from crypto.errors import NoMatch
from crypto.hybrid import HybridRecipient
from crypto.padding import padded_file_size
from crypto.receipt import Receipt, ReceiptKeys
from portal.keynote import KeyNote, check_note
from portal.messages import FileEntry, Message, ReporterKeys, Sealed, Signed, body_hash, parse, seal_plaintext
from portal.note import Note, make_note, read_note

PIECE = 1 << 20
_TUS = {"Tus-Resumable": "1.0.0"}
Attachment = tuple[str, str, bytes]


class NotStored(Exception):
    """The intake did not confirm. `status` is the HTTP status of its answer."""

    def __init__(self, status: int, says: str) -> None:
        super().__init__(f"{status}: {says}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What a reporter sees on coming back: texts with their day, oldest first, and what was read by a person."""

    texts: tuple[tuple[str, str], ...]
    opened: tuple[str, ...]
    replies: tuple[Sealed, ...]


class Reporter:
    """Talks to one intake at `origin`, as in `http://127.0.0.1:8000`."""

    def __init__(self, origin: str, session: requests.Session | None = None) -> None:
        self.origin = origin.rstrip("/")
        self.session = session or requests.Session()
        self.session.trust_env = False

    def tells(
        self, content: Mapping[str, Any], files: Sequence[Attachment] = (), receipt: Receipt | None = None
    ) -> Receipt:
        """Send a report and its files (name, type, bytes). Returns the receipt; raises NotStored."""
        receipt = receipt or Receipt.generate()
        self._send(receipt, "report", content, files)
        return receipt

    def adds(self, receipt: Receipt, text: str, files: Sequence[Attachment] = ()) -> None:
        """Send a further message in the receipt's thread. Raises NotStored."""
        self._send(receipt, "message", {"text": text}, files)

    def returns(self, receipt: Receipt) -> Mailbox:
        """Open the mailbox. Raises crypto.errors.CryptoError or portal.messages.MessageError for a forged reply."""
        keys = receipt.derive(self._trust()[0])
        answer = self._post("/mailbox", {"token": keys.token.hex()})
        replies = []
        for entry in answer["replies"]:
            reply = parse(decrypt(base64.b64decode(entry["sealed"]), [keys.reply]))
            reply.verify_reply(keys.reply_mac)
            replies.append(reply)
        said = [reply.message for reply in replies if reply.message.kind == "message"]
        seen = [reply.message for reply in replies if reply.message.kind == "opened"]
        return Mailbox(
            texts=tuple((message.day, str(message.content["text"])) for message in said),
            opened=tuple(str(message.content["hash"]) for message in seen),
            replies=tuple(replies),
        )

    def key(self) -> KeyNote:
        """The intake key in force, after the stewards' signatures were checked. Raises NotStored, NoteError."""
        instance, threshold, stewards = self._trust()
        return check_note(self._get("/key").content, stewards, threshold, instance)

    def _send(self, receipt: Receipt, kind: str, content: Mapping[str, Any], files: Sequence[Attachment]) -> None:
        note = self.key()
        keys = receipt.derive(note.instance)
        entries = tuple(self._upload(note.recipient, attachment) for attachment in files)
        chain = self._chain(keys)
        message = Message(
            instance=note.instance.hex(),
            thread=keys.thread.hex(),
            direction="report",
            kind=kind,
            day=datetime.now(UTC).date().isoformat(),
            author="reporter",
            content=dict(content),
            door="script",
            epoch=note.epoch.hex(),
            prev=chain.prev,
            heads=chain.heads,
            keys=ReporterKeys.of(keys),
            files=entries,
        )
        body = message.body()
        sealed = encrypt(seal_plaintext(body, Signed(keys.signing_seed)), [note.recipient])
        delivery = {
            "token": keys.token.hex(),
            "id": message.id,
            "message": base64.b64encode(sealed).decode(),
            "files": [entry.object for entry in entries],
            "note": base64.b64encode(make_note(keys, chain.sent(body_hash(body)))).decode(),
        }
        self._post("/deliver", delivery)

    def _chain(self, keys: ReceiptKeys) -> Note:
        sealed = base64.b64decode(self._post("/mailbox/note", {"token": keys.token.hex()})["note"])
        try:
            return read_note(keys, sealed)
        except NoMatch:
            return Note(thread=keys.thread.hex())

    def _upload(self, recipient: HybridRecipient, attachment: Attachment) -> FileEntry:
        name, kind, data = attachment
        sealed = encrypt(data.ljust(padded_file_size(len(data)), b"\0"), [recipient])
        created = self.session.post(f"{self.origin}/files", headers=_TUS | {"Upload-Length": str(len(sealed))})
        _confirm(created)
        place = created.headers["Location"]
        url = place if place.startswith("http") else self.origin + place
        offset = 0
        while offset < len(sealed):
            headers = _TUS | {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
            answer = self.session.patch(url, data=sealed[offset : offset + PIECE], headers=headers)
            if answer.status_code == 409:  # the last piece was kept, all or part of it, and its answer was lost
                answer = self.session.head(url, headers=_TUS)
            _confirm(answer)
            offset = int(answer.headers["Upload-Offset"])
        return FileEntry(
            object=place.rsplit("/", 1)[1],
            name=name,
            type=kind,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
        )

    def _trust(self) -> tuple[bytes, int, dict[str, bytes]]:
        """Instance, threshold and stewards' keys as the script's module has them. Raises NotStored when not open."""
        module = self._get("/stewards.js").text
        said = dict(re.findall(r"export const (\w+)\s*=\s*(.+?);", module))
        stewards = {keyid: bytes.fromhex(public) for keyid, public in json.loads(said["stewards"]).items()}
        return bytes.fromhex(json.loads(said["instance"])), int(said["threshold"]), stewards

    def _get(self, path: str) -> requests.Response:
        answer = self.session.get(self.origin + path, timeout=60)
        _confirm(answer)
        return answer

    def _post(self, path: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        answer = self.session.post(self.origin + path, json=fields, timeout=60)
        _confirm(answer)
        parsed: dict[str, Any] = answer.json()
        return parsed


def _confirm(answer: requests.Response) -> None:
    if not answer.ok:
        raise NotStored(answer.status_code, answer.text[:200])
