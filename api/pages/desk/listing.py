"""Lists: what their address asks for, read by the API's own schemas; how they are narrowed; the page after."""

from typing import Any

from flask import request, url_for
from marshmallow import Schema

from api.pages.desk.fields import Field
from api.pages.desk.forms import Form, Sheet
from api.pages.words import _


def asked(schema: Schema) -> dict[str, Any]:
    """What the address asks for, as the API would take it. Raises Malformed."""
    typed = {name: text for name, text in request.args.items() if name != "done"}
    return Form(schema, "", tuple(Field(name) for name in typed), "").read(typed)


def narrowing(schema: Schema, asks: tuple[Field, ...], prefix: str = "q") -> Sheet:
    """The form that narrows a list, with what it is narrowed by now."""
    return Sheet(Form(schema, "", asks, _("Show"), to=request.path, prefix=prefix), request.args.to_dict(), "")


def further(cursor: str | None) -> str:
    """The address of the page after; empty where there is none."""
    if cursor is None or request.endpoint is None:
        return ""
    kept = {name: text for name, text in request.args.to_dict().items() if name != "done"}
    return url_for(request.endpoint, **{**kept, **(request.view_args or {}), "cursor": cursor})
