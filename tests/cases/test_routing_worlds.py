from hypothesis import given, settings
from hypothesis import strategies as st

from cases.canonical import canonical
from cases.catalogue import load
from cases.complaint import Consent, Named, RoutingFacts, Statement
from cases.directory import Directory, Person
from cases.lifecycle import Queue
from cases.people import Role
from cases.routing import IGO_UNIT, route, screen
from tests.conftest import NOON

LAW, DAY = load(), NOON.date()

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
                draw(st.sampled_from(["FIELD", "FIELD", "FIELD", "FIELD", IGO_UNIT, "igo"])), "", boss,
                draw(st.sampled_from([frozenset(), frozenset({Role.INTAKE})])),
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


def may_report(facts, directory):
    """Whoever the number or the address leads to."""
    return {one for one in directory if facts.staff_number == one.staff_number or facts.email == one.email.lower()}


def reports(facts, directory):
    """Whoever the number and the address agree on."""
    found = may_report(facts, directory)
    return found.pop() if len(found) == 1 else None


def legs_about(subjects, directory):
    """Where a complaint about these people must go, if to the outside."""
    office = {one.staff_number for one in directory if one.unit.upper() == IGO_UNIT}
    if office & subjects:
        return ("outside", "gatekeeper")
    return ("outside",) if any(subjects & set(bosses_of(one, directory)) for one in office) else None


@settings(max_examples=300)
@given(directories(), STATEMENTS, FACTS)
def test_everybody_in_conflict_stands_behind_a_wall_in_any_directory(directory, statement, facts):
    routing = route(screen(statement, facts, directory), LAW, DAY)
    subjects = set().union(*(may_be(named, directory) for named in statement.subjects))
    named = subjects.union(*(may_be(one, directory) for one in statement.witnesses))
    below = {one.staff_number for one in directory if subjects & set(bosses_of(one.staff_number, directory))}
    assert routing.walled == named | {one for one in below if directory.person(one).roles}
    assert not routing.walled & routing.walled_by_identity
    reporter = reports(facts, directory)
    possible = {one.staff_number for one in may_report(facts, directory)}
    assert possible <= routing.walled | routing.walled_by_identity
    assert routing.walled_by_identity <= set(NUMBERS if possible else ())
    if reporter:
        assert reporter.staff_number in routing.walled | routing.walled_by_identity
        above = set(bosses_of(reporter.staff_number, directory))
        assert above & (named | below) <= routing.walled | routing.walled_by_identity
        assert routing.walled_by_identity <= above | {reporter.staff_number}


@settings(max_examples=300)
@given(directories(), STATEMENTS, FACTS)
def test_no_statement_in_any_directory_reaches_somebody_in_conflict(directory, statement, facts):
    routing = route(screen(statement, facts, directory), LAW, DAY)
    subjects = set().union(*(may_be(named, directory) for named in statement.subjects))
    if legs := legs_about(subjects, directory):
        assert (routing.queue, routing.to, routing.addressee) == (Queue.OUTSIDE, legs, None)
    else:
        assert routing.queue is Queue.IGO
        assert "igo" in routing.to
    assert ("supervisor" in routing.to) == (routing.addressee is not None)
    if routing.addressee:
        assert routing.addressee not in routing.walled | routing.walled_by_identity
        assert subjects.isdisjoint(bosses_of(routing.addressee, directory))
        assert facts.share_with_supervisor
        assert facts.consent is not Consent.ANONYMOUS
        assert all(len(may_be(one, directory)) == 1 for one in statement.subjects)
        reporter = reports(facts, directory)
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
