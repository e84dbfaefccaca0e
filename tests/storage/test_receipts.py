import hmac
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.casework.mailbox import open_mailbox, show_mailbox
from cases.errors import EvidenceUnreadable, ReceiptRefused
from cases.place import Kind, Recipient, origin_hash
from cases.receipt import ALPHABET, read_receipt, write_receipt
from storage.hybrid import PrivateKey
from storage.receipts import mailbox_id, mailbox_key
from tests.storage.making import ORIGIN, everything_sealed, filed

HERE, ELSEWHERE = origin_hash(ORIGIN), origin_hash("other.example/test")
SECRETS = st.binary(min_size=15, max_size=15)


def by_hand(secret, origin, info):
    """HKDF-SHA-256 of one block (RFC 5869)."""
    return hmac.digest(hmac.digest(origin, secret, "sha256"), info + b"\x01", "sha256")


@given(SECRETS)
def test_a_receipt_leads_where_the_docstring_says(secret):
    assert mailbox_id(secret, HERE) == by_hand(secret, HERE, b"rule12/mailbox-id/1")
    seed = by_hand(secret, HERE, b"rule12/mailbox-seed/1")
    assert mailbox_key(secret, HERE).public == PrivateKey.from_seed(seed).public


@given(SECRETS, SECRETS)
def test_two_receipts_or_two_installations_share_nothing(one, other):
    assert mailbox_id(one, HERE) != mailbox_id(one, ELSEWHERE)
    assert mailbox_key(one, HERE).public != mailbox_key(one, ELSEWHERE).public
    assert (mailbox_id(one, HERE) == mailbox_id(other, HERE)) == (one == other)


def test_a_receipt_opens_its_own_mailbox_however_it_is_typed(house):
    receipt = filed(house).receipt
    for typed in (receipt, receipt.lower(), receipt.replace("-", " "), f"  {receipt.replace('-', '')} "):
        assert show_mailbox(house.desk, open_mailbox(house.desk, typed)).status.slug == "received"


def test_a_receipt_that_was_never_given_opens_no_mailbox(house):
    filed(house)
    with pytest.raises(ReceiptRefused, match="opens no mailbox"):
        open_mailbox(house.desk, write_receipt(bytes(15)))


def test_a_mistyped_receipt_is_refused_and_not_repeated(house):
    receipt = filed(house).receipt
    mistyped = receipt[:-1] + ALPHABET[ALPHABET.index(receipt[-1]) - 1]
    with pytest.raises(ReceiptRefused) as refused:
        open_mailbox(house.desk, mistyped)
    assert mistyped[:10] not in str(refused.value)


def test_the_receipt_of_another_complaint_opens_nothing(house):
    mine, theirs = filed(house), filed(house)
    opened = open_mailbox(house.desk, theirs.receipt)
    for part in everything_sealed(house, mine):
        with pytest.raises(EvidenceUnreadable, match=f"{part.kind.slug} {part.id} cannot be opened"):
            house.desk.vault.open(part, opened)


def test_a_receipt_opens_what_the_reporter_sent_and_neither_identity_nor_routing_facts(house):
    one = filed(house)
    opened = open_mailbox(house.desk, one.receipt)
    readable = {Kind.STATEMENT, Kind.EVIDENCE, Kind.FILE_FACTS, Kind.MESSAGE}
    for part in everything_sealed(house, one):
        assert (Recipient.RECEIPT in {wrap.recipient for wrap in part.wraps}) == (part.kind in readable)
        if part.kind in readable:
            assert house.desk.vault.open(part, opened)
        else:
            with pytest.raises(EvidenceUnreadable, match="not sealed for the receipt key"):
                house.desk.vault.open(part, opened)


def test_nothing_secret_of_a_receipt_is_kept_anywhere(house, place):
    one = filed(house)
    everything_sealed(house, one)
    secret = read_receipt(one.receipt)
    seed = by_hand(secret, HERE, b"rule12/mailbox-seed/1")
    house.close()
    kept = b"".join(path.read_bytes() for path in place.data_dir.rglob("*") if path.is_file())
    bare = one.receipt.replace("-", "")
    for trace in (secret, seed, one.receipt.encode(), bare.encode(), secret.hex().encode(), sha256(secret).digest()):
        assert trace not in kept
    assert mailbox_id(secret, HERE) in kept
