"""Who reported: asking for it, and reading it where that is open."""

from typing import Any
from uuid import UUID

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from api.access import fresh
from api.context import actor, desk, now
from api.pages.desk.common import blueprint, page
from api.pages.desk.fields import Field
from api.pages.desk.forms import Form, handle
from api.pages.words import _
from api.routes.identities import ASKS
from api.sessions import signed_in
from api.work_schemas import IdentityRequestInSchema
from cases.casework import identities
from cases.identity import IdentityRequest
from cases.ports import Then


@blueprint.route("/cases/<string:number>/identity/ask", methods=["GET", "POST"])
@signed_in(*ASKS)
def ask_identity(number: str) -> ResponseReturnValue:
    """Ask to learn who reported, with a reason."""
    form = Form(
        IdentityRequestInSchema(),
        _("Ask who reported"),
        (Field("reason", _("Why you need to know")),),
        _("Send the request"),
        url_for("desk.case_page", number=number, _anchor="identity"),
        number,
        lead=(
            _("A custodian decides. If they grant it, you alone see the name, for a limited time."),
            _("Often a letter to the reporter is enough: they can answer without saying who they are."),
        ),
    )

    def act(told: dict[str, Any], _version: int, then: Then | None) -> IdentityRequest:
        return identities.ask_who_reported(desk(), actor(), number, told["reason"], now(), then)

    return handle(form, act)


@blueprint.get("/cases/<string:number>/identity")
@signed_in(*ASKS)
@fresh
def identity(number: str) -> Response:
    """Who reported, for assigned handlers under open consent. Each look is an entry."""
    return _shown(number, None)


@blueprint.get("/cases/<string:number>/identity/<uuid:request_id>")
@signed_in(*ASKS)
@fresh
def granted_identity(number: str, request_id: UUID) -> Response:
    """Who reported, for whom it was granted, while it lasts. Each look is an entry."""
    return _shown(number, request_id)


def _shown(number: str, request_id: UUID | None) -> Response:
    told = identities.read_identity(desk(), actor(), number, request_id, now())
    return page("identity.html", number=number, told=told)
