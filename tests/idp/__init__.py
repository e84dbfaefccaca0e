"""The identity provider of the tests: npm `oidc-provider`, installed by `make test` into build/idp."""

import fcntl
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests

from tests.server.running import free_port, until

HERE = Path(__file__).parent
INSTALLED = HERE.parents[1] / "build" / "idp"
PROGRAM = "provider.mjs"
AUDIENCE = "https://desk.example.org/api"
SECRET = "a secret between desk and provider"
ALICE = {"staff_number": "S0012", "email": "c0012@agency.example", "email_verified": True, "groups": ["desk-intake"]}


def install() -> None:
    """Put the provider where `node` finds its packages, once for each lock file. SystemExit says what is missing."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    with (INSTALLED / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        _install()
        program = (HERE / PROGRAM).read_bytes()
        if not (INSTALLED / PROGRAM).exists() or (INSTALLED / PROGRAM).read_bytes() != program:
            (INSTALLED / PROGRAM).write_bytes(program)


def _install() -> None:
    lock = (HERE / "package-lock.json").read_bytes()
    done = INSTALLED / "installed.json"
    if not done.exists() or done.read_bytes() != lock:
        if not (shutil.which("npm") and shutil.which("node")):
            raise SystemExit("node and npm are needed. On Debian: apt-get install nodejs npm")
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, INSTALLED)
        words = ["npm", "ci", "--omit-lockfile-registry-resolved", "--no-audit", "--no-fund", "--ignore-scripts"]
        ran = subprocess.run(words, cwd=INSTALLED, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise SystemExit(f"npm could not install the identity provider of the tests:\n{ran.stderr}")
        done.write_bytes(lock)


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """A running provider, and what it can be told."""

    port: int

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def order(self, what: str, **wanted: Any) -> Any:
        answer = requests.post(f"{self.issuer}/test/{what}", json=wanted, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def be(self, **account: Any) -> None:
        """Sign in somebody with these claims from now on, under a name of their own."""
        name = str(account.get("sub", account.get("staff_number", "alice")))
        self.order("be", who=name, accounts={name: account})

    def sign(self, claims: dict[str, Any], header: dict[str, Any] | None = None, **more: Any) -> str:
        """A token signed with the provider's key of now, or with another."""
        return str(self.order("sign", claims=claims, header=header or {}, **more)["token"])

    def access_token(self, at: datetime, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """An access token as this provider makes them, with some claims changed; None leaves one out."""
        now = int(at.timestamp())
        told = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": "alice",
            "client_id": "desk",
            "jti": "one",
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            **ALICE,
        }
        made = {name: value for name, value in (told | claims).items() if value is not None}
        return self.sign(made, {"typ": "at+jwt"} | (header or {}))

    def logout_token(self, at: datetime, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A logout token as this provider makes them, with some claims changed; None leaves one out."""
        now = int(at.timestamp())
        told = {
            "iss": self.issuer,
            "aud": "desk",
            "sub": "S0012",
            "jti": uuid4().hex,
            "iat": now,
            "exp": now + 120,
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        }
        made = {name: value for name, value in (told | claims).items() if value is not None}
        return self.sign(made, {"typ": "logout+jwt"} | (header or {}))

    def credentials_token(self) -> str:
        """An access token the provider itself made (client credentials), with the claims of whoever it signs in."""
        asked = {"grant_type": "client_credentials", "resource": AUDIENCE, "scope": "api"}
        answer = requests.post(f"{self.issuer}/token", data=asked, auth=("script", SECRET), timeout=10)
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def count(self, what: str) -> int:
        return int(self.order("counts").get(what, 0))


@contextmanager
def identity_provider(
    callback: str,
    *,
    plain_id_tokens: bool = False,
    back_channel: str = "",
    names_sessions: bool = True,
    signs_out: bool = True,
) -> Iterator[IdentityProvider]:
    """A provider of its own, stopped at the end. It tells `back_channel` who was signed out, if there is one."""
    install()
    port = free_port()
    told = {
        "port": port,
        "callback": callback,
        "audience": AUDIENCE,
        "secret": SECRET,
        "plainIdTokens": plain_id_tokens,
        "back": callback.partition("/oidc/")[0],
        "backChannel": back_channel,
        "namesSessions": names_sessions,
        "signsOut": signs_out,
    }
    program = INSTALLED / PROGRAM
    with (INSTALLED / f"log-{port}.txt").open("w") as log:
        process = subprocess.Popen(["node", program, json.dumps(told)], stdout=log, stderr=subprocess.STDOUT)
        try:
            found = IdentityProvider(port)
            until(lambda: process.poll() is None and _answers(found), "the identity provider")
            yield found
        finally:
            process.terminate()
            process.wait(10)


def _answers(provider: IdentityProvider) -> bool:
    try:
        return bool(requests.get(f"{provider.issuer}/jwks", timeout=1).ok)
    except requests.ConnectionError:
        return False
