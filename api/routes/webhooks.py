"""Where webhooks are posted to: an administrator adds, lists and removes addresses. No case."""

from typing import Any

from marshmallow import Schema, fields

from api.access import fresh, needs
from api.blueprints import PREFIX, Answer, Blueprint
from api.context import actor, desk, now
from api.cursors import position, read_cursor, time
from api.deskwork_shown import page
from api.fields import Strict, instant, words
from api.idempotency import IDEMPOTENCY_KEY, once
from api.schemas import LONG, PageQuery, page_of
from api.shown import moment
from cases.casework import hooking
from cases.casework.hooking import Added
from cases.notices import Endpoint
from cases.people import Role
from cases.times import read_stamp, stamp

blueprint = Blueprint("webhooks", __name__, url_prefix=f"{PREFIX}/webhooks", description="The administrator: no case.")


class WebhookInSchema(Strict):
    url = words(
        LONG,
        required=True,
        shortest=1,
        metadata={"description": "https, and public or allowed by a setting."},
    )


class WebhookSchema(Schema):
    webhook_id = fields.Integer(required=True)
    host = fields.String(required=True, metadata={"description": "Of the address; what follows may hold a token."})
    added_at = instant(required=True)
    posted_at = instant(required=True, allow_none=True, metadata={"description": "When it last took something."})


class AddedWebhookSchema(Schema):
    webhook_id = fields.Integer(required=True)
    host = fields.String(required=True)
    added_at = instant(required=True)
    secret = fields.String(required=True, metadata={"description": "Signs what is posted; shown this once."})


class RemovedWebhookSchema(Schema):
    webhook_id = fields.Integer(required=True)


@blueprint.route("", methods=["GET"])
@needs(Role.ADMINISTRATOR)
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, page_of(WebhookSchema, "WebhookPage"))
def listed(wanted: dict[str, Any]) -> Answer:
    """Where webhooks are posted to, the oldest first. Never a secret, nor a whole address."""
    found = hooking.list_webhooks_at_desk(desk(), actor(), place_after(wanted), wanted["limit"])
    return page(found, wanted["limit"], _shown, place_of)


def place_after(wanted: dict[str, Any]) -> tuple[Any, int] | None:
    """Where the page before ended."""
    after = read_cursor(wanted.get("cursor"), time, position)
    return (read_stamp(after[0]), after[1]) if after else None


def place_of(one: Endpoint) -> list[Any]:
    """Where the page after continues."""
    return [stamp(one.added_at), one.id]


def _shown(one: Endpoint) -> dict[str, Any]:
    times = {"added_at": stamp(one.added_at), "posted_at": moment(one.posted_at)}
    return {"webhook_id": one.id, "host": one.host, **times}


@blueprint.route("", methods=["POST"])
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@needs(Role.ADMINISTRATOR)
@fresh
@blueprint.arguments(WebhookInSchema())
@blueprint.response(201, AddedWebhookSchema)
def add(told: dict[str, Any]) -> dict[str, Any]:
    """Post to an address from now on. The secret that signs what is posted is shown this once."""
    who = actor()
    return once(lambda then: hooking.add_webhook_at_desk(desk(), who, told["url"], now(), then), added, who.person)


def added(done: Added) -> dict[str, Any]:
    """A new endpoint, as it is answered once."""
    return {"webhook_id": done.id, "host": done.host, "added_at": stamp(done.added_at), "secret": done.secret}


@blueprint.route("/<int:webhook_id>", methods=["DELETE"])
@needs(Role.ADMINISTRATOR)
@blueprint.response(200, RemovedWebhookSchema)
def remove(webhook_id: int) -> dict[str, Any]:
    """Post there no more; what waits for it is dropped."""
    hooking.remove_webhook(desk(), webhook_id, now(), actor())
    return {"webhook_id": webhook_id}
