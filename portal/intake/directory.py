"""The public directory: what stewards signed, kept and served as it came, with the one signature the intake adds.

Rules: a publication replaces the one before it whole or not at all, its snapshot's version only rises, and the first
root never changes, for it is the organisation's fingerprint. The timestamp lives three days and is renewed when read
past half of that: an intake that was switched off for long serves an expired one, and desks notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner
from sqlalchemy import Connection, delete, select, update
from tuf.api.exceptions import UnsignedMetadataError
from tuf.api.metadata import Metadata, MetaFile, Timestamp

from portal.intake import clock
from portal.intake.database import Database, insert_or_replace
from portal.intake.models import DirectoryFile, Instance
from portal.intake.publication import Publication
from portal.intake.refusals import Malformed, Taken
from portal.keynote import KeyNote, in_force

TIMESTAMP = "metadata/timestamp.json"
TIMESTAMP_LIFE = timedelta(days=3)
_COUNT = select(Instance.directory)
# On PostgreSQL two desks that publish at one moment would otherwise both follow on the same publication.
_ONE_AT_A_TIME = select(Instance.id).with_for_update()


class Directory:
    """The published files. What was parsed is remembered until the next publication."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: tuple[int, Publication | None] = (0, None)
        self._notes: tuple[Publication, tuple[tuple[KeyNote, bytes], ...]] | None = None

    def publish(self, files: Mapping[str, bytes], timestamp_seed: bytes) -> None:
        """Put this publication in place of the last. Putting the same again changes nothing.

        Raises Malformed, and Taken when a newer one, or another first root, is there already.
        """
        new = Publication.parse(files)
        _check_timestamp_role(new, timestamp_seed)

        def act(connection: Connection) -> None:
            connection.execute(_ONE_AT_A_TIME)
            count, old = self._read(connection)
            if old is not None and dict(old.files) == dict(files):
                return
            if old is not None and not _follows(new, old):
                raise Taken
            count += 1
            connection.execute(update(Instance).values(directory=count))
            connection.execute(delete(DirectoryFile).where(DirectoryFile.publication < count - 1))
            for path, content in files.items():
                insert_or_replace(connection, DirectoryFile, {"path": path, "publication": count, "content": content})
            _write_timestamp(connection, count, new, timestamp_seed)

        self._database.write(act)

    def file(self, path: str) -> bytes | None:
        """A published file by its path in the directory, of this publication or the one before."""
        with self._database.read() as connection:
            return connection.scalar(select(DirectoryFile.content).where(DirectoryFile.path == path))

    def timestamp(self, seed: bytes) -> bytes | None:
        """The timestamp, renewed if it is past half of its life."""
        content = self.file(TIMESTAMP)
        if content is None or _life_left(content, clock.now()) > TIMESTAMP_LIFE / 2:
            return content

        def renew(connection: Connection) -> bytes:
            count, publication = self._read(connection)
            if publication is None:
                return content
            return _write_timestamp(connection, count, publication, seed)

        return self._database.write(renew)

    def current(self) -> Publication | None:
        """The publication that stands, or None before the first."""
        with self._database.read() as connection:
            return self._read(connection)[1]

    def key_in_force(self, instance: bytes, today: date) -> KeyNote | None:
        """The newest key in publication, or None when there is none or the directory expired."""
        found = self._in_force(instance, today)
        return found[0] if found else None

    def key_file(self, instance: bytes, today: date) -> bytes | None:
        """The key note in force as it is served, signatures and all."""
        found = self._in_force(instance, today)
        return found[1] if found else None

    def _in_force(self, instance: bytes, today: date) -> tuple[KeyNote, bytes] | None:
        publication = self.current()
        if publication is None or publication.expired(clock.now()):
            return None
        if self._notes is None or self._notes[0] is not publication:
            self._notes = (publication, publication.notes(instance))
        notes = self._notes[1]
        newest = in_force((note for note, _ in notes), today)
        return next(((note, file) for note, file in notes if note is newest), None)

    def _read(self, connection: Connection) -> tuple[int, Publication | None]:
        count = connection.scalar(_COUNT) or 0
        if self._known[0] != count:
            standing = select(DirectoryFile.path, DirectoryFile.content).where(
                DirectoryFile.publication == count, DirectoryFile.path != TIMESTAMP
            )
            files = {row.path: row.content for row in connection.execute(standing)}
            self._known = (count, Publication.parse(files))
        return self._known


def _follows(new: Publication, old: Publication) -> bool:
    first = "metadata/1.root.json"
    return (
        new.snapshot > old.snapshot
        and new.root.version >= old.root.version
        and new.files[first] == old.files[first]
        and new.files[f"metadata/{old.root.version}.root.json"] == old.files[f"metadata/{old.root.version}.root.json"]
    )


def _write_timestamp(connection: Connection, count: int, publication: Publication, seed: bytes) -> bytes:
    old = connection.scalar(select(DirectoryFile.content).where(DirectoryFile.path == TIMESTAMP))
    version = 1 if old is None else Metadata[Timestamp].from_bytes(old).signed.version + 1
    content = _sign(publication, seed, version).to_bytes()
    insert_or_replace(connection, DirectoryFile, {"path": TIMESTAMP, "publication": count, "content": content})
    return content


def _sign(publication: Publication, seed: bytes, version: int) -> Metadata[Timestamp]:
    snapshot = publication.files[f"metadata/{publication.snapshot}.snapshot.json"]
    pointer = MetaFile.from_data(publication.snapshot, snapshot, ["sha256"])
    timestamp = Metadata(Timestamp(version, expires=clock.now() + TIMESTAMP_LIFE, snapshot_meta=pointer))
    timestamp.sign(CryptoSigner(Ed25519PrivateKey.from_private_bytes(seed)))
    return timestamp


def _check_timestamp_role(publication: Publication, seed: bytes) -> None:
    trial = _sign(publication, seed, version=1)
    try:
        publication.root.verify_delegate(Timestamp.type, trial.signed_bytes, trial.signatures)
    except (UnsignedMetadataError, ValueError):
        raise Malformed("The directory's root does not name this intake's timestamp key.") from None


def _life_left(content: bytes, now: datetime) -> timedelta:
    return Metadata[Timestamp].from_bytes(content).signed.expires - now
