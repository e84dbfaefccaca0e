"""Who reported, what was found, what was decided: each by other people, and the ledger has all of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tour_desk import ACTS, Working
from tour_reporter import REPORTER_NAME, Filed, takes_it_back
from tour_stage import SAMPLES

IN_NINETY_DAYS = (datetime.now(UTC) + timedelta(days=90)).date().isoformat()
NOTICE = "We looked into what you told us. The posts were made as you described. A measure was taken. Thank you."
ESTABLISHED = "substantiated_measure_taken"
CLOSING = {"move": "close", "reason": "Established and served.", "closure_reason": ESTABLISHED, "notice": NOTICE}
PROMOTED = "tour-directory.csv"


def asks_who_reported(case: Working, filed: Filed) -> None:
    """A compartment of its own: asked with a reason, granted by a custodian, ended by the reporter."""
    tour = case.tour
    tour.chapter("Who reported")
    path = f"{case.path}/identity-requests"
    with tour.step("The investigator asks for it", "a reason, and nothing is shown yet"):
        why = {"reason": "The reporter saw the first version of the post; they must be interviewed."}
        asked = tour.ask("POST", path, 201, role="investigator", told=why, show="requester standing").told
        request = f"{path}/{asked['request_id']}"
        tour.ask("GET", f"{request}/identity", 403, role="investigator")
    with tour.step("The custodian reads why", "requests alone: the case itself is never theirs to see"):
        tour.ask("GET", path, role="custodian", show="requester reason")
        tour.ask("GET", case.path, 403, role="custodian")
    with tour.step("The custodian grants it, with a reason", "for the asker alone, and for a limited time"):
        granted = {"grant": True, "reason": "Nobody else can tell what the first version said."}
        tour.ask("POST", f"{request}/decision", 201, role="custodian", told=granted, show="standing until")
        told = tour.ask("GET", f"{request}/identity", role="investigator", show="staff_number").told
        tour.insist(told["name"] == REPORTER_NAME, "the reporter's name", told)
        tour.ask("GET", f"{request}/identity", 403, role="head")
    takes_it_back(tour, filed)
    with tour.step(
        "The investigator looks again", "what was granted ended with the consent; so did the supervisor's part"
    ):
        case.screened()
        tour.ask("GET", f"{request}/identity", 403, role="investigator")
        tour.ask("GET", case.path, 404, role="supervisor")


def finds(case: Working) -> None:
    """The finder's part: a finding per allegation, put to the subject before anybody reports it."""
    tour = case.tour
    tour.chapter("Findings, put to the subject")
    with tour.step("Reporting without a finding", "nothing is reported while an allegation lacks one"):
        case.move("investigator", 409, move="issue_report", reason="Done.")
    with tour.step("A finding, and the report at once", "no finding against somebody who was not heard"):
        found = {"allegation": case.allegation, "finding": "sufficient_evidence"}
        case.move("investigator", move="record_finding", reason="The account is his; the post is preserved.", **found)
        case.move("investigator", 409, move="issue_report", reason="Done.")
    with tour.step("The subject is told, and given the draft", "now, and not before, the subject learns of it"):
        case.move("investigator", move="notify_subject", person=case.subject, reason="In writing, with their rights.")
        case.move("investigator", move="send_findings", reason="The draft, and the captures it rests on.")
        due = tour.ask("GET", case.path, role="investigator", show="state comment due.what").told["due"]
        tour.insist(due["what"] == "comment", "working days to comment", due)
    with tour.step("The subject comments; the report goes out", "to somebody who did not make the findings"):
        case.move(
            "investigator", move="record_comment", person=case.subject, answer="He says that he meant it privately."
        )
        case.move("investigator", move="issue_report", reason="The account is his; the post is preserved.")


def is_decided(case: Working) -> None:
    """Separation of finding and deciding; charge, response, decision, and four eyes to close."""
    tour = case.tour
    tour.chapter("The decision")
    with tour.step(
        "The investigator becomes a decider, and tries to decide", "who worked a case never decides it: unknown to them"
    ):
        directory = (SAMPLES / "directory.csv").read_text(encoding="utf-8")
        changed = tour.folder / PROMOTED
        changed.write_text(directory.replace("IGO,HQ,S0011,investigator", "IGO,HQ,S0011,investigator decider"))
        tour.rule12("directory", "import", str(changed))
        case.screened()
        tour.tokens["promoted"] = tour.rule12("token", "--as", "decider", "--person", "S0014", show=False)
        case.move("promoted", 404, **CLOSING)
    _rules(case)
    _closes(case)


def _rules(case: Working) -> None:
    tour = case.tour
    with tour.step("Deciding before the subject could answer", "misconduct is established only after a response"):
        case.move("head", move="hand_to_decider", reason="Sufficient evidence on the one allegation.")
        case.move("decider", 409, **_ruling(case))
    with tour.step("Formal allegations, and the response", "counsel informed, evidence disclosed, or not at all"):
        charge: dict[str, Any] = {"move": "issue_allegations", "reason": "With the report."}
        case.move("decider", 422, **charge)
        case.move("decider", counsel_informed=True, evidence_disclosed=True, **charge)
        case.move("decider", move="record_response", person=case.subject, answer="He regrets it.")
    with tour.step("Facts, standard, misconduct; then one measure", "each with its reasons, for each subject"):
        case.move("decider", **_ruling(case))
        case.move("decider", move="decide", reason="Proportionate.", measures=[_measure(case)])
        served = {"appeal_route": "Management evaluation, then the tribunal.", "appeal_by": IN_NINETY_DAYS}
        case.move("decider", move="notify_decision", reason="Served in writing.", **served)


def _closes(case: Working) -> None:
    tour = case.tour
    with tour.step(
        "Closing takes two deciders", "a reasoned notice or not at all; and the reporter hears it only then"
    ):
        case.move("decider", 422, move="close", closure_reason=ESTABLISHED)
        proposed = case.move("decider", **CLOSING)
        tour.insist(proposed["outcome"] == "proposed", "a proposal", proposed)
        case.move("decider", 409, move="approve")
        closed = case.move("second", move="approve")
        tour.insist(closed["state"] == "closed", "the case closed", closed)
    with tour.step("Every step of it, as intake sees it", "the version is the number of changes, and each is an entry"):
        entries = tour.ask("GET", f"{case.path}/timeline?limit=200", role="intake", show=ACTS).told["items"]
        changes = [one["entry"] for one in entries if one["entry"]["kind"] == "change"]
        tour.insist(
            [one["version"] for one in changes] == list(range(1, case.version + 1)), f"1 to {case.version}", changes
        )


def _ruling(case: Working) -> dict[str, Any]:
    ruling = {"move": "record_decision", "allegation": case.allegation, "standard": "preponderance"}
    return ruling | {"misconduct": True, "facts_established": "The post is his.", "reason": "It takes sides."}


def _measure(case: Working) -> dict[str, Any]:
    words = {"aggravating": "A widely followed page.", "mitigating": "Regret.", "proportionality": "As before."}
    return {"person": case.subject, "measure": "censure", "authority": "Staff Rule 10.2", **words}
