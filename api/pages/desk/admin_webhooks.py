"""An administrator's pages on webhooks: where it is said, outside, that a notice was made.

A secret is shown once, in the answer to the form. Whoever adds an address must have proved lately who they are: with a
desk left open, a passer-by could otherwise have themselves told, for good, how busy the office is.
"""

from typing import Any

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from api.access import fresh
from api.context import actor, desk, now
from api.cursors import write_cursor
from api.pages.desk.common import blueprint, page, see
from api.pages.desk.fields import Field
from api.pages.desk.forms import Form, Sheet, blank, once_sent, sent
from api.pages.desk.listing import asked, further
from api.pages.words import _
from api.routes.webhooks import WebhookInSchema, added, place_after, place_of
from api.schemas import PageQuery
from api.sessions import form, signed_in
from cases.casework import hooking
from cases.people import Role


@blueprint.get("/admin/webhooks")
@signed_in(Role.ADMINISTRATOR)
def admin_webhooks() -> Response:
    """Where webhooks are posted to. Never a secret."""
    return _listed(blank(_webhook()))


def _webhook() -> Form:
    hint = _("Such as https://hooks.example.org/desk. Only its host is shown here afterwards.")
    url = Field("url", _("Address"), "line", hint=hint)
    return Form(WebhookInSchema(), _("Add a webhook"), (url,), _("Add it"), to=url_for("desk.admin_webhooks"))


def _listed(sheet: Sheet, issued: dict[str, Any] | None = None) -> Response:
    wanted = asked(PageQuery())
    after = place_after(wanted)
    found = hooking.list_webhooks_at_desk(desk(), actor(), after, wanted["limit"])
    then = further(write_cursor(place_of(found[-1])) if len(found) == wanted["limit"] else None)
    first = after is None
    return page("admin/webhooks.html", sheet.status, items=found, then=then, first=first, issued=issued, sheet=sheet)


@blueprint.post("/admin/webhooks")
@signed_in(Role.ADMINISTRATOR)
@fresh
def admin_add_webhook() -> ResponseReturnValue:
    """Post to an address from now on; its secret is shown this once."""

    def do(told: dict[str, Any]) -> ResponseReturnValue:
        who = actor()
        done = once_sent(lambda then: hooking.add_webhook_at_desk(desk(), who, told["url"], now(), then), added)
        return _listed(blank(_webhook()), done)

    return sent(_webhook(), do, _listed)


@blueprint.get("/admin/webhooks/<int:webhook_id>/remove")
@signed_in(Role.ADMINISTRATOR)
def admin_ask_webhook(webhook_id: int) -> Response:
    """Ask whether this one is really to be removed: its secret is gone with it."""
    return page("admin/webhook.html", one=hooking.find_webhook(desk(), actor(), webhook_id))


@blueprint.post("/admin/webhooks/<int:webhook_id>/remove")
@signed_in(Role.ADMINISTRATOR)
def admin_remove_webhook(webhook_id: int) -> ResponseReturnValue:
    """Post there no more."""
    form()
    hooking.remove_webhook(desk(), webhook_id, now(), actor())
    return see("desk.admin_webhooks", done="unhooked")
