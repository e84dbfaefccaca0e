"""From the values the verbs return to what goes over the wire: JSON-ready, with times as RFC 3339."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.case import Case
from cases.casework.auditing import Exported
from cases.casework.filing import Filed
from cases.casework.looking import CaseView
from cases.casework.mailbox import Facts, Letter, MailboxView
from cases.casework.proving import written_proof
from cases.catalogue import Catalogue
from cases.ports import StoredEntry
from cases.sight import Actor, Part, may_see
from cases.times import stamp


def moment(at: datetime | None) -> str | None:
    return stamp(at) if at else None


def filed(done: Filed) -> dict[str, Any]:
    return {
        "complaint_id": str(done.complaint),
        "receipt": done.receipt,
        "received_at": stamp(done.received_at),
        "acknowledge_by": stamp(done.acknowledge_by),
        "filing_proof": done.filing_proof,
    }


def stored_file(facts: Facts) -> dict[str, Any]:
    return {"evidence_id": facts.evidence, "size": facts.size, "sha256": facts.sha256}


def file_facts(facts: Facts) -> dict[str, Any]:
    return stored_file(facts) | {"media_type": facts.media_type, "name": facts.name}


def letter(one: Letter) -> dict[str, Any]:
    return {
        "message_id": one.id,
        "from_reporter": one.from_reporter,
        "at": stamp(one.at),
        "text": one.text,
        "purpose": one.purpose,
    }


def mailbox(view: MailboxView, law: Catalogue, today: datetime) -> dict[str, Any]:
    words = law.wording(f"status-{view.status.slug}", today.date())
    return {
        "received_at": stamp(view.received_at),
        "status": {
            "slug": view.status.slug,
            "text": words.text,
            "next": words.next,
            "next_by": moment(view.status.next_by),
        },
        "statement": view.told["statement"],
        "evidence": [file_facts(facts) for facts in view.evidence],
        "messages": [letter(one) for one in view.letters],
        "proofs": {"filing_entry": view.filed.body.decode(), "tlog_proof": written_proof(view.filed, view.merged)},
    }


def case_row(case: Case, actor: Actor) -> dict[str, Any]:
    """A case in a list: nothing sealed, and of the work only what the role may see."""
    row: dict[str, Any] = {
        "number": case.number,
        "received_at": stamp(case.received_at),
        "categories": list(case.categories),
    }
    if may_see(actor, Part.ROUTE):
        row["routing"] = {"to": list(case.to), "queue": str(case.queue)}
    if may_see(actor, Part.WORK):
        row |= {
            "state": str(case.state),
            "version": case.version,
            "acknowledged_at": moment(case.acknowledged_at),
            "closure_reason": case.closure_reason,
            "due": {"what": case.due.name, "by": stamp(case.due.due_by)} if case.due else None,
            "assignees": [{"person": who.person, "role": str(who.role)} for who in case.assignees],
        }
    return row


def case_page(view: CaseView, actor: Actor) -> dict[str, Any]:
    row = case_row(view.case, actor)
    if view.told is not None:
        row |= told_to(actor, view.told["statement"])
        if may_see(actor, Part.WORK):
            row["came"] = came(view.told)
    if view.explanation is not None:
        row["routing"]["explanation"] = dict(view.explanation)
    return row


def came(told: Mapping[str, Any]) -> dict[str, Any]:
    """How a complaint came to the desk; when and why, where an officer entered it later."""
    return {"channel": told["channel"], **told.get("arrival", {})}


RETALIATION = ("summary", "narrative", "subjects", "fears_retaliation", "concerns")
"""What of a statement the Ethics Office is told, where the reporter agreed: no post, no witness, no place."""


def told_to(actor: Actor, told: Mapping[str, Any]) -> dict[str, Any]:
    """The statement, or the part of it that goes to this role."""
    if may_see(actor, Part.STATEMENT):
        return {"statement": told}
    if may_see(actor, Part.RETALIATION):
        return {"statement": {name: told[name] for name in RETALIATION if name in told}}
    return {"accounts": accounts(told)} if may_see(actor, Part.ACCOUNTS) else {}


def accounts(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Institutional accounts a statement names: the account, never the persons (AI 6, 10.1)."""
    posts = [post for post in told.get("posts", ()) if post.get("account_kind") == "institutional"]
    return [{name: post.get(name) for name in ("platform", "handle", "url")} for post in posts]


def entry(stored: StoredEntry, words: Mapping[str, Mapping[str, Any]] | None = None) -> dict[str, Any]:
    body = json.loads(stored.body)
    shown: dict[str, Any] = {"position": stored.position, "index": stored.index, "entry": body}
    for part in body["sealed"]:
        if words and part["object"] in words:
            said = dict(words[part["object"]])
            shown["reason"] = said.pop("reason", "")
            shown |= {"words": said} if said else {}
    return shown


def exported(done: Exported) -> dict[str, Any]:
    return {"export_id": str(done.id), "at": stamp(done.at), "entries": done.size, "bytes": done.bytes}
