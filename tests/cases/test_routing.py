import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from cases.catalogue import load
from cases.complaint import Consent, Named, RoutingFacts, Statement
from cases.directory import Directory, read_directory
from cases.errors import CatalogueBroken
from cases.lifecycle import Queue
from cases.routing import (
    OF_SUBJECTS,
    SITUATIONS,
    How,
    Involved,
    circumstances_of,
    involved_in,
    match,
    preview,
    route,
    screen,
)
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


def routed(subjects, *, reporter="S0102", at="", consent=Consent.CONFIDENTIAL, share=True, directory=DIRECTORY, **told):
    """Where a complaint about these people goes; the reporter is known by number, by address (`at`), or by both."""
    facts = RoutingFacts(consent, reporter, at, share_with_supervisor=share)
    statement = Statement.read({"subjects": subjects} | told)
    return preview(involved_in(statement), circumstances_of(statement, ()), facts, directory, LAW, DAY)


def matched(directory, *said, settled=None):
    return match(Involved(Named(*said), How.SUBJECT, settled), directory)


def renamed(**names):
    return Directory(tuple(replace(one, name=names.get(one.staff_number, one.name)) for one in DIRECTORY))


def changed(who, **facts):
    """The sample directory with one line changed."""
    return Directory(tuple(replace(one, **facts) if one.staff_number == who else one for one in DIRECTORY))


SOMEBODY_ELSE = number("S0107")
WHOLE_LINE = number("S0001", "S0002", "S0100", "S0101")
INVOLVED = {"supervisor_involved": True}
BELOW_THE_DEPUTY_TOO = changed("S0016", supervisor="S0002")
BELOW_AN_ASSOCIATE = changed("S0108", supervisor="S0107", unit="igo")
HC, NO_DESIGNATE = "subject_is_the_high_commissioner", "subject_heads_the_office_no_clear_designate"
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
    ("reporter_external", None, {"subjects": SOMEBODY_ELSE, "at": "c0103@agency.example"}),  # one mistyped
    ("reporter_external", None, {"subjects": SOMEBODY_ELSE, "at": "c0112@agency.example"}),
    ("ordinary", "S0101", {"subjects": SOMEBODY_ELSE, "at": "C0102@agency.example"}),
    ("ordinary", "S0101", {"subjects": SOMEBODY_ELSE, "at": "ana@home.example"}),
    ("ordinary", "S0101", {"subjects": SOMEBODY_ELSE, "reporter": "", "at": "c0102@agency.example"}),
    ("ordinary", "S0101", {"subjects": SOMEBODY_ELSE, "reporter": "X9999", "at": "c0102@agency.example"}),
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
    ("supervisor_conflicted_none_clear", None, {"subjects": SOMEBODY_ELSE, "witnesses": WHOLE_LINE}),
    ("supervisor_conflicted_none_clear", None, {"subjects": SOMEBODY_ELSE, "reporter": "S0002"} | INVOLVED),
    ("supervisor_conflicted_none_clear", None, {"subjects": number("S0002"), "witnesses": number("S0001")}),
    (HC, None, {"subjects": number("S0001")}),
    (HC, None, {"subjects": email("S0001")}),
    (HC, None, {"subjects": name("S0001")}),
    (HC, None, {"subjects": number("S0107", "S0001")}),
    (HC, None, {"subjects": number("S0001", "S0014")}),
    (HC, None, {"subjects": [number("S0107")[0] | name("S0001")[0]]}),
    (HC, None, {"subjects": number("S0001"), "consent": Consent.ANONYMOUS, "reporter": ""}),
    (HC, None, {"subjects": number("S0001"), "consent": Consent.OPEN}),
    (HC, None, {"subjects": number("S0001"), "reporter": "S0014"}),
    ("subject_leads_the_office", None, {"subjects": number("S0002"), "directory": BELOW_THE_DEPUTY_TOO}),
    ("subject_leads_the_office", None, {"subjects": number("S0107"), "directory": BELOW_AN_ASSOCIATE}),
    ("subject_leads_the_office", None, {"subjects": number("S0002", "S0014"), "directory": BELOW_THE_DEPUTY_TOO}),
    ("subject_is_igo_staff", None, {"subjects": number("S0107"), "directory": changed("S0107", unit="Igo")}),
    ("subject_is_igo_staff", None, {"subjects": number("S0014")}),
    ("subject_is_igo_staff", None, {"subjects": email("S0014")}),
    ("subject_is_igo_staff", None, {"subjects": name("S0014")}),
    ("subject_heads_the_office", None, {"subjects": number("S0010")}),
    ("subject_heads_the_office", None, {"subjects": number("S0014", "S0010")}),
    ("subject_heads_the_office", None, {"subjects": number("S0010"), "reporter": "S0002"}),
    (NO_DESIGNATE, None, {"subjects": number("S0010", "S0002")}),
    (NO_DESIGNATE, None, {"subjects": number("S0010"), "directory": changed("S0002", function="Director")}),
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
    assert routing.queue is (Queue.OUTSIDE if situation in OF_SUBJECTS else Queue.IGO)


