import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.canonical import canonical
from cases.catalogue import load
from cases.complaint import Consent, Named, RoutingFacts, Statement
from cases.directory import Directory, Person, read_directory
from cases.errors import CatalogueBroken
from cases.lifecycle import Queue
from cases.routing import IGO_UNIT, SITUATIONS, match, route, screen
from tests.conftest import SAMPLES

LAW = load()
DAY = datetime(2026, 3, 2, tzinfo=UTC).date()
DIRECTORY = read_directory((SAMPLES / "directory.csv").read_text(encoding="utf-8"))
WITH_BOTH = ("supervisor", "igo")


def number(*numbers):
    return [{"staff_number": one} for one in numbers]


def email(who):
    return [{"email": f"c{who[1:]}@agency.example"}]


def name(who):
    return [{"name": f"Colleague {who[1:]}"}]


def routed(subjects, *, reporter="S0102", consent=Consent.CONFIDENTIAL, share=True, directory=DIRECTORY, **told):
    facts = RoutingFacts(consent, reporter, share_with_supervisor=share)
    return route(screen(Statement.read({"subjects": subjects} | told), facts, directory), LAW, DAY)


def renamed(**names):
    return Directory(tuple(replace(one, name=names.get(one.staff_number, one.name)) for one in DIRECTORY))


SOMEBODY_ELSE = number("S0107")
WHOLE_LINE = number("S0001", "S0002", "S0100", "S0101")
INVOLVED = {"supervisor_involved": True}
AS_THE_TABLE_SAYS = [
    ("ordinary", "S0101", {"subjects": SOMEBODY_ELSE}),
    ("ordinary", "S0101", {"subjects": email("S0107")}),
    ("ordinary", "S0101", {"subjects": [number("S0107")[0] | email("S0107")[0] | name("S0107")[0]]}),
    ("ordinary", "S0101", {"subjects": number("s0107 ")}),
    ("ordinary", "S0101", {"subjects": number("S0107", "S0113"), "witnesses": number("S0104")}),
    ("ordinary", "S0101", {"subjects": SOMEBODY_ELSE, "consent": Consent.OPEN}),
    ("ordinary", "S0101", {"subjects": number("S0103")}),  # a subject's superior is not in conflict by rank alone
    ("reporter_anonymous", None, {"subjects": SOMEBODY_ELSE, "consent": Consent.ANONYMOUS}),
    ("reporter_external", None, {"subjects": SOMEBODY_ELSE, "reporter": "X9999"}),
    ("reporter_external", None, {"subjects": SOMEBODY_ELSE, "reporter": ""}),
    ("no_supervisor_on_record", None, {"subjects": SOMEBODY_ELSE, "reporter": "S0001"}),
    ("reporter_does_not_agree", None, {"subjects": SOMEBODY_ELSE, "share": False}),
    ("unresolved_subject", None, {"subjects": []}),
    ("unresolved_subject", None, {"subjects": [], "posts": [{"handle": "@ana"}]}),
    ("unresolved_subject", None, {"subjects": [{"function": "Associate"}]}),
    ("unresolved_subject", None, {"subjects": number("S9999")}),
    ("unresolved_subject", None, {"subjects": [{"name": "Nobody Known"}]}),
    ("unresolved_subject", None, {"subjects": name("S0107")}),
    ("unresolved_subject", None, {"subjects": [number("S0107")[0] | email("S0108")[0]]}),
    ("unresolved_subject", None, {"subjects": [number("S0107")[0] | name("S0101")[0]]}),
    ("unresolved_subject", None, {"subjects": [*number("S0107"), {"name": "Nobody Known"}]}),
    ("supervisor_conflicted_next_clear", "S0100", {"subjects": number("S0101")}),
    ("supervisor_conflicted_next_clear", "S0100", {"subjects": email("S0101")}),
    ("supervisor_conflicted_next_clear", "S0100", {"subjects": SOMEBODY_ELSE, "witnesses": number("S0101")}),
    ("supervisor_conflicted_next_clear", "S0100", {"subjects": SOMEBODY_ELSE, "witnesses": name("S0101")}),
    ("supervisor_conflicted_next_clear", "S0100", {"subjects": SOMEBODY_ELSE, "supervisor_involved": True}),
    ("supervisor_conflicted_next_clear", "S0002", {"subjects": number("S0100")}),
    ("supervisor_conflicted_next_clear", "S0002", {"subjects": number("S0101"), "witnesses": number("S0100")}),
    ("supervisor_conflicted_next_clear", "S0001", {"subjects": number("S0002")}),
    ("supervisor_conflicted_none_clear", None, {"subjects": number("S0001")}),
    ("supervisor_conflicted_none_clear", None, {"subjects": SOMEBODY_ELSE, "witnesses": WHOLE_LINE}),
    ("supervisor_conflicted_none_clear", None, {"subjects": SOMEBODY_ELSE, "reporter": "S0002"} | INVOLVED),
    ("subject_is_igo_staff", None, {"subjects": number("S0014")}),
    ("subject_is_igo_staff", None, {"subjects": email("S0014")}),
    ("subject_is_igo_staff", None, {"subjects": name("S0014")}),
    ("subject_is_igo_staff", None, {"subjects": number("S0010")}),
    ("subject_is_igo_staff", None, {"subjects": number("S0107", "S0014")}),
    ("subject_is_igo_staff", None, {"subjects": [number("S0107")[0] | email("S0014")[0]]}),
    ("subject_is_igo_staff", None, {"subjects": [number("S0107")[0] | name("S0014")[0]]}),
    ("subject_is_igo_staff", None, {"subjects": number("S0014"), "consent": Consent.ANONYMOUS, "reporter": ""}),
    ("subject_is_igo_staff", None, {"subjects": number("S0014"), "reporter": "S0015"}),
]  # fmt: skip
LEGS = {row.situation: tuple(leg.removeprefix("next_") for leg in row.to) for row in LAW.routes_on(DAY)}


