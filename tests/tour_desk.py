"""The desk's part: who sees the case, who does not, and how it comes to a decision."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from tour_reporter import FILE_NAME, HASH, NARRATIVE, REPORTER_NAME
from tour_stage import SAMPLES, Tour

NOTICE = "We looked into what you told us. The posts were made as you described. A measure was taken. Thank you."
ESTABLISHED = "substantiated_measure_taken"
REASON = "To%20compare%20it%20with%20the%20post"
PROMOTED = "tour-directory.csv"
ACTS = "entry.action entry.actor"


@dataclass
class Working:
    """A case on its way, and the version the next change is decided on."""

    tour: Tour
    number: str
    version: int = 1

    @property
    def path(self) -> str:
        return f"/api/v1/cases/{self.number}"

    def move(self, who: str, expect: int = 201, **told: str) -> Any:
        """A move on the current version."""
        return self._change(who, "moves", expect, told)

    def assign(self, who: str, person: str, role: str) -> Any:
        """Ask a person to work it."""
        return self._change(who, "assignments", 201, {"person": person, "role": role})

    def _change(self, who: str, what: str, expect: int, told: dict[str, str]) -> Any:
        shown = "state version" if what == "moves" else "person role version"
        match = {"If-Match": f'"{self.version}"'}
        done = self.tour.ask("POST", f"{self.path}/{what}", expect, role=who, headers=match, told=told, show=shown).told
        self.version = done.get("version", self.version)
        return done


def sorts(tour: Tour) -> Working:
    """The worker turns the complaint into a case."""
    tour.chapter("The worker sorts it; who may see it")
    with tour.step(
        "Intake lists the cases", "the worker opened, screened, numbered and routed it without anybody's hand"
    ):
        tour.until("a sorted case", lambda: tour.quietly("/api/v1/cases", "intake")["items"])
        (row,) = tour.ask(
            "GET", "/api/v1/cases?state=registered", role="intake", show="number categories routing.to"
        ).told["items"]
        tour.insist(row["routing"]["to"] == ["supervisor", "igo"], "both desks of the instruction", row["routing"])
    return Working(tour, row["number"])


def who_sees_it(case: Working) -> None:
    """The supervisor, the accused officer, a stranger, intake."""
    tour = case.tour
    with tour.step(
        "The reporter's own supervisor opens it", "the complaint as filed, and nothing of the work or the reporter"
    ):
        seen = tour.ask("GET", case.path, role="supervisor", show="number categories statement.summary").told
        tour.insist(seen["statement"]["narrative"] == NARRATIVE, "the statement", seen)
        hidden = {"state", "assignees", "routing", "due", "version"} & seen.keys()
        tour.insist(not hidden and REPORTER_NAME not in str(seen), "none of the work, no name", seen)
        tour.ask("GET", f"{case.path}/moves", 403, role="supervisor")
    with tour.step("The accused officer asks for it by number", "to them there is no such case"):
        accused = tour.ask("GET", case.path, 404, role="accused").body
        tour.insist(
            tour.ask("GET", "/api/v1/cases", role="accused", show="number").told["items"] == [],
            "an empty list",
            "cases",
        )
    with tour.step(
        "A stranger asks, and for a number that never was", "the same words: an answer never tells what exists"
    ):
        tour.insist(tour.ask("GET", case.path, 404, role="stranger").body == accused, "the same answer", "another one")
        never = tour.ask("GET", "/api/v1/cases/IGO-2026-00000", 404, role="stranger").body
        tour.insist(never == accused, "the same answer", never)
    with tour.step("Intake opens it", "the statement, why it went where it went, and no name of who reported"):
        seen = tour.ask("GET", case.path, role="intake", show="state routing.explanation.sentence").told
        tour.insist(seen["routing"]["explanation"]["subjects"][0]["people"] == ["S0106"], "the subject matched", seen)
        tour.insist(REPORTER_NAME not in str(seen) and "S0102" not in str(seen), "nothing of the reporter", seen)


def works_it(case: Working) -> None:
    """Acknowledge, assess, open an investigation, assign."""
    tour = case.tour
    tour.chapter("Working the case")
    with tour.step("Acknowledging without saying on what version", "a change must name what it was decided on"):
        tour.ask("POST", f"{case.path}/moves", 428, role="intake", told={"move": "acknowledge"})
    with tour.step("Acknowledging on a version that is not current", "nobody overwrites what they have not read"):
        stale = {"If-Match": '"7"'}
        tour.ask("POST", f"{case.path}/moves", 412, role="intake", headers=stale, told={"move": "acknowledge"})
    with tour.step("Acknowledging", "the reporter gets a letter; the case is at version 2, one entry for each"):
        case.move("intake", move="acknowledge")
        tour.insist(case.version == 2, "version 2", case.version)
    with tour.step(
        "Reporting before anything was investigated", "what the table of steps does not hold cannot be done"
    ):
        refused = case.move("intake", 409, move="close", reason="No.", closure_reason="unsubstantiated", notice="No.")
        tour.insist("assess" in refused["open_moves"], "the moves that are open", refused)
    with tour.step("Assessing", "the case is taken up"):
        case.move("intake", move="assess", reason="An identified account and an identified person.")
    with tour.step("Intake tries to open an investigation", "that is the head's to decide"):
        case.move("intake", 403, move="open_investigation", reason="I would like to.")
    with tour.step(
        "The head opens it, and intake assigns S0014", "from here an investigator sees this case, and no other"
    ):
        case.move("head", move="open_investigation", reason="If confirmed it engages Regulation 1.2(h).")
        case.assign("intake", "S0014", "investigator")
        own = tour.ask("GET", "/api/v1/cases", role="investigator", show="number state").told["items"]
        tour.insist([row["number"] for row in own] == [case.number], "exactly this case", own)


def looks_at_the_original(case: Working) -> None:
    """Evidence: list, original, custody; then the report."""
    tour = case.tour
    with tour.step("The investigator lists the evidence", "name, type and hash open for whoever works the case"):
        (item,) = tour.ask("GET", f"{case.path}/evidence", role="investigator", show="name size sha256").told
        tour.insist((item["name"], item["sha256"]) == (FILE_NAME, HASH), f"{FILE_NAME}, {HASH}", item)
    original = f"{case.path}/evidence/{item['evidence_id']}/content"
    with tour.step("Downloading without saying why", "no look without a reason"):
        tour.ask("GET", original, 422, role="investigator")
    with tour.step("Downloading the original", "byte for byte what the reporter sent: the SHA-256 is the same"):
        got = tour.ask("GET", original, role="investigator", headers={"Reason": REASON}).body
        tour.insist(sha256(got).hexdigest() == HASH, f"sha256 {HASH}", sha256(got).hexdigest())
    with tour.step("Its custody", "taken in, listed, looked at: by whom and when, in the ledger"):
        custody = tour.ask("GET", f"{case.path}/evidence/{item['evidence_id']}/custody", role="intake", show=ACTS).told
        acts = [(one["entry"]["action"], one["entry"]["actor"]) for one in custody]
        tour.insist(acts == [("evidence_added", "reporter"), ("opened_original", "S0014")], "both entries", acts)
    with tour.step("The investigator issues the report", "the finding goes to somebody who did not make it"):
        case.move("investigator", move="issue_report", reason="The account is his; the post is preserved.")


def is_decided(case: Working) -> None:
    """Separation of finding and deciding; the decision."""
    tour = case.tour
    with tour.step(
        "The investigator becomes a decider, and tries to decide", "who worked a case never decides it: unknown to them"
    ):
        directory = (SAMPLES / "directory.csv").read_text(encoding="utf-8")
        changed = tour.folder / PROMOTED
        changed.write_text(directory.replace("IGO,HQ,S0011,investigator", "IGO,HQ,S0011,investigator decider"))
        tour.rule12("directory", "import", str(changed))
        tour.tokens["promoted"] = tour.rule12("token", "--as", "decider", "--person", "S0014", show=False)
        case.move("promoted", 404, move="close", reason="Mine.", closure_reason=ESTABLISHED, notice=NOTICE)
    with tour.step(
        "A decider who never touched it closes it", "a reason from the catalogue and a reasoned notice, or not at all"
    ):
        case.move("decider", 422, move="close", closure_reason=ESTABLISHED)
        case.move("decider", move="close", reason="Established.", closure_reason=ESTABLISHED, notice=NOTICE)
    with tour.step("Every step of it, as intake sees it", "the version is the number of changes, and each is an entry"):
        entries = tour.ask("GET", f"{case.path}/timeline?limit=200", role="intake", show=ACTS).told["items"]
        changes = [one["entry"] for one in entries if one["entry"]["kind"] == "change"]
        tour.insist(
            [one["version"] for one in changes] == list(range(1, case.version + 1)), f"1 to {case.version}", changes
        )


def against_the_office(tour: Tour, number: str, told: dict[str, object]) -> None:
    """A complaint against the office that would investigate."""
    tour.chapter("A second complaint, against an investigator of the office itself")
    with tour.step("Somebody files it, without a name", "anonymous complaints are taken like any other"):
        tour.ask("POST", "/api/v1/complaints", 201, told=told, show="complaint_id acknowledge_by")
    with tour.step("The outside office finds it", "it went past the office it concerns"):
        tour.until("a case for the outside office", lambda: tour.quietly("/api/v1/cases", "outside")["items"])
        (row,) = tour.ask("GET", "/api/v1/cases", role="outside", show="number routing.to").told["items"]
        tour.insist("igo" not in row["routing"]["to"], "not the office it is about", row)
    with tour.step("Intake and the head look for it", "nobody in the office learns that it exists"):
        for role in ("intake", "head"):
            listed = tour.ask("GET", "/api/v1/cases", role=role, show="number").told["items"]
            tour.insist([one["number"] for one in listed] == [number], "the first case alone", listed)
            tour.ask("GET", f"/api/v1/cases/{row['number']}", 404, role=role)
    with tour.step("The gatekeeper looks", "that it exists and where it went; not what it says"):
        seen = tour.ask(
            "GET", f"/api/v1/cases/{row['number']}", role="gatekeeper", show="number received_at routing.to"
        ).told
        tour.insist("statement" not in seen and "state" not in seen, "neither statement nor work", seen)
