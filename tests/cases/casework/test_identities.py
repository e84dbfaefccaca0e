import json
from contextlib import nullcontext
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from cases.casework.entries import by_staff
from cases.casework.identities import (
    ask_who_reported,
    decide_on_request,
    read_identity,
    reason_of,
    requests_of,
    requests_waiting,
)
from cases.casework.looking import reasons
from cases.complaint import Consent
from cases.errors import (
    ConflictOfInterest,
    EvidenceUnreadable,
    IdentityClosed,
    MoveNotAllowed,
    NotPermitted,
    StaleVersion,
    UnknownCase,
    UnknownItem,
)
from cases.identity import Standing, decide
from cases.ledger import EntryKind
from cases.people import Role
from cases.persons import PersonRole
from cases.place import Kind
from cases.sight import Actor
from storage.tables import sealed_parts
from tests.cases.casework.conftest import (
    BOSS,
    CUSTODIAN,
    CUSTODIAN_TWO,
    DECIDER,
    HEAD,
    INTAKE,
    INTAKE_TWO,
    INVESTIGATOR,
    INVESTIGATOR_TWO,
    OUTSIDE,
    REPORTER,
    SORTED,
    SUPERVISOR,
    actions,
    after,
    by_number,
    draft,
    entries,
    everything_kept,
    listed,
    open_case,
    seen_now,
    with_roles,
)
from tests.cases.casework.living import added, assigned, recused, reported, unassigned
from tests.cases.casework.ways import ways_in

WHO = {"name": "Ana Lima", "email": "c0102@agency.example", "staff_number": REPORTER}
GRANTED_FOR = timedelta(days=7)


def asked(desk, case, who=INTAKE, at=SORTED, reason="We must interview them."):
    return ask_who_reported(desk, who, case.number, reason, at)


def ruled(desk, case, request, by=CUSTODIAN, *, grant=True, at=SORTED, reason="It cannot be done without."):
    return decide_on_request(desk, by, case.number, request.id, reason, at, grant=grant)


def opened(desk, case, who=INTAKE, request=None, at=SORTED):
    return read_identity(desk, who, case.number, request.id if request else None, at)


def looks(desk, case):
    return [one["action"] for one in entries(desk, about=case.number, kind="look")]


def test_a_granted_request_opens_the_identity_to_whoever_asked_and_nobody_else(desk):
    case, _ = open_case(desk)
    assigned(desk, HEAD, case, INVESTIGATOR)
    request = asked(desk, case)
    assert [one.id for one in requests_waiting(desk, CUSTODIAN)] == [request.id]
    granted = ruled(desk, case, request)
    assert (granted.standing, granted.until) == (Standing.GRANTED, SORTED + GRANTED_FOR)
    assert opened(desk, case, INTAKE, request) == WHO
    for other in (INTAKE_TWO, HEAD, INVESTIGATOR, Actor(INTAKE.person, Role.HEAD)):
        for its in (request, None):
            with pytest.raises(IdentityClosed):
                opened(desk, case, other, its)
    with pytest.raises(IdentityClosed):
        opened(desk, case, INTAKE)


def test_a_grant_ends_when_its_time_is_over(desk):
    case, _ = open_case(desk)
    request = asked(desk, case)
    until = ruled(desk, case, request).until
    assert opened(desk, case, INTAKE, request, until - timedelta(microseconds=1)) == WHO
    with pytest.raises(IdentityClosed, match="time is over"):
        opened(desk, case, INTAKE, request, until)
    assert asked(desk, case, at=until).standing is Standing.ASKED


def test_every_look_at_the_identity_is_an_entry_of_its_own(desk):
    case, _ = open_case(desk)
    request = asked(desk, case)
    ruled(desk, case, request)
    for _ in range(3):
        opened(desk, case, INTAKE, request)
    assert looks(desk, case) == ["identity_asked_for", "identity_granted", *["identity_read"] * 3]
    *_, last = entries(desk, about=case.number)
    assert (last["actor"], last["facts"]) == (INTAKE.person, {"opened": ["identity"], "request": str(request.id)})
    assert seen_now(desk, case) == case


