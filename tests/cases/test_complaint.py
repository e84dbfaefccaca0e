import json
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from cases.complaint import (
    Complaint,
    Consent,
    Draft,
    FilingProof,
    Named,
    Reporter,
    RoutingFacts,
    Statement,
    b64,
    digest_of,
)
from cases.place import Kind, Recipient, SealedPart, Wrap

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TOLD = {
    "summary": "A public endorsement",
    "concerns": ["ai-5.1.6", "ai-7.1"],
    "subjects": [{"name": "Ana Lima", "function": "Associate"}, {"staff_number": "S0103"}, {"email": "a@b.example"}],
    "witnesses": [{"name": None, "staff_number": "S0104"}],
    "supervisor_involved": True,
    "immediate_danger": True,
}
KNOWN = st.text("ab", max_size=2)
PARTS = tuple(
    SealedPart(UUID(int=number), kind, UUID(int=1), 3, bytes([number]) * 32, ())
    for number, kind in ((9, Kind.STATEMENT), (3, Kind.IDENTITY), (5, Kind.ROUTING_FACTS))
)
PROOF = FilingProof(
    "desk.example/test", UUID(int=1), b"\x01" * 32, AT, {"sorting": b"\x02" * 32, "desk": b"\x03" * 32}, b"\x04" * 32
)


def test_routing_takes_out_of_a_statement_what_it_needs_and_keeps_the_rest():
    statement = Statement.read(TOLD)
    assert statement.told == TOLD
    assert statement.concerns == ("ai-5.1.6", "ai-7.1")
    assert statement.subjects == (Named(name="Ana Lima"), Named(staff_number="S0103"), Named(email="a@b.example"))
    assert statement.witnesses == (Named(staff_number="S0104"),)
    assert (statement.supervisor_involved, statement.fears_retaliation, statement.immediate_danger) == (
        True,
        False,
        True,
    )


def test_a_statement_that_says_nothing_names_nobody():
    assert Statement.read({}) == Statement({})


@given(st.sampled_from(Consent), KNOWN, KNOWN, KNOWN)
def test_everything_that_names_an_anonymous_reporter_is_a_fault_and_no_fault_repeats_it(consent, name, email, number):
    reporter = Reporter(consent, name, email, number)
    given_away = [key for key, value in (("name", name), ("email", email), ("staff_number", number)) if value]
    faults = [fault.pointer for fault in reporter.faults()]
    assert faults == ([f"#/reporter/{key}" for key in given_away] if consent is Consent.ANONYMOUS else [])
    told = " ".join(fault.detail for fault in reporter.faults()).split()
    assert all(value not in told for value in (name, email, number) if value)


@given(st.sampled_from(Consent), KNOWN, KNOWN, st.booleans())
def test_routing_facts_survive_being_sealed_and_hold_no_name(consent, email, number, share):
    facts = Reporter(consent, "Ana Lima", email, number, "staff", share).routing_facts()
    assert RoutingFacts.read(json.loads(json.dumps(facts.told()))) == facts
    assert "Ana Lima" not in json.dumps(facts.told())
    assert facts.share_with_supervisor == (share and consent is not Consent.ANONYMOUS)


def test_the_reporter_is_in_none_of_the_parts_the_desk_opens():
    reporter = Reporter(
        Consent.CONFIDENTIAL, "Ana Lima", "ana@agency.example", "S0102", "staff", share_with_supervisor=True
    )
    sealed = Draft("fr", "hotline", Statement.read(TOLD | {"subjects": []}), reporter).sealed_statement()
    assert json.loads(sealed) == {"language": "fr", "channel": "hotline", "statement": TOLD | {"subjects": []}}
    assert not any(known.encode() in sealed for known in ("Ana Lima", "ana@agency.example", "S0102", "confidential"))
    assert reporter.identity() == {"name": "Ana Lima", "email": "ana@agency.example", "staff_number": "S0102"}


@given(st.permutations(PARTS))
def test_the_digest_of_a_filing_does_not_depend_on_the_order_of_its_parts(parts):
    assert digest_of(parts) == digest_of(PARTS)


def test_the_digest_of_a_filing_is_as_documented():
    listed = [
        [str(part.id), part.kind.slug, part.digest.hex()] for part in sorted(PARTS, key=lambda part: str(part.id))
    ]
    assert digest_of(PARTS) == sha256(json.dumps(listed, separators=(",", ":")).encode()).digest()


def test_wrapping_for_a_new_key_leaves_the_digest_and_leaving_a_part_out_does_not():
    wrap = Wrap(Recipient.DESK, b"k" * 32, b"sealed")
    rewrapped = [SealedPart(one.id, one.kind, one.owner, one.size, one.digest, (wrap,)) for one in PARTS]
    assert digest_of(rewrapped) == digest_of(PARTS)
    assert digest_of(PARTS[1:]) != digest_of(PARTS)


def test_a_filing_proof_is_a_header_and_one_line_that_says_everything():
    header, line, end = PROOF.text().split("\n")
    assert (header, end) == ("rule12/filing-proof/1", "")
    assert json.loads(line) == PROOF.facts() == {
        "origin": "desk.example/test",
        "complaint_id": "00000000-0000-0000-0000-000000000001",
        "digest": "01" * 32,
        "received_at": "2026-03-02T12:00:00Z",
        "merge_by": "2026-03-03T12:00:00Z",
        "recipients": {"desk": "03" * 32, "sorting": "02" * 32},
        "mailbox": "04" * 32,
    }  # fmt: skip


def test_a_filing_proof_cannot_be_read_in_two_ways():
    """An origin with a line break must not be able to forge a second line."""
    forged = replace(PROOF, origin="x\n{}")
    assert forged.text().count("\n") == PROOF.text().count("\n")


def test_printing_a_complaint_shows_no_sealed_part():
    assert "STATEMENT" not in repr(Complaint(UUID(int=1), AT, b"id", b"key", PARTS))


def test_base64_is_the_padded_kind():
    assert b64(b"\xff\xfe") == "//4="
