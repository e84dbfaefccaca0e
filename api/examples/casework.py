"""Examples of working a case: persons, allegations, moves, people, who reported, routing."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from api.examples.places import ALLEGATION_ID, MESSAGE_ID, NOTICE_ID, NUMBER, PERSON_ID, REQUEST_ID

LETTER = {
    "message_id": MESSAGE_ID,
    "from_reporter": True,
    "at": "2026-03-03T08:15:00Z",
    "text": "The posts are gone now; I kept screenshots.",
    "purpose": None,
}
_QUESTION = "Thank you. Could you tell us when you saw the first post?"
_NOTICE_AT, _OVERDUE_AT = "2026-03-07T12:00:00Z", "2026-03-09T12:00:00Z"
_CITED = {
    "category": "political_partisan",
    "on": "2026-02-27",
    "date_unknown": False,
    "editions_differ": False,
    "remarks": [
        "Not every paragraph was checked against a public source: read the edition before relying on its letter."
    ],
    "paragraphs": [
        {
            "label": "Staff Regulation 1.2(h)",
            "edition": "ST/SGB/2024/1",
            "summary": "Staff may vote; any political activity must fit independence and impartiality.",
            "verified": False,
        }
    ],
    "corresponding": [],
    "governed_by": "Staff Regulations and Rules of the United Nations",
}
WORK: dict[str, Any] = {
    "consent": "confidential",
    "outcome": None,
    "referred_to": None,
    "merged_into": None,
    "clocks": [
        {
            "what": "acknowledge",
            "belongs_to": "reporter",
            "started_at": "2026-03-02T12:00:00Z",
            "by": _OVERDUE_AT,
            "paused": False,
            "ended_at": None,
            "told": [
                {"at": _NOTICE_AT, "what": "due_soon", "who": ["intake"]},
                {"at": _OVERDUE_AT, "what": "overdue", "who": ["intake", "head"]},
            ],
        }
    ],
    "proposal": None,
    "holds": [],
    "allegations": 0,
    "notices_owed": 0,
    "comment": "not_asked",
    "response": "not_asked",
    "measures": [],
    "decided_at": None,
    "reopened": 0,
    "erased_at": None,
    "citations": [_CITED],
}
"""What a case's page shows besides to those who work it."""

_ATTRIBUTION = {
    "status": "attributed",
    "account": "@c0107 on X",
    "reason": "The account shows the name, the badge and the office of the person.",
    "hacking_claimed": True,
    "checked": "The platform's list of sign-ins shows the usual telephone alone.",
}
_PERSON = {
    "person_id": PERSON_ID,
    "role": "subject",
    "name": "Colleague 0107",
    "staff_number": "S0107",
    "email": "",
    "personnel_type": "",
    "function": "",
    "relation": "colleague",
    "settled": None,
    "possible": ["S0107"],
    "attribution": None,
}
_WITNESS = _PERSON | {"role": "witness", "name": "Colleague 0108", "staff_number": "S0108", "possible": ["S0108"]}
_ALLEGATION = {
    "allegation_id": ALLEGATION_ID,
    "person": PERSON_ID,
    "category": "political_partisan",
    "authority": "dhr",
    "decided_here": True,
    "finding": None,
    "standard": None,
    "misconduct": None,
}
_ACCOUNT = "Asked people to vote for a candidate, under the emblem."
_REQUEST = {
    "request_id": REQUEST_ID,
    "number": NUMBER,
    "requester": "S0014",
    "role": "investigator",
    "asked_at": "2026-03-05T09:00:00Z",
    "standing": "asked",
    "decided_at": None,
    "until": None,
}
_GRANTED = _REQUEST | {"standing": "granted", "decided_at": "2026-03-05T15:00:00Z", "until": "2026-03-12T15:00:00Z"}
_WHY_ASKED = "The reporter must be interviewed: only they saw the first post."
_NOTICE = {
    "notice_id": NOTICE_ID,
    "number": NUMBER,
    "what": "routed",
    "text": "A case was sent to your desk",
    "at": "2026-03-02T12:00:02Z",
    "read": False,
}
_WISHES = {"language": "fr", "mail": True, "when": "daily"}
_OPEN_MOVES = [
    {"move": "acknowledge", "to": "registered", "needs": [], "four_eyes": False},
    {
        "move": "redirect",
        "to": "closed",
        "needs": ["referred_to"],
        "four_eyes": False,
        "choices": {"referred_to": ["management", "protection_office"]},
    },
    {
        "move": "close",
        "to": "closed",
        "needs": ["reason", "closure_reason", "notice"],
        "four_eyes": False,
        "closure_reasons": ["not_personnel", "insufficient_information"],
    },
    {
        "move": "open_investigation",
        "to": "investigation",
        "needs": ["reason"],
        "four_eyes": True,
        "approved_by": ["head", "outside"],
    },
]
_PREVIEW = {
    "concerns": ["ai-5.1.1"],
    "subjects": [{"staff_number": "S0107"}],
    "reporter": {"consent": "confidential", "staff_number": "S0102", "share_with_supervisor": True},
}
_ROUTED = {
    "queue": "igo",
    "to": ["supervisor", "igo"],
    "addressee": "S0101",
    "walled": ["S0102", "S0107"],
    "explanation": {
        "rule": "ordinary",
        "sentence": "The reporter's own supervisor and the Inspector General's Office, as the instruction says.",
        "to": ["supervisor", "igo"],
        "copies": [],
        "subjects": [{"position": 1, "matched": "one", "people": ["S0107"]}],
        "witnesses": [],
        "supervisor": "S0101",
        "consent": "confidential",
        "excluded": [],
    },
}

