"""Passkeys: added by somebody freshly signed in, used to sign in and to prove again who one is."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime

from cases.casework.signin.ceremonies import Begun, Finished, begin, take
from cases.casework.signin.noting import derived, of_person, refuse
from cases.casework.signin.sessions import Proof, SignedIn, must_be_fresh, prove_again, session_held, sign_in
from cases.errors import Fault, Malformed, SignInRefused, UnknownItem
from cases.ports import Desk
from cases.ports_signin import Passkey, Passkeys, Purpose
from cases.sessions import Method, Why, refused

LONGEST_NAME = 60
MOST = 20


def list_passkeys(desk: Desk, person: str) -> Sequence[Passkey]:
    """The passkeys of a person, oldest first."""
    return desk.signin.lookup.passkeys_of(person)


def begin_registration(desk: Desk, who: SignedIn, at: datetime) -> Begun:
    """Options for a new passkey. Raises StepUpNeeded: whoever found an open desk must not leave a key of theirs."""
    ceremonies = _offered(desk)
    must_be_fresh(desk, who, at)
    known = [one.id for one in list_passkeys(desk, who.session.person)]
    secret = begin(desk, Method.PASSKEY, Purpose.REGISTER, at, session=who.session)
    options = ceremonies.to_register(who.session.person, who.person.name, _challenge(secret), known)
    return Begun(secret, options)


def finish_registration(desk: Desk, who: SignedIn, secret: str, answer: str, name: str, at: datetime) -> Passkey:
    """Keep the passkey an authenticator made. Raises SignInRefused, Malformed for its name, StepUpNeeded."""
    must_be_fresh(desk, who, at)
    name = _name(name)
    take(desk, secret, Method.PASSKEY, (Purpose.REGISTER,), at, who)
    if len(list_passkeys(desk, who.session.person)) >= MOST:
        raise Malformed([Fault("#/name", f"Nobody needs more than {MOST} passkeys. Remove one first.")])
    made = _offered(desk).registered(answer, _challenge(secret))
    passkey = Passkey(made.id, who.session.person, made.public_key, made.sign_count, name, at)
    noted = of_person(who.session.person, who.session.role, at, "passkey_added", method=str(who.session.method))
    with desk.signin.work() as work:
        if not work.keep_passkey(passkey, noted):
            raise refused(Why.PASSKEY)
    return passkey


def begin_passkey_sign_in(desk: Desk, then: str, at: datetime) -> Begun:
    """Options for whichever passkey the browser holds for this place; they tell nothing of who has one."""
    ceremonies = _offered(desk)
    secret = begin(desk, Method.PASSKEY, Purpose.SIGN_IN, at, then)
    return Begun(secret, ceremonies.to_prove(_challenge(secret), ()))


def finish_passkey_sign_in(desk: Desk, secret: str, answer: str, at: datetime, instead_of: str = "") -> Finished:
    """A session for whoever's passkey answered. Raises SignInRefused."""
    challenge = take(desk, secret, Method.PASSKEY, (Purpose.SIGN_IN,), at)
    passkey = _proved(desk, secret, answer, at)
    person = desk.lookup.directory().person(passkey.person)
    if person is None:
        refuse(desk, Why.UNKNOWN_PERSON, Method.PASSKEY, at, passkey.person)
    old = session_held(desk, instead_of)
    return Finished(sign_in(desk, person, Proof(Method.PASSKEY, at), at, old), challenge.then)


def begin_passkey_step_up(desk: Desk, who: SignedIn, then: str, at: datetime) -> Begun:
    """Options for a passkey of whoever is signed in. Raises SignInRefused when they have none."""
    ceremonies, known = _offered(desk), [one.id for one in list_passkeys(desk, who.session.person)]
    if not known:
        raise refused(Why.NOT_OFFERED)
    secret = begin(desk, Method.PASSKEY, Purpose.STEP_UP, at, then, who.session)
    return Begun(secret, ceremonies.to_prove(_challenge(secret), known))


def finish_passkey_step_up(desk: Desk, who: SignedIn, secret: str, answer: str, at: datetime) -> Finished:
    """The same session, proved anew, under a new secret. Raises SignInRefused, also for a passkey of somebody else."""
    challenge = take(desk, secret, Method.PASSKEY, (Purpose.STEP_UP,), at, who)
    passkey = _proved(desk, secret, answer, at)
    if passkey.person != who.session.person:
        refuse(desk, Why.OTHER_PERSON, Method.PASSKEY, at, who.session.person, who.session.role)
    return Finished(prove_again(desk, who, Method.PASSKEY, at, at), challenge.then)


def rename_passkey(desk: Desk, who: SignedIn, id_: bytes, name: str) -> None:
    """Raises UnknownItem, also for a passkey of somebody else, and Malformed."""
    name = _name(name)
    with desk.signin.work() as work:
        if not work.rename_passkey(who.session.person, id_, name):
            raise UnknownItem("You have no such passkey.")


def remove_passkey(desk: Desk, who: SignedIn, id_: bytes, at: datetime) -> None:
    """Raises UnknownItem, also for a passkey of somebody else, and StepUpNeeded."""
    must_be_fresh(desk, who, at)
    noted = of_person(who.session.person, who.session.role, at, "passkey_removed", method=str(who.session.method))
    with desk.signin.work() as work:
        if not work.remove_passkey(who.session.person, id_, noted):
            raise UnknownItem("You have no such passkey.")


def _proved(desk: Desk, secret: str, answer: str, at: datetime) -> Passkey:
    """The passkey that answered the challenge of this secret. A count that did not rise may be that of a copy."""
    ceremonies = _offered(desk)
    passkey = desk.signin.lookup.passkey(ceremonies.shown(answer))
    if passkey is None:
        raise refused(Why.PASSKEY)
    try:
        count = ceremonies.proved(answer, _challenge(secret), passkey)
    except SignInRefused:
        refuse(desk, Why.PASSKEY, Method.PASSKEY, at, passkey.person)
    with desk.signin.work() as work:
        if not work.used_passkey(passkey.id, passkey.sign_count, count, at):
            raise refused(Why.PASSKEY)
    return passkey


def _offered(desk: Desk) -> Passkeys:
    if desk.signin.passkeys is None:
        raise refused(Why.NOT_OFFERED)
    return desk.signin.passkeys


def _challenge(secret: str) -> bytes:
    return derived(secret, "passkey").encode()


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise Malformed([Fault("#/name", f"Give it a name of 1 to {LONGEST_NAME} letters.")])
    return name


def shown_id(id_: bytes) -> str:
    """The id of a passkey, as addresses and forms carry it."""
    return urlsafe_b64encode(id_).rstrip(b"=").decode()


def read_id(text: str) -> bytes | None:
    """The id that `shown_id` shows like this; None for any other text."""
    try:
        found = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError:
        return None
    return found if shown_id(found) == text else None
