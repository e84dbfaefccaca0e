"""Strong ETags of cases: the version a change was decided on, checked by hand because moves are POSTed."""

import re

from flask import request
from werkzeug.datastructures import Headers

from cases.case import Case
from cases.errors import StaleVersion, VersionNeeded

IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The version decided on: one strong ETag of this case. `*` and weak tags are refused.",
    "schema": {"type": "string", "pattern": '^"[1-9][0-9]{0,8}"$'},
    "example": '"3"',
}
_STRONG = re.compile(r'"([1-9][0-9]{0,8})"')


def decided_on() -> int:
    """The version in `If-Match`. Raises VersionNeeded for none or `*`, StaleVersion for what can match no version."""
    shown = request.headers.get("If-Match", "").strip()
    if shown in {"", "*"}:
        raise VersionNeeded('Send the version you decided on, as in `If-Match: "3"`; it is the ETag of the case.')
    found = _STRONG.fullmatch(shown)
    if found is None:
        raise StaleVersion("Only one strong ETag of this case can match. Read the case and send its ETag.")
    return int(found[1])


def tag(case: Case) -> Headers:
    """The ETag header of a case."""
    return Headers({"ETag": f'"{case.version}"'})
