"""An administrator's page on the worker: what waits, what was given up, and never which case it is about."""

from flask import Response
from flask.typing import ResponseReturnValue

from api.context import actor, desk, now
from api.cursors import position, read_cursor, write_cursor
from api.pages.desk.common import blueprint, page, see
from api.pages.desk.sending import NONE, Trouble, asked, attempt, further, read
from api.pages.words import _
from api.routes.jobs import DiscardSchema, JobsQuery
from api.sessions import form, signed_in
from cases.casework import jobs
from cases.casework.jobs import Discarded
from cases.outbox import JobFilter, JobState
from cases.people import Role


@blueprint.get("/admin/jobs")
@signed_in(Role.ADMINISTRATOR)
def admin_jobs() -> Response:
    """What the worker has still to do."""
    return _listed(NONE)


def _listed(trouble: Trouble) -> Response:
    wanted = asked(JobsQuery())
    after = read_cursor(wanted.pop("cursor", None), position)
    found = jobs.list_jobs(desk(), actor(), JobFilter(**wanted, after=after[0] if after else 0))
    cursor = write_cursor([found[-1].id]) if len(found) == wanted["limit"] else None
    return page(
        "admin/jobs.html",
        trouble.status,
        items=found,
        ready=jobs.readiness(desk(), now()),
        state=str(wanted.get("state") or ""),
        states=[(str(state), _state_name(state)) for state in JobState],
        reasons=[(str(reason), _reason_name(reason)) for reason in Discarded],
        state_name=_state_name,
        then=further(cursor),
        first=after is None,
        trouble=trouble,
    )


def _state_name(state: JobState) -> str:
    names = {JobState.WAITING: _("waits"), JobState.TAKEN: _("is being done"), JobState.DEAD: _("given up")}
    return names[state]


def _reason_name(reason: Discarded) -> str:
    names = {
        Discarded.DONE_BY_HAND: _("It was done by hand"),
        Discarded.OVERTAKEN: _("It is needed no longer"),
        Discarded.CANNOT_BE_DONE: _("It cannot be done"),
    }
    return names[reason]


@blueprint.post("/admin/jobs/<int:job_id>/retry")
@signed_in(Role.ADMINISTRATOR)
def admin_retry(job_id: int) -> ResponseReturnValue:
    """Let a job be done now."""
    form()

    def act() -> ResponseReturnValue:
        jobs.retry_job(desk(), actor(), job_id, now())
        return see("desk.admin_jobs", done="retried")

    return attempt(act, _listed)


@blueprint.post("/admin/jobs/<int:job_id>/discard")
@signed_in(Role.ADMINISTRATOR)
def admin_discard(job_id: int) -> ResponseReturnValue:
    """Give a dead job up for good, for one of three reasons."""

    def act() -> ResponseReturnValue:
        told = read(DiscardSchema())
        jobs.discard_job(desk(), actor(), job_id, told["reason"], now())
        return see("desk.admin_jobs", done="discarded")

    return attempt(act, _listed)
