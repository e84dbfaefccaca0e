"""The golden files, replayed. They are never made anew: what was sealed or signed once must mean the same for ever."""

import base64
import json
import re
from datetime import datetime
from hashlib import sha256, shake_256
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cases.complaint import FilingProof
from cases.errors import CannotStart, EvidenceUnreadable, ReceiptRefused
from cases.ledger import About, Entry, EntryKind
from cases.merkle import leaf_hash
from cases.notes import Checkpoint, VerifierKey, open_note
from cases.place import PADDED_TO, SEALED_FOR, Kind, Place, Recipient, SealedPart, Wrap, origin_hash
from cases.ranges import Span
from cases.receipt import read_receipt, write_receipt
from cases.visit import Visit
from storage.hybrid import PrivateKey
from storage.keys import Keyring, _unwrapped
from storage.pieces import SealedFile
from storage.receipts import mailbox_id, mailbox_key
from storage.sealing import object_key, unseal
from storage.signing import Marks, NoteSigner, verify
from storage.visits import mark_of, opened, sealed
from tests.storage.making import HEAD, SEALED_CHUNK, what_comes_out

VECTORS = Path(__file__).parents[1] / "vectors"


def golden(pattern):
    paths = sorted(VECTORS.glob(pattern))
    assert paths
    return pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in paths])


def read(path):
    """Fields of head and body; a field given on several lines is joined."""
    fields = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, found, value = line.partition(": ")
        if found or line.endswith(":"):
            fields[name.rstrip(":")] = fields.get(name, "") + value
    return fields


def place_of(fields):
    kind = Kind[fields["kind"].upper()]
    return Place(origin_hash(fields["origin"]), kind, UUID(fields["owner"]), UUID(fields["object"]))


def raw(fields, name):
    return bytes.fromhex(fields[name])


@golden("place-*.txt")
def test_a_place_is_still_written_as_it_was(path):
    fields = read(path)
    assert bytes(place_of(fields)) == raw(fields, "place")


def test_no_kind_of_place_goes_without_a_golden_file():
    assert {read(path)["kind"] for path in VECTORS.glob("place-*.txt")} == {kind.slug for kind in Kind}


def test_the_formats_say_of_every_kind_who_it_is_sealed_for_and_how_far_it_is_filled_up():
    told = (VECTORS.parents[1] / "docs" / "formats.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) (\w+) \|.*\| ([a-z, ]+) \|$", told, re.MULTILINE)
    assert {(int(byte), slug, frozenset(sealed.split(", "))) for byte, slug, sealed in rows} == {
        (kind.value, kind.slug, SEALED_FOR[kind]) for kind in Kind
    }
    padded = told.partition("to a multiple of: ")[2].partition("\n\n")[0]
    assert dict(re.findall(r"(\w+) (\d+)", padded)) == {kind.slug: str(step) for kind, step in PADDED_TO.items()}


@golden("key-x-wing-*.txt")
def test_a_seed_expands_to_the_published_x_wing_key(path):
    fields = read(path)
    assert PrivateKey.from_seed(raw(fields, "seed")).public == raw(fields, "public")


@golden("keyfile-*.txt")
def test_a_wrapped_private_key_still_opens_with_its_key_file_alone(path, tmp_path):
    fields = read(path)
    file = tmp_path / ("identity.key" if fields["role"] == "identity" else "desk.key")
    file.touch(0o600)
    file.write_text(fields["file"] + "\n")
    arguments = fields["role"], raw(fields, "public"), raw(fields, "wrapped"), tmp_path
    if fields["expect"] == "opens":
        assert len(base64.b64decode(fields["file"])) == 32
        assert _unwrapped(*arguments) == raw(fields, "private")
    else:
        with pytest.raises(CannotStart, match="belongs to another installation"):
            _unwrapped(*arguments)