@pytest.mark.parametrize(("situation", "addressee", "facts"), AS_THE_TABLE_SAYS)
def test_a_complaint_goes_where_its_situation_says(situation, addressee, facts):
    routing = routed(**facts)
    assert routing.kept_with_identity["rule"] == situation
    assert routing.to == LEGS[situation]
    assert routing.addressee == addressee
    assert routing.queue is (Queue.OUTSIDE if situation == "subject_is_igo_staff" else Queue.IGO)


def test_every_situation_of_the_catalogue_was_tried():
    assert {situation for situation, *_ in AS_THE_TABLE_SAYS} == SITUATIONS == set(LEGS)


def test_the_legs_are_those_of_the_instruction_and_our_decisions():
    alone = set(LEGS) - {"ordinary", "supervisor_conflicted_next_clear", "subject_is_igo_staff"}
    assert LEGS["ordinary"] == LEGS["supervisor_conflicted_next_clear"] == WITH_BOTH
    assert LEGS["subject_is_igo_staff"] == ("outside", "gatekeeper")
    assert all(LEGS[situation] == ("igo",) for situation in alone)


def test_a_name_that_several_bear_accuses_none_and_walls_off_all():
    two = renamed(S0101="Ana Lima", S0107="ANA  LIMÁ")
    routing = routed([{"name": "Lima, Ana"}], directory=two)
    assert routing.kept_with_identity["rule"] == "unresolved_subject"
    assert routing.walled == {"S0101", "S0107"}
    assert routing.explanation["subjects"] == [{"position": 1, "matched": "possible", "people": ["S0101", "S0107"]}]


def test_a_namesake_does_not_unsettle_a_number():
    found = match(Named("Ana Lima", "S0107"), renamed(S0101="Ana Lima", S0107="Ana Lima"))
    assert found.exact
    assert [person.staff_number for person in found.people] == ["S0107"]


def test_a_name_the_directory_spells_otherwise_does_not_unsettle_a_number():
    assert match(Named("Annie", "S0107"), DIRECTORY).exact


def test_whoever_is_named_and_whoever_is_conflicted_stands_behind_the_wall():
    routing = routed(number("S0100"), witnesses=number("S0104"))
    assert routing.walled == {"S0100", "S0104"}
    assert routing.walled_by_identity == {"S0101"}
    assert routing.kept_with_identity["excluded"] == [
        {"person": "S0100", "why": "is or may be a subject"},
        {"person": "S0101", "why": "works below a subject"},
    ]


def test_everyone_between_the_reporter_and_a_subject_far_above_is_walled_off():
    assert routed(number("S0002")).walled_by_identity == {"S0100", "S0101"}


def test_only_the_direct_supervisor_is_taken_for_involved():
    assert routed(SOMEBODY_ELSE, supervisor_involved=True).walled_by_identity == {"S0101"}


def test_a_conflicted_supervisor_is_walled_off_even_where_no_supervisor_is_told():
    for facts in ({"share": False}, {"consent": Consent.ANONYMOUS}):
        routing = routed(number("S0100"), **facts)
        assert routing.addressee is None
        assert "S0101" in routing.walled_by_identity


def test_the_full_explanation_is_in_the_case_only_under_open_consent():
    routing = routed(SOMEBODY_ELSE, consent=Consent.OPEN)
    assert routing.explanation == routing.kept_with_identity
    assert routing.explanation["supervisor"] == "S0101"
    assert "S0101" not in json.dumps(routed(SOMEBODY_ELSE).explanation)


