"""What slugs are called, in the reader's language: states, moves, needs, parts people play. Labels of the catalogue
are looked up there and said in the reader's language where they were translated.
"""

from datetime import date, datetime
from typing import Any, cast

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import g

from api.context import desk, now
from api.pages.words import _, language, later, named, ngettext, role_name, said
from api.schemas import CHANNELS
from cases.case import Hearing
from cases.catalogue import Citation
from cases.complaint import Consent
from cases.deskwork import TaskState
from cases.directory import PERSONNEL_TYPES, Directory
from cases.identity import Standing
from cases.lifecycle import State
from cases.people import Role
from cases.persons import PersonRole

state_name = named(
    {
        State.REGISTERED: later("Registered"),
        State.ASSESSMENT: later("In assessment"),
        State.AWAITING_INFORMATION: later("Waiting for the reporter"),
        State.INVESTIGATION: later("Under investigation"),
        State.FINDINGS_FOR_COMMENT: later("Findings with the subject"),
        State.REPORTED: later("Report issued"),
        State.WITH_DECIDER: later("With the decider"),
        State.REFERRED: later("Referred"),
        State.CLOSED: later("Closed"),
    },
    State,
)
"""Where a case stands."""

part_name = named(
    {
        PersonRole.SUBJECT: later("Subject"),
        PersonRole.WITNESS: later("Witness"),
        PersonRole.RELATED: later("Related to a subject"),
        PersonRole.APPROVER: later("Ordered or approved the post"),
        PersonRole.REPORTER: later("Reported, and is heard"),
    },
    PersonRole,
)
"""The part a person plays in a case."""

hearing_name = named(
    {
        Hearing.NOT_ASKED: later("not asked yet"),
        Hearing.AWAITED: later("awaited"),
        Hearing.RECEIVED: later("received"),
        Hearing.LAPSED: later("the time limit passed"),
    },
    Hearing,
)
"""Whether somebody who must be heard was."""

standing_name = named(
    {
        Standing.ASKED: later("waits for a custodian"),
        Standing.GRANTED: later("granted"),
        Standing.DENIED: later("denied"),
        Standing.REVOKED: later("ended: the reporter changed their consent"),
    },
    Standing,
)
"""Where a request to learn who reported stands."""

consent_name = named(
    {
        Consent.ANONYMOUS: later("Anonymous: nobody learns who reported"),
        Consent.CONFIDENTIAL: later("Confidential: only on a request that was granted"),
        Consent.OPEN: later("Open: those assigned to the case may know"),
    },
    Consent,
)
"""How far a reporter lets it be known who they are."""

task_state_name = named(
    {TaskState.OPEN: later("Open"), TaskState.DONE: later("Done"), TaskState.DROPPED: later("Dropped")}, TaskState
)
"""Whether a task is still to be done."""

leg_name = named(
    {
        "supervisor": later("The reporter's supervisor"),
        "igo": later("Inspector General's Office"),
        "outside": later("Outside office"),
        "gatekeeper": later("Gatekeeper"),
        "ethics": later("Ethics Office"),
        "der": later("External Relations"),
    }
)
"""Whom a complaint went to."""

channel_name = named(
    {
        "web": later("by the form"),
        "api": later("by a program"),
        "email": later("by e-mail"),
        "phone": later("by telephone"),
        "post": later("by post"),
        "visit": later("in person"),
    },
    CHANNELS,
)
"""How a complaint came."""

kind_name = named(
    {
        "staff": later("Staff"),
        "unv": later("United Nations Volunteer"),
        "contractor": later("Contractor"),
        "intern": later("Intern"),
        "partner": later("Staff of a partner"),
    },
    PERSONNEL_TYPES,
)
"""What somebody is employed as."""

letter_kind = named(
    {
        "acknowledgement": later("Acknowledgement"),
        "question": later("Question"),
        "progress": later("Progress"),
        "referred": later("Referral"),
    }
)
"""What a letter of the catalogue is for."""

account_kind = named(
    {"personal": later("personal"), "institutional": later("institutional"), "unknown": later("unknown")}
)
"""Whose account a post stands in."""

ENTRY_KINDS = {
    "intake": later("intake"),
    "change": later("change of a case"),
    "look": later("look"),
    "system": later("system"),
}
entry_kind = named(ENTRY_KINDS)
"""What sort of entry one is."""

