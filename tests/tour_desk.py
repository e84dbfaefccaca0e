"""The desk's part: who is meant, who sees the case, who does not, and how it comes to be investigated."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from tour_reporter import FILE_NAME, HASH, NARRATIVE, REPORTER_NAME
from tour_stage import Tour

REASON = "To%20compare%20it%20with%20the%20post"
ACTS = "entry.action entry.actor"
MOVED = "outcome state version"


@dataclass
class Working:
    """A case on its way, and the version the next change is decided on."""

    tour: Tour
    number: str
    version: int = 1
    subject: str = ""
    allegation: str = ""

    @property
    def path(self) -> str:
        return f"/api/v1/cases/{self.number}"

    def move(self, who: str, expect: int = 201, **told: Any) -> Any:
        """A move on the current version."""
        return self.change(who, "moves", told, expect, show=MOVED)

    def change(self, who: str, what: str, told: dict[str, Any], expect: int = 201, show: str = "version") -> Any:
        """Any change of the case, decided on the current version."""
        match = {"If-Match": f'"{self.version}"'}
        done = self.tour.ask("POST", f"{self.path}/{what}", expect, role=who, headers=match, told=told, show=show).told
        self.version = done.get("version", self.version)
        return done

    def screened(self) -> None:
        """Wait until the worker has screened the case again: a change of its own."""
        self.version += 1
        self.tour.until("a new screening", lambda: self.tour.quietly(self.path, "head").get("version") == self.version)


def sorts(tour: Tour) -> Working:
    """The worker turns the complaint into a case. A name alone decides nothing."""
    tour.chapter("The worker sorts it; who is meant")
    with tour.step(
        "Intake lists the cases", "sorted without anybody's hand; a name proposes only, so no supervisor was told yet"
    ):
        tour.until("a sorted case", lambda: tour.quietly("/api/v1/cases", "intake")["items"])
        (row,) = tour.ask(
            "GET", "/api/v1/cases?state=registered", role="intake", show="number categories routing.to"
        ).told["items"]
        tour.insist(row["routing"]["to"] == ["igo"], "the office alone", row["routing"])
    case = Working(tour, row["number"])
    with tour.step("The reporter's supervisor asks for it", "the name might be theirs: misrouting cannot be undone"):
        tour.ask("GET", case.path, 404, role="supervisor")
    return case


def settles(case: Working) -> None:
    """Intake says who is meant; screening and routing run again."""
    tour = case.tour
    with tour.step(
        "Intake looks at the persons of the case", "whom the name may mean, best first; the look is an entry"
    ):
        (subject,) = tour.ask("GET", f"{case.path}/persons", role="intake", show="role name possible").told
        tour.insist("S0106" in subject["possible"], "S0106 among those meant", subject)
        case.subject = subject["person_id"]
    with tour.step("Intake settles who it is: S0106", "a reasoned entry; now the route of the instruction is open"):
        said = {"settled": ["S0106"], "reason": "The reporter named the unit; only one of that name heads it."}
        case.change("intake", f"persons/{case.subject}/changes", said, show="settled version")
        case.screened()
        row = tour.ask("GET", case.path, role="intake", show="routing.to version").told
        tour.insist(row["routing"]["to"] == ["supervisor", "igo"], "both desks of the instruction", row["routing"])


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
    """Acknowledge, assess, say what is alleged."""
    tour = case.tour
    tour.chapter("Assessing the case")
    with tour.step("Acknowledging without saying on what version", "a change must name what it was decided on"):
        tour.ask("POST", f"{case.path}/moves", 428, role="intake", told={"move": "acknowledge"})
    with tour.step("Acknowledging on a version that is not current", "nobody overwrites what they have not read"):
        stale = {"If-Match": '"77"'}
        tour.ask("POST", f"{case.path}/moves", 412, role="intake", headers=stale, told={"move": "acknowledge"})
    with tour.step("Acknowledging", "the reporter gets a letter, and a time limit is met"):
        case.move("intake", move="acknowledge")
    with tour.step("Asking for removal before anything was captured", "the answer says which move must come first"):
        refused = case.move("intake", 409, move="contain", reason="It spreads.")
        tour.insist("preserve_evidence" in refused["open_moves"], "the moves that are open", refused)
    with tour.step("Preserving, then assessing", "captured first; then the case is taken up"):
        case.move("intake", move="preserve_evidence", reason="Page, address and time are captured.")
        case.move("intake", move="assess")
    with tour.step("Whose the account is", "the claim that it was hacked is answered by what was checked"):
        theirs = {"status": "attributed", "account": "@example-106", "reason": "Name, badge and office are shown."}
        theirs |= {"hacking_claimed": True, "checked": "The sign-ins come from the usual telephone alone."}
        said = {"attribution": theirs, "reason": "Compared with the directory and the picture."}
        case.change("intake", f"persons/{case.subject}/changes", said)
        case.screened()
    with tour.step("What is alleged", "a subject and a category, with the paragraphs in force on that day"):
        said = {"person": case.subject, "category": "political_partisan", "conduct_on": "2017-03-03"}
        said |= {"account": "Asked his followers to vote for one candidate."}
        case.allegation = case.change("intake", "allegations", said, show="category authority")["allegation_id"]
        (shown,) = tour.ask("GET", f"{case.path}/allegations", role="intake", show="cited.on cited.remarks").told
        editions = {one["edition"] for one in shown["cited"]["paragraphs"]}
        tour.insist(editions == {"ST/SGB/2014/1"}, "the edition of 2014 for a post of 2017", editions)


def opens_it(case: Working) -> None:
    """Four eyes: one proposes, another approves."""
    tour = case.tour
    opening = {"move": "open_investigation", "reason": "If confirmed it engages Regulation 1.2(h)."}
    with tour.step("Intake wants to open an investigation", "the assessment must end in possible misconduct first"):
        refused = case.move("intake", 409, **opening)
        tour.insist("conclude_assessment" in refused["open_moves"], "what is open", refused)
    with tour.step("Intake concludes, and proposes to open", "opening takes two people: nothing is opened yet"):
        concluded = {"outcome": "possible_misconduct", "reason": "An identified account, an identified person."}
        case.move("intake", move="conclude_assessment", **concluded)
        done = case.move("intake", **opening)
        tour.insist((done["outcome"], done["state"]) == ("proposed", "assessment"), "a proposal", done)
    with tour.step("Intake approves their own proposal", "nobody is their own second person"):
        case.move("intake", 409, move="approve")
    with tour.step("The head approves and assigns S0014", "from here an investigator sees this case, and no other"):
        case.move("head", move="approve")
        case.change("head", "assignments", {"person": "S0014", "role": "investigator"}, show="person role version")
        own = tour.ask("GET", "/api/v1/cases", role="investigator", show="number state").told["items"]
        tour.insist([row["number"] for row in own] == [case.number], "exactly this case", own)


def looks_at_the_original(case: Working) -> None:
    """Evidence: list, original, custody."""
    tour = case.tour
    tour.chapter("Investigating")
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
