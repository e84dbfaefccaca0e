"""An administrator's pages on people: the directory, a new one, where somebody is signed in.

A new directory is pasted into the form. A file would have to come as multipart, which the desk does not read: its
parts could be spooled to a disk in the clear, and the mark of the form would stand behind whatever was sent first.
Whole directories of thousands come by `PUT /api/v1/directory` or the command line.
"""

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from marshmallow import fields

from api import deskwork_shown
from api.context import actor, desk, now
from api.cursors import read_cursor, word, write_cursor
from api.deskwork_schemas import PeopleQuery, TokensQuery
from api.fields import JSON_LIMIT, Strict
from api.pages.desk.common import blueprint, page, see
from api.pages.desk.fields import Field
from api.pages.desk.forms import Form, Sheet, blank, sent
from api.pages.desk.listing import asked, further, narrowing
from api.pages.words import _
from api.sessions import form, signed_in
from cases.casework import accounts
from cases.people import Role


@blueprint.get("/admin")
@signed_in(Role.ADMINISTRATOR)
def admin() -> Response:
    """The people of the directory, by number."""
    wanted = asked(PeopleQuery())
    after = read_cursor(wanted.get("cursor"), word)
    found = accounts.list_people(desk(), actor(), wanted["search"], after[0] if after else "", wanted["limit"])
    then = further(write_cursor([found[-1].staff_number]) if len(found) == wanted["limit"] else None)
    items = [deskwork_shown.person(one) for one in found]
    narrow = narrowing(PeopleQuery(), (Field("search", _("Part of a number or of a name")),))
    return page("admin/people.html", items=items, then=then, first=after is None, narrow=narrow)


@blueprint.get("/admin/import")
@signed_in(Role.ADMINISTRATOR)
def admin_import() -> Response:
    """A form for a new directory."""
    return _import(blank(_form()))


class DirectoryInSchema(Strict):
    """A directory as text, and whether it is taken in although it leaves something undone."""

    directory = fields.String(required=True)
    force = fields.Boolean(load_default=False)


def _form() -> Form:
    hint = _(
        "Paste all of it, with the line of names. Up to about %(limit)s KiB; "
        "larger ones go in by “rule12 directory import”."
    ) % {"limit": JSON_LIMIT // 1024}
    return Form(
        DirectoryInSchema(),
        _("New directory"),
        (
            Field("directory", _("The file, as CSV"), "text", hint=hint),
            Field("force", _("Take it in although cases are left with nobody, or numbers change")),
        ),
        _("Take it in"),
        lead=(
            _(
                "It is taken in whole or not at all, and takes the place of the one before. "
                "Every case is screened again by it."
            ),
        ),
    )


def _import(sheet: Sheet) -> Response:
    return page("admin/import.html", sheet.status, sheet=sheet)


@blueprint.post("/admin/import")
@signed_in(Role.ADMINISTRATOR)
def admin_put() -> ResponseReturnValue:
    """Take in a directory, whole or not at all; sent twice, it is the same directory."""

    def do(told: dict[str, Any]) -> ResponseReturnValue:
        accounts.put_directory(desk(), actor(), told["directory"], now(), force=told["force"])
        return see("desk.admin", done="imported")

    return sent(_form(), do, _import)


@blueprint.get("/admin/sessions")
@signed_in(Role.ADMINISTRATOR)
def admin_sessions() -> Response:
    """Where somebody is signed in."""
    person = asked(TokensQuery())["person"]
    found = accounts.sessions_of(desk(), actor(), person, now()) if person else ()
    narrow = narrowing(TokensQuery(), (Field("person", _("Staff number"), needed=True),))
    return page("admin/sessions.html", person=person, sessions=found, narrow=narrow)


@blueprint.post("/admin/sessions/end")
@signed_in(Role.ADMINISTRATOR)
def admin_end_sessions() -> ResponseReturnValue:
    """End every session of somebody."""
    person = form().get("person", "")
    accounts.end_sessions(desk(), actor(), person, now())
    return see("desk.admin_sessions", person=person, done="ended")
