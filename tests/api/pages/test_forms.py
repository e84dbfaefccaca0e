"""Forms of the case file: what they do is what the API does, once; what is refused comes back with what was typed."""

from html import unescape
from uuid import uuid4

import pytest

from cases.lifecycle import State
from cases.people import Role
from tests.api.conftest import PEOPLE, Office, told
from tests.api.lives import OWN_ACCOUNT, SECOND_DECIDER, SECOND_HEAD, Life
from tests.api.pages.seat import Seat, Sheet, plain


@pytest.fixture
def life(office: Office) -> Life:
    return Life(office)


@pytest.fixture
def intake(office: Office) -> Seat:
    return Seat(office, Role.INTAKE)


def at(life: Life, below: str = "") -> str:
    return f"/desk/cases/{life.number}{below}"


def test_a_move_asks_for_what_its_step_needs_and_is_made(life: Life, intake: Seat) -> None:
    life.assess()
    path = at(life, "/moves/conclude_assessment")
    offered = intake.choices(path, "outcome")
    assert offered["Possible misconduct"] == "possible_misconduct"
    assert intake.does(path, outcome="advice_only", reason="Good advice is all it needs.") == at(life)
    assert life.now.outcome == "advice_only"
    page = plain(intake.open(at(life)))
    assert "The assessment was concluded. Advice only" in page


def test_what_is_missing_is_said_at_the_field_and_in_a_summary_that_leads_there(life: Life, intake: Seat) -> None:
    life.assess()
    answer = intake.tries(at(life, "/moves/conclude_assessment"), outcome="advice_only", reason="  ")
    assert answer.status_code == 422
    assert '<a href="#f-reason">Reason</a>: Fill this in.' in answer.text
    assert 'aria-describedby="f-reason-wrong" aria-invalid="true"' in answer.text
    assert 'id="f-reason-wrong"' in answer.text
    assert Sheet(answer.text).form(at(life, "/moves/conclude_assessment"))["outcome"] == "advice_only"
    assert life.now.outcome is None


def test_what_is_on_no_list_is_refused_as_the_api_refuses_it(life: Life, intake: Seat) -> None:
    life.assess()
    answer = intake.tries(at(life, "/moves/conclude_assessment"), outcome="hang_them", reason="Because.")
    assert answer.status_code == 422
    assert "This list does not hold that: choose again." in answer.text


