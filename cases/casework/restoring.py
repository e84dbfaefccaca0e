"""Backups and restores: entries that tell of both, and erasures that came after a backup, made again."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from cases.case import Case, changed
from cases.case.clocked import sounded
from cases.casework.changes import Change, store
from cases.casework.entries import entry
from cases.ledger import COMMAND_LINE, THE_SYSTEM, About, EntryKind
from cases.lifecycle import Action
from cases.ports import Desk
from cases.times import stamp


def note_backup(desk: Desk, delete_by: date, at: datetime) -> None:
    """Write down, before it begins, that a copy of everything sealed and of the shred keys is made.

    An auditor learns from it until when somebody may be able to read what is erased in the meantime.
    """
    facts = {"shred_keys_deleted_by": delete_by.isoformat()}
    with desk.work() as work:
        work.note(entry(EntryKind.SYSTEM, THE_SYSTEM, at, COMMAND_LINE, "backup_begun", facts=facts))


def note_restored(desk: Desk, name: str, backed_up_at: datetime, erasures: int, at: datetime) -> None:
    """Write down that all that follows comes after a backup, and not after what the ledger may have held since."""
    facts = {"backup": name, "backed_up_at": stamp(backed_up_at), "erasures_replayed": erasures}
    with desk.work() as work:
        work.note(entry(EntryKind.SYSTEM, THE_SYSTEM, at, COMMAND_LINE, "restored", facts=facts))


def replay_erasures(desk: Desk, erased: Mapping[UUID, datetime], at: datetime) -> int:
    """Erase again what was erased at these times, as far as this state of things does not know it; how many that were.

    Their shred keys are gone already. The worker deletes files as after any erasure.
    """
    replayed = 0
    for complaint, erased_at in erased.items():
        case = desk.lookup.case_of(complaint)
        if case is not None and case.erased_at is None:
            _erase(desk, case, erased_at, at)
            replayed += 1
    return replayed


def _erase(desk: Desk, case: Case, erased_at: datetime, at: datetime) -> None:
    after = replace(case, version=case.version + 1, erased_at=erased_at, proposal=None)
    after = sounded(case, after, str(Action.APPROVE), at, desk.law)  # what waited for a second person was this
    facts = {"replayed": True, "case": changed(case, after)}
    about = About.case(case.number)
    noted = entry(EntryKind.CHANGE, about, at, COMMAND_LINE, "erase", version=after.version, facts=facts)
    with desk.work() as work:
        store(work, desk, Change(case, after, noted), at)
        work.erase(after)
