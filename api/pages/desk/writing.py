"""What is written in a case: notes, tasks, letters to the reporter."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from api.context import actor, case, desk, now
from api.cursors import read_cursor, time, write_cursor
from api.deskwork_schemas import NoteInSchema, SettlementInSchema, TaskInSchema
from api.pages.desk import labels
from api.pages.desk.common import blueprint, page
from api.pages.desk.fields import Field, options
from api.pages.desk.forms import Form, handle
from api.pages.desk.listing import asked, further
from api.pages.words import _, role_name
from api.routes.cases import WORKS_CASES
from api.routes.tasks import HAS_TASKS
from api.schemas import LetterInSchema, PageQuery
from api.sessions import signed_in
from cases.casework import lettering, noting, staffing, tasking
from cases.casework.lettering import WRITERS, FilledLetter
from cases.casework.mailbox import Letter
from cases.casework.noting import ShownNote
from cases.casework.tasking import NewTask, ShownTask
from cases.deskwork import TaskState
from cases.ports import Then
from cases.times import read_stamp, stamp

WRITES = tuple(sorted(WRITERS))


def notes_of(number: str, cursor: str | None, limit: int) -> tuple[Sequence[ShownNote], str | None]:
    """One page of the notes of a case, newest first, and the cursor of the page after. Opening them is an entry."""
    after = read_cursor(cursor, time, UUID)
    before = (read_stamp(after[0]), after[1]) if after else None
    found = noting.list_notes(desk(), actor(), number, now(), before, limit)
    full = len(found) == limit
    return found, write_cursor([stamp(found[-1].note.at), str(found[-1].note.id)]) if full else None


@blueprint.get("/cases/<string:number>/notes")
@signed_in(*WORKS_CASES)
def notes(number: str) -> Response:
    """The notes of a case, page by page."""
    wanted = asked(PageQuery())
    found, cursor = notes_of(number, wanted.get("cursor"), wanted["limit"])
    return page("notes.html", number=number, notes=found, then=further(cursor), first="cursor" not in wanted)


@blueprint.route("/cases/<string:number>/notes/add", methods=["GET", "POST"])
@signed_in(*WORKS_CASES)
def add_note(number: str) -> ResponseReturnValue:
    """Write a note; nothing is edited afterwards, a correction is a note of its own."""
    corrects = request.args.get("corrects", "")
    form = Form(
        NoteInSchema(),
        _("Correct a note") if corrects else _("Write a note"),
        (
            Field("text", _("Note")),
            Field("corrects", kind="kept", value=corrects),
        ),
        _("Keep the note"),
        url_for("desk.case_page", number=number, _anchor="notes"),
        number,
        case().version,
        lead=(_("A note stays as it is: it can be corrected by another, never changed or taken away."),),
    )

    def act(told: dict[str, Any], version: int, then: Then | None) -> ShownNote:
        text, corrected = told["text"], told.get("corrects")
        return noting.write_note(desk(), actor(), number, version, text, now(), then, corrects=corrected)

    return handle(form, act)


@blueprint.route("/cases/<string:number>/tasks/add", methods=["GET", "POST"])
@signed_in(*HAS_TASKS)
def add_task(number: str) -> ResponseReturnValue:
    """Say what is to be done, by whom, until which day."""
    people = [(f"{one.person} {one.role}", one) for one in case().assignees]
    chosen = tuple((value, f"{labels.person_name(one.person)}, {role_name(one.role)}") for value, one in people)
    roles = tuple((f" {role}", _("Whoever acts as: %(role)s") % {"role": role_name(role)}) for role in HAS_TASKS)
    form = Form(
        TaskInSchema(),
        _("Add a task"),
        (
            Field("what", _("What is to be done")),
            Field("due_on", _("Until the end of")),
            Field("person", _("For"), options=chosen + roles, hint=_("Leave it open if nobody has it yet.")),
        ),
        _("Add the task"),
        url_for("desk.case_page", number=number, _anchor="tasks"),
        number,
        case().version,
        shape=_for_whom,
    )

    def act(told: dict[str, Any], version: int, then: Then | None) -> ShownTask:
        new = NewTask(told["what"], told["due_on"], told.get("person"), told.get("role"))
        return tasking.make_task(desk(), actor(), number, version, new, now(), then)

    return handle(form, act)


def _for_whom(told: dict[str, Any]) -> dict[str, Any]:
    person, _between, role = str(told.pop("person", "")).partition(" ")
    return told | ({"person": person} if person else {}) | ({"role": role} if role else {})


@blueprint.route("/cases/<string:number>/tasks/<uuid:task_id>/settle", methods=["GET", "POST"])
@signed_in(*HAS_TASKS)
def settle_task(number: str, task_id: UUID) -> ResponseReturnValue:
    """A task is done, or dropped or open again with a reason."""
    desk().book.task_in(number, task_id)  # raises UnknownItem
    states = (TaskState.DONE, TaskState.DROPPED, TaskState.OPEN)
    hint = _("Needed to drop a task or to open it again.")
    form = Form(
        SettlementInSchema(),
        _("Settle a task"),
        (
            Field("state", _("The task is"), options=options(states, labels.task_state_name), value=TaskState.DONE),
            Field("reason", _("Reason"), hint=hint),
        ),
        _("Settle the task"),
        url_for("desk.case_page", number=number, _anchor="tasks"),
        number,
        case().version,
    )

    def act(told: dict[str, Any], version: int, then: Then | None) -> ShownTask:
        state, reason = told["state"], told["reason"]
        return tasking.settle_task(desk(), actor(), number, version, task_id, state, reason, now(), then)

    return handle(form, act)


@blueprint.get("/cases/<string:number>/letters")
@signed_in(*WORKS_CASES)
def letters(number: str) -> ResponseReturnValue:
    """Letters to begin from, in the reporter's language; opening them says so in an entry."""
    found = lettering.letters_for(desk(), actor(), number, now())
    shown = [(letter_name(one), one) for one in found]
    return page("letters.html", number=number, letters=shown, writes=actor().role in WRITERS)


