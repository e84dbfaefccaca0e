"""Opening what tells who reported beside the identity itself: on a grant of one's own, or under open consent."""

from datetime import datetime, timedelta

from cases.case import Case
from cases.casework.consenting import CONSENT_CHANGED
from cases.casework.screening import consent_of
from cases.errors import IdentityClosed
from cases.identity import IdentityRequest, Standing, must_be_open
from cases.ports import Desk, EntryFilter
from cases.sight import Actor


def must_be_under_the_newest_wish(desk: Desk, case: Case, request: IdentityRequest) -> None:
    """A new wish ends what was asked under the old one at once, whenever the worker comes to say so. IdentityClosed."""
    since = request.asked_at + timedelta.resolution
    if desk.lookup.entries(EntryFilter(about=str(case.complaint), action=CONSENT_CHANGED, from_=since, limit=1)):
        raise IdentityClosed("The reporter changed their consent since this was asked. Ask again.")


def must_know_who_reported(desk: Desk, actor: Actor, case: Case, at: datetime) -> None:
    """Refuse whoever may not learn now who reported. Raises IdentityClosed."""
    asked = (
        one for one in desk.lookup.requests(case.number) if (one.requester, one.role) == (actor.person, actor.role)
    )
    granted = [one for one in asked if one.standing is Standing.GRANTED and one.until is not None and at < one.until]
    must_be_open(case, actor, consent_of(desk, case), granted[-1] if granted else None, at)
    for request in granted[-1:]:
        must_be_under_the_newest_wish(desk, case, request)
