"""Pages for whoever is signed in: the cookie of their session, who may open a page, and forms nobody else can send.

A page says who may open it with `signed_in(Role, …)`, as an endpoint does with `needs`. Below it, every POST must come
from a page of ours, opened in this session and in this role.
"""

import hmac
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from flask import Response, g, request

from api.access import ANYONE, MARK, let_in
from api.context import desk, now
from api.pages.forms import plain_fields
from cases.casework.signin.sessions import SignedIn, session_of
from cases.errors import FormRefused, SignInNeeded
from cases.people import Role
from cases.sessions import is_fresh

P = ParamSpec("P")
R = TypeVar("R")
EVERY_ROLE: Final = tuple(Role)
HOME = "/desk/"
FOR_SERVERS = "for_servers"
LONGEST_PATH = 300
NOT_OURS = "This form does not come from a page of this desk. Nothing was done. Open the page again and send it anew."
OTHER_SESSION = (
    "This form was opened before you signed in or changed your role. Nothing was done. Open the page again and send it "
    "anew."
)
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def signed_in(*roles: Role, streams: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Say who may open a page. Directly under the route; for a POST, the form is checked before anything is read.

    A form that `streams` files is not read here: its view checks the first part, with `must_be_of_this_session`.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if request.method == "POST":
                must_come_from_us()
            who = _find_session()
            g.actor, g.fresh = who.actor, is_fresh(who.session.proved_at, desk().signin.rules, now())
            let_in(frozenset(roles))
            if request.method == "POST" and not streams:
                g.form = plain_fields()
                must_be_of_this_session(g.form.pop("form_token", ""))
            return view(*args, **kwargs)

        setattr(guarded, MARK, roles)
        return guarded

    return decorate


def for_anyone(view: Callable[P, R]) -> Callable[P, R]:
    """A page of signing in: for anyone, but a form must come from a page of ours all the same. Under the route.

    Otherwise another site could sign a browser in as somebody else, and read what is then written there.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if request.method == "POST":
            must_come_from_us()
            g.form = plain_fields()
        return view(*args, **kwargs)

    setattr(guarded, MARK, (ANYONE,))
    return guarded


def for_servers(view: Callable[P, R]) -> Callable[P, R]:
    """A form that another server sends, and no browser: what it carries must prove itself, and no cookie is read.

    The one exception from forms that must come from a page of ours. Under the route.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        g.form = plain_fields()
        return view(*args, **kwargs)

    setattr(guarded, MARK, (ANYONE,))
    setattr(guarded, FOR_SERVERS, True)
    return guarded


def who_is_here() -> SignedIn:
    """Whoever is signed in; only behind `signed_in`."""
    return cast("SignedIn", g.who)


def who_may_be_here() -> SignedIn | None:
    """Whoever is signed in on this page, if it asked."""
    return cast("SignedIn | None", g.get("who"))


def form() -> dict[str, str]:
    """The fields of the form; only behind `signed_in`, `for_anyone` or `for_servers`, in a POST."""
    return cast("dict[str, str]", g.form)


def must_come_from_us() -> None:
    """Refuse a form that another site sent. Raises FormRefused.

    Browsers say where a form comes from (`Sec-Fetch-Site`, `Origin`); one that says neither cannot be told apart.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if (site is None and origin is None) or site not in {None, "same-origin", "none"}:
        raise FormRefused(NOT_OURS)
    if origin is not None and not _is_our(origin):
        raise FormRefused(NOT_OURS)


def _is_our(origin: str) -> bool:
    ours = urlsplit(desk().signin.public_url)
    if origin == desk().signin.public_url:
        return True
    try:
        theirs = urlsplit(origin)
        same_port = theirs.port == ours.port
    except ValueError:
        return False
    # On this very machine it has several names: only whoever runs it can tell a browser to go there.
    names = {ours.hostname, theirs.hostname} <= set(LOOPBACK)
    return names and same_port and ours.scheme == theirs.scheme == "http" and origin == _origin_asked()


def _origin_asked() -> str:
    return request.host_url.rstrip("/")


def form_token(who: SignedIn) -> str:
    """What every form of this session in this role carries: a keyed mark, so nothing needs to be kept."""
    return desk().signin.form_mark(f"{who.session.id} {who.session.role}")


def must_be_of_this_session(shown: str) -> None:
    """Refuse a form that was not opened in this session, in this role. Raises FormRefused."""
    if not hmac.compare_digest(shown.encode("utf-8", "replace"), form_token(who_is_here()).encode()):
        raise FormRefused(OTHER_SESSION)


def _find_session() -> SignedIn:
    secret = shown_secret()
    if not secret:
        raise SignInNeeded("Sign in first.")
    g.who = session_of(desk(), secret, now())
    hand_out(g.who)
    return cast("SignedIn", g.who)


def shown_secret() -> str:
    """The secret of a session this browser shows, good or not."""
    return request.cookies.get(cookie_name(), "")


def hand_out(who: SignedIn) -> None:
    """Let the answer give the browser the secret it is to hold from now on, if there is a new one."""
    g.who = who
    if who.secret:
        g.handed_out = who.secret


def take_back() -> None:
    """Let the answer take the secret away from the browser; nobody is here any more."""
    g.handed_out = ""
    g.pop("who", None)


def is_secure() -> bool:
    return desk().signin.public_url.startswith("https:")


def cookie_name(of: str = "") -> str:
    """`__Host-`: no other host, nor a plain connection, can have set it (RFC 6265bis). Loopback has no certificate."""
    return f"{'__Host-' if is_secure() else ''}rule12{of}"


def begin_proof(secret: str) -> None:
    """Let the answer give the browser the secret of a proof it begins. It comes back from another site, hence Lax."""
    g.proof = secret


def proof_secret() -> str:
    """The secret of the proof this browser began; it is taken back."""
    g.proof = ""
    return shown_proof()


def shown_proof() -> str:
    """The same, left where it is."""
    return request.cookies.get(cookie_name("-state"), "")


def set_cookies(answer: Response) -> Response:
    """Whatever the views decided about cookies."""
    session, proof = g.get("handed_out"), g.get("proof")
    if session is not None:
        _set(answer, cookie_name(), session, "Strict")
    if proof is not None:
        _set(answer, cookie_name("-state"), proof, "Lax", desk().signin.rules.ceremony.total_seconds())
    return answer


def _set(answer: Response, name: str, value: str, same_site: str, seconds: float | None = None) -> None:
    rules: dict[str, Any] = {"path": "/", "secure": is_secure(), "httponly": True, "samesite": same_site}
    age = 0 if not value else None if seconds is None else int(seconds)
    answer.set_cookie(name, value, max_age=age, **rules)


def own_path(text: str) -> str:
    """Where to go on: a path of ours, or the first page instead. Never another host, in whatever spelling."""
    path = text.partition("?")[0].partition("#")[0]
    safe = (
        text.startswith(HOME)
        and len(text) <= LONGEST_PATH
        and text.isascii()
        and text.isprintable()
        and not set(text) & set(" \\<>\"'")
        and not any(part in {"", ".", ".."} for part in path.removeprefix("/").split("/")[:-1])
        and path.rpartition("/")[2] not in {".", ".."}
    )
    return text if safe else HOME
