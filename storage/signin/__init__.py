"""Signing in: what is kept of it, and who proves who somebody is. `make_sign_in` joins them."""

from base64 import urlsafe_b64encode

from cases.ports_signin import Passkeys, Provider, SignIn
from storage.database import Database
from storage.signin.keeping import SqlSignInLookup, sign_in_works
from storage.signin.settings import ProviderSettings, SignInSettings
from storage.signing import Marks
from storage.work import Works

CALLBACK = "/desk/sign-in/oidc/callback"


def make_sign_in(settings: SignInSettings, database: Database, works: Works, marks: Marks) -> SignIn:
    """The ways of signing in that are set up. Nobody is asked over the network before somebody signs in."""
    address, provider = settings.public_url, settings.provider
    return SignIn(
        sign_in_works(database, works),
        SqlSignInLookup(database),
        settings.rules,
        address,
        _passkeys(settings, marks) if settings.takes_passkeys else None,
        _provider(provider, address + CALLBACK) if provider else None,
        provider.roles if provider else None,
        lambda what: urlsafe_b64encode(marks.form(what)).rstrip(b"=").decode(),
        marks.named_elsewhere,
    )


def _passkeys(settings: SignInSettings, marks: Marks) -> Passkeys:
    from storage.signin.passkeys import WebAuthn  # noqa: PLC0415 - a tenth of a second, for those who want it

    return WebAuthn(settings.public_url, settings.host, marks.handle)


def _provider(settings: ProviderSettings, callback: str) -> Provider:
    from storage.signin.provider import OpenIdProvider  # noqa: PLC0415 - a tenth of a second, for those who want it

    return OpenIdProvider(settings, callback)
