"""Who is told of what, when and in which words: the rows of notices.toml, rhythms.toml and mails.toml."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cases.catalogue.lines import Found
from cases.catalogue.reading import FROM, Row, dated, maybe
from cases.catalogue.rows import SourcedRow
from cases.catalogue.timing import ASSIGNEES, LINE, REPORTER, WEEK, Clock
from cases.catalogue.words import Words
from cases.people import Role

AT_ONCE = "at_once"
MAIL, WEBHOOK = "mail", "webhook"
CHANNELS = (MAIL, WEBHOOK)
ASSIGNED, PROPOSER, APPROVERS, REQUESTER = "assigned", "proposer", "approvers", "requester"
TOLD = frozenset({ASSIGNEES, LINE, ASSIGNED, PROPOSER, APPROVERS, REQUESTER, *Role})
"""Whom a row can name. No row can name a reporter: nobody writes to one who did not ask for it."""

HOURS = 24


@dataclass(frozen=True, slots=True)
class Announcement(SourcedRow):
    """What is told to whom. `who` are roles and parts; `otherwise` are told where nobody has such a part.

    Empty `who`: a clock's `tell` names them. `channels` besides the console, `when` at once or a rhythm.
    """

    what: str
    who: tuple[str, ...]
    otherwise: tuple[str, ...]
    channels: tuple[str, ...]
    when: str
    words: str
    label: Words


@dataclass(frozen=True, slots=True)
class Rhythm(SourcedRow):
    """When what was gathered is sent: at an hour (0 to 23, local) of working days, or of the first from a weekday on.

    `weekday`: Monday = 0; None for every working day.
    """

    slug: str
    hour: int
    weekday: int | None
    words: str
    label: Words


@dataclass(frozen=True, slots=True)
class MailWords(SourcedRow):
    """The words of a mail: `link` comes before the address of the desk, `no_link` where no address is known."""

    slug: str
    subject: Words
    body: Words
    link: Words
    no_link: Words
    footer: Words


def _hour(row: Row, key: str) -> int:
    if key not in row.facts or row.count(key) >= HOURS:
        raise row.fail("hour must be a whole number from 0 to 23", key)
    return row.count(key)


def _weekday(row: Row, key: str) -> int:
    return WEEK.index(row.one_of(key, WEEK))


announcement = dated(
    Announcement,
    FROM,
    {
        "what": Row.text,
        "who": Row.texts,
        "otherwise": maybe(Row.texts, ()),
        "channels": Row.texts,
        "when": Row.text,
        "words": Row.text,
        "label": Row.words,
    },
)
rhythm = dated(
    Rhythm,
    FROM,
    {
        "hour": _hour,
        "slug": Row.text,
        "weekday": maybe(_weekday, None),
        "words": Row.text,
        "label": Row.words,
    },
)
mail_words = dated(
    MailWords,
    FROM,
    {
        "slug": Row.text,
        "subject": Row.words,
        "body": Row.words,
        "link": Row.words,
        "no_link": Row.words,
        "footer": Row.words,
    },
)


def named(rows: Iterable[Announcement]) -> list[tuple[str, Announcement]]:
    """Rows by what they tell to whom: the same is told to somebody by one row on a day."""
    return [(f"{row.what} to {who}", row) for row in rows for who in row.who or ("whom a clock names",)]


def spoken(
    announcements: Iterable[Announcement], rhythms: Iterable[Rhythm], mails: Iterable[MailWords]
) -> Iterator[tuple[Found, str, Words]]:
    """(where, key, words) of everything somebody reads."""
    yield from ((row.found, "label", row.label) for row in announcements)
    yield from ((row.found, "label", row.label) for row in rhythms)
    for row in mails:
        for key in ("subject", "body", "link", "no_link", "footer"):
            yield row.found, key, getattr(row, key)


def faults(
    announcements: Iterable[Announcement],
    rhythms: Iterable[Rhythm],
    mails: Iterable[MailWords],
    clocks: Iterable[Clock],
) -> Iterator[str]:
    """Names that lead nowhere, a reporter among those told, and tellings of clocks without a row."""
    announcements, rhythms = tuple(announcements), tuple(rhythms)
    known = {"when": {AT_ONCE, *(row.slug for row in rhythms)}, "words": {row.slug for row in mails}}
    for row in announcements:
        if REPORTER in (*row.who, *row.otherwise):
            yield f"{row.found.at('who')}: tells the reporter, who is never written to unasked"
        lists = (("who", row.who, TOLD), ("otherwise", row.otherwise, TOLD), ("channels", row.channels, {*CHANNELS}))
        for key, said, possible in lists:
            strange = (one for one in said if one not in possible and one != REPORTER)
            yield from (f"{row.found.at(key)}: {key} names {one!r}, which is unknown" for one in strange)
        for key, there_is in known.items():
            if getattr(row, key) not in there_is:
                yield f"{row.found.at(key)}: {key} is {getattr(row, key)!r}, which is unknown"
    for beat in rhythms:
        if beat.words not in known["words"]:
            yield f"{beat.found.at('words')}: words is {beat.words!r}, which is unknown"
    by_clocks = {row.what for row in announcements if not row.who}
    for clock in clocks:
        for what in sorted({tell.what for tell in clock.tells} - by_clocks):
            yield f"{clock.found.at('tell')}: tells {what!r}, of which notices.toml has no row with who = []"
