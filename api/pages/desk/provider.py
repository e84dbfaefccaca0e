"""Signing in through the identity provider, and proving there again who one is."""

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from api.access import ANYONE, needs
from api.context import desk, now
from api.pages.desk.common import blueprint, go_on
from api.pages.desk.entering import choices
from api.pages.words import said
from api.sessions import (
    EVERY_ROLE,
    begin_proof,
    hand_out,
    own_path,
    proof_secret,
    shown_secret,
    signed_in,
    who_is_here,
)
from cases.casework.signin import provider as verbs
from cases.errors import SignInRefused


@blueprint.get("/sign-in/oidc/start")
@needs(ANYONE)
def start() -> ResponseReturnValue:
    """To the identity provider."""
    then = own_path(request.args.get("next", ""))
    begun = verbs.begin_provider_sign_in(desk(), then, now(), shown_secret())
    begin_proof(begun.secret)
    return redirect(begun.what, 303)


@blueprint.get("/step-up/oidc")
@signed_in(*EVERY_ROLE)
def start_step_up() -> ResponseReturnValue:
    """To the identity provider, to prove again who one is."""
    begun = verbs.begin_provider_step_up(desk(), who_is_here(), own_path(request.args.get("next", "")), now())
    begin_proof(begun.secret)
    return redirect(begun.what, 303)


@blueprint.get("/sign-in/oidc/callback")
@needs(ANYONE)
def callback() -> Response:
    """Back from the identity provider. What came with the browser is used up, whatever becomes of it."""
    try:
        done = verbs.finish_provider_sign_in(desk(), proof_secret(), request.args.to_dict(), now())
    except SignInRefused as error:
        return choices("/desk/", said(str(error)), 403)
    hand_out(done.who)
    return go_on(done.then)
