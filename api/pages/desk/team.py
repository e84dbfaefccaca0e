"""Who has how much to do, and a leaver's cases handed to somebody else."""

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue

from api import deskwork_shown
from api.context import actor, desk, now
from api.deskwork_schemas import HandoverInSchema
from api.pages.desk.common import blueprint, page
from api.pages.desk.fields import Field, options
from api.pages.desk.forms import Form, Sheet, blank, once_sent, sent
from api.pages.words import _, role_name
from api.routes.teams import ASSIGNS
from api.sessions import signed_in
from cases.casework import handing
from cases.casework.handing import Handover


@blueprint.get("/workload")
@signed_in(*ASSIGNS)
def workload() -> Response:
    """Everybody who works cases here, busy or not."""
    return page("team/workload.html", items=handing.workload(desk(), actor(), now()), at=now())


@blueprint.get("/hand-over")
@signed_in(*ASSIGNS)
def hand_over() -> Response:
    """A form to hand every open case of one person to another."""
    return _hand_over(blank(_form()))


def _hand_over(sheet: Sheet, done: dict[str, list[str]] | None = None) -> Response:
    return page("team/hand_over.html", sheet.status, sheet=sheet, handed=done)


def _form() -> Form:
    found = handing.workload(desk(), actor(), now())
    people = sorted({one.person: f"{one.name} ({one.person})" if one.name else one.person for one in found}.items())
    return Form(
        HandoverInSchema(),
        _("Hand cases over"),
        (
            Field("from", _("From"), options=tuple(people)),
            Field("to", _("To"), options=tuple(people)),
            Field("role", _("Role"), options=options(sorted({one.role for one in found}), role_name)),
            Field("reason", _("Reason")),
        ),
        _("Hand over"),
        lead=(
            _(
                "Every open case of one person in a role goes to another, with its tasks, as far as you may see it. "
                "Do it before somebody leaves."
            ),
        ),
    )


@blueprint.post("/hand-over")
@signed_in(*ASSIGNS)
def hand_over_now() -> ResponseReturnValue:
    """Hand them over. Asked again, it moves what is left."""

    def do(told: dict[str, Any]) -> ResponseReturnValue:
        wanted = Handover(**told)
        done = once_sent(
            lambda then: handing.hand_over_cases(desk(), actor(), wanted, now(), then), deskwork_shown.handed_over
        )
        return _hand_over(blank(_form()), done)

    return sent(_form(), do, _hand_over)
