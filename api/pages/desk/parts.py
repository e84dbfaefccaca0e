"""Pages of those who are shown a part of a case: the Ethics Office, External Relations, the gatekeeper.

What stands on them is what `api.shown` lets go to the role, so page and API cannot disagree.
"""

from flask import Response

from api import shown
from api.context import actor, desk, now
from api.pages.desk.common import blueprint, page
from api.pages.desk.listing import by_arrival, cases_asked, further, narrowing
from api.routes.cases import filter_of, next_of
from api.schemas import CasesQuery
from api.sessions import signed_in
from cases.casework import looking
from cases.people import Role


@blueprint.get("/ethics")
@signed_in(Role.ETHICS)
def ethics() -> Response:
    """Cases in which a reporter fears retaliation and agreed to tell the Ethics Office."""
    return _listed("parts/ethics.html")


@blueprint.get("/ethics/<string:number>")
@signed_in(Role.ETHICS)
def ethics_one(number: str) -> Response:
    """The part about retaliation."""
    return _one("parts/ethics_one.html", number)


@blueprint.get("/accounts")
@signed_in(Role.MONITOR)
def accounts() -> Response:
    """Cases that name an institutional account."""
    return _listed("parts/accounts.html")


@blueprint.get("/accounts/<string:number>")
@signed_in(Role.MONITOR)
def accounts_one(number: str) -> Response:
    """The accounts a case names, never the persons."""
    return _one("parts/accounts_one.html", number)


@blueprint.get("/gate")
@signed_in(Role.GATEKEEPER)
def gate() -> Response:
    """Cases against the office's own staff: that they are there, and where they went."""
    return _listed("parts/gate.html")


@blueprint.get("/gate/<string:number>")
@signed_in(Role.GATEKEEPER)
def gate_one(number: str) -> Response:
    """Where one case went."""
    return _one("parts/gate_one.html", number)


def _listed(template: str) -> Response:
    who, wanted = actor(), cases_asked()
    found = looking.list_cases(desk(), who, filter_of(wanted))
    items = [shown.case_row(case, who) | {"received_at": case.received_at} for case in found]
    narrow = narrowing(CasesQuery(), by_arrival())
    then = further(next_of(found, wanted))
    return page(template, items=items, then=then, first="cursor" not in wanted, narrow=narrow)


def _one(template: str, number: str) -> Response:
    who = actor()
    view = looking.show_case(desk(), who, number, now())
    case = shown.case_page(view, who) | {"received_at": view.case.received_at}
    return page(template, case=case, is_erased=view.case.erased_at is not None)
