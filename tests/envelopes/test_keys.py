"""Keys and their texts, signatures, fingerprints, passphrases."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crypto import bech32, fingerprint, signatures
from crypto.errors import FormatError, SignatureError
from crypto.hybrid import HybridIdentity, HybridRecipient
from crypto.passphrase import PassphraseIdentity, PassphraseRecipient, generate_passphrase
from crypto.words import word_list

SEED = bytes(range(32))
hrps = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_categories=["Lu"]), min_size=1, max_size=20)


@given(hrps, st.binary(max_size=100))
@example("age1pq", bytes(1216))
def test_bech32_round_trips(hrp: str, data: bytes) -> None:
    """Any bytes under any name come back, in lower and in upper case."""
    text = bech32.encode(hrp, data)
    assert bech32.decode(text) == (hrp, data)
    assert bech32.decode(text.upper()) == (hrp.upper(), data)


@given(st.binary(min_size=32, max_size=32), st.integers(8, 60), st.sampled_from("qpzry9x8gf2tvdw0s3jn54khce6mua7l"))
def test_bech32_notices_a_wrong_character(data: bytes, place: int, letter: str) -> None:
    """One wrong character is always noticed."""
    text = bech32.encode("age", data)
    place = min(place, len(text) - 1)
    if text[place] != letter:
        with pytest.raises(FormatError):
            bech32.decode(text[:place] + letter + text[place + 1 :])


@pytest.mark.parametrize(
    "text",
    ["", "1", "age", "age1", "1qqqqqq", "age1b", "Age1qqqqqqqq", "a\x7f1qqqqqqqq", "age1qqqqqqqq", "split1cheo2y9e2w"],
)
def test_bech32_refuses_what_is_none(text: str) -> None:
    """Without name, separator, checksum or known letters it is no key."""
    with pytest.raises(FormatError):
        bech32.decode(text)


@pytest.mark.parametrize(
    "text", ["A12UEL5L", "a12uel5l", "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w"]
)
def test_bech32_reads_the_vectors_of_bip_173(text: str) -> None:
    """Valid strings of BIP 173 that hold whole bytes."""
    hrp, data = bech32.decode(text)
    assert bech32.encode(hrp, data) == text


def test_a_public_key_has_one_text() -> None:
    """1,959 characters from age1pq1 on, and back."""
    recipient = HybridIdentity(SEED).recipient
    text = str(recipient)
    assert text.startswith("age1pq1")
    assert len(text) == 1959
    assert HybridRecipient.from_string(text) == recipient
    assert recipient.key_id == hashlib.sha256(recipient.raw).digest()[:16]


def test_a_private_key_has_one_text() -> None:
    """AGE-SECRET-KEY-PQ-1…, upper case, and back to the same seed."""
    identity = HybridIdentity.generate()
    assert identity.to_string().startswith("AGE-SECRET-KEY-PQ-1")
    assert HybridIdentity.from_string(identity.to_string()) == identity
    assert HybridIdentity.generate() != identity


def test_a_key_of_another_kind_is_refused() -> None:
    """A private key is no public key, a classical key is no hybrid key, and sizes are exact."""
    identity = HybridIdentity(SEED)
    for text in (identity.to_string(), bech32.encode("age", SEED)):
        with pytest.raises(FormatError):
            HybridRecipient.from_string(text)
    for text in (str(identity.recipient), bech32.encode("AGE-SECRET-KEY-", SEED), identity.to_string().lower()):
        with pytest.raises(FormatError):
            HybridIdentity.from_string(text)
    with pytest.raises(FormatError):
        HybridIdentity(bytes(31))


def test_secrets_are_not_shown() -> None:
    """A traceback or a log line with an identity or a passphrase in it gives nothing away."""
    assert repr(HybridIdentity(SEED)) == "HybridIdentity()"
    assert "horse" not in repr(PassphraseRecipient("horse")) + repr(PassphraseIdentity("horse"))


@pytest.mark.claim("C4")
def test_a_signature_holds_for_its_bytes_key_and_context_only() -> None:
    """Another byte, key, context or signature is a SignatureError."""
    public = signatures.public_key(SEED)
    signature = signatures.sign(SEED, "message", b"body")
    signatures.verify(public, "message", b"body", signature)
    other = signatures.public_key(bytes(32))
    for wrong in (
        (public, "message", b"bodY", signature),
        (public, "note", b"body", signature),
        (other, "message", b"body", signature),
        (public, "message", b"body", bytes(64)),
        (public, "message", b"body", b""),
        (b"", "message", b"body", signature),
    ):
        with pytest.raises(SignatureError):
            signatures.verify(*wrong)
    with pytest.raises(FormatError):
        signatures.sign(bytes(31), "message", b"body")


@pytest.mark.claim("C4")
def test_a_mac_holds_for_its_bytes_key_and_context_only() -> None:
    """Another byte, key, context or tag is a SignatureError."""
    tag = signatures.mac(SEED, "message", b"body")
    signatures.verify_mac(SEED, "message", b"body", tag)
    for wrong in (
        (SEED, "message", b"bodY", tag),
        (SEED, "note", b"body", tag),
        (bytes(32), "message", b"body", tag),
        (SEED, "message", b"body", tag[:-1]),
    ):
        with pytest.raises(SignatureError):
            signatures.verify_mac(*wrong)


def test_a_fingerprint_is_the_start_of_the_digest() -> None:
    """Words carry the first bits of SHA-256, eleven each; the groups carry all of it."""
    digest = hashlib.sha256(b"key").digest()
    bits = "".join(f"{byte:08b}" for byte in digest)
    words = fingerprint.words(b"key")
    assert [f"{word_list().index(word):011b}" for word in words] == re.findall(r".{11}", bits[:88])
    assert fingerprint.words(b"key", 23)[:8] == words
    assert fingerprint.hex_groups(b"key").replace(" ", "") == digest.hex()
    for count in (0, 24):
        with pytest.raises(ValueError, match="1 to 23 words"):
            fingerprint.words(b"key", count)


def test_generated_passphrases_are_words_of_the_list() -> None:
    """Seven words, 77 bits, never the same twice."""
    passphrase = generate_passphrase()
    assert len(passphrase.split("-")) == 7
    assert set(passphrase.split("-")) <= set(word_list())
    assert generate_passphrase() != passphrase
