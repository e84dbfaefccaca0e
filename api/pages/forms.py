"""What a form sends, whole or not at all."""

from flask import abort, request

from api.fields import JSON_LIMIT
from cases.errors import BodyNotWhole

ROOM = 4 << 20
"""Bytes of a form of the door: all a complaint has room for, in letters that a form writes with nine bytes each."""
MOST_FIELDS = 4000
"""No page has nearly as many: reading half a million of nothing would only take time."""


def plain_fields(limit: int = JSON_LIMIT) -> dict[str, str]:
    """Plain form fields, `limit` bytes at most.

    Any other encoding is refused: the framework would spool files of a multipart form.
    """
    if request.mimetype != "application/x-www-form-urlencoded":
        abort(415, "Use the form on the page.")
    if request.content_length is None:
        abort(411, "Without a length, a form that was cut on its way would look whole.")
    request.max_content_length = limit
    request.max_form_memory_size = limit
    body = request.get_data(cache=True)  # before the fields are read: afterwards the framework has nothing left of it
    if len(body) != request.content_length:
        raise BodyNotWhole("The form broke off on its way. Nothing was sent; go back and send it again.")
    if body.count(b"&") >= MOST_FIELDS:
        abort(413, "This form has too many fields.")
    return request.form.to_dict()
