"""Signing in through the identity provider, proving there again who one is, and being signed out by it."""

import logging

from flask import Response, json, redirect, request
from flask.typing import ResponseReturnValue

from api.access import ANYONE, needs
from api.context import desk, now
from api.pages.desk.common import blueprint, go_on
from api.pages.desk.entering import choices
from api.pages.words import said
from api.sessions import (
    EVERY_ROLE,
    begin_proof,
    for_servers,
    form,
    hand_out,
    own_path,
    proof_secret,
    shown_secret,
    signed_in,
    who_is_here,
)
from cases.casework.signin import provider as verbs
from cases.casework.signin.leaving import end_by_provider
from cases.errors import LogoutRefused, SignInRefused

LOG = logging.getLogger("rule12.provider")


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


@blueprint.post("/sign-in/oidc/backchannel")
@for_servers
def back_channel() -> Response:
    """The provider says that somebody was signed out there (OpenID Connect Back-Channel Logout 1.0)."""
    try:
        end_by_provider(desk(), form().get("logout_token", ""), now())
    except LogoutRefused as error:
        LOG.warning("a logout token was refused: %s", error.why)
        told = {"error": "invalid_request", "error_description": error.why}
        return Response(json.dumps(told), 400, content_type="application/json")
    return Response(status=200)
