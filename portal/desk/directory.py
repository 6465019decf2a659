"""Making the next state of the directory: TUF metadata that a steward's desk signs and the intake only stores.

Source: The Update Framework specification 1.0. Rules: root, targets and snapshot are signed by stewards' directory
keys, one of them enough at first; the short-lived timestamp by the intake's own key; each steward's key notes stand in
a delegated role of that steward alone. Snapshots are consistent: a file's name holds its version or its hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from securesystemslib.signer import CryptoSigner, SSlibKey
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Signed,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

from portal.desk.trust import NOTES, ROSTER, Directory

# Longest life of what stewards sign. Past half of it, an admin's desk signs anew.
LIFE = {Root.type: timedelta(days=730), Targets.type: timedelta(days=365), Snapshot.type: timedelta(days=180)}


def steward_signer(seed: bytes) -> CryptoSigner:
    """The signer of a person's directory key (32-byte Ed25519 seed)."""
    return CryptoSigner(Ed25519PrivateKey.from_private_bytes(seed))


def key_of(public: bytes) -> SSlibKey:
    """The TUF key of a raw Ed25519 public key. Raises ValueError."""
    return SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(public))


def role_of(keyid: str) -> str:
    """The delegated role in which a steward's key notes stand."""
    return f"notes-{keyid[:8]}"


def first_root(signer: CryptoSigner, timestamp_key: bytes) -> bytes:
    """The organisation's first root: one steward, and the intake's key for timestamps only."""
    root = Root(version=1, expires=_until(Root.type), consistent_snapshot=True)
    for role in (Root.type, Targets.type, Snapshot.type):
        root.add_key(signer.public_key, role)
    root.add_key(key_of(timestamp_key), Timestamp.type)
    metadata = Metadata(root)
    metadata.sign(signer)
    return metadata.to_bytes()


class NextDirectory:
    """The next state, built from the one before (None for the first) and signed by one steward.

    Call what changes, then `files()` once. Everything else stays as it was.
    """

    def __init__(self, signer: CryptoSigner, before: Directory | None, root: bytes) -> None:
        self._signer = signer
        self._root = deepcopy(before.root) if before else Metadata[Root].from_bytes(root)
        self._top = deepcopy(before.top) if before else Metadata(Targets(version=1))
        self._snapshot = deepcopy(before.snapshot) if before else Metadata(Snapshot(version=1))
        # A role's version rises once in a state, and a role that is new stays at its first.
        self._risen = set() if before else {Targets.type, Snapshot.type}
        self._notes = {role: deepcopy(notes) for role, notes in before.notes.items()} if before else {}
        self._files = dict(before.published) if before else {"metadata/1.root.json": root}
        self._delegate()

    def put_roster(self, sealed: bytes) -> None:
        """Replace the sealed roster."""
        self._put(self._top.signed, ROSTER, sealed)

    def put_notes(self, notes: Mapping[str, bytes]) -> None:
        """Add key-note files, by epoch, to this steward's own role."""
        role = role_of(self._signer.public_key.keyid)
        signed = self._notes[role].signed
        for epoch, note in notes.items():
            self._put(signed, f"{NOTES}{epoch}.json", note)
        self._sign(role, self._notes[role])

    def admit_steward(self, public: bytes) -> None:
        """A new root that also accepts this directory key, signed under the one before as well."""
        key = key_of(public)
        root = self._root.signed
        if key.keyid in root.roles[Targets.type].keyids:
            return
        for role in (Root.type, Targets.type, Snapshot.type):
            root.add_key(key, role)
        root.version += 1
        root.expires = _until(Root.type)
        self._root.sign(self._signer)
        self._files[f"metadata/{root.version}.root.json"] = self._root.to_bytes()

    def files(self) -> dict[str, bytes]:
        """The whole directory for the intake to serve, by path: what is new, and what stays as it was."""
        self._sign(Targets.type, self._top)
        snapshot = self._snapshot.signed
        self._rise(Snapshot.type, snapshot)
        snapshot.expires = _until(Snapshot.type)
        self._snapshot.sign(self._signer)
        self._replace(Snapshot.type, snapshot.version, self._snapshot.to_bytes())
        return self._files

    def _delegate(self) -> None:
        """Make sure that this steward has a role for key notes: delegated and, from the start, signed.

        Clients refuse a delegation without metadata, so a new steward's role begins with that steward's first act.
        """
        key = self._signer.public_key
        top, role = self._top.signed, role_of(key.keyid)
        delegations = top.delegations or Delegations({}, {})
        if delegations.roles is None or role in delegations.roles:
            return
        delegations.roles[role] = DelegatedRole(role, [key.keyid], 1, terminating=False, paths=[NOTES + "*"])
        delegations.keys[key.keyid] = key
        top.delegations = delegations
        self._notes[role] = Metadata(Targets(version=1))
        self._risen.add(role)
        self._sign(role, self._notes[role])

    def _put(self, signed: Targets, path: str, data: bytes) -> None:
        if path in signed.targets:
            self._files.pop(f"targets/{signed.targets[path].get_prefixed_paths()[0]}", None)
        signed.targets[path] = TargetFile.from_data(path, data, ["sha256"])
        self._files[f"targets/{signed.targets[path].get_prefixed_paths()[0]}"] = data

    def _sign(self, role: str, metadata: Metadata[Targets]) -> None:
        self._rise(role, metadata.signed)
        metadata.signed.expires = _until(Targets.type)
        metadata.sign(self._signer)
        data = metadata.to_bytes()
        self._replace(role, metadata.signed.version, data)
        self._snapshot.signed.meta[f"{role}.json"] = MetaFile.from_data(metadata.signed.version, data, ["sha256"])

    def _rise(self, role: str, signed: Signed) -> None:
        if role not in self._risen:
            signed.version += 1
            self._risen.add(role)

    def _replace(self, role: str, version: int, data: bytes) -> None:
        """One version of a role at a time; only roots are kept for ever."""
        for path in [path for path in self._files if path.endswith(f".{role}.json")]:
            del self._files[path]
        self._files[f"metadata/{version}.{role}.json"] = data


def renewal_due(directory: Directory) -> bool:
    """Whether anything that stewards sign is past half of its life."""
    now = datetime.now(UTC)
    parts = (directory.root, directory.top, directory.snapshot)
    return any(part.signed.expires - now < LIFE[part.signed.type] / 2 for part in parts)


def _until(role: str) -> datetime:
    return (datetime.now(UTC) + LIFE[role]).replace(microsecond=0)
