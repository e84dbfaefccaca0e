"""Making a move: a form drawn from what the step needs, read and made as `POST …/moves` does it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import url_for
from flask.typing import ResponseReturnValue

from api.access import must_be_fresh
from api.context import actor, case, desk, now
from api.pages.desk import labels
from api.pages.desk.common import blueprint
from api.pages.desk.deeds import move_name, need_name, why_not
from api.pages.desk.fields import Field, Options, options
from api.pages.desk.forms import Form, Shown, handle
from api.pages.desk.writing import letter_name
from api.pages.words import _, later, role_name, said
from api.routes.cases import WORKS_CASES
from api.routes.moves import erases, given_of, open_move
from api.sessions import signed_in
from api.work_schemas import MoveInSchema
from cases.case import Case, closed_to
from cases.case.given import TERMS
from cases.casework import lettering, moving
from cases.casework.alleging import ShownAllegation, show_allegations
from cases.casework.lettering import OF_MOVES
from cases.casework.persons import show_persons
from cases.errors import UnknownItem
from cases.lifecycle import SETTLING, Action, Need
from cases.persons import PersonRole, Register
from cases.ports import Then


@blueprint.route("/cases/<string:number>/moves/<string:action>", methods=["GET", "POST"])
@signed_in(*WORKS_CASES)
def move(number: str, action: str) -> ResponseReturnValue:
    """Make a move, propose one that takes two people, or settle such a proposal."""
    chosen = _known(action)
    if erases(case(), chosen):
        must_be_fresh()
    form = _form(number, chosen)

    def act(told: dict[str, Any], version: int, then: Then | None) -> Case:
        given = given_of({name: value for name, value in told.items() if name != "move"})
        moving.must_be_movable(desk(), actor(), number, chosen, given, now())
        return moving.make_move(desk(), actor(), number, version, chosen, given, now(), then)

    return handle(form, act)


def _known(text: str) -> Action:
    """Raises UnknownItem."""
    if text not in set(Action):
        raise UnknownItem("There is no such move.")
    return Action(text)


def _form(number: str, action: Action) -> Form:
    """What the move needs, as fields; a move that is not open now needs nothing but is refused in a sentence."""
    found, open_now = moving.moves_open(desk(), actor(), number, now())
    hindered = closed_to(found, actor(), now(), desk().law).get(action, "")
    needs: dict[str, Any] = {"needs": [], "four_eyes": False}
    if action in open_now or hindered:
        needs = open_move(found, action, actor())
    wanted = {Need(need) for need in needs["needs"]}
    persons = show_persons(desk(), actor(), number, now()) if wanted & _OF_PERSONS else ()
    alleged = show_allegations(desk(), actor(), number, now()) if wanted & _OF_ALLEGATIONS else ()
    fields = [one for need in needs["needs"] for one in _fields(found, action, Need(need), needs, persons, alleged)]
    if action in open_now and action in OF_MOVES:
        label, hint = need_name(Need.NOTICE), _("Leave it empty to send the standard letter, which is shown above.")
        fields.append(Field("notice", label, hint=hint))
    if action in open_now and action in {Action.APPROVE, Action.WITHDRAW}:
        fields.append(Field("reason", need_name(Need.REASON)))
    form = Form(
        MoveInSchema(),
        title=move_name(action),
        asks=tuple(fields),
        button=_("Propose it") if needs["four_eyes"] else move_name(action),
        then=url_for("desk.case_page", number=number),
        number=number,
        version=found.version,
        lead=tuple(_lead(found, action, needs)),
        warning="" if action in open_now else why_not(hindered),
        letters=tuple(_letters(number, action, found)) if action in open_now else (),
        shape=lambda told: told | {"move": str(action)} | ({"measures": []} | told if Need.MEASURES in wanted else {}),
    )
    return replace(form, asks=tuple(sorted(form.fields, key=lambda one: one.kind == "text" and not one.group)))


def _letters(number: str, action: Action, found: Case) -> Iterator[Shown]:
    """What the reporter will read: whoever sends or approves it reads it first."""
    for one in lettering.letters_of(desk(), actor(), number, action, now()):
        yield Shown(letter_name(one), one.text, one.language)
    proposal = found.proposal if action is Action.APPROVE else None
    if proposal and (text := moving.proposed_letter(desk(), actor(), number, now())):
        yield Shown(move_name(proposal.action), text)


_OF_ALLEGATIONS = {Need.ALLEGATION, Need.MEASURES}
_OF_PERSONS = {Need.PERSON, *_OF_ALLEGATIONS}


def _lead(found: Case, action: Action, needs: dict[str, Any]) -> Iterator[str]:
    if needs["four_eyes"]:
        who = ", ".join(role_name(role) for role in sorted(needs.get("approved_by", [])))
        yield _("This takes two people: you propose it, and somebody else approves it (%(who)s).") % {"who": who}
    if action in SETTLING and found.proposal:
        proposed = {"move": move_name(found.proposal.action), "who": labels.person_name(found.proposal.by)}
        yield _("Proposed by %(who)s: %(move)s.") % proposed
    if action is Action.ERASE:
        yield _("What is erased cannot be opened again by anybody. The ledger keeps that it was there.")


def _fields(
    found: Case,
    action: Action,
    need: Need,
    needs: dict[str, Any],
    persons: Register,
    alleged: Sequence[ShownAllegation],
) -> Iterator[Field]:
    name, label = str(need), need_name(need)
    if need is Need.MEASURES:
        yield from _measures(found, needs["choices"][name], persons)
        return
    kind = "yes_no" if need is Need.MISCONDUCT else ""
    hint = _HINTS.get(need, "")
    chosen = _chosen(found, action, need, needs, persons, alleged)
    yield Field(name, label, kind, chosen, said(hint), needed=True)


_HINTS = {
    Need.INTO: later("Such as IGO-2026-48213."),
    Need.NOTICE: later("It goes into the reporter's mailbox with this."),
    Need.QUESTION: later("It goes into the reporter's mailbox with this."),
}


def _chosen(
    found: Case,
    action: Action,
    need: Need,
    needs: dict[str, Any],
    persons: Register,
    alleged: Sequence[ShownAllegation],
) -> Options | None:
    """What a need can be chosen from; None where it is written."""
    slugs = needs.get("choices", {}).get(str(need), ())
    if need in TERMS:
        return options(slugs, lambda slug: labels.term_name(TERMS[need], slug))
    chosen: Options | None = None
    match need:
        case Need.CLOSURE_REASON:
            chosen = options(needs["closure_reasons"], labels.closure_name)
        case Need.CLOCK:
            chosen = options(slugs, labels.clock_name)
        case Need.PERSON:
            chosen = _people(found, action, persons)
        case Need.ALLEGATION:
            chosen = tuple((str(one.allegation.id), _about(one, persons)) for one in alleged)
        case Need.HOLD:
            chosen = tuple((str(hold.id), labels.day(hold.at.date())) for hold in found.holds)
    return chosen


def _people(found: Case, action: Action, persons: Register) -> Options:
    """Everybody of the register; of those who are heard, the ones something is alleged against."""
    heard = action in {Action.RECORD_COMMENT, Action.RECORD_RESPONSE}
    chosen = (one for one in persons if not heard or one.id in found.subjects())
    return tuple((str(one.id), f"{called(one.id, persons)} ({labels.part_name(one.role)})") for one in chosen)


def called(id_: UUID, persons: Register) -> str:
    """A person of the register: by name, else by whatever they are known by."""
    found = next((one for one in persons if one.id == id_), None)
    if found is None:
        return _("somebody")
    number = found.settled[0] if found.settled else (found.possible[0] if len(found.possible) == 1 else "")
    return found.name or labels.person_name(found.staff_number or number) or found.email or _("somebody")


def _about(one: ShownAllegation, persons: Register) -> str:
    told = f"{called(one.allegation.person, persons)}: {labels.category_name(one.allegation.category)}"
    finding = one.allegation.finding
    return f"{told} ({labels.term_name('finding', finding)})" if finding else told


def _measures(found: Case, slugs: Sequence[str], persons: Register) -> Iterator[Field]:
    """One group of fields for each subject whose misconduct is established."""
    guilty = [one.person for one in found.allegations if one.here and one.misconduct]
    for place, person in enumerate(dict.fromkeys(guilty)):
        at, group = f"measures.{place}", f"{place + 1}. {called(person, persons)}"
        subject = next((one for one in persons if one.id == person and one.role is PersonRole.SUBJECT), None)
        yield Field(f"{at}.person", kind="kept", value=str(person), group=group)
        hint = (
            _("Employed as: %(what)s") % {"what": labels.kind_name(subject.personnel_type)}
            if subject and subject.personnel_type
            else ""
        )
        chosen = options(slugs, labels.measure_name)
        yield Field(f"{at}.measure", _("Measure"), options=chosen, hint=hint, group=group)
        words = {
            "aggravating": _("What weighs against them"),
            "mitigating": _("What speaks for them"),
            "proportionality": _("Why this is proportionate"),
            "authority": _("Authority acted under"),
        }
        for name, label in words.items():
            yield Field(f"{at}.{name}", label, group=group, needed=True)
        yield Field(f"{at}.severe", _("This is above what is ordinary for such conduct"), group=group)
        yield Field(f"{at}.severity_reasons", _("Why it is above the ordinary"), group=group)
