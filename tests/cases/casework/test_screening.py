import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from cases.casework.administering import import_directory
from cases.casework.lapsing import screen_again
from cases.casework.looking import show_case
from cases.complaint import Consent
from cases.errors import StaleVersion
from cases.lifecycle import Action
from cases.people import Role
from cases.persons import PersonRole
from cases.place import Kind, Recipient
from cases.sight import Actor
from storage.tables import marks
from storage.work import MARKS_PER_SORT
from tests.cases.casework.conftest import (
    BOSS,
    EARLY,
    INTAKE,
    REPORTER,
    SORTED,
    SUBJECT,
    SUPERVISOR,
    after,
    draft,
    entries,
    listed,
    open_case,
    seen_now,
    with_roles,
)
from tests.cases.casework.living import added, alleges, moved, rebuilt, register, settled, worked_off
from tests.conftest import SAMPLES

OTHER_TEAM = "S0113"
TELLING = (Kind.EXPLANATION, Kind.SUPERVISOR_LEG)


def screened_again(desk, case, role=PersonRole.WITNESS, **said):
    """A person added, and the worker's screening that follows."""
    person = added(desk, INTAKE, case, role, **said or {"staff_number": "S0114"})
    worked_off(desk)
    return person


def explanations(desk, case):
    """The desk's halves, oldest first."""
    parts = desk.lookup.parts(case.complaint, Kind.EXPLANATION)
    return [json.loads(desk.vault.open(part, Recipient.DESK)) for part in parts]


def legs(desk, case):
    """The halves kept with the identity, oldest first."""
    parts = desk.lookup.parts(case.complaint, Kind.SUPERVISOR_LEG)
    return [json.loads(desk.vault.open(part, Recipient.IDENTITY)) for part in parts]


def test_a_new_screening_says_what_it_opens_and_is_a_change_like_any_other(desk):
    case, _ = open_case(desk)
    screened_again(desk, case)
    _, _, looked, screened = entries(desk, about=case.number)
    assert (looked["kind"], looked["action"], looked["actor"]) == ("look", "opened_for_screening", "worker")
    assert looked["facts"] == {"opened": ["statement", "persons", "routing_facts"]}
    assert (screened["kind"], screened["action"], screened["version"]) == ("change", "screened_again", 3)
    assert {part["kind"] for part in screened["sealed"]} == {"explanation", "supervisor_leg", "persons"}
    assert seen_now(desk, case) == rebuilt(desk, case)


def test_every_explanation_is_kept_and_the_page_shows_the_last(desk):
    case, _ = open_case(desk, draft(subjects=[{"name": "Somebody Unknown"}]))
    settled(desk, INTAKE, case, register(desk, case)[0], SUBJECT)
    worked_off(desk)
    first, last = explanations(desk, case)
    assert [one["subjects"][0]["matched"] for one in (first, last)] == ["nobody", "one"]
    assert last["subjects"][0]["by_intake"] is True
    assert show_case(desk, INTAKE, case.number, SORTED).explanation == last
    assert [one["explanation"]["rule"] for one in legs(desk, case)] == ["unresolved_subject", "ordinary"]
    assert [one["addressee"] for one in legs(desk, case)] == [None, BOSS]


def test_who_was_excluded_and_why_is_kept_with_the_identity_alone(desk):
    case, _ = open_case(desk)
    screened_again(desk, case, PersonRole.APPROVER, staff_number=BOSS)
    *_, leg = legs(desk, case)
    assert leg["explanation"]["rule"] == "supervisor_conflicted_next_clear"
    assert leg["explanation"]["excluded"] == [{"person": BOSS, "why": "ordered or approved the post, or may have"}]
    *_, shown = explanations(desk, case)
    assert shown["rule"] == "kept_with_identity"
    assert shown.keys() == {"rule", "sentence", "to", "copies", "subjects", "witnesses", "approvers"}


@pytest.mark.parametrize("role", list(PersonRole))
def test_reporters_of_different_teams_leave_the_same_traces_after_a_new_screening_too(desk, role):
    """The boss of one of them is written down in the case; nothing of it may tell whose boss that is."""
    cases = [open_case(desk, draft(number=who))[0] for who in (REPORTER, OTHER_TEAM)]
    for case in cases:
        screened_again(desk, case, role, staff_number=BOSS)
        screened_again(desk, case)
    one, other = (explanations(desk, case) for case in cases)
    assert one == other
    assert legs(desk, cases[0])[-1]["addressee"] != legs(desk, cases[1])[-1]["addressee"]
    one, other = (_told(desk, case) for case in cases)
    assert one == other
    sizes = {tuple(_sizes(desk, case)) for case in cases}
    assert len(sizes) == 1


def _told(desk, case):
    """The entries of a case without what is random or its own."""
    own = {case.number: "N", str(case.complaint): "C"}
    own |= {str(one.id): f"P{place}" for place, one in enumerate(register(desk, case))}
    told = []
    for one in entries(desk, about=case.number):
        kept = {name: one[name] for name in ("kind", "version", "at", "actor", "role", "action", "facts")}
        text = json.dumps(kept | {"sealed": [part["kind"] for part in one["sealed"]]}, sort_keys=True)
        for name, stand_in in own.items():
            text = text.replace(name, stand_in)
        told.append(text)
    return told


def _sizes(desk, case):
    kinds = (*TELLING, Kind.PERSONS, Kind.CONSENT, Kind.IDENTITY, Kind.ROUTING_FACTS)
    return [part.size for kind in kinds for part in desk.lookup.parts(case.complaint, kind)]


