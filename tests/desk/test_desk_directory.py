"""The signed directory as a steward makes it and a desk reads it, without an intake between."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, MetaFile, Snapshot, Timestamp

from crypto.signatures import public_key
from portal.desk.directory import LIFE, NextDirectory, first_root, renewal_due, role_of, steward_signer
from portal.desk.errors import Unreachable, Untrusted
from portal.desk.trust import Directory, Trust

ADA, BEN, INTAKE = (secrets.token_bytes(32) for _ in range(3))


class Shelf:
    """A folder of published files, with a timestamp as the intake signs it."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self._version = 0

    def publish(self, files: dict[str, bytes]) -> None:
        self.files = {**{path: data for path, data in self.files.items() if "root.json" in path}, **files}
        version = max(int(path.split("/")[1].split(".")[0]) for path in files if path.endswith(".snapshot.json"))
        self._version += 1
        pointer = MetaFile.from_data(version, files[f"metadata/{version}.snapshot.json"], ["sha256"])
        expires = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)
        timestamp = Metadata(Timestamp(self._version, expires=expires, snapshot_meta=pointer))
        timestamp.sign(CryptoSigner(Ed25519PrivateKey.from_private_bytes(INTAKE)))
        self.files["metadata/timestamp.json"] = timestamp.to_bytes()

    def fetch(self, path: str) -> tuple[int, bytes]:
        data = self.files.get(path.removeprefix("/directory/"))
        return (404, b"") if data is None else (200, data)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def root() -> bytes:
    return first_root(steward_signer(ADA), public_key(INTAKE))


@pytest.fixture
def begun(shelf: Shelf, root: bytes) -> Shelf:
    """A first state: roster one, and one key note."""
    state = NextDirectory(steward_signer(ADA), None, root)
    state.put_roster(b"roster one")
    state.put_notes({"a" * 32: b"note a"})
    shelf.publish(state.files())
    return shelf


def read(shelf: Shelf, root: bytes, folder: Path) -> Directory:
    return Trust(folder, root).refresh(shelf.fetch)


def test_what_a_steward_publishes_a_desk_reads(begun: Shelf, root: bytes, tmp_path: Path) -> None:
    """Roster and key notes, as they were put in."""
    directory = read(begun, root, tmp_path)
    assert directory.targets == {"roster.age": b"roster one", f"notes/{'a' * 32}.json": b"note a"}
    assert (directory.version, directory.threshold, directory.expired) == (1, 1, False)
    assert list(directory.stewards.values()) == [public_key(ADA)]


def test_a_whole_publication_is_what_is_read_back(begun: Shelf, root: bytes, tmp_path: Path) -> None:
    """The next state begins from every file of the last, byte for byte."""
    published = dict(read(begun, root, tmp_path).published)
    served = {path: data for path, data in begun.files.items() if path != "metadata/timestamp.json"}
    assert published == served


def test_versions_rise_by_one_and_old_files_go(begun: Shelf, root: bytes, tmp_path: Path) -> None:
    """A replaced roster is not served any more; the steward's notes stay as they were signed."""
    state = NextDirectory(steward_signer(ADA), read(begun, root, tmp_path), root)
    state.put_roster(b"roster two")
    begun.publish(state.files())
    directory = read(begun, root, tmp_path)
    assert directory.targets["roster.age"] == b"roster two"
    names = sorted(path for path in directory.published if path.startswith("metadata/"))
    role = role_of(steward_signer(ADA).public_key.keyid)
    assert names == sorted(
        ["metadata/1.root.json", f"metadata/1.{role}.json"]
        + [f"metadata/2.{name}.json" for name in ("targets", "snapshot")]
    )
    assert b"roster one" not in directory.published.values()


def test_a_second_steward_signs_in_a_role_of_their_own(begun: Shelf, root: bytes, tmp_path: Path) -> None:
    """Admitted by a new root; from then on both keep their own notes, and each desk follows from the first root."""
    state = NextDirectory(steward_signer(ADA), read(begun, root, tmp_path / "ada"), root)
    state.admit_steward(public_key(BEN))
    begun.publish(state.files())
    state = NextDirectory(steward_signer(BEN), read(begun, root, tmp_path / "ben"), root)
    state.put_notes({"b" * 32: b"note b"})
    begun.publish(state.files())
    for folder in ("ada", "ben", "new"):
        directory = read(begun, root, tmp_path / folder)
        assert sorted(directory.note_files.values()) == [b"note a", b"note b"]
        assert directory.root.signed.version == 2
        assert len(directory.stewards) == 2