def test_the_look_is_on_record_before_the_identity_opens(desk, store):
    case, _ = open_case(desk)
    request = asked(desk, case)
    ruled(desk, case, request)
    with store.writing() as connection:
        which = sealed_parts.c.kind == Kind.IDENTITY.slug
        sealed = connection.scalar(select(sealed_parts.c.ciphertext).where(which))
        connection.execute(update(sealed_parts).where(which).values(ciphertext=sealed[::-1]))
    with pytest.raises(EvidenceUnreadable):
        opened(desk, case, INTAKE, request)
    assert looks(desk, case)[-1] == "identity_read"


def test_a_denied_request_opens_nothing_and_another_may_be_put(desk):
    case, _ = open_case(desk)
    request = asked(desk, case)
    denied = ruled(desk, case, request, grant=False, reason="Write to the mailbox.")
    assert (denied.standing, denied.until, denied.decided_by) == (Standing.DENIED, None, CUSTODIAN.person)
    with pytest.raises(IdentityClosed):
        opened(desk, case, INTAKE, request)
    assert looks(desk, case) == ["identity_asked_for", "identity_denied"]
    assert asked(desk, case).standing is Standing.ASKED


def test_reasons_of_both_sides_are_sealed_and_read_by_those_who_work_the_case(desk):
    case, _ = open_case(desk)
    request = asked(desk, case, reason="They saw the post first.")
    assert reason_of(desk, CUSTODIAN, request, SORTED) == "They saw the post first."
    assert looks(desk, case)[-1] == "identity_request_read"
    ruled(desk, case, request, grant=False, reason="Ask the others before.")
    written = json.dumps(entries(desk, about=case.number))
    assert "They saw" not in written
    assert "Ask the" not in written
    said = [one["reason"] for one in reasons(desk, INTAKE, case.number, SORTED).values()]
    assert said == ["They saw the post first.", "Ask the others before."]


def test_a_request_is_decided_once(desk):
    case, _ = open_case(desk)
    request = asked(desk, case)
    asked(desk, case, HEAD)  # something else waits, so the custodian still finds the case
    ruled(desk, case, request, grant=False)
    for grant in (True, False):
        with pytest.raises(MoveNotAllowed, match="decided already"):
            ruled(desk, case, request, CUSTODIAN_TWO, grant=grant)
    assert desk.lookup.requests(case.number)[0].standing is Standing.DENIED


def test_of_two_custodians_who_decide_at_once_the_second_changes_nothing(desk):
    case, _ = open_case(desk)
    request = asked(desk, case)
    late = decide(request, CUSTODIAN_TWO, SORTED, SORTED + GRANTED_FOR)
    noted = by_staff(desk, EntryKind.LOOK, case, CUSTODIAN_TWO, SORTED, "identity_granted")
    ruled(desk, case, request, grant=False)
    with pytest.raises(StaleVersion), desk.work() as work:
        work.settle_request(late, noted)
    assert desk.lookup.requests(case.number)[0].standing is Standing.DENIED
    assert looks(desk, case)[-1] == "identity_denied"


def test_one_waits_for_the_answer_before_asking_again(desk):
    case, _ = open_case(desk)
    request = asked(desk, case)
    with pytest.raises(MoveNotAllowed, match="earlier request"):
        asked(desk, case)
    ruled(desk, case, request)
    with pytest.raises(MoveNotAllowed, match="earlier request"):
        asked(desk, case, at=after(days=6))


def test_nobody_learns_who_an_anonymous_reporter_is(desk, store, place):
    case, _ = open_case(desk, draft(Consent.ANONYMOUS, ""))
    assigned(desk, HEAD, case, INTAKE)
    before = everything_kept(store, place.data_dir)
    with pytest.raises(IdentityClosed, match="anonymous"):
        asked(desk, case)
    with pytest.raises(IdentityClosed, match="anonymous"):
        opened(desk, case)
    assert everything_kept(store, place.data_dir) == before


