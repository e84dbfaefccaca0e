"""What the worker does to cases by itself: time limits that lapse, answers that came, consent that changed, facts that
came later.
"""

from datetime import datetime
from uuid import UUID

from cases.case import Case, answered, lapse
from cases.casework.changes import RESCREEN, Change, store, worker_change
from cases.casework.entries import entry
from cases.casework.reminding import Tell, tell_of_lapse
from cases.casework.screening import rescreen
from cases.casework.telling import tell, tell_of
from cases.errors import UnknownCase
from cases.ledger import WORKER, About, EntryKind
from cases.notices import Happening
from cases.outbox import Job
from cases.ports import Desk, Work

INFORMATION = "information"


def lapse_clock(desk: Desk, job: Job, at: datetime, tell: Tell = tell) -> None:
    """Let whatever ran out take its effect; a limit that was met, moved or paused in the meantime changes nothing."""
    case = _case(desk, job)
    decided = lapse(case, at, desk.law)
    if decided is None:
        _finish(desk, job, None, at)
        return
    clock = decided[1]["clock"]
    change = worker_change(desk, case, decided, f"{clock}_lapsed", at)
    with desk.work() as work:
        store(work, desk, change, at)
        tell_of_lapse(work, desk, change.after, clock, at, tell)
        work.done(job)


def note_answer(desk: Desk, job: Job, at: datetime) -> None:
    """The reporter wrote: a case that waited for them goes on, unless they wrote before they were asked.

    Whoever works the case is told; the door, where it came in, knows nobody to tell.
    """
    case = desk.lookup.case_of(UUID(job.about))
    decided = answered(case, at, desk.law) if case and _wrote_since_asked(desk, case) else None
    if case and decided:
        _finish(desk, job, worker_change(desk, case, decided, "reporter_answered", at), at)
    else:
        _finish_telling(desk, job, case, "reporter_wrote", at)


def note_withdrawal(desk: Desk, job: Job, at: datetime) -> None:
    """The reporter asks to withdraw: whoever works the case is told, and decides. It is no answer to a question."""
    _finish_telling(desk, job, desk.lookup.case_of(UUID(job.about)), "reporter_withdrew", at)


def note_review(desk: Desk, job: Job, at: datetime) -> None:
    """The reporter asks to look at a closed case again: the head is told."""
    _finish_telling(desk, job, desk.lookup.case_of(UUID(job.about)), "review_asked", at)


def note_evidence(desk: Desk, job: Job, at: datetime) -> None:
    """The reporter added a file: whoever works the case is told."""
    _finish_telling(desk, job, desk.lookup.case_of(UUID(job.about)), "evidence_added", at)


def _wrote_since_asked(desk: Desk, case: Case) -> bool:
    asked = max((one.started_at for one in case.clocks if one.name == INFORMATION), default=None)
    return asked is not None and any(
        one.from_reporter and one.at >= asked for one in desk.lookup.messages(case.complaint)
    )


def follow_consent(desk: Desk, job: Job, at: datetime) -> None:
    """The reporter's wish changed: requests and grants made under the old one end, and the case is screened again."""
    case = desk.lookup.case_of(UUID(job.about))
    if case is None or case.erased_at:  # not sorted yet: sorting reads the newest wish
        _finish(desk, job, None, at)
        return
    change = rescreen(desk, case, at)
    ended = entry(EntryKind.LOOK, About.case(case.number), at, WORKER, "identity_requests_ended")
    with desk.work() as work:
        store(work, desk, change, at)
        _with_its_matter(work, case, at)
        if desk.lookup.requests(case.number):
            work.note(ended)
            work.revoke_grants(case.number)
        work.done(job)


def screen_again(desk: Desk, job: Job, at: datetime) -> None:
    """Persons of a case changed: screen with all the worker may open."""
    case = _case(desk, job)
    change = None if case.erased_at else rescreen(desk, case, at)
    with desk.work() as work:
        if change:
            store(work, desk, change, at)
            _with_its_matter(work, case, at)
        work.done(job)


def _with_its_matter(work: Work, case: Case, at: datetime) -> None:
    """Whoever a merged case now hides itself from leaves the other, too."""
    if case.merged_into:
        work.ask_for(RESCREEN, case.merged_into, at)


def shred(desk: Desk, job: Job, at: datetime) -> None:
    """Delete what an erasure left to do. Done again after an interruption, it changes nothing more."""
    complaint = UUID(job.about)
    desk.vault.erase(complaint, [item.content.id for item in desk.lookup.evidence(complaint)], at)
    _finish(desk, job, None, at)


def _case(desk: Desk, job: Job) -> Case:
    """Raises UnknownCase."""
    case = desk.lookup.case_of(desk.lookup.complaint_of(job.about))
    if case is None:
        raise UnknownCase("There is no such case.")
    return case


def _finish(desk: Desk, job: Job, change: Change | None, at: datetime) -> None:
    with desk.work() as work:
        if change:
            store(work, desk, change, at)
        work.done(job)


def _finish_telling(desk: Desk, job: Job, case: Case | None, what: str, at: datetime) -> None:
    """Of a complaint not sorted yet nobody is told: sorting tells of all of it."""
    with desk.work() as work:
        if case and not case.erased_at:
            tell_of(work, desk, case, Happening(what), at)
        work.done(job)
