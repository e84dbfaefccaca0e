"""Shapes of casework on the wire: moves, people, persons, allegations, requests to learn who reported; no rules."""

from marshmallow import Schema, fields, validate

from api.fields import SHORT, Slug, Strict, instant, words
from api.schemas import LONG, NARRATIVE, AssigneeSchema, NamedSchema, PostSchema, ReporterSchema
from cases.complaint import Consent
from cases.lifecycle import Action, State
from cases.people import Role
from cases.persons import PersonRole


class MeasureSchema(Strict):
    person = fields.UUID(required=True)
    measure = words(40, required=True, shortest=1)
    aggravating = words(NARRATIVE, load_default="")
    mitigating = words(NARRATIVE, load_default="")
    proportionality = words(NARRATIVE, load_default="")
    authority = words(LONG, load_default="")
    severe = fields.Boolean(load_default=False, metadata={"description": "Above what is ordinary; then give reasons."})
    severity_reasons = words(NARRATIVE, load_default="")


class MoveInSchema(Strict):
    move = Slug(Action, required=True)
    reason = words(NARRATIVE)
    closure_reason = words(40)
    notice = words(NARRATIVE)
    question = words(NARRATIVE)
    outcome = words(40)
    referred_to = words(40)
    answer = words(NARRATIVE)
    ground = words(40)
    into = words(24)
    clock = words(40)
    person = fields.UUID()
    allegation = fields.UUID()
    finding = words(40)
    counsel_informed = fields.Boolean()
    evidence_disclosed = fields.Boolean()
    facts_established = words(NARRATIVE)
    standard = words(40)
    misconduct = fields.Boolean()
    measures = fields.List(fields.Nested(MeasureSchema), validate=validate.Length(max=20))
    appeal_route = words(NARRATIVE)
    appeal_by = fields.Date()
    review_on = fields.Date()
    hold = fields.UUID()


class OpenMoveSchema(Schema):
    move = Slug(Action, required=True)
    to = Slug(State, required=True, allow_none=True, metadata={"description": "null: back to where it came from."})
    needs = fields.List(fields.String(), required=True)
    four_eyes = fields.Boolean(required=True, metadata={"description": "Proposed now, made by another's approval."})
    approved_by = fields.List(Slug(Role))
    closure_reasons = fields.List(fields.String())
    choices = fields.Dict(metadata={"description": "For each need that is a slug: the slugs there are."})


class MovedSchema(Schema):
    move = Slug(Action, required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(("done", "proposed")))
    state = Slug(State, required=True)
    version = fields.Integer(required=True)


class AssignmentInSchema(Strict):
    person = words(40, required=True, shortest=1)
    role = Slug(Role, required=True)


class UnassignmentInSchema(AssignmentInSchema):
    reason = words(LONG, required=True, shortest=1)


class AssignedSchema(AssigneeSchema):
    version = fields.Integer(required=True)


class RecusalInSchema(Strict):
    reason = words(LONG, required=True, shortest=1)


class RecusedSchema(Schema):
    number = fields.String(required=True)


class AttributionSchema(Strict):
    status = words(40, required=True, shortest=1)
    account = words(LONG, load_default="")
    reason = words(NARRATIVE, load_default="")
    hacking_claimed = fields.Boolean(load_default=False)
    checked = words(NARRATIVE, load_default="", metadata={"description": "What was checked when hacking is claimed."})


class PersonInSchema(Strict):
    role = Slug(PersonRole, required=True)
    name = words(SHORT, load_default="")
    staff_number = words(40, load_default="")
    email = words(SHORT, load_default="")
    personnel_type = words(40, load_default="")
    function = words(SHORT, load_default="")
    relation = words(SHORT, load_default="")
    reason = words(NARRATIVE, required=True, shortest=1)


class PersonChangeSchema(Strict):
    role = Slug(PersonRole)
    settled = fields.List(
        words(40),
        validate=validate.Length(max=1),
        metadata={"description": "The staff number this person is; an empty list for nobody of the directory."},
    )
    attribution = fields.Nested(AttributionSchema)
    reason = words(NARRATIVE, required=True, shortest=1)


