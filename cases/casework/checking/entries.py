"""What entries say, against what is kept: their own columns, the sealed parts they name, the cases they changed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from cases.case import read, replay
from cases.casework.checking.findings import Finding, Found, Next
from cases.casework.checking.ports import Fixity, KeptCase, KeptLeaf
from cases.casework.checking.running import Run
from cases.ledger import EntryKind

CASES_AT_ONCE, POSITIONS_AT_ONCE = 128, 4096


def columns_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """What the columns beside an entry must say."""
    item = told["facts"].get("evidence")
    return {
        "kind": told["kind"],
        "about": told["about"]["id"],
        "item": item if isinstance(item, str) else None,
        "version": told["version"],
        "at": told["at"],
        "actor": told["actor"],
        "action": told["action"],
    }


def look_at(fixity: Fixity, run: Run, page: Sequence[KeptLeaf]) -> None:
    """Hold a page of entries, whose bytes are those that were merged, against what they name."""
    told: dict[int, Mapping[str, Any]] = {}
    for leaf in page:
        if leaf.entry:
            where = f"entry {leaf.index} (row {leaf.entry.position})"
            said: Mapping[str, Any] = json.loads(leaf.entry.body)
            wrong = [name for name, value in columns_of(said).items() if leaf.entry.columns[name] != value]
            if wrong:
                what = f"its row says something else than its signed bytes: {', '.join(wrong)}"
                run.find(_found(Found.ALTERED, where, what))
            told[leaf.index] = said
    _look_at_sealed(fixity, run, told)
    _look_for_subjects(fixity, run, told)


def _look_at_sealed(fixity: Fixity, run: Run, told: Mapping[int, Mapping[str, Any]]) -> None:
    """Each part an entry names is kept as it says, or an entry says that it was erased."""
    kept = fixity.sealed([UUID(part["object"]) for entry in told.values() for part in entry["sealed"]])
    for index, entry in told.items():
        for part in entry["sealed"]:
            where = f"{part['kind']} {part['object']} of {entry['about']['kind']} {entry['about']['id']}"
            seal = kept.get(UUID(part["object"]))
            run.checked["sealed"] += 1
            if seal is None:
                if not fixity.is_erased(entry["about"]["id"]):
                    run.find(_found(Found.MISSING, where, f"entry {index} names it and its row is not there"))
            elif (seal.kind, seal.digest.hex()) != (part["kind"], part["sha256"]):
                run.find(_found(Found.ALTERED, where, f"its row is not of the part that entry {index} names"))


def _look_for_subjects(fixity: Fixity, run: Run, told: Mapping[int, Mapping[str, Any]]) -> None:
    """Whatever was changed or taken in has a row."""
    cases = {one["about"]["id"] for one in told.values() if one["kind"] == EntryKind.CHANGE}
    complaints = {one["about"]["id"] for one in told.values() if one["kind"] == EntryKind.INTAKE}
    for name in sorted(fixity.unknown(cases, complaints)):
        kind = "case" if name in cases else "complaint"
        run.find(_found(Found.MISSING, f"{kind} {name}", "entries speak of it and its row is not there"))


def walk_unplaced(fixity: Fixity, run: Run) -> Iterator[int]:
    """Every entry is merged or waits to be; yields the position after each page."""
    after, last = run.position or 0, fixity.extent().entries
    while after < last:
        upto = min(after + POSITIONS_AT_ONCE, last)
        if fixity.unplaced(after, upto):
            for position in fixity.unplaced(after, upto):
                what = "it is neither merged nor waiting to be: the ledger does not cover it"
                run.find(_found(Found.ORPHANED, f"entry in row {position}", what))
        after = upto
        yield after


def walk_cases(fixity: Fixity, run: Run) -> Iterator[str]:
    """Every case is at the version, and is what, its change entries say; yields the last number of each page."""
    after = run.position or ""
    while page := fixity.cases(after, CASES_AT_ONCE):
        for case in page:
            if case.version != case.changes or case.version != case.newest:
                run.find(_found(Found.ALTERED, f"case {case.number}", _gap(case)))
            elif not case.agrees:
                what = "what it is found by is not what its facts say"
                run.find(_found(Found.ALTERED, f"case {case.number}", what))
            elif _differs(case, fixity.changes(case.number, case.version)):
                what = "its facts are not those its changes in the ledger amount to"
                run.find(_found(Found.ALTERED, f"case {case.number}", what))
        run.checked["cases"] += len(page)
        after = page[-1].number
        yield after


def _differs(case: KeptCase, changes: Iterator[bytes]) -> bool:
    """Whether a case is something else than its changes make it, or they cannot be read.

    Entries of installations that are older than the facts in them tell none, and nothing can be compared.
    """
    try:
        told = [json.loads(body) for body in changes]
        if not all("case" in change["facts"] for change in told):
            return False
        amount = replay((change["version"], change["facts"]) for change in told)
        return amount != read(json.loads(case.facts), case.version)
    except (ValueError, KeyError, TypeError, AttributeError):
        return True


def _gap(case: KeptCase) -> str:
    return f"it is at version {case.version}, with {case.changes} changes in the ledger, the last to {case.newest}"


def _found(found: Found, where: str, what: str) -> Finding:
    return Finding(found, where, what, Next.RESTORE_ROW)
