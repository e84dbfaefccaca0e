"""Which cases exist for whom, and what a list is narrowed to: rules of `cases.sight` and filters, as conditions in SQL.

Every query over cases goes through `visible`: a list, a page and a refusal cannot disagree.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from cases.identity import Standing
from cases.lifecycle import Queue, State
from cases.ports import CaseFilter
from cases.sight import Sight
from cases.times import read_stamp
from storage.lists import walk_for
from storage.rows import RULED, WORKED
from storage.signing import Marks
from storage.tables import case_categories, case_legs, case_people, cases, custodians, identity_requests, marks

# Made once: to copy all columns of a table for every question asked cost more than the question.
_OWN, _OTHER, _INTO = cases.alias("own"), cases.alias("other"), cases.alias("into")
_ASKED = identity_requests.alias("asked")  # the query around it may read the same table


@lru_cache(maxsize=256)
def visible(sight: Sight, blind: Marks) -> ColumnElement[bool]:
    """What must hold for a case to exist for the holder of this sight; no criterion at all means none.

    Kept for those who asked lately: to write the condition anew costs more than to answer it, twice in each request.
    """
    must = [~behind(walls_of(sight.person, blind), cases.c.number)]
    if sight.queue is not None:
        must.append(_with_office(sight.queue))
    if sight.states is not None:
        must.append(cases.c.state.in_([str(state) for state in sight.states]))
    if sight.assigned:
        must.append(_is_assigned(sight.person))
    if sight.leg is not None:
        legs = case_legs.c.case_number == cases.c.number, case_legs.c.leg == sight.leg
        must.append(exists().where(*legs))
    if sight.asked:
        must += [_is_asked_about(), ~behind((blind.manager(sight.person),), cases.c.number)]
    else:
        must.append(~guarded(sight.person, cases.c.number))
    sent = (blind.addressee(sight.person),)
    addressed = exists().where(marks.c.case_number == cases.c.number, marks.c.mark.in_(sent))
    must.append(addressed if sight.addressed else ~behind(sent, cases.c.number))
    if sight.never_worked:
        must.append(~_took_part(sight.person, WORKED))
    if sight.no_part:
        must.append(~_took_part(sight.person))
    criteria = (
        sight.queue,
        sight.states,
        sight.assigned or None,
        sight.addressed or None,
        sight.leg,
        sight.asked or None,
    )
    return and_(*must, *(() if any(one is not None for one in criteria) else (cases.c.number.is_(None),)))


def walls_of(person: str, blind: Marks) -> tuple[bytes, ...]:
    """The marks that keep a person from a case."""
    return blind.wall(person), blind.wall_by_identity(person), blind.received(person)


def behind(any_of: Iterable[bytes], number: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether one of these marks stands beside a case, or beside another that is one matter with it."""
    return _in_the_matter(marks.c.case_number, number, marks.c.mark.in_(tuple(any_of)))


