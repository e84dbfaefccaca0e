"""Jobs of the worker: an administrator sees what waits or was given up, and never which case it is about."""

from typing import Any

from marshmallow import Schema, fields, validate

from api.access import needs
from api.blueprints import PREFIX, Answer, Blueprint
from api.context import actor, desk, now
from api.cursors import link_next, position, read_cursor, write_cursor
from api.fields import Slug, Strict, instant
from api.idempotency import IDEMPOTENCY_KEY, once
from api.schemas import PageQuery, page_of
from api.shown import moment
from cases.casework import jobs
from cases.casework.jobs import Discarded, ShownJob
from cases.outbox import JobFilter, JobState
from cases.people import Role
from cases.times import stamp

blueprint = Blueprint("jobs", __name__, url_prefix=f"{PREFIX}/jobs", description="The administrator: no case.")


class JobSchema(Schema):
    id = fields.Integer(required=True)
    kind = fields.String(required=True)
    state = Slug(JobState, required=True)
    attempts = fields.Integer(required=True)
    due_at = instant(required=True, metadata={"description": "When it was first to be done."})
    next_at = instant(required=True, allow_none=True, metadata={"description": "When it is taken (again)."})
    dead_at = instant(required=True, allow_none=True)
    trouble = fields.String(required=True, allow_none=True, metadata={"description": "One word for the last failure."})
    sentence = fields.String(required=True, metadata={"description": "What that word means."})


class JobsQuery(PageQuery):
    state = Slug(JobState)
    kind = fields.String(validate=validate.Length(max=20))


class DiscardSchema(Strict):
    reason = Slug(Discarded, required=True)


@blueprint.route("", methods=["GET"])
@needs(Role.ADMINISTRATOR)
@blueprint.arguments(JobsQuery(), location="query")
@blueprint.response(200, page_of(JobSchema, "JobPage"))
def listed(wanted: dict[str, Any]) -> Answer:
    """What the worker has still to do, oldest first. Done jobs are gone."""
    after = read_cursor(wanted.pop("cursor", None), position)
    found = jobs.list_jobs(desk(), actor(), JobFilter(**wanted, after=after[0] if after else 0))
    cursor = write_cursor([found[-1].id]) if len(found) == wanted["limit"] else None
    return {"items": [_shown(job) for job in found], "next": cursor}, 200, link_next(cursor)


@blueprint.route("/<int:job_id>/retry", methods=["POST"])
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@needs(Role.ADMINISTRATOR)
@blueprint.response(201, JobSchema)
def retry(job_id: int) -> dict[str, Any]:
    """Let it be done now, as if it had never been tried."""
    who = actor()
    return once(lambda then: jobs.retry_job(desk(), who, job_id, now(), then), _shown, who.person)


@blueprint.route("/<int:job_id>/discard", methods=["POST"])
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@needs(Role.ADMINISTRATOR)
@blueprint.arguments(DiscardSchema())
@blueprint.response(201, JobSchema)
def discard(told: dict[str, Any], job_id: int) -> dict[str, Any]:
    """Delete a dead job, for one of three reasons: it will never be done. The answer is the job as it was."""
    who = actor()
    return once(lambda then: jobs.discard_job(desk(), who, job_id, told["reason"], now(), then), _shown, who.person)


def _shown(job: ShownJob) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "state": str(job.state),
        "attempts": job.attempts,
        "due_at": stamp(job.due_at),
        "next_at": moment(job.next_at),
        "dead_at": moment(job.dead_at),
        "trouble": job.trouble,
        "sentence": job.sentence,
    }
