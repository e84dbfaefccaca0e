"""An administrator's page on the worker: what waits, what was given up, and never which case it is about."""

from typing import Any

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from api.context import actor, desk, now
from api.cursors import position, read_cursor, write_cursor
from api.deskwork_schemas import NothingSchema
from api.pages.desk.common import blueprint, page, see
from api.pages.desk.fields import Field, options
from api.pages.desk.forms import Form, Sheet, sent, standing
from api.pages.desk.listing import asked, further, narrowing
from api.pages.words import _, later, named
from api.routes.jobs import DiscardSchema, JobsQuery
from api.sessions import signed_in
from cases.casework import jobs
from cases.casework.jobs import Discarded
from cases.casework.working import EFFECTS
from cases.outbox import JobFilter, JobState
from cases.people import Role

job_state_name = named(
    {
        JobState.WAITING: later("waits"),
        JobState.TAKEN: later("is being done"),
        JobState.DEAD: later("given up"),
    },
    JobState,
)
"""Where a job of the worker stands."""

discarded_name = named(
    {
        Discarded.DONE_BY_HAND: later("It was done by hand"),
        Discarded.OVERTAKEN: later("It is needed no longer"),
        Discarded.CANNOT_BE_DONE: later("It cannot be done"),
    },
    Discarded,
)
"""Why a job is given up for good."""


job_kind = named(
    {
        "sort": later("Sort a complaint"),
        "lapse": later("Let a time limit pass"),
        "rescreen": later("Screen a case again"),
        "answered": later("Take in an answer of the reporter"),
        "consent": later("Follow a change of consent"),
        "withdrawn": later("Take note of a withdrawal"),
        "review_requested": later("Take note of a request for review"),
        "shred": later("Shred what was erased"),
        "remind": later("Remind of a time limit"),
        "grant_over": later("End what was granted for a time"),
        "purge": later("Clear away what is out of date"),
        "evidence_added": later("Take note of a file"),
        "notify": later("Send notices"),
        "digest": later("Send a digest"),
        "webhook": later("Post to a webhook"),
    },
    EFFECTS,
)
"""What a kind of job does."""


@blueprint.get("/admin/jobs")
@signed_in(Role.ADMINISTRATOR)
def admin_jobs() -> Response:
    """What the worker has still to do."""
    return _listed()


def _listed(answered: Sheet | None = None) -> Response:
    wanted = asked(JobsQuery())
    after = read_cursor(wanted.pop("cursor", None), position)
    found = jobs.list_jobs(desk(), actor(), JobFilter(**wanted, after=after[0] if after else 0))
    cursor = write_cursor([found[-1].id]) if len(found) == wanted["limit"] else None
    forms = [form for one in found for form in (_retry(one.id), _discard(one.id))]
    show = Field("state", _("State"), options=options(JobState, job_state_name), empty=_("All"))
    return page(
        "admin/jobs.html",
        answered.status if answered else 200,
        items=found,
        state_name=job_state_name,
        kind_name=job_kind,
        ready=jobs.readiness(desk(), now()),
        narrow=narrowing(JobsQuery(), (show,)),
        then=further(cursor),
        first=after is None,
        sheets=standing(forms, answered),
        answered=answered,
    )


def _retry(job_id: int) -> Form:
    to = url_for("desk.admin_retry", job_id=job_id)
    return Form(NothingSchema(), _("Try now"), (), _("Try now"), to=to, prefix=f"retry-{job_id}", quiet=True)


def _discard(job_id: int) -> Form:
    return Form(
        DiscardSchema(),
        _("Discard"),
        (Field("reason", _("Why it is discarded"), options=options(Discarded, discarded_name)),),
        _("Discard"),
        to=url_for("desk.admin_discard", job_id=job_id),
        prefix=f"discard-{job_id}",
        quiet=True,
    )


@blueprint.post("/admin/jobs/<int:job_id>/retry")
@signed_in(Role.ADMINISTRATOR)
def admin_retry(job_id: int) -> ResponseReturnValue:
    """Let a job be done now."""

    def do(_told: dict[str, Any]) -> ResponseReturnValue:
        jobs.retry_job(desk(), actor(), job_id, now())
        return see("desk.admin_jobs", done="retried")

    return sent(_retry(job_id), do, _listed)


@blueprint.post("/admin/jobs/<int:job_id>/discard")
@signed_in(Role.ADMINISTRATOR)
def admin_discard(job_id: int) -> ResponseReturnValue:
    """Give a dead job up for good, for one of three reasons."""

    def do(told: dict[str, Any]) -> ResponseReturnValue:
        jobs.discard_job(desk(), actor(), job_id, told["reason"], now())
        return see("desk.admin_jobs", done="discarded")

    return sent(_discard(job_id), do, _listed)
