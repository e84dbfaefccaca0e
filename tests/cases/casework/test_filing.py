import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cases.casework.filing import SORT, file_complaint
from cases.casework.mailbox import open_mailbox, show_mailbox
from cases.complaint import Consent, Draft, FilingProof, Reporter, Statement, digest_of
from cases.errors import EvidenceUnreadable, Malformed, ReceiptRefused
from cases.notes import open_note
from cases.place import SEALED_FOR, Kind, Recipient
from storage import open_house
from storage.signing import verify
from storage.tables import complaints, sealed_parts
from storage.tables import entries as entry_rows
from tests.cases.casework.conftest import draft, entries, everything_kept, open_case
from tests.conftest import NOON

FILED = (Kind.STATEMENT, Kind.IDENTITY, Kind.ROUTING_FACTS)
NAMED = Reporter(Consent.ANONYMOUS, "Ana Lima", "ana@agency.example", "S0102")


class PowerCut(Exception):
    """Something that happens just before the end of a transaction."""


def cut(_work, _result):
    raise PowerCut


def test_filing_gives_a_receipt_that_reads_the_statement_back(desk):
    filed = file_complaint(desk, draft(), NOON)
    seen = show_mailbox(desk, open_mailbox(desk, filed.receipt))
    assert seen.told == json.loads(draft().sealed_statement())
    assert seen.status.slug == "received"
    assert seen.status.next_by == filed.acknowledge_by == NOON + timedelta(days=7)
    assert seen.received_at == filed.received_at == NOON


def test_the_filing_proof_is_signed_and_the_intake_entry_repeats_it(desk, house):
    filed = file_complaint(desk, draft(), NOON)
    text = open_note(filed.filing_proof, house.signer.verifier_keys(), verify)
    (taken,) = entries(desk, about=str(filed.complaint))
    assert json.loads(text.splitlines()[1]) == taken["facts"]
    assert (taken["kind"], taken["action"], taken["actor"], taken["version"]) == ("intake", "filed", "reporter", None)
    proof = FilingProof(
        desk.signer.origin,
        filed.complaint,
        digest_of(desk.lookup.part(filed.complaint, kind) for kind in FILED),
        NOON,
        desk.signer.recipients(),
        desk.signer.fingerprint(desk.lookup.complaint(filed.complaint).mailbox_key),
    )
    assert text == proof.text()
    assert {one["sha256"] for one in taken["sealed"]} == {
        desk.lookup.part(filed.complaint, kind).digest.hex() for kind in FILED
    }


def test_each_part_is_sealed_for_those_it_is_meant_for_and_opens_for_no_other(desk):
    filed = file_complaint(desk, draft(), NOON)
    opened = open_mailbox(desk, filed.receipt)
    for kind in FILED:
        part = desk.lookup.part(filed.complaint, kind)
        assert {wrap.recipient for wrap in part.wraps} == SEALED_FOR[kind]
        for recipient in Recipient:
            as_ = opened if recipient is Recipient.RECEIPT else recipient
            if recipient in SEALED_FOR[kind]:
                assert desk.vault.open(part, as_)
            else:
                with pytest.raises(EvidenceUnreadable):
                    desk.vault.open(part, as_)


def test_nothing_a_reporter_wrote_lies_in_the_database_as_it_was_written(desk, store):
    filed = file_complaint(desk, draft(summary="An unmistakable summary"), NOON)
    with store.reading() as connection:
        rows = [*connection.execute(select(sealed_parts)), *connection.execute(select(complaints))]
        rows += connection.execute(select(entry_rows))
    everything = b"".join(
        bytes(cell) if isinstance(cell, bytes) else str(cell).encode() for row in rows for cell in row
    )
    secrets = ("unmistakable", "Ana Lima", "S0102", "S0107", "c0102@agency.example", "confidential", filed.receipt)
    assert not any(secret.encode() in everything for secret in secrets)


def test_two_complaints_alike_share_no_ciphertext_and_no_mailbox(desk):
    one, other = (desk.lookup.complaint(file_complaint(desk, draft(), NOON).complaint) for _ in range(2))
    assert one.mailbox_id != other.mailbox_id
    assert one.mailbox_key != other.mailbox_key
    for kind in FILED:
        assert desk.lookup.part(one.id, kind).ciphertext != desk.lookup.part(other.id, kind).ciphertext


