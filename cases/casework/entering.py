"""What came by post, telephone, mail or in person, entered by an officer in the reporter's place.

The officer is named by the entries, but has no part in the case by it: whoever may work it afterwards may still.
"""

import json
from datetime import datetime, timedelta

from cases.casework.filing import Filed, file_complaint
from cases.casework.mailbox import Facts, Sent, add_evidence, find_mailbox
from cases.complaint import Draft
from cases.errors import ConflictOfInterest, Fault, Malformed, NotPermitted, ReceiptRefused
from cases.people import Role
from cases.ports import Desk, Then
from cases.routing import circumstances_of, involved_in, screen
from cases.sight import Actor

ENTERS = (Role.INTAKE, Role.HEAD, Role.OUTSIDE)
CHANNELS = ("post", "phone", "visit", "email")
EARLIEST = timedelta(days=366)
"""A letter that lay longer than this is no slip: its clocks ran out long ago, and somebody must look at why."""

CONCERNED = (
    "You are concerned by this complaint, or close to somebody who is or who reports. Let somebody else enter it, and "
    "tell nobody."
)


TO_COME = "This is still to come."
TOO_LONG_AGO = "This is more than a year ago. Leave it out, and say in the account when it came."
NOT_YOURS = "This is no receipt of a complaint you entered."


def enter_complaint(desk: Desk, actor: Actor, draft: Draft, at: datetime, then: Then | None = None) -> Filed:
    """File a complaint for somebody. Raises NotPermitted, Malformed, or ConflictOfInterest; nothing is kept then."""
    if actor.role not in ENTERS:
        raise NotPermitted("Complaints are entered by those who take them in.")
    if faults := [*draft.reporter.faults(), *_mistimed(draft, at)]:
        raise Malformed(faults)
    law, day = desk.law, at.date()
    around = circumstances_of(draft.statement, law.categories_for(draft.statement.concerns, day))
    facts = draft.reporter.routing_facts()
    seen = screen(involved_in(draft.statement), around, facts, desk.lookup.directory(), law, day)
    if actor.person in seen.walled | seen.walled_by_identity:
        raise ConflictOfInterest(CONCERNED)
    return file_complaint(desk, draft, at, then, actor)


def _mistimed(draft: Draft, at: datetime) -> list[Fault]:
    came = draft.arrival.at if draft.arrival else at
    if came > at:
        return [Fault("#/arrival/at", TO_COME)]
    if came < at - EARLIEST:
        return [Fault("#/arrival/at", TOO_LONG_AGO)]
    return []


def add_scan(desk: Desk, actor: Actor, receipt: str, sent: Sent, at: datetime) -> Facts:
    """A letter as scanned, or whatever else was handed over with it, while the receipt is still at hand.

    Raises NotPermitted, and whatever `add_evidence` does; ReceiptRefused for what somebody else filed or entered.
    """
    if actor.role not in ENTERS:
        raise NotPermitted("Complaints are entered by those who take them in.")
    complaint = find_mailbox(desk, receipt)
    if json.loads(desk.lookup.entry_of_filing(complaint.id).body)["actor"] != actor.person:
        raise ReceiptRefused(NOT_YOURS)
    return add_evidence(desk, complaint, sent, at, by=actor)