@golden("wrap-*.txt")
def test_a_wrap_of_old_still_opens_and_a_false_one_never(path):
    fields = read(path)
    key, sealed = PrivateKey.from_seed(raw(fields, "seed")), raw(fields, "sealed")
    wrap = Wrap(Recipient(fields["role"]), key.id, sealed)
    if fields["expect"] == "opens":
        assert key.unwrap(wrap, place_of(fields)) == raw(fields, "secret")
    else:
        with pytest.raises(EvidenceUnreadable):
            key.unwrap(wrap, place_of(fields))


def tampered(fields):
    """An object vector that changes another one: its bytes and fields after the change."""
    base = {**read(VECTORS / fields["of"]), **fields}
    sealed = raw(base, "sealed") + bytes.fromhex(fields.get("append", ""))
    if keep := int(fields.get("keep", "0")):
        sealed = sealed[:keep]
    if "flip" in fields:
        at = int(fields["flip"]) % len(sealed)
        sealed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
    if "swap" in fields:
        one, other = (HEAD + int(number) * SEALED_CHUNK for number in fields["swap"].split())
        first, second = sealed[one : one + SEALED_CHUNK], sealed[other : other + SEALED_CHUNK]
        sealed = sealed[:one] + second + sealed[one + SEALED_CHUNK : other] + first + sealed[other + SEALED_CHUNK :]
    return base, sealed


@golden("object-*.txt")
def test_an_object_of_old_still_opens_and_a_false_one_never(path):
    fields = read(path)
    base, sealed = tampered(fields) if "of" in fields else (fields, raw(fields, "sealed"))
    place = place_of(base)
    key = object_key(raw(base, "secret"), raw(base, "shred-key"), place)
    if base["expect"] == "opens":
        _, rule, size = base["plain"].split()
        assert unseal(sealed, key, place) == shake_256(rule.encode()).digest(int(size))
        assert sha256(unseal(sealed, key, place)).hexdigest() == base["plain-sha256"]
    else:
        with pytest.raises(EvidenceUnreadable):
            unseal(sealed, key, place)


class Watched(BytesIO):
    """A file that notes what is read of it."""

    def __init__(self, content):
        super().__init__(content)
        self.reads = []

    def read(self, size=-1):
        self.reads.append(f"{self.tell()} {size}")
        return super().read(size)


@golden("piece-*.txt")
def test_a_piece_of_an_object_of_old_still_lies_where_it_lay_and_a_false_one_never_opens(path):
    fields = read(path)
    base, sealed = tampered(fields)
    place, span = place_of(base), Span(*map(int, fields["span"].split()))
    file, key = Watched(sealed), object_key(raw(base, "secret"), raw(base, "shred-key"), place)
    out, refusal = what_comes_out(lambda: SealedFile(file, key, place).piece(span))
    if fields["expect"] == "opens":
        assert refusal is None
        assert sha256(out).hexdigest() == fields["plain-sha256"]
        assert file.reads == re.findall(r"^read: (\d+ \d+)$", path.read_text(), re.MULTILINE)
    else:
        assert (out, refusal is None) == (b"", False)


@golden("receipt-*.txt")
def test_a_receipt_of_old_still_leads_to_its_mailbox(path):
    fields = read(path)
    if fields["expect"] == "refused":
        with pytest.raises(ReceiptRefused):
            read_receipt(fields["receipt"])
        return
    secret, origin = read_receipt(fields["receipt"]), origin_hash(fields["origin"])
    assert secret == raw(fields, "secret")
    assert write_receipt(secret)[-1] == fields["check"]
    assert mailbox_id(secret, origin) == raw(fields, "mailbox-id")
    assert sha256(mailbox_key(secret, origin).public).digest() == raw(fields, "mailbox-public-sha256")


def parts_of(path):
    lines = [line.split()[1:] for line in path.read_text().splitlines() if line.startswith("part: ")]
    return tuple(
        SealedPart(UUID(one), Kind[slug.upper()], UUID(int=0), 0, bytes.fromhex(digest), ())
        for one, slug, digest in lines
    )


