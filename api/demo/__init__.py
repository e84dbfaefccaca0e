"""An invented directory and eight invented complaints, filed and worked through the verbs themselves."""

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any
from uuid import UUID

from api.demo.deeds import do
from cases.case import Case
from cases.casework.administering import import_directory, issue_token
from cases.casework.filing import file_complaint
from cases.casework.mailbox import Sent, add_evidence, find_mailbox
from cases.casework.signin.links import start_link
from cases.casework.working import Worker
from cases.complaint import Consent, Draft, Reporter, Statement
from cases.errors import CannotStart
from cases.media import sniff
from cases.people import Role
from cases.ports import Desk

FOLDER = files(__name__)
LINK_MINUTES = 12 * 60
EVERY = 16  # hours between the deeds on a case
SHOWN = (
    ("S0012", Role.INTAKE),
    ("S0011", Role.HEAD),
    ("S0014", Role.INVESTIGATOR),
    ("S0101", Role.SUPERVISOR),
    ("S0018", Role.GATEKEEPER),
    ("S0070", Role.OUTSIDE),
    ("S0017", Role.CUSTODIAN),
    ("S0021", Role.DECIDER),
    ("S0030", Role.ETHICS),
    ("S0050", Role.AUDITOR),
    ("S0040", Role.MONITOR),
    ("S0060", Role.ADMINISTRATOR),
)
SECOND = (
    ("S0013", Role.INTAKE),
    ("S0010", Role.HEAD),
    ("S0016", Role.INVESTIGATOR),
    ("S0071", Role.OUTSIDE),
    ("S0020", Role.DECIDER),
)
"""Whoever approves what the first of their role proposed, or works what the first may not see."""


def load_demo(desk: Desk, now: datetime, token_days: int, address: str) -> str:
    """Fill an empty place; what to print: one link and one token per role, one receipt, what to try first.

    A place that holds people already is left alone, apart from new links and tokens for the demo's own people.
    """
    receipts: list[str] = []
    if len(desk.lookup.directory()) == 0:
        import_directory(desk, FOLDER.joinpath("directory.csv").read_text(encoding="utf-8"), now)
        invented = tomllib.loads(FOLDER.joinpath("complaints.toml").read_text(encoding="utf-8"))["complaint"]
        receipts = [_live(desk, complaint, now) for complaint in invented]
        desk.ledger.sequence(now)
    return _hints(desk, now, token_days, address, receipts)


def _live(desk: Desk, told: Mapping[str, Any], now: datetime) -> str:
    """File one complaint on its day, add its evidence, sort it, and take the steps it has behind it; its receipt."""
    day = now - timedelta(days=told["days"])
    reporter = Reporter(**{**told["reporter"], "consent": Consent(told["reporter"]["consent"])})
    filed = file_complaint(desk, Draft("en", "web", Statement.read(told["statement"]), reporter), day)
    complaint = find_mailbox(desk, filed.receipt)
    for name in told.get("evidence", ()):
        data = FOLDER.joinpath("evidence", name).read_bytes()
        add_evidence(desk, complaint, Sent((data,), sniff(data), name), day + timedelta(minutes=5))
    _work_off(desk, day + timedelta(minutes=10))
    for number, deed in enumerate(told.get("worked", ()), 1):
        at = min(day + timedelta(hours=EVERY * number), now)
        do(desk, _case(desk, filed.complaint), deed, at)
        _work_off(desk, at)
    _case(desk, filed.complaint)
    return filed.receipt


def _case(desk: Desk, complaint: UUID) -> Case:
    case = desk.lookup.case_of(complaint)
    if case is None:
        raise CannotStart("An invented complaint could not be sorted; the log says why.")
    return case


def _work_off(desk: Desk, at: datetime) -> None:
    """Let the worker do what there is to do by then."""
    worker = Worker(desk)
    while worker.step(at):
        pass


def _hints(desk: Desk, now: datetime, token_days: int, address: str, receipts: list[str]) -> str:
    tokens = {role: issue_token(desk, person, role, token_days, now).text for person, role in SHOWN}
    lines = ["", f"Rule 1.2 Desk (demo, invented people) at {address}", ""]
    lines += [f"  form       {address}/", f"  API        {address}/docs/"]
    lines += [f"  receipt    {receipts[0]}   (open it at {address}/mailbox)"] if receipts else []
    lines += ["", "One link per role; each signs in once, within twelve hours:"]
    lines += [f"  {role:14} {start_link(desk, who, role, LINK_MINUTES, now).address}" for who, role in SHOWN]
    lines += ["", "One token per role, for the API:"]
    lines += [f"  {role:14} {token}" for role, token in tokens.items()]
    lines += ["", "A second person, for whatever takes two:"]
    lines += [f"  {role:14} {issue_token(desk, who, role, token_days, now).text}  ({who})" for who, role in SECOND]
    lines += [
        "",
        "Try first:",
        f"  curl -s -H 'Authorization: Bearer {tokens[Role.INTAKE]}' '{address}/api/v1/cases?limit=3'",
        f"  curl -s -H 'Authorization: Bearer {tokens[Role.AUDITOR]}' {address}/api/v1/audit/cases.csv",
        "An investigation waits for a second person; look for the case with a proposal, and approve it as head.",
        "Then file a complaint with a screenshot in the form, and look for it in the list.",
        "",
    ]
    return "\n".join(lines)
