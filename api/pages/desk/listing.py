"""Lists: what their address asks for, read by the API's own schemas; how they are narrowed; the page after."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import request, url_for
from marshmallow import Schema, ValidationError

from api.context import actor, desk, now
from api.pages.desk import labels
from api.pages.desk.fields import Field, options
from api.pages.desk.forms import Form, Sheet
from api.pages.words import _
from api.problems import faults_in
from api.routes.cases import must_not_narrow_by_work
from api.schemas import CasesQuery
from cases.errors import Malformed


def asked(schema: Schema) -> dict[str, Any]:
    """What the address asks for, as the API would take it. Raises Malformed."""
    typed = {name: text for name, text in request.args.items() if name != "done"}
    return Form(schema, "", tuple(Field(name) for name in typed), "").read(typed)


def narrowing(schema: Schema, asks: tuple[Field, ...], prefix: str = "q") -> Sheet:
    """The form that narrows a list, with what it is narrowed by now."""
    typed = {name: text for name, text in request.args.items() if text.strip()}
    return Sheet(Form(schema, "", asks, _("Show"), to=request.path, prefix=prefix), typed, "")


DAYS = ("received_from", "received_to", "closed_from", "closed_to")
ENDS = ("received_to", "closed_to")


def cases_asked() -> dict[str, Any]:
    """The query of `GET /cases` that the address stands for, by days instead of times. Raises Malformed."""
    typed = {name: text for name, text in request.args.items() if text.strip() and name != "done"}
    try:
        wanted: dict[str, Any] = CasesQuery().load(as_query(typed))
    except ValidationError as error:
        raise Malformed(faults_in(error.messages)) from error
    must_not_narrow_by_work(actor(), wanted)
    return wanted


def by_arrival() -> tuple[Field, Field, Field]:
    """What everybody may narrow cases by: what they are about, and the days they were received."""
    categories = [row.slug for row in desk().law.categories_on(now().date())]
    return (
        Field("category", _("Category"), options=options(categories, labels.category_name), empty=_("any")),
        Field("received_from", _("Received from")),
        Field("received_to", _("Received up to")),
    )


def as_query(asked: Mapping[str, str]) -> dict[str, Any]:
    """Days as times: a list up to a day holds that day, too. What is no day is left for the schema to refuse."""
    return {name: _moment(name, text) if name in DAYS else text for name, text in asked.items()}


def _moment(name: str, text: str) -> str:
    try:
        on = date.fromisoformat(text)
        on = on + timedelta(days=1) if name in ENDS else on
    except (ValueError, OverflowError):
        return text
    return f"{datetime.combine(on, time()).isoformat()}Z"


def day_of(name: str, value: Any) -> str:
    """What a list that was kept asks for, as its form would say it."""
    if name not in DAYS:
        return str(value).lower() if isinstance(value, bool) else str(value)
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    at = at - timedelta(days=1) if name in ENDS and at.time() == time() else at
    return at.date().isoformat()


def further(cursor: str | None) -> str:
    """The address of the page after; empty where there is none."""
    if cursor is None or request.endpoint is None:
        return ""
    kept = {name: text for name, text in request.args.to_dict().items() if name != "done"}
    return url_for(request.endpoint, **{**kept, **(request.view_args or {}), "cursor": cursor})