def test_every_situation_of_the_catalogue_was_tried():
    assert {situation for situation, *_ in AS_THE_TABLE_SAYS} == SITUATIONS == set(LEGS)


def test_the_legs_are_those_of_the_instruction_and_our_decisions():
    alone = set(LEGS) - {"ordinary", "supervisor_conflicted_next_clear"} - OF_SUBJECTS
    assert LEGS["ordinary"] == LEGS["supervisor_conflicted_next_clear"] == WITH_BOTH
    assert LEGS["subject_leads_the_office"] == LEGS[HC] == LEGS[NO_DESIGNATE] == ("outside",)
    assert LEGS["subject_heads_the_office"] == ("designate", "outside")
    assert LEGS["subject_is_igo_staff"] == ("outside", "gatekeeper")
    assert all(LEGS[situation] == ("igo",) for situation in alone)


def test_a_name_that_several_bear_accuses_none_and_walls_off_all():
    two = renamed(S0101="Ana Lima", S0107="ANA  LIMÁ")
    routing = routed([{"name": "Lima, Ana"}], directory=two)
    assert routing.kept_with_identity["rule"] == "unresolved_subject"
    assert routing.walled == {"S0101", "S0107"}
    assert routing.explanation["subjects"] == [{"position": 1, "matched": "possible", "people": ["S0101", "S0107"]}]


def test_a_namesake_does_not_unsettle_a_number():
    found = matched(renamed(S0101="Ana Lima", S0107="Ana Lima"), "Ana Lima", "S0107")
    assert found.exact == "S0107"
    assert [person.staff_number for person in found.people] == ["S0107"]


def test_a_name_the_directory_spells_otherwise_does_not_unsettle_a_number():
    assert matched(DIRECTORY, "Annie", "S0107").exact == "S0107"


def test_a_number_under_somebody_elses_name_is_open_unless_the_name_is_theirs_in_another_writing():
    two = renamed(S0101="Иван Петров", S0107="Ivan Petrov", S0108="Igor Petrov")
    assert matched(two, "Иван Петров", "S0107").exact == "S0107"
    assert matched(two, "Ivan Petrov", "S0108").exact is None
    assert matched(two, "Ivan Petrov", "S0108").numbers == {"S0107", "S0108"}


def test_what_intake_decided_stands_against_number_and_name():
    found = matched(DIRECTORY, "Colleague 0101", "S0101", settled=("s0107",))
    assert (found.exact, found.numbers, found.is_settled) == ("S0107", {"S0107"}, True)
    nobody = matched(DIRECTORY, "Colleague 0101", "S0101", settled=())
    assert (nobody.exact, nobody.numbers, nobody.is_settled) == (None, frozenset(), True)
    gone = matched(DIRECTORY, settled=("S9999",))
    assert (gone.exact, gone.people, gone.numbers, gone.is_settled) == ("S9999", (), {"S9999"}, False)


def test_the_explanation_says_what_intake_decided():
    people = (
        Involved(Named("Colleague 0101"), How.SUBJECT, ("S0107",)),
        Involved(Named(), How.SUBJECT, ()),
        Involved(Named("", "S0108"), How.RELATED),
    )
    statement = Statement({})
    facts = RoutingFacts(Consent.CONFIDENTIAL, "S0102", share_with_supervisor=True)
    routing = preview(people, circumstances_of(statement, ()), facts, DIRECTORY, LAW, DAY)
    assert routing.explanation["subjects"] == [
        {"position": 1, "matched": "one", "people": ["S0107"], "by_intake": True},
        {"position": 2, "matched": "nobody", "people": [], "by_intake": True},
    ]
    assert routing.explanation["related"] == [{"position": 1, "matched": "one", "people": ["S0108"]}]
    assert "approvers" not in routing.explanation
    assert [one.exact for one in routing.matches] == ["S0107", None, "S0108"]
    assert routing.walled == {"S0107", "S0108"}


def test_who_may_decide_follows_from_who_is_certain():
    assert routed(number("S0107", "S0104")).authorities == {"staff", "unv"}
    assert routed([number("S0105")[0], *name("S0104")]).authorities == {"contractor"}


def test_copies_are_explained_below_open_consent_too():
    routing = routed(SOMEBODY_ELSE, fears_retaliation=True, tell_ethics=True, posts=[{"account_kind": "institutional"}])
    assert routing.to == ("supervisor", "igo", "ethics", "der")
    rules = [one["rule"] for one in routing.explanation["copies"]]
    assert rules == ["retaliation_and_ethics_may_be_told", "institutional_account"]
    assert routing.explanation["rule"] == "kept_with_identity"


def test_no_order_of_rows_tells_a_supervisor_who_must_not_be_told():
    ordinary = next(row for row in LAW.routes if row.situation == "ordinary")
    careless = replace(LAW, routes=(ordinary,))
    for told in ({"subjects": number("S0101")}, {"subjects": [{}]}, {"subjects": SOMEBODY_ELSE, "share": False}):
        facts = RoutingFacts(Consent.CONFIDENTIAL, "S0102", share_with_supervisor=told.get("share", True))
        statement = Statement.read({"subjects": told["subjects"]})
        routing = preview(involved_in(statement), circumstances_of(statement, ()), facts, DIRECTORY, careless, DAY)
        assert (routing.to, routing.addressee) == (("igo",), None)


