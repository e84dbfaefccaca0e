"""One's own sessions: the role one acts in, where one is signed in, proving again who one is."""

from uuid import UUID

from flask import Response, request
from flask.typing import ResponseReturnValue

from api.context import desk, now
from api.pages.desk.common import blueprint, offers, page, see
from api.pages.desk.entering import leave
from api.sessions import EVERY_ROLE, form, hand_out, own_path, signed_in, who_is_here
from cases.casework.signin.passkeys import list_passkeys
from cases.casework.signin.sessions import change_role, list_sessions, revoke_own
from cases.errors import UnknownItem
from cases.people import Role


@blueprint.post("/role")
@signed_in(*EVERY_ROLE)
def act_as() -> ResponseReturnValue:
    """Act in another of one's roles."""
    wanted = form().get("role", "")
    if wanted not in set(Role):
        raise UnknownItem("There is no such role.")
    hand_out(change_role(desk(), who_is_here(), Role(wanted), now()))
    return see("desk.home")


@blueprint.get("/sessions")
@signed_in(*EVERY_ROLE)
def sessions() -> Response:
    """Where this person is signed in."""
    return page("sessions.html", sessions=list_sessions(desk(), who_is_here().session.person, now()))


@blueprint.post("/sessions/end")
@signed_in(*EVERY_ROLE)
def end() -> ResponseReturnValue:
    """End one of one's own sessions, or all of them."""
    who, only = who_is_here(), _which(form().get("session", ""))
    ended = revoke_own(desk(), who, now(), only)
    if only is not None and not ended:
        raise UnknownItem("You have no such session.")
    if only in {None, who.session.id}:
        return leave(who)
    return see("desk.sessions")


def _which(text: str) -> UUID | None:
    """The session meant; None for all of them. Raises UnknownItem."""
    if text == "all":
        return None
    try:
        return UUID(text)
    except ValueError:
        raise UnknownItem("You have no such session.") from None


@blueprint.get("/step-up")
@signed_in(*EVERY_ROLE)
def step_up() -> Response:
    """How this person can prove again who they are."""
    has_passkey = bool(list_passkeys(desk(), who_is_here().session.person))
    minutes = int(desk().signin.rules.fresh.total_seconds() // 60)
    then = own_path(request.args.get("next", ""))
    return page("step_up.html", then=then, minutes=minutes, offers=offers(), has_passkey=has_passkey)
