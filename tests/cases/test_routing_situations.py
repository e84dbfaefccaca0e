import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from cases.catalogue import load
from cases.complaint import Consent, Named, RoutingFacts
from cases.directory import Directory, Person
from cases.lifecycle import Queue
from cases.people import Role
from cases.routing import SITUATIONS, Circumstances, How, Involved, preview, routing_table
from tests.conftest import NOON

LAW, DAY = load(), NOON.date()
TOLD = tomllib.loads((Path(__file__).parent / "routing_situations.toml").read_text(encoding="utf-8"))
PAGE = Path(__file__).parents[2] / "docs" / "routing.md"
PARTS = {"subjects": How.SUBJECT, "witnesses": How.WITNESS, "related": How.RELATED, "approvers": How.APPROVER}
OF_CIRCUMSTANCES = ("supervisor_involved", "fears_retaliation", "tell_ethics", "institutional_account")
NUMBERS = {one["name"]: one["number"] for one in TOLD["person"]}
KEYS = {"title", "reporter", "reporter_address_of", "consent", "agrees", "categories", "changes", "also", "expect"} | {
    *PARTS,
    *OF_CIRCUMSTANCES,
}
EXPECTED = {"rule", "to", "addressee", "walled", "not_walled", "unresolved", "authorities", "copies"}


def number_of(who):
    """The staff number of somebody named in the file; a number stands for itself."""
    return NUMBERS.get(who, who)


def person(told):
    boss = told.get("under")
    return Person(
        told["number"], told["name"], f"{told['number'].lower()}@agency.example", told.get("type", "staff"),
        told.get("function", ""), told.get("unit", "FIELD"), "", number_of(boss) if boss else None,
        frozenset(map(Role, told.get("roles", ()))),
    )  # fmt: skip


def changed(one, change):
    boss = {"supervisor": number_of(change["under"])} if "under" in change else {}
    return replace(one, **boss, **{key: change[key] for key in ("function", "unit") if key in change})


def directory_of(situation):
    people = {one["number"]: person(one) for one in (*TOLD["person"], *situation.get("also", ()))}
    for change in situation.get("changes", ()):
        who = number_of(change["person"])
        people[who] = changed(people[who], change)
    return Directory(tuple(people.values()))


def involved(told, how):
    number = number_of(told["number_of"]) if "number_of" in told else told.get("number", "")
    address = f"{number_of(told['address_of']).lower()}@agency.example" if "address_of" in told else ""
    settled = tuple(map(number_of, told["settled"])) if "settled" in told else None
    return Involved(Named(told.get("name", ""), number, address, told.get("personnel_type", "")), how, settled)


def routed(situation):
    reporter = number_of(situation.get("reporter", "Ana Lima"))
    at = situation.get("reporter_address_of")
    facts = RoutingFacts(
        Consent(situation.get("consent", "confidential")), reporter,
        f"{number_of(at).lower()}@agency.example" if at else "",
        share_with_supervisor=situation.get("agrees", True),
    )  # fmt: skip
    people = tuple(involved(one, how) for part, how in PARTS.items() for one in situation.get(part, ()))
    flags = {flag: situation.get(flag, False) for flag in OF_CIRCUMSTANCES}
    circumstances = Circumstances(tuple(situation.get("categories", ())), **flags)
    return preview(people, circumstances, facts, directory_of(situation), LAW, DAY)


@pytest.mark.parametrize("situation", TOLD["situation"], ids=lambda one: one["title"].lower().replace(" ", "-"))
def test_a_situation_told_in_words_is_routed_as_the_words_say(situation):
    expect = situation["expect"]
    assert situation.keys() <= KEYS
    assert expect.keys() <= EXPECTED
    routing = routed(situation)
    full = routing.kept_with_identity
    assert (full["rule"], list(routing.to)) == (expect["rule"], expect["to"])
    assert routing.addressee == (number_of(expect["addressee"]) if "addressee" in expect else None)
    assert routing.queue is (Queue.OUTSIDE if "outside" in expect["to"] else Queue.IGO)
    hidden_from = routing.walled | routing.walled_by_identity
    assert {number_of(who) for who in expect.get("walled", ())} <= hidden_from
    assert hidden_from.isdisjoint(map(number_of, expect.get("not_walled", ())))
    assert routing.addressee not in hidden_from
    left_open = not all(one.is_settled for one in routing.matches if one.involved.how is How.SUBJECT)
    assert (left_open or not situation.get("subjects")) == expect.get("unresolved", False)
    assert routing.authorities == set(expect.get("authorities", routing.authorities))
    assert [one["rule"] for one in full["copies"]] == expect.get("copies", [one["rule"] for one in full["copies"]])


def test_every_rule_of_the_catalogue_is_told_in_words_and_no_title_twice():
    titles = [one["title"] for one in TOLD["situation"]]
    assert len(titles) == len(set(titles)) > 60
    assert {one["expect"]["rule"] for one in TOLD["situation"]} == SITUATIONS


def test_the_documented_table_is_the_catalogue():
    assert routing_table(LAW) in PAGE.read_text(encoding="utf-8")
