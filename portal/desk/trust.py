"""What this desk believes: the organisation's signed directory, read from the intake and checked from its own root.

Rules: the anchor is the first root, pinned in the identity when the desk was founded or joined, never fetched. Metadata
is accepted only by The Update Framework's client workflow (python-tuf's ngclient), which refuses what is unsigned,
expired, older than what is known, or put together from different states. What was accepted stays on disk and is
verified again each time it is read, so an offline desk still knows its colleagues; that it is expired is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadError,
    DownloadHTTPError,
    ExpiredMetadataError,
    LengthOrHashMismatchError,
    RepositoryError,
    UnsignedMetadataError,
)
from tuf.api.metadata import Metadata, Root, Snapshot, TargetFile, Targets, Timestamp
from tuf.api.serialization import DeserializationError
from tuf.ngclient import Updater
from tuf.ngclient.fetcher import FetcherInterface

from crypto.fingerprint import hex_groups, words
from portal.desk import files
from portal.desk.errors import Unreachable, Untrusted

ROSTER = "roster.age"
NOTES = "notes/"
METADATA_URL = "/directory/metadata/"
TARGETS_URL = "/directory/targets/"
_T = TypeVar("_T", Timestamp, Snapshot, Targets)
# (path and query) -> status, body
Fetch = Callable[[str], tuple[int, bytes]]

_SAYS = {
    BadVersionNumberError: "The intake served an older directory than this desk already knows.",
    ExpiredMetadataError: "The directory that the intake serves has expired: it may be frozen.",
    UnsignedMetadataError: "The directory that the intake serves is not signed by enough stewards.",
    LengthOrHashMismatchError: "The intake put together parts of different directories.",
}


@dataclass(frozen=True, slots=True)
class Directory:
    """One verified state of the directory.

    `notes` are each steward's delegated roles; `targets` file contents by path; `published` every file as the intake
    serves it, by the path it has there.
    """

    root: Metadata[Root]
    timestamp: Metadata[Timestamp]
    snapshot: Metadata[Snapshot]
    top: Metadata[Targets]
    notes: Mapping[str, Metadata[Targets]]
    targets: Mapping[str, bytes]
    published: Mapping[str, bytes]

    @property
    def version(self) -> int:
        return self.snapshot.signed.version

    @property
    def expired(self) -> bool:
        return any(part.signed.is_expired() for part in (self.root, self.timestamp, self.snapshot, self.top))

    @property
    def stewards(self) -> dict[str, bytes]:
        """Public directory keys that may sign key notes, by TUF key id."""
        root = self.root.signed
        return {keyid: bytes.fromhex(root.keys[keyid].keyval["public"]) for keyid in root.roles[Targets.type].keyids}

    @property
    def threshold(self) -> int:
        return self.root.signed.roles[Targets.type].threshold

    @property
    def note_files(self) -> dict[str, bytes]:
        """Key-note files by their path."""
        return {path: data for path, data in self.targets.items() if path.startswith(NOTES)}


class Trust:
    """The folder of verified metadata, and how it grows. `root` is the pinned first root, as bytes."""

    def __init__(self, folder: Path, root: bytes) -> None:
        self._folder = folder
        self._root = root

    @property
    def fingerprint(self) -> tuple[str, ...]:
        """Eight words of the first root: the same on the site, on every desk and on paper."""
        return tuple(words(self._root))

    @property
    def fingerprint_hex(self) -> str:
        """The whole of it, for comparing on paper."""
        return hex_groups(self._root)

    def refresh(self, fetch: Fetch) -> Directory:
        """Read what the intake serves now. Raises Unreachable, or Untrusted with what is wrong with it."""
        metadata, targets = files.folder(self._folder / "metadata"), files.folder(self._folder / "targets")
        try:
            updater = Updater(
                str(metadata), METADATA_URL, str(targets), TARGETS_URL, _Fetcher(fetch), bootstrap=self._root
            )
            updater.refresh()
            # A path nobody signs: looking for it reads every steward's role, so all of them are verified and kept.
            updater.get_targetinfo(NOTES + "none")
            for path in self._listed():
                info = updater.get_targetinfo(path)
                if info is not None and updater.find_cached_target(info) is None:
                    updater.download_target(info)
        except DownloadHTTPError as error:
            raise Untrusted(
                "The intake does not serve its directory.", "Try again later, and tell an admin."
            ) from error
        except DownloadError as error:
            raise Unreachable("The intake could not be reached.", "Check the connection and try again.") from error
        except RepositoryError as error:
            raise Untrusted(_says(error), "Do not rely on the intake until an admin has looked at it.") from error
        directory = self.load()
        if directory is None:
            raise Untrusted("The directory could not be kept on this machine.", "Check the disk and try again.")
        return directory

    def load(self) -> Directory | None:
        """The directory as it was last accepted, signatures verified again; None when there is none yet."""
        try:
            roots = self._roots()
            root = roots[-1]
            timestamp = self._signed(root.signed, Timestamp.type, Timestamp)
            snapshot = self._signed(root.signed, Snapshot.type, Snapshot)
            top = self._signed(root.signed, Targets.type, Targets)
            notes = {role: self._signed(top.signed, role, Targets) for role in _roles(top.signed)}
        except FileNotFoundError:
            return None
        except (RepositoryError, DeserializationError, ValueError) as error:
            raise Untrusted(
                "The directory kept on this machine was changed.", "Remove the folder “trust” and sync again."
            ) from error
        infos = [info for part in (top, *notes.values()) for info in part.signed.targets.values()]
        targets = dict(self._contents(infos))
        published = {info.get_prefixed_paths()[0]: targets[info.path] for info in infos if info.path in targets}
        published = {f"targets/{path}": data for path, data in published.items()}
        versions = {Snapshot.type: snapshot.signed.version, Targets.type: top.signed.version}
        versions |= {role: part.signed.version for role, part in notes.items()}
        published |= {f"metadata/{version}.{role}.json": self._kept(role) for role, version in versions.items()}
        numbers = [part.signed.version for part in roots]
        published |= {f"metadata/{version}.root.json": self._root_bytes(version) for version in numbers}
        return Directory(root, timestamp, snapshot, top, notes, targets, published)

    def _root_bytes(self, version: int) -> bytes:
        if version == 1:
            return self._root
        return (self._folder / "metadata" / "root_history" / f"{version}.root.json").read_bytes()

    def _roots(self) -> list[Metadata[Root]]:
        """The chain of roots from the pinned one: each is signed by the one before and by itself."""
        roots: list[Metadata[Root]] = [Metadata[Root].from_bytes(self._root)]
        while True:
            version = roots[-1].signed.version + 1
            try:
                following: Metadata[Root] = Metadata[Root].from_bytes(self._root_bytes(version))
            except FileNotFoundError:
                return roots
            for signer in (roots[-1].signed, following.signed):
                signer.verify_delegate(Root.type, following.signed_bytes, following.signatures)
            roots.append(following)

    def _kept(self, role: str) -> bytes:
        return (self._folder / "metadata" / f"{quote(role, '')}.json").read_bytes()

    def _signed(self, by: Root | Targets, role: str, kind: type[_T]) -> Metadata[_T]:
        metadata = Metadata[_T].from_bytes(self._kept(role))
        if not isinstance(metadata.signed, kind):
            raise RepositoryError("another kind of metadata")
        by.verify_delegate(role, metadata.signed_bytes, metadata.signatures)
        return metadata

    def _listed(self) -> list[str]:
        """Every target path of the roles that were just verified."""
        top = self._signed(self._roots()[-1].signed, Targets.type, Targets)
        parts = [top, *(self._signed(top.signed, role, Targets) for role in _roles(top.signed))]
        return sorted({path for part in parts for path in part.signed.targets})

    def _contents(self, infos: Iterable[TargetFile]) -> Iterator[tuple[str, bytes]]:
        for info in infos:
            try:
                data = (self._folder / "targets" / quote(info.path, "")).read_bytes()
                info.verify_length_and_hashes(data)
            except (FileNotFoundError, LengthOrHashMismatchError):
                continue
            yield info.path, data


class _Fetcher(FetcherInterface):
    """Lets python-tuf read through the desk's own client: same proxy, same refusals, same timeouts."""

    def __init__(self, fetch: Fetch) -> None:
        self._get = fetch

    def _fetch(self, url: str) -> Iterator[bytes]:
        status, body = self._get(url)
        if status != 200:
            raise DownloadHTTPError(f"status {status}", status)
        return iter((body,))


def _roles(top: Targets) -> list[str]:
    return sorted(top.delegations.roles) if top.delegations and top.delegations.roles else []


def _says(error: RepositoryError) -> str:
    for kind, sentence in _SAYS.items():
        if isinstance(error, kind):
            return sentence
    return "The directory that the intake serves is not well formed."