def test_a_form_sent_twice_does_it_once(life: Life, intake: Seat) -> None:
    fields = intake.fill(at(life, "/notes/add"), text="Seen.")
    answers = [intake.send(at(life, "/notes/add"), fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert len(life.read(Role.INTAKE, "/notes")["items"]) == 1


def test_the_same_key_with_other_words_is_refused_and_what_was_typed_is_kept(life: Life, intake: Seat) -> None:
    fields = intake.fill(at(life, "/notes/add"), text="Seen.")
    intake.send(at(life, "/notes/add"), fields)
    answer = intake.send(at(life, "/notes/add"), fields | {"text": "Seen, and heard."})
    assert answer.status_code == 422
    again = Sheet(answer.text).form(at(life, "/notes/add"))
    assert again["text"] == "Seen, and heard."
    assert again["key"] != fields["key"]


def test_what_somebody_changed_meanwhile_is_said_and_nothing_typed_is_lost(life: Life, intake: Seat) -> None:
    path = at(life, "/notes/add")
    fields = intake.fill(path, text="A long note.")
    life.move(Role.INTAKE, "acknowledge")
    answer = intake.send(path, fields)
    assert answer.status_code == 412
    assert "Somebody changed this case meanwhile" in answer.text
    again = Sheet(answer.text).form(path)
    assert again["text"] == "A long note."
    assert intake.send(path, again).status_code == 303


@pytest.mark.parametrize("version", ["", "0", "-1", "1e3", "٣", "9" * 40])
def test_a_version_that_is_none_changes_nothing(life: Life, intake: Seat, version: str) -> None:
    answer = intake.tries(at(life, "/notes/add"), text="Seen.", version=version)
    assert answer.status_code == 412
    assert life.version == 1


def test_a_move_that_is_not_open_is_refused_with_those_that_are(life: Life, intake: Seat) -> None:
    path = at(life, "/moves/resume")
    assert "This is not open to you as the case stands." in intake.open(path)
    answer = intake.tries(path)
    assert answer.status_code == 409
    assert at(life, "/moves/assess") in answer.text


def test_the_sentence_of_the_guard_is_shown(life: Life, intake: Seat) -> None:
    path, sentence = at(life.assess(), "/moves/open_investigation"), "An investigation needs an assessment that ended"
    assert sentence in plain(intake.open(at(life)))
    assert sentence in plain(intake.open(path))
    answer = intake.tries(path, reason="Now.")
    assert answer.status_code == 409
    assert sentence in plain(answer.text)
    assert at(life, "/moves/conclude_assessment") in answer.text
    french = intake.get(at(life), Accept_Language="fr")
    assert "Une enquête suppose une évaluation conclue" in plain(french.text)


def test_a_move_nobody_knows_is_no_page(life: Life, intake: Seat) -> None:
    assert intake.get(at(life, "/moves/burn")).status_code == 404


def test_a_proposal_is_shown_and_settled_by_a_second_person(life: Life, office: Office, intake: Seat) -> None:
    life.allege()
    path = at(life, "/moves/open_investigation")
    assert "This takes two people" in plain(intake.open(path))
    intake.does(path, reason="There is enough.")
    assert life.now.state is State.ASSESSMENT
    head = Seat(office, Role.HEAD)
    page = plain(head.open(at(life)))
    assert "Waits for a second person: Open an investigation" in page
    assert "Proposed by Colleague 0012" in page
    refused = head.tries(at(life, "/moves/reject"), reason="")
    assert refused.status_code == 422
    head.does(at(life, "/moves/approve"))
    assert life.now.state is State.INVESTIGATION


def test_a_proposal_can_be_withdrawn_by_whoever_made_it(life: Life, intake: Seat) -> None:
    life.allege()
    intake.does(at(life, "/moves/open_investigation"), reason="There is enough.")
    intake.does(at(life, "/moves/withdraw"))
    assert life.now.proposal is None


def test_the_decider_decides_with_a_measure_for_each_guilty_subject(life: Life, office: Office) -> None:
    life.report()
    life.move(Role.HEAD, "hand_to_decider", reason="The findings are there.")
    decider = Seat(office, Role.DECIDER)
    decider.does(
        at(life, "/moves/issue_allegations"), reason="Formal.", counsel_informed="yes", evidence_disclosed="yes"
    )
    person = decider.choices(at(life, "/moves/record_response"), "person")
    assert list(person) == ["Choose…", "Colleague 0107 (Subject)"]
    decider.does(at(life, "/moves/record_response"), person=life.subject, answer="I regret it.")
    alleged = decider.choices(at(life, "/moves/record_decision"), "allegation")
    assert "Colleague 0107: Political or partisan statement (Sufficient evidence)" in alleged
    ruling = {"facts_established": "They posted it.", "standard": "preponderance", "misconduct": "yes"}
    decider.does(at(life, "/moves/record_decision"), allegation=life.allegation, reason="See it.", **ruling)
    path = at(life, "/moves/decide")
    assert "1. Colleague 0107" in plain(decider.open(path))
    given = {"measures__0__measure": "censure", "measures__0__authority": "Staff Rule 10.2", "reason": "See above."}
    short = decider.tries(path, **given)
    assert short.status_code == 422
    assert "A decision says this for each subject" in plain(short.text)
    assert '<a href="#f-measures-0-mitigating">' in short.text
    given |= {f"measures__0__{name}": "None." for name in ("aggravating", "mitigating", "proportionality")}
    decider.does(path, **given)
    assert life.now.measures[0][1] == "censure"
    day = "2031-01-01"
    decider.does(at(life, "/moves/notify_decision"), appeal_by=day, appeal_route="The tribunal.", reason="By letter.")
    closing = {"closure_reason": "substantiated_measure_taken", "reason": "Done.", "notice": "Thank you."}
    decider.does(at(life, "/moves/close"), **closing)
    Seat(office, Role.DECIDER, SECOND_DECIDER).does(at(life, "/moves/approve"))
    assert life.now.state is State.CLOSED


def test_a_decision_without_anybody_guilty_takes_no_measure(life: Life, office: Office) -> None:
    life.report()
    life.move(Role.HEAD, "hand_to_decider", reason="The findings are there.")
    decider = Seat(office, Role.DECIDER)
    ruling = {"facts_established": "Nothing.", "standard": "preponderance", "misconduct": "no"}
    decider.does(at(life, "/moves/record_decision"), allegation=life.allegation, reason="Not shown.", **ruling)
    decider.does(at(life, "/moves/decide"), reason="Nothing follows.")
    assert life.now.measures == ()


def test_a_hold_is_placed_and_lifted(life: Life, office: Office) -> None:
    head = Seat(office, Role.HEAD)
    head.does(at(life, "/moves/place_hold"), reason="A tribunal asked.")
    hold = str(life.now.holds[0].id)
    head.does(at(life, "/moves/lift_hold"), hold=hold, reason="It is over.")
    assert life.now.holds == ()


def test_people_are_asked_with_their_workload_and_taken_off(life: Life, office: Office, intake: Seat) -> None:
    offered = intake.choices(at(life, "/assign"), "person")
    assert any(name.startswith("Colleague 0014, Investigator (0 open cases") for name in offered)
    assert not any("Colleague 0101" in name for name in offered), "the supervisor who received it"
    intake.does(at(life, "/assign"), person=f"{PEOPLE[Role.INVESTIGATOR]} investigator")
    assert life.now.assignees[0].person == PEOPLE[Role.INVESTIGATOR]
    assert intake.tries(at(life, "/assign"), person="S0107 investigator").status_code == 422
    taken = {"person": f"{PEOPLE[Role.INVESTIGATOR]} investigator", "reason": "On leave."}
    intake.does(at(life, "/unassign"), **taken)
    assert life.now.assignees == ()


def test_whoever_steps_out_never_sees_the_case_again(life: Life, intake: Seat) -> None:
    assert intake.does(at(life, "/recuse"), reason="A neighbour of mine.") == "/desk/cases"
    lost = intake.get(at(life))
    never = intake.get("/desk/cases/IGO-2026-00000")
    assert (lost.status_code, lost.data) == (404, never.data)


def test_persons_are_added_settled_and_attributed(life: Life, office: Office, intake: Seat) -> None:
    nameless = intake.tries(at(life, "/persons/add"), role="witness", reason="Came up.")
    assert nameless.status_code == 422
    intake.does(at(life, "/persons/add"), role="witness", staff_number="S0132", reason="Was there.")
    assert len(life.persons()) == 2
    change = at(life, f"/persons/{life.subject}/change")
    assert "Colleague 0107 (S0107)" in intake.choices(change, "settled")
    intake.does(change, settled="S0107", reason="Checked.")
    assert life.persons()[0]["settled"] == ["S0107"]
    assert intake.tries(change, number="S9999", reason="Checked.").status_code == 422
    path = at(life, f"/persons/{life.subject}/attribution")
    typed = {f"attribution__{name}": value for name, value in OWN_ACCOUNT.items()}
    claimed = intake.tries(path, **typed, attribution__hacking_claimed="yes", reason="They say so.")
    assert claimed.status_code == 422
    assert '<a href="#f-attribution-checked">' in claimed.text
    intake.does(path, **typed, reason="Checked.")
    assert life.persons()[0]["attribution"]["account"] == "@c0107"


def test_somebody_who_is_nobody_of_the_directory_is_an_answer(life: Life, intake: Seat) -> None:
    intake.does(at(life, f"/persons/{life.subject}/change"), settled="nobody", reason="An impostor.")
    assert life.persons()[0]["settled"] == []


def test_an_allegation_is_made_and_shown_with_the_law_of_its_day(life: Life, intake: Seat) -> None:
    said = {"category": "political_partisan", "account": "Asked for votes.", "conduct_on": "2026-01-05"}
    intake.does(at(life, "/allegations/add"), person=life.subject, **said)
    page = plain(intake.open(at(life)))
    assert "Colleague 0107 : Political or partisan statement" in page
    assert "Law on 5 Jan 2026" in page
    assert "Staff Regulation 1.2(f)" in page
    french = plain(intake.get(at(life), Accept_Language="fr").text)
    assert "Statut du personnel, article 1.2(f)" in french
    assert "Tous les paragraphes" in french
    assert "Staff Regulation" not in french
    again = intake.tries(at(life, "/allegations/add"), person=life.subject, **said)
    assert again.status_code == 422
    assert "This is alleged against this person already." in again.text


def test_tasks_are_added_listed_and_settled(life: Life, intake: Seat) -> None:
    intake.does(at(life, "/tasks/add"), what="Ask the platform.", due_on="2030-01-01", person=" intake")
    task = life.read(Role.INTAKE, "/tasks")[0]
    assert (task["role"], task["person"]) == ("intake", None)
    assert "Ask the platform." not in intake.open("/desk/tasks")
    assert "Ask the platform." in intake.open("/desk/tasks?words=1")
    path = at(life, f"/tasks/{task['task_id']}/settle")
    assert intake.tries(path, state="dropped").status_code == 422
    intake.does(path, state="done")
    assert "No task is open." in intake.open(at(life))
    assert intake.get(at(life, f"/tasks/{uuid4()}/settle")).status_code == 404


def test_a_letter_begins_in_the_reporters_language_and_is_sent_as_edited(office: Office, intake: Seat) -> None:
    life = Life(office, told() | {"language": "fr"})
    letters = intake.open(at(life, "/letters"))
    assert 'lang="fr"' in letters
    begun = intake.fill(at(life, "/letters/write?letter=question"))
    assert life.number in begun["text"]
    assert "[…]" in begun["text"]
    intake.send(
        at(life, "/letters/write"), begun | {"text": begun["text"].replace("[…]", "Quand ?"), "feedback": "yes"}
    )
    assert "Quand ?" in life.read(Role.INTAKE, "/messages")[-1]["text"]
    assert "Quand ?" in intake.open(at(life))


def test_whoever_makes_a_move_reads_first_what_it_sends_the_reporter(office: Office, intake: Seat) -> None:
    life = Life(office, told() | {"language": "fr"})
    page = intake.open(at(life, "/moves/acknowledge"))
    assert "What the reporter will read" in page
    shown = page.partition('<div class="words" lang="fr" dir="auto">')[2].partition("</div>")[0]
    assert shown.startswith("Nous avons reçu votre plainte le ")
    offered = plain(intake.open(at(life, "/moves/redirect")))
    assert "Redirection: Police" in offered
    intake.does(at(life, "/moves/acknowledge"))
    assert life.read(Role.INTAKE, "/messages")[-1]["text"] == unescape(shown)
    unfinished = intake.tries(at(life, "/moves/redirect"), referred_to="police", notice="Voyez […]")
    assert (unfinished.status_code, "Put your own words where it says […]." in unfinished.text) == (422, True)
    intake.does(at(life, "/moves/redirect"), referred_to="police")
    assert "de la police du pays" in life.read(Role.INTAKE, "/messages")[-1]["text"]
    assert "What the reporter will read" not in intake.open(at(life, "/moves/place_hold"))


def test_whoever_approves_a_closing_reads_first_what_it_sends_the_reporter(office: Office, life: Life) -> None:
    head, second = Seat(office, Role.HEAD), Seat(office, Role.HEAD, SECOND_HEAD)
    life.investigate()
    why = {"closure_reason": "insufficient_information", "reason": "Too thin.", "notice": "Nothing to go on, sorry."}
    head.does(at(life, "/moves/close"), **why)
    assert "Nothing to go on, sorry." in plain(second.open(at(life, "/moves/approve")))
    assert "The letter of a proposal was read." in plain(second.open(at(life)))
    assert "Nothing to go on, sorry." not in head.open(at(life, "/moves/approve"))


def test_notes_are_corrected_by_another_note(life: Life, intake: Seat) -> None:
    intake.does(at(life, "/notes/add"), text="On Monday.")
    note = life.read(Role.INTAKE, "/notes")["items"][0]["note_id"]
    intake.does(at(life, f"/notes/add?corrects={note}"), text="On Tuesday.")
    assert "corrects an earlier note" in intake.open(at(life))


def test_who_reported_is_asked_for_and_read_once_it_was_granted(life: Life, office: Office, intake: Seat) -> None:
    assert intake.tries(at(life, "/identity/ask"), reason="short").status_code == 422
    intake.does(at(life, "/identity/ask"), reason="Only the reporter saw the first post.")
    assert "waits for a custodian" in intake.open(at(life))
    request = office.desk.lookup.requests(life.number)[0]
    body = {"grant": True, "reason": "It is necessary here."}
    life.post(Role.CUSTODIAN, f"identity-requests/{request.id}/decision", body)
    page = intake.open(at(life, f"/identity/{request.id}"))
    assert "Ana Lima" in page
    assert "Ana Lima" not in intake.open(at(life))
    other = Seat(office, Role.HEAD, SECOND_HEAD)
    assert other.get(at(life, f"/identity/{request.id}")).status_code == 403


def test_under_open_consent_assigned_people_read_it_without_asking(office: Office, intake: Seat) -> None:
    life = Life(office, told("open"))
    assert intake.get(at(life, "/identity")).status_code == 403
    life.assign(PEOPLE[Role.INTAKE], Role.INTAKE)
    assert "Ana Lima" in intake.open(at(life, "/identity"))