CASEWORK: Mapping[str, tuple[Any, Any]] = MappingProxyType(
    {
        "moves.listed": (None, _OPEN_MOVES),
        "moves.move": ({"move": "assess"}, {"move": "assess", "outcome": "done", "state": "assessment", "version": 2}),
        "staffing.assign": (
            {"person": "S0014", "role": "investigator"},
            {"person": "S0014", "role": "investigator", "version": 3},
        ),
        "staffing.unassign": (
            {"person": "S0014", "role": "investigator", "reason": "On leave until May."},
            {"person": "S0014", "role": "investigator", "version": 8},
        ),
        "staffing.recuse": ({"reason": "The subject is a neighbour of mine."}, {"number": NUMBER}),
        "staffing.letters": (None, [LETTER]),
        "staffing.write": (
            {"text": _QUESTION, "feedback": False},
            LETTER | {"from_reporter": False, "text": _QUESTION},
        ),
        "persons.listed": (None, [_PERSON | {"notice_owed": False}]),
        "persons.add": (
            {"role": "witness", "name": "Colleague 0108", "staff_number": "S0108", "reason": "Was in the group."},
            _WITNESS | {"version": 5},
        ),
        "persons.change": (
            {"settled": ["S0107"], "attribution": _ATTRIBUTION, "reason": "The profile was compared with the badge."},
            _PERSON | {"settled": ["S0107"], "attribution": _ATTRIBUTION, "version": 6},
        ),
        "persons.alleged": (None, [_ALLEGATION | {"account": _ACCOUNT, "cited": _CITED}]),
        "persons.allege": (
            {"person": PERSON_ID, "category": "political_partisan", "account": _ACCOUNT, "conduct_on": "2026-02-27"},
            _ALLEGATION | {"version": 7},
        ),
        "identities.waiting": (None, [_REQUEST]),
        "identities.listed": (None, [_REQUEST | {"reason": _WHY_ASKED}]),
        "identities.ask": ({"reason": _WHY_ASKED}, _REQUEST),
        "identities.decide": (
            {"grant": True, "reason": "Nobody else can tell what the first post said."},
            _GRANTED,
        ),
        "identities.on_request": (None, {"name": "Colleague 0102", "email": "", "staff_number": "S0102"}),
        "identities.under_open_consent": (None, {"name": "Colleague 0102", "email": "", "staff_number": "S0102"}),
        "notices.listed": (None, {"items": [_NOTICE], "next": None, "unread": 1}),
        "notices.read": (None, _NOTICE | {"read": True}),
        "notices.preferences": (None, _WISHES),
        "notices.prefer": (_WISHES, _WISHES),
        "routing.preview": (_PREVIEW, _ROUTED),
    }
)
