"""What can be done to a case, as a move somebody makes; and what was done, as the sentence of an entry."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from api.pages.desk import labels
from api.pages.words import _, language, said
from cases.complaint import Purpose
from cases.lifecycle import Action, Need, State


def move_name(move: Action | str) -> str:
    """A move, as the button says it."""
    names = {
        Action.ACKNOWLEDGE: _("Acknowledge to the reporter"),
        Action.ASSESS: _("Begin the assessment"),
        Action.REDIRECT: _("Redirect to the right office, and close"),
        Action.ASK_REPORTER: _("Ask the reporter"),
        Action.RESUME: _("Go on without an answer"),
        Action.CONCLUDE_ASSESSMENT: _("Conclude the assessment"),
        Action.OPEN_INVESTIGATION: _("Open an investigation"),
        Action.REFER: _("Refer to somebody else"),
        Action.RECORD_RETURN: _("Record what came back"),
        Action.MERGE: _("Merge into another case"),
        Action.PRESERVE_EVIDENCE: _("Record that evidence was preserved"),
        Action.CONTAIN: _("Ask for the removal of a post"),
        Action.EXTEND_CLOCK: _("Extend a time limit"),
        Action.REPORT_IMPLICATIONS: _("Report what management should know"),
        Action.NOTIFY_SUBJECT: _("Record that a subject was told"),
        Action.RECORD_FINDING: _("Record a finding"),
        Action.SEND_FINDINGS: _("Send the findings for comment"),
        Action.RECORD_COMMENT: _("Record a comment"),
        Action.ISSUE_REPORT: _("Issue the report"),
        Action.HAND_TO_DECIDER: _("Hand over to the decider"),
        Action.ISSUE_ALLEGATIONS: _("Issue formal allegations"),
        Action.RECORD_RESPONSE: _("Record a response"),
        Action.ADMINISTRATIVE_LEAVE: _("Record administrative leave"),
        Action.RECORD_DECISION: _("Decide on an allegation"),
        Action.DECIDE: _("Decide what follows"),
        Action.NOTIFY_DECISION: _("Record that the decision was notified"),
        Action.RECORD_APPEAL: _("Record an appeal"),
        Action.PLACE_HOLD: _("Place a legal hold"),
        Action.LIFT_HOLD: _("Lift a legal hold"),
        Action.CLOSE: _("Close the case"),
        Action.REOPEN: _("Reopen the case"),
        Action.ERASE: _("Erase the case"),
        Action.APPROVE: _("Approve the proposal"),
        Action.REJECT: _("Reject the proposal"),
        Action.WITHDRAW: _("Withdraw the proposal"),
    }
    return names[Action(move)]


def need_name(need: Need | str) -> str:
    """What a move must be given, as the label of its field."""
    names = {
        Need.REASON: _("Reason"),
        Need.CLOSURE_REASON: _("Why it is closed"),
        Need.NOTICE: _("Letter to the reporter"),
        Need.QUESTION: _("Question to the reporter"),
        Need.OUTCOME: _("Outcome of the assessment"),
        Need.REFERRED_TO: _("To whom"),
        Need.ANSWER: _("What was answered"),
        Need.GROUND: _("Ground"),
        Need.INTO: _("Number of the other case"),
        Need.CLOCK: _("Time limit"),
        Need.PERSON: _("Person"),
        Need.ALLEGATION: _("Allegation"),
        Need.FINDING: _("Finding"),
        Need.COUNSEL_INFORMED: _("They were told that they may have the help of counsel"),
        Need.EVIDENCE_DISCLOSED: _("The evidence was disclosed to them"),
        Need.FACTS_ESTABLISHED: _("Facts established"),
        Need.STANDARD: _("Standard of proof"),
        Need.MISCONDUCT: _("Is it misconduct?"),
        Need.MEASURES: _("What follows for each subject"),
        Need.APPEAL_ROUTE: _("How it can be appealed"),
        Need.APPEAL_BY: _("Last day for an appeal"),
        Need.REVIEW_ON: _("To be reviewed on"),
        Need.HOLD: _("Hold"),
    }
    return names[Need(need)]


def deed(action: str) -> str:
    """What an entry says was done, in a sentence without its subject."""
    return _moves().get(action) or _others().get(action) or _looks().get(action, action)


def _moves() -> Mapping[str, str]:
    return {
        "acknowledge": _("The complaint was acknowledged to the reporter."),
        "assess": _("The assessment began."),
        "redirect": _("The reporter was pointed to the right office, and the case closed."),
        "ask_reporter": _("A question went to the reporter."),
        "resume": _("The assessment went on without an answer."),
        "conclude_assessment": _("The assessment was concluded."),
        "open_investigation": _("An investigation was opened."),
        "refer": _("The case was referred."),
        "record_return": _("What came back from the referral was recorded."),
        "merge": _("The case was merged into another."),
        "preserve_evidence": _("Evidence was preserved."),
        "contain": _("The removal of a post was asked for."),
        "extend_clock": _("A time limit was extended."),
        "report_implications": _("A report to management was recorded."),
        "notify_subject": _("A subject was told."),
        "record_finding": _("A finding was recorded."),
        "send_findings": _("The draft findings went out for comment."),
        "record_comment": _("A comment was recorded."),
        "issue_report": _("The report was issued."),
        "hand_to_decider": _("The case was handed to the decider."),
        "issue_allegations": _("Formal allegations were issued."),
        "record_response": _("A response was recorded."),
        "administrative_leave": _("Administrative leave was recorded."),
        "record_decision": _("An allegation was decided on."),
        "decide": _("It was decided what follows."),
        "notify_decision": _("The decision was notified."),
        "record_appeal": _("An appeal was recorded."),
        "place_hold": _("A legal hold was placed."),
        "lift_hold": _("A legal hold was lifted."),
        "close": _("The case was closed."),
        "reopen": _("The case was reopened."),
        "erase": _("The case was erased."),
        "proposed": _("A step that takes two people was proposed."),
        "approve": _("The proposal was approved."),
        "reject": _("The proposal was rejected."),
        "withdraw": _("The proposal was withdrawn."),
    }


def _others() -> Mapping[str, str]:
    return {
        "filed": _("The complaint was filed."),
        "evidence_added": _("A file was added."),
        "message_received": _("The reporter wrote."),
        "message_sent": _("A letter went to the reporter."),
        "withdrawn": _("The reporter asked to withdraw the complaint."),
        "review_requested": _("The reporter asked for a review of the closed case."),
        "consent_changed": _("The reporter changed their consent."),
        "registered": _("The complaint was registered, screened and routed."),
        "screened_again": _("The case was screened again."),
        "reporter_answered": _("The reporter answered, and the assessment went on."),
        "information_lapsed": _("The time for an answer passed, and the assessment went on."),
        "comment_lapsed": _("The time for a comment passed."),
        "reply_lapsed": _("The time for a response passed."),
        "proposal_lapsed": _("Nobody settled the proposal in time."),
        "assigned": _("Somebody was asked to work the case."),
        "unassigned": _("Somebody was taken off the case."),
        "handed_over": _("The case was handed over."),
        "recused": _("Somebody stepped out of the case."),
        "stepped_aside": _("The supervisor stepped aside."),
        "person_added": _("A person was added."),
        "person_changed": _("Something was said anew of a person."),
        "alleged": _("An allegation was made."),
        "noted": _("A note was written."),
        "task_made": _("A task was made."),
        "task_done": _("A task was done."),
        "task_dropped": _("A task was dropped."),
        "task_reopened": _("A task was opened again."),
        "identity_asked_for": _("Somebody asked who reported."),
        "identity_granted": _("The request to learn who reported was granted."),
        "identity_denied": _("The request to learn who reported was denied."),
        "identity_requests_ended": _("Requests to learn who reported ended."),
        "receipt_acknowledged": _("The supervisor said that they got it."),
        "action_noted": _("The supervisor noted what they did."),
    }


def _looks() -> Mapping[str, str]:
    return {
        "opened_for_sorting": _("The complaint was opened for sorting."),
        "opened_for_screening": _("The case was opened for screening."),
        "opened_case": _("The statement was opened."),
        "listed_evidence": _("The list of files was opened."),
        "opened_original": _("An original was opened."),
        "opened_persons": _("The register of persons was opened."),
        "opened_allegations": _("The allegations were opened."),
        "opened_messages": _("The letters were opened."),
        "opened_notes": _("The notes were opened."),
        "opened_tasks": _("The tasks were opened."),
        "opened_reasons": _("The reasons were opened."),
        "opened_actions": _("What the supervisor noted was opened."),
        "opened_language": _("The reporter's language was looked up."),
        "opened_proposal": _("The letter of a proposal was read."),
        "identity_read": _("Who reported was read."),
        "identity_read_to_decide": _("Who reported was read, to decide on a request."),
        "identity_request_read": _("The reasons of a request were read."),
    }


WAITS = "A proposal to "


def in_words(refusal: str) -> str:
    """Why the rules refuse something, in the reader's language. A sentence with slugs in it is said in general."""
    proposed = refusal.removeprefix(WAITS).partition(" ")[0]
    if refusal.startswith(WAITS) and proposed in set(Action):
        told = _("A proposal waits (%(move)s): it must be approved, rejected or withdrawn first.")
        return told % {"move": move_name(proposed)}
    told = said(refusal)
    if not refusal or (told == refusal and language() != "en"):
        return _("This is not open to you as the case stands.")
    return told


