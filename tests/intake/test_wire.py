"""Signed requests (RFC 9421): what is covered cannot be changed, what is missing is refused."""

from __future__ import annotations

import base64
import os
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portal import wire
from portal.wire import ClockDifference, Signed, UnknownKey, WireError, keyid_of, sign, verify

URL = "https://report.example.org/api/objects/00?thread=11&audience=desk"
SEED = bytes(range(32))
KEY = Ed25519PrivateKey.from_private_bytes(SEED)
PUBLIC = KEY.public_key().public_bytes_raw()
BODY = b"sealed"


def find(keyid: str) -> bytes | None:
    return PUBLIC if keyid == keyid_of(PUBLIC) else None


def signed(**options: datetime) -> dict[str, str]:
    return sign("PUT", URL, BODY, seed=SEED, nonce="n0nce", **options)


def test_a_signed_request_is_accepted() -> None:
    """The verifier gives back key id and nonce."""
    assert verify("PUT", URL, signed().items(), BODY, find) == Signed(keyid_of(PUBLIC), "n0nce")


def test_an_empty_body_is_covered_too() -> None:
    """A body put where none was signed is refused."""
    headers = sign("GET", URL, b"", seed=SEED, nonce="n")
    assert verify("GET", URL, headers.items(), b"", find).nonce == "n"
    with pytest.raises(WireError):
        verify("GET", URL, headers.items(), b"x", find)


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("POST", URL, BODY),
        ("PUT", URL.replace("thread=11", "thread=12"), BODY),
        ("PUT", URL.replace("/00", "/01"), BODY),
        ("PUT", URL.replace("https", "http"), BODY),
        ("PUT", URL.replace("report.", "other."), BODY),
        ("PUT", URL, b"sealer"),
        ("PUT", URL, b""),
    ],
)
def test_what_is_covered_cannot_be_changed(method: str, url: str, body: bytes) -> None:
    """Method, origin, path, query and body are what was signed."""
    with pytest.raises(WireError):
        verify(method, url, signed().items(), body, find)


@pytest.mark.parametrize("name", ["Signature", "Signature-Input", "Content-Digest"])
def test_no_part_may_be_missing(name: str) -> None:
    """Each of the three headers is needed."""
    headers = signed()
    del headers[name]
    with pytest.raises(WireError):
        verify("PUT", URL, headers.items(), BODY, find)


def resigned(parameters: str, components: str) -> dict[str, str]:
    """A well-made signature over whatever its maker chose to cover."""
    values = {
        '"@method"': "PUT",
        '"@authority"': "report.example.org",
        '"@target-uri"': URL,
        '"content-digest"': signed()["Content-Digest"],
    }
    base = "".join(f"{name}: {values[name]}\n" for name in components.split())
    base += f'"@signature-params": ({components}){parameters}'
    signature = base64.b64encode(KEY.sign(base.encode())).decode()
    return {
        "Content-Digest": values['"content-digest"'],
        "Signature-Input": f"desk=({components}){parameters}",
        "Signature": f"desk=:{signature}:",
    }


ALL = '"@method" "@authority" "@target-uri" "content-digest"'


def parameters(**changes: str | None) -> str:
    fields: dict[str, str | None] = {
        "created": str(int(datetime.now(UTC).timestamp())),
        "keyid": f'"{keyid_of(PUBLIC)}"',
        "alg": '"ed25519"',
        "nonce": '"n"',
        "tag": f'"{wire.TAG}"',
    }
    return "".join(f";{name}={value}" for name, value in (fields | changes).items() if value is not None)


def test_a_signature_made_by_hand_is_accepted() -> None:
    """The helper below makes good signatures, so its bad ones are refused for what they leave out."""
    assert verify("PUT", URL, resigned(parameters(), ALL).items(), BODY, find).nonce == "n"


@pytest.mark.parametrize("left_out", ALL.split())
def test_every_component_must_be_covered(left_out: str) -> None:
    """A true signature that leaves one of the four out counts for nothing."""
    components = " ".join(name for name in ALL.split() if name != left_out)
    with pytest.raises(WireError):
        verify("PUT", URL, resigned(parameters(), components).items(), BODY, find)


@pytest.mark.parametrize(
    "changes",
    [{"created": None}, {"keyid": None}, {"nonce": None}, {"tag": None}, {"tag": '"x"'}, {"alg": '"hmac-sha256"'}],
)
def test_every_parameter_must_be_there(changes: dict[str, str | None]) -> None:
    """Hour, key, nonce and tag are required; another algorithm is refused."""
    with pytest.raises(WireError):
        verify("PUT", URL, resigned(parameters(**changes), ALL).items(), BODY, find)


@pytest.mark.parametrize(("minutes", "seconds"), [(3, 180), (-8, -480), (60 * 24, 86400)])
def test_an_hour_that_cannot_be_now_is_told_apart(minutes: int, seconds: int) -> None:
    """Two minutes ahead and five plus two behind are borne; beyond that the difference is told."""
    with pytest.raises(ClockDifference) as told:
        verify("PUT", URL, signed(created=datetime.now(UTC) + timedelta(minutes=minutes)).items(), BODY, find)
    assert abs(told.value.seconds - seconds) <= 1


def test_an_unknown_key_is_told_apart() -> None:
    """A desk learns that it is not registered, and not that its signature is wrong."""
    with pytest.raises(UnknownKey):
        verify("PUT", URL, signed().items(), BODY, lambda _: None)
    with pytest.raises(WireError) as wrong:
        verify(
            "PUT", URL, signed().items(), BODY, lambda _: Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        )
    assert not isinstance(wrong.value, UnknownKey)


def test_another_signature_beside_ours_changes_nothing() -> None:
    """Only the one labelled `desk` is looked at, and its label may stand there once."""
    headers, other = signed(), sign("PUT", URL, BODY, seed=os.urandom(32), nonce="m")
    for name in ("Signature", "Signature-Input"):
        headers[name] += ", " + other[name].replace("desk=", "other=", 1)
    assert verify("PUT", URL, headers.items(), BODY, find).nonce == "n0nce"
    with pytest.raises(WireError):
        verify("PUT", URL, [*signed().items(), *other.items()], BODY, lambda _: PUBLIC)


@pytest.mark.parametrize("name", ["Signature", "Signature-Input", "Content-Digest"])
@pytest.mark.parametrize("value", ["", "desk", "desk=()", "desk=:AA==:", "\x00", "sha-256=:AA==:", "md5=:AA==:", "é"])
def test_nonsense_is_refused_with_our_own_error(name: str, value: str) -> None:
    """Whatever stands in a header, the library's own errors do not come out."""
    with pytest.raises(WireError):
        verify("PUT", URL, (signed() | {name: value}).items(), BODY, find)