_DONE = {
    "acknowledged": later("Your acknowledgement is noted."),
    "action": later("What you did is noted, for those who work the case."),
    "aside": later("You stepped aside. It is gone from your desk, for good."),
    "granted": later("You granted the request."),
    "denied": later("You denied the request."),
    "exported": later("The export is made."),
    "imported": later("The directory was taken in."),
    "revoked": later("Every token of this person is revoked."),
    "ended": later("Every session of this person has ended."),
    "preferred": later("You are written to like this from now on."),
    "retried": later("The worker tries it again now."),
    "discarded": later("The job is gone for good."),
    "unhooked": later("Nothing is posted there any more."),
}
done_name = named(_DONE)
"""What the form before did."""

_nobody = named(
    {
        "a supervisor": later("a supervisor"),
        "reporter": later("the reporter"),
        "worker": later("the desk itself"),
        "command line": later("the operator"),
    }
)
"""Whoever is no person of the directory, as entries say it."""


def done_words(slug: str) -> str:
    """What the form before did, as the address of this page names it: one of these sentences, or none."""
    return done_name(slug) if slug in _DONE else ""


def category_name(slug: str) -> str:
    """What a category is called; the catalogue has it in the reader's language."""
    return next((row.label.in_(language()) for row in reversed(desk().law.categories) if row.slug == slug), slug)


def concern_name(slug: str) -> str:
    """A category, or the question of a principle that a reporter said yes to."""
    found = (row.question.in_(language()) for row in reversed(desk().law.principles) if row.slug == slug)
    return next(found, None) or category_name(slug)


def article_name(row: Citation) -> str:
    """A paragraph, such as Staff Rule 1.2(a); the catalogue has its article in the reader's language."""
    return f"{desk().law.article(row).in_(language())}({row.paragraph})"


def _label(rows: Any, name: str, slug: str) -> str:
    return next((said(row.label) for row in reversed(rows) if getattr(row, name) == slug), slug)


def closure_name(slug: str) -> str:
    """Why a case was closed."""
    return _label(desk().law.closures, "slug", slug)


def clock_name(name: str) -> str:
    """What a clock waits for."""
    return _label(desk().law.clocks, "name", name)


def measure_name(slug: str) -> str:
    """What follows from misconduct."""
    return _label(desk().law.measures, "slug", slug)


def term_name(of: str, slug: str) -> str:
    """One choice of a set of the catalogue (`cases.catalogue.deciding`)."""
    return _label([row for row in desk().law.choices if row.set == of], "slug", slug)


def people() -> Directory:
    """The directory, looked up once for all names of a page."""
    if "people" not in g:
        g.people = desk().lookup.directory()
    return cast("Directory", g.people)


def person_name(number: str | None) -> str:
    """Somebody of the directory by name; whoever is no person of it as entries say it."""
    found = people().person(number) if number else None
    return found.name if found else _nobody(number) if number else ""


def called(number: str) -> str:
    """Somebody of the desk by name and number; by number alone once the directory has them no more."""
    found = people().person(number)
    return f"{found.name} ({number})" if found else number


def role_or_nothing(role: str) -> str:
    """The role an entry was made in; nothing where nobody acted in one."""
    return role_name(Role(role)) if role in set(Role) else ""


def day(on: date | str | None) -> str:
    """A day as the reader's language writes it."""
    if not on:
        return ""
    told = date.fromisoformat(on) if isinstance(on, str) else on
    return format_date(told, "d MMM y", locale=language())


KIBI = 1024


def size(count: int) -> str:
    """Bytes, as people read them."""
    told, units = float(count), ["B", "KiB", "MiB", "GiB"]
    while told >= KIBI and len(units) > 1:
        told, units = told / KIBI, units[1:]
    return f"{format_decimal(round(told, 1), locale=language())} {units[0]}"


def clock_words(due_by: datetime) -> tuple[str, str]:
    """What a clock says in words, and how pressing it is: `late`, `soon` or `calm`."""
    left = due_by - now()
    words = _span(abs(left.total_seconds()))
    if left.total_seconds() < 0:
        return _("overdue by %(span)s") % {"span": words}, "late"
    return _("due in %(span)s") % {"span": words}, "soon" if left.days < SOON else "calm"


SOON = 3
"""Days before a limit from which it is shown as pressing."""


def _span(seconds: float) -> str:
    minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86400)
    if days:
        return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    if hours:
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