def details(facts: Mapping[str, Any]) -> Iterator[str]:
    """What else an entry says in the clear, each in a few words."""
    known = set(State)
    if facts.get("from") in known and facts.get("to") in known and facts["from"] != facts["to"]:
        yield f"{labels.state_name(facts['from'])} → {labels.state_name(facts['to'])}"
    yield from (name(facts[fact]) for fact, name in _NAMES if isinstance(facts.get(fact), str))


def _grounds() -> Mapping[str, str]:
    """What a reporter gives as the ground of a review, where the head has no such ground."""
    return {"review": _("the reasons are contested")}


def letter_name(purpose: str | None) -> str:
    """What a letter is for, where it is more than a letter."""
    names = {
        Purpose.QUESTION: _("asked for an answer"),
        Purpose.CLOSING: _("told how it ended"),
        Purpose.WITHDRAWAL: _("asks to withdraw the complaint; it is for you to decide"),
        Purpose.REVIEW: _("asks for a review"),
    }
    return names[Purpose(purpose)] if purpose else ""


def _term(of: str) -> Callable[[str], str]:
    return lambda slug: labels.term_name(of, slug)


_NAMES: tuple[tuple[str, Callable[[str], str]], ...] = (
    *((name, move_name) for name in ("proposes", "approves", "rejects", "withdraws")),
    ("outcome", _term("assessment_outcome")),
    ("referred_to", _term("referral")),
    ("ground", lambda slug: _grounds().get(slug) or labels.term_name("reopen_ground", slug)),
    ("finding", _term("finding")),
    ("standard", _term("standard_of_proof")),
    ("attribution", _term("attribution")),
    ("closure_reason", labels.closure_name),
    ("clock", labels.clock_name),
    ("category", labels.category_name),
)
