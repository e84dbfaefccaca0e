"""Persons of a case and what is alleged against them: said anew with reasons, with walls that stand at once."""

from typing import Any
from uuid import uuid4

import pytest

from cases.people import Role
from tests.api.conftest import PEOPLE, PREFIX, Office, told
from tests.api.lives import OWN_ACCOUNT, Life

VOTES = {"category": "political_partisan", "account": "Asked for votes."}


@pytest.fixture
def life(office: Office) -> Life:
    """A case against S0107, whom the reporter knew by number."""
    return Life(office)


def faults(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [one["pointer"] for one in answer.json["errors"]]


def test_the_register_begins_with_whom_the_reporter_named(office: Office) -> None:
    named = {"name": "Colleague 0107", "relation": "colleague", "personnel_type": "staff"}
    life = Life(office, told(subjects=[named], witnesses=[{"staff_number": "S0108"}]))
    subject, witness = life.persons()
    assert (subject["role"], subject["name"], subject["possible"], subject["settled"]) == (
        "subject",
        "Colleague 0107",
        ["S0107"],
        None,
    )
    assert (witness["role"], witness["possible"]) == ("witness", ["S0108"])
    assert not any(one["notice_owed"] or one["attribution"] for one in (subject, witness))


def test_reading_the_register_is_an_entry_and_the_register_is_sealed(life: Life) -> None:
    life.persons(Role.HEAD)
    timeline = life.as_(Role.HEAD).get(f"{life.path}/timeline?limit=200")
    looks = [one["entry"] for one in timeline.json["items"] if one["entry"]["kind"] == "look"]  # type: ignore[index]
    assert ("opened_persons", "S0011") in [(one["action"], one["actor"]) for one in looks]
    assert "S0107" not in timeline.text


def test_intake_settles_who_a_name_is_and_the_supervisor_is_told_then(office: Office) -> None:
    """A name proposes and never decides: until somebody says who it is, the complaint stays with the office."""
    life = Life(office, told(subjects=[{"name": "Colleague 0107"}]))
    assert life.read(Role.INTAKE)["routing"]["to"] == ["igo"]
    assert office.as_(Role.SUPERVISOR).get(life.path).status_code == 404
    life.change(life.subject, settled=["s0107"])
    office.sort()
    assert life.persons()[0]["settled"] == ["S0107"]
    assert life.read(Role.INTAKE)["routing"]["to"] == ["supervisor", "igo"]
    assert office.as_(Role.SUPERVISOR).get(life.path).status_code == 200


def test_nobody_of_ours_is_an_answer_too(life: Life) -> None:
    life.change(life.subject, settled=[])
    assert life.persons()[0]["settled"] == []


def test_whoever_turns_out_to_be_involved_is_walled_off_in_the_same_moment(life: Life) -> None:
    """Before the worker comes: an assigned investigator, and the supervisor it was routed to."""
    life.assign("S0014")
    for part, person, role in (("witness", "S0014", Role.INVESTIGATOR), ("subject", "S0101", Role.SUPERVISOR)):
        assert life.office.as_(role, person).get(life.path).status_code == 200
        life.add(part, person)
        hidden = life.office.as_(role, person).get(life.path)
        never = life.office.as_(role, person).get(f"{PREFIX}/cases/IGO-2026-00000")
        assert (hidden.status_code, hidden.data) == (404, never.data), role
    assert life.read(Role.INTAKE)["assignees"] == []


def test_one_of_the_office_as_subject_takes_the_case_out_of_the_office(life: Life) -> None:
    added = life.as_(Role.INTAKE, "S0013").post(
        f"{life.path}/persons",
        {"role": "subject", "staff_number": PEOPLE[Role.INTAKE], "reason": "The handle is theirs."},
        version=life.version,
        Idempotency_Key=str(uuid4()),
    )
    assert added.status_code == 201
    for role in (Role.INTAKE, Role.HEAD):
        assert life.as_(role).get(life.path).status_code == 404
    assert life.as_(Role.OUTSIDE).get(life.path).status_code == 200


def test_a_changed_part_is_an_entry_and_owed_to_the_person(office: Office) -> None:
    """UNDT/2022/128: heard as a witness, later made a subject."""
    life = Life(office, told(witnesses=[{"staff_number": "S0108"}])).investigate()
    witness = next(one["person_id"] for one in life.persons() if one["role"] == "witness")
    life.change(witness, role="subject")
    assert next(one for one in life.persons() if one["person_id"] == witness)["notice_owed"] is True
    assert life.read(Role.HEAD)["notices_owed"] == 1
    told_of = life.read(Role.HEAD, "/timeline?limit=200")["items"]
    changed = [one["entry"]["facts"] for one in told_of if one["entry"]["action"] == "person_changed"]
    assert {"person": witness, "from": "witness", "to": "subject"}.items() <= changed[-1].items()
    life.move(Role.INVESTIGATOR, "notify_subject", person=witness, reason="By letter.")
    assert life.read(Role.HEAD)["notices_owed"] == 0


def test_an_attribution_says_why_and_a_claim_of_hacking_what_was_checked(life: Life) -> None:
    """2025-UNAT-1581: the claim failed for want of evidence, so the check is on record."""
    wrong: list[tuple[dict[str, Any], list[str]]] = [
        ({"status": "attributed"}, ["#/attribution/account", "#/attribution/reason"]),
        (OWN_ACCOUNT | {"status": "certainly"}, ["#/attribution/status"]),
        (OWN_ACCOUNT | {"hacking_claimed": True}, ["#/attribution/checked"]),
        (OWN_ACCOUNT | {"status": ""}, ["#/attribution/status"]),
    ]
    with life.office.nothing_changes():
        for attribution, expected in wrong:
            body = {"attribution": attribution, "reason": "It was checked."}
            assert faults(life.ask(Role.INTAKE, f"persons/{life.subject}/changes", body)) == expected, attribution
    claimed = OWN_ACCOUNT | {"hacking_claimed": True, "checked": "The sign-ins are from the usual telephone."}
    life.change(life.subject, attribution=claimed)
    assert life.persons()[0]["attribution"] == claimed


def test_wrong_changes_are_named_and_strangers_are_no_persons_of_this_case(life: Life) -> None:
    changes = f"persons/{life.subject}/changes"
    wrong: list[tuple[dict[str, Any], list[str]]] = [
        ({"reason": "Nothing."}, ["#"]),
        ({"role": "subject", "reason": "As before."}, ["#"]),
        ({"settled": ["S9999"], "reason": "Nobody."}, ["#/settled/0"]),
        ({"settled": ["S0107", "S0108"], "reason": "Both."}, ["#/settled"]),
        ({"role": "witness"}, ["#/reason"]),
    ]
    with life.office.nothing_changes():
        for body, expected in wrong:
            assert faults(life.ask(Role.INTAKE, changes, body)) == expected, body
        lost = life.ask(Role.INTAKE, f"persons/{uuid4()}/changes", {"settled": [], "reason": "Nobody."})
        assert (lost.status_code, (lost.json or {})["type"]) == (404, "urn:rule12:problem:unknown-item")


def test_an_allegation_cites_the_paragraphs_in_force_on_the_day_of_the_conduct(life: Life) -> None:
    life.assess()
    life.post(Role.INTAKE, "allegations", VOTES | {"person": life.subject, "conduct_on": "2017-05-01"})
    (shown,) = life.read(Role.INTAKE, "/allegations")
    assert (shown["account"], shown["finding"], shown["decided_here"]) == ("Asked for votes.", None, True)
    cited = shown["cited"]
    assert (cited["on"], cited["date_unknown"], cited["editions_differ"]) == ("2017-05-01", False, True)
    assert {(one["edition"], one["label"]) for one in cited["paragraphs"]} >= {
        ("ST/SGB/2014/1", "Staff Regulation 1.2(h)")
    }
    assert "political_partisan" in life.read(Role.INTAKE)["categories"]


def test_an_affiliate_is_held_to_their_own_provisions_and_decided_on_elsewhere(office: Office) -> None:
    """S0104 is a volunteer: their panel decides, and staff rules are only corresponding."""
    life = Life(office, told(subjects=[{"staff_number": "S0109"}])).assess()
    made = life.post(Role.INTAKE, "allegations", VOTES | {"person": life.subject})
    assert (made["authority"], made["decided_here"]) == ("unv_panel", False)
    cited = life.read(Role.INTAKE, "/allegations")[0]["cited"]
    assert "Volunteers" in cited["governed_by"]
    assert cited["date_unknown"] is True


def test_nothing_is_alleged_twice_against_a_witness_or_on_somebody_elses_account(office: Office) -> None:
    life = Life(office, told(witnesses=[{"staff_number": "S0108"}])).assess()
    witness = next(one["person_id"] for one in life.persons() if one["role"] == "witness")
    life.post(Role.INTAKE, "allegations", VOTES | {"person": life.subject})
    with office.nothing_changes():
        for body, expected in (
            (VOTES | {"person": life.subject}, "#/category"),
            (VOTES | {"person": life.subject, "category": "witchcraft"}, "#/category"),
            (VOTES | {"person": witness}, "#/person"),
            (VOTES | {"person": str(uuid4())}, "#/person"),
        ):
            assert faults(life.ask(Role.INTAKE, "allegations", body)) == [expected], body
    life.change(life.subject, attribution=OWN_ACCOUNT | {"status": "impostor"})
    more = VOTES | {"person": life.subject, "category": "reputation_integrity"}
    refused = life.ask(Role.INTAKE, "allegations", more)
    assert (refused.status_code, "not attributed" in refused.text) == (409, True)


def test_reading_allegations_is_an_entry(life: Life) -> None:
    life.assess()
    life.post(Role.INTAKE, "allegations", VOTES | {"person": life.subject})
    life.read(Role.HEAD, "/allegations")
    timeline = life.as_(Role.HEAD).get(f"{life.path}/timeline?limit=200")
    entries = [one["entry"] for one in (timeline.json or {})["items"]]
    assert ("opened_allegations", "S0011") in [(one["action"], one["actor"]) for one in entries]
    assert "Asked for votes" not in timeline.text
