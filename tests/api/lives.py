"""The life of a case over HTTP, step by step and by long strides, on whatever version it has reached."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug.test import TestResponse

from cases.case import Case
from cases.casework.registers import open_register
from cases.casework.working import Worker
from cases.people import Role
from cases.persons import PersonRole
from tests.api.conftest import PEOPLE, PREFIX, Caller, Office

SECOND_HEAD, SECOND_DECIDER, SECOND_CUSTODIAN = "S0010", "S0020", "S0031"
OTHER_INVESTIGATOR, OUTSIDER = "S0015", "S0071"
CLOSING = {"reason": "It was examined.", "notice": "We looked into it. Thank you for reporting."}
OWN_ACCOUNT = {"status": "attributed", "account": "@c0107", "reason": "It shows the name and the badge."}
SAFEGUARDS = {"counsel_informed": True, "evidence_disclosed": True}
MEASURE = {
    "measure": "censure",
    "aggravating": "A widely followed page.",
    "mitigating": "None.",
    "proportionality": "As in comparable cases.",
    "authority": "Staff Rule 10.2",
}


class Life:
    """One case and its reporter's receipt. Every change is decided on the version the case has now.

    `staff` says who works it in a role where it is not the usual person.
    """

    def __init__(self, office: Office, complaint: Any = None, staff: Mapping[Role, str] | None = None) -> None:
        self.office, self.staff = office, staff or {}
        self.number, self.receipt = office.case(complaint)
        self.complaint = office.desk.lookup.complaint_of(self.number)
        self.path = f"{PREFIX}/cases/{self.number}"

    @property
    def now(self) -> Case:
        """The case as it stands, whoever may see it."""
        found = self.office.desk.lookup.case_of(self.complaint)
        assert found is not None
        return found

    @property
    def version(self) -> int:
        return self.now.version

    def ask(self, role: Role, below: str, body: Any, who: str = "", **headers: str) -> TestResponse:
        """POST something below the case."""
        return self.as_(role, who).post(f"{self.path}/{below}", body, version=self.version, **headers)

    def as_(self, role: Role, who: str = "") -> Caller:
        return self.office.as_(role, who or self.staff.get(role, ""))

    def post(self, role: Role, below: str, body: Any, who: str = "") -> Any:
        return self.office.door.must(201, self.ask(role, below, body, who))

    def read(self, role: Role, below: str = "", who: str = "") -> Any:
        return self.as_(role, who).read(self.path + below)

    def tries(self, role: Role, move: str, who: str = "", **given: Any) -> TestResponse:
        return self.ask(role, "moves", {"move": move, **given}, who)

    def move(self, role: Role, move: str, who: str = "", **given: Any) -> Any:
        return self.office.door.must(201, self.tries(role, move, who, **given))

    def open_moves(self, role: Role, who: str = "") -> dict[str, dict[str, Any]]:
        return {one["move"]: one for one in self.read(role, "/moves", who)}

    def assign(self, person: str, role: Role = Role.INVESTIGATOR, by: Role = Role.HEAD) -> None:
        self.post(by, "assignments", {"person": person, "role": str(role)})

    def persons(self, role: Role = Role.INTAKE) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.read(role, "/persons")
        return found

    def add(self, part: str, staff_number: str, by: Role = Role.INTAKE, who: str = "") -> dict[str, Any]:
        body = {"role": part, "staff_number": staff_number, "reason": "It came up."}
        added: dict[str, Any] = self.post(by, "persons", body, who)
        return added

    def change(self, which: str, by: Role = Role.INTAKE, who: str = "", **new: Any) -> dict[str, Any]:
        body = {"reason": "It was checked.", **new}
        changed: dict[str, Any] = self.post(by, f"persons/{which}/changes", body, who)
        return changed

    @property
    def subject(self) -> str:
        """The id of the first subject in the register."""
        found = open_register(self.office.desk, self.now)
        return next(str(one.id) for one in found if one.role is PersonRole.SUBJECT)

    @property
    def allegation(self) -> str:
        return str(self.now.allegations[0].id)

    def later(self, days: float) -> None:
        """Let the worker do what there is to do so many days from now."""
        worker, at = Worker(self.office.desk), datetime.now(UTC) + timedelta(days=days)
        while worker.step(at):
            pass

    def assess(self) -> "Life":
        """Acknowledged, and taken up."""
        self.move(Role.INTAKE, "acknowledge")
        self.move(Role.INTAKE, "assess")
        return self

    def allege(self) -> "Life":
        """Assessed as possible misconduct of the subject, whose the account is."""
        self.assess()
        self.change(self.subject, attribution=OWN_ACCOUNT)
        said = {"person": self.subject, "category": "political_partisan", "account": "Asked for votes."}
        self.post(Role.INTAKE, "allegations", said)
        self.move(Role.INTAKE, "conclude_assessment", outcome="possible_misconduct", reason="There is enough.")
        return self

    def investigate(self) -> "Life":
        """Opened by two people; an investigator is asked to work it."""
        self.allege()
        self.move(Role.INTAKE, "open_investigation", reason="There is enough to go on.")
        self.move(Role.HEAD, "approve")
        self.assign(self.staff.get(Role.INVESTIGATOR, PEOPLE[Role.INVESTIGATOR]))
        return self

    def find(self, finding: str = "sufficient_evidence") -> "Life":
        """The subject was told, and the finding is there."""
        self.investigate()
        self.move(Role.INVESTIGATOR, "notify_subject", person=self.subject, reason="By letter.")
        found = {"allegation": self.allegation, "finding": finding, "reason": "As the captures show."}
        self.move(Role.INVESTIGATOR, "record_finding", **found)
        return self

    def report(self) -> "Life":
        """The subject commented, and the report is out."""
        self.find()
        self.move(Role.INVESTIGATOR, "send_findings", reason="The draft.")
        self.move(Role.INVESTIGATOR, "record_comment", person=self.subject, answer="I did not mean it.")
        self.move(Role.INVESTIGATOR, "issue_report", reason="The report.")
        return self

    def decide(self) -> "Life":
        """With the decider, answered, decided and notified."""
        self.report()
        self.move(Role.HEAD, "hand_to_decider", reason="The findings are there.")
        self.move(Role.DECIDER, "issue_allegations", reason="Formal.", **SAFEGUARDS)
        self.move(Role.DECIDER, "record_response", person=self.subject, answer="I regret it.")
        ruling = {"facts_established": "They posted it.", "standard": "preponderance", "misconduct": True}
        self.move(Role.DECIDER, "record_decision", allegation=self.allegation, reason="See the report.", **ruling)
        self.move(Role.DECIDER, "decide", measures=[MEASURE | {"person": self.subject}], reason="See above.")
        told = {"reason": "By letter.", "appeal_route": "The tribunal."}
        appeal_by = datetime.now(UTC).date() + timedelta(days=60)
        self.move(Role.DECIDER, "notify_decision", appeal_by=str(appeal_by), **told)
        return self

    def close(self) -> "Life":
        """Closed by two deciders."""
        self.decide()
        self.move(Role.DECIDER, "close", closure_reason="substantiated_measure_taken", **CLOSING)
        self.move(Role.DECIDER, "approve", SECOND_DECIDER)
        return self
