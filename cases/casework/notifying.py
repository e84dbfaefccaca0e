"""What the worker sends: mails and webhooks that say no more than that something waits.

A mail cannot be part of a transaction. It is handed over first and noted after: whoever is stopped in between hands it
over again, under the same Message-ID, so that a reader's mail program can show it once. Webhooks keep their id alike.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from cases.casework.telling import DIGEST
from cases.catalogue import Catalogue
from cases.catalogue.telling import AT_ONCE
from cases.directory import is_address
from cases.errors import UnknownCase
from cases.notices import Kept, Mail, Preferences
from cases.outbox import Job
from cases.ports import Desk
from cases.sight import Actor, sight_of

KEPT = timedelta(days=180)
"""A notice older than this is forgotten."""


def send_notices(desk: Desk, job: Job, at: datetime) -> None:
    """Write once to somebody for all that waits for them by now, if any of it still may be told to them."""
    waiting = desk.post.lookup.waiting(int(job.about), at)
    still = [one for one in waiting if _may_still_be_told(desk, one)]
    if still:
        _write(desk, still, gathered=job.kind == DIGEST, at=at)
    with desk.work() as work:
        work.notices.settle((one.row for one in waiting), at)
        work.notices.forget_before(at - KEPT)
        work.done(job)


def post_webhook(desk: Desk, job: Job, at: datetime) -> None:
    """Post to one endpoint that there is a notice; one that was removed meanwhile gets nothing."""
    notice, _, endpoint = job.about.partition(".")
    to = desk.post.lookup.endpoint(int(endpoint))
    if to:
        desk.post.hooks.post(to, "notice.made", UUID(notice), at)
    with desk.work() as work:
        if to:
            work.notices.posted(to.id, at)
        work.done(job)


def _may_still_be_told(desk: Desk, notice: Kept) -> bool:
    """Asked at the moment of sending: the case must exist for them now, in a role they hold now."""
    person = desk.lookup.directory().person(notice.who.person)
    if not notice.told or person is None or notice.who.role not in person.roles:
        return False
    return notice.number is None or _exists_for(desk, notice.number, notice.who)


def _exists_for(desk: Desk, number: str, who: Actor) -> bool:
    try:
        desk.lookup.case(number, sight_of(who))
    except UnknownCase:
        return False
    return True


def _write(desk: Desk, notices: list[Kept], *, gathered: bool, at: datetime) -> None:
    """Nobody is written to who has no address, or wants no mail."""
    who = notices[0].who
    person = desk.lookup.directory().person(who.person)
    wishes = desk.post.lookup.preferences(who.person)
    if desk.post.mail is None or person is None or not is_address(person.email) or not wishes.mail:
        return
    said = desk.law.mail(_words(desk.law, notices[0], wishes if gathered else None, at.date()), at.date())
    language, link = wishes.language or desk.post.language, desk.post.link
    where = f"{said.link.in_(language)}\n{link}" if link else said.no_link.in_(language)
    text = "\n\n".join((said.body.in_(language), where, said.footer.in_(language)))
    desk.post.mail.send(Mail(person.email, language, said.subject.in_(language), f"{text}\n", notices[0].message, at))


def _words(law: Catalogue, first: Kept, gathered: Preferences | None, day: date) -> str:
    """Which words: those of the row by which the first was told or, once gathered, those of the rhythm."""
    rows = law.announcements_on(first.what, first.at.date())
    row = next((one for one in rows if first.who.role in one.who), rows[0])
    rhythms = () if gathered is None else (gathered.when, row.when)
    found = next((one for one in rhythms if one in law.timings(day) and one != AT_ONCE), None)
    return law.rhythm(found, day).words if found else row.words
