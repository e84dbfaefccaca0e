"""Examples for the OpenAPI document, by view: what is asked (or None), and what is answered. Tests replay them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from api.examples.casework import CASEWORK, LETTER, WORK
from api.examples.deskwork import DESKWORK
from api.examples.places import COMPLAINT_ID, EVIDENCE_ID, EXPORT_ID, FILED_AT, NUMBER, SHA256

_STATEMENT: dict[str, Any] = {
    "summary": "Campaign video shared from an account that names the agency",
    "narrative": "Two posts ask people to vote for a candidate. The profile says where they work.",
    "concerns": ["ai-5.1.1"],
    "posts": [
        {
            "platform": "X",
            "url": "https://social.example/c0107/1",
            "handle": "@c0107",
            "account_kind": "personal",
            "posted_at": "2026-02-27",
            "still_online": True,
        }
    ],
    "subjects": [{"staff_number": "S0107", "relation": "colleague"}],
}
_COMPLAINT = {
    "language": "en",
    "channel": "api",
    "statement": _STATEMENT,
    "reporter": {"consent": "confidential", "email": "c0102@agency.example", "share_with_supervisor": True},
}
_FILED = {
    "complaint_id": COMPLAINT_ID,
    "receipt": "ABCDE-FGHJK-MNPQR-STVWX-YZ234",
    "received_at": FILED_AT,
    "acknowledge_by": "2026-03-09T12:00:00Z",
    "filing_proof": "rule12/filing-proof/1\n{…}\n\n— desk.example/rule12/filing TYhm…\n",
}
_FILE = {"evidence_id": EVIDENCE_ID, "size": 40142, "sha256": SHA256}
_FILE_FACTS = _FILE | {"media_type": "image/png", "name": "screenshot.png"}
_MAILBOX = {
    "received_at": FILED_AT,
    "status": {
        "slug": "received",
        "text": "Your complaint is stored. Nobody has opened it yet.",
        "next": "It is registered and sent to the right desk; then somebody confirms it.",
        "next_by": "2026-03-09T12:00:00Z",
    },
    "statement": _STATEMENT,
    "evidence": [_FILE_FACTS],
    "messages": [LETTER],
    "proofs": {
        "filing_entry": '{"about":{"id":"237b24d8-…","kind":"complaint"},"action":"filed", …}',
        "tlog_proof": None,
    },
}
_CASE: dict[str, Any] = {
    "number": NUMBER,
    "received_at": FILED_AT,
    "categories": ["political_partisan"],
    "routing": {"to": ["supervisor", "igo"], "queue": "igo"},
    "state": "registered",
    "version": 1,
    "acknowledged_at": None,
    "closure_reason": None,
    "due": {"what": "acknowledge", "by": "2026-03-09T12:00:00Z"},
    "assignees": [],
}
_EXPLANATION = {
    "rule": "kept_with_identity",
    "sentence": "The rule that matched is kept with the reporter's identity.",
    "to": ["supervisor", "igo"],
    "copies": [],
    "subjects": [{"position": 1, "matched": "one", "people": ["S0107"]}],
    "witnesses": [],
}
_CASE_PAGE = (
    _CASE
    | WORK
    | {"routing": _CASE["routing"] | {"explanation": _EXPLANATION}, "statement": _STATEMENT, "came": {"channel": "api"}}
)
_ENTRY = {
    "position": 4,
    "index": 3,
    "entry": {
        "about": {"id": NUMBER, "kind": "case"},
        "action": "registered",
        "actor": "worker",
        "at": "2026-03-02T12:00:01Z",
        "facts": {"categories": ["political_partisan"], "complaint_id": COMPLAINT_ID, "to": ["supervisor", "igo"]},
        "format": "rule12/entry/1",
        "id": "ca5da244-494a-4580-a07b-950496498774",
        "kind": "change",
        "nonce": "81cb457fbe58ab4eadebcae289d566dc",
        "role": "worker",
        "sealed": [
            {"kind": "explanation", "object": "8036a92d-6310-4d22-a0a2-188b6e044576", "sha256": SHA256},
        ],
        "version": 1,
    },
}
_DEAD: dict[str, Any] = {
    "id": 7,
    "kind": "answered",
    "state": "dead",
    "attempts": 160,
    "due_at": FILED_AT,
    "next_at": None,
    "dead_at": "2026-03-05T14:10:00Z",
    "trouble": "StaleVersion",
    "sentence": "The case changed since the caller read it.",
}
_RETRIED = {
    "state": "waiting",
    "attempts": 0,
    "next_at": "2026-03-06T08:00:00Z",
    "dead_at": None,
    "trouble": None,
    "sentence": "",
}
_CATALOGUE = {
    "on": "2026-03-02",
    "language": "fr",
    "languages": [{"code": "fr", "name": "Français", "direction": "ltr", "reviewed": False}],
    "principles": [
        {
            "slug": "ai-5.1.9",
            "label": "Impartialité",
            "question": "La publication prend-elle parti en politique ?",
            "categories": ["political_partisan"],
        }
    ],
    "categories": [
        {
            "slug": "political_partisan",
            "label": "Déclaration politique ou partisane",
            "urgent": False,
            "cites": ["reg-1.2-f", "reg-1.2-h", "reg-1.2-e"],
        }
    ],
    "citations": [
        {
            "slug": "reg-1.2-h",
            "label": "Staff Regulation 1.2(h)",
            "edition": "ST/SGB/2018/1",
            "heading": "general rights and obligations",
            "summary": "Staff may vote; any political activity must fit independence and impartiality.",
            "note": "",
            "verified": True,
            "language": "en",
        }
    ],
    "provisions": [
        {
            "personnel_type": "unv",
            "governing": "Unified Conditions of Service for UN Volunteers",
            "cites_staff_rules": False,
            "decider": "unv_panel",
            "decider_label": "Panel of the United Nations Volunteers programme",
            "decided_here": False,
            "verified": False,
            "language": "en",
        }
    ],
    "reviews": [{"instrument": "UNHCR/AI/2014/2", "due": "2016-09-04", "overdue": True}],
    "elsewhere": [
        {
            "slug": "doubt",
            "question": "Vous demandez-vous ce que vous pouvez publier vous-même ?",
            "text": "Demander avant de publier n\u2019est pas une plainte.",
            "steps": ["Ou écrivez à socialmedia@unhcr.org."],
            "contact": ["mailto:socialmedia@unhcr.org"],
            "file_here": False,
        }
    ],
    "platforms": [{"slug": "facebook", "name": "Facebook"}],
}
_CSV = (
    "number,state,version,queue,categories,received_at,acknowledged_at,due,due_by,closed_at,closure_reason,assignees,"
    "outcome,referred_to,merged_into,decided_at,reopened,erased_at\r\n"
    f"{NUMBER},registered,1,igo,political_partisan,{FILED_AT},,acknowledge,2026-03-09T12:00:00Z,,,,,,,,0,\r\n"
)

EXAMPLES: Mapping[str, tuple[Any, Any]] = MappingProxyType(
    {
        "complaints.file": (_COMPLAINT, _FILED),
        "entering.enter": (_COMPLAINT | {"channel": "visit"}, _FILED),
        "complaints.catalogue": (None, _CATALOGUE),
        "mailbox.show": (None, _MAILBOX),
        "mailbox.messages": (None, [LETTER]),
        "mailbox.write": ({"text": LETTER["text"]}, LETTER),
        "mailbox.consent": (
            {"consent": "open", "name": "Colleague 0102", "staff_number": "S0102"},
            {"consent": "open"},
        ),
        "mailbox.ask_to_withdraw": (
            {"text": "I was told to drop it."},
            LETTER | {"text": "I was told to drop it.", "purpose": "withdrawal"},
        ),
        "mailbox.ask_again": (
            {"text": "There is a second post.", "ground": "new_evidence"},
            LETTER | {"text": "There is a second post.", "purpose": "review"},
        ),
        "mailbox.add": (None, _FILE),
        "cases.listed": (None, {"items": [_CASE], "next": "WyIyMDI2LTAzLTAyVDEyOjAwOjAwWiIsICJJR08tMjAyNi00ODIxMyJd"}),
        "cases.one": (None, _CASE_PAGE),
        "cases.timeline": (None, {"items": [_ENTRY], "next": "WzRd"}),
        "evidence.listed": (None, [_FILE_FACTS]),
        "evidence.custody": (None, [_ENTRY]),
        "audit.entries": (None, {"items": [_ENTRY], "next": None}),
        "audit.export": (
            {"from": "2026-01-01T00:00:00Z", "to": "2027-01-01T00:00:00Z"},
            {"export_id": EXPORT_ID, "at": "2026-03-04T09:30:00Z", "entries": 12, "bytes": 5311},
        ),
        "audit.table": (None, _CSV),
        "health.alive": (None, {"status": "ok"}),
        "health.ready": (
            None,
            {"status": "ok", "waiting_since": None, "oldest_job": None, "dead_jobs": 0, "unsorted": 0},
        ),
        "jobs.listed": (None, {"items": [_DEAD], "next": None}),
        "jobs.retry": (None, _DEAD | _RETRIED),
        "jobs.discard": ({"reason": "overtaken"}, _DEAD),
        **CASEWORK,
        **DESKWORK,
    }
)
