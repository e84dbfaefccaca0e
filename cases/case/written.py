"""Cases as JSON-ready facts: what stands in storage, and what each change entry says of the case as it then was.

A change entry carries, under `case`, every clear fact that it changed. So replaying the change entries of a case
rebuilds it exactly, and an auditor can compare the two.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeAlias
from uuid import UUID

from cases.case.facts import Allegation, Assignment, Case, Hearing, Hold, Proposal
from cases.clocks import from_facts, to_facts
from cases.lifecycle import Action, Queue, State
from cases.people import Role
from cases.times import read_stamp, stamp

Written: TypeAlias = Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


def _or_none(convert: Written) -> Written:
    return lambda value: None if value is None else convert(value)


def _texts(values: Iterable[Any]) -> list[str]:
    return sorted(str(value) for value in values)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A record of simple fields: ids as text, times as RFC 3339."""
    return {name: _plainly(value) for name, value in row.items() if value is not None}


def _plainly(value: Any) -> Any:
    if isinstance(value, datetime):
        return stamp(value)
    return str(value) if isinstance(value, UUID) else value


def _read_allegation(row: Mapping[str, Any]) -> Allegation:
    return Allegation(**{**row, "id": UUID(row["id"]), "person": UUID(row["person"])})


def _read_proposal(row: Mapping[str, Any]) -> Proposal:
    return Proposal(
        UUID(row["id"]),
        Action(row["action"]),
        row["by"],
        Role(row["role"]),
        read_stamp(row["at"]),
        read_stamp(row["expires_at"]),
        UUID(row["given"]),
    )


_TIME = (_or_none(stamp), _or_none(read_stamp))
_PEOPLE = (_texts, frozenset)
_PERSONS = (_texts, lambda ids: frozenset(map(UUID, ids)))
_LIST = (list, tuple)
_HEARING = (str, Hearing)

# fmt: off
_FIELDS: Mapping[str, tuple[Written, Written]] = MappingProxyType({
    "number":           (_same, _same),
    "complaint":        (str, UUID),
    "queue":            (str, Queue),
    "to":               _LIST,
    "state":            (str, State),
    "categories":       _LIST,
    "received_at":      _TIME,
    "clocks":           (to_facts, from_facts),
    "acknowledged_at":  _TIME,
    "closed_at":        _TIME,
    "closure_reason":   (_same, _same),
    "assignees":        (lambda who: [{"person": one.person, "role": str(one.role)} for one in who],
                         lambda rows: tuple(Assignment(row["person"], Role(row["role"])) for row in rows)),
    "worked_by":        _PEOPLE,
    "decided_by":       _PEOPLE,
    "decided_before":   _PEOPLE,
    "heard_by":         _PEOPLE,
    "closed_by":        _PEOPLE,
    "reviewed_by":      _PEOPLE,
    "recused":          _PEOPLE,
    "outcome":          (_same, _same),
    "referred_to":      (_same, _same),
    "back_to":          (_or_none(str), _or_none(State)),
    "merged_into":      (_same, _same),
    "preserved_at":     _TIME,
    "contained_at":     _TIME,
    "implications":     (_same, _same),
    "allegations":      (lambda rows: [_plain(asdict(row)) for row in rows],
                         lambda rows: tuple(map(_read_allegation, rows))),
    "attributed":       _PERSONS,
    "notified":         _PERSONS,
    "owed":             _PERSONS,
    "comment":          _HEARING,
    "commented":        _PERSONS,
    "response":         _HEARING,
    "responded":        _PERSONS,
    "measures":         (lambda rows: [[str(person), slug] for person, slug in rows],
                         lambda rows: tuple((UUID(person), slug) for person, slug in rows)),
    "decided_at":       _TIME,
    "decision_told_at": _TIME,
    "appealed_at":      _TIME,
    "proposal":         (_or_none(lambda one: {name: str(value) if name in {"action", "role"} else value
                                               for name, value in _plain(asdict(one)).items()}),
                         _or_none(_read_proposal)),
    "holds":            (lambda rows: [_plain(asdict(row)) for row in rows],
                         lambda rows: tuple(Hold(UUID(row["id"]), read_stamp(row["at"])) for row in rows)),
    "reopened":         (_same, _same),
    "erased_at":        _TIME,
})
# fmt: on

_UNSAID = {field.name: field.default for field in fields(Case)}


def written(case: Case) -> dict[str, Any]:
    """Every clear fact but the version, JSON-ready. Facts that are as in a fresh case are left out."""
    return {
        name: write(getattr(case, name)) for name, (write, _) in _FIELDS.items() if getattr(case, name) != _UNSAID[name]
    }


def read(facts: Mapping[str, Any], version: int) -> Case:
    """The case that was written. Raises KeyError, TypeError or ValueError for facts of no case."""
    told: dict[str, Any] = {name: _FIELDS[name][1](value) for name, value in facts.items()}
    return Case(**told, version=version)


def changed(before: Case | None, after: Case) -> dict[str, Any]:
    """The facts that a change made, JSON-ready: what its entry says under `case`."""
    return {
        name: write(getattr(after, name))
        for name, (write, _) in _FIELDS.items()
        if getattr(after, name) != (_UNSAID[name] if before is None else getattr(before, name))
    }


def replay(changes: Iterable[tuple[int, Mapping[str, Any]]]) -> Case:
    """The case its change entries amount to: (version, facts) of each, in order.

    Raises ValueError when a version is missing, comes twice or out of order.
    """
    facts: dict[str, Any] = {}
    last = 0
    for version, told in changes:
        if version != last + 1:
            raise ValueError(f"version {version} follows version {last}")
        facts |= told["case"]
        last = version
    return read(facts, last)
