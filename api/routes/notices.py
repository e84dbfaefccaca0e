"""What waits for whoever calls, and how they want to be written to; for every role at the desk."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate

from api.access import needs
from api.blueprints import PREFIX, Answer, Blueprint
from api.context import actor, desk, now
from api.cursors import link_next, position, read_cursor, write_cursor
from api.fields import Strict, instant, words
from api.shown import moment
from cases.casework import noticing
from cases.notices import Preferences, Shown
from cases.people import Role

blueprint = Blueprint("notices", __name__, url_prefix=f"{PREFIX}/notices")


class NoticesQuery(Strict):
    cursor = fields.String()
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    unread = fields.Boolean(load_default=False, metadata={"description": "Only what was not read yet."})


class NoticeSchema(Schema):
    notice_id = fields.UUID(required=True, metadata={"description": "The same for all who are told of it."})
    number = fields.String(required=True, allow_none=True, metadata={"description": "null: it concerns no case."})
    what = fields.String(required=True)
    text = fields.String(required=True, metadata={"description": "In the language this person chose."})
    at = instant(required=True)
    read = fields.Boolean(required=True)


class PreferencesSchema(Strict):
    language = words(2, load_default="", metadata={"description": "Empty: the language of the installation."})
    mail = fields.Boolean(load_default=True)
    when = words(40, load_default="", metadata={"description": "at_once or a rhythm; empty: as it is set for all."})


class NoticePageSchema(Schema):
    items = fields.List(fields.Nested(NoticeSchema), required=True)
    next = fields.String(required=True, allow_none=True)
    unread = fields.Integer(required=True, metadata={"description": "Of the newest thousand."})


@blueprint.route("", methods=["GET"])
@needs(*Role)
@blueprint.arguments(NoticesQuery(), location="query")
@blueprint.response(200, NoticePageSchema)
def listed(wanted: dict[str, Any]) -> Answer:
    """What waits for me in this role, newest first, of cases that exist for me now."""
    who, after = actor(), read_cursor(wanted.get("cursor"), position)
    page = noticing.list_notices(
        desk(), who, after[0] if after else None, wanted["limit"], unread_alone=wanted["unread"]
    )
    cursor = write_cursor([page.items[-1].row]) if len(page.items) == wanted["limit"] else None
    language = _language()
    items = [_shown(one, language) for one in page.items]
    return {"items": items, "next": cursor, "unread": page.unread}, 200, link_next(cursor)


@blueprint.route("/<uuid:notice_id>/read", methods=["POST"])
@needs(*Role)
@blueprint.response(200, NoticeSchema)
def read(notice_id: UUID) -> dict[str, Any]:
    """Take it as read. Twice is as once."""
    return _shown(noticing.read_notice(desk(), actor(), notice_id, now()), _language())


@blueprint.route("/preferences", methods=["GET"])
@needs(*Role)
@blueprint.response(200, PreferencesSchema)
def preferences() -> dict[str, Any]:
    """How I want to be written to, in every role I hold."""
    return _told(noticing.notice_preferences(desk(), actor()))


@blueprint.route("/preferences", methods=["PUT"])
@needs(*Role)
@blueprint.arguments(PreferencesSchema())
@blueprint.response(200, PreferencesSchema)
def prefer(told: dict[str, Any]) -> dict[str, Any]:
    """Say how I want to be written to. A supervisor's mails come in the rhythm set for all supervisors."""
    return _told(noticing.prefer(desk(), actor(), Preferences(**told), now()))


def _language() -> str:
    return noticing.notice_preferences(desk(), actor()).language or desk().post.language


def _shown(one: Shown, language: str) -> dict[str, Any]:
    text = noticing.words_of(desk(), actor(), one.what, one.at, language)
    facts = {"notice_id": one.id, "number": one.number, "what": one.what, "text": text}
    return facts | {"at": moment(one.at), "read": one.read}


def _told(wish: Preferences) -> dict[str, Any]:
    return {"language": wish.language, "mail": wish.mail, "when": wish.when}