def guarded(person: str, number: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a person opened or decided, as custodian, a request in a case or another that is one matter with it."""
    return _in_the_matter(custodians.c.case_number, number, custodians.c.person == person)


def _in_the_matter(
    of_case: ColumnElement[str], number: ColumnElement[str], *which: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Of a case itself, of what was merged into it, of what it was merged into, or of what was merged there as well.

    Conditions of their own rather than one with OR in it: each goes by an index of its own.
    """
    into = _OWN.c.number == number, _OWN.c.merged_into.is_not(None)
    return or_(
        exists().where(of_case == number, *which),
        exists().where(_OTHER.c.merged_into == number, of_case == _OTHER.c.number, *which),
        exists().where(*into, of_case == _OWN.c.merged_into, *which),
        exists().where(*into, _OTHER.c.merged_into == _OWN.c.merged_into, of_case == _OTHER.c.number, *which),
    )


def _with_office(queue: Queue) -> ColumnElement[bool]:
    """What was merged is where its matter is: it leaves an office with the case it was merged into."""
    own = and_(cases.c.merged_into.is_(None), cases.c.queue == str(queue))
    return or_(own, exists().where(_INTO.c.number == cases.c.merged_into, _INTO.c.queue == str(queue)))


def _is_assigned(person: str) -> ColumnElement[bool]:
    """Asked to work this case, or the one this was merged into."""
    case = case_people.c.case_number
    mine = case_people.c.person == person, case_people.c.capacity.not_in((WORKED, RULED))
    return exists().where(or_(case == cases.c.number, case == cases.c.merged_into), *mine)


def _took_part(person: str, capacity: str | None = None) -> ColumnElement[bool]:
    """Whether a person has, or had, a part in the case or its matter: any at all, or in one capacity."""
    which = () if capacity is None else (case_people.c.capacity == capacity,)
    return _in_the_matter(case_people.c.case_number, cases.c.number, case_people.c.person == person, *which)


def _is_asked_about() -> ColumnElement[bool]:
    return exists().where(_ASKED.c.case_number == cases.c.number, _ASKED.c.standing == str(Standing.ASKED))


def narrowed(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.state:
        yield cases.c.state == str(wanted.state)
    if wanted.category:
        same = case_categories.c.case_number == cases.c.number
        yield exists().where(same, case_categories.c.category == wanted.category)
    if wanted.assignee:
        yield _is_assigned(wanted.assignee)
    if wanted.due_before:
        yield cases.c.due_by < wanted.due_before
    if wanted.merged_into:
        yield cases.c.merged_into == wanted.merged_into
    if wanted.received_from:
        yield cases.c.received_at >= wanted.received_from
    if wanted.received_to:
        yield cases.c.received_at < wanted.received_to
    if wanted.unassigned:
        yield cases.c.state != str(State.CLOSED)
        asked = case_people.c.case_number == cases.c.number, case_people.c.capacity.not_in((WORKED, RULED))
        yield ~exists().where(*asked)
    yield from _closed(wanted)


def _closed(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.closed_from:
        yield cases.c.closed_at >= wanted.closed_from
    if wanted.closed_to:
        yield cases.c.closed_at < wanted.closed_to
    if wanted.closed_early:  # the facts say an outcome there where an assessment ended, and hold no word of anybody's
        yield cases.c.state == str(State.CLOSED)
        yield ~cases.c.facts.contains('"outcome":')


def page(sight: Sight, wanted: CaseFilter, blind: Marks) -> Select[Any]:
    """Keyset pages: newest received or closed first, or what is due soonest first. Cases without that are left out."""
    query = select(cases).where(visible(sight, blind), *narrowed(wanted))
    if wanted.office:
        there = marks.c.mark == blind.office(wanted.office)
        query = query.where(exists().where(marks.c.case_number == cases.c.number, there))
    match wanted.sort:
        case "due":
            query = _soonest_due(query, wanted)
        case "closed":
            query = _backwards(query.where(cases.c.closed_at.is_not(None)), wanted, cases.c.closed_at, cases.c.number)
        case _:
            query = _newest(query, sight, wanted, blind)
    return query.limit(wanted.limit)


def _soonest_due(query: Select[Any], wanted: CaseFilter) -> Select[Any]:
    key, number = cases.c.due_by, cases.c.number
    if wanted.after:
        at, last = read_stamp(wanted.after[0]), wanted.after[1]
        query = query.where(or_(key > at, and_(key == at, number > last)))
    return query.where(key.is_not(None)).order_by(key, number)


def _newest(query: Select[Any], sight: Sight, wanted: CaseFilter, blind: Marks) -> Select[Any]:
    """Along the list that holds all of the page, where there is one."""
    key: ColumnElement[Any] = cases.c.received_at
    number: ColumnElement[str] = cases.c.number
    if walk := walk_for(sight, wanted, blind):
        query = query.join(walk.along, walk.number == cases.c.number).where(walk.which)
        key, number = walk.received_at, walk.number
    return _backwards(query, wanted, key, number)


def _backwards(
    query: Select[Any], wanted: CaseFilter, key: ColumnElement[Any], number: ColumnElement[str]
) -> Select[Any]:
    if wanted.after:
        at, last = read_stamp(wanted.after[0]), wanted.after[1]
        query = query.where(or_(key < at, and_(key == at, number < last)))
    return query.order_by(key.desc(), number.desc())
