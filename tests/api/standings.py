"""Cases prepared so that one person of every role stands in every relation to one: the access matrix asks for them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from cases.people import Role
from cases.sight import SIGHTS
from tests.api.conftest import PEOPLE, PICTURE, REASON, Caller, Office, told
from tests.api.lives import OUTSIDER, SECOND_HEAD, Life
from tests.conftest import SAMPLES

STANDINGS = ("routed", "assigned", "unassigned", "elsewhere", "conflicted", "subject")
OUTSIDE_OFFICE = (Role.OUTSIDE, Role.GATEKEEPER)
OTHERS = {Role.INTAKE: "S0013", Role.HEAD: SECOND_HEAD, Role.INVESTIGATOR: "S0015", Role.OUTSIDE: OUTSIDER}
"""Who works a case that the usual people have no part in, or must never learn of."""

ELSEWHERE = {"name": "Bo Lind", "staff_number": "S0113", "share_with_supervisor": True}
WHY = {"reason": "Only the reporter saw the first post."}


def rich(consent: str = "confidential", **statement: Any) -> dict[str, Any]:
    """A complaint that goes to the supervisor, the office, the Ethics Office and External Relations alike."""
    posts = [{"platform": "X", "handle": "@office", "account_kind": "institutional"}]
    return told(consent, fears_retaliation=True, tell_ethics=True, posts=posts, **statement)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A case, and one of everything that lies below it."""

    life: Life
    evidence: UUID
    person: str
    request: UUID

    @classmethod
    def of(cls, life: Life) -> "Prepared":
        desk = life.office.desk
        asked = desk.lookup.requests(life.number)
        evidence = desk.lookup.evidence(life.complaint)[0].content.id
        return cls(life, evidence, life.subject, asked[0].id if asked else uuid4())


def prepare_standings(office: Office) -> dict[Role, dict[str, Prepared]]:
    """A case for every role and standing. Cases differ as little as the standing allows."""
    of_office = _Cases(office)
    routed, assigned, unassigned = of_office.routed(), of_office.assigned(), of_office.unassigned()
    conflicted, subject = of_office.conflicted(), of_office.about_others()
    outside, theirs = of_office.outside(), of_office.outside(OUTSIDER, PEOPLE[Role.OUTSIDE])
    walled, against = of_office.outside_conflicted(), of_office.about_the_office()
    office.sort()
    found: dict[Role, dict[str, Life]] = {}
    for role in Role:
        own = (routed, assigned, unassigned, outside, conflicted, subject)
        if role in OUTSIDE_OFFICE:
            own = (outside, theirs, unassigned, routed, walled, against)
        elif role in {Role.INTAKE, Role.HEAD, Role.INVESTIGATOR, Role.CUSTODIAN}:  # a case about them goes outside
            own = (*own[:-1], against)
        found[role] = dict(zip(STANDINGS, own, strict=True))
    prepared = {life.number: Prepared.of(life) for lives in found.values() for life in lives.values()}
    return {role: {name: prepared[life.number] for name, life in lives.items()} for role, lives in found.items()}


