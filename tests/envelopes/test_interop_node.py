"""Our files and those of typage (the age implementation of the scripts, here in node) open each other, both ways."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from crypto import age, bech32
from crypto.armor import armor, dearmor
from crypto.errors import MixedRecipients
from crypto.hybrid import HybridIdentity
from crypto.passphrase import PassphraseIdentity, PassphraseRecipient
from crypto.receipt import Receipt
from tests.envelopes.cctv import X25519Identity

PEER = Path(__file__).with_name("peer.mjs")
SIZES = [0, 1, 65535, 65536, 65537]
every_size = pytest.mark.parametrize(
    "sizes", [SIZES, pytest.param([10 << 20], marks=pytest.mark.slow)], ids=["small", "10 MiB"]
)
identity = HybridIdentity(bytes(range(32)))
stranger = HybridIdentity(bytes(range(1, 33)))


def peer(jobs: list[dict[str, Any]]) -> list[str]:
    """Have typage do these jobs; gives a result each."""
    environment = os.environ | {"NODE_OPTIONS": "--experimental-global-webcrypto"}
    written = json.dumps([{name: str(v) if isinstance(v, Path) else v for name, v in job.items()} for job in jobs])
    done = subprocess.run(
        ["node", str(PEER)], input=written, capture_output=True, text=True, env=environment, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    results: list[str] = json.loads(done.stdout)
    return results


def content(size: int) -> bytes:
    return bytes(range(251)) * (size // 251) + bytes(range(size % 251))


@every_size
def test_typage_opens_what_we_seal(sizes: list[int], tmp_path: Path) -> None:
    """Every size, to two recipients, as bytes and as text."""
    jobs = []
    for size in sizes:
        for armored in (False, True):
            sealed = tmp_path / f"{size}-{armored}.age"
            file = age.encrypt(content(size), [stranger.recipient, identity.recipient])
            sealed.write_bytes(armor(file).encode() if armored else file)
            out = sealed.with_suffix("")
            seed = identity.to_string()
            jobs.append({"act": "open", "identity": seed, "sealed": sealed, "plain": out, "armored": armored})
    assert peer(jobs) == ["opened"] * len(jobs)
    for job, size in zip(jobs, [size for size in sizes for _ in range(2)], strict=True):
        assert Path(str(job["plain"])).read_bytes() == content(size)


@every_size
def test_we_open_what_typage_seals(sizes: list[int], tmp_path: Path) -> None:
    """Every size, to two recipients, as bytes and as text; and the intake's inspection agrees."""
    jobs = []
    for size in sizes:
        plain = tmp_path / str(size)
        plain.write_bytes(content(size))
        for armored in (False, True):
            sealed = tmp_path / f"{size}-{armored}.age"
            keys = [str(stranger.recipient), str(identity.recipient)]
            jobs.append({"act": "seal", "plain": plain, "sealed": sealed, "armored": armored, "recipients": keys})
    assert peer(jobs) == ["sealed"] * len(jobs)
    for job in jobs:
        file = Path(str(job["sealed"])).read_bytes()
        binary = dearmor(file) if job["armored"] else file
        plaintext = Path(str(job["plain"])).read_bytes()
        assert age.decrypt(binary, [identity]) == age.decrypt(binary, [stranger]) == plaintext
        assert len(binary) == age.sealed_size(len(plaintext), 2)
        assert len(age.inspect(binary, recipients=2).stanzas) == 2


def test_typage_opens_a_resealed_file_with_the_new_key_only(tmp_path: Path) -> None:
    """A header made anew before an old payload is a good age file to others too, and we reseal theirs."""
    plain, theirs, ours, both = (tmp_path / name for name in ("plain", "theirs.age", "ours.age", "both.age"))
    plain.write_bytes(content(70_000))
    peer([{"act": "seal", "plain": plain, "sealed": theirs, "recipients": [str(identity.recipient)]}])
    ours.write_bytes(age.encrypt(content(70_000), [identity.recipient]))
    for file in (theirs, ours):
        header, payload = age.split(file.read_bytes())
        both.write_bytes(age.reseal(header, [identity], [stranger.recipient]) + payload)
        opens = {"act": "open", "sealed": both, "plain": tmp_path / "out"}
        assert peer([opens | {"identity": stranger.to_string()}, opens | {"identity": identity.to_string()}]) == [
            "opened",
            "no identity matched any of the file's recipients",
        ]
        assert (tmp_path / "out").read_bytes() == content(70_000)


def test_passphrases_work_both_ways(tmp_path: Path) -> None:
    """A reviewer's identity file opens with any age client that is given the passphrase, non-ASCII ones included."""
    plain, theirs, ours = (tmp_path / name for name in ("plain", "theirs.age", "ours.age"))
    plain.write_bytes(b"AGE-SECRET-KEY-PQ-1")
    ours.write_bytes(age.encrypt(b"AGE-SECRET-KEY-PQ-1", [PassphraseRecipient("schön geheim", log_n=10)]))
    opens = {"act": "open", "sealed": ours, "plain": tmp_path / "out", "passphrase": "schön geheim"}
    assert peer([{"act": "seal", "plain": plain, "sealed": theirs, "passphrase": "schön geheim"}, opens]) == [
        "sealed",
        "opened",
    ]
    assert (tmp_path / "out").read_bytes() == b"AGE-SECRET-KEY-PQ-1"
    assert age.decrypt(theirs.read_bytes(), [PassphraseIdentity("schön geheim")]) == b"AGE-SECRET-KEY-PQ-1"


def test_a_mixture_that_typage_seals_is_refused_here(tmp_path: Path) -> None:
    """typage lets a post-quantum and a classical recipient share a file; we neither open nor store it."""
    plain, mixed = tmp_path / "plain", tmp_path / "mixed.age"
    plain.write_bytes(b"x")
    classical = bech32.encode("age", X25519Identity(bytes(range(32))).recipient.public)
    peer([{"act": "seal", "plain": plain, "sealed": mixed, "recipients": [str(identity.recipient), classical]}])
    with pytest.raises(MixedRecipients):
        age.decrypt(mixed.read_bytes(), [identity])
    with pytest.raises(MixedRecipients):
        age.inspect(mixed.read_bytes())


def test_damage_is_seen_on_both_sides(tmp_path: Path) -> None:
    """A flipped bit and a cut in our file are refused by typage as well."""
    sealed = age.encrypt(content(70_000), [identity.recipient])
    jobs = []
    flipped = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for name, file in (("cut", sealed[:-1]), ("boundary", sealed[: -(70_000 - 65536 + 16)]), ("bit", flipped)):
        (tmp_path / name).write_bytes(file)
        jobs.append(
            {"act": "open", "identity": identity.to_string(), "sealed": tmp_path / name, "plain": tmp_path / "o"}
        )
    assert "opened" not in peer(jobs)


def test_both_derive_the_same_public_key() -> None:
    """A seed gives the same age1pq key in both, also the one that comes out of a receipt."""
    identities = [identity, Receipt(bytes(14)).derive(bytes(16)).reply]
    jobs = [{"act": "recipient", "identity": one.to_string()} for one in identities]
    assert peer(jobs) == [str(one.recipient) for one in identities]
