"""What the invented people did to their cases, as complaints.toml tells it, done through the verbs themselves.

Persons and allegations are named by their place, from 1; dates by the days between them and the deed.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from cases.case import Assignment, Case, Given, Measure
from cases.casework.alleging import Alleged, make_allegation
from cases.casework.identities import ask_who_reported
from cases.casework.moving import make_move
from cases.casework.persons import change_person
from cases.casework.registers import open_register
from cases.casework.staffing import make_assignment, write_to_reporter
from cases.lifecycle import Action
from cases.people import Role
from cases.persons import Attribution, Changed
from cases.ports import Desk
from cases.sight import Actor

Deed = Callable[[Desk, Actor, Case, Mapping[str, Any], datetime], object]
DATES = ("appeal_by", "review_on")


def do(desk: Desk, case: Case, told: Mapping[str, Any], at: datetime) -> None:
    """One deed of `by` in `role`. Raises whatever its verb raises."""
    actor = Actor(told["by"], Role(told["role"]))
    deed = next(deed for name, deed in _DEEDS.items() if name in told)
    deed(desk, actor, case, told, at)


def _move(desk: Desk, actor: Actor, case: Case, told: Mapping[str, Any], at: datetime) -> None:
    said = {name: value for name, value in told.items() if name not in {"by", "role", "move"}}
    said |= {name: _day(at, said[name]) for name in DATES if name in said}
    if "person" in said:
        said["person"] = _person(desk, case, said["person"])
    if "allegation" in said:
        said["allegation"] = case.allegations[said["allegation"] - 1].id
    if "measures" in said:
        rows = ({**row, "person": _person(desk, case, row["person"])} for row in said["measures"])
        said["measures"] = tuple(Measure(**row) for row in rows)
    make_move(desk, actor, case.number, case.version, Action(told["move"]), Given(**said), at)


def _assign(desk: Desk, actor: Actor, case: Case, told: Mapping[str, Any], at: datetime) -> None:
    make_assignment(desk, actor, case.number, case.version, Assignment(told["assign"], Role(told["as"])), at)


def _attribute(desk: Desk, actor: Actor, case: Case, told: Mapping[str, Any], at: datetime) -> None:
    person, new = _person(desk, case, told["attribute"]), Changed(attribution=Attribution(**told["attribution"]))
    change_person(desk, actor, case.number, case.version, person, new, told["reason"], at)


def _allege(desk: Desk, actor: Actor, case: Case, told: Mapping[str, Any], at: datetime) -> None:
    said = Alleged(_person(desk, case, told["allege"]), told["category"], told["account"])
    if "conduct_on" in told:
        said = replace(said, conduct_on=_day(at, told["conduct_on"]))
    make_allegation(desk, actor, case.number, case.version, said, at)


def _ask(desk: Desk, actor: Actor, case: Case, told: Mapping[str, Any], at: datetime) -> None:
    ask_who_reported(desk, actor, case.number, told["ask_identity"], at)


def _write(desk: Desk, actor: Actor, case: Case, told: Mapping[str, Any], at: datetime) -> None:
    feedback = bool(told.get("feedback"))
    write_to_reporter(desk, actor, case.number, case.version, told["write"], at, feedback=feedback)


_DEEDS: Mapping[str, Deed] = MappingProxyType(
    {
        "move": _move,
        "assign": _assign,
        "attribute": _attribute,
        "allege": _allege,
        "ask_identity": _ask,
        "write": _write,
    }
)


def _person(desk: Desk, case: Case, place: int) -> UUID:
    return open_register(desk, case)[place - 1].id


def _day(at: datetime, days: int) -> date:
    return (at + timedelta(days=days)).date()