def test_whoever_is_named_and_whoever_is_conflicted_stands_behind_the_wall():
    routing = routed(number("S0100"), witnesses=number("S0104"))
    assert routing.walled == {"S0100", "S0104", "S0101", "S0106"}  # the last two hold a role below the subject
    assert routing.walled_by_identity == {"S0102"}
    assert routing.kept_with_identity["excluded"] == [
        {"person": "S0100", "why": "is or may be a subject"},
        {"person": "S0101", "why": "works below a subject"},
    ]


def test_everyone_between_the_reporter_and_a_subject_far_above_is_walled_off():
    without_roles = Directory(tuple(replace(one, roles=frozenset()) for one in DIRECTORY))
    assert routed(number("S0002"), directory=without_roles).walled_by_identity == {"S0100", "S0101", "S0102"}
    assert routed(number("S0002"), directory=without_roles).walled == {"S0002"}


BELOW_THE_DEPUTY = {
    "S0020", "S0021", "S0040", "S0041", "S0060", "S0100", "S0101", "S0106",
    "S0111", "S0112", "S0117", "S0122", "S0123", "S0128",
}  # fmt: skip
OF_THE_OFFICE = {"S0010", "S0011", "S0012", "S0013", "S0014", "S0015", "S0016", "S0017", "S0018"}


@pytest.mark.parametrize("meant", [number, email, name])
def test_everybody_with_a_role_who_works_below_somebody_who_may_be_meant_is_walled_off(meant):
    assert routed(meant("S0002")).walled == {"S0002"} | BELOW_THE_DEPUTY
    assert (
        routed(meant("S0001")).walled
        == {"S0001", "S0002", "S0019", "S0030", "S0031", "S0050"} | BELOW_THE_DEPUTY | OF_THE_OFFICE
    )
    assert routed(meant("S0010")).walled == OF_THE_OFFICE - {"S0018"}
    assert routed(meant("S0107")).walled == {"S0107"}


def test_working_below_a_witness_walls_nobody_off():
    assert routed(SOMEBODY_ELSE, witnesses=number("S0010")).walled == {"S0107", "S0010"}


@pytest.mark.parametrize("subjects", [SOMEBODY_ELSE, number("S0014"), number("S0001"), []])
@pytest.mark.parametrize("consent", [Consent.CONFIDENTIAL, Consent.OPEN])
def test_whoever_reports_never_handles_their_own_complaint(subjects, consent):
    for reporter in ("S0102", "S0070", "S0108"):
        routing = routed(subjects, reporter=reporter, consent=consent)
        assert reporter in routing.walled_by_identity
        assert reporter not in routing.walled
    assert "S0102" in routed(subjects, reporter="", at="c0102@agency.example").walled_by_identity


def test_a_reporter_who_names_themself_stands_behind_one_wall():
    routing = routed(number("S0102"))
    assert "S0102" in routing.walled - routing.walled_by_identity


def test_a_number_and_an_address_of_two_people_pick_no_supervisor_and_wall_off_whoever_may_be_close():
    routing = routed(SOMEBODY_ELSE, at="c0113@agency.example", supervisor_involved=True)
    assert (routing.to, routing.addressee) == (("igo",), None)
    assert routing.walled_by_identity == {"S0102", "S0101", "S0113", "S0112"}


def test_only_the_direct_supervisor_is_taken_for_involved():
    assert routed(SOMEBODY_ELSE, supervisor_involved=True).walled_by_identity == {"S0101", "S0102"}


def test_a_conflicted_supervisor_is_walled_off_even_where_no_supervisor_is_told():
    for facts in ({"share": False}, {"consent": Consent.ANONYMOUS}):
        routing = routed(SOMEBODY_ELSE, supervisor_involved=True, **facts)
        assert routing.addressee is None
        assert "S0101" in routing.walled_by_identity


def test_the_full_explanation_is_in_the_case_only_under_open_consent():
    routing = routed(SOMEBODY_ELSE, consent=Consent.OPEN)
    assert routing.explanation == routing.kept_with_identity
    assert routing.explanation["supervisor"] == "S0101"
    assert "S0101" not in json.dumps(routed(SOMEBODY_ELSE).explanation)


def test_a_day_before_the_first_route_and_a_situation_nobody_decides_are_refused():
    nothing = circumstances_of(Statement({}), ())
    seen = screen((), nothing, RoutingFacts(Consent.ANONYMOUS), DIRECTORY, LAW, DAY)
    with pytest.raises(CatalogueBroken, match="no route applies"):
        route(seen, LAW, date(2014, 9, 4))
    strange = replace(LAW, routes=(replace(LAW.routes[0], situation="full_moon"), *LAW.routes))
    with pytest.raises(CatalogueBroken, match="full_moon"):
        route(seen, strange, DAY)
    with pytest.raises(CatalogueBroken, match=r"offices.toml: no office 'igo'"):
        screen((), nothing, RoutingFacts(Consent.ANONYMOUS), DIRECTORY, LAW, date(2014, 9, 4))
