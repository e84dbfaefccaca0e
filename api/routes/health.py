"""Whether the desk is alive, and whether it does what it promises."""

from datetime import timedelta
from typing import Any

from api.access import ANYONE, needs
from api.blueprints import Answer, Blueprint
from api.context import desk, now
from api.schemas import HealthSchema
from api.shown import moment
from cases.casework.jobs import Readiness, readiness

blueprint = Blueprint("health", __name__, description="For the operator.")
MERGED_WITHIN = timedelta(seconds=60)


@blueprint.route("/healthz", methods=["GET"])
@needs(ANYONE)
@blueprint.response(200, HealthSchema)
def alive() -> dict[str, Any]:
    """The process answers."""
    return {"status": "ok"}


@blueprint.route("/readyz", methods=["GET"])
@needs(ANYONE)
@blueprint.response(200, HealthSchema)
@blueprint.alt_response(503, schema=HealthSchema, description="Entries wait longer than a minute to be merged.")
def ready() -> Answer:
    """The database answers, and entries are merged into the ledger within a minute; 503 otherwise.

    Jobs that are dead and complaints that wait to be sorted are told, and no reason to send nobody here any more.
    """
    found = readiness(desk(), now())
    late = found.waiting_since is not None and now() - found.waiting_since > MERGED_WITHIN
    state = {
        "status": _status(found, late=late),
        "waiting_since": moment(found.waiting_since),
        "oldest_job": moment(found.oldest_job),
        "dead_jobs": found.dead_jobs,
        "unsorted": found.unsorted,
    }
    return state, 503 if late else 200, {}


def _status(found: Readiness, *, late: bool) -> str:
    """What an operator should look at first."""
    if late:
        return "merging is late: is the worker running?"
    if found.unsorted:
        return "complaints wait to be sorted: see the worker's log and `rule12 jobs list --kind sort`"
    return "jobs were given up: see `rule12 jobs list --dead`" if found.dead_jobs else "ok"
