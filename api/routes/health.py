"""Whether the desk is alive, and whether it does what it promises."""

from datetime import timedelta
from typing import Any

from api.access import ANYONE, needs
from api.blueprints import Answer, Blueprint
from api.context import desk, now
from api.schemas import HealthSchema
from cases.times import stamp

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
    """The database answers, and entries are merged into the ledger within a minute; 503 otherwise."""
    since = desk().ledger.oldest_waiting()
    late = since is not None and now() - since > MERGED_WITHIN
    state = {"status": "merging is late: is the worker running?" if late else "ok"}
    waiting = {"waiting_since": stamp(since) if since else None}
    return state | waiting, 503 if late else 200, {}
