"""Opening a mailbox in a browser: the receipt is shown once, and the visit stands for it until it ends."""

from datetime import datetime

from cases.casework.mailbox import find_mailbox
from cases.errors import ReceiptRefused
from cases.ports import Desk
from cases.receipt import read_receipt
from cases.visit import Visit


def begin_visit(receipt: str, at: datetime) -> Visit:
    """A new visit with a receipt that opens a mailbox, whatever the browser held before. Raises ReceiptRefused."""
    return Visit(read_receipt(receipt), at, at)


def visit_of(desk: Desk, sealed: str, at: datetime) -> Visit | None:
    """The visit a browser holds, if it lasts and its mailbox is there."""
    visit = desk.visits.open(sealed, at)
    if visit is None:
        return None
    try:
        find_mailbox(desk, visit.receipt)
    except ReceiptRefused:
        return None
    return visit
