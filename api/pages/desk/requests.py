"""A custodian's pages: who asks to learn who reported, why, and yes or no. The case itself is on none of them.

A request is looked for among those that wait for this very person, so one in a case they have any part in, and one that
was decided, are unknown like one that never was.
"""

from typing import Any
from uuid import UUID

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from api import casework_shown
from api.access import fresh
from api.context import actor, desk, now
from api.pages.desk.common import blueprint, page, see
from api.pages.desk.fields import Field
from api.pages.desk.forms import Form, Sheet, blank, once_sent, sent
from api.pages.words import _
from api.sessions import signed_in
from api.work_schemas import IdentityDecisionSchema
from cases.casework import identities
from cases.errors import UnknownItem
from cases.identity import IdentityRequest
from cases.people import Role
from cases.ports import Then


@blueprint.get("/requests")
@signed_in(Role.CUSTODIAN)
def requests_waiting() -> Response:
    """What waits for me."""
    return page("requests/list.html", items=identities.requests_waiting(desk(), actor()))


@blueprint.get("/requests/<uuid:request_id>")
@signed_in(Role.CUSTODIAN)
def request_one(request_id: UUID) -> Response:
    """One request and its reason, to decide."""
    return _one(request_id, blank(_decision(request_id)))


def _one(request_id: UUID, sheet: Sheet) -> Response:
    asked = _waiting(request_id)
    reason = identities.reason_of(desk(), actor(), asked, now())
    return page("requests/one.html", sheet.status, asked=asked, reason=reason, sheet=sheet)


def _decision(request_id: UUID) -> Form:
    limited = _("A yes holds for this person alone, for a limited time.")
    return Form(
        IdentityDecisionSchema(),
        _("Your decision"),
        (
            Field("grant", _("May they learn who reported?"), "yes_no", hint=limited),
            Field("reason", _("Your reasons"), hint=_("Kept sealed.")),
        ),
        _("Decide"),
        to=url_for("desk.request_decide", request_id=request_id),
    )


def _waiting(request_id: UUID) -> IdentityRequest:
    """Raises UnknownItem."""
    for one in identities.requests_waiting(desk(), actor()):
        if one.id == request_id:
            return one
    raise UnknownItem("There is no such request.")


@blueprint.get("/requests/<uuid:request_id>/identity")
@signed_in(Role.CUSTODIAN)
@fresh
def request_identity(request_id: UUID) -> Response:
    """Who reported, to decide on the request. Each look is an entry."""
    asked = _waiting(request_id)
    told = identities.read_identity(desk(), actor(), asked.number, request_id, now())
    return page("requests/identity.html", asked=asked, told=told)


@blueprint.post("/requests/<uuid:request_id>/decision")
@signed_in(Role.CUSTODIAN)
def request_decide(request_id: UUID) -> ResponseReturnValue:
    """Grant or deny, with reasons."""

    def do(told: dict[str, Any]) -> ResponseReturnValue:
        grant, reason = told["grant"], told["reason"]

        def decide(then: Then | None) -> IdentityRequest:
            number = _waiting(request_id).number
            return identities.decide_on_request(desk(), actor(), number, request_id, reason, now(), then, grant=grant)

        once_sent(decide, casework_shown.request)
        return see("desk.requests_waiting", done="granted" if grant else "denied")

    return sent(_decision(request_id), do, lambda sheet: _one(request_id, sheet))
