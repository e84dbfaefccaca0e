"""A supervisor's pages: what was sent to me, that I got it, what I did about it, and that it is not for me.

They show what `api.shown` lets go to this role and no more: never how the case stands, who works it or what came of it.
"""

from typing import Any
from uuid import UUID

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from api import deskwork_shown, shown
from api.access import fresh
from api.context import actor, desk, now
from api.deskwork_schemas import ActInSchema, NothingSchema
from api.pages.desk.common import blueprint, page, see
from api.pages.desk.evidence import hand_over, why_form
from api.pages.desk.fields import Field
from api.pages.desk.forms import Form, Sheet, once_sent, sent, standing
from api.pages.desk.listing import by_arrival, cases_asked, further, narrowing
from api.pages.words import _
from api.routes.cases import filter_of, next_of
from api.schemas import CasesQuery
from api.sessions import signed_in
from api.work_schemas import RecusalInSchema
from cases.casework import looking, receiving
from cases.deskwork import ActKind
from cases.people import Role


@blueprint.get("/received")
@signed_in(Role.SUPERVISOR)
def received() -> Response:
    """What was sent to me, newest first."""
    wanted = cases_asked()
    found = receiving.list_received(desk(), actor(), filter_of(wanted))
    then = further(next_of([one.case for one in found], wanted))
    narrow = narrowing(CasesQuery(), by_arrival())
    return page("received/list.html", items=found, then=then, first="cursor" not in wanted, narrow=narrow)


@blueprint.get("/received/<string:number>")
@signed_in(Role.SUPERVISOR)
def received_one(number: str) -> Response:
    """One complaint as it was filed, its files, and what I did about it."""
    return _one(number)


def _one(number: str, answered: Sheet | None = None) -> Response:
    who = actor()
    view = looking.show_case(desk(), who, number, now())
    is_kept = view.told is not None
    acts = receiving.list_acts(desk(), who, number, now()) if is_kept else ()
    files = looking.list_evidence(desk(), who, number, now()) if is_kept else ()
    forms = [_acknowledgement(number), _action(number), _aside(number)]
    forms += [_why(number, file.evidence) for file in files]
    return page(
        "received/one.html",
        answered.status if answered else 200,
        case=shown.case_page(view, who),
        received_at=view.case.received_at,
        files=files,
        actions=[act for act in acts if act.act.kind is ActKind.ACTION],
        acknowledged=next((act.act.at for act in acts if act.act.kind is ActKind.ACKNOWLEDGED), None),
        answered=answered,
        sheets=standing(forms, answered),
    )


def _acknowledgement(number: str) -> Form:
    to = url_for("desk.received_acknowledge", number=number)
    return Form(NothingSchema(), _("I got it"), (), _("I got it"), to=to, prefix="got")


def _action(number: str) -> Form:
    hint = _("Those who work the case read it: leave out who you are and where.")
    return Form(
        ActInSchema(),
        _("What I did about it"),
        (Field("text", _("Action taken"), hint=hint),),
        _("Note it"),
        to=url_for("desk.received_action", number=number),
        prefix="act",
    )


def _aside(number: str) -> Form:
    return Form(
        RecusalInSchema(),
        _("It is not for me"),
        (Field("reason", _("Why is it not for you?"), hint=_("Kept sealed, with who reported.")),),
        _("Step aside for good"),
        to=url_for("desk.received_aside", number=number),
        prefix="aside",
        lead=(
            _(
                "If it concerns you, or somebody close to you, step aside. You will not see it again, "
                "and the next supervisor who is clear of it gets it."
            ),
        ),
        quiet=True,
    )


def _why(number: str, evidence: str) -> Form:
    to = url_for("desk.received_original", number=number, evidence_id=evidence)
    return why_form(number, to, f"why-{evidence}")


@blueprint.post("/received/<string:number>/acknowledgement")
@signed_in(Role.SUPERVISOR)
def received_acknowledge(number: str) -> ResponseReturnValue:
    """Say that I got it."""

    def do(_read: dict[str, Any]) -> ResponseReturnValue:
        once_sent(lambda then: receiving.acknowledge_receipt(desk(), actor(), number, now(), then), deskwork_shown.act)
        return see("desk.received_one", number=number, done="acknowledged")

    return sent(_acknowledgement(number), do, lambda sheet: _one(number, sheet))


@blueprint.post("/received/<string:number>/actions")
@signed_in(Role.SUPERVISOR)
def received_action(number: str) -> ResponseReturnValue:
    """Note what I did about it."""

    def do(read: dict[str, Any]) -> ResponseReturnValue:
        text = read["text"]
        once_sent(lambda then: receiving.note_action(desk(), actor(), number, text, now(), then), deskwork_shown.act)
        return see("desk.received_one", number=number, done="action")

    return sent(_action(number), do, lambda sheet: _one(number, sheet))


@blueprint.post("/received/<string:number>/recusal")
@signed_in(Role.SUPERVISOR)
def received_aside(number: str) -> ResponseReturnValue:
    """Say that it is not for me."""

    def do(read: dict[str, Any]) -> ResponseReturnValue:
        reason = read["reason"]
        once_sent(
            lambda then: receiving.step_aside(desk(), actor(), number, reason, now(), then),
            lambda gone: {"number": gone.number},
        )
        return see("desk.received", done="aside")

    return sent(_aside(number), do, lambda sheet: _one(number, sheet))


@blueprint.post("/received/<string:number>/evidence/<uuid:evidence_id>")
@signed_in(Role.SUPERVISOR)
@fresh
def received_original(number: str, evidence_id: UUID) -> ResponseReturnValue:
    """An original, as a download with a reason; never shown in the page."""
    form = _why(number, str(evidence_id))
    return sent(form, lambda told: hand_over(number, evidence_id, told), lambda sheet: _one(number, sheet))
