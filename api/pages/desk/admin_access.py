"""An administrator's pages on access: tokens, links that sign in once, keys by name.

What lets somebody in is shown once, in the answer to the form. Whoever asks for it must have proved lately who they
are: with a desk left open, a passer-by could otherwise make a way in that outlasts the session.
"""

from typing import Any

from flask import Response, url_for
from flask.typing import ResponseReturnValue
from marshmallow import fields, validate

from api.access import fresh
from api.context import actor, desk, now
from api.cursors import read_cursor, time, word, write_cursor
from api.deskwork_schemas import TokenInSchema, TokensQuery
from api.fields import Slug, Strict, words
from api.pages.desk.common import blueprint, page, see
from api.pages.desk.fields import Field, options
from api.pages.desk.forms import Form, Sheet, blank, once_sent, sent
from api.pages.desk.listing import asked, further
from api.pages.words import _, role_name
from api.sessions import form, signed_in
from cases.casework import accounts
from cases.people import Role
from cases.times import read_stamp, stamp

LONGEST_LINK = 24 * 60


class LinkInSchema(Strict):
    """For whom, in which role, for how many minutes."""

    person = words(40, required=True, shortest=1)
    role = Slug(Role, required=True)
    minutes = fields.Integer(load_default=30, validate=validate.Range(1, LONGEST_LINK))


@blueprint.get("/admin/tokens")
@signed_in(Role.ADMINISTRATOR)
def admin_tokens() -> Response:
    """Tokens that were issued and not revoked. Never a token."""
    return _tokens(blank(_token()))


def _way_in() -> tuple[Field, Field]:
    """For whom, and in which role, a way in is made."""
    return Field("person", _("Staff number"), "line"), Field("role", _("Role"), options=options(Role, role_name))


def _token() -> Form:
    days = Field("days", _("Days it is good for"), value="30", needed=True)
    return Form(TokenInSchema(), _("Issue a token"), (*_way_in(), days), _("Issue it"), to=url_for("desk.admin_tokens"))


def _link() -> Form:
    minutes = Field("minutes", _("Minutes it is good for"), value="30", needed=True, hint=_most(LONGEST_LINK))
    return Form(
        LinkInSchema(), _("Make a link"), (*_way_in(), minutes), _("Make the link"), to=url_for("desk.admin_links")
    )


def _most(count: int) -> str:
    return _("At most %(most)s.") % {"most": count}


def _tokens(sheet: Sheet, issued: dict[str, Any] | None = None) -> Response:
    wanted = asked(TokensQuery())
    after = read_cursor(wanted.get("cursor"), word, time)
    place = (after[0], read_stamp(after[1])) if after else None
    found = accounts.list_tokens(desk(), actor(), wanted["person"], place, wanted["limit"])
    last = [found[-1].person, stamp(found[-1].issued_at)] if len(found) == wanted["limit"] else None
    return page(
        "admin/tokens.html",
        sheet.status,
        items=found,
        then=further(write_cursor(last) if last else None),
        first=after is None,
        person=wanted["person"],
        issued=issued,
        sheet=sheet,
    )


@blueprint.post("/admin/tokens")
@signed_in(Role.ADMINISTRATOR)
@fresh
def admin_issue() -> ResponseReturnValue:
    """A token for somebody else, shown this once."""

    def do(told: dict[str, Any]) -> ResponseReturnValue:
        who = actor()
        done = once_sent(
            lambda then: accounts.give_token(desk(), who, told["person"], told["role"], told["days"], now(), then),
            lambda issued: {"secret": issued.text, "expires_at": stamp(issued.expires_at)},
        )
        return _tokens(blank(_token()), done)

    return sent(_token(), do, _tokens)


@blueprint.post("/admin/tokens/revoke")
@signed_in(Role.ADMINISTRATOR)
def admin_revoke() -> ResponseReturnValue:
    """Revoke every token of a person."""
    person = form().get("person", "")
    accounts.take_tokens(desk(), actor(), person, now())
    return see("desk.admin_tokens", done="revoked")


@blueprint.get("/admin/links")
@signed_in(Role.ADMINISTRATOR)
def admin_links() -> Response:
    """A form for a link."""
    return _links(blank(_link()))


def _links(sheet: Sheet, issued: dict[str, Any] | None = None) -> Response:
    return page("admin/links.html", sheet.status, issued=issued, sheet=sheet)


@blueprint.post("/admin/links")
@signed_in(Role.ADMINISTRATOR)
@fresh
def admin_link() -> ResponseReturnValue:
    """A link that signs somebody else in, once; shown this once."""

    def do(told: dict[str, Any]) -> ResponseReturnValue:
        who = actor()
        done = once_sent(
            lambda then: accounts.give_link(desk(), who, told["person"], told["role"], told["minutes"], now(), then),
            lambda issued: {"secret": issued.address, "expires_at": stamp(issued.expires_at)},
        )
        return _links(blank(_link()), done)

    return sent(_link(), do, _links)


@blueprint.get("/admin/keys")
@signed_in(Role.ADMINISTRATOR)
def admin_keys() -> Response:
    """The keys by name. Nothing that opens anything."""
    return page("admin/keys.html", items=accounts.list_keys(desk(), actor()))