def letter_name(one: FilledLetter) -> str:
    """What a letter of the catalogue is for."""
    if one.kind == "closing":
        return _("Closing: %(about)s") % {"about": labels.closure_name(one.about)}
    if one.kind == "redirect":
        return _("Redirection: %(about)s") % {"about": labels.term_name("referral", one.about)}
    return labels.letter_kind(one.kind)


@blueprint.route("/cases/<string:number>/letters/write", methods=["GET", "POST"])
@signed_in(*WRITES)
def write(number: str) -> ResponseReturnValue:
    """Write to the reporter, perhaps beginning from a letter of the catalogue (`?letter=`)."""
    hint = _("Put your own words where it says […]. The reporter reads it with their receipt.")
    feedback = _("It says what was done with the complaint: this meets the limit for feedback")
    form = Form(
        LetterInSchema(),
        _("Write to the reporter"),
        (
            Field("text", _("Letter"), hint=hint, value=_begun(number)),
            Field("feedback", feedback),
        ),
        _("Send the letter"),
        url_for("desk.case_page", number=number, _anchor="letters"),
        number,
        case().version,
    )

    def act(told: dict[str, Any], version: int, then: Then | None) -> Letter:
        text, feedback = told["text"], told["feedback"]
        return staffing.write_to_reporter(desk(), actor(), number, version, text, now(), then, feedback=feedback)

    return handle(form, act)


def _begun(number: str) -> str:
    """The letter of the catalogue that was chosen, filled in for this case; nothing without one."""
    slug = request.args.get("letter", "")
    if not slug or request.method != "GET":
        return ""
    found = (one.text for one in lettering.letters_for(desk(), actor(), number, now()) if one.slug == slug)
    return next(found, "")