def test_under_open_consent_assigned_handlers_see_it_without_a_request_and_others_do_not(desk):
    case, _ = open_case(desk, draft(Consent.OPEN))
    for who in (INVESTIGATOR, INTAKE_TWO):
        assigned(desk, HEAD, case, who)
        assert opened(desk, case, who) == WHO
        with pytest.raises(MoveNotAllowed, match="without a request"):
            asked(desk, case, who)
    assert looks(desk, case) == ["identity_read"] * 2
    for other in (INTAKE, HEAD, Actor(INTAKE_TWO.person, Role.HEAD)):
        with pytest.raises(IdentityClosed):
            opened(desk, case, other)
    for outsider in (SUPERVISOR, Actor(BOSS, Role.SUPERVISOR)):
        with pytest.raises(NotPermitted):
            opened(desk, case, outsider)
    with pytest.raises(UnknownCase):
        opened(desk, case, INVESTIGATOR_TWO)


def test_the_supervisor_learns_neither_who_reported_nor_how_far_they_let_it_be_known(desk):
    for consent in (Consent.CONFIDENTIAL, Consent.OPEN):
        case, _ = open_case(desk, draft(consent))
        request = asked(desk, case)
        refusals = set()
        for its in (None, request):
            with pytest.raises(NotPermitted) as refusal:
                opened(desk, case, SUPERVISOR, its)
            refusals.add(str(refusal.value))
        assert len(refusals) == 1
        with pytest.raises(NotPermitted):
            asked(desk, case, SUPERVISOR)
        with pytest.raises(NotPermitted):
            reason_of(desk, SUPERVISOR, request, SORTED)


def test_the_custodian_reads_the_identity_only_to_decide_and_sees_the_case_by_no_verb(desk):
    case, _ = open_case(desk, pictures=1)
    with pytest.raises(UnknownCase):
        requests_of(desk, CUSTODIAN, case.number)
    request = asked(desk, case)
    assert opened(desk, case, CUSTODIAN, request) == WHO
    assert looks(desk, case)[-1] == "identity_read_to_decide"
    with pytest.raises(NotPermitted):
        listed(desk, CUSTODIAN)
    before = len(entries(desk))
    theirs = {
        "requests_of": nullcontext(),
        "reason_of": pytest.raises(UnknownItem),  # of a request that was never put, like the next three
        "read_identity": pytest.raises(IdentityClosed),
        "read_identity on a request": pytest.raises(UnknownItem),
        "decide_on_request": pytest.raises(UnknownItem),
    }
    for name, way in ways_in(desk, CUSTODIAN, case.number, uuid4(), case.version).items():
        with theirs.get(name) or pytest.raises(NotPermitted):
            way()
    assert actions(desk)[before:] == ["identity_request_read"]
    ruled(desk, case, request)
    for way in ways_in(desk, CUSTODIAN, case.number, uuid4()).values():
        with pytest.raises(UnknownCase):
            way()


def test_a_request_reaches_no_custodian_who_has_a_part_in_the_case(desk):
    """The subject, a witness, whoever received it, the reporter themself, and whoever works or worked it."""
    with_roles(desk, BOSS, Role.SUPERVISOR, Role.CUSTODIAN)
    with_roles_besides = {CUSTODIAN.person: {"witnesses": [by_number(CUSTODIAN.person)]}, BOSS: {}}
    for person, told in with_roles_besides.items():
        case, _ = open_case(desk, draft(**told))
        request = asked(desk, case)
        must_have_nothing(desk, case, request, Actor(person, Role.CUSTODIAN))
    case, _ = open_case(desk, draft(subjects=[by_number(CUSTODIAN.person)]))
    must_have_nothing(desk, case, asked(desk, case, OUTSIDE), CUSTODIAN)
    case, _ = open_case(desk, draft(number=CUSTODIAN.person))
    must_have_nothing(desk, case, asked(desk, case), CUSTODIAN)
    case, _ = open_case(desk, draft(supervisor_involved=True))
    must_have_nothing(desk, case, asked(desk, case), Actor(BOSS, Role.CUSTODIAN))


