"""Who comes to the intake in these tests: a steward who founds and publishes, a desk that signs, a reporter.

They speak HTTP through Flask's test client, and only that.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from flask import Flask
from securesystemslib.signer import CryptoSigner, SSlibKey
from tuf.api.metadata import DelegatedRole, Delegations, Metadata, MetaFile, Root, Snapshot, TargetFile, Targets
from werkzeug.test import TestResponse

from crypto.age import encrypt
from crypto.hybrid import HybridIdentity
from crypto.padding import padded_file_size
from crypto.receipt import Receipt, ReceiptKeys
from crypto.signatures import mac, verify_mac
from portal import wire
from portal.codes import Code
from portal.keynote import KeyNote, make_note, note_file, parse_note, sign_note
from portal.messages import REPORTER, FileEntry, Message, ReporterKeys, Signed, body_hash, seal_plaintext
from portal.note import Note
from portal.note import make_note as make_chain_note

ORIGIN = "http://127.0.0.1:8000"
LIFE = timedelta(days=30)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


class Desk:
    """A desk that signs its requests, as portal/desk does."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.seed = os.urandom(32)
        self.api = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        self.keyid = wire.keyid_of(self.api)
        self.nonce = ""

    def asks(self, method: str, path: str, body: bytes = b"", **options: Any) -> TestResponse:
        """A signed request; a refused nonce is replaced once."""
        response = self.asks_once(method, path, body, **options)
        if response.status_code == 401 and response.get_json(silent=True) == {"error": "nonce"}:
            return self.asks_once(method, path, body, **options)
        return response

    def asks_once(self, method: str, path: str, body: bytes = b"", **options: Any) -> TestResponse:
        headers = self.signature(method, path, body) | dict(options.pop("headers", {}))
        return self.sends(method, path, body, headers, **options)

    def signature(self, method: str, path: str, body: bytes = b"", created: datetime | None = None) -> dict[str, str]:
        return wire.sign(method, ORIGIN + path, body, seed=self.seed, nonce=self.nonce, created=created)

    def sends(self, method: str, path: str, body: bytes, headers: dict[str, str], **options: Any) -> TestResponse:
        response = self.client.open(path, method=method, data=body, headers=headers, **options)
        self.nonce = response.headers.get(wire.NONCE_HEADER, self.nonce)
        return response

    def asks_json(self, method: str, path: str, value: Any = None) -> Any:
        response = self.asks(method, path, b"" if value is None else json.dumps(value).encode())
        assert response.status_code in (200, 201), response.get_data(as_text=True)
        return response.get_json()


@dataclass
class Steward:
    """The first admin: founds the organisation at an intake and publishes its directory and keys."""

    desk: Desk
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    roots: list[bytes] = field(default_factory=list)
    version: int = 0
    notes: dict[str, bytes] = field(default_factory=dict)
    identities: list[HybridIdentity] = field(default_factory=list)
    instance: bytes = b""
    timestamp_key: bytes = b""

    def enrols(self, code: Code) -> TestResponse:
        words = json.dumps({"api": self.desk.api.hex(), "sign": "00", "directory": "00", "nonce": os.urandom(8).hex()})
        return self.enrols_with(words, code)

    def enrols_with(self, words: str, code: Code) -> TestResponse:
        tag = mac(code.enrol_key, "enrol desk", words.encode())
        response = self.desk.client.post("/api/enrol", json={"desk": words, "mac": tag.hex()})
        if response.status_code == 200:
            answer = response.get_json()
            said = answer["intake"].encode()
            verify_mac(code.enrol_key, "enrol intake", words.encode() + said, bytes.fromhex(answer["mac"]))
            self.instance = bytes.fromhex(json.loads(said)["instance"])
            self.timestamp_key = bytes.fromhex(json.loads(said)["timestamp_key"])
        return response

    def makes_key(self, first: date | None = None, days: int = 7) -> KeyNote:
        """A new intake key, its note signed and ready for the next publication."""
        identity = HybridIdentity.generate()
        self.identities.append(identity)
        first = first or datetime.now(UTC).date() - timedelta(days=1)
        raw = make_note(
            identity.recipient,
            instance=self.instance,
            serial=len(self.identities),
            publish_from=first,
            publish_until=first + timedelta(days=days),
            accept_until=first + timedelta(days=days + 14),
            destroy_after=first + timedelta(days=days + 90),
        )
        note = parse_note(raw)
        self.notes[f"notes/{note.epoch.hex()}.json"] = note_file(raw, {self.keyid: sign_note(raw, self._seed)})
        return note

    @property
    def keyid(self) -> str:
        return self._signer.public_key.keyid

    @property
    def _signer(self) -> CryptoSigner:
        return CryptoSigner(self.key)

    @property
    def _seed(self) -> bytes:
        return self.key.private_bytes_raw()

    def publication(self, expires: datetime | None = None) -> dict[str, bytes]:
        """The next whole set of files."""
        until = expires or datetime.now(UTC) + LIFE
        self.version += 1
        if not self.roots:
            self.roots.append(self._root(until))
        role = f"notes-{self.keyid[:8]}"
        targets = {path: TargetFile.from_data(path, data, ["sha256"]) for path, data in self.notes.items()}
        roster = encrypt(bytes(16384), [HybridIdentity.generate().recipient for _ in range(8)])
        main = Targets(self.version, expires=until, targets={"roster.age": TargetFile.from_data("roster.age", roster)})
        delegated = DelegatedRole(role, [self.keyid], 1, True, paths=["notes/*"])
        main.delegations = Delegations({self.keyid: self._signer.public_key}, {role: delegated})
        meta = {"targets.json": MetaFile(self.version), f"{role}.json": MetaFile(self.version)}
        files = {
            f"metadata/{self.version}.targets.json": self._signed(main),
            f"metadata/{self.version}.{role}.json": self._signed(Targets(self.version, expires=until, targets=targets)),
            f"metadata/{self.version}.snapshot.json": self._signed(Snapshot(self.version, expires=until, meta=meta)),
            f"targets/{hashlib.sha256(roster).hexdigest()}.roster.age": roster,
        }
        for number, root in enumerate(self.roots, 1):
            files[f"metadata/{number}.root.json"] = root
        for path, data in self.notes.items():
            files[f"targets/notes/{hashlib.sha256(data).hexdigest()}.{path.removeprefix('notes/')}"] = data
        return files

    def _root(self, until: datetime) -> bytes:
        root = Root(expires=until, consistent_snapshot=True)
        for name in ("root", "targets", "snapshot"):
            root.add_key(self._signer.public_key, name)
        root.add_key(SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(self.timestamp_key)), "timestamp")
        return self._signed(root)

    def _signed(self, signed: Any) -> bytes:
        metadata = Metadata(signed)
        metadata.sign(self._signer)
        return metadata.to_bytes()

    def publishes(self, files: dict[str, bytes] | None = None) -> TestResponse:
        files = self.publication() if files is None else files
        body = json.dumps({"files": {path: b64(data) for path, data in files.items()}}).encode()
        return self.desk.asks("PUT", "/api/directory", body)