@golden("entry-*.txt")
def test_an_entry_is_still_written_as_it_was(path):
    fields = read(path)
    entry = Entry(
        UUID(fields["id"]),
        raw(fields, "nonce"),
        EntryKind(fields["kind"]),
        About(*fields["about"].split()),
        datetime.fromisoformat(fields["at"]),
        fields["actor"],
        fields["role"],
        fields["action"],
        int(fields["version"]) if "version" in fields else None,
        json.loads(fields["facts"]),
        parts_of(path),
    )
    body = raw(fields, "canonical")
    assert entry.canonical() == body == rfc8785.dumps(json.loads(body))
    assert entry.leaf() == leaf_hash(body) == raw(fields, "leaf")


def signer_of(fields, role):
    """A signer that holds one signing key; the others are only there to be complete."""
    public = {name: PrivateKey.from_seed(bytes(32)).public for name in ("desk", "identity", "sorting")}
    mine = Ed25519PrivateKey.from_private_bytes(raw(fields, "seed")).public_key().public_bytes_raw()
    return NoteSigner(fields["origin"], Keyring({**public, role: mine}, {role: raw(fields, "seed")})), mine


def head_and_note(path):
    head, _, note = path.read_text(encoding="utf-8").partition("\n\n")
    return dict(line.split(": ", 1) for line in head.splitlines()), note


@golden("filing-proof-*.txt")
def test_a_filing_proof_is_still_signed_as_it_was(path):
    fields, note = head_and_note(path)
    recipients = {name: raw(fields, f"recipient-{name}") for name in ("desk", "identity", "sorting")}
    received = datetime.fromisoformat(fields["received-at"])
    facts = (fields["origin"], UUID(fields["complaint"]), raw(fields, "digest"), received, recipients)
    proof = FilingProof(*facts, raw(fields, "mailbox"))
    signer, public = signer_of(fields, "proof")
    assert signer.filing_proof(proof) == note
    assert open_note(note, [VerifierKey(f"{fields['origin']}/filing", public)], verify) == proof.text()


@golden("signer-checkpoint*.txt")
def test_a_checkpoint_is_still_signed_as_it_was(path):
    fields, note = head_and_note(path)
    checkpoint = Checkpoint(fields["origin"], int(fields["size"]), raw(fields, "root"))
    signer, public = signer_of(fields, "checkpoint")
    assert signer.checkpoint(checkpoint.text()) == note
    assert Checkpoint.parse(open_note(note, [VerifierKey(fields["origin"], public)], verify)) == checkpoint


@golden("mark-*.txt")
def test_the_mark_of_a_person_is_still_the_same(path):
    fields = read(path)
    keys = {"index": raw(fields, "index"), "identity_index": raw(fields, "identity-index")}
    marks, person = Marks(Keyring({}, keys)), fields["person"]
    assert marks.wall(person) == raw(fields, "wall")
    assert marks.wall_by_identity(person) == raw(fields, "wall-by-identity")
    assert marks.addressee(person) == raw(fields, "addressee")
    assert marks.look(person) == raw(fields, "look")


@golden("visit-*.txt")
def test_a_visit_of_old_still_opens_and_a_false_one_never(path):
    fields = read(path)
    secret, cookie = raw(fields, "secret"), fields["cookie"]
    times = (datetime.fromisoformat(fields[name]) for name in ("opened-at", "used-at"))
    visit = Visit(raw(fields, "receipt-secret"), *times)
    found = opened(base64.urlsafe_b64decode(cookie + "=="), secret)
    if fields["expect"] == "opens":
        assert found == visit
        assert sealed(visit, secret, int(fields["period"]), raw(fields, "nonce")) == cookie
        assert mark_of(visit, secret) == fields["mark"]
    else:
        assert found is None
