"""Moves of a case: what is open to me now, and taking a step, alone or with a second person."""

from typing import Any

from api.access import must_be_fresh, needs
from api.blueprints import PREFIX, Answer, Blueprint
from api.context import actor, case, desk, now
from api.idempotency import IDEMPOTENCY_KEY, once
from api.routes.cases import WORKS_CASES
from api.versions import IF_MATCH, decided_on, tag
from api.work_schemas import MovedSchema, MoveInSchema, OpenMoveSchema
from cases.case import Case, Given, Measure, extendable, must_be_approved
from cases.case.given import TERMS
from cases.casework import moving
from cases.casework.moving import was_proposed
from cases.lifecycle import SETTLING, STEPS, Action, Guard, Need, Step
from cases.ports import Then
from cases.sight import Actor

blueprint = Blueprint("moves", __name__, url_prefix=f"{PREFIX}/cases/<string:number>/moves")


@blueprint.route("", methods=["GET"])
@needs(*WORKS_CASES)
@blueprint.response(200, OpenMoveSchema(many=True))
def listed(number: str) -> Answer:
    """The moves open to me now, with what each needs."""
    who = actor()
    found, actions = moving.moves_open(desk(), who, number, now())
    return [open_move(found, action, who) for action in actions], 200, tag(found)


def open_move(found: Case, action: Action, who: Actor) -> dict[str, Any]:
    """What a move that stands open needs, and what there is to choose from."""
    if action in SETTLING:
        needs_reason = [str(Need.REASON)] if action is Action.REJECT else []
        return {"move": str(action), "to": str(found.state), "needs": needs_reason, "four_eyes": False}
    step = STEPS[found.state, action]
    row: dict[str, Any] = {
        "move": str(action),
        "to": str(step.to) if step.to else None,
        "needs": [str(need) for need in Need if need in step.needs],
        "four_eyes": bool(must_be_approved(found, step)),
    }
    if entitled := must_be_approved(found, step):
        row["approved_by"] = sorted(map(str, entitled))
    if Guard.REASON_FITS_STATE_AND_ROLE in step.guards and Need.CLOSURE_REASON in step.needs:
        row["closure_reasons"] = list(desk().law.closures_for(found.state, who.role))
    if choices := _choices(found, step):
        row["choices"] = choices
    return row


def _choices(found: Case, step: Step) -> dict[str, list[str]]:
    day = now().date()
    chosen = {
        str(need): [term.slug for term in desk().law.terms(set_, day)]
        for need, set_ in TERMS.items()
        if need in step.needs
    }
    if Need.MEASURES in step.needs:
        chosen[str(Need.MEASURES)] = [row.slug for row in desk().law.measures_on(day)]
    if Need.CLOCK in step.needs:
        chosen[str(Need.CLOCK)] = list(extendable(found, desk().law))
    return chosen


@blueprint.route("", methods=["POST"])
@blueprint.doc(parameters=[IF_MATCH, IDEMPOTENCY_KEY])
@needs(*WORKS_CASES)
@blueprint.arguments(MoveInSchema())
@blueprint.response(201, MovedSchema)
def move(told: dict[str, Any], number: str) -> Answer:
    """Take a step, propose one that takes two people, or settle such a proposal. Needs `If-Match`."""
    who = actor()
    action = told.pop("move")
    if erases(case(), action):
        must_be_fresh()
    given = given_of(told)

    def act(then: Then | None) -> Case:
        moving.must_be_movable(desk(), who, number, action, given, now())
        return moving.make_move(desk(), who, number, decided_on(), action, given, now(), then)

    def show(moved: Case) -> dict[str, Any]:
        outcome = "proposed" if was_proposed(moved, action) else "done"
        return {"move": str(action), "outcome": outcome, "state": str(moved.state), "version": moved.version}

    done = once(act, show, who.person)
    return done, 201, {"ETag": f'"{done["version"]}"'}


def erases(found: Case, action: Action) -> bool:
    """Whether a step erases a case, or proposes or approves that."""
    proposed = found.proposal.action if found.proposal else None
    return action is Action.ERASE or (action is Action.APPROVE and proposed is Action.ERASE)


def given_of(told: dict[str, Any]) -> Given:
    """What was handed in, once its shape was read."""
    measures = told.pop("measures", None)
    return Given(**told, measures=None if measures is None else tuple(Measure(**row) for row in measures))
