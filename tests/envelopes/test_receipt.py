"""Receipts: two forms of the same 112 bits, forgiving of everything but a mistake."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import ReceiptError
from crypto.receipt import Receipt
from crypto.words import word_list

TABLE = json.loads((Path(__file__).parents[1] / "vectors" / "receipt.json").read_text("utf-8"))
secrets = st.binary(min_size=14, max_size=14)


@pytest.mark.parametrize("row", TABLE["receipts"], ids=lambda row: row["secret"])
def test_a_secret_is_written_as_the_vector_has_it(row: dict[str, str]) -> None:
    """Digits and words of a secret are fixed for ever: people hold them on paper."""
    receipt = Receipt(bytes.fromhex(row["secret"]))
    assert (receipt.digits, receipt.words) == (row["digits"], row["words"])
    assert Receipt.parse(row["digits"]) == Receipt.parse(row["words"]) == receipt


@pytest.mark.parametrize("row", TABLE["entries"], ids=lambda row: row["says"])
def test_it_is_read_however_it_is_written(row: dict[str, str]) -> None:
    """Spacing, case, separators and digit scripts change nothing."""
    assert Receipt.parse(row["text"]).secret.hex() == row["secret"]


@pytest.mark.parametrize("row", TABLE["refused"], ids=lambda row: row["says"])
def test_a_slip_is_told_and_where_it_is(row: dict[str, str | int | None]) -> None:
    """A mistyped receipt is refused without asking anybody, with the kind of the mistake and its place."""
    with pytest.raises(ReceiptError) as told:
        Receipt.parse(str(row["text"]))
    assert (told.value.fault, told.value.place) == (row["fault"], row["place"])
    assert told.value.hint


@pytest.mark.parametrize("row", TABLE["derived"], ids=lambda row: f"{row['secret'][:8]} at {row['instance'][:8]}")
def test_keys_are_derived_as_the_vector_has_them(row: dict[str, str]) -> None:
    """One secret at one instance always gives the same token, thread, reply identity, signing seed and MAC key."""
    keys = Receipt(bytes.fromhex(row["secret"])).derive(bytes.fromhex(row["instance"]))
    assert keys.token.hex() == row["token"]
    assert keys.thread.hex() == row["thread"]
    assert keys.reply.seed.hex() == row["reply_seed"]
    assert keys.reply.to_string() == row["reply_identity"]
    assert keys.reply.recipient.key_id.hex() == row["reply_recipient_sha256"][:32]
    assert keys.signing_seed.hex() == row["signing_seed"]
    assert keys.signing_public.hex() == row["signing_public"]
    assert keys.reply_mac.hex() == row["reply_mac"]


@given(secrets)
def test_both_forms_say_the_same(secret: bytes) -> None:
    """Every secret comes back from its digits and from its words, and its digits pass ISO 7064 MOD 97-10."""
    receipt = Receipt(secret)
    assert Receipt.parse(receipt.digits) == Receipt.parse(receipt.words) == receipt
    assert int(receipt.digits.replace(" ", "")) % 97 == 1


@given(secrets, st.integers(0, 35), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(secret: bytes, place: int, difference: int) -> None:
    """MOD 97-10 catches every single wrong digit."""
    digits = Receipt(secret).digits.replace(" ", "")
    wrong = digits[:place] + str((int(digits[place]) + difference) % 10) + digits[place + 1 :]
    with pytest.raises(ReceiptError):
        Receipt.parse(wrong)


@given(secrets, st.integers(0, 34))
def test_two_swapped_digits_are_always_noticed(secret: bytes, place: int) -> None:
    """MOD 97-10 catches every swap of neighbours."""
    digits = list(Receipt(secret).digits.replace(" ", ""))
    swapped = [*digits[:place], digits[place + 1], digits[place], *digits[place + 2 :]]
    if swapped != digits:
        with pytest.raises(ReceiptError):
            Receipt.parse("".join(swapped))


@given(secrets, st.sampled_from([chr(code) for code in range(0x110000) if unicodedata.decimal(chr(code), None) == 0]))
def test_every_digit_script_is_read(secret: bytes, zero: str) -> None:
    """Any of Unicode's decimal digit scripts will do."""
    receipt = Receipt(secret)
    written = "".join(chr(ord(zero) + int(digit)) if digit.isdecimal() else " " for digit in receipt.digits)
    assert Receipt.parse(written) == receipt


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever is typed, the answer is a receipt or a ReceiptError."""
    try:
        Receipt.parse(text)
    except ReceiptError as told:
        assert told.hint


def test_an_unknown_word_names_the_nearest() -> None:
    """A slip in a word brings up the word that was meant."""
    entry = Receipt(bytes(14)).words.replace("abandon", "abandom", 1)
    with pytest.raises(ReceiptError) as told:
        Receipt.parse(entry)
    assert (told.value.place, told.value.given, told.value.nearest[0]) == (1, "abandom", "abandon")


def test_the_word_list_is_the_one_of_bip_39() -> None:
    """2,048 sorted words, and none shares its first four letters with another."""
    words = word_list()
    assert len(words) == 2048
    assert list(words) == sorted(words)
    assert len({word[:4] for word in words}) == 2048


def test_receipts_never_show_their_secret() -> None:
    """Neither a receipt nor its keys give a secret away in a log or a traceback."""
    receipt = Receipt.generate()
    keys = receipt.derive(bytes(16))
    shown = repr(receipt) + repr(keys)
    for secret in (receipt.secret, keys.token, keys.reply.seed, keys.signing_seed, keys.reply_mac):
        assert repr(secret)[2:-1] not in shown
        assert secret.hex() not in shown