class _Cases:
    """How each case came to be what it is."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def _life(self, complaint: Any = None, staff: Mapping[Role, str] | None = None) -> Life:
        life = Life(self.office, complaint, staff)
        assert self.office.attach(life.receipt).status_code == 201
        return life

    def routed(self) -> Life:
        """Reported, so that a decider sees it; somebody asks who reported, so that a custodian does."""
        life = self._life(rich(), {Role.INVESTIGATOR: OTHERS[Role.INVESTIGATOR]}).report()
        life.post(Role.INTAKE, "identity-requests", WHY)
        return life

    def assigned(self) -> Life:
        """To one of intake and to one investigator, under open consent."""
        life = self._life(rich("open"))
        life.assign(PEOPLE[Role.INTAKE], Role.INTAKE)
        life.assign(PEOPLE[Role.INVESTIGATOR])
        return life

    def unassigned(self) -> Life:
        """Just registered: it went to another supervisor, and nobody was asked to work it."""
        return self._life(told() | {"reporter": ELSEWHERE | {"consent": "confidential"}})

    def conflicted(self) -> Life:
        """Everybody was told of it or worked it, before they turned out to be witnesses."""
        life = self._life(rich(), OTHERS).report()
        life.post(Role.INTAKE, "identity-requests", WHY)
        life.assign(PEOPLE[Role.INTAKE], Role.INTAKE)
        life.assign(PEOPLE[Role.INVESTIGATOR])
        return self._walled_off(life, set(PEOPLE) - set(OUTSIDE_OFFICE), Role.INTAKE)

    def _walled_off(self, life: Life, roles: Iterable[Role], by: Role) -> Life:
        """Whoever saw the case until now is a witness from now on."""
        seeing = [role for role in SIGHTS if role in set(roles) - {Role.CUSTODIAN}]
        assert [self.office.as_(role).get(life.path).status_code for role in seeing] == [200] * len(seeing)
        for role in sorted(roles):
            life.add("witness", PEOPLE[role], by)
        return life

    def about_others(self) -> Life:
        """Against people of every office but the Inspector General's, as far as the report."""
        roles = set(PEOPLE) - {Role.INTAKE, Role.HEAD, Role.INVESTIGATOR, Role.CUSTODIAN, *OUTSIDE_OFFICE}
        subjects = [{"staff_number": "S0107"}, *({"staff_number": PEOPLE[role]} for role in sorted(roles))]
        life = self._life(rich(subjects=subjects), OTHERS).report()
        life.post(Role.INTAKE, "identity-requests", WHY)
        return life

    def outside(self, *people: str) -> Life:
        """Against one of the Inspector General's own: the outside office has it."""
        life = self._life(rich(subjects=[{"staff_number": "S0016"}]))
        for person in people:
            life.assign(person, Role.OUTSIDE, by=Role.OUTSIDE)
        return life

    def outside_conflicted(self) -> Life:
        life = self.outside(PEOPLE[Role.OUTSIDE])
        life.staff = OTHERS
        return self._walled_off(life, OUTSIDE_OFFICE, Role.OUTSIDE)

    def about_the_office(self) -> Life:
        """Against intake, head, investigator, custodian, gatekeeper and outside investigator at once."""
        roles = (Role.INTAKE, Role.HEAD, Role.INVESTIGATOR, Role.CUSTODIAN, *OUTSIDE_OFFICE)
        life = self._life(rich(subjects=[{"staff_number": PEOPLE[role]} for role in roles]), OTHERS)
        life.post(Role.OUTSIDE, "identity-requests", WHY)
        return life


def body_of(endpoint: str, role: Role | None, case: Prepared | None) -> dict[str, Any]:
    """A body that would be accepted, as keywords for the client. Pages take forms; they are asked without one."""
    helper = (
        {"person": OUTSIDER, "role": "outside"} if role is Role.OUTSIDE else {"person": "S0016", "role": "investigator"}
    )
    person = case.person if case else str(uuid4())
    bodies: dict[str, Any] = {
        "complaints.file": told(),
        "entering.enter": told() | {"channel": "visit"},
        "mailbox.write": {"text": "Hello"},
        "mailbox.ask_to_withdraw": {"text": "I am afraid."},
        "mailbox.ask_again": {"text": "There is more.", "ground": "new_evidence"},
        "mailbox.consent": {"consent": "confidential"},
        "moves.move": {"move": "extend_clock", "clock": "acknowledge", "reason": "More time."},
        "staffing.assign": helper,
        "staffing.unassign": helper | {"reason": "On leave."},
        "staffing.recuse": {"reason": "A neighbour of mine."},
        "staffing.write": {"text": "Hello"},
        "persons.add": {"role": "witness", "staff_number": "S0132", "reason": "Was there."},
        "persons.change": {"settled": ["S0107"], "reason": "It was checked."},
        "persons.allege": {"person": person, "category": "private_gain_endorsement", "account": "Sold it."},
        "identities.ask": WHY,
        "identities.decide": {"grant": False, "reason": "It is not necessary."},
        "notices.prefer": {"language": "fr"},
        "routing.preview": {"reporter": {"consent": "anonymous"}},
        "audit.export": {},
        "jobs.discard": {"reason": "overtaken"},
        "notes.write": {"text": "Seen."},
        "tasks.make": {"what": "Ask the platform.", "due_on": "2030-01-01"},
        "tasks.settle": {"state": "done"},
        "teams.hand_over": {"from": "S0098", "to": helper["person"], "role": helper["role"], "reason": "Leaves."},
        "filters.save": {"query": {}},
        "supervisors.acknowledge": {},
        "supervisors.act": {"text": "Spoke to the unit."},
        "supervisors.step_aside": {"reason": "I ordered the post."},
        "webhooks.add": {"url": "https://hooks.example/desk"},
        "administration.issue": {"person": "S0014", "role": "investigator"},
    }
    if endpoint == "administration.put_directory":
        return {"data": (SAMPLES / "directory.csv").read_bytes(), "content_type": "text/csv"}
    if endpoint == "mailbox.add":
        return {"data": PICTURE.read_bytes(), "content_type": "image/png"}
    return {"json": bodies[endpoint]} if endpoint in bodies else {}


def ask(caller: Caller, method: str, address: str, body: Mapping[str, Any]) -> Any:
    """One request, decided on a version no case ever has."""
    headers = {"If_Match": '"999999999"', "Reason": REASON, "Sec_Fetch_Site": "same-origin"}
    return caller.call(method, address, headers=headers, **body)
