"""Shapes of the work around a case on the wire: notes, tasks, people, filters, a supervisor's acts, administration."""

from marshmallow import Schema, fields, validate

from api.fields import SHORT, Slug, Strict, instant, words
from api.schemas import LONG, NARRATIVE, PageQuery
from cases.catalogue import LANGUAGES
from cases.deskwork import TaskState, Whose
from cases.people import Role


class NoteInSchema(Strict):
    text = words(NARRATIVE, required=True, shortest=1)
    corrects = fields.UUID(metadata={"description": "The note this one corrects; that one stays as it is."})


class NoteSchema(Schema):
    note_id = fields.UUID(required=True)
    person = fields.String(required=True)
    role = Slug(Role, required=True)
    at = instant(required=True)
    corrects = fields.UUID(required=True, allow_none=True)
    text = fields.String(required=True)
    version = fields.Integer()


class TaskInSchema(Strict):
    what = words(LONG, required=True, shortest=1)
    due_on = fields.Date(required=True, metadata={"description": "It is due by the end of this day."})
    person = words(40, metadata={"description": "Somebody assigned to the case, in `role`."})
    role = Slug(Role, metadata={"description": "Without a person: for whoever holds the role. Without either: nobody."})


class SettlementInSchema(Strict):
    state = Slug(TaskState, required=True)
    reason = words(LONG, load_default="", metadata={"description": "Needed to drop or to reopen."})


class TaskSchema(Schema):
    task_id = fields.UUID(required=True)
    number = fields.String(required=True)
    state = Slug(TaskState, required=True)
    person = fields.String(required=True, allow_none=True, metadata={"description": "Who has it now."})
    role = Slug(Role, required=True, allow_none=True)
    made_by = fields.String(required=True)
    made_at = instant(required=True)
    due_by = instant(required=True)
    ended_at = instant(required=True, allow_none=True)
    what = fields.String(metadata={"description": "There where the words were opened, which is an entry."})
    version = fields.Integer()


class CaseTasksQuery(Strict):
    state = Slug(TaskState, load_default=TaskState.OPEN)


class TasksQuery(PageQuery):
    whose = Slug(Whose, load_default=Whose.MINE)
    overdue = fields.Boolean()
    words = fields.Boolean(load_default=False, metadata={"description": "Open what each says; that is a look."})


class ColleagueSchema(Schema):
    person = fields.String(required=True)
    name = fields.String(required=True)
    role = Slug(Role, required=True)
    cases = fields.Integer(required=True, metadata={"description": "Open ones you may see."})
    by_state = fields.Dict(required=True)
    overdue = fields.Integer(required=True)
    next_due = instant(required=True, allow_none=True)


class HandoverInSchema(Strict):
    from_ = words(40, required=True, shortest=1, data_key="from")
    to = words(40, required=True, shortest=1)
    role = Slug(Role, required=True)
    reason = words(LONG, required=True, shortest=1)


class HandedOverSchema(Schema):
    moved = fields.List(fields.String(), required=True)
    stayed = fields.List(fields.String(), required=True, metadata={"description": "The other cannot have these."})


class LettersQuery(Strict):
    lang = fields.String(validate=validate.OneOf(LANGUAGES), metadata={"description": "The reporter's, if absent."})


class FilledLetterSchema(Schema):
    slug = fields.String(required=True)
    kind = fields.String(required=True)
    about = fields.String(required=True, metadata={"description": "A closure reason or a referral, or empty."})
    language = fields.String(required=True)
    text = fields.String(required=True)


class FilterInSchema(Strict):
    query = fields.Dict(keys=fields.String(), required=True, metadata={"description": "As `GET /cases` takes it."})


class FilterSchema(Schema):
    name = fields.String(required=True)
    query = fields.Dict(required=True)
    saved_at = instant(required=True)
    faults = fields.List(fields.Dict(), required=True, metadata={"description": "What the desk no longer takes."})


class DroppedFilterSchema(Schema):
    name = fields.String(required=True)


class ReceivedSchema(Schema):
    number = fields.String(required=True)
    received_at = instant(required=True)
    categories = fields.List(fields.String(), required=True)
    acknowledged_at = instant(required=True, allow_none=True)


class NothingSchema(Strict):
    """An empty object."""


class ActInSchema(Strict):
    text = words(
        NARRATIVE,
        required=True,
        shortest=1,
        metadata={"description": "Those who work the case read it: leave out who you are and where."},
    )


class ActSchema(Schema):
    act_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    at = instant(required=True)
    text = fields.String(required=True)


class PeopleQuery(PageQuery):
    search = fields.String(load_default="", validate=validate.Length(max=SHORT))


class DirectoryPersonSchema(Schema):
    staff_number = fields.String(required=True, metadata={"description": "The one they are known by here, for good."})
    number = fields.String(required=True, metadata={"description": "The one they bear now."})
    name = fields.String(required=True)
    email = fields.String(required=True)
    personnel_type = fields.String(required=True)
    function = fields.String(required=True)
    unit = fields.String(required=True)
    office = fields.String(required=True)
    supervisor = fields.String(required=True, allow_none=True)
    roles = fields.List(Slug(Role), required=True)


class ImportQuery(Strict):
    force = fields.Boolean(load_default=False)


class ImportedSchema(Schema):
    people = fields.Integer(required=True)


class TokensQuery(PageQuery):
    person = fields.String(load_default="", validate=validate.Length(max=40))


class IssuedTokenSchema(Schema):
    person = fields.String(required=True)
    role = Slug(Role, required=True)
    issued_at = instant(required=True)
    expires_at = instant(required=True)


class TokenInSchema(Strict):
    person = words(40, required=True, shortest=1)
    role = Slug(Role, required=True)
    days = fields.Integer(strict=True, load_default=30, validate=validate.Range(1, 366))


class TokenSchema(Schema):
    token = fields.String(required=True, metadata={"description": "Secret, shown this once."})
    expires_at = instant(required=True)


class RevokedSchema(Schema):
    revoked = fields.Integer(required=True)


class KeySchema(Schema):
    name = fields.String(required=True)
    purpose = fields.String(required=True)
    key_id = fields.String(required=True)
    made_at = instant(required=True)
    retired_at = instant(required=True, allow_none=True)
