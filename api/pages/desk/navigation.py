"""Where the main navigation leads, by role. The start page lists the same places, with what each is for."""

from dataclasses import dataclass

from flask import url_for

from api.pages.words import _
from api.routes.cases import WORKS_CASES
from api.routes.tasks import HAS_TASKS
from cases.casework.entering import ENTERS
from cases.people import Role

TEAMS = (Role.INTAKE, Role.HEAD, Role.OUTSIDE)
REVIEWS = (Role.HEAD, Role.OUTSIDE)
"""Who looks every week at what was closed before an assessment ended (facts §4)."""


@dataclass(frozen=True, slots=True)
class Place:
    """One page of the navigation: its endpoint, its name, and what it is for."""

    endpoint: str
    name: str
    purpose: str


def place_of(listed: list[Place], path: str) -> str:
    """The endpoint of the place a page belongs to: the nearest above its path; empty where there is none."""
    above = {url_for(one.endpoint): one.endpoint for one in listed}
    near = [at for at in above if path == at or path.startswith(f"{at}/")]
    return above[max(near, key=len)] if near else ""


CASE_PAGES = {
    Role.SUPERVISOR: "desk.received_one",
    Role.GATEKEEPER: "desk.gate_one",
    Role.ETHICS: "desk.ethics_one",
    Role.MONITOR: "desk.accounts_one",
} | dict.fromkeys(WORKS_CASES, "desk.case_page")
"""The one page on which a role sees a case. A role without any sees none."""


def places(role: Role) -> list[Place]:
    """The pages a role works with, in order."""
    listed: list[tuple[tuple[Role, ...], Place]] = [
        (WORKS_CASES, Place("desk.cases", _("Cases"), _("What you may see, by what is due or received."))),
        (HAS_TASKS, Place("desk.tasks", _("My tasks"), _("What is left to do, over all cases."))),
        (ENTERS, Place("desk.take_in", _("Enter a complaint"), _("What came by post, telephone, mail or in person."))),
        (TEAMS, Place("desk.workload", _("Workload"), _("Who works how many cases, and what of it is late."))),
        (TEAMS, Place("desk.hand_over", _("Hand over"), _("Give a leaver's cases to somebody else."))),
        (REVIEWS, Place("desk.review", _("Closed early"), _("Closed this week before an assessment ended."))),
        (
            (Role.SUPERVISOR,),
            Place("desk.received", _("Sent to me"), _("Complaints you were told of as a supervisor.")),
        ),
        (
            (Role.GATEKEEPER,),
            Place("desk.gate", _("Own staff"), _("Where complaints about the office's own staff went.")),
        ),
        (
            (Role.CUSTODIAN,),
            Place("desk.requests_waiting", _("Identity requests"), _("Who asks to learn who reported, and why.")),
        ),
        ((Role.ETHICS,), Place("desk.ethics", _("Retaliation"), _("Where the reporter fears retaliation."))),
        ((Role.AUDITOR,), Place("desk.audit", _("Entries"), _("Everything that was done, in order."))),
        ((Role.AUDITOR,), Place("desk.audit_exports", _("Exports"), _("Signed copies to verify elsewhere."))),
        ((Role.MONITOR,), Place("desk.accounts", _("Accounts"), _("Accounts that speak for the organisation."))),
        (
            (Role.ADMINISTRATOR,),
            Place("desk.admin", _("Administration"), _("The directory, who may sign in, and keys by name.")),
        ),
    ]
    listed.append((tuple(Role), Place("desk.notices", _("Notices"), _("What waits for you, and how to write to you."))))
    return [place for roles, place in listed if role in roles]
