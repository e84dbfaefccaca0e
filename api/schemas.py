"""Shapes on the wire; no rules. Unknown fields are refused, and every mistake is reported at once."""

from marshmallow import RAISE, Schema, fields, validate

from api.fields import SHORT, Slug, Strict, instant, moment, words
from cases.casework.wishing import Ground
from cases.catalogue import LANGUAGES
from cases.complaint import Consent, Purpose
from cases.directory import PERSONNEL_TYPES
from cases.lifecycle import Queue, State
from cases.people import Role

CHANNELS = ("web", "api", "email", "phone", "post", "visit")
ENTERED = ("post", "phone", "visit", "email")
ACCOUNT_KINDS = ("personal", "institutional", "unknown")
LONG, NARRATIVE = 2_000, 20_000
_SLUG = validate.Regexp(r"^[a-z0-9][a-z0-9_.\-]{0,39}$(?!\n)", error="This is no slug of the catalogue.")


class PostSchema(Strict):
    platform = words()
    url = words(LONG)
    handle = words()
    account_kind = fields.String(validate=validate.OneOf(ACCOUNT_KINDS))
    posted_at = words(40)
    seen_at = words(40)
    still_online = fields.Boolean(allow_none=True)
    audience = words()
    affiliation_shown = fields.Boolean(allow_none=True)
    disclaimer_shown = fields.Boolean(allow_none=True)
    language = words(20)


class NamedSchema(Strict):
    name = words()
    staff_number = words(40)
    email = words()
    function = words()
    duty_station = words()
    personnel_type = words(40)
    relation = words()


class StatementSchema(Strict):
    summary = words(SHORT, required=True, shortest=1)
    narrative = words(NARRATIVE, required=True, shortest=1)
    concerns = fields.List(fields.String(validate=_SLUG), validate=validate.Length(max=30))
    posts = fields.List(fields.Nested(PostSchema), validate=validate.Length(max=50))
    subjects = fields.List(fields.Nested(NamedSchema), validate=validate.Length(max=20))
    witnesses = fields.List(fields.Nested(NamedSchema), validate=validate.Length(max=20))
    place = words()
    immediate_danger = fields.Boolean()
    supervisor_told = fields.Boolean()
    supervisor_involved = fields.Boolean()
    fears_retaliation = fields.Boolean()
    tell_ethics = fields.Boolean()


class ReporterSchema(Strict):
    consent = Slug(Consent, required=True)
    name = words()
    email = words()
    staff_number = words(40)
    personnel_type = fields.String(validate=validate.OneOf(sorted(PERSONNEL_TYPES)))
    share_with_supervisor = fields.Boolean(metadata={"description": "Absent means no."})


class ComplaintSchema(Strict):
    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))
    channel = fields.String(load_default="api", validate=validate.OneOf(CHANNELS))
    statement = fields.Nested(StatementSchema, required=True)
    reporter = fields.Nested(ReporterSchema, required=True)


class ArrivalSchema(Strict):
    at = moment(required=True, metadata={"description": "When it really came: clocks count from then."})
    reason = words(500, required=True, shortest=10)


class EnteredSchema(ComplaintSchema):
    channel = fields.String(required=True, validate=validate.OneOf(ENTERED))
    arrival = fields.Nested(ArrivalSchema, metadata={"description": "Where it came earlier than it is entered."})


class FiledSchema(Schema):
    complaint_id = fields.UUID(required=True)
    receipt = fields.String(required=True, metadata={"description": "Secret. Opens the mailbox; cannot be recovered."})
    received_at = instant(required=True)
    acknowledge_by = instant(required=True)
    filing_proof = fields.String(required=True, metadata={"description": "A C2SP signed note; keep it."})


class EvidenceSchema(Schema):
    evidence_id = fields.UUID(required=True)
    size = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    media_type = fields.String()
    name = fields.String()


class MessageInSchema(Strict):
    text = words(NARRATIVE, required=True, shortest=1)


class WithdrawalInSchema(Strict):
    text = words(NARRATIVE, load_default="")


class ReviewInSchema(MessageInSchema):
    ground = Slug(Ground, required=True)


class LetterInSchema(MessageInSchema):
    feedback = fields.Boolean(
        load_default=False, metadata={"description": "Says what was done: meets the clock `feedback`."}
    )


class MessageSchema(Schema):
    message_id = fields.UUID(required=True)
    from_reporter = fields.Boolean(required=True)
    at = instant(required=True)
    text = fields.String(required=True)
    purpose = Slug(
        Purpose,
        required=True,
        allow_none=True,
        metadata={"description": "What the letter is for, where it is more than a letter."},
    )


class StatusSchema(Schema):
    slug = fields.String(required=True)
    text = fields.String(required=True)
    next = fields.String(required=True)
    next_by = instant(required=True, allow_none=True)


class ProofsSchema(Schema):
    filing_entry = fields.String(
        required=True, metadata={"description": "Canonical bytes of the intake entry, as text."}
    )
    tlog_proof = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "C2SP tlog-proof once merged: `rule12 verify --proof FILE`."},
    )


class MailboxSchema(Schema):
    received_at = instant(required=True)
    status = fields.Nested(StatusSchema, required=True)
    statement = fields.Dict(required=True)
    evidence = fields.List(fields.Nested(EvidenceSchema), required=True)
    messages = fields.List(fields.Nested(MessageSchema), required=True)
    proofs = fields.Nested(ProofsSchema, required=True)


class PageQuery(Schema):
    cursor = fields.String(validate=validate.Length(max=300))
    limit = fields.Integer(strict=False, load_default=50, validate=validate.Range(1, 200))

    class Meta:
        unknown = RAISE


