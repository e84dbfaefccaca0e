"""Whom a case speaks of and in which part, and what else bears on its route."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from cases.complaint import Named, Statement


class How(StrEnum):
    """The part somebody has in a case. All of them are kept away from it."""

    SUBJECT = "subject"
    WITNESS = "witness"
    RELATED = "related"
    APPROVER = "approver"


@dataclass(frozen=True, slots=True)
class Involved:
    """One person a case speaks of: `related` to a subject, or the `approver` who ordered or allowed the post.

    `settled` is what intake decided: None is nothing yet, so screening matches; a number is this person;
    () is nobody of the directory (an outsider, an impostor).
    """

    said: Named
    how: How
    settled: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What bears on the route besides people. `categories` are slugs; `stepped_aside` are supervisors who did."""

    categories: tuple[str, ...] = ()
    supervisor_involved: bool = False
    fears_retaliation: bool = False
    tell_ethics: bool = False
    institutional_account: bool = False
    stepped_aside: frozenset[str] = frozenset()


def involved_in(statement: Statement) -> tuple[Involved, ...]:
    """Subjects, then witnesses, as the reporter named them."""
    named = ((How.SUBJECT, statement.subjects), (How.WITNESS, statement.witnesses))
    return tuple(Involved(one, how) for how, people in named for one in people)


def circumstances_of(statement: Statement, categories: Iterable[str]) -> Circumstances:
    """`categories` are those of the case: its handlers may have changed what the reporter's concerns suggested."""
    return Circumstances(
        tuple(categories),
        statement.supervisor_involved,
        statement.fears_retaliation,
        statement.tell_ethics,
        statement.institutional_account,
    )
