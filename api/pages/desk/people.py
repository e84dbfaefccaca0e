"""Persons of a case: adding one, saying anew who they are or what part they have, whose an account is; allegations."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from flask import url_for
from flask.typing import ResponseReturnValue

from api.context import actor, case, desk, now
from api.pages.desk import labels
from api.pages.desk.common import blueprint
from api.pages.desk.fields import Field, Options, options
from api.pages.desk.forms import Form, handle
from api.pages.desk.moving import called
from api.pages.words import _
from api.routes.persons import CHANGES_PERSONS, changed_of
from api.sessions import signed_in
from api.work_schemas import AllegationInSchema, PersonChangeSchema, PersonInSchema
from cases.case import Case
from cases.casework import alleging, persons
from cases.casework.alleging import Alleged
from cases.directory import PERSONNEL_TYPES
from cases.persons import CasePerson, PersonRole, Register, find
from cases.ports import Then

NOBODY = "nobody"
REASON = "reason"


def _parts() -> Options:
    return options(PersonRole, labels.part_name)


def _why() -> Field:
    return Field(REASON, _("Reason"))


def _back(number: str) -> str:
    return url_for("desk.case_page", number=number, _anchor="persons")


def _opened(number: str, person_id: UUID) -> tuple[Register, CasePerson]:
    """The register, and the person meant. Raises UnknownItem."""
    register = persons.show_persons(desk(), actor(), number, now())
    return register, find(register, person_id)


@blueprint.route("/cases/<string:number>/persons/add", methods=["GET", "POST"])
@signed_in(*CHANGES_PERSONS)
def add_person(number: str) -> ResponseReturnValue:
    """Add a person. Whoever is in conflict by it stops seeing the case at once."""
    kinds = options(sorted(PERSONNEL_TYPES), labels.kind_name)
    form = Form(
        PersonInSchema(),
        _("Add a person"),
        (
            Field("role", _("Part in the case"), options=_parts()),
            Field("name", _("Name")),
            Field("staff_number", _("Staff number")),
            Field("email", _("Work address")),
            Field("personnel_type", _("Employed as"), options=kinds),
            Field("function", _("Function")),
            Field("relation", _("Relation to a subject")),
            _why(),
        ),
        _("Add the person"),
        _back(number),
        number,
        case().version,
        lead=(_("Say a name, a staff number or an address; a number or an address tells people apart for certain."),),
        warning=_("Whoever must not know of the case because of this stops seeing it at once; that may be you."),
    )

    def act(told: dict[str, Any], version: int, then: Then | None) -> CasePerson:
        new = CasePerson(uuid4(), **{name: value for name, value in told.items() if name != REASON})
        return persons.add_person(desk(), actor(), number, version, new, told[REASON], now(), then)

    return handle(form, act)


@blueprint.route("/cases/<string:number>/persons/<uuid:person_id>/change", methods=["GET", "POST"])
@signed_in(*CHANGES_PERSONS)
def change_person(number: str, person_id: UUID) -> ResponseReturnValue:
    """Say anew what part a person has, and who of the directory they are."""
    register, person = _opened(number, person_id)
    possible = tuple((one, f"{labels.person_name(one)} ({one})") for one in person.possible)
    chosen = (*possible, (NOBODY, _("Nobody of the directory")))
    hint = _("Choose only what was checked. Leave it open while it is not certain.")
    other = _("If it is somebody else of the directory")
    form = Form(
        PersonChangeSchema(),
        _("Who is %(name)s?") % {"name": called(person_id, register)},
        (
            Field("role", _("Part in the case"), options=_parts(), value=person.role),
            Field("settled", _("Who they are"), options=chosen, hint=hint),
            Field("number", _("Staff number"), hint=other, longest=40),
            _why(),
        ),
        _("Keep it"),
        _back(number),
        number,
        case().version,
        shape=_settled(person),
    )
    return handle(form, _change(number, person_id))


def _settled(person: CasePerson) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A part that stays as it is is nothing new; nobody is an empty list."""

    def shape(told: dict[str, Any]) -> dict[str, Any]:
        chosen, other = told.pop("settled", None), told.pop("number", None)
        if told.get("role") == str(person.role):
            del told["role"]
        if other or chosen:
            told["settled"] = [] if not other and chosen == NOBODY else [other or chosen]
        return told

    return shape


def _change(number: str, person_id: UUID) -> Callable[[dict[str, Any], int, Then | None], CasePerson]:
    def act(told: dict[str, Any], version: int, then: Then | None) -> CasePerson:
        new, reason = changed_of(told), told[REASON]
        return persons.change_person(desk(), actor(), number, version, person_id, new, reason, now(), then)

    return act


@blueprint.route("/cases/<string:number>/persons/<uuid:person_id>/attribution", methods=["GET", "POST"])
@signed_in(*CHANGES_PERSONS)
def attribute(number: str, person_id: UUID) -> ResponseReturnValue:
    """Say whether an account is the person's, why, and what was checked."""
    register, person = _opened(number, person_id)
    known = [term.slug for term in desk().law.terms("attribution", now().date())]
    before = person.attribution
    form = Form(
        PersonChangeSchema(),
        _("Is the account that of %(name)s?") % {"name": called(person_id, register)},
        (
            Field(
                "attribution.status",
                _("Attribution"),
                options=options(known, lambda slug: labels.term_name("attribution", slug)),
                value=before.status if before else "",
            ),
            Field("attribution.account", _("Account"), "line", value=before.account if before else "", needed=True),
            Field("attribution.reason", _("Why it is theirs, or is not"), needed=True),
            Field("attribution.hacking_claimed", _("They say that the account was taken over")),
            Field("attribution.checked", _("What was checked then")),
            _why(),
        ),
        _("Keep it"),
        _back(number),
        number,
        case().version,
    )
    return handle(form, _change(number, person_id))


@blueprint.route("/cases/<string:number>/allegations/add", methods=["GET", "POST"])
@signed_in(*CHANGES_PERSONS)
def allege(number: str) -> ResponseReturnValue:
    """Say that a subject did something of a category."""
    register = persons.show_persons(desk(), actor(), number, now())
    subjects = tuple((str(one.id), called(one.id, register)) for one in register if one.role is PersonRole.SUBJECT)
    known = [row.slug for row in desk().law.categories_on(case().received_at.date())]
    hint = _("The paragraphs that were in force on this day are cited.")
    form = Form(
        AllegationInSchema(),
        _("Make an allegation"),
        (
            Field("person", _("Subject"), options=subjects),
            Field("category", _("Category"), options=options(known, labels.category_name)),
            Field("conduct_on", _("Day of the conduct, if it is known"), hint=hint),
            Field("account", _("What they are said to have done")),
        ),
        _("Make the allegation"),
        url_for("desk.case_page", number=number, _anchor="allegations"),
        number,
        case().version,
        warning="" if subjects else _("No subject is known yet: add one first."),
    )

    def act(told: dict[str, Any], version: int, then: Then | None) -> Case:
        said = Alleged(told["person"], told["category"], told["account"], told.get("conduct_on"))
        return alleging.make_allegation(desk(), actor(), number, version, said, now(), then)

    return handle(form, act)
