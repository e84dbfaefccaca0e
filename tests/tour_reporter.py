"""The reporter's part: a complaint with a screenshot goes in at the door."""

import base64
import uuid
from dataclasses import dataclass
from hashlib import sha256

from tour_stage import SAMPLES, Tour

REPORTER_NAME = "Amina Verano-Tour"
SUBJECT = {"name": "Colleague 0106"}
NARRATIVE = "On 3 March he asked his two thousand followers to vote for one candidate, office badge in the picture."
SUMMARY = "Endorses a candidate under his own name"
FILE_NAME = "seen on tuesday evening.png"
SCREENSHOT = (SAMPLES / "en-political-endorsement.png").read_bytes()
HASH = sha256(SCREENSHOT).hexdigest()


@dataclass(frozen=True)
class Filed:
    """What the reporter keeps."""

    receipt: str
    complaint: str
    proof: str

    @property
    def shown(self) -> dict[str, str]:
        return {"Authorization": f"Receipt {self.receipt}"}


def complaint(subject: dict[str, str], **reporter: object) -> dict[str, object]:
    """A complaint about one officer, as far as the reporter knows them."""
    return {
        "language": "en",
        "statement": {
            "summary": SUMMARY,
            "narrative": NARRATIVE,
            "concerns": ["political_partisan"],
            "subjects": [subject],
        },
        "reporter": reporter,
    }


def files(tour: Tour) -> Filed:
    """S0102 files about S0106, whom they know by name; S0106 heads another unit, their own supervisor is S0101."""
    tour.chapter("A colleague files a complaint")
    told = complaint(
        SUBJECT, consent="confidential", name=REPORTER_NAME, staff_number="S0102", share_with_supervisor=True
    )
    key = {"Idempotency-Key": str(uuid.uuid4())}
    with tour.step("Filing a confidential complaint", "it is taken in: a secret receipt, a signed proof, a first date"):
        first = tour.ask("POST", "/api/v1/complaints", 201, headers=key, told=told, show="receipt acknowledge_by").told
        tour.insist(first["receipt"].count("-") == 4, "a receipt of five groups", first["receipt"])
    with tour.step(
        "Sending it again: the network failed before", "the same answer, receipt included: nothing filed twice"
    ):
        again = tour.ask("POST", "/api/v1/complaints", 201, headers=key, told=told, show="receipt acknowledge_by").told
        tour.insist(again == first, "the same answer as before", again)
    with tour.step("The same key for another complaint", "a key never answers for content it was not used with"):
        tour.ask(
            "POST",
            "/api/v1/complaints",
            422,
            headers=key,
            told=complaint({"staff_number": "S0107"}, consent="anonymous"),
        )
    with tour.step(
        "An anonymous complaint that carries a name", "the reporter meant one of the two; the answer says where"
    ):
        wrong = tour.ask(
            "POST", "/api/v1/complaints", 422, told=complaint(SUBJECT, consent="anonymous", name="Somebody")
        )
        tour.insist(wrong.told["errors"][0]["pointer"] == "#/reporter/name", "a pointer to the name", wrong.told)
    return Filed(first["receipt"], first["complaint_id"], first["filing_proof"])


def adds_evidence(tour: Tour, filed: Filed) -> None:
    """A screenshot, and three ways in which one is not taken."""
    headers = filed.shown | {
        "Content-Type": "image/png",
        "Content-Disposition": f'attachment; filename="{FILE_NAME}"',
        "Content-Digest": f"sha-256=:{base64.b64encode(sha256(SCREENSHOT).digest()).decode()}:",
    }
    with tour.step(
        "Adding the screenshot", "sealed as it streams; the hash that came back is the hash of what was sent"
    ):
        kept = tour.ask(
            "POST", "/api/v1/mailbox/evidence", 201, headers=headers, file=SCREENSHOT, show="size sha256"
        ).told
        tour.insist(kept["sha256"] == HASH and kept["size"] == len(SCREENSHOT), f"sha256 {HASH}", kept)
    with tour.step("The picture, declared as a PDF", "a file that is not what it says it is stays out"):
        lying = filed.shown | {"Content-Type": "application/pdf"}
        tour.ask("POST", "/api/v1/mailbox/evidence", 415, headers=lying, file=SCREENSHOT)
    with tour.step("A connection that breaks off 9 bytes early", "a cut file never passes for a whole one"):
        plain = filed.shown | {"Content-Type": "image/png"}
        tour.ask("POST", "/api/v1/mailbox/evidence", 422, headers=plain, file=SCREENSHOT, cut=9)
    with tour.step("Opening the mailbox", "the reporter reads back what they sent; of four attempts one file is there"):
        seen = tour.ask("GET", "/api/v1/mailbox", headers=filed.shown, show="status.text statement.summary").told
        tour.insist(seen["statement"]["narrative"] == NARRATIVE, "the own statement", seen["statement"])
        tour.insist(
            [one["name"] for one in seen["evidence"]] == [FILE_NAME], f"one file, {FILE_NAME}", seen["evidence"]
        )
    with tour.step("A receipt with one wrong letter", "opens nothing"):
        other = filed.receipt[:-1] + ("0" if filed.receipt[-1] != "0" else "1")
        tour.ask("GET", "/api/v1/mailbox", 401, headers={"Authorization": f"Receipt {other}"})


def takes_it_back(tour: Tour, filed: Filed) -> None:
    """The reporter closes their consent: from now on nobody is told who they are."""
    with tour.step(
        "The reporter says in the mailbox: anonymous from now on", "consent can be opened, and closed again"
    ):
        told = {"consent": "anonymous"}
        tour.ask("POST", "/api/v1/mailbox/consent", 201, headers=filed.shown, told=told, show="consent")


def reads_the_notice(tour: Tour, filed: Filed, notice: str) -> None:
    """At the end the reasoned notice lies in the mailbox."""
    with tour.step(
        "The reporter opens the mailbox again", "whoever reported learns the outcome, in words, with nothing else"
    ):
        seen = tour.ask("GET", "/api/v1/mailbox", headers=filed.shown, show="status.slug status.text").told
        texts = [one["text"] for one in seen["messages"]]
        tour.insist(seen["status"]["slug"] == "closed", "the status closed", seen["status"])
        tour.insist(notice in texts, "the decider's notice among the letters", texts)
        tour.insist("S0014" not in str(seen), "no handler's number", seen)