class PersonSchema(Schema):
    person_id = fields.UUID(required=True)
    role = Slug(PersonRole, required=True)
    name = fields.String(required=True)
    staff_number = fields.String(required=True)
    email = fields.String(required=True)
    personnel_type = fields.String(required=True)
    function = fields.String(required=True)
    relation = fields.String(required=True)
    settled = fields.List(fields.String(), required=True, allow_none=True)
    possible = fields.List(fields.String(), required=True)
    attribution = fields.Nested(AttributionSchema, allow_none=True, required=True)
    notice_owed = fields.Boolean(metadata={"description": "Their part changed, and they were not told yet."})
    version = fields.Integer()


class AllegationInSchema(Strict):
    person = fields.UUID(required=True)
    category = words(40, required=True, shortest=1)
    account = words(NARRATIVE, required=True, shortest=1)
    conduct_on = fields.Date(metadata={"description": "The day of the conduct, where it is known."})


class CitedSchema(Schema):
    category = fields.String(required=True)
    on = fields.String(required=True, metadata={"description": "The day whose editions are cited."})
    date_unknown = fields.Boolean(required=True)
    editions_differ = fields.Boolean(required=True)
    remarks = fields.List(fields.String(), required=True)
    paragraphs = fields.List(fields.Dict(), required=True)
    corresponding = fields.List(fields.Dict(), required=True, metadata={"description": "For affiliates: not binding."})
    governed_by = fields.String(required=True)


class AllegationSchema(Schema):
    allegation_id = fields.UUID(required=True)
    person = fields.UUID(required=True)
    category = fields.String(required=True)
    authority = fields.String(required=True)
    decided_here = fields.Boolean(required=True)
    finding = fields.String(required=True, allow_none=True)
    standard = fields.String(required=True, allow_none=True)
    misconduct = fields.Boolean(required=True, allow_none=True)
    account = fields.String()
    cited = fields.Nested(CitedSchema)
    version = fields.Integer()


class IdentityRequestInSchema(Strict):
    reason = words(LONG, required=True, shortest=10)


class IdentityDecisionSchema(Strict):
    grant = fields.Boolean(required=True)
    reason = words(LONG, required=True, shortest=10)


class IdentityRequestSchema(Schema):
    request_id = fields.UUID(required=True)
    number = fields.String(required=True)
    requester = fields.String(required=True)
    role = Slug(Role, required=True)
    asked_at = instant(required=True)
    standing = fields.String(required=True)
    decided_at = instant(allow_none=True, required=True)
    until = instant(allow_none=True, required=True)
    reason = fields.String()


class IdentitySchema(Schema):
    name = fields.String(required=True)
    email = fields.String(required=True)
    staff_number = fields.String(required=True)


class ConsentInSchema(ReporterSchema):
    share_with_supervisor = fields.Boolean(metadata={"description": "Absent: as said before."})


class ConsentSchema(Schema):
    consent = Slug(Consent, required=True)


class PreviewInSchema(Strict):
    concerns = fields.List(words(40), validate=validate.Length(max=30), load_default=list)
    subjects = fields.List(fields.Nested(NamedSchema), validate=validate.Length(max=20), load_default=list)
    witnesses = fields.List(fields.Nested(NamedSchema), validate=validate.Length(max=20), load_default=list)
    posts = fields.List(fields.Nested(PostSchema), validate=validate.Length(max=50), load_default=list)
    supervisor_involved = fields.Boolean(load_default=False)
    fears_retaliation = fields.Boolean(load_default=False)
    tell_ethics = fields.Boolean(load_default=False)
    reporter = fields.Nested(ReporterSchema, required=True)


class PreviewSchema(Schema):
    queue = fields.String(required=True)
    to = fields.List(fields.String(), required=True)
    addressee = fields.String(required=True, allow_none=True)
    walled = fields.List(fields.String(), required=True)
    explanation = fields.Dict(required=True)
