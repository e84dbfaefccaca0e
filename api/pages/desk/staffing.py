"""Who works a case: asking somebody, taking them off, stepping out oneself."""

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from api.context import actor, case, desk, now
from api.pages.desk import labels
from api.pages.desk.common import blueprint
from api.pages.desk.fields import Field
from api.pages.desk.forms import Form, handle
from api.pages.words import _, ngettext, role_name
from api.routes.cases import WORKS_CASES
from api.routes.teams import ASSIGNS
from api.sessions import signed_in
from api.work_schemas import AssignmentInSchema, RecusalInSchema, UnassignmentInSchema
from cases.case import Assignment, Case
from cases.casework import handing, staffing
from cases.casework.handing import Colleague
from cases.ports import Then


def _split(told: dict[str, Any]) -> dict[str, Any]:
    """One choice stands for a person in a role."""
    person, _between, role = str(told.pop("person", "")).partition(" ")
    return told | ({"person": person, "role": role} if person else {})


@blueprint.route("/cases/<string:number>/assign", methods=["GET", "POST"])
@signed_in(*ASSIGNS)
def assign(number: str) -> ResponseReturnValue:
    """Ask somebody to work the case; everybody who can be asked, with what they have to do already."""
    fit = handing.who_can_be_assigned(desk(), actor(), number, now())
    chosen = tuple((f"{one.person} {one.role}", _busy(one)) for one in fit)
    form = Form(
        AssignmentInSchema(),
        _("Ask somebody to work the case"),
        (Field("person", _("Person"), options=chosen),),
        _("Assign"),
        url_for("desk.case_page", number=number, _anchor="people"),
        number,
        case().version,
        warning="" if chosen else _("Nobody is free to be asked: everybody is assigned already, or must stay out."),
        shape=_split,
    )

    def act(told: dict[str, Any], version: int, then: Then | None) -> Case:
        asked = Assignment(told["person"], told["role"])
        return staffing.make_assignment(desk(), actor(), number, version, asked, now(), then)

    return handle(form, act)


def _busy(one: Colleague) -> str:
    """Somebody with their role and workload."""
    told = [ngettext("%(count)s open case", "%(count)s open cases", one.cases) % {"count": one.cases}]
    if one.overdue:
        told.append(ngettext("%(count)s overdue", "%(count)s overdue", one.overdue) % {"count": one.overdue})
    return f"{one.name}, {role_name(one.role)} ({', '.join(told)})"


@blueprint.route("/cases/<string:number>/unassign", methods=["GET", "POST"])
@signed_in(*ASSIGNS)
def unassign(number: str) -> ResponseReturnValue:
    """Take somebody off the case, with a reason."""
    there = [(f"{one.person} {one.role}", one) for one in case().assignees]
    chosen = tuple((value, f"{labels.person_name(one.person)}, {role_name(one.role)}") for value, one in there)
    asked_for = request.args.get("who", "")
    form = Form(
        UnassignmentInSchema(),
        _("Take somebody off the case"),
        (
            Field("person", _("Person"), options=chosen, value=asked_for),
            Field("reason", _("Reason")),
        ),
        _("Take off the case"),
        url_for("desk.case_page", number=number, _anchor="people"),
        number,
        case().version,
        shape=_split,
    )

    def act(told: dict[str, Any], version: int, then: Then | None) -> Case:
        who = Assignment(told["person"], told["role"])
        return staffing.end_assignment(desk(), actor(), number, version, who, told["reason"], now(), then)

    return handle(form, act)


@blueprint.route("/cases/<string:number>/recuse", methods=["GET", "POST"])
@signed_in(*WORKS_CASES)
def recuse(number: str) -> ResponseReturnValue:
    """Step out of a case for good."""
    form = Form(
        RecusalInSchema(),
        _("Step out of the case"),
        (Field("reason", _("Reason")),),
        _("Step out for good"),
        url_for("desk.cases"),
        number,
        case().version,
        warning=_("You will not see this case again, in any role. It cannot be undone."),
    )

    def act(told: dict[str, Any], version: int, then: Then | None) -> Case:
        return staffing.recuse_oneself(desk(), actor(), number, version, told["reason"], now(), then)

    return handle(form, act)
