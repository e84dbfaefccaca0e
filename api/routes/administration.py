"""An administrator at the desk: the directory, tokens, keys by name. No case."""

from typing import Any

from flask import abort, request

from api import deskwork_shown as shown
from api.access import needs
from api.blueprints import PREFIX, Answer, Blueprint
from api.context import actor, desk, now
from api.cursors import read_cursor, time, word
from api.deskwork_schemas import (
    DirectoryPersonSchema,
    ImportedSchema,
    ImportQuery,
    IssuedTokenSchema,
    KeySchema,
    PeopleQuery,
    RevokedSchema,
    TokenInSchema,
    TokenSchema,
    TokensQuery,
)
from api.idempotency import IDEMPOTENCY_KEY, once
from api.schemas import page_of
from cases.casework import accounts
from cases.casework.administering import Issued
from cases.errors import DirectoryRefused, MediaRefused
from cases.people import Role
from cases.times import read_stamp, stamp

blueprint = Blueprint("administration", __name__, url_prefix=PREFIX)
DIRECTORY_LIMIT = 16 << 20
"""Bytes of a directory: some 100,000 people."""

CSV = {
    "requestBody": {
        "required": True,
        "description": "The whole directory, as `rule12 directory import` takes it.",
        "content": {"text/csv": {"schema": {"type": "string"}}},
    }
}


@blueprint.route("/directory", methods=["GET"])
@needs(Role.ADMINISTRATOR)
@blueprint.arguments(PeopleQuery(), location="query")
@blueprint.response(200, page_of(DirectoryPersonSchema, "DirectoryPage"))
def people(wanted: dict[str, Any]) -> Answer:
    """The people, by staff number; `search` is part of a number or of a name."""
    after = read_cursor(wanted.get("cursor"), word)
    found = accounts.list_people(desk(), actor(), wanted["search"], after[0] if after else "", wanted["limit"])
    return shown.page(found, wanted["limit"], shown.person, lambda one: [one.staff_number])


@blueprint.route("/directory", methods=["PUT"])
@blueprint.doc(**CSV)
@needs(Role.ADMINISTRATOR)
@blueprint.arguments(ImportQuery(), location="query")
@blueprint.response(200, ImportedSchema)
def put_directory(wanted: dict[str, Any]) -> dict[str, Any]:
    """Take in a directory, whole or not at all.

    Refused unless `force` is true: open cases left with somebody who goes, and numbers that change without a word.
    """
    return {"people": accounts.put_directory(desk(), actor(), _text(), now(), force=wanted["force"])}


def _text() -> str:
    """The body as text. Raises MediaRefused, or DirectoryRefused naming the line that is not UTF-8."""
    if request.mimetype != "text/csv":
        raise MediaRefused("Send the directory as it is: `Content-Type: text/csv`.")
    request.max_content_length = DIRECTORY_LIMIT
    data = request.get_data()
    if request.content_length is None and len(data) >= DIRECTORY_LIMIT:
        abort(413)  # the framework cuts off what was not announced, and says nothing
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DirectoryRefused([(line, "not UTF-8 from here on: save the file as CSV in UTF-8")]) from error


@blueprint.route("/tokens", methods=["GET"])
@needs(Role.ADMINISTRATOR)
@blueprint.arguments(TokensQuery(), location="query")
@blueprint.response(200, page_of(IssuedTokenSchema, "TokenPage"))
def tokens(wanted: dict[str, Any]) -> Answer:
    """Tokens that were issued and not revoked: whose, in which role, until when. Never a token."""
    after = read_cursor(wanted.get("cursor"), word, time)
    place = (after[0], read_stamp(after[1])) if after else None
    found = accounts.list_tokens(desk(), actor(), wanted["person"], place, wanted["limit"])
    return shown.page(found, wanted["limit"], shown.token, lambda one: [one.person, stamp(one.issued_at)])


@blueprint.route("/tokens", methods=["POST"])
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@needs(Role.ADMINISTRATOR)
@blueprint.arguments(TokenInSchema())
@blueprint.response(201, TokenSchema)
def issue(told: dict[str, Any]) -> dict[str, Any]:
    """A token for somebody else, in a role the directory gives them. It is shown this once."""
    who = actor()
    return once(
        lambda then: accounts.give_token(desk(), who, told["person"], told["role"], told["days"], now(), then),
        _issued,
        who.person,
    )


def _issued(done: Issued) -> dict[str, Any]:
    return {"token": done.text, "expires_at": stamp(done.expires_at)}


@blueprint.route("/tokens/<string:person>", methods=["DELETE"])
@needs(Role.ADMINISTRATOR)
@blueprint.response(200, RevokedSchema)
def revoke(person: str) -> dict[str, Any]:
    """Revoke every token of a person, also of one who left."""
    return {"revoked": accounts.take_tokens(desk(), actor(), person, now())}


@blueprint.route("/keys", methods=["GET"])
@needs(Role.ADMINISTRATOR)
@blueprint.response(200, KeySchema(many=True))
def keys() -> list[dict[str, Any]]:
    """The keys by name: what each is for, its id, how old it is. Nothing that opens anything."""
    return [shown.key(one) for one in accounts.list_keys(desk(), actor())]
