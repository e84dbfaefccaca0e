"""An authenticator in software (WebAuthn level 2): one key, with whatever is to be wrong about its answers."""

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ORIGIN = "http://localhost"


def text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


class SoftKey:
    """A passkey for one place. `options` are those the desk sends to the browser, as JSON."""

    def __init__(self, id_: bytes = b"k" * 32, host: str = "localhost") -> None:
        self.id, self.host, self.count = id_, host, 0
        self.private: EllipticCurvePrivateKey = generate_private_key(SECP256R1())
        self.handle = ""

    def create(self, options: str, **wrong: Any) -> str:
        """The answer to options for a new key."""
        told = json.loads(options)
        self.handle = told["user"]["id"]
        numbers = self.private.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        data = self._data(ATTESTED, **wrong) + attested
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client(told, "webauthn.create", **wrong)
        return self._answer({"clientDataJSON": text(client), "attestationObject": text(made)})

    def get(self, options: str, **wrong: Any) -> str:
        """The answer to options for a proof."""
        self.count += 1
        client, data = self._client(json.loads(options), "webauthn.get", **wrong), self._data(0, **wrong)
        signature = self.private.sign(data + sha256(client).digest(), ECDSA(SHA256()))
        told = {"clientDataJSON": text(client), "authenticatorData": text(data), "signature": text(signature)}
        return self._answer(told | {"userHandle": wrong.get("handle", self.handle)})

    def _data(self, more: int, **wrong: Any) -> bytes:
        flags = wrong.get("flags", PRESENT | VERIFIED) | more
        host = wrong.get("host", self.host)
        return sha256(host.encode()).digest() + bytes([flags]) + wrong.get("count", self.count).to_bytes(4, "big")

    def _client(self, options: dict[str, Any], kind: str, **wrong: Any) -> bytes:
        told = {"type": kind, "challenge": options["challenge"], "origin": ORIGIN, "crossOrigin": False}
        return json.dumps(told | {name: wrong[name] for name in told if name in wrong}).encode()

    def _answer(self, response: dict[str, str]) -> str:
        return json.dumps({"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response})
