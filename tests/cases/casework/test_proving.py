"""What a reporter proves with: the proof of filing, the same to the byte for ever, and the place in the ledger."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import update

from cases.casework.filing import file_complaint
from cases.casework.mailbox import find_mailbox
from cases.casework.proving import filing_proof, proof_of_inclusion
from cases.complaint import FilingProof
from cases.errors import LedgerBroken, UnknownItem
from cases.notes import VerifierKey
from cases.verify import verify_filing, verify_proof
from storage.signing import verify
from storage.tables import entries
from tests.cases.casework.conftest import after, draft
from tests.conftest import NOON


@pytest.fixture
def filed(desk):
    return file_complaint(desk, draft(), NOON)


def test_the_filing_proof_is_the_one_of_filing_whenever_it_is_asked_for(desk, house, filed):
    mailbox = find_mailbox(desk, filed.receipt)
    assert filing_proof(desk, mailbox, NOON) == filed.filing_proof
    desk.ledger.sequence(after(minutes=1))
    assert filing_proof(desk, mailbox, NOON + timedelta(days=4000)) == filed.filing_proof


def test_both_proofs_hold_against_the_keys_of_the_installation(desk, house, filed):
    mailbox = find_mailbox(desk, filed.receipt)
    desk.ledger.sequence(after(minutes=1))
    keys = [VerifierKey.parse(key.encode()) for key in house.signer.verifier_keys()]
    proven = verify_proof(proof_of_inclusion(desk, mailbox), keys, verify)
    verify_filing(filing_proof(desk, mailbox, after(minutes=2)), proven.entry, keys, verify)
    assert proven.entry["facts"] == FilingProof.read(proven.entry["facts"]).facts()


def test_before_it_is_merged_there_is_no_proof_of_inclusion(desk, filed):
    with pytest.raises(UnknownItem, match="within a day"):
        proof_of_inclusion(desk, find_mailbox(desk, filed.receipt))


@pytest.mark.parametrize("merged", [True, False])
def test_nothing_is_signed_for_an_entry_that_somebody_changed_or_kept_from_the_ledger(desk, store, filed, merged):
    mailbox = find_mailbox(desk, filed.receipt)
    if merged:
        desk.ledger.sequence(after(minutes=1))
        body = json.loads(desk.lookup.entry_of_filing(filed.complaint).body)
        body["facts"]["received_at"] = "2020-01-01T00:00:00Z"
        with store.writing() as connection:
            for name in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            connection.execute(
                update(entries).where(entries.c.action == "filed").values(body=json.dumps(body).encode())
            )
    with pytest.raises(LedgerBroken):
        filing_proof(desk, mailbox, NOON + timedelta(days=2))