class CasesQuery(PageQuery):
    state = Slug(State)
    category = fields.String(validate=_SLUG)
    assignee = fields.String(validate=validate.Length(max=40))
    merged_into = fields.String(validate=validate.Length(max=24))
    office = fields.String(
        validate=validate.Length(max=100),
        metadata={"description": "Where a subject works, as the directory calls it, once it is certain who they are."},
    )
    overdue = fields.Boolean()
    due_within = fields.Integer(
        strict=False, validate=validate.Range(0, 366), metadata={"description": "Days from now; overdue ones included."}
    )
    received_from = moment()
    received_to = moment()
    unassigned = fields.Boolean(metadata={"description": "Open, and nobody was asked to work it."})
    closed_from = moment()
    closed_to = moment()
    closed_early = fields.Boolean(metadata={"description": "Closed before an assessment ended."})
    sort = fields.String(load_default="received", validate=validate.OneOf(("received", "due", "closed")))


class AssigneeSchema(Schema):
    person = fields.String(required=True)
    role = Slug(Role, required=True)


class DueSchema(Schema):
    what = fields.String(required=True)
    by = instant(required=True)


class ClockSchema(Schema):
    what = fields.String(required=True)
    belongs_to = fields.String(required=True)
    started_at = instant(required=True)
    by = instant(required=True)
    paused = fields.Boolean(required=True)
    ended_at = instant(required=True, allow_none=True)
    told = fields.List(fields.Dict(), required=True, metadata={"description": "Who is told what from when on."})


class ProposalSchema(Schema):
    move = fields.String(required=True)
    by = fields.String(required=True)
    role = Slug(Role, required=True)
    at = instant(required=True)
    expires_at = instant(required=True)
    approved_by = fields.List(Slug(Role), required=True)


class RoutingSchema(Schema):
    to = fields.List(fields.String(), required=True)
    queue = Slug(Queue)
    explanation = fields.Dict()


class CaseSchema(Schema):
    number = fields.String(required=True)
    received_at = instant(required=True)
    categories = fields.List(fields.String(), required=True)
    state = Slug(State)
    version = fields.Integer()
    closure_reason = fields.String(allow_none=True)
    acknowledged_at = instant(allow_none=True)
    due = fields.Nested(DueSchema, allow_none=True)
    assignees = fields.List(fields.Nested(AssigneeSchema))
    routing = fields.Nested(RoutingSchema)
    statement = fields.Dict()
    came = fields.Dict(metadata={"description": "By which channel; and when and why, if it was entered later."})
    accounts = fields.List(fields.Dict(), metadata={"description": "What the account registry is told: no person."})
    consent = fields.String(metadata={"description": "How far the reporter lets it be known."})
    outcome = fields.String(allow_none=True)
    referred_to = fields.String(allow_none=True)
    merged_into = fields.String(allow_none=True)
    clocks = fields.List(fields.Nested(ClockSchema))
    proposal = fields.Nested(ProposalSchema, allow_none=True)
    holds = fields.List(fields.Dict())
    allegations = fields.Integer(metadata={"description": "How many; see /allegations."})
    notices_owed = fields.Integer()
    comment = fields.String()
    response = fields.String()
    measures = fields.List(fields.Dict())
    decided_at = instant(allow_none=True)
    reopened = fields.Integer()
    erased_at = instant(allow_none=True)
    citations = fields.List(fields.Dict(), metadata={"description": "By category, in force on the day of the conduct."})


def page_of(item: type[Schema], name: str) -> type[Schema]:
    """One page of a list: `next` is the cursor of the page after, or null."""
    return Schema.from_dict(
        {
            "items": fields.List(fields.Nested(item), required=True),
            "next": fields.String(required=True, allow_none=True),
        },
        name=name,
    )


class EntrySchema(Schema):
    position = fields.Integer(required=True)
    index = fields.Integer(required=True, allow_none=True, metadata={"description": "Leaf index once merged."})
    entry = fields.Dict(
        required=True, metadata={"description": "The entry; its RFC 8785 form is what the ledger hashes."}
    )
    reason = fields.String()
    words = fields.Dict(metadata={"description": "What else was said with the change."})


class TimelineQuery(PageQuery):
    reasons = fields.Boolean(load_default=False, metadata={"description": "Open the sealed reasons; that is a look."})


class EntriesQuery(PageQuery):
    about = fields.String(validate=validate.Length(max=40))
    actor = fields.String(validate=validate.Length(max=40))
    action = fields.String(validate=validate.Length(max=40))
    kind = fields.String(validate=validate.OneOf(("intake", "change", "look", "system")))
    from_ = moment(data_key="from")
    to = moment()


class ExportInSchema(Strict):
    case = words(24, metadata={"description": "Only entries about this case."})
    from_ = moment(data_key="from")
    to = moment()


class ExportedSchema(Schema):
    export_id = fields.UUID(required=True)
    at = instant(required=True)
    entries = fields.Integer(required=True, metadata={"description": "Entries its checkpoint covers."})
    bytes = fields.Integer(required=True)


class HealthSchema(Schema):
    status = fields.String(required=True)
    waiting_since = instant(
        allow_none=True, metadata={"description": "Since when an entry waits to be merged into the ledger."}
    )
    oldest_job = instant(allow_none=True, metadata={"description": "Since when the oldest job of the worker is due."})
    dead_jobs = fields.Integer(metadata={"description": "Jobs that were given up: see `rule12 jobs list --dead`."})
    unsorted = fields.Integer(metadata={"description": "Complaints that wait for more than a minute to be sorted."})


class ProblemSchema(Schema):
    """RFC 9457."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Dict())
    open_moves = fields.List(fields.String())