def test_a_day_before_the_first_route_and_a_situation_nobody_decides_are_refused():
    seen = screen(Statement({}), RoutingFacts(Consent.ANONYMOUS), DIRECTORY)
    with pytest.raises(CatalogueBroken, match="no route applies"):
        route(seen, LAW, date(2014, 9, 4))
    strange = replace(LAW, routes=(replace(LAW.routes[0], situation="full_moon"), *LAW.routes))
    with pytest.raises(CatalogueBroken, match="full_moon"):
        route(seen, strange, DAY)


# Small worlds: seven people at most, who share three names and supervise each other in any way, circles included.
NUMBERS = tuple(f"S{place}" for place in range(7))
NAMES = st.sampled_from(["Ana Lima", "Bo Chen", "Cy Diaz"])
UNKNOWN_OR = st.sampled_from(["", "", "S9", *NUMBERS])
NAMED = st.builds(
    Named, st.just("") | NAMES, UNKNOWN_OR, UNKNOWN_OR.map(lambda who: f"{who}@agency.example".lower() if who else "")
)
STATEMENTS = st.builds(
    Statement,
    st.just({}),
    subjects=st.lists(NAMED | st.builds(Named, staff_number=st.sampled_from(NUMBERS)), max_size=2).map(tuple),
    witnesses=st.lists(NAMED, max_size=2).map(tuple),
    supervisor_involved=st.booleans(),
)
FACTS = st.builds(
    RoutingFacts,
    st.sampled_from([Consent.CONFIDENTIAL, Consent.CONFIDENTIAL, Consent.OPEN, Consent.ANONYMOUS]),
    UNKNOWN_OR,
    UNKNOWN_OR.map(lambda who: f"{who}@agency.example".lower() if who else ""),
    share_with_supervisor=st.sampled_from([True, True, False]),
)


@st.composite
def directories(draw):
    bosses = draw(st.lists(st.none() | st.sampled_from(NUMBERS), min_size=2, max_size=len(NUMBERS)))
    return Directory(
        tuple(
            Person(
                who, draw(NAMES), f"{who}@agency.example", "staff", "",
                draw(st.sampled_from(["FIELD", "FIELD", "FIELD", IGO_UNIT])), "", boss, frozenset(),
            )
            for who, boss in zip(NUMBERS, bosses, strict=False)
        )
    )  # fmt: skip


def may_be(named, directory):
    """Whoever could be meant, by simpler means than the code's."""
    sure = {
        one.staff_number
        for one in directory
        if one.staff_number == named.staff_number or one.email.lower() == named.email
    }
    called = {one.staff_number for one in directory if one.name == named.name}
    return sure if sure & called else sure | called


def bosses_of(who, directory):
    above = {one.staff_number: one.supervisor for one in directory}
    found = []
    while (who := above.get(who)) in above and who not in found:
        found.append(who)
    return found


@settings(max_examples=300)
@given(directories(), STATEMENTS, FACTS)
def test_no_statement_in_any_directory_reaches_somebody_in_conflict(directory, statement, facts):
    routing = route(screen(statement, facts, directory), LAW, DAY)
    subjects = set().union(*(may_be(named, directory) for named in statement.subjects))
    named = subjects.union(*(may_be(one, directory) for one in statement.witnesses))
    assert routing.walled == named
    assert not routing.walled & routing.walled_by_identity
    if any(directory.person(one).unit == IGO_UNIT for one in subjects):
        assert (routing.queue, routing.to, routing.addressee) == (Queue.OUTSIDE, ("outside", "gatekeeper"), None)
    else:
        assert routing.queue is Queue.IGO
        assert "igo" in routing.to
    assert ("supervisor" in routing.to) == (routing.addressee is not None)
    if routing.addressee:
        assert routing.addressee not in named | routing.walled_by_identity
        assert subjects.isdisjoint(bosses_of(routing.addressee, directory))
        assert facts.share_with_supervisor
        assert facts.consent is not Consent.ANONYMOUS
        assert all(len(may_be(one, directory)) == 1 for one in statement.subjects)
        reporter = directory.person(facts.staff_number) or directory.by_email(facts.email)
        assert routing.addressee in bosses_of(reporter.staff_number, directory)
        assert not (statement.supervisor_involved and routing.addressee == reporter.supervisor)


@settings(max_examples=300)
@given(directories(), STATEMENTS, FACTS, FACTS)
def test_below_open_consent_the_case_does_not_tell_two_reporters_apart(directory, statement, one, other):
    first, second = (route(screen(statement, facts, directory), LAW, DAY) for facts in (one, other))
    if Consent.OPEN in {one.consent, other.consent}:
        return
    if first.to == second.to:
        assert canonical(first.explanation) == canonical(second.explanation)
    told = canonical(first.explanation)
    conflicted = first.walled_by_identity | ({first.addressee} - {None})
    assert not any(f'"{who}"'.encode() in told for who in conflicted - first.walled)
