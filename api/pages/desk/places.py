"""Where somebody can go from every page, by the role they act in."""

from collections.abc import Sequence

from api.pages.words import _
from cases.people import Role

Places = Sequence[tuple[str, str]]


def places_of(role: Role) -> Places:
    """(endpoint, label) of the pages of a role, besides those of everybody and of cases."""
    team = [("desk.tasks_mine", _("Tasks")), ("desk.workload", _("Workload")), ("desk.hand_over", _("Hand over"))]
    places: dict[Role, Places] = {
        Role.SUPERVISOR: [("desk.received", _("Sent to me"))],
        Role.INTAKE: team,
        Role.HEAD: team,
        Role.OUTSIDE: team,
        Role.INVESTIGATOR: team[:1],
        Role.GATEKEEPER: [("desk.gate", _("Own staff"))],
        Role.CUSTODIAN: [("desk.requests_waiting", _("Identity requests"))],
        Role.ETHICS: [("desk.ethics", _("Retaliation"))],
        Role.AUDITOR: [("desk.audit", _("Entries")), ("desk.audit_exports", _("Exports"))],
        Role.MONITOR: [("desk.accounts", _("Accounts"))],
        Role.ADMINISTRATOR: [("desk.admin", _("Administration"))],
    }
    return places.get(role, ())
