"""The case file as a page: every part of it that the caller's role may see, and the moves that are open to them."""

from collections.abc import Iterator
from typing import Any

from flask import Response, request, url_for

from api import shown
from api.context import actor, desk, now
from api.cursors import position, read_cursor, write_cursor
from api.pages.desk import labels
from api.pages.desk.common import blueprint, page
from api.pages.desk.deeds import letter_purpose, move_name, why_not
from api.pages.desk.entries import told_entry
from api.pages.desk.moving import called
from api.pages.desk.writing import notes_of
from api.routes.cases import WORKS_CASES
from api.routes.identities import ASKS
from api.routes.persons import CHANGES_PERSONS
from api.routes.tasks import HAS_TASKS
from api.routes.teams import ASSIGNS
from api.sessions import signed_in
from cases.case import Case, closed_to, must_be_approved
from cases.casework import alleging, identities, looking, moving, persons, receiving, tasking
from cases.casework.alleging import cited_for
from cases.casework.lettering import WRITERS
from cases.casework.looking import CaseView
from cases.catalogue.citing import Cited
from cases.complaint import Consent
from cases.deskwork import ActKind, TaskState
from cases.identity import IdentityRequest, Standing
from cases.lifecycle import SETTLING, STEPS

ENTRIES, NOTES = 50, 20
"""How many stand on the page of the case; further ones have pages of their own."""


@blueprint.get("/cases/<string:number>")
@signed_in(*WORKS_CASES)
def case_page(number: str) -> Response:
    """One case, for those who work or decide it. What is opened for it is an entry each."""
    view = looking.show_case(desk(), actor(), number, now())
    told = shown.told_to(actor(), view.told["statement"]) if view.told else {}
    came = shown.came(view.told) if view.told and view.shows_work else {}
    parts: dict[str, Any] = {"view": view, "case": view.case, "told": told, "came": came, "may": _may()}
    return page("case.html", **parts, **_work(view))


def _may() -> dict[str, bool]:
    """Which forms this role has; whether one is open to this person now, its verb says."""
    role = actor().role
    return {
        "assign": role in ASSIGNS,
        "persons": role in CHANGES_PERSONS,
        "tasks": role in HAS_TASKS,
        "write": role in WRITERS,
        "ask": role in ASKS,
    }


def _work(view: CaseView) -> dict[str, Any]:
    """How it stands, what can be done, and every part of it that was not erased."""
    case, who = view.case, actor()
    closed = closed_to(case, who, now(), desk().law).items()
    parts: dict[str, Any] = {"closed": [(move_name(move), why_not(why)) for move, why in closed]}
    parts |= {"moves": list(_moves(case)), "clocks": _clocks(case), "entries": (), "more": None}
    parts["proposed"] = move_name(case.proposal.action) if case.proposal else ""
    parts |= _timeline(case, 0, reasons=request.args.get("reasons") == "1" and not case.erased_at)
    if case.erased_at:
        return parts
    statement = view.told["statement"] if view.told else {}
    register = persons.show_persons(desk(), who, case.number, now())
    alleged = alleging.show_allegations(desk(), who, case.number, now()) if case.allegations else ()
    parts |= {
        "files": looking.list_evidence(desk(), who, case.number, now()),
        "register": register,
        "called": lambda id_: called(id_, register),
        "alleged": alleged,
        "cited_for": [] if case.allegations else list(_citing(cited_for(desk(), case, statement))),
        "messages": looking.read_messages(desk(), who, case.number, now()),
        "acts": receiving.list_acts(desk(), who, case.number, now()),
        "letter_purpose": letter_purpose,
        "acknowledged": ActKind.ACKNOWLEDGED,
    }
    parts["notes"], parts["older_notes"] = notes_of(case.number, None, NOTES)
    if who.role in HAS_TASKS:
        parts["tasks"] = tasking.list_tasks(desk(), who, case.number, now(), TaskState.OPEN)
    if who.role in ASKS:
        parts |= _identity(view)
    return parts


def _citing(found: Any) -> Iterator[Cited]:
    yield from (one for one in found if one.paragraphs or one.corresponding)


def _clocks(case: Case) -> list[Any]:
    """Running ones first, by what is due first; then those that ended."""
    return sorted(case.clocks, key=lambda one: (one.ended_at is not None, one.due_by))


def _moves(case: Case) -> Iterator[dict[str, Any]]:
    """The moves open to the caller, with where each is made and what it says of itself."""
    _found, actions = moving.moves_open(desk(), actor(), case.number, now())
    for action in actions:
        step = STEPS.get((case.state, action))
        yield {
            "name": move_name(action),
            "address": url_for("desk.move", number=case.number, action=str(action)),
            "settles": action in SETTLING,
            "to": labels.state_name(step.to) if step and step.to and step.to is not case.state else "",
            "four_eyes": bool(step and must_be_approved(case, step)),
        }


def _identity(view: CaseView) -> dict[str, Any]:
    """What of the reporter's identity this person may ask for, or read now."""
    case, who = view.case, actor()
    asked = [one for one in identities.requests_of(desk(), who, case.number) if one.requester == who.person]
    open_now = view.consent == Consent.OPEN and case.is_assigned(who.person, who.role)
    waits = any(one.standing is Standing.ASKED or _is_granted(one) for one in asked)
    may_ask = view.consent != Consent.ANONYMOUS and not open_now and not waits
    shown_requests = [(one, _is_granted(one)) for one in asked]
    return {"requests": shown_requests, "identity_open": open_now, "may_ask": may_ask}


def _is_granted(one: IdentityRequest) -> bool:
    """Whether it may be read on now by whoever asks in the role they asked in."""
    granted = one.standing is Standing.GRANTED and one.role is actor().role
    return granted and one.until is not None and now() < one.until


@blueprint.get("/cases/<string:number>/timeline")
@signed_in(*WORKS_CASES)
def timeline(number: str) -> Response:
    """The entries of a case, page by page."""
    after = read_cursor(request.args.get("cursor"), position)
    found = looking.find_case(desk(), actor(), number)
    with_reasons = request.args.get("reasons") == "1" and not found.erased_at
    told = _timeline(found, after[0] if after else 0, reasons=with_reasons)
    return page("timeline.html", case=found, number=number, first=after is None, **told)


def _timeline(case: Case, after: int, *, reasons: bool) -> dict[str, Any]:
    """One page of entries, oldest first; with the sealed reasons where somebody asked for them, which is a look."""
    words = looking.reasons(desk(), actor(), case.number, now()) if reasons else {}
    found = looking.timeline(desk(), actor(), case.number, after, ENTRIES)
    more = write_cursor([found[-1].position]) if len(found) == ENTRIES else None
    return {"entries": [told_entry(stored, words) for stored in found], "more": more, "reasons": reasons}
