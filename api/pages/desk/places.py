"""Where somebody can go from every page, by the role they act in."""

from collections.abc import Sequence

from api.pages.words import _
from cases.people import Role

Places = Sequence[tuple[str, str, str]]


def places_of(role: Role) -> Places:
    """(endpoint, label, what it is for) of the pages of a role, besides those of everybody and of cases."""
    team = [
        ("desk.workload", _("Workload"), _("Who has how much to do.")),
        ("desk.hand_over", _("Hand over"), _("Give the cases of somebody who leaves to somebody else.")),
    ]
    places: dict[Role, Places] = {
        Role.SUPERVISOR: [("desk.received", _("Sent to me"), _("What people you supervise reported."))],
        Role.INTAKE: team,
        Role.HEAD: team,
        Role.OUTSIDE: team,
        Role.GATEKEEPER: [("desk.gate", _("Own staff"), _("Cases against the office's own staff."))],
        Role.CUSTODIAN: [
            ("desk.requests_waiting", _("Identity requests"), _("Who asks to learn who reported, and why."))
        ],
        Role.ETHICS: [("desk.ethics", _("Retaliation"), _("Cases whose reporter fears retaliation."))],
        Role.AUDITOR: [
            ("desk.audit", _("Entries"), _("The ledger, entry by entry.")),
            ("desk.audit_exports", _("Exports"), _("Signed bags, checked without us.")),
        ],
        Role.MONITOR: [("desk.accounts", _("Accounts"), _("Cases that name an account of the organisation."))],
        Role.ADMINISTRATOR: [
            ("desk.admin", _("Administration"), _("Directory, tokens, links, sessions and keys by name."))
        ],
    }
    return places.get(role, ())
