"""From casework's values to what goes over the wire: persons, allegations, requests, clocks, the law cited."""

from collections.abc import Iterator
from typing import Any

from api.shown import moment
from cases.case import Allegation, Case, Proposal, must_be_approved
from cases.casework.alleging import ShownAllegation
from cases.catalogue import Catalogue, Citation
from cases.catalogue.citing import Cited
from cases.clocks import Running, told
from cases.identity import IdentityRequest
from cases.lifecycle import STEPS
from cases.persons import CasePerson
from cases.times import stamp


def person(one: CasePerson) -> dict[str, Any]:
    row = one.told()
    id_ = row.pop("id")
    return {"person_id": id_, **row}


def clear_allegation(one: Allegation) -> dict[str, Any]:
    return {
        "allegation_id": str(one.id),
        "person": str(one.person),
        "category": one.category,
        "authority": one.authority,
        "decided_here": one.here,
        "finding": one.finding,
        "standard": one.standard,
        "misconduct": one.misconduct,
    }


def allegation(one: ShownAllegation) -> dict[str, Any]:
    return clear_allegation(one.allegation) | {"account": one.account, "cited": cited(one.cited)}


def cited(found: Cited) -> dict[str, Any]:
    return {
        "category": found.category,
        "on": found.on.isoformat(),
        "date_unknown": found.date_unknown,
        "editions_differ": found.editions_differ,
        "remarks": list(found.remarks),
        "paragraphs": [paragraph(row) for row in found.paragraphs],
        "corresponding": [paragraph(row) for row in found.corresponding],
        "governed_by": found.provision.governing,
    }


def paragraph(row: Citation) -> dict[str, Any]:
    return {
        "label": f"{row.instrument}({row.paragraph})",
        "edition": row.edition,
        "summary": row.summary,
        "verified": row.verified,
    }


def request(one: IdentityRequest, reason: str | None = None) -> dict[str, Any]:
    row = {
        "request_id": str(one.id),
        "number": one.number,
        "requester": one.requester,
        "role": str(one.role),
        "asked_at": stamp(one.asked_at),
        "standing": str(one.standing),
        "decided_at": moment(one.decided_at),
        "until": moment(one.until),
    }
    return row if reason is None else row | {"reason": reason}


def work(case: Case, law: Catalogue) -> dict[str, Any]:
    """What of the work a case's page shows besides the row of a list."""
    return {
        "outcome": case.outcome,
        "referred_to": case.referred_to,
        "merged_into": case.merged_into,
        "clocks": [clock(one, law) for one in case.clocks],
        "proposal": proposal(case, case.proposal) if case.proposal else None,
        "holds": [{"hold_id": str(hold.id), "since": stamp(hold.at)} for hold in case.holds],
        "allegations": len(case.allegations),
        "notices_owed": len(case.owed),
        "comment": str(case.comment),
        "response": str(case.response),
        "measures": [{"person": str(who), "measure": slug} for who, slug in case.measures],
        "decided_at": moment(case.decided_at),
        "reopened": case.reopened,
        "erased_at": moment(case.erased_at),
    }


def clock(one: Running, law: Catalogue) -> dict[str, Any]:
    return {
        "what": one.name,
        "belongs_to": str(one.belongs_to),
        "started_at": stamp(one.started_at),
        "by": stamp(one.due_by),
        "paused": one.paused_at is not None,
        "ended_at": moment(one.ended_at),
        "told": list(_tellings(one, law)) if one.runs else [],
    }


def _tellings(one: Running, law: Catalogue) -> Iterator[dict[str, Any]]:
    """The first of each kind: what is overdue is said again and again, to the same people."""
    last: tuple[Any, ...] = ()
    for telling in told(law, one, law.calendar("")):
        if (telling.what, telling.who) != last:
            yield {"at": stamp(telling.at), "what": telling.what, "who": list(telling.who)}
        last = (telling.what, telling.who)


def proposal(case: Case, one: Proposal) -> dict[str, Any]:
    return {
        "move": str(one.action),
        "by": one.by,
        "role": str(one.role),
        "at": stamp(one.at),
        "expires_at": stamp(one.expires_at),
        "approved_by": sorted(map(str, must_be_approved(case, STEPS[case.state, one.action]))),
    }
