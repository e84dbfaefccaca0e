"""Who works a case over HTTP: asked to, taken off, stepping out for good; and letters to the reporter."""

from uuid import uuid4

import pytest

from cases.people import Role
from tests.api.conftest import NO_CASE, PREFIX, Office, told
from tests.api.lives import OTHER_INVESTIGATOR, OUTSIDER, SECOND_HEAD, Life

FRIEND = {"reason": "The subject is a friend of mine."}


@pytest.fixture
def life(office: Office) -> Life:
    return Life(office, told(witnesses=[{"staff_number": OTHER_INVESTIGATOR}]))


def asked(person: str, role: str = "investigator") -> dict[str, str]:
    return {"person": person, "role": role}


def test_whoever_is_in_conflict_is_not_assigned_and_nobody_twice(life: Life) -> None:
    with life.office.nothing_changes():
        answer = life.ask(Role.HEAD, "assignments", asked(OTHER_INVESTIGATOR.lower()))
        assert answer.status_code == 409
        assert answer.json is not None
        assert answer.json["type"].endswith(":conflict-of-interest")
        assert answer.json["detail"] == "This person cannot be assigned to this case.", "and not why"
    life.post(Role.HEAD, "assignments", asked("s0014"))
    with life.office.nothing_changes():
        assert life.ask(Role.HEAD, "assignments", asked("S0014")).status_code == 409
    assert life.read(Role.HEAD)["assignees"] == [asked("S0014")]


def test_the_receiving_supervisor_is_not_assigned_whatever_else_they_are(life: Life) -> None:
    answer = life.ask(Role.HEAD, "assignments", asked("S0101", "supervisor"))
    assert answer.status_code == 422
    assert "intake, investigator" in answer.text


def test_each_office_assigns_its_own_people(office: Office) -> None:
    against = Life(office, told(subjects=[{"staff_number": "S0013"}]))
    ours = against.ask(Role.OUTSIDE, "assignments", asked("S0014"))
    assert (ours.status_code, "People are assigned to this case as: outside." in ours.text) == (422, True)
    against.post(Role.OUTSIDE, "assignments", asked(OUTSIDER, "outside"))
    assert against.read(Role.OUTSIDE)["assignees"] == [asked(OUTSIDER, "outside")]


def test_whoever_is_taken_off_no_longer_sees_it_and_the_reason_is_kept(life: Life) -> None:
    life.assign("S0014")
    assert life.as_(Role.INVESTIGATOR).get(life.path).status_code == 200
    ended = life.post(Role.HEAD, "assignments/end", asked("s0014") | {"reason": "On leave until May."})
    assert ended["version"] == life.version
    assert life.as_(Role.INVESTIGATOR).get(life.path).status_code == 404
    told_of = life.read(Role.HEAD, "/timeline?reasons=true&limit=200")["items"]
    (taken,) = [one for one in told_of if one["entry"]["action"] == "unassigned"]
    assert taken["reason"] == "On leave until May."
    life.assign("S0014")


def test_who_recuses_themselves_sees_nothing_of_it_ever_again(life: Life) -> None:
    """Nor do they get it back by an assignment, or learn more of it from the answer than its number."""
    life.assign("S0014")
    gone = life.post(Role.INVESTIGATOR, "recusals", FRIEND)
    assert gone == {"number": life.number}
    for below in ("", "/moves", "/timeline", "/persons", "/evidence"):
        hidden = life.as_(Role.INVESTIGATOR).get(f"{life.path}{below}")
        never = life.as_(Role.INVESTIGATOR).get(f"{PREFIX}/cases/{NO_CASE}{below}")
        assert (hidden.status_code, hidden.data) == (404, never.data)
    again = life.ask(Role.HEAD, "assignments", asked("S0014"))
    assert (again.status_code, "cannot be assigned" in again.text) == (409, True)
    life.change(life.subject, settled=["S0107"])
    life.office.sort()
    assert life.as_(Role.INVESTIGATOR).get(life.path).status_code == 404, "a new screening does not bring them back"


def test_a_recusal_asked_for_twice_under_its_key_is_answered_twice(life: Life) -> None:
    """The network failed after it was done: the same answer, though the case is unknown to them by now."""
    key, version, head, colleague = str(uuid4()), life.version, life.as_(Role.HEAD), life.as_(Role.HEAD, SECOND_HEAD)
    first = head.post(f"{life.path}/recusals", FRIEND, version=version, Idempotency_Key=key)
    assert first.status_code == 201
    with life.office.nothing_changes():
        again = head.post(f"{life.path}/recusals", FRIEND, version=version, Idempotency_Key=key)
        assert (again.status_code, again.data) == (201, first.data)
        other = head.post(f"{life.path}/recusals", FRIEND, version=version, Idempotency_Key=str(uuid4()))
        odd = head.post(f"{life.path}/recusals", FRIEND | {"odd": 1}, version=version, Idempotency_Key=key)
        short = head.post(f"{life.path}/recusals", FRIEND, version=version, Idempotency_Key="short")
        look = head.get(life.path, Idempotency_Key=key)
        assert {one.status_code for one in (other, odd, short, look)} == {404}
        thief = colleague.post(f"{life.path}/recusals", FRIEND, version=version, Idempotency_Key=key)
        assert thief.status_code == 422


def test_a_letter_reaches_the_mailbox_and_feedback_meets_its_clock(life: Life) -> None:
    life.move(Role.INTAKE, "acknowledge")

    def feedback_is_due() -> bool:
        clocks = life.read(Role.HEAD)["clocks"]
        return any(one["what"] == "feedback" and one["ended_at"] is None for one in clocks)

    life.post(Role.INTAKE, "messages", {"text": "When did you see it?"})
    assert feedback_is_due()
    life.post(Role.HEAD, "messages", {"text": "We are looking into it.", "feedback": True})
    assert not feedback_is_due()
    box = life.office.holder(life.receipt).read(f"{PREFIX}/mailbox/messages")
    assert [one["text"] for one in box][1:] == ["When did you see it?", "We are looking into it."]
    assert [one["text"] for one in life.read(Role.HEAD, "/messages")] == [one["text"] for one in box]


def test_a_question_waits_for_the_reporters_answer(life: Life) -> None:
    life.assess()
    life.move(Role.INTAKE, "ask_reporter", question="Which group was it?")
    holder = life.office.holder(life.receipt)
    assert holder.read(f"{PREFIX}/mailbox")["status"]["slug"] == "awaiting_information"
    assert any(one["paused"] for one in life.read(Role.HEAD)["clocks"] if one["what"] == "assessment")
    holder.must(201, holder.post(f"{PREFIX}/mailbox/messages", {"text": "The one of the office."}))
    life.office.sort()
    assert life.read(Role.HEAD)["state"] == "assessment"
