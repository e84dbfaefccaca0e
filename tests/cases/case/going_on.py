"""Who there is, and what leads a case on: chance alone would hardly ever come to the end."""

from dataclasses import replace

from cases.lifecycle import Action, State
from cases.people import Role
from cases.sight import Actor
from tests.cases.case.making import LAW, measured

CLOSURES = [row.slug for row in LAW.closures]
HOLDS = {
    "S0001": (Role.INTAKE, Role.HEAD),
    "S0002": (Role.INTAKE, Role.INVESTIGATOR, Role.OUTSIDE),
    "S0003": (Role.DECIDER, Role.SUPERVISOR),
    "S0004": (Role.DECIDER,),
    "S0005": (Role.HEAD, Role.DECIDER),
    "S0006": (Role.INVESTIGATOR, Role.DECIDER),
    "S0007": (Role.OUTSIDE, Role.DECIDER, Role.AUDITOR),
    "S0008": (Role.HEAD, Role.DECIDER, Role.INTAKE),
}
EVERYBODY = [Actor(person, role) for person, roles in HOLDS.items() for role in roles]
INVESTIGATOR = Actor("S0002", Role.INVESTIGATOR)


def next_steps(case, *, adverse, guilty, again):
    """What leads on from here, the nearest end first, with what is said besides."""
    if case.proposal:
        yield "approve", {}
    adversely = {"finding": "sufficient_evidence" if adverse else "no_evidence"}
    unfound = next((one.id for one in case.allegations if not one.finding), None)
    cleared = next((one.id for one in case.allegations if one.finding == "no_evidence"), None)
    open_here = next((one for one in case.allegations if one.here and one.misconduct is None), None)
    unruled = open_here and open_here.id
    guilty = guilty and (open_here is None or open_here.finding == "sufficient_evidence")
    untold = next(iter((case.subjects() - case.notified) | case.owed), None)
    ruling = {"misconduct": guilty, "standard": "clear_and_convincing", "allegation": unruled}
    yield from {
        State.REGISTERED: [("assess", {})],
        State.ASSESSMENT: [("open_investigation", {}), ("conclude_assessment", {})],
        State.AWAITING_INFORMATION: [],
        State.REFERRED: [("close", {}), ("record_return", {})],
        State.INVESTIGATION: [
            *([("notify_subject", {"person": untold})] if untold else []),
            *([("record_finding", {**adversely, "allegation": unfound})] if unfound else []),
            *([("send_findings", {})] if guilty else []),
            ("issue_report", {}),
            ("send_findings", {}),
        ],
        State.FINDINGS_FOR_COMMENT: [
            *([("record_finding", {**adversely, "allegation": cleared})] if adverse and cleared else []),
            *([("record_comment", {})] if case.comment == "awaited" else []),
            ("issue_report", {}),
            ("send_findings", {}),
        ],
        State.REPORTED: [*([] if guilty else [("close", {})]), ("hand_to_decider", {}), ("refer", {}), ("close", {})],
        State.WITH_DECIDER: [
            *([("issue_allegations", {})] if case.response == "not_asked" else []),
            *([("record_response", {})] if case.response == "awaited" else []),
            *([("record_decision", ruling)] if unruled else []),
            *([("notify_decision", {})] if not case.decision_told_at else []),
            ("decide", {}),
            ("close", {}),
        ],
        State.CLOSED: [("reopen", {})] if again else [("erase", {}), ("reopen", {})],
    }[case.state]


def aimed(case, given, action, pick, measure):
    """The same at any allegation, with any measure, finding, ruling and outcome."""
    given = replace(given, measures=tuple(measured(one.person, measure) for one in given.measures))
    if action is Action.CONCLUDE_ASSESSMENT and pick % 3 == 0:
        return replace(given, outcome="advice_only")
    if action is Action.CLOSE and pick % 2:
        return replace(given, closure_reason=CLOSURES[pick % len(CLOSURES)])
    if case.allegations and action in {Action.RECORD_FINDING, Action.RECORD_DECISION}:
        one = case.allegations[pick % len(case.allegations)].id
        finding = "sufficient_evidence" if pick % 3 else given.finding
        return replace(given, allegation=one, finding=finding, misconduct=bool(pick % 3))
    return given


def hasty(action, pick):
    """What somebody in a hurry would hand in."""
    if action is Action.CLOSE:
        return {"closure_reason": CLOSURES[pick % len(CLOSURES)]}
    return {"misconduct": True, "standard": "preponderance"} if action is Action.RECORD_DECISION else {}
