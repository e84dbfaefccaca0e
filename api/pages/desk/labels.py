"""What slugs are called, in the reader's language: states, moves, needs, parts people play. Labels of the catalogue
are looked up there and said in the reader's language where they were translated.
"""

from datetime import date, datetime
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from api.context import desk, now
from api.pages.words import _, language, ngettext, role_name, said
from cases.case import Hearing
from cases.complaint import Consent
from cases.deskwork import TaskState
from cases.identity import Standing
from cases.lifecycle import State
from cases.people import Role
from cases.persons import PersonRole


def state_name(state: State | str) -> str:
    """Where a case stands."""
    names = {
        State.REGISTERED: _("Registered"),
        State.ASSESSMENT: _("In assessment"),
        State.AWAITING_INFORMATION: _("Waiting for the reporter"),
        State.INVESTIGATION: _("Under investigation"),
        State.FINDINGS_FOR_COMMENT: _("Findings with the subject"),
        State.REPORTED: _("Report issued"),
        State.WITH_DECIDER: _("With the decider"),
        State.REFERRED: _("Referred"),
        State.CLOSED: _("Closed"),
    }
    return names[State(state)]


def channel_name(channel: str) -> str:
    """How a complaint came."""
    names = {
        "web": _("by the form"),
        "api": _("by a program"),
        "email": _("by e-mail"),
        "phone": _("by telephone"),
        "post": _("by post"),
        "visit": _("in person"),
    }
    return names.get(channel, channel)


def part_name(role: PersonRole | str) -> str:
    """The part a person plays in a case."""
    names = {
        PersonRole.SUBJECT: _("Subject"),
        PersonRole.WITNESS: _("Witness"),
        PersonRole.RELATED: _("Related to a subject"),
        PersonRole.APPROVER: _("Ordered or approved the post"),
        PersonRole.REPORTER: _("Reported, and is heard"),
    }
    return names[PersonRole(role)]


def hearing_name(hearing: Hearing | str) -> str:
    """Whether somebody who must be heard was."""
    names = {
        Hearing.NOT_ASKED: _("not asked yet"),
        Hearing.AWAITED: _("awaited"),
        Hearing.RECEIVED: _("received"),
        Hearing.LAPSED: _("the time limit passed"),
    }
    return names[Hearing(hearing)]


def standing_name(standing: Standing | str) -> str:
    """Where a request to learn who reported stands."""
    names = {
        Standing.ASKED: _("waits for a custodian"),
        Standing.GRANTED: _("granted"),
        Standing.DENIED: _("denied"),
        Standing.REVOKED: _("ended: the reporter changed their consent"),
    }
    return names[Standing(standing)]


def consent_name(consent: Consent | str) -> str:
    """How far a reporter lets it be known who they are."""
    names = {
        Consent.ANONYMOUS: _("Anonymous: nobody learns who reported"),
        Consent.CONFIDENTIAL: _("Confidential: only on a request that was granted"),
        Consent.OPEN: _("Open: those assigned to the case may know"),
    }
    return names[Consent(consent)]


def task_state_name(state: TaskState | str) -> str:
    """Whether a task is still to be done."""
    names = {TaskState.OPEN: _("Open"), TaskState.DONE: _("Done"), TaskState.DROPPED: _("Dropped")}
    return names[TaskState(state)]


def leg_name(leg: str) -> str:
    """Whom a complaint went to."""
    names = {
        "supervisor": _("The reporter's supervisor"),
        "igo": _("Inspector General's Office"),
        "outside": _("Outside office"),
        "gatekeeper": _("Gatekeeper"),
        "ethics": _("Ethics Office"),
        "der": _("External Relations"),
    }
    return names.get(leg, leg)


def category_name(slug: str) -> str:
    """What a category is called; the catalogue has it in the reader's language."""
    return next((row.label.in_(language()) for row in reversed(desk().law.categories) if row.slug == slug), slug)


def concern_name(slug: str) -> str:
    """A category, or the question of a principle that a reporter said yes to."""
    found = (row.question.in_(language()) for row in reversed(desk().law.principles) if row.slug == slug)
    return next(found, None) or category_name(slug)


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


def person_name(number: str | None) -> str:
    """Somebody of the directory by name; whoever is no person of it as entries say it."""
    names = {
        "a supervisor": _("a supervisor"),
        "reporter": _("the reporter"),
        "worker": _("the desk itself"),
        "command line": _("the operator"),
    }
    if not number or number in names:
        return names.get(number or "", "")
    found = desk().lookup.directory().person(number)
    return found.name if found else number


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


def kind_name(personnel_type: str) -> str:
    """What somebody is employed as."""
    names = {
        "staff": _("Staff"),
        "unv": _("United Nations Volunteer"),
        "contractor": _("Contractor"),
        "intern": _("Intern"),
        "partner": _("Staff of a partner"),
    }
    return names.get(personnel_type, personnel_type)
