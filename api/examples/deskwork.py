"""Examples of the work around a case: notes, tasks, people, filters, a supervisor's acts, administration."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from api.examples.places import ACT_ID, FILED_AT, NOTE_ID, NUMBER, SHA256, TASK_ID, WEBHOOK_ID

_NOTE = {
    "note_id": NOTE_ID,
    "person": "S0012",
    "role": "intake",
    "at": "2026-03-03T09:00:00Z",
    "corrects": None,
    "text": "The account was renamed on Monday; the captures show both names.",
}
_TASK = {
    "task_id": TASK_ID,
    "number": NUMBER,
    "state": "open",
    "person": None,
    "role": "intake",
    "made_by": "S0012",
    "made_at": "2026-03-03T09:05:00Z",
    "due_by": "2030-03-06T23:59:59Z",
    "ended_at": None,
    "what": "Ask the platform to keep the posts.",
}
_SETTLED = {name: value for name, value in _TASK.items() if name != "what"}
_COLLEAGUE = {
    "person": "S0014",
    "name": "Colleague 0014",
    "role": "investigator",
    "cases": 3,
    "by_state": {"investigation": 2, "findings_for_comment": 1},
    "overdue": 1,
    "next_due": "2026-03-04T12:00:00Z",
}
_FILTER = {
    "name": "due-this-week",
    "query": {"state": "assessment", "due_within": 7, "sort": "due"},
    "saved_at": "2026-03-03T09:10:00Z",
    "faults": [],
}
_LETTER = {
    "slug": "question",
    "kind": "question",
    "about": "",
    "language": "en",
    "text": f"We have a question about your complaint {NUMBER}: […] Please answer here, with your receipt.",
}
_ACKNOWLEDGED = {"act_id": ACT_ID, "kind": "acknowledged", "at": "2026-03-03T10:00:00Z", "text": ""}
_ACTED = _ACKNOWLEDGED | {"kind": "action", "text": "The unit was reminded of the instruction."}
_PERSON = {
    "staff_number": "S0014",
    "number": "S0014",
    "name": "Colleague 0014",
    "email": "c0014@agency.example",
    "personnel_type": "staff",
    "function": "Investigator",
    "unit": "IGO",
    "office": "HQ",
    "supervisor": "S0011",
    "roles": ["investigator"],
}
_CSV = (
    "staff_number,name,email,personnel_type,function,unit,office,supervisor,roles,formerly\r\n"
    "S0060,Colleague 0060,c0060@agency.example,staff,Systems Administrator,IT,HQ,,administrator,\r\n"
    "S0914,Colleague 0014,c0014@agency.example,staff,Investigator,IGO,HQ,,investigator,S0014\r\n"
)
_ISSUED = {
    "person": "S0014",
    "role": "investigator",
    "issued_at": "2026-03-03T11:00:00Z",
    "expires_at": "2026-04-02T11:00:00Z",
}
_KEY = {
    "name": "checkpoint",
    "purpose": "signs checkpoints of the ledger and exports",
    "key_id": SHA256,
    "made_at": "2026-01-01T00:00:00Z",
    "retired_at": None,
}
_WEBHOOK = {
    "webhook_id": WEBHOOK_ID,
    "host": "hooks.example.org",
    "added_at": "2026-03-03T11:00:00Z",
}
_RECEIVED = {
    "number": NUMBER,
    "received_at": FILED_AT,
    "categories": ["political_partisan"],
    "acknowledged_at": "2026-03-03T10:00:00Z",
}

DESKWORK: Mapping[str, tuple[Any, Any]] = MappingProxyType(
    {
        "notes.listed": (None, {"items": [_NOTE], "next": None}),
        "notes.write": ({"text": _NOTE["text"]}, _NOTE | {"version": 3}),
        "tasks.mine": (None, {"items": [_SETTLED], "next": None}),
        "tasks.listed": (None, [_TASK]),
        "tasks.make": (
            {"what": _TASK["what"], "due_on": "2030-03-06", "role": "intake"},
            _TASK | {"version": 4},
        ),
        "tasks.settle": (
            {"state": "done", "reason": "They confirmed it."},
            _SETTLED | {"state": "done", "ended_at": "2026-03-04T08:00:00Z", "version": 5},
        ),
        "teams.workload": (None, [_COLLEAGUE]),
        "teams.eligible": (None, [_COLLEAGUE]),
        "teams.hand_over": (
            {"from": "S0014", "to": "S0015", "role": "investigator", "reason": "Leaves at the end of the month."},
            {"moved": [NUMBER], "stayed": []},
        ),
        "teams.letters": (None, [_LETTER]),
        "filters.listed": (None, [_FILTER]),
        "filters.one": (None, _FILTER),
        "filters.save": ({"query": _FILTER["query"]}, _FILTER),
        "filters.drop": (None, {"name": "due-this-week"}),
        "supervisors.received": (None, {"items": [_RECEIVED], "next": None}),
        "supervisors.acknowledge": ({}, _ACKNOWLEDGED),
        "supervisors.acted": (None, [_ACTED]),
        "supervisors.act": ({"text": _ACTED["text"]}, _ACTED),
        "supervisors.step_aside": ({"reason": "I ordered the post myself."}, {"number": NUMBER}),
        "administration.people": (None, {"items": [_PERSON], "next": None}),
        "administration.put_directory": (_CSV, {"people": 2}),
        "administration.tokens": (None, {"items": [_ISSUED], "next": None}),
        "administration.issue": (
            {"person": "S0014", "role": "investigator", "days": 30},
            {"token": "r12_kq3…", "expires_at": "2026-04-02T11:00:00Z"},
        ),
        "administration.revoke": (None, {"revoked": 1}),
        "administration.keys": (None, [_KEY]),
        "webhooks.listed": (None, {"items": [_WEBHOOK | {"posted_at": None}], "next": None}),
        "webhooks.add": ({"url": "https://hooks.example.org/desk"}, _WEBHOOK | {"secret": "whsec_kq3…"}),
        "webhooks.remove": (None, {"webhook_id": WEBHOOK_ID}),
    }
)
