"""From rows of signing in to the values the rules speak of, and back."""

from typing import Any

from sqlalchemy import Row

from cases.people import Role
from cases.ports_signin import Challenge, Link, Passkey, Purpose
from cases.sessions import Elsewhere, Method, Session


def session_row(session: Session) -> dict[str, Any]:
    return {
        "id": session.id,
        "digest": session.digest,
        "previous": session.previous,
        "previous_until": session.previous_until,
        "person": session.person,
        "role": str(session.role),
        "within": None if session.within is None else " ".join(sorted(session.within)),
        "method": str(session.method),
        "started_at": session.started_at,
        "seen_at": session.seen_at,
        "rotated_at": session.rotated_at,
        "proved_at": session.proved_at,
        "provider_subject": session.elsewhere.subject if session.elsewhere else None,
        "provider_session": session.elsewhere.session if session.elsewhere else None,
    }


def read_session(row: Row[Any]) -> Session:
    return Session(
        row.id,
        row.digest,
        row.person,
        Role(row.role),
        None if row.within is None else frozenset(Role(slug) for slug in row.within.split()),
        Method(row.method),
        row.started_at,
        row.seen_at,
        row.rotated_at,
        row.proved_at,
        row.previous,
        row.previous_until,
        Elsewhere(row.provider_subject, row.provider_session) if row.provider_subject else None,
    )


def link_row(link: Link) -> dict[str, Any]:
    return {
        "digest": link.digest,
        "person": link.person,
        "role": str(link.role),
        "made_at": link.made_at,
        "expires_at": link.expires_at,
        "used_at": link.used_at,
    }


def read_link(row: Row[Any]) -> Link:
    return Link(row.digest, row.person, Role(row.role), row.made_at, row.expires_at, row.used_at)


def passkey_row(passkey: Passkey) -> dict[str, Any]:
    return {
        "id": passkey.id,
        "person": passkey.person,
        "public_key": passkey.public_key,
        "sign_count": passkey.sign_count,
        "name": passkey.name,
        "made_at": passkey.made_at,
        "used_at": passkey.used_at,
    }


def read_passkey(row: Row[Any]) -> Passkey:
    return Passkey(row.id, row.person, row.public_key, row.sign_count, row.name, row.made_at, row.used_at)


def challenge_row(challenge: Challenge) -> dict[str, Any]:
    return {
        "digest": challenge.digest,
        "method": challenge.method,
        "purpose": str(challenge.purpose),
        "session": challenge.session,
        "then": challenge.then,
        "expires_at": challenge.expires_at,
    }


def read_challenge(row: Row[Any]) -> Challenge:
    return Challenge(row.digest, row.method, Purpose(row.purpose), row.session, row.then, row.expires_at)
