"""Signing in through an identity provider (OpenID Connect), and its access tokens at the API (RFC 9068).

The provider says who somebody is; the directory says which roles they have. Groups of the provider can only narrow.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.casework.signin.ceremonies import Begun, Finished, begin, take
from cases.casework.signin.leaving import known_elsewhere
from cases.casework.signin.noting import derived, refuse
from cases.casework.signin.sessions import Proof, SignedIn, prove_again, session_held, sign_in
from cases.directory import Person
from cases.errors import Fault, Malformed, NotPermitted, SignInNeeded
from cases.people import Role
from cases.ports import Desk
from cases.ports_signin import Provider, Purpose, Vouched
from cases.sessions import Method, Session, Why, is_fresh, is_over, refused, roles_of_groups, roles_within
from cases.sight import Actor

CLOCK_SKEW = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who calls the API with an access token, and whether they proved lately who they are."""

    actor: Actor
    is_fresh: bool


def begin_provider_sign_in(desk: Desk, then: str, at: datetime, instead_of: str = "") -> Begun:
    """Where to send the browser to sign in."""
    return _begun(desk, Purpose.SIGN_IN, then, at, session_held(desk, instead_of))


def begin_provider_step_up(desk: Desk, who: SignedIn, then: str, at: datetime) -> Begun:
    """Where to send the browser to prove again who its holder is, even if they are signed in there."""
    return _begun(desk, Purpose.STEP_UP, then, at, who.session)


def _begun(desk: Desk, purpose: Purpose, then: str, at: datetime, session: Session | None) -> Begun:
    provider = _offered(desk)
    secret = begin(desk, Method.PROVIDER, purpose, at, then, session)
    state, nonce, verifier = _derived(secret)
    return Begun(secret, provider.address(state, nonce, verifier, at, anew=purpose is Purpose.STEP_UP))


def finish_provider_sign_in(desk: Desk, secret: str, answer: Mapping[str, str], at: datetime) -> Finished:
    """Whoever the provider's answer stands for, signed in or proved again. Raises SignInRefused, ProviderUnavailable.

    The browser comes from another site, so it does not show its session here: what was begun says which one it was.
    """
    provider = _offered(desk)
    state, nonce, verifier = _derived(secret)
    if not secret or not hmac.compare_digest(state.encode(), answer.get("state", "").encode("utf-8", "replace")):
        raise refused(Why.CEREMONY)
    challenge = take(desk, secret, Method.PROVIDER, (Purpose.SIGN_IN, Purpose.STEP_UP), at)
    vouched = provider.redeem(answer, nonce, verifier, at)
    person = _person(desk, vouched)
    session = desk.signin.lookup.session_by_id(challenge.session) if challenge.session else None
    if challenge.purpose is Purpose.STEP_UP:
        begun_at = challenge.expires_at - desk.signin.rules.ceremony
        return Finished(_proved_again(desk, session, vouched, person, begun_at, at), challenge.then)
    within = roles_of_groups(vouched.groups, desk.signin.roles_of_groups)
    proof = Proof(Method.PROVIDER, vouched.proved_at, within, elsewhere=known_elsewhere(desk, vouched))
    return Finished(sign_in(desk, person, proof, at, session), challenge.then)


def _proved_again(
    desk: Desk, session: Session | None, vouched: Vouched, person: Person | None, begun_at: datetime, at: datetime
) -> SignedIn:
    if session is None or is_over(session, desk.signin.rules, at):
        raise refused(Why.CEREMONY)
    if person is None or person.staff_number != session.person:
        refuse(desk, Why.OTHER_PERSON, Method.PROVIDER, at, session.person, session.role)
    if vouched.proved_at is None or vouched.proved_at < begun_at - CLOCK_SKEW:
        refuse(desk, Why.PROVIDER, Method.PROVIDER, at, session.person, session.role)
    who = SignedIn(session, person, roles_within(person.roles, session.within))
    return prove_again(desk, who, Method.PROVIDER, vouched.proved_at, at, known_elsewhere(desk, vouched))


def who_by_access_token(desk: Desk, token: str, wanted: str, at: datetime) -> Bearer:
    """Who calls with an access token. `wanted` is the role they want to act in, needed when they hold several.

    Raises SignInNeeded, NotPermitted, Malformed (naming the roles), ProviderUnavailable.
    """
    if desk.signin.provider is None:
        raise SignInNeeded("Tokens of an identity provider are not accepted here.")
    vouched = desk.signin.provider.bearer(token, at)
    person = _person(desk, vouched)
    if person is None:
        raise SignInNeeded("The directory does not know whom this token is for.")
    roles = roles_within(person.roles, roles_of_groups(vouched.groups, desk.signin.roles_of_groups))
    if not roles:
        raise NotPermitted("You hold no role here.")
    role = _chosen(roles, wanted)
    return Bearer(Actor(person.staff_number, role), is_fresh(vouched.proved_at, desk.signin.rules, at))


def _chosen(roles: frozenset[Role], wanted: str) -> Role:
    held = ", ".join(role for role in Role if role in roles)
    if wanted:
        if wanted not in set(Role):
            raise Malformed([Fault("#/headers/Rule12-Role", f"There is no such role. You hold: {held}.")])
        if Role(wanted) not in roles:
            raise NotPermitted(f"You do not hold the role {wanted}.")
        return Role(wanted)
    if len(roles) > 1:
        raise Malformed([Fault("#/headers/Rule12-Role", f"Say which role you act in: {held}.")])
    return next(iter(roles))


def _person(desk: Desk, vouched: Vouched) -> Person | None:
    """By staff number; by address only where the provider gave no number and said that it verified the address."""
    directory = desk.lookup.directory()
    if vouched.number:
        return directory.person(vouched.number)
    return directory.by_email(vouched.email) if vouched.email else None


def _derived(secret: str) -> tuple[str, str, str]:
    return derived(secret, "state"), derived(secret, "nonce"), derived(secret, "verifier")


def _offered(desk: Desk) -> Provider:
    if desk.signin.provider is None:
        raise refused(Why.NOT_OFFERED)
    return desk.signin.provider