@pytest.mark.claim("C3")
def test_somebody_who_was_not_admitted_signs_nothing(begun: Shelf, root: bytes, tmp_path: Path) -> None:
    """A state signed with a key that no root names is refused."""
    before = read(begun, root, tmp_path)
    state = NextDirectory(steward_signer(BEN), before, root)
    state.put_roster(b"another roster")
    begun.publish(state.files())
    with pytest.raises(Untrusted, match="not signed by enough stewards"):
        read(begun, root, tmp_path)
    kept = Trust(tmp_path, root).load()
    assert kept is not None
    assert kept.targets["roster.age"] == b"roster one"


def _mixed(files: dict[str, bytes]) -> None:
    path = next(path for path in files if path.endswith("roster.age"))
    files[path] = b"roster two"


def _without_snapshot(files: dict[str, bytes]) -> None:
    files.pop("metadata/1.snapshot.json")


def _no_json(files: dict[str, bytes]) -> None:
    files["metadata/timestamp.json"] = b"<html>"


def _snapshot_of_another_state(files: dict[str, bytes]) -> None:
    snapshot = Metadata(Snapshot(version=1, expires=datetime(2999, 1, 1, tzinfo=UTC)))
    snapshot.sign(steward_signer(ADA))
    files["metadata/1.snapshot.json"] = snapshot.to_bytes()


@pytest.mark.claim("C3")
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(_mixed, id="another roster under the same name"),
        pytest.param(_without_snapshot, id="no snapshot"),
        pytest.param(_no_json, id="a page instead of a timestamp"),
        pytest.param(_snapshot_of_another_state, id="a snapshot of another state"),
    ],
)
def test_what_does_not_belong_together_is_refused(
    begun: Shelf, root: bytes, tmp_path: Path, spoil: Callable[[dict[str, bytes]], None]
) -> None:
    """Each is a sentence of its own kind, and nothing is taken over."""
    spoil(begun.files)
    with pytest.raises((Untrusted, Unreachable)):
        read(begun, root, tmp_path)


@pytest.mark.claim("C3")
def test_another_root_than_the_pinned_one_leads_nowhere(begun: Shelf, root: bytes, tmp_path: Path) -> None:
    """An intake that founded an organisation of its own is not this one."""
    mine = first_root(steward_signer(BEN), public_key(INTAKE))
    with pytest.raises(Untrusted):
        read(begun, mine, tmp_path)
    assert Trust(tmp_path, mine).load() is None


def test_an_expired_directory_is_still_read_and_says_so(begun: Shelf, root: bytes, tmp_path: Path) -> None:
    """Offline for a week: colleagues are still known, and nothing more is signed on its ground."""
    directory = read(begun, root, tmp_path)
    directory.timestamp.signed.expires = datetime(2020, 1, 1, tzinfo=UTC)
    assert directory.expired


def test_kept_metadata_that_was_changed_is_refused(begun: Shelf, root: bytes, tmp_path: Path) -> None:
    """Signatures are verified again at each reading."""
    read(begun, root, tmp_path)
    path = tmp_path / "metadata" / "targets.json"
    value = json.loads(path.read_bytes())
    value["signed"]["expires"] = "2999-01-01T00:00:00Z"
    path.write_text(json.dumps(value))
    with pytest.raises(Untrusted, match="kept on this machine was changed"):
        Trust(tmp_path, root).load()


def test_a_kept_file_that_was_changed_is_not_used(begun: Shelf, root: bytes, tmp_path: Path) -> None:
    """The roster's hash stands in the signed targets."""
    read(begun, root, tmp_path)
    (tmp_path / "targets" / "roster.age").write_bytes(b"another")
    kept = Trust(tmp_path, root).load()
    assert kept is not None
    assert "roster.age" not in kept.targets
    assert read(begun, root, tmp_path).targets["roster.age"] == b"roster one"


@pytest.mark.parametrize("role", sorted(LIFE))
def test_signatures_past_half_their_life_are_due(begun: Shelf, root: bytes, tmp_path: Path, role: str) -> None:
    """An admin's desk then signs anew, long before the intake would close."""
    directory = read(begun, root, tmp_path)
    assert not renewal_due(directory)
    parts = (directory.root.signed, directory.top.signed, directory.snapshot.signed)
    (part,) = [part for part in parts if part.type == role]
    part.expires = datetime.now(UTC) + LIFE[role] / 2 - timedelta(days=1)
    assert renewal_due(directory)
