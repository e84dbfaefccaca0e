"""The installation's signatures: C2SP signed notes with Ed25519, and blind indexes.

Key names are the origin for checkpoints and bags, and origin/filing for filing proofs.
"""

import hmac
from collections.abc import Callable
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from cases.complaint import FilingProof
from cases.directory import folded
from cases.errors import CannotStart
from cases.notes import VerifierKey, sign_note
from storage.keys import SEALING_ROLES, SIGNING_ROLES, Keyring
from storage.masking import Masks


def verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether an Ed25519 signature (RFC 8032) is genuine. Junk is not; nothing is raised."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


class NoteSigner:
    """Signs with whatever signing keys this process holds."""

    def __init__(self, origin: str, keyring: Keyring) -> None:
        self.origin = origin
        self._keyring = keyring
        self._recipients = {role: keyring.sealing_key(role).id for role in SEALING_ROLES}
        self._signing = {role: keyring.signing_key(role) for role in SIGNING_ROLES}

    def filing_proof(self, proof: FilingProof) -> str:
        """The proof as a signed note."""
        return self._note(proof.text(), "proof")

    def checkpoint(self, text: str) -> str:
        """A checkpoint text as a signed note."""
        return self._note(text, "checkpoint")

    def bag(self, text: str) -> str:
        """A statement about an export as a signed note."""
        return self._note(text, "checkpoint")

    def recipients(self) -> dict[str, bytes]:
        """Key ids everything is sealed to now."""
        return dict(self._recipients)

    def fingerprint(self, mailbox_key: bytes) -> bytes:
        """SHA-256 of a mailbox's public key."""
        return sha256(mailbox_key).digest()

    def verifier_keys(self) -> tuple[VerifierKey, ...]:
        """What an auditor or reporter needs to check our signatures (`rule12 keys public`)."""
        public = self._keyring.public
        return tuple(VerifierKey(self._name(role), public[role]) for role in ("checkpoint", "proof"))

    def _note(self, text: str, role: str) -> str:
        key = self._signing[role]
        if key is None:
            raise CannotStart(f"This process does not hold the {role} signing key.")
        return sign_note(text, self._name(role), self._keyring.public[role], _signs(key))

    def _name(self, role: str) -> str:
        return self.origin if role == "checkpoint" else f"{self.origin}/filing"


def _signs(key: Ed25519PrivateKey) -> Callable[[bytes], bytes]:
    return key.sign


class Marks:
    """Blind indexes: HMAC-SHA-256 under a desk-only key, one label per field. Equality and nothing else.

    Marks that would lead to the reporter's team are made with a key of the identity compartment.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keys = {name: keyring.secret(name) for name in ("index", "identity_index")}
        self.masks = Masks(keyring)

    def wall(self, person: str) -> bytes:
        """Somebody a statement names: must never see the case."""
        return self._mark("index", "wall", person)

    def wall_by_identity(self, person: str) -> bytes:
        """Somebody walled off for what they are to the reporter."""
        return self._mark("identity_index", "wall", person)

    def addressee(self, person: str) -> bytes:
        """The supervisor a complaint was sent to."""
        return self._mark("identity_index", "addressee", person)

    def received(self, person: str) -> bytes:
        """A supervisor whom a complaint was sent to once."""
        return self._mark("identity_index", "received", person)

    def manager(self, person: str) -> bytes:
        """The reporter's own manager, told or not: never the custodian of their name."""
        return self._mark("identity_index", "manager", person)

    def aside(self, person: str) -> bytes:
        """A supervisor who stepped aside."""
        return self._mark("identity_index", "aside", person)

    def acted(self, number: str, person: str) -> bytes:
        """A supervisor who did something in one case; another mark in each, so that no two cases can be compared."""
        return self._mark("identity_index", "acted", f"{number}\x00{person}")

    def office(self, office: str) -> bytes:
        """Where a subject of a case works."""
        return self._mark("index", "office", folded(office))

    def look(self, what: str) -> bytes:
        """A look, so that it is written once per 15 minutes."""
        return self._mark("identity_index", "look", what)

    def form(self, what: str) -> bytes:
        """The token of a form: that it was made here, for this session in this role."""
        return self._mark("index", "form", what)

    def handle(self, person: str) -> bytes:
        """What an authenticator knows a person by."""
        return self._mark("index", "passkey", person)

    def named_elsewhere(self, name: str) -> bytes:
        """A name of an identity provider's: of a person, of a session there, of a token."""
        return self._mark("index", "elsewhere", name)

    def mail(self, what: str) -> bytes:
        """A mail that became a complaint."""
        return self._mark("index", "mail", what)

    def mail_seal(self, what: str) -> bytes:
        """The key of what is known of a mail."""
        return self._mark("index", "mail seal", what)

    def _mark(self, key: str, label: str, value: str) -> bytes:
        secret = self._keys[key]
        if secret is None:
            raise CannotStart(f"This process does not hold the {key} key.")
        return hmac.digest(secret, label.encode() + b"\x00" + value.encode(), "sha256")
