"""The caseload: lists, one case, its timeline."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from werkzeug.datastructures import Headers

from api import casework_shown, shown
from api.access import needs
from api.blueprints import PREFIX, Answer, Blueprint
from api.context import actor, case, desk, now
from api.cursors import link_next, position, read_cursor, time, word, write_cursor
from api.schemas import CaseSchema, CasesQuery, EntrySchema, TimelineQuery, page_of
from api.versions import tag
from cases.case import Case
from cases.casework import looking
from cases.casework.alleging import cited_for
from cases.casework.looking import CaseView
from cases.errors import Fault, Malformed
from cases.people import Role
from cases.ports import CaseFilter, position_of
from cases.sight import Actor, Part, may_see

blueprint = Blueprint("cases", __name__, url_prefix=f"{PREFIX}/cases", description="The desk: bearer tokens.")
SEES_CASES = (
    Role.SUPERVISOR,
    Role.INTAKE,
    Role.HEAD,
    Role.INVESTIGATOR,
    Role.OUTSIDE,
    Role.DECIDER,
    Role.GATEKEEPER,
    Role.ETHICS,
    Role.MONITOR,
)
WORKS_CASES = (Role.INTAKE, Role.HEAD, Role.INVESTIGATOR, Role.OUTSIDE, Role.DECIDER)
OF_WORK = (
    *("state", "assignee", "overdue", "due_within", "merged_into", "office"),
    *("unassigned", "closed_from", "closed_to", "closed_early"),
)


@blueprint.route("", methods=["GET"])
@needs(*SEES_CASES)
@blueprint.arguments(CasesQuery(), location="query")
@blueprint.response(200, page_of(CaseSchema, "CasePage"))
def listed(wanted: dict[str, Any]) -> Answer:
    """The cases this person may see, newest first or what is due soonest first."""
    who = actor()
    must_not_narrow_by_work(who, wanted)
    found = looking.list_cases(desk(), who, filter_of(wanted))
    cursor = next_of(found, wanted)
    page = {"items": [shown.case_row(case, who) for case in found], "next": cursor}
    return page, 200, link_next(cursor)


def filter_of(wanted: dict[str, Any]) -> CaseFilter:
    """What a query asks for. Raises Malformed for a cursor of no list."""
    cursor = read_cursor(wanted.get("cursor"), time, word)
    return CaseFilter(
        wanted.get("state"),
        wanted.get("category"),
        wanted.get("assignee"),
        _due_before(wanted),
        wanted.get("merged_into"),
        wanted.get("received_from"),
        wanted.get("received_to"),
        wanted["sort"],
        (cursor[0], cursor[1]) if cursor else None,
        wanted["limit"],
        wanted.get("office"),
        unassigned=wanted.get("unassigned", False),
        closed_from=wanted.get("closed_from"),
        closed_to=wanted.get("closed_to"),
        closed_early=wanted.get("closed_early", False),
    )


def _due_before(wanted: dict[str, Any]) -> datetime | None:
    """Overdue is due before now; due within some days, before their end. Both asked: overdue alone."""
    if wanted.get("overdue"):
        return now()
    days = wanted.get("due_within")
    return None if days is None else now() + timedelta(days=days)


def must_not_narrow_by_work(who: Actor, wanted: dict[str, Any]) -> None:
    """A filter answers what a column would: who may not see the work may not ask about it either."""
    if may_see(who, Part.WORK):
        return
    asked = [name for name in OF_WORK if name in wanted] + (["sort"] if wanted["sort"] != "received" else [])
    if asked:
        raise Malformed(Fault(f"#/{name}", f"This is not open to the {who.role} role.") for name in asked)


def next_of(found: Sequence[Case], wanted: dict[str, Any]) -> str | None:
    """The cursor of the page after; None behind the last."""
    full = len(found) == wanted["limit"]
    return write_cursor(list(position_of(found[-1], wanted["sort"]))) if full else None


@blueprint.route("/<string:number>", methods=["GET"])
@needs(*SEES_CASES)
@blueprint.response(200, CaseSchema)
def one(number: str) -> Answer:
    """One case, as far as this role reaches. Opening the statement is an entry."""
    who = actor()
    view = looking.show_case(desk(), who, number, now())
    headers = tag(view.case) if may_see(who, Part.WORK) else Headers()
    return shown.case_page(view, who) | _work(view), 200, headers


def _work(view: CaseView) -> dict[str, Any]:
    """What is shown only to those who work the case."""
    if not view.shows_work:
        return {}
    row = casework_shown.work(view.case, desk().law) | {"consent": str(view.consent)}
    told = view.told["statement"] if view.told else {}
    return row | {"citations": [casework_shown.cited(one) for one in cited_for(desk(), view.case, told)]}


@blueprint.route("/<string:number>/timeline", methods=["GET"])
@needs(*WORKS_CASES)
@blueprint.arguments(TimelineQuery(), location="query")
@blueprint.response(200, page_of(EntrySchema, "TimelinePage"))
def timeline(wanted: dict[str, Any], number: str) -> Answer:
    """The entries of a case and of the complaint it came from, in order of arrival."""
    who, after = actor(), read_cursor(wanted.get("cursor"), position)
    reasons = dict(looking.reasons(desk(), who, number, now())) if wanted["reasons"] else {}
    found = looking.timeline(desk(), who, number, after[0] if after else 0, wanted["limit"])
    cursor = write_cursor([found[-1].position]) if len(found) == wanted["limit"] else None
    page = {"items": [shown.entry(stored, reasons) for stored in found], "next": cursor}
    return page, 200, {**tag(case()), **link_next(cursor)}
