"""What waits for whoever is here, and how they want to be written to. Mails lead to this page and name no case."""

from typing import Any
from uuid import UUID

from babel import Locale
from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from api.context import actor, desk, now
from api.cursors import position, read_cursor, write_cursor
from api.pages.desk.common import blueprint, page, see
from api.pages.desk.fields import Field
from api.pages.desk.forms import Form, Sheet, blank, sent
from api.pages.desk.listing import asked, further
from api.pages.desk.navigation import CASE_PAGES
from api.pages.words import _, language
from api.routes.notices import NoticesQuery, PreferencesSchema
from api.sessions import EVERY_ROLE, form, signed_in
from cases.casework import noticing
from cases.catalogue import LANGUAGES
from cases.errors import UnknownItem
from cases.notices import Preferences, Shown
from cases.people import Role

ALL, MOST = "all", 200


@blueprint.get("/notices")
@signed_in(*EVERY_ROLE)
def notices() -> Response:
    """What waits for me in this role, newest first."""
    return _listed(blank(_wish()))


def _listed(sheet: Sheet) -> Response:
    wanted, who = asked(NoticesQuery()), actor()
    after = read_cursor(wanted.get("cursor"), position)
    row = after[0] if after else None
    found = noticing.list_notices(desk(), who, row, wanted["limit"], unread_alone=wanted["unread"])
    cursor = write_cursor([found.items[-1].row]) if len(found.items) == wanted["limit"] else None
    return page(
        "notices.html",
        sheet.status,
        items=[_shown(one) for one in found.items],
        unread=found.unread,
        only_unread=wanted["unread"],
        then=further(cursor),
        first=after is None,
        sheet=sheet,
    )


def _wish() -> Form:
    """How I want to be written to, as it stands."""
    wish = noticing.notice_preferences(desk(), actor())
    spoken = tuple((slug, Locale.parse(slug).get_display_name() or slug) for slug in LANGUAGES)
    mails = (("true", _("Write to me")), ("false", _("Do not write to me")))
    as_set, one_hour = _("As set for all"), _("Supervisors are written to at one hour for all of them.")
    return Form(
        PreferencesSchema(),
        _("How to write to you"),
        (
            Field("language", _("Language of the mails"), options=spoken, value=wish.language, empty=as_set),
            Field("mail", _("Mails"), options=mails, value=str(wish.mail).lower(), needed=True),
            Field("when", _("When"), options=tuple(_rhythms()), value=wish.when, empty=as_set, hint=one_hour),
        ),
        _("Keep this"),
        to=url_for("desk.notices_prefer"),
        prefix="wish",
    )


def _shown(one: Shown) -> dict[str, Any]:
    who = actor()
    text = noticing.words_of(desk(), who, one.what, one.at, language())
    return {
        "id": one.id,
        "text": text,
        "at": one.at,
        "read": one.read,
        "number": None if who.role is Role.CUSTODIAN else one.number,
        "link": _link(one, who.role),
    }


def _link(one: Shown, role: Role) -> str:
    """The page of the role where it goes on; a custodian sees requests, and no case."""
    if role is Role.CUSTODIAN:
        return url_for("desk.requests_waiting")
    return url_for(CASE_PAGES[role], number=one.number) if one.number and role in CASE_PAGES else ""


def _rhythms() -> list[tuple[str, str]]:
    law, day = desk().law, now().date()
    named = [(slug, law.rhythm(slug, day).label.in_(language())) for slug in law.timings(day) if slug != "at_once"]
    return [("at_once", _("At once")), *named]


@blueprint.post("/notices/read")
@signed_in(*EVERY_ROLE)
def notices_read() -> ResponseReturnValue:
    """Take one notice as read, or all of them."""
    which = form().get("notice", "")
    if which == ALL:
        _read_all()
    else:
        noticing.read_notice(desk(), actor(), _id(which), now())
    return see("desk.notices", unread=request.args.get("unread") or None)


def _read_all() -> None:
    row = None
    while items := noticing.list_notices(desk(), actor(), row, MOST, unread_alone=True).items:
        row = items[-1].row
        for one in items:
            noticing.read_notice(desk(), actor(), one.id, now())


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise UnknownItem("There is no such notice.") from None


@blueprint.post("/notices/preferences")
@signed_in(*EVERY_ROLE)
def notices_prefer() -> ResponseReturnValue:
    """Say how I want to be written to."""

    def do(told: dict[str, Any]) -> ResponseReturnValue:
        noticing.prefer(desk(), actor(), Preferences(**told), now())
        return see("desk.notices", done="preferred")

    return sent(_wish(), do, _listed)
