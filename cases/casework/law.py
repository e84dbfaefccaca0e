"""Whether the catalogue fits the table of steps, asked at start and by `rule12 catalogue check`.

The catalogue knows no steps and the steps know no rows, so what one names of the other is compared here: a clock that
hangs on a move nobody can make would never run, and a case whose status has no words could not be shown.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from cases.berkeley import Point
from cases.case import LAPSING
from cases.case.clocked import PROPOSE, RECEIPT
from cases.case.facts import FOUND
from cases.case.guards import HIGH_STANDARD, POSSIBLE_MISCONDUCT
from cases.case.moving import DUPLICATE, ELSEWHERE
from cases.casework.staffing import FEEDBACK, MESSAGE
from cases.casework.statuses import STATUSES
from cases.catalogue import Catalogue, Closure, load
from cases.catalogue.letters import ABOUT, KINDS
from cases.catalogue.rows import Dated
from cases.catalogue.telling import AT_ONCE
from cases.catalogue.timing import APART, strangers
from cases.errors import CatalogueBroken
from cases.lifecycle import STEPS, Action, State
from cases.media.hidden import Hidden
from cases.notices import HAPPENINGS
from cases.persons import ATTRIBUTED
from cases.posts import PostFault

EVENTS = frozenset({RECEIPT, PROPOSE, FEEDBACK, MESSAGE, *Action, *(f"{name}_lapsed" for name in LAPSING)})
ASKED_FOR = ("acknowledge", "proposal", "identity_grant")
"""Clocks that are asked for by name."""

HINTED = (
    ("post", tuple(map(str, PostFault))),
    ("evidence", tuple(map(str, Point))),
    ("hidden", tuple(map(str, Hidden))),
)
"""What a reporter is helped on with, by the set of its hints."""

CHOSEN = (
    ("assessment_outcome", POSSIBLE_MISCONDUCT),
    ("finding", FOUND),
    ("standard_of_proof", HIGH_STANDARD),
    ("attribution", ATTRIBUTED),
)
"""Terms on which a guard turns."""


@cache
def law_of(own: Path | None, day: date) -> Catalogue:
    """The catalogue to work by (`cases.catalogue.load`), once it fits the steps on a day. Raises CatalogueBroken."""
    law = load(own)
    if faults := misfits(law, day):
        raise CatalogueBroken(*faults)
    return law


def misfits(law: Catalogue, day: date) -> list[str]:
    """Everything that does not fit, as `file:line: row: reason`; [] when all does."""
    return [
        *strangers(law.clocks, tuple(State), EVENTS),
        *_idle(law),
        *_closing_nothing(law.closures),
        *_missing(law, day),
        *_untold(law, day),
        *_speechless(law, day),
        *_letterless(law, day),
        *_hintless(law, day),
    ]


def _idle(law: Catalogue) -> Iterator[str]:
    """Clocks that would lapse without anything to follow from it: they would be up for ever."""
    for clock in law.clocks:
        if clock.lapses and clock.name not in LAPSING and clock.runs_from not in APART:
            yield f"{clock.found.at('lapses')}: lapses, but nothing would follow from it"


def _closing_nothing(closures: Iterable[Closure]) -> Iterator[str]:
    """States and roles of closure reasons from which, or by whom, no case is closed."""
    closing = {str(state): step for (state, action), step in STEPS.items() if action is Action.CLOSE}
    for closure in closures:
        for number, pair in enumerate(closure.allowed):
            for state in pair.states:
                step = closing.get(state)
                if step is None:
                    yield f"{closure.found.at('allowed', number, 'from')}: no case is closed from {state!r}"
                elif strange := sorted(set(pair.roles) - step.by):
                    where = closure.found.at("allowed", number, "by")
                    yield f"{where}: from {state}, no case is closed by {', '.join(strange)}"


def _missing(law: Catalogue, day: date) -> Iterator[str]:
    """Rows on which a rule turns."""
    for name in ASKED_FOR:
        if not _unbroken((row for row in law.clocks if row.name == name), day):
            yield f"clocks.toml:1: no row of {name} is in force from {day} on"
    for set_, slug in CHOSEN:
        if not _unbroken((row for row in law.choices if (row.set, row.slug) == (set_, slug)), day):
            yield f"terms.toml:1: no row of {set_}.{slug} is in force from {day} on"
    for slug in (DUPLICATE, ELSEWHERE):
        if law.closure(slug) is None:
            yield f"closures.toml:1: no row of {slug}"


def _untold(law: Catalogue, day: date) -> Iterator[str]:
    """Happenings of which nobody is told, and rows of what never happens."""
    told = {tell.what for clock in law.clocks for tell in clock.tells}
    for row in law.announcements:
        if row.what not in (HAPPENINGS if row.who else told):
            yield f"{row.found.at('what')}: tells of {row.what!r}, which never happens"
    for what in sorted(HAPPENINGS | told):
        rows = (row for row in law.announcements if row.what == what and bool(row.who) is (what in HAPPENINGS))
        if not _unbroken(rows, day):
            yield f"notices.toml:1: no row of {what} is in force from {day} on"
    for slug in sorted({row.when for row in law.announcements} - {AT_ONCE}):
        if not _unbroken((row for row in law.rhythms if row.slug == slug), day):
            yield f"rhythms.toml:1: no row of {slug} is in force from {day} on"
    for slug in sorted({row.words for row in law.announcements} | {row.words for row in law.rhythms}):
        if not _unbroken((row for row in law.mails if row.slug == slug), day):
            yield f"mails.toml:1: no row of {slug} is in force from {day} on"


def _speechless(law: Catalogue, day: date) -> Iterator[str]:
    """Statuses without words in English at least."""
    for slug in (f"status-{status}" for status in STATUSES):
        if not _is_said(law, slug, day):
            yield f"wordings.toml:1: no row of {slug} in en is in force from {day} on"


def _letterless(law: Catalogue, day: date) -> Iterator[str]:
    """Letters that a move would not find to send, or a person to begin from."""
    wanted = {(kind, "") for kind in KINDS if kind not in ABOUT}
    wanted |= {("closing", closure.slug) for closure in law.closures}
    wanted |= {("redirect", term.slug) for term in law.terms("referral", day)}
    for kind, about in sorted(wanted):
        if not _unbroken((row for row in law.letters if (row.kind, row.about) == (kind, about)), day):
            name = f"{kind} for {about}" if about else kind
            yield f"letters.toml:1: no row of {name} is in force from {day} on"


def _hintless(law: Catalogue, day: date) -> Iterator[str]:
    """What a reporter would be shown without a sentence."""
    for set_, slugs in HINTED:
        for slug in slugs:
            if not _unbroken((row for row in law.hints if (row.set, row.slug) == (set_, slug)), day):
                yield f"hints.toml:1: no row of {set_}.{slug} is in force from {day} on"


def _is_said(law: Catalogue, slug: str, day: date) -> bool:
    return _unbroken((row for row in law.wordings if (row.slug, row.language) == (slug, "en")), day)


def _unbroken(rows: Iterable[Dated], day: date) -> bool:
    """Whether rows follow each other from a day on, without a gap and without an end."""
    for row in sorted(rows, key=lambda one: one.effective_from):
        if row.effective_from > day:
            return False
        if row.effective_to is None:
            return True
        day = max(day, row.effective_to + timedelta(days=1))
    return False