class Reporter:
    """A reporter whose browser has scripts: everything is sealed before it is sent."""

    def __init__(self, app: Flask, instance: bytes, key: KeyNote) -> None:
        self.client = app.test_client()
        self.instance = instance
        self.key = key
        self.receipt = Receipt.generate()
        self.keys: ReceiptKeys = self.receipt.derive(instance)
        self.note = Note(self.keys.thread.hex())

    def seals(self, text: str, files: tuple[FileEntry, ...] = (), kind: str = "report") -> dict[str, Any]:
        """The body of a delivery."""
        message = Message(
            instance=self.instance.hex(),
            thread=self.keys.thread.hex(),
            direction="report",
            kind=kind,
            day=datetime.now(UTC).date().isoformat(),
            author=REPORTER,
            content={"text": text},
            door="script",
            epoch=self.key.epoch.hex(),
            prev=self.note.prev,
            keys=ReporterKeys.of(self.keys),
            files=files,
        )
        body = message.body()
        self.note = self.note.sent(body_hash(body))
        sealed = encrypt(seal_plaintext(body, Signed(self.keys.signing_seed)), [self.key.recipient])
        return {
            "token": self.keys.token.hex(),
            "id": message.id,
            "message": b64(sealed),
            "files": [entry.object for entry in files],
            "note": b64(make_chain_note(self.keys, self.note)),
        }

    def delivers(self, delivery: dict[str, Any]) -> TestResponse:
        return self.client.post("/deliver", json=delivery)

    def tells(self, text: str, files: tuple[FileEntry, ...] = ()) -> TestResponse:
        return self.delivers(self.seals(text, files))

    def seals_file(self, content: bytes) -> bytes:
        return encrypt(content.ljust(padded_file_size(len(content)), b"\0"), [self.key.recipient])

    def begins_upload(self, length: int) -> TestResponse:
        return self.client.post("/files", headers={"Tus-Resumable": "1.0.0", "Upload-Length": str(length)})

    def sends_piece(self, address: str, offset: int, piece: bytes) -> TestResponse:
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream",
        }
        return self.client.patch(address, data=piece, headers=headers)

    def attaches(self, name: str, content: bytes, piece: int = 1 << 20) -> FileEntry:
        """Seal and upload a file in pieces."""
        sealed = self.seals_file(content)
        created = self.begins_upload(len(sealed))
        assert created.status_code == 201, created.get_data(as_text=True)
        address = created.headers["Location"]
        for start in range(0, len(sealed), piece):
            response = self.sends_piece(address, start, sealed[start : start + piece])
            assert response.status_code == 204, response.get_data(as_text=True)
        digest = hashlib.sha256(content).hexdigest()
        return FileEntry(address.rpartition("/")[2], name, "text/plain", len(content), digest)

    def asks_mailbox(self) -> TestResponse:
        return self.client.post("/mailbox", json={"token": self.keys.token.hex()})
