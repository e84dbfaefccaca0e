"""Who has how much to do, and a leaver's cases handed to somebody else."""

from flask import Response
from flask.typing import ResponseReturnValue

from api import deskwork_shown
from api.context import actor, desk, now
from api.deskwork_schemas import HandoverInSchema
from api.pages.desk.common import blueprint, page
from api.pages.desk.sending import NONE, Trouble, attempt, once_sent, read
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
    return _hand_over(NONE)


def _hand_over(trouble: Trouble, done: dict[str, list[str]] | None = None) -> Response:
    found = handing.workload(desk(), actor(), now())
    people = {one.person: f"{one.name} ({one.person})" if one.name else one.person for one in found}
    roles = sorted({one.role for one in found})
    return page(
        "team/hand_over.html", trouble.status, people=sorted(people.items()), roles=roles, handed=done, trouble=trouble
    )


@blueprint.post("/hand-over")
@signed_in(*ASSIGNS)
def hand_over_now() -> ResponseReturnValue:
    """Hand them over. Asked again, it moves what is left."""

    def act() -> ResponseReturnValue:
        wanted = Handover(**read(HandoverInSchema()))
        done = once_sent(
            lambda then: handing.hand_over_cases(desk(), actor(), wanted, now(), then), deskwork_shown.handed_over
        )
        return _hand_over(NONE, done)

    return attempt(act, _hand_over)
