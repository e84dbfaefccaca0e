"""Passkeys, judged by the library `webauthn` (W3C WebAuthn level 2).

Every key is discoverable and verifies its user, so that a passkey alone is two factors; attestation is not asked for:
which make of authenticator somebody has is nobody's business here.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from cases.ports_signin import Passkey, Registered
from cases.sessions import Why, refused

NAME = "Rule 1.2 Desk"
PATIENCE = 5 * 60 * 1000  # milliseconds a browser waits for its user
LONGEST_ANSWER = 20_000
LONGEST_ID = 1023  # WebAuthn level 3, section 6.1


class WebAuthn:
    """Ceremonies for one origin, such as `https://desk.example.org`; its host is the place passkeys are made for."""

    def __init__(self, origin: str, host: str, handle_of: Callable[[str], bytes]) -> None:
        self._origin, self._host, self._handle_of = origin, host, handle_of

    def to_register(self, person: str, name: str, challenge: bytes, known: Sequence[bytes]) -> str:
        """Options for `navigator.credentials.create`. The user handle is a keyed mark, not the staff number."""
        return options_to_json(
            generate_registration_options(
                rp_id=self._host,
                rp_name=NAME,
                user_name=person,
                user_display_name=name,
                user_id=self._handle_of(person),
                challenge=challenge,
                timeout=PATIENCE,
                attestation=AttestationConveyancePreference.NONE,
                authenticator_selection=AuthenticatorSelectionCriteria(
                    resident_key=ResidentKeyRequirement.REQUIRED,
                    user_verification=UserVerificationRequirement.REQUIRED,
                ),
                exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
            )
        )

    def registered(self, answer: str, challenge: bytes) -> Registered:
        """Raises SignInRefused: the bytes are a stranger's, and what they make the library raise is no closed set."""
        try:
            made = verify_registration_response(
                credential=_read(answer),
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except Exception as error:
            raise refused(Why.PASSKEY) from error
        if not 1 <= len(made.credential_id) <= LONGEST_ID:
            raise refused(Why.PASSKEY)
        return Registered(made.credential_id, made.credential_public_key, made.sign_count)

    def to_prove(self, challenge: bytes, known: Sequence[bytes]) -> str:
        """Options for `navigator.credentials.get`; with no key named, the browser offers those it has for this host."""
        return options_to_json(
            generate_authentication_options(
                rp_id=self._host,
                challenge=challenge,
                timeout=PATIENCE,
                allow_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
                user_verification=UserVerificationRequirement.REQUIRED,
            )
        )

    def shown(self, answer: str) -> bytes:
        """The id an answer names. Raises SignInRefused."""
        try:
            return base64url_to_bytes(str(_read(answer)["rawId"]))
        except Exception as error:
            raise refused(Why.PASSKEY) from error

    def proved(self, answer: str, challenge: bytes, passkey: Passkey) -> int:
        """The new sign count. Raises SignInRefused, also for a count that did not rise."""
        try:
            told = _read(answer)
            self._must_name(told["response"].get("userHandle"), passkey.person)
            proof = verify_authentication_response(
                credential=told,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except Exception as error:
            raise refused(Why.PASSKEY) from error
        return proof.new_sign_count

    def _must_name(self, handle: str | None, person: str) -> None:
        """Raises ValueError for the user handle of somebody else."""
        if handle and base64url_to_bytes(handle) != self._handle_of(person):
            raise ValueError


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError
    told = json.loads(answer)
    if not isinstance(told, dict):
        raise TypeError
    return told
