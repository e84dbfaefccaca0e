"""Pages of those who are shown a part of a case: the Ethics Office, External Relations, the gatekeeper.

What stands on them is what `api.shown` lets go to the role, so page and API cannot disagree.
"""

from flask import Response

from api import shown
from api.context import actor, desk, now
from api.cursors import read_cursor, time, word, write_cursor
from api.pages.desk.common import blueprint, page
from api.pages.desk.listing import asked, further
from api.schemas import PageQuery
from api.sessions import signed_in
from cases.casework import looking
from cases.people import Role
from cases.ports import CaseFilter, position_of


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
    who, wanted = actor(), asked(PageQuery())
    after = read_cursor(wanted.get("cursor"), time, word)
    narrowed = CaseFilter(after=(after[0], after[1]) if after else None, limit=wanted["limit"])
    found = looking.list_cases(desk(), who, narrowed)
    last = list(position_of(found[-1], "received")) if len(found) == wanted["limit"] else None
    items = [shown.case_row(case, who) | {"received_at": case.received_at} for case in found]
    return page(template, items=items, then=further(write_cursor(last) if last else None), first=after is None)


def _one(template: str, number: str) -> Response:
    who = actor()
    view = looking.show_case(desk(), who, number, now())
    case = shown.case_page(view, who) | {"received_at": view.case.received_at}
    return page(template, case=case, is_erased=view.case.erased_at is not None)
