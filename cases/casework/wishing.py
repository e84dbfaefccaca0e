"""What a reporter can ask of the desk beyond a letter: to withdraw the complaint, or to look at a closed one again.

Both are wishes. Neither closes, reopens or erases anything: the desk decides, and says why.
"""

from datetime import datetime
from enum import StrEnum

from cases.casework.changes import REVIEW_REQUESTED, WITHDRAWN
from cases.casework.mailbox import Errand, Letter, add_message
from cases.complaint import Complaint, Purpose
from cases.errors import MoveNotAllowed
from cases.lifecycle import State
from cases.ports import Desk, Then

WITHDRAWAL = Errand(WITHDRAWN, WITHDRAWN, Purpose.WITHDRAWAL)


class Ground(StrEnum):
    """Why a closed case should be looked at again, as its reporter sees it. The head reopens on their own grounds."""

    NEW_EVIDENCE = "new_evidence"
    REVIEW = "review"


def withdraw(desk: Desk, complaint: Complaint, text: str, at: datetime, then: Then | None = None) -> Letter:
    """Ask that the complaint goes no further; `text` may be empty. Raises MoveNotAllowed once it is closed."""
    if _is_closed(desk, complaint):
        raise MoveNotAllowed("This complaint is closed already: there is nothing left to withdraw.")
    return add_message(desk, complaint, text, at, then, WITHDRAWAL)


def ask_for_review(
    desk: Desk, complaint: Complaint, ground: Ground, text: str, at: datetime, then: Then | None = None
) -> Letter:
    """Ask the head to look at a closed complaint again. Raises MoveNotAllowed while it is open."""
    if not _is_closed(desk, complaint):
        raise MoveNotAllowed("This complaint is not closed: write a message, and it is read with all the rest.")
    errand = Errand(REVIEW_REQUESTED, REVIEW_REQUESTED, Purpose.REVIEW, {"ground": str(ground)})
    return add_message(desk, complaint, text, at, then, errand)


def _is_closed(desk: Desk, complaint: Complaint) -> bool:
    return desk.lookup.status(complaint.id).slug == str(State.CLOSED)
