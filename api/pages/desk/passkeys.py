"""Passkeys: signing in with one, proving again who one is, and keeping one's own.

The browser's authenticator is reached by script alone: one small file of this host, on these pages only. It fills a
field of an ordinary form and sends it.
"""

from flask import Response
from flask.typing import ResponseReturnValue

from api.access import fresh
from api.context import desk, now
from api.pages.desk.common import blueprint, page, see
from api.pages.desk.entering import choices
from api.pages.words import _, said
from api.sessions import (
    EVERY_ROLE,
    begin_proof,
    for_anyone,
    form,
    hand_out,
    own_path,
    proof_secret,
    shown_secret,
    signed_in,
    who_is_here,
)
from cases.casework.signin import passkeys as verbs
from cases.casework.signin.ceremonies import Begun
from cases.errors import Malformed, SignInRefused, UnknownItem


def _asked(begun: Begun, kind: str, send_to: str, title: str) -> Response:
    """The page that lets the browser ask its authenticator."""
    begin_proof(begun.secret)
    return page("passkey.html", script=True, options=begun.what, kind=kind, send_to=send_to, title=title)


@blueprint.post("/sign-in/passkey")
@for_anyone
def begin() -> Response:
    """Begin to sign in with a passkey."""
    begun = verbs.begin_passkey_sign_in(desk(), own_path(form().get("then", "")), now())
    return _asked(begun, "get", "desk.answer", _("Sign in with a passkey"))


@blueprint.post("/sign-in/passkey/answer")
@for_anyone
def answer() -> ResponseReturnValue:
    """Sign in with what the authenticator answered."""
    try:
        done = verbs.finish_passkey_sign_in(desk(), proof_secret(), form().get("answer", ""), now(), shown_secret())
    except SignInRefused as error:
        return choices("/desk/", said(str(error)), 403)
    hand_out(done.who)
    return _on(done.then)


@blueprint.post("/step-up/passkey")
@signed_in(*EVERY_ROLE)
def begin_step_up() -> Response:
    """Begin to prove again who one is."""
    begun = verbs.begin_passkey_step_up(desk(), who_is_here(), own_path(form().get("then", "")), now())
    return _asked(begun, "get", "desk.answer_step_up", _("Prove again who you are"))


@blueprint.post("/step-up/passkey/answer")
@signed_in(*EVERY_ROLE)
def answer_step_up() -> ResponseReturnValue:
    """The same session, proved anew."""
    done = verbs.finish_passkey_step_up(desk(), who_is_here(), proof_secret(), form().get("answer", ""), now())
    hand_out(done.who)
    return _on(done.then)


@blueprint.get("/passkeys")
@signed_in(*EVERY_ROLE)
def passkeys() -> Response:
    """One's own passkeys."""
    return _listed()


def _listed(problem: str = "", status: int = 200) -> Response:
    own = verbs.list_passkeys(desk(), who_is_here().session.person)
    offered = desk().signin.passkeys is not None
    shown = [(verbs.shown_id(one.id), one) for one in own]
    return page("passkeys.html", status, passkeys=shown, offered=offered, problem=problem)


@blueprint.get("/passkeys/new")
@signed_in(*EVERY_ROLE)
@fresh
def add() -> Response:
    """Begin to add a passkey. Only for somebody who has just proved who they are."""
    begun = verbs.begin_registration(desk(), who_is_here(), now())
    return _asked(begun, "create", "desk.keep", _("Add a passkey"))


@blueprint.post("/passkeys")
@signed_in(*EVERY_ROLE)
@fresh
def keep() -> ResponseReturnValue:
    """Keep the passkey the authenticator made."""
    fields = form()
    try:
        verbs.finish_registration(
            desk(), who_is_here(), proof_secret(), fields.get("answer", ""), fields.get("name", ""), now()
        )
    except (SignInRefused, Malformed) as error:
        return _listed(_said(error), 422)
    return see("desk.passkeys")


@blueprint.post("/passkeys/rename")
@signed_in(*EVERY_ROLE)
def rename() -> ResponseReturnValue:
    """Give a passkey another name."""
    try:
        verbs.rename_passkey(desk(), who_is_here(), _id(), form().get("name", ""))
    except Malformed as error:
        return _listed(_said(error), 422)
    return see("desk.passkeys")


@blueprint.post("/passkeys/remove")
@signed_in(*EVERY_ROLE)
@fresh
def remove() -> ResponseReturnValue:
    """Take a passkey off. Its authenticator keeps it, and it opens nothing here any more."""
    verbs.remove_passkey(desk(), who_is_here(), _id(), now())
    return see("desk.passkeys")


def _on(then: str) -> ResponseReturnValue:
    answer = see("desk.home")
    if isinstance(answer, Response):
        answer.headers["Location"] = own_path(then)
    return answer


def _id() -> bytes:
    """The passkey a form means. Raises UnknownItem."""
    found = verbs.read_id(form().get("passkey", ""))
    if found is None:
        raise UnknownItem("You have no such passkey.")
    return found


def _said(error: SignInRefused | Malformed) -> str:
    return " ".join(said(fault.detail) for fault in error.faults) if isinstance(error, Malformed) else said(str(error))
