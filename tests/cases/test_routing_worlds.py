from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cases.canonical import canonical
from cases.catalogue import load
from cases.complaint import Consent, Named, RoutingFacts
from cases.directory import Directory, Person
from cases.lifecycle import Queue
from cases.people import Role
from cases.routing import Circumstances, How, Involved, preview
from tests.conftest import NOON

LAW, DAY = load(), NOON.date()

# Small worlds: seven people at most, who share three names and supervise each other in any way: circles, gaps, islands.
NUMBERS = tuple(f"S{place}" for place in range(7))
GONE = "S8"
SPELLINGS = {"Ana Lima": "Lima, Aná", "Bo Chen": "陈博", "Ivan Petrov": "Иван Петров"}
NAMES = st.sampled_from(sorted(SPELLINGS))
SAID = NAMES | st.sampled_from(sorted(SPELLINGS.values()))
POSTS = st.sampled_from(
    [("FIELD", "Associate")] * 24
    + [("IGO", "Officer"), ("igo", "Officer"), ("IGO", "Inspector General")]
    + [("EXEC", "High Commissioner"), ("EXEC", "Deputy High Commissioner")]
)
UNKNOWN_OR = st.sampled_from(["", "S9", *NUMBERS])
ADDRESSES = UNKNOWN_OR.map(lambda who: f"{who}@agency.example".lower() if who else "")
NAMED = st.builds(Named, st.just("") | SAID, UNKNOWN_OR, ADDRESSES)
BY_NUMBER = st.builds(Named, staff_number=st.sampled_from(NUMBERS))
SETTLED = st.just(()) | st.sampled_from((*NUMBERS, GONE)).map(lambda who: (who.lower(),))
HOW = st.sampled_from([How.SUBJECT, How.SUBJECT, *How])
# Mostly certain subjects and one who reports and agrees, or hardly any complaint would come as far as a supervisor.
SURE = st.builds(Involved, BY_NUMBER, HOW)
INVOLVED = st.lists(SURE | SURE | SURE | st.builds(Involved, NAMED, HOW, st.none() | SETTLED), max_size=4).map(tuple)
CIRCUMSTANCES = st.builds(
    Circumstances,
    st.sampled_from([(), ("political_partisan",), ("threats_retaliation",), ("unauthorised_institutional_account",)]),
    st.booleans(), st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip
AGREED = st.builds(
    RoutingFacts,
    st.sampled_from([Consent.CONFIDENTIAL, Consent.OPEN]),
    st.sampled_from(NUMBERS[2:5]),
    share_with_supervisor=st.sampled_from([True]),
)
FACTS = (
    AGREED
    | AGREED
    | st.builds(RoutingFacts, st.sampled_from(Consent), UNKNOWN_OR, ADDRESSES, share_with_supervisor=st.booleans())
)


@st.composite
def directories(draw):
    people = []
    for place, who in enumerate(NUMBERS[: draw(st.integers(3, len(NUMBERS)))]):
        boss = draw(st.sampled_from((*NUMBERS[:place] * 3, *NUMBERS, GONE, None)))
        unit, function = draw(POSTS)
        roles = draw(st.sampled_from([frozenset(), frozenset({Role.INTAKE})]))
        address = f"{who}@agency.example"
        people.append(Person(who, draw(NAMES), address, "staff", function, unit, "", boss, roles))
    return Directory(tuple(people))


def means(said):
    """The one name of these worlds that a spelling stands for."""
    return next((name for name, other in SPELLINGS.items() if said in {name, other}), None)


def exactly(said, name):
    return said == name or (said, name) == ("Lima, Aná", "Ana Lima")


def may_be(involved, directory):
    """Whoever could be meant, by simpler means than the code's."""
    if involved.settled is not None:
        return {who.upper() for who in involved.settled}
    named = involved.said
    sure = {
        one.staff_number
        for one in directory
        if one.staff_number == named.staff_number or one.email.lower() == named.email
    }
    alike = {one.staff_number for one in directory if named.name and means(named.name) == one.name}
    exact = {one.staff_number for one in directory if named.name and exactly(named.name, one.name)}
    if sure:
        return sure if not exact or sure & alike else sure | exact
    return alike


def bosses_of(who, directory):
    above = {one.staff_number: one.supervisor for one in directory}
    found, at = [], above.get(who)
    while at is not None and at not in found and at != who:
        found.append(at)
        at = above.get(at)
    return found


def may_report(facts, directory):
    """Whoever the number or the address leads to."""
    return {
        one.staff_number
        for one in directory
        if facts.staff_number == one.staff_number or facts.email == one.email.lower()
    }


def reports(facts, directory):
    """Whoever the number and the address agree on."""
    found = may_report(facts, directory)
    return directory.person(found.pop()) if len(found) == 1 else None


def meant(involved, directory, *parts):
    return set().union(*(may_be(one, directory) for one in involved if one.how in parts))


def below(subjects, directory):
    return {one.staff_number for one in directory if subjects & set(bosses_of(one.staff_number, directory))}


def legs_about(subjects, walled, directory):
    """Where a complaint about these people must go, if to the outside."""
    posts = {one.staff_number: one.function for one in directory}
    office = {one.staff_number for one in directory if one.unit.upper() == "IGO"}
    functions = {posts[who] for who in subjects if who in posts}
    if "High Commissioner" in functions:
        return ("outside",)
    if below(subjects - office, directory) & office:
        return ("outside",)
    if "Inspector General" in functions:
        clear = any(posts[who] == "Deputy High Commissioner" and who not in walled for who in posts)
        return ("designate", "outside") if clear else ("outside",)
    return ("outside", "gatekeeper") if office & subjects else None


def copies_of(told):
    ethics = told.tell_ethics and (told.fears_retaliation or "threats_retaliation" in told.categories)
    der = told.institutional_account or "unauthorised_institutional_account" in told.categories
    return ("ethics",) * ethics + ("der",) * der


@settings(max_examples=300)
@given(directories(), INVOLVED, CIRCUMSTANCES, FACTS)
def test_everybody_in_conflict_stands_behind_a_wall_in_any_directory(directory, involved, told, facts):
    routing = preview(involved, told, facts, directory, LAW, DAY)
    named = meant(involved, directory, *How)
    lower = below(meant(involved, directory, How.SUBJECT), directory)
    assert routing.walled == named | {who for who in lower if directory.person(who).roles}
    assert not routing.walled & routing.walled_by_identity
    possible = may_report(facts, directory)
    assert possible <= routing.walled | routing.walled_by_identity
    assert routing.walled_by_identity <= set(NUMBERS if possible else ())
    if reporter := reports(facts, directory):
        above = {who for who in bosses_of(reporter.staff_number, directory) if directory.person(who)}
        assert above & (named | lower) <= routing.walled | routing.walled_by_identity
        assert routing.walled_by_identity <= above | {reporter.staff_number}


@settings(max_examples=300)
@given(directories(), INVOLVED, CIRCUMSTANCES, FACTS)
def test_no_statement_in_any_directory_reaches_somebody_in_conflict(directory, involved, told, facts):
    routing = preview(involved, told, facts, directory, LAW, DAY)
    subjects = meant(involved, directory, How.SUBJECT)
    copies = copies_of(told)
    if legs := legs_about(subjects, routing.walled, directory):
        assert (routing.queue, routing.to, routing.addressee) == (Queue.OUTSIDE, legs + copies, None)
    else:
        assert routing.queue is Queue.IGO
        assert routing.to in {("igo", *copies), ("supervisor", "igo", *copies)}
    assert ("supervisor" in routing.to) == (routing.addressee is not None)
    if routing.addressee:
        assert routing.addressee not in routing.walled | routing.walled_by_identity
        assert subjects.isdisjoint(bosses_of(routing.addressee, directory))
        assert facts.share_with_supervisor
        assert facts.consent is not Consent.ANONYMOUS
        reporter = reports(facts, directory)
        assert routing.addressee in bosses_of(reporter.staff_number, directory)
        assert not (told.supervisor_involved and routing.addressee == reporter.supervisor)


@settings(max_examples=300)
@given(directories(), INVOLVED, CIRCUMSTANCES, FACTS)
def test_a_supervisor_is_told_only_when_it_is_certain_who_every_subject_is(directory, involved, told, facts):
    routing = preview(involved, told, facts, directory, LAW, DAY)
    for one, match in zip(involved, routing.matches, strict=True):
        assert match.numbers == may_be(one, directory)
        if one.settled is None and not (one.said.staff_number or one.said.email):
            assert match.exact is None  # a name proposes and never decides
    if routing.addressee:
        subjects = [one for one in involved if one.how is How.SUBJECT]
        assert subjects
        for one in subjects:
            assert one.settled == () or [bool(directory.person(who)) for who in may_be(one, directory)] == [True]


@settings(max_examples=300)
@given(directories(), INVOLVED, CIRCUMSTANCES, FACTS, FACTS)
def test_below_open_consent_the_case_does_not_tell_two_reporters_apart(directory, involved, told, one, other):
    first, second = (preview(involved, told, facts, directory, LAW, DAY) for facts in (one, other))
    assert (first.walled, first.matches, first.queue) == (second.walled, second.matches, second.queue)
    assert [leg for leg in first.to if leg != "supervisor"] == [leg for leg in second.to if leg != "supervisor"]
    if Consent.OPEN in {one.consent, other.consent}:
        return
    if first.to == second.to:
        assert canonical(first.explanation) == canonical(second.explanation)
    said = canonical(first.explanation)
    conflicted = first.walled_by_identity | ({first.addressee} - {None})
    assert not any(f'"{who}"'.encode() in said for who in conflicted - first.walled)


@settings(max_examples=200)
@given(directories(), INVOLVED, CIRCUMSTANCES, FACTS)
def test_deciding_on_the_people_screening_proposed_never_widens_the_wall(directory, involved, told, facts):
    before = preview(involved, told, facts, directory, LAW, DAY)
    decided = tuple(
        replace(one, settled=tuple(sorted(match.numbers)[:1]))
        for one, match in zip(involved, before.matches, strict=True)
    )
    after = preview(decided, told, facts, directory, LAW, DAY)
    assert after.walled <= before.walled
    assert all(match.is_settled or not directory.person(match.exact) for match in after.matches)
