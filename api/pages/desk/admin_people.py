"""An administrator's pages on people: the directory, a new one, where somebody is signed in.

A new directory is pasted into the form. A file would have to come as multipart, which the desk does not read: its
parts could be spooled to a disk in the clear, and the mark of the form would stand behind whatever was sent first.
Whole directories of thousands come by `PUT /api/v1/directory` or the command line.
"""

from flask import Response
from flask.typing import ResponseReturnValue

from api import deskwork_shown
from api.context import actor, desk, now
from api.cursors import read_cursor, word, write_cursor
from api.deskwork_schemas import PeopleQuery, TokensQuery
from api.fields import JSON_LIMIT
from api.pages.desk.common import blueprint, page, see
from api.pages.desk.sending import NONE, Trouble, asked, attempt, further
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
    return page("admin/people.html", items=items, then=then, first=after is None, search=wanted["search"])


@blueprint.get("/admin/import")
@signed_in(Role.ADMINISTRATOR)
def admin_import() -> Response:
    """A form for a new directory."""
    return _import(NONE)


def _import(trouble: Trouble) -> Response:
    return page("admin/import.html", trouble.status, trouble=trouble, limit=JSON_LIMIT // 1024)


@blueprint.post("/admin/import")
@signed_in(Role.ADMINISTRATOR)
def admin_put() -> ResponseReturnValue:
    """Take in a directory, whole or not at all; sent twice, it is the same directory."""

    def act() -> ResponseReturnValue:
        text = form().get("directory", "").replace("\r\n", "\n")
        accounts.put_directory(desk(), actor(), text, now(), force=form().get("force") == "true")
        return see("desk.admin", done="imported")

    return attempt(act, _import)


@blueprint.get("/admin/sessions")
@signed_in(Role.ADMINISTRATOR)
def admin_sessions() -> Response:
    """Where somebody is signed in."""
    person = asked(TokensQuery())["person"]
    found = accounts.sessions_of(desk(), actor(), person, now()) if person else ()
    return page("admin/sessions.html", person=person, sessions=found)


@blueprint.post("/admin/sessions/end")
@signed_in(Role.ADMINISTRATOR)
def admin_end_sessions() -> ResponseReturnValue:
    """End every session of somebody."""
    person = form().get("person", "")
    accounts.end_sessions(desk(), actor(), person, now())
    return see("desk.admin_sessions", person=person, done="ended")