@pytest.mark.parametrize("share", [True, False])
def test_the_reporters_own_manager_is_never_the_custodian_of_their_name(desk, share):
    """Told of the complaint or not: a reporter who kept it from them must not be named to them."""
    with_roles(desk, SUPERVISOR.person, Role.SUPERVISOR, Role.CUSTODIAN)
    case, _ = open_case(desk, draft(share=share))
    must_have_nothing(desk, case, asked(desk, case), Actor(SUPERVISOR.person, Role.CUSTODIAN))
    elsewhere, _ = open_case(desk, draft(number="S0113", share=share))
    request = asked(desk, elsewhere)
    assert [one.id for one in requests_waiting(desk, Actor(SUPERVISOR.person, Role.CUSTODIAN))] == [request.id]


def must_have_nothing(desk, case, request, custodian):
    before = len(entries(desk))
    assert request.id not in {one.id for one in requests_waiting(desk, custodian)}
    for way in (
        lambda: requests_of(desk, custodian, case.number),
        lambda: reason_of(desk, custodian, request, SORTED),
        lambda: opened(desk, case, custodian, request),
        lambda: ruled(desk, case, request, custodian),
    ):
        with pytest.raises(UnknownCase):
            way()
    assert len(entries(desk)) == before
    assert request.id in {one.id for one in requests_waiting(desk, CUSTODIAN_TWO)}


@pytest.mark.parametrize("stays", [True, False])
def test_whoever_works_or_ever_worked_the_case_decides_on_no_request_in_it(desk, stays):
    with_roles(desk, CUSTODIAN.person, Role.CUSTODIAN, Role.INVESTIGATOR)
    worker = Actor(CUSTODIAN.person, Role.INVESTIGATOR)
    case, _ = open_case(desk)
    assigned(desk, HEAD, case, worker)
    if not stays:
        unassigned(desk, HEAD, case, worker)
    must_have_nothing(desk, case, asked(desk, case), CUSTODIAN)


def test_nobody_grants_their_own_request(desk):
    with_roles(desk, INTAKE.person, Role.INTAKE, Role.CUSTODIAN)
    case, _ = open_case(desk)
    request = asked(desk, case)
    turned = Actor(INTAKE.person, Role.CUSTODIAN)
    for way in (lambda: ruled(desk, case, request, turned), lambda: opened(desk, case, turned, request)):
        with pytest.raises(ConflictOfInterest):
            way()


def test_a_custodian_who_turns_out_to_be_concerned_loses_the_request_at_once(desk):
    case, _ = open_case(desk)
    request = asked(desk, case)
    assert requests_waiting(desk, CUSTODIAN)
    added(desk, INTAKE, case, PersonRole.WITNESS, staff_number=CUSTODIAN.person)
    must_have_nothing(desk, case, request, CUSTODIAN)


def test_a_grant_is_worth_nothing_to_somebody_who_lost_the_case(desk):
    case, _ = open_case(desk)
    request = asked(desk, case)
    ruled(desk, case, request)
    recused(desk, INTAKE, case)
    with pytest.raises(UnknownCase):
        opened(desk, case, INTAKE, request)


def test_requests_are_put_by_those_who_work_the_case_alone(desk):
    case, _ = open_case(desk)
    reported(desk, case)
    for other in (DECIDER, SUPERVISOR):
        with pytest.raises(NotPermitted):
            asked(desk, case, other)
    for nobody in (INTAKE, HEAD, DECIDER):
        with pytest.raises(NotPermitted):
            requests_waiting(desk, nobody)


def test_the_identity_of_one_case_is_not_read_on_a_request_in_another(desk):
    case, _ = open_case(desk)
    other, _ = open_case(desk)
    request = asked(desk, case)
    ruled(desk, case, request)
    with pytest.raises(UnknownItem):
        opened(desk, other, INTAKE, request)