@pytest.mark.parametrize(
    ("complaint", "pointers"),
    [
        (Draft("en", "form", Statement({}), NAMED), ["#/reporter/name", "#/reporter/email", "#/reporter/staff_number"]),
        (draft(Consent.ANONYMOUS, "", concerns=["ai-5.1.6", "ai-99", "", "ai-5.1.7"]), ["1", "2"]),
        (draft(concerns=["CONFIDENTIALITY_BREACH"]), ["0"]),
        (
            Draft("en", "form", Statement({}, concerns=("ai-99", "ai-5.1.6", "")), NAMED),
            ["#/reporter/name", "#/reporter/email", "#/reporter/staff_number", "0", "2"],
        ),
    ],
    ids=["anonymous with a name in it", "unknown concerns, by their places", "a slug in capitals", "both together"],
)
def test_a_refused_complaint_names_every_fault_and_leaves_nothing(desk, store, place, complaint, pointers):
    before = everything_kept(store, place.data_dir)
    with pytest.raises(Malformed) as refusal:
        file_complaint(desk, complaint, NOON)
    full = [one if one.startswith("#") else f"#/statement/concerns/{one}" for one in pointers]
    assert [fault.pointer for fault in refusal.value.faults] == full
    assert everything_kept(store, place.data_dir) == before


def test_a_concern_is_known_only_while_it_is_in_force(desk):
    with pytest.raises(Malformed):
        file_complaint(desk, draft(), datetime(2014, 9, 4, tzinfo=UTC))


def test_anonymous_without_a_name_is_taken(desk):
    case, filed = open_case(desk, draft(Consent.ANONYMOUS, "", share=True))
    assert case.to == ("igo",)
    identity = desk.vault.open(desk.lookup.part(filed.complaint, Kind.IDENTITY), Recipient.IDENTITY)
    assert json.loads(identity) == {"name": "", "email": "", "staff_number": ""}


def test_a_filing_whose_answer_could_not_be_kept_never_happened(desk, store, place):
    file_complaint(desk, draft(), NOON)
    before = everything_kept(store, place.data_dir)
    with pytest.raises(PowerCut):
        file_complaint(desk, draft(), NOON, cut)
    assert everything_kept(store, place.data_dir) == before


def test_a_receipt_that_was_never_given_out_opens_nothing(desk):
    receipt, *_ = desk.vault.new_mailbox()
    with pytest.raises(ReceiptRefused):
        open_mailbox(desk, receipt)


def test_sorting_is_asked_for_in_the_transaction_that_takes_the_complaint_in(desk):
    filed = file_complaint(desk, draft(), NOON)
    job = desk.jobs.take(NOON)
    assert (job.kind, job.about) == (SORT, str(filed.complaint))


def test_the_door_takes_in_what_it_cannot_open(desk, place):
    """A process of the door holds no key that opens, and files all the same."""
    door = open_house(replace(place, surface="door"))
    filed = file_complaint(door.desk, draft(), NOON)
    for kind in FILED:
        for recipient in (Recipient.DESK, Recipient.IDENTITY, Recipient.SORTING):
            with pytest.raises(EvidenceUnreadable):
                door.desk.vault.open(door.desk.lookup.part(filed.complaint, kind), recipient)
    door.close()
    assert desk.vault.open(desk.lookup.part(filed.complaint, Kind.STATEMENT), Recipient.DESK)


@settings(max_examples=25)
@given(st.dictionaries(st.sampled_from(["narrative", "place"]), st.text(st.characters(exclude_categories=["Cs"]))))
def test_whatever_was_told_reads_back_to_the_letter(house, told):
    filed = file_complaint(house.desk, draft(**told), NOON)
    statement = show_mailbox(house.desk, open_mailbox(house.desk, filed.receipt)).told["statement"]
    assert {name: statement[name] for name in told} == told


def test_the_entry_of_filing_is_that_of_this_complaint(desk):
    first, second = (file_complaint(desk, draft(), NOON).complaint for _ in range(2))
    for complaint in (first, second):
        body = json.loads(desk.lookup.entry_of_filing(complaint).body)
        assert body["facts"]["complaint_id"] == str(complaint)
