"""Persons of a case and what is alleged against them. The register is sealed: reading it is an entry."""

from typing import Any
from uuid import UUID, uuid4

from api import casework_shown as shown
from api.access import needs
from api.blueprints import PREFIX, Answer, Blueprint
from api.context import actor, case, desk, now
from api.idempotency import IDEMPOTENCY_KEY, once
from api.routes.cases import WORKS_CASES
from api.versions import IF_MATCH, decided_on, tag
from api.work_schemas import (
    AllegationInSchema,
    AllegationSchema,
    PersonChangeSchema,
    PersonInSchema,
    PersonSchema,
)
from cases.casework import alleging, persons
from cases.casework.alleging import Alleged
from cases.people import Role
from cases.persons import Attribution, CasePerson, Changed

blueprint = Blueprint("persons", __name__, url_prefix=f"{PREFIX}/cases/<string:number>")
CHANGES_PERSONS = (Role.INTAKE, Role.HEAD, Role.INVESTIGATOR, Role.OUTSIDE)


@blueprint.route("/persons", methods=["GET"])
@needs(*WORKS_CASES)
@blueprint.response(200, PersonSchema(many=True))
def listed(number: str) -> Answer:
    """The persons of a case: who is spoken of, in what part, whom of the directory they are or may be."""
    found = persons.show_persons(desk(), actor(), number, now())
    return [shown.person(one) | {"notice_owed": one.id in case().owed} for one in found], 200, tag(case())


@blueprint.route("/persons", methods=["POST"])
@blueprint.doc(parameters=[IF_MATCH, IDEMPOTENCY_KEY])
@needs(*CHANGES_PERSONS)
@blueprint.arguments(PersonInSchema())
@blueprint.response(201, PersonSchema)
def add(told: dict[str, Any], number: str) -> Answer:
    """Add a person. Whoever is in conflict by it stops seeing the case at once. Needs `If-Match`."""
    who, version = actor(), decided_on()
    reason = told.pop("reason")
    new = CasePerson(uuid4(), **told)
    done = once(
        lambda then: persons.add_person(desk(), who, number, version, new, reason, now(), then),
        lambda added: shown.person(added) | {"version": version + 1},
        who.person,
    )
    return done, 201, {"ETag": f'"{done["version"]}"'}


@blueprint.route("/persons/<uuid:person_id>/changes", methods=["POST"])
@blueprint.doc(parameters=[IF_MATCH, IDEMPOTENCY_KEY])
@needs(*CHANGES_PERSONS)
@blueprint.arguments(PersonChangeSchema())
@blueprint.response(201, PersonSchema)
def change(told: dict[str, Any], number: str, person_id: UUID) -> Answer:
    """Say anew what part a person has, who they are, or whose an account is. Needs `If-Match`."""
    who, version = actor(), decided_on()
    reason = told.pop("reason")
    new = changed_of(told)
    done = once(
        lambda then: persons.change_person(desk(), who, number, version, person_id, new, reason, now(), then),
        lambda changed: shown.person(changed) | {"version": version + 1},
        who.person,
    )
    return done, 201, {"ETag": f'"{done["version"]}"'}


def changed_of(told: dict[str, Any]) -> Changed:
    """What is said anew of a person, once its shape was read."""
    settled, attribution = told.get("settled"), told.get("attribution")
    return Changed(
        told.get("role"),
        None if settled is None else tuple(settled),
        Attribution(**attribution) if attribution else None,
    )


@blueprint.route("/allegations", methods=["GET"])
@needs(*WORKS_CASES)
@blueprint.response(200, AllegationSchema(many=True))
def alleged(number: str) -> Answer:
    """What is alleged, found and decided, with the paragraphs in force on the day of the conduct. A look."""
    found = alleging.show_allegations(desk(), actor(), number, now())
    return [shown.allegation(one) for one in found], 200, tag(case())


@blueprint.route("/allegations", methods=["POST"])
@blueprint.doc(parameters=[IF_MATCH, IDEMPOTENCY_KEY])
@needs(*CHANGES_PERSONS)
@blueprint.arguments(AllegationInSchema())
@blueprint.response(201, AllegationSchema)
def allege(told: dict[str, Any], number: str) -> Answer:
    """Say that a subject did something of a category. Needs `If-Match`."""
    who, version = actor(), decided_on()
    said = Alleged(told["person"], told["category"], told["account"], told.get("conduct_on"))
    done = once(
        lambda then: alleging.make_allegation(desk(), who, number, version, said, now(), then),
        lambda known: shown.clear_allegation(known.allegations[-1]) | {"version": known.version},
        who.person,
    )
    return done, 201, {"ETag": f'"{done["version"]}"'}
