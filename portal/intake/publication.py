"""One publication of the directory, checked: TUF metadata (consistent snapshots), the sealed roster and the key notes.

Rules: a value of this type cannot hold files that do not belong together; every root is signed as the one before it
asks, everything else as the newest root asks. The intake checks so that no desk publishes what other desks would have
to refuse; they check again. Source: the TUF specification, sections 5.3 to 5.6.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from tuf.api.exceptions import DownloadError, RepositoryError
from tuf.api.metadata import Metadata, Root, Snapshot, Targets

from portal.intake.refusals import Malformed
from portal.keynote import KeyNote, NoteError, check_note

S = TypeVar("S", Snapshot, Targets)
FILES_LIMIT = 2000
_METADATA = re.compile(r"metadata/([1-9][0-9]{0,8})\.(root|targets|snapshot|notes-[0-9a-f]{8})\.json")
_TARGET = re.compile(r"targets/(?:notes/)?[0-9a-f]{64}\.[a-z0-9][a-z0-9.-]{0,80}")
_NOTE = re.compile(r"targets/notes/[0-9a-f]{64}\.[0-9a-f]{32}\.json")


@dataclass(frozen=True, slots=True)
class Publication:
    """What stands in the directory. `stewards` maps a TUF key id to a 32-byte Ed25519 key; `snapshot` is a version."""

    files: Mapping[str, bytes]
    root: Root
    snapshot: int
    stewards: Mapping[str, bytes]
    threshold: int
    expires: datetime

    @classmethod
    def parse(cls, files: Mapping[str, bytes]) -> Publication:
        """Check a whole set of files (path to bytes). Raises Malformed, which says what does not fit."""
        _check_paths(files)
        try:
            root = _newest_root(files)
            snapshot = _signed_by(root, files, "snapshot", _highest(files, "snapshot"), Snapshot)
            targets = _signed_by(root, files, "targets", snapshot.meta["targets.json"].version, Targets)
            _check_delegations(targets, snapshot, files)
        except (RepositoryError, DownloadError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise Malformed(f"The directory's files do not belong together ({type(error).__name__}).") from None
        role = root.roles[Targets.type]
        stewards = {keyid: bytes.fromhex(root.keys[keyid].keyval["public"]) for keyid in role.keyids}
        expires = min(root.expires, snapshot.expires, targets.expires)
        return cls(files, root, snapshot.version, stewards, role.threshold, expires)

    def expired(self, now: datetime) -> bool:
        """Whether the stewards' word has run out."""
        return now >= self.expires

    def notes(self, instance: bytes) -> tuple[tuple[KeyNote, bytes], ...]:
        """The key notes that count, each with its file. Others are left out: one bad file closes nothing."""
        found = []
        for path, file in self.files.items():
            if _NOTE.fullmatch(path):
                try:
                    found.append((check_note(file, self.stewards, self.threshold, instance), file))
                except NoteError:
                    continue
        return tuple(found)


def _check_paths(files: Mapping[str, bytes]) -> None:
    if len(files) > FILES_LIMIT:
        raise Malformed(f"A directory has at most {FILES_LIMIT} files.")
    for path in files:
        if not (_METADATA.fullmatch(path) or _TARGET.fullmatch(path)):
            raise Malformed("A file of the directory has a name that it cannot have.")


def _versions(files: Mapping[str, bytes], role: str) -> list[int]:
    found = (_METADATA.fullmatch(path) for path in files)
    return sorted(int(match[1]) for match in found if match and match[2] == role)


def _highest(files: Mapping[str, bytes], role: str) -> int:
    versions = _versions(files, role)
    if not versions:
        raise Malformed(f"The directory lacks its {role}.")
    return versions[-1]


def _newest_root(files: Mapping[str, bytes]) -> Root:
    versions = _versions(files, Root.type)
    if not versions or versions != list(range(1, len(versions) + 1)):
        raise Malformed("The directory needs every root from the first to the newest.")
    trusted: Root | None = None
    for version in versions:
        new = Metadata[Root].from_bytes(files[f"metadata/{version}.root.json"])
        for signer in (trusted or new.signed, new.signed):
            signer.verify_delegate(Root.type, new.signed_bytes, new.signatures)
        if not isinstance(new.signed, Root) or new.signed.version != version:
            raise Malformed("A root has another version than its name says.")
        trusted = new.signed
    if trusted is None or trusted.consistent_snapshot is not True:
        raise Malformed("The directory must use consistent snapshots.")
    return trusted


def _signed_by(signer: Root | Targets, files: Mapping[str, bytes], role: str, version: int, kind: type[S]) -> S:
    metadata = Metadata[S].from_bytes(files[f"metadata/{version}.{role}.json"])
    signer.verify_delegate(role, metadata.signed_bytes, metadata.signatures)
    if not isinstance(metadata.signed, kind) or metadata.signed.version != version:
        raise Malformed(f"The {role} of the directory is not what its name says.")
    return metadata.signed


def _check_delegations(targets: Targets, snapshot: Snapshot, files: Mapping[str, bytes]) -> None:
    for name in (targets.delegations and targets.delegations.roles) or {}:
        if f"{name}.json" in snapshot.meta:
            _signed_by(targets, files, name, snapshot.meta[f"{name}.json"].version, Targets)
