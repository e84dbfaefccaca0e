"""What can be done to a case, as a move somebody makes; and what was done, as the sentence of an entry."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from api.pages.desk import labels
from api.pages.words import _, language, later, named, said
from cases.casework.wishing import Ground
from cases.complaint import Purpose
from cases.lifecycle import Action, Need, State

move_name = named(
    {
        Action.ACKNOWLEDGE: later("Acknowledge to the reporter"),
        Action.ASSESS: later("Begin the assessment"),
        Action.REDIRECT: later("Redirect to the right office, and close"),
        Action.ASK_REPORTER: later("Ask the reporter"),
        Action.RESUME: later("Go on without an answer"),
        Action.CONCLUDE_ASSESSMENT: later("Conclude the assessment"),
        Action.OPEN_INVESTIGATION: later("Open an investigation"),
        Action.REFER: later("Refer to somebody else"),
        Action.RECORD_RETURN: later("Record what came back"),
        Action.MERGE: later("Merge into another case"),
        Action.PRESERVE_EVIDENCE: later("Record that evidence was preserved"),
        Action.CONTAIN: later("Ask for the removal of a post"),
        Action.EXTEND_CLOCK: later("Extend a time limit"),
        Action.REPORT_IMPLICATIONS: later("Report what management should know"),
        Action.NOTIFY_SUBJECT: later("Record that a subject was told"),
        Action.RECORD_FINDING: later("Record a finding"),
        Action.SEND_FINDINGS: later("Send the findings for comment"),
        Action.RECORD_COMMENT: later("Record a comment"),
        Action.ISSUE_REPORT: later("Issue the report"),
        Action.HAND_TO_DECIDER: later("Hand over to the decider"),
        Action.ISSUE_ALLEGATIONS: later("Issue formal allegations"),
        Action.RECORD_RESPONSE: later("Record a response"),
        Action.ADMINISTRATIVE_LEAVE: later("Record administrative leave"),
        Action.RECORD_DECISION: later("Decide on an allegation"),
        Action.DECIDE: later("Decide what follows"),
        Action.NOTIFY_DECISION: later("Record that the decision was notified"),
        Action.RECORD_APPEAL: later("Record an appeal"),
        Action.PLACE_HOLD: later("Place a legal hold"),
        Action.LIFT_HOLD: later("Lift a legal hold"),
        Action.CLOSE: later("Close the case"),
        Action.REOPEN: later("Reopen the case"),
        Action.ERASE: later("Erase the case"),
        Action.APPROVE: later("Approve the proposal"),
        Action.REJECT: later("Reject the proposal"),
        Action.WITHDRAW: later("Withdraw the proposal"),
    },
    Action,
)
"""A move, as the button says it."""

need_name = named(
    {
        Need.REASON: later("Reason"),
        Need.CLOSURE_REASON: later("Why it is closed"),
        Need.NOTICE: later("Letter to the reporter"),
        Need.QUESTION: later("Question to the reporter"),
        Need.OUTCOME: later("Outcome of the assessment"),
        Need.REFERRED_TO: later("To whom"),
        Need.ANSWER: later("What was answered"),
        Need.GROUND: later("Ground"),
        Need.INTO: later("Number of the other case"),
        Need.CLOCK: later("Time limit"),
        Need.PERSON: later("Person"),
        Need.ALLEGATION: later("Allegation"),
        Need.FINDING: later("Finding"),
        Need.COUNSEL_INFORMED: later("They were told that they may have the help of counsel"),
        Need.EVIDENCE_DISCLOSED: later("The evidence was disclosed to them"),
        Need.FACTS_ESTABLISHED: later("Facts established"),
        Need.STANDARD: later("Standard of proof"),
        Need.MISCONDUCT: later("Is it misconduct?"),
        Need.MEASURES: later("What follows for each subject"),
        Need.APPEAL_ROUTE: later("How it can be appealed"),
        Need.APPEAL_BY: later("Last day for an appeal"),
        Need.REVIEW_ON: later("To be reviewed on"),
        Need.HOLD: later("Hold"),
    },
    Need,
)
"""What a move must be given, as the label of its field."""

deed = named(
    {
        "acknowledge": later("The complaint was acknowledged to the reporter."),
        "assess": later("The assessment began."),
        "redirect": later("The reporter was pointed to the right office, and the case closed."),
        "ask_reporter": later("A question went to the reporter."),
        "resume": later("The assessment went on without an answer."),
        "conclude_assessment": later("The assessment was concluded."),
        "open_investigation": later("An investigation was opened."),
        "refer": later("The case was referred."),
        "record_return": later("What came back from the referral was recorded."),
        "merge": later("The case was merged into another."),
        "preserve_evidence": later("Evidence was preserved."),
        "contain": later("The removal of a post was asked for."),
        "extend_clock": later("A time limit was extended."),
        "report_implications": later("A report to management was recorded."),
        "notify_subject": later("A subject was told."),
        "record_finding": later("A finding was recorded."),
        "send_findings": later("The draft findings went out for comment."),
        "record_comment": later("A comment was recorded."),
        "issue_report": later("The report was issued."),
        "hand_to_decider": later("The case was handed to the decider."),
        "issue_allegations": later("Formal allegations were issued."),
        "record_response": later("A response was recorded."),
        "administrative_leave": later("Administrative leave was recorded."),
        "record_decision": later("An allegation was decided on."),
        "decide": later("It was decided what follows."),
        "notify_decision": later("The decision was notified."),
        "record_appeal": later("An appeal was recorded."),
        "place_hold": later("A legal hold was placed."),
        "lift_hold": later("A legal hold was lifted."),
        "close": later("The case was closed."),
        "reopen": later("The case was reopened."),
        "erase": later("The case was erased."),
        "proposed": later("A step that takes two people was proposed."),
        "approve": later("The proposal was approved."),
        "reject": later("The proposal was rejected."),
        "withdraw": later("The proposal was withdrawn."),
        "filed": later("The complaint was filed."),
        "evidence_added": later("A file was added."),
        "message_received": later("The reporter wrote."),
        "message_sent": later("A letter went to the reporter."),
        "consent_changed": later("The reporter changed their consent."),
        "withdrawn": later("The reporter asked to withdraw the complaint."),
        "review_requested": later("The reporter asked for a review of the closed case."),
        "registered": later("The complaint was registered, screened and routed."),
        "screened_again": later("The case was screened again."),
        "reporter_answered": later("The reporter answered, and the assessment went on."),
        "information_lapsed": later("The time for an answer passed, and the assessment went on."),
        "comment_lapsed": later("The time for a comment passed."),
        "reply_lapsed": later("The time for a response passed."),
        "proposal_lapsed": later("Nobody settled the proposal in time."),
        "assigned": later("Somebody was asked to work the case."),
        "unassigned": later("Somebody was taken off the case."),
        "handed_over": later("The case was handed over."),
        "recused": later("Somebody stepped out of the case."),
        "stepped_aside": later("The supervisor stepped aside."),
        "person_added": later("A person was added."),
        "person_changed": later("Something was said anew of a person."),
        "alleged": later("An allegation was made."),
        "noted": later("A note was written."),
        "task_made": later("A task was made."),
        "task_done": later("A task was done."),
        "task_dropped": later("A task was dropped."),
        "task_reopened": later("A task was opened again."),
        "identity_asked_for": later("Somebody asked who reported."),
        "identity_granted": later("The request to learn who reported was granted."),
        "identity_denied": later("The request to learn who reported was denied."),
        "identity_requests_ended": later("Requests to learn who reported ended."),
        "receipt_acknowledged": later("The supervisor said that they got it."),
        "action_noted": later("The supervisor noted what they did."),
        "opened_for_sorting": later("The complaint was opened for sorting."),
        "opened_for_screening": later("The case was opened for screening."),
        "opened_case": later("The statement was opened."),
        "listed_evidence": later("The list of files was opened."),
        "opened_original": later("An original was opened."),
        "opened_persons": later("The register of persons was opened."),
        "opened_allegations": later("The allegations were opened."),
        "opened_messages": later("The letters were opened."),
        "opened_notes": later("The notes were opened."),
        "opened_tasks": later("The tasks were opened."),
        "opened_reasons": later("The reasons were opened."),
        "opened_actions": later("What the supervisor noted was opened."),
        "opened_language": later("The reporter's language was looked up."),
        "opened_proposal": later("The letter of a proposal was read."),
        "identity_read": later("Who reported was read."),
        "identity_read_to_decide": later("Who reported was read, to decide on a request."),
        "identity_request_read": later("The reasons of a request were read."),
    }
)
"""What an entry says was done, in a sentence without its subject: moves, other changes, looks."""

letter_purpose = named(
    {
        Purpose.QUESTION: later("asked for an answer"),
        Purpose.CLOSING: later("told how it ended"),
        Purpose.WITHDRAWAL: later("asks to withdraw the complaint; it is for you to decide"),
        Purpose.REVIEW: later("asks for a review"),
    },
    Purpose,
)
"""What a letter is for, where it is more than a letter."""

WAITS = "A proposal to "


def why_not(refusal: str) -> str:
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


def _term(of: str) -> Callable[[str], str]:
    return lambda slug: labels.term_name(of, slug)


def _ground(slug: str) -> str:
    """Why a case is to be looked at again: a reporter may give a ground that the head does not have."""
    return _("the reasons are contested") if slug == Ground.REVIEW else labels.term_name("reopen_ground", slug)


_NAMES: tuple[tuple[str, Callable[[str], str]], ...] = (
    *((name, move_name) for name in ("proposes", "approves", "rejects", "withdraws")),
    ("outcome", _term("assessment_outcome")),
    ("referred_to", _term("referral")),
    ("ground", _ground),
    ("finding", _term("finding")),
    ("standard", _term("standard_of_proof")),
    ("attribution", _term("attribution")),
    ("closure_reason", labels.closure_name),
    ("clock", labels.clock_name),
    ("category", labels.category_name),
)
