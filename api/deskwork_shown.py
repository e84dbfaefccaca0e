"""From the work around a case to what goes over the wire."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from api.blueprints import Answer
from api.cursors import link_next, write_cursor
from api.shown import moment
from cases.casework.accounts import NamedKey
from cases.casework.handing import Colleague, HandedOver
from cases.casework.lettering import FilledLetter
from cases.casework.noting import ShownNote
from cases.casework.receiving import Received, ShownAct
from cases.casework.tasking import ShownTask
from cases.deskwork import IssuedToken
from cases.directory import Person
from cases.times import stamp

T = TypeVar("T")


def page(
    found: Sequence[T], limit: int, show: Callable[[T], dict[str, Any]], place: Callable[[T], list[Any]]
) -> Answer:
    """One page of a list; `place` is where the page after continues."""
    cursor = write_cursor(place(found[-1])) if len(found) == limit else None
    return {"items": [show(one) for one in found], "next": cursor}, 200, link_next(cursor)


def note(one: ShownNote) -> dict[str, Any]:
    kept = one.note
    return {
        "note_id": str(kept.id),
        "person": kept.person,
        "role": str(kept.role),
        "at": stamp(kept.at),
        "corrects": str(kept.corrects) if kept.corrects else None,
        "text": one.text,
    }


def task(one: ShownTask) -> dict[str, Any]:
    kept = one.task
    row = {
        "task_id": str(kept.id),
        "number": kept.number,
        "state": str(kept.state),
        "person": one.person,
        "role": None if one.role is None else str(one.role),
        "made_by": kept.made_by,
        "made_at": stamp(kept.made_at),
        "due_by": stamp(kept.due_by),
        "ended_at": moment(kept.ended_at),
    }
    return row if one.what is None else row | {"what": one.what}


def colleague(one: Colleague) -> dict[str, Any]:
    return {
        "person": one.person,
        "name": one.name,
        "role": str(one.role),
        "cases": one.cases,
        "by_state": {str(state): count for state, count in one.by_state.items()},
        "overdue": one.overdue,
        "next_due": moment(one.next_due),
    }


def handed_over(done: HandedOver) -> dict[str, Any]:
    return {"moved": list(done.moved), "stayed": list(done.stayed)}


def filled_letter(one: FilledLetter) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("slug", "kind", "about", "language", "text")}


def received(one: Received) -> dict[str, Any]:
    return {
        "number": one.case.number,
        "received_at": stamp(one.case.received_at),
        "categories": list(one.case.categories),
        "acknowledged_at": moment(one.acknowledged_at),
    }


def act(one: ShownAct) -> dict[str, Any]:
    return {"act_id": str(one.act.id), "kind": str(one.act.kind), "at": stamp(one.act.at), "text": one.text}


def person(one: Person) -> dict[str, Any]:
    names = ("staff_number", "name", "email", "personnel_type", "function", "unit", "office", "supervisor")
    row = {name: getattr(one, name) for name in names}
    return row | {"number": one.number or one.staff_number, "roles": sorted(map(str, one.roles))}


def token(one: IssuedToken) -> dict[str, Any]:
    times = {"issued_at": stamp(one.issued_at), "expires_at": stamp(one.expires_at)}
    return {"person": one.person, "role": str(one.role), **times}


def key(one: NamedKey) -> dict[str, Any]:
    times = {"made_at": stamp(one.key.made_at), "retired_at": moment(one.key.retired_at)}
    return {"name": one.key.role, "purpose": one.purpose, "key_id": one.key.id.hex(), **times}
