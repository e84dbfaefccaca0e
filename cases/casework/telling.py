"""Telling people that something waits for them: rows made in the transaction of their cause. `tell` is the way in.

What a row says is not what is sent: a mail or a webhook tells nothing of any case. Whether a person may be told is
decided here, asked again when something is sent (`notifying`), and again whenever they look at their list.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID, uuid4

from cases.case import Case
from cases.catalogue import Announcement
from cases.catalogue.telling import AT_ONCE, MAIL, WEBHOOK
from cases.catalogue.timing import DEFAULT
from cases.directory import Directory
from cases.errors import CatalogueBroken
from cases.notices import Choice, Happening, Named, New, Preferences, chosen, happenings, next_time
from cases.people import Role
from cases.ports import Desk, Standing, Work
from cases.sight import SIGHTS, Actor, sight_of

NOTIFY, DIGEST, POST = "notify", "digest", "webhook"
ROUTED = Happening("routed", only=frozenset({Role.SUPERVISOR}))
NOBODY: Mapping[str, tuple[Actor, ...]] = MappingProxyType({})


def tell(work: Work, desk: Desk, case: Case, what: str, who: tuple[str, ...], at: datetime) -> None:
    """Tell these parts (`Tell.who` of a clock) of a case. A reporter among them is not written to.

    Raises CatalogueBroken when notices.toml has no row for what a clock tells.
    """
    rows = [row for row in desk.law.announcements_on(what, at.date()) if not row.who]
    if not rows:
        raise CatalogueBroken(f"notices.toml: no row of {what!r} with who = [] is in force on {at.date()}")
    _Telling(work, desk, what, at).to(case, rows[0], who, Named(NOBODY, _addressee(work, desk, case, who)))


def tell_of(
    work: Work,
    desk: Desk,
    case: Case,
    happened: Happening,
    at: datetime,
    *,
    by: str = "",
    already: frozenset[str] = frozenset(),
) -> None:
    """Tell everybody whom notices.toml names of something that happened to a case, except whoever did it.

    `already` are the supervisors who were told of it before.
    """
    telling = _Telling(work, desk, happened.what, at)
    for row in desk.law.announcements_on(happened.what, at.date()):
        who = tuple(part for part in row.who if happened.only is None or part in happened.only)
        if who:
            addressee = _addressee(work, desk, case, who)
            telling.to(case, row, who, Named(happened.named, addressee, by, already=addressee in already))


def tell_of_change(
    work: Work,
    desk: Desk,
    before: Case | None,
    after: Case,
    action: str,
    at: datetime,
    *,
    by: str,
    standing: Standing | None = None,
) -> None:
    """Tell of whatever a stored change amounts to.

    A screening may have found another supervisor to send the case to. Whether it did must not show: a row is kept in
    either case, and sealed in it is whether somebody is told who was not before.
    """
    happened = tuple(happenings(before, after, action))
    if before and standing and Role.SUPERVISOR in after.to and not any(_reaches_supervisor(one) for one in happened):
        happened += (ROUTED,)
    knew = frozenset({standing.addressee} if _knew(desk, before, standing) and standing and standing.addressee else ())
    for one in happened:
        tell_of(work, desk, after, one, at, by=by, already=knew)
    if after.erased_at and before and not before.erased_at:
        work.notices.forget(after.number)


def tell_administrators(work: Work, desk: Desk, what: str, at: datetime) -> None:
    """Tell those who look after the installation of something that concerns no case, such as a job given up."""
    telling = _Telling(work, desk, what, at)
    for row in desk.law.announcements_on(what, at.date()):
        people = (Actor(person.staff_number, Role.ADMINISTRATOR) for person in desk.lookup.directory())
        held = (one for one in people if _holds(desk.lookup.directory(), one))
        telling.kept(row, [(one, True) for one in held], None)


def _reaches_supervisor(happened: Happening) -> bool:
    return happened.what == ROUTED.what and (happened.only is None or Role.SUPERVISOR in happened.only)


def _knew(desk: Desk, before: Case | None, standing: Standing | None) -> bool:
    """Whether the addressee of a standing was the addressee before this transaction."""
    if before is None or standing is None or standing.addressee is None:
        return False
    return desk.lookup.is_addressed(before.number, standing.addressee)


def _addressee(work: Work, desk: Desk, case: Case, who: Iterable[str]) -> str | None:
    if Role.SUPERVISOR not in who or Role.SUPERVISOR not in case.to:
        return None
    people = (person.staff_number for person in desk.lookup.directory() if Role.SUPERVISOR in person.roles)
    return work.notices.addressee(case.number, people)


def _holds(directory: Directory, who: Actor) -> bool:
    person = directory.person(who.person)
    return person is not None and who.role in person.roles


class _Telling:
    """One thing that is told, under one id, to however many people."""

    def __init__(self, work: Work, desk: Desk, what: str, at: datetime) -> None:
        self._work, self._desk, self._what, self._at = work, desk, what, at
        self._id: UUID = uuid4()
        self._people: set[Actor] = set()
        self._posted = False

    def to(self, case: Case, row: Announcement, who: tuple[str, ...], named: Named) -> None:
        directory = self._desk.lookup.directory()
        decided: list[tuple[Actor, bool]] = []
        for choice in chosen(who, row.otherwise, case, directory, named):
            decided += self._decided(case, choice, named)
        self.kept(row, [one for one in decided if one[0].role is not Role.ADMINISTRATOR], case.number)
        self.kept(row, [(who, True) for who, _ in decided if who.role is Role.ADMINISTRATOR], None)

    def _decided(self, case: Case, choice: Choice, named: Named) -> Iterator[tuple[Actor, bool]]:
        done = False
        for who in choice.people:
            told = not (done and choice.first_alone) and self._may_be_told(case, who, named)
            done = done or told
            yield who, told

    def _may_be_told(self, case: Case, who: Actor, named: Named) -> bool:
        """Told is only who sees the case now; a supervisor once; nobody whom no directory knows in that role."""
        if who.role not in SIGHTS or (who.role is Role.SUPERVISOR and named.already):
            return False
        known = _holds(self._desk.lookup.directory(), who)
        return known and self._work.notices.exists_for(case.number, sight_of(who))

    def kept(self, row: Announcement, decided: Iterable[tuple[Actor, bool]], number: str | None) -> None:
        """Keep a row for each, and ask for what is to be sent."""
        fresh = {who: told for who, told in decided if who not in self._people}
        self._people |= fresh.keys()
        if not fresh:
            return
        wishes = self._work.notices.preferences(who.person for who in fresh)
        new, kinds = [], []
        for who, told in fresh.items():
            kind, mail_at = self._mail(row, who, wishes.get(who.person, Preferences()))
            new.append(New(self._id, number, self._what, self._at, who, told, mail_at))
            kinds.append(kind)
        for one, kind, place in zip(new, kinds, self._work.notices.keep(new), strict=True):
            if one.mail_at is not None:
                self._work.ask_for(kind, str(place), one.mail_at)
        self._ask_for_webhooks(row)

    def _mail(self, row: Announcement, who: Actor, wish: Preferences) -> tuple[str, datetime | None]:
        """What to do when. For supervisors as for all of them: their own hour would tell in which office they work."""
        apart = who.role is Role.SUPERVISOR
        if MAIL not in row.channels or self._desk.post.mail is None or not (apart or wish.mail):
            return NOTIFY, None
        law, day = self._desk.law, self._at.date()
        when = row.when if apart or wish.when not in law.timings(day) else wish.when
        if when == AT_ONCE:
            return NOTIFY, self._at
        person = self._desk.lookup.directory().person(who.person)
        office = person.office if person and not apart else DEFAULT
        return DIGEST, next_time(law.rhythm(when, day), self._at, law.calendar(office))

    def _ask_for_webhooks(self, row: Announcement) -> None:
        """Once for all who are told: that many are told, or one fewer, is nothing for the outside to know."""
        if WEBHOOK not in row.channels or self._posted:
            return
        self._posted = True
        for endpoint in self._work.notices.endpoints():
            self._work.ask_for(POST, f"{self._id.hex}.{endpoint}", self._at)