def test_the_number_of_marks_tells_nothing_of_the_reporter_after_a_new_screening_either(desk, store):
    for complaint in (draft(), draft(number=OTHER_TEAM), draft(share=False), draft(Consent.ANONYMOUS, "")):
        case, _ = open_case(desk, complaint)
        screened_again(desk, case, PersonRole.RELATED, staff_number=BOSS)
        with store.reading() as connection:
            found = connection.execute(select(marks.c.mark).where(marks.c.case_number == case.number)).all()
        assert len(found) == 2 * MARKS_PER_SORT


def test_the_one_who_got_it_instead_is_a_supervisor_like_the_other_in_all_that_is_kept(desk, store):
    case, _ = open_case(desk)
    show_case(desk, SUPERVISOR, case.number, SORTED)
    screened_again(desk, case, PersonRole.RELATED, staff_number=BOSS)
    show_case(desk, Actor("S0100", Role.SUPERVISOR), case.number, SORTED)
    told = json.dumps(entries(desk, about=case.number))
    assert told.count('"a supervisor"') == 2
    for who in (BOSS, "S0100", REPORTER):
        assert who not in told
    *_, shown = explanations(desk, case)
    assert "S0100" not in json.dumps(shown)


def test_whoever_was_let_in_by_a_screening_is_let_out_by_the_next(desk):
    case, _ = open_case(desk, draft(subjects=[{"name": "Somebody Unknown"}]))
    (subject,) = register(desk, case)
    for number, sees in ((SUBJECT, [case.number]), ("S0100", []), (SUBJECT, [case.number])):
        settled(desk, INTAKE, case, subject, number)
        worked_off(desk)
        assert listed(desk, SUPERVISOR) == sees


def test_copies_follow_the_categories_the_case_was_given(desk):
    """Retaliation is for the Ethics Office, when the reporter allowed it; institutional accounts are for DER."""
    case, _ = open_case(desk, draft(tell_ethics=True))
    (subject,) = register(desk, case)
    assert case.to == ("supervisor", "igo")
    for category, to in (("threats_retaliation", "ethics"), ("unauthorised_institutional_account", "der")):
        alleges(desk, INTAKE, case, subject, category)
        worked_off(desk)
        assert to in seen_now(desk, case).to
    assert seen_now(desk, case).to == ("supervisor", "igo", "ethics", "der")
    assert listed(desk, Actor("S0030", Role.ETHICS)) == listed(desk, Actor("S0040", Role.MONITOR)) == [case.number]


def test_a_screening_that_was_overtaken_by_a_change_is_done_again_on_what_stands_then(desk):
    case, _ = open_case(desk)
    added(desk, INTAKE, case, PersonRole.RELATED, staff_number=BOSS)
    begun = []

    def meanwhile():
        begun.append(desk)
        if len(begun) == 2:  # between what it read and what it is about to store
            added(desk, INTAKE, case, PersonRole.RELATED, staff_number="S0100")
        return desk.work()

    job = desk.jobs.take(SORTED)
    with pytest.raises(StaleVersion):
        screen_again(replace(desk, work=meanwhile), job, SORTED)
    worked_off(desk, after(minutes=5))
    assert listed(desk, Actor("S0002", Role.SUPERVISOR)) == [case.number]
    assert listed(desk, SUPERVISOR) == listed(desk, Actor("S0100", Role.SUPERVISOR)) == []


def test_a_new_directory_is_what_the_next_screening_goes_by(desk):
    case, _ = open_case(desk)
    with_roles(desk, REPORTER, supervisor="S0112")
    assert listed(desk, SUPERVISOR) == [case.number]
    screened_again(desk, case)
    assert listed(desk, SUPERVISOR) == []
    assert listed(desk, Actor("S0112", Role.SUPERVISOR)) == [case.number]


def test_a_new_directory_screens_closed_cases_too_and_open_ones_first(desk):
    """Whoever joined since, and is the one a closed case names, must not find it."""
    named = draft(subjects=[{"name": "Zebulon Quastrow"}])
    closed_one, _ = open_case(desk, named)
    moved(desk, INTAKE, closed_one, Action.CLOSE, EARLY)
    open_one, _ = open_case(desk, named)
    lines = (SAMPLES / "directory.csv").read_text().splitlines()
    colleague = next(line for line in lines if line.startswith("S0013,")).split(",")
    lines.append(",".join(["S0777", "Zebulon Quastrow", "z@agency.example", *colleague[3:]]))
    import_directory(desk, "\n".join(lines), SORTED)
    joined = Actor("S0777", Role.INTAKE)
    assert set(listed(desk, joined)) == {open_one.number, closed_one.number}
    screen_again(desk, desk.jobs.take(SORTED), SORTED)
    assert listed(desk, joined) == [closed_one.number]
    worked_off(desk)
    assert listed(desk, joined) == []


def test_a_directory_that_was_cut_short_lets_no_supervisor_into_what_they_received(desk):
    """Left out by one import and back with another, as somebody who works cases: they were sent it, and stay out."""
    case, _ = open_case(desk)
    whole = (SAMPLES / "directory.csv").read_text().splitlines()
    (boss,) = [line.split(",") for line in whole if line.startswith(f"{BOSS},")]
    others = [line.replace(f",{BOSS},", ",S0001,") for line in whole if not line.startswith(f"{BOSS},")]
    for lines in (others, [*others, ",".join([*boss[:-1], "intake"])]):
        import_directory(desk, "\n".join(lines), SORTED, force=True)
        worked_off(desk, after(minutes=5))
    assert listed(desk, Actor(BOSS, Role.INTAKE)) == []
    assert listed(desk, INTAKE) == [case.number]
