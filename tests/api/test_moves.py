"""Moves over HTTP: what is open and what it needs, who must agree, and why one is refused; in sentences."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from cases.people import Role
from tests.api.conftest import NO_CASE, PREFIX, PROBLEM, Office, told
from tests.api.lives import CLOSING, MEASURE, SAFEGUARDS, SECOND_DECIDER, SECOND_HEAD, Life

EARLY = CLOSING | {"closure_reason": "insufficient_information"}


@pytest.fixture
def life(office: Office) -> Life:
    """A case just registered."""
    return Life(office)


def refused(answer: TestResponse) -> tuple[str, list[str]]:
    """The sentence and the open moves of a move that was refused."""
    assert (answer.status_code, answer.content_type) == (409, PROBLEM), answer.text
    assert answer.json is not None
    assert answer.json["type"].endswith(":move-not-allowed")
    return answer.json["detail"], answer.json["open_moves"]


def pointers(answer: TestResponse) -> set[str]:
    assert (answer.status_code, answer.content_type) == (422, PROBLEM), answer.text
    assert answer.json is not None
    return {one["pointer"] for one in answer.json["errors"]}


def test_the_open_moves_say_where_they_lead_and_what_they_need(life: Life) -> None:
    moves = life.open_moves(Role.INTAKE)
    assert [(name, one["to"], one["needs"]) for name, one in moves.items()] == [
        ("acknowledge", "registered", []),
        ("assess", "assessment", []),
        ("redirect", "closed", ["referred_to"]),
        ("merge", "closed", ["reason", "notice", "into"]),
        ("close", "closed", ["reason", "closure_reason", "notice"]),
        ("preserve_evidence", "registered", ["reason"]),
    ]
    assert not any(one["four_eyes"] for one in moves.values())
    assert "insufficient_information" in moves["close"]["closure_reasons"]
    assert "unsubstantiated" not in moves["close"]["closure_reasons"]
    assert "protection_office" in moves["redirect"]["choices"]["referred_to"]


def test_the_choices_of_every_slug_are_told(life: Life) -> None:
    life.report()
    life.move(Role.HEAD, "hand_to_decider", reason="The findings are there.")
    life.move(Role.DECIDER, "issue_allegations", reason="Formal.", **SAFEGUARDS)
    moves = life.open_moves(Role.DECIDER)
    assert moves["extend_clock"]["choices"] == {"clock": ["reply"]}
    assert moves["record_decision"]["choices"] == {"standard": ["clear_and_convincing", "preponderance"]}
    assert "refer" not in moves
    other = Life(life.office).assess()
    outcomes = other.open_moves(Role.INTAKE)["conclude_assessment"]["choices"]["outcome"]
    assert outcomes == ["possible_misconduct", "misuse_for_management", "advice_only", "outside_mandate"]


def test_each_move_taken_closes_and_opens_others(life: Life) -> None:
    life.move(Role.INTAKE, "acknowledge")
    assert "acknowledge" not in life.open_moves(Role.INTAKE)
    life.move(Role.INTAKE, "close", **EARLY)
    assert {name: one["four_eyes"] for name, one in life.open_moves(Role.INTAKE).items()} == {
        "report_implications": False,
        "reopen": True,
    }
    assert set(life.open_moves(Role.HEAD)) == {"report_implications", "place_hold", "reopen"}


def test_whatever_is_missing_is_named_at_once(life: Life) -> None:
    life.assess()
    wrong: list[tuple[dict[str, Any], set[str]]] = [
        ({}, {"#/move"}),
        ({"move": "fly"}, {"#/move"}),
        ({"move": ["close"]}, {"#/move"}),
        ({"move": "close"}, {"#/reason", "#/closure_reason", "#/notice"}),
        (
            {"move": "close", "reason": " ", "closure_reason": "a" * 41, "notice": "\ud800"},
            {"#/closure_reason", "#/notice"},
        ),
        ({"move": "assess", "odd": "done", "why": 1}, {"#/odd", "#/why"}),
        ({"move": "conclude_assessment", "outcome": "guilty"}, {"#/reason", "#/outcome"}),
    ]
    with life.office.nothing_changes():
        for body, expected in wrong:
            for version in (None, life.version):
                answer = life.as_(Role.INTAKE).post(f"{life.path}/moves", body, version=version)
                assert pointers(answer) == expected, (body, version)


def test_a_case_is_merged_only_into_one_its_mover_sees(life: Life) -> None:
    """A hidden case and one that never was get the same words."""
    against = Life(life.office, told(subjects=[{"staff_number": "S0012"}]))
    words = {"reason": "The same posts.", "notice": "We treat it together with another complaint."}
    with life.office.nothing_changes():
        seen = [life.tries(Role.INTAKE, "merge", into=into, **words) for into in (against.number, NO_CASE, life.number)]
        assert [pointers(one) for one in seen] == [{"#/into"}] * 3
        assert len({one.data for one in seen}) == 1
    twin = Life(life.office)
    life.move(Role.INTAKE, "merge", into=twin.number, **words)
    assert life.read(Role.INTAKE)["merged_into"] == twin.number


def test_a_decision_without_its_reasons_is_refused_for_each_subject(life: Life) -> None:
    life.report()
    life.move(Role.HEAD, "hand_to_decider", reason="The findings are there.")
    bare = [{"person": life.subject, "measure": "gold_medal", "severe": True}]
    with life.office.nothing_changes():
        answer = life.tries(Role.DECIDER, "decide", measures=bare, reason="Because.")
    wanted = {"measure", "aggravating", "mitigating", "proportionality", "authority", "severity_reasons"}
    assert pointers(answer) == {f"#/measures/0/{name}" for name in wanted}


def test_a_refused_move_says_why_in_a_sentence_and_what_is_open_now(life: Life) -> None:
    sentence, now = refused(life.tries(Role.INTAKE, "conclude_assessment", outcome="advice_only", reason="Advice."))
    assert "cannot be done while the case is in registered" in sentence
    assert now == list(life.open_moves(Role.INTAKE))
    life.move(Role.INTAKE, "assess")
    tries: list[tuple[Role, str, dict[str, Any], str]] = [
        (Role.HEAD, "open_investigation", {"reason": "Because."}, "conclude_assessment first"),
        (Role.INTAKE, "refer", {"referred_to": "management", "reason": "Theirs."}, "conclude_assessment first"),
        (Role.INTAKE, "contain", {"reason": "It spreads."}, "preserve_evidence first"),
        (
            Role.INTAKE,
            "close",
            EARLY | {"closure_reason": "unsubstantiated"},
            "This closure reason is not open to intake",
        ),
        (Role.HEAD, "extend_clock", {"clock": "acknowledge", "reason": "More time."}, "could be extended"),
        (Role.HEAD, "lift_hold", {"hold": "0" * 8 + "-0000-4000-8000-" + "0" * 12, "reason": "Over."}, ""),
        (Role.HEAD, "reopen", {"ground": "new_evidence", "reason": "Because."}, "while the case is in assessment"),
        (Role.HEAD, "approve", {}, "No proposal waits."),
    ]
    with life.office.nothing_changes():
        for role, move, given, why in tries:
            answer = life.tries(role, move, **given)
            if not why:
                assert pointers(answer) == {"#/hold"}
                continue
            sentence, now = refused(answer)
            assert why in sentence, move
            assert now == list(life.open_moves(role)), move


def test_findings_and_reports_wait_for_what_must_come_before(life: Life) -> None:
    life.investigate()
    found = {"allegation": life.allegation, "finding": "sufficient_evidence", "reason": "As the captures show."}
    tries = [
        ("send_findings", {"reason": "The draft."}, "1 of the allegations still lack a finding"),
        ("record_finding", found, ""),
        ("send_findings", {"reason": "The draft."}, "notify_subject first"),
        ("issue_report", {"reason": "The report."}, "only after each of them could comment"),
        ("record_comment", {"person": life.subject, "answer": "No."}, "while the case is in investigation"),
    ]
    for move, given, why in tries:
        if why:
            assert why in refused(life.tries(Role.INVESTIGATOR, move, **given))[0]
        else:
            life.move(Role.INVESTIGATOR, move, **given)
    life.move(Role.INVESTIGATOR, "notify_subject", person=life.subject, reason="By letter.")
    life.move(Role.INVESTIGATOR, "send_findings", reason="The draft.")
    assert (
        "only after each of them could comment"
        in refused(life.tries(Role.INVESTIGATOR, "issue_report", reason="Now."))[0]
    )
    life.later(60)
    assert life.read(Role.HEAD)["comment"] == "lapsed"
    life.move(Role.INVESTIGATOR, "issue_report", reason="The report.")


def test_a_move_that_takes_four_eyes_is_proposed_and_made_by_a_second_person(life: Life) -> None:
    life.allege()
    done = life.move(Role.INTAKE, "open_investigation", reason="There is enough.")
    assert (done["outcome"], done["state"]) == ("proposed", "assessment")
    waiting = life.read(Role.HEAD)["proposal"]
    assert (waiting["move"], waiting["by"], waiting["role"]) == ("open_investigation", "S0012", "intake")
    assert waiting["approved_by"] == ["head", "outside"]
    assert {"approve", "reject"} <= set(life.open_moves(Role.HEAD))
    assert "withdraw" in life.open_moves(Role.INTAKE)
    done = life.move(Role.HEAD, "approve")
    assert (done["outcome"], done["state"]) == ("done", "investigation")
    assert life.read(Role.HEAD)["proposal"] is None


def test_nobody_approves_their_own_proposal(life: Life) -> None:
    life.allege()
    life.move(Role.HEAD, "open_investigation", reason="There is enough.")
    with life.office.nothing_changes():
        assert "takes a second person" in refused(life.tries(Role.HEAD, "approve"))[0]
        assert "takes a second person" in refused(life.tries(Role.HEAD, "reject", reason="No."))[0]
        assert life.tries(Role.INTAKE, "approve").status_code == 409
        assert life.tries(Role.INVESTIGATOR, "approve", "S0014").status_code == 404
    life.move(Role.HEAD, "approve", SECOND_HEAD)
    assert life.now.state == "investigation"


def test_a_waiting_proposal_blocks_what_would_overtake_it(life: Life) -> None:
    life.allege()
    life.move(Role.INTAKE, "open_investigation", reason="There is enough.")
    with life.office.nothing_changes():
        for role, move, given in (
            (Role.INTAKE, "close", EARLY),
            (Role.HEAD, "open_investigation", {"reason": "I, too."}),
            (Role.INTAKE, "ask_reporter", {"question": "When?"}),
        ):
            sentence, now = refused(life.tries(role, move, **given))
            assert sentence.startswith("A proposal to open_investigation waits")
            assert move not in now
    life.move(Role.INTAKE, "preserve_evidence", reason="Captured.")


def test_a_proposal_is_rejected_with_a_reason_withdrawn_by_its_maker_or_expires(life: Life) -> None:
    life.allege()

    def propose() -> None:
        life.move(Role.INTAKE, "open_investigation", reason="There is enough.")

    propose()
    assert pointers(life.tries(Role.HEAD, "reject")) == {"#/reason"}
    life.move(Role.HEAD, "reject", reason="Too thin.")
    propose()
    assert "Only whoever proposed it" in refused(life.tries(Role.HEAD, "withdraw"))[0]
    life.move(Role.INTAKE, "withdraw")
    propose()
    life.later(60)
    assert life.now.proposal is None
    assert refused(life.tries(Role.HEAD, "approve"))[0] == "No proposal waits."
    assert life.now.state == "assessment"
    told = [one["entry"]["action"] for one in life.read(Role.HEAD, "/timeline?limit=200")["items"]]
    assert [action for action in told if action in {"proposed", "reject", "withdraw", "proposal_lapsed"}] == [
        "proposed",
        "reject",
        "proposed",
        "withdraw",
        "proposed",
        "proposal_lapsed",
    ]


def test_the_reporter_is_told_when_it_is_done_and_not_when_it_is_proposed(life: Life) -> None:
    life.investigate()
    holder = life.office.holder(life.receipt)

    def letters() -> list[str]:
        return [one["text"] for one in holder.read(f"{PREFIX}/mailbox/messages")]

    life.move(Role.HEAD, "close", **EARLY)
    assert CLOSING["notice"] not in letters()
    life.move(Role.INTAKE, "approve")
    assert letters()[-1] == CLOSING["notice"]
    assert holder.read(f"{PREFIX}/mailbox")["status"]["slug"] == "closed"


def test_whoever_worked_a_case_does_not_rule_on_its_review(life: Life) -> None:
    life.close()
    life.move(Role.INTAKE, "reopen", ground="new_evidence", reason="A second post came up.")
    with life.office.nothing_changes():
        assert "does not rule on its review" in refused(life.tries(Role.HEAD, "approve"))[0]
        assert life.tries(Role.DECIDER, "approve", SECOND_DECIDER).status_code == 409
    life.move(Role.HEAD, "approve", SECOND_HEAD)
    assert life.now.state == "assessment"
    assert life.as_(Role.DECIDER).get(life.path).status_code == 404


def test_nothing_is_erased_while_it_must_be_kept(life: Life) -> None:
    life.move(Role.INTAKE, "close", **EARLY)
    assert "must still be kept" in refused(life.tries(Role.HEAD, "erase", reason="Its time is over."))[0]
    life.move(Role.HEAD, "place_hold", reason="A claim was announced.")
    assert "A legal hold stands" in refused(life.tries(Role.HEAD, "erase", reason="Its time is over."))[0]
    (hold,) = life.read(Role.HEAD)["holds"]
    life.move(Role.HEAD, "lift_hold", hold=hold["hold_id"], reason="It was settled.")
    assert life.read(Role.HEAD)["holds"] == []


def test_a_case_runs_from_the_door_to_a_reasoned_decision(life: Life) -> None:
    life.close()
    shown = life.read(Role.HEAD)
    assert (shown["state"], shown["closure_reason"], shown["due"]) == ("closed", "substantiated_measure_taken", None)
    assert shown["measures"] == [{"person": life.subject, "measure": MEASURE["measure"]}]
    box = life.office.holder(life.receipt).read(f"{PREFIX}/mailbox")
    assert box["status"]["slug"] == "closed"
    assert box["messages"][-1]["text"] == CLOSING["notice"]
    items = life.read(Role.HEAD, "/timeline?reasons=true&limit=200")["items"]
    versions = [one["entry"]["version"] for one in items if one["entry"]["kind"] == "change"]
    assert versions == list(range(1, shown["version"] + 1)), "version = number of change entries"
    assert "There is enough to go on." in [one.get("reason") for one in items]
    ruled = next(one for one in items if one["entry"]["action"] == "record_decision")
    assert ruled["words"] == {"facts_established": "They posted it."}
