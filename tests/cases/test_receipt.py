from contextlib import suppress
from hashlib import sha256

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cases.errors import ReceiptRefused
from cases.receipt import ALPHABET, LONGEST_TYPED, SECRET_BYTES, read_receipt, write_receipt

SECRETS = st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES)
LOOKALIKES = {"0": "0Oo", "1": "1IiLl"}
SPACING = ["", "", "", " ", "-", "\t", "\r\n", "\u00a0", "\u2011", "\u2013"]


@given(SECRETS, st.data())
def test_a_receipt_survives_whatever_people_do_to_it(secret, data):
    typed = ""
    for symbol in write_receipt(secret).replace("-", ""):
        typed += data.draw(st.sampled_from(LOOKALIKES.get(symbol, symbol + symbol.lower())))
        typed += data.draw(st.sampled_from(SPACING))
    assert read_receipt(data.draw(st.sampled_from(SPACING)) + typed) == secret


@given(SECRETS)
def test_a_receipt_is_five_groups_of_five_from_the_alphabet(secret):
    groups = write_receipt(secret).split("-")
    assert [len(group) for group in groups] == [5] * 5
    assert set("".join(groups)) <= set(ALPHABET)


def test_the_alphabet_is_crockfords():
    assert list(ALPHABET) == sorted(set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") - set("ILOU"))


@pytest.mark.parametrize(
    ("secret", "receipt"),
    [
        (bytes(15), "00000-00000-00000-00000-00003"),
        (b"\xff" * 15, "ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZZZ4"),
        (bytes(range(15)), "000G4-0R40M-30E20-9185G-R38EW"),
    ],
)
def test_the_format_of_receipts_never_changes(secret, receipt):
    assert write_receipt(secret) == receipt
    assert read_receipt(receipt) == secret


@pytest.mark.parametrize("length", [0, 14, 16])
def test_a_secret_of_another_length_is_no_receipt(length):
    with pytest.raises(ValueError, match="15 bytes"):
        write_receipt(bytes(length))


@given(SECRETS, st.integers(0, 24), st.sampled_from(ALPHABET))
def test_a_wrong_symbol_never_opens_what_the_right_one_opens(secret, place, symbol):
    symbols = write_receipt(secret).replace("-", "")
    mistyped = symbols[:place] + symbol + symbols[place + 1 :]
    if mistyped != symbols:
        with suppress(ReceiptRefused):
            assert read_receipt(mistyped) != secret


@given(SECRETS, st.sampled_from(ALPHABET))
def test_a_wrong_check_symbol_is_always_noticed(secret, symbol):
    symbols = write_receipt(secret).replace("-", "")
    if symbol != symbols[-1]:
        with pytest.raises(ReceiptRefused, match="typing mistake"):
            read_receipt(symbols[:-1] + symbol)


def test_about_one_wrong_symbol_in_32_goes_unnoticed_and_no_more():
    """Every wrong symbol at every place but the last, of 40 fixed receipts. No check symbol of 5 bits can do better."""
    tried = unnoticed = 0
    for number in range(40):
        symbols = write_receipt(sha256(bytes([number])).digest()[:SECRET_BYTES]).replace("-", "")
        for mistyped in one_wrong(symbols):
            tried += 1
            with suppress(ReceiptRefused):
                read_receipt(mistyped)
                unnoticed += 1
    assert tried == 40 * 24 * 31
    assert 0.9 / 32 < unnoticed / tried < 1.1 / 32


def one_wrong(symbols):
    for place in range(24):
        for symbol in ALPHABET.replace(symbols[place], ""):
            yield symbols[:place] + symbol + symbols[place + 1 :]


@given(st.text(max_size=2 * LONGEST_TYPED) | st.text(ALPHABET + "oil -", min_size=20, max_size=30))
@example("\u0660" * 25)  # ARABIC-INDIC DIGIT ZERO
@example("\uff10" * 24 + "F")  # FULLWIDTH DIGIT ZERO
@example("\u017f" * 25)  # LATIN SMALL LETTER LONG S, upper case S
@example("\u00df" * 12 + "0")  # SHARP S, upper case SS
@example("\ud800" * 25)
@example("")
def test_no_text_makes_reading_fail_in_any_other_way(noise):
    with suppress(ReceiptRefused):
        assert len(read_receipt(noise)) == SECRET_BYTES


@pytest.mark.parametrize("stranger", ["\u0660", "\uff10", "\u00b2", "\u0131", "\u0130", "U", "u", "*", "\u200b", "\0"])
def test_an_attacker_cannot_write_one_receipt_in_foreign_symbols(stranger):
    right = write_receipt(bytes(15))
    with pytest.raises(ReceiptRefused):
        read_receipt(stranger + right[1:])
    with pytest.raises(ReceiptRefused):
        read_receipt(right + stranger)


@pytest.mark.parametrize("cut", [slice(0, -1), slice(1, None)])
def test_a_receipt_cut_short_or_doubled_is_refused(cut):
    right = write_receipt(b"fifteen bytes!!")
    for wrong in (right[cut], right + right, right + "0"):
        with pytest.raises(ReceiptRefused):
            read_receipt(wrong)


def test_an_attacker_cannot_make_the_door_read_a_mountain():
    with pytest.raises(ReceiptRefused, match="too long"):
        read_receipt(write_receipt(bytes(15)) + " " * 10**7)


def test_a_refusal_never_repeats_what_was_typed():
    for wrong in ("SECRETSECRET", "Q" * 25, "Q" * 200):
        with pytest.raises(ReceiptRefused) as refusal:
            read_receipt(wrong)
        assert "SECRET" not in str(refusal.value)
        assert "QQ" not in str(refusal.value)
