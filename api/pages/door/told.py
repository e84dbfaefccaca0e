"""What a mailbox shows, in the words of the page's language: where the complaint stands, dates, what was told once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from babel.dates import format_time

from api.context import desk, now
from api.pages.door import fields
from api.pages.words import _, day, language
from cases.casework.mailbox import Letter, MailboxView
from cases.complaint import Consent, Purpose

DONE, CURRENT, AHEAD = "done", "current", "ahead"
Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a complaint stands. `way` is every station, with whether it lies behind, here or ahead."""

    text: str
    next: str
    by: str
    way: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Some answers that belong together: what they are about, and each with its question."""

    title: str
    rows: tuple[Row, ...]


def standing(view: MailboxView) -> Standing:
    """The status in words; nothing is said that the status does not say."""
    status = view.status
    words = desk().law.wording(f"status-{status.slug}", now().date(), language())
    return Standing(words.text, words.next, day(status.next_by) if status.next_by else "", tuple(_way(status.slug)))


_ORDER = ("received", "read", "assessed", "investigated", "decided", "closed")
_STATION = {
    "received": "received",
    "registered": "received",
    "acknowledged": "read",
    "assessment": "assessed",
    "awaiting_information": "assessed",
    "investigation": "investigated",
    "reported": "decided",
}


def _way(slug: str) -> Iterator[Row]:
    """A closed or referred complaint may have skipped stations: then only what is certain is shown."""
    called = {
        "received": _("Received"),
        "read": _("Read"),
        "assessed": _("Assessed"),
        "investigated": _("Investigated"),
        "decided": _("Decided"),
        "closed": _("Closed"),
    }
    if slug == "closed":
        yield from ((called["received"], DONE), (called["closed"], CURRENT))
    elif slug == "referred":
        yield from ((called["received"], DONE), (_("Handed over"), CURRENT), (called["closed"], AHEAD))
    elif slug in _STATION:
        here = _ORDER.index(_STATION[slug])
        for place, name in enumerate(_ORDER):
            yield called[name], DONE if place < here else CURRENT if place == here else AHEAD


def moment(at: datetime) -> str:
    """A time, in UTC, as the page's language writes it."""
    utc = at.astimezone(UTC)
    return f"{day(utc)}, {format_time(utc, 'HH:mm', locale=language())} UTC"


def newest(letters: tuple[Letter, ...], purpose: Purpose) -> Letter | None:
    """The last letter of a purpose."""
    return next((one for one in reversed(letters) if one.purpose is purpose), None)


def question(view: MailboxView) -> Letter | None:
    """What is asked and not answered. Where letters do not say what they are for, the desk's last one."""
    if view.status.slug != "awaiting_information":
        return None
    return newest(view.letters, Purpose.QUESTION) or _last_of_desk(view.letters)


def closing(view: MailboxView) -> Letter | None:
    """The reasoned notice of a closed complaint. Where letters do not say what they are for, the desk's last one."""
    if view.status.slug != "closed":
        return None
    return newest(view.letters, Purpose.CLOSING) or _last_of_desk(view.letters)


def _last_of_desk(letters: tuple[Letter, ...]) -> Letter | None:
    return next((one for one in reversed(letters) if not one.from_reporter), None)


def consents() -> list[Row]:
    """Each answer to who may know, with what it means."""
    return [
        (Consent.ANONYMOUS, _("Nobody. From now on no one learns who I am.")),
        (Consent.CONFIDENTIAL, _("One person, only if they need it, after somebody else agreed to their reasons.")),
        (Consent.OPEN, _("The people who work on the case.")),
    ]


def statement(told: Mapping[str, Any]) -> list[Group]:
    """The whole statement, question by question; what was not answered is left out."""
    called = fields.labels()
    first = [*_texts(told, called, ("summary", "narrative", "place")), *_concerns(told, called)]
    groups = [Group("", (*first, *_answers(told, called, _CHECKS)))]
    several = (
        ("posts", _("Post or account %(number)s"), _post),
        ("subjects", _("Person %(number)s"), _person),
        ("witnesses", _("Witness %(number)s"), _person),
    )
    for name, title, rows in several:
        groups += [Group(title % {"number": at}, rows(row, called)) for at, row in enumerate(told.get(name, ()), 1)]
    return [one for one in groups if one.rows]


_CHECKS = ("immediate_danger", "supervisor_told", "supervisor_involved", "fears_retaliation", "tell_ethics")
_PERSON = ("name", "staff_number", "email", "function", "duty_station", "relation")


def _texts(told: Mapping[str, Any], called: Mapping[str, str], names: tuple[str, ...], of: str = "") -> Iterator[Row]:
    return ((called[of + name], told[name]) for name in names if told.get(name))


def _answers(told: Mapping[str, Any], called: Mapping[str, str], names: tuple[str, ...], of: str = "") -> Iterator[Row]:
    said = {True: _("Yes"), False: _("No"), None: _("I do not know")}
    return ((called[of + name], said[told[name]]) for name in names if name in told)


def _concerns(told: Mapping[str, Any], called: Mapping[str, str]) -> Iterator[Row]:
    law, today = desk().law, now().date()
    known = {row.slug: row.label for row in law.categories_on(today)}
    known |= {row.slug: row.question for row in law.principles_on(today)}
    for slug in told.get("concerns", ()):
        yield called["kind"], known[slug].in_(language()) if slug in known else slug


def _post(row: Mapping[str, Any], called: Mapping[str, str]) -> tuple[Row, ...]:
    owners = {
        "personal": _("Somebody's own"),
        "institutional": _("An account of the organisation"),
        "unknown": _("I do not know"),
    }
    kind = [(called["post-account_kind"], owners[row["account_kind"]])] if row.get("account_kind") else []
    spoken = [(_("Language of the post"), row["language"])] if row.get("language") else []
    return (
        *([(called["post-address"], row["url"])] if row.get("url") else []),
        *_texts(row, called, ("platform", "handle"), "post-"),
        *kind,
        *_texts(row, called, ("posted_at", "seen_at", "audience"), "post-"),
        *_answers(row, called, ("still_online", "affiliation_shown", "disclaimer_shown"), "post-"),
        *spoken,
    )


def _person(row: Mapping[str, Any], called: Mapping[str, str]) -> tuple[Row, ...]:
    employed = [(_("How they are employed"), row["personnel_type"])] if row.get("personnel_type") else []
    return (*_texts(row, called, _PERSON, "subject-"), *employed)
