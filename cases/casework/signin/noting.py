"""The entries of signing in, and secrets that are kept as digests alone."""

import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import digest as hmac_of
from typing import NoReturn

from cases.canonical import canonical
from cases.casework.entries import entry
from cases.ledger import A_SUPERVISOR, COMMAND_LINE, THE_SYSTEM, Entry, EntryKind
from cases.people import Role
from cases.ports import Desk
from cases.sessions import Method, Why, refused
from cases.sight import Actor

SECRET_BYTES = 32
ONE_REFUSAL = timedelta(minutes=15)


def new_secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def digest_of(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def derived(secret: str, label: str) -> str:
    """43 characters that only the holder of a secret can tell: HMAC-SHA-256 of `rule12/<label>/1`, in base64url."""
    made = hmac_of(secret.encode("utf-8", "surrogatepass"), f"rule12/{label}/1".encode(), "sha256")
    return urlsafe_b64encode(made).rstrip(b"=").decode()


def of_person(person: str, role: Role | None, at: datetime, action: str, *roles: Role, **facts: str) -> Entry:
    """An entry about somebody's signing in, with facts `person`, `role` and what else is given.

    Who acts as a supervisor is "a supervisor" here too: the time of a sign-in beside the time of a look would tell who
    received a complaint, and so who reported. `roles` are others that the entry is about.
    """
    name = A_SUPERVISOR if Role.SUPERVISOR in {role, *roles} else person
    told = {"person": name, **({"role": str(role)} if role else {}), **facts}
    return entry(EntryKind.SYSTEM, THE_SYSTEM, at, name, action, role=str(role) if role else "", facts=told)


def by_operator(at: datetime, action: str, by: Actor | None = None, **facts: str) -> Entry:
    """An entry about what an administrator did, or what was done at the command line."""
    actor, role = (by.person, str(by.role)) if by else (COMMAND_LINE, "")
    return entry(EntryKind.SYSTEM, THE_SYSTEM, at, actor, action, role=role, facts=facts)


def refuse(desk: Desk, why: Why, method: Method, at: datetime, person: str = "", role: Role | None = None) -> NoReturn:
    """Note a refusal, once for each person, way and reason in 15 minutes, then raise SignInRefused.

    Nothing is noted of what names nobody: anybody can send noise.
    """
    if person:
        facts = {"method": str(method), "why": str(why)}
        recent = canonical(["sign_in_refused", person, str(role), facts]).decode()
        with desk.signin.work() as work:
            if not work.looked_lately(recent, at - ONE_REFUSAL, at):
                work.note(of_person(person, role, at, "sign_in_refused", **facts), recent)
    raise refused(why)
