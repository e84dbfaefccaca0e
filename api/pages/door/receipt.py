"""The page after filing: the receipt, once, in every form that helps to keep it."""

from typing import Any

import segno
from flask import Response

from api.context import desk
from api.pages.door.common import page
from api.pages.words import number
from cases.media import ALLOWED

MIB = 1 << 20


def receipt_page(filed: dict[str, Any]) -> Response:
    """The receipt as groups, as a code for a camera and as a card to print; then the way on to the evidence."""
    code = segno.make(filed["receipt"], error="m", micro=False)
    drawn = code.svg_data_uri(scale=4, border=4, light="#fff", dark="#000")
    return page(
        "filed.html",
        201,
        filed=filed,
        drawn=drawn,
        accepted=ALLOWED,
        limit=megabytes(),
    )


def megabytes() -> str:
    """How large a file may be."""
    return f"{number(desk().limits.evidence_bytes // MIB)} MiB"
