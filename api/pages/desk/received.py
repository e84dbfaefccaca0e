"""A supervisor's pages: what was sent to me, that I got it, what I did about it, and that it is not for me.

They show what `api.shown` lets go to this role and no more: never how the case stands, who works it or what came of it.
"""

from uuid import UUID

from flask import Response
from flask.typing import ResponseReturnValue

from api import deskwork_shown, shown
from api.access import fresh
from api.context import actor, desk, now
from api.cursors import read_cursor, time, word, write_cursor
from api.deskwork_schemas import ActInSchema
from api.downloads import attachment
from api.fields import Strict, words
from api.pages.desk.common import blueprint, page, see
from api.pages.desk.sending import NONE, Trouble, asked, attempt, further, once_sent, read
from api.routes.evidence import LONGEST, SHORTEST
from api.schemas import PageQuery
from api.sessions import signed_in
from api.work_schemas import RecusalInSchema
from cases.casework import looking, receiving
from cases.deskwork import ActKind
from cases.people import Role
from cases.ports import CaseFilter, position_of


class WhySchema(Strict):
    """Why an original is opened."""

    reason = words(LONGEST, required=True, shortest=SHORTEST)


@blueprint.get("/received")
@signed_in(Role.SUPERVISOR)
def received() -> Response:
    """What was sent to me, newest first."""
    wanted = asked(PageQuery())
    after = read_cursor(wanted.get("cursor"), time, word)
    narrowed = CaseFilter(after=(after[0], after[1]) if after else None, limit=wanted["limit"])
    found = receiving.list_received(desk(), actor(), narrowed)
    last = list(position_of(found[-1].case, "received")) if len(found) == wanted["limit"] else None
    then = further(write_cursor(last) if last else None)
    return page("received/list.html", items=found, then=then, first="cursor" not in wanted)


@blueprint.get("/received/<string:number>")
@signed_in(Role.SUPERVISOR)
def received_one(number: str) -> Response:
    """One complaint as it was filed, its files, and what I did about it."""
    return _one(number, NONE)


def _one(number: str, trouble: Trouble) -> Response:
    who = actor()
    view = looking.show_case(desk(), who, number, now())
    is_kept = view.told is not None
    acts = receiving.list_acts(desk(), who, number, now()) if is_kept else ()
    files = looking.list_evidence(desk(), who, number, now()) if is_kept else ()
    return page(
        "received/one.html",
        trouble.status,
        case=shown.case_page(view, who),
        received_at=view.case.received_at,
        files=files,
        actions=[act for act in acts if act.act.kind is ActKind.ACTION],
        acknowledged=next((act.act.at for act in acts if act.act.kind is ActKind.ACKNOWLEDGED), None),
        trouble=trouble,
    )


@blueprint.post("/received/<string:number>/acknowledgement")
@signed_in(Role.SUPERVISOR)
def received_acknowledge(number: str) -> ResponseReturnValue:
    """Say that I got it."""

    def act() -> ResponseReturnValue:
        once_sent(lambda then: receiving.acknowledge_receipt(desk(), actor(), number, now(), then), deskwork_shown.act)
        return see("desk.received_one", number=number, done="acknowledged")

    return attempt(act, lambda trouble: _one(number, trouble))


@blueprint.post("/received/<string:number>/actions")
@signed_in(Role.SUPERVISOR)
def received_action(number: str) -> ResponseReturnValue:
    """Note what I did about it."""

    def act() -> ResponseReturnValue:
        text = read(ActInSchema())["text"]
        once_sent(lambda then: receiving.note_action(desk(), actor(), number, text, now(), then), deskwork_shown.act)
        return see("desk.received_one", number=number, done="action")

    return attempt(act, lambda trouble: _one(number, trouble))


@blueprint.post("/received/<string:number>/recusal")
@signed_in(Role.SUPERVISOR)
def received_aside(number: str) -> ResponseReturnValue:
    """Say that it is not for me."""

    def act() -> ResponseReturnValue:
        reason = read(RecusalInSchema())["reason"]
        once_sent(
            lambda then: receiving.step_aside(desk(), actor(), number, reason, now(), then),
            lambda gone: {"number": gone.number},
        )
        return see("desk.received", done="aside")

    return attempt(act, lambda trouble: _one(number, trouble))


@blueprint.post("/received/<string:number>/evidence/<uuid:evidence_id>")
@signed_in(Role.SUPERVISOR)
@fresh
def received_original(number: str, evidence_id: UUID) -> ResponseReturnValue:
    """An original, as a download with a reason; never shown in the page."""

    def act() -> ResponseReturnValue:
        reason = read(WhySchema())["reason"]
        facts, blocks = looking.read_original(desk(), actor(), number, evidence_id, reason, now())
        return attachment(blocks, facts.size, facts.name or str(evidence_id), facts.media_type)

    return attempt(act, lambda trouble: _one(number, trouble))
