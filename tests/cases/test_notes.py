from base64 import b64encode
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import example, given
from hypothesis import strategies as st

from cases.merkle import EMPTY_ROOT
from cases.notes import (
    MAX_EXTRA,
    MAX_NOTE,
    MAX_SIGNATURES,
    MAX_SIZE,
    Checkpoint,
    InclusionProof,
    NoteRefused,
    VerifierKey,
    key_id,
    open_note,
    sign_note,
)

VECTORS = Path(__file__).parents[1] / "vectors"
NAME = "ledger.example/rule12"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
PUBLIC, OTHER_PUBLIC = (key.public_key().public_bytes_raw() for key in (PRIVATE, OTHER))
KEY = VerifierKey(NAME, PUBLIC)
CHECKPOINT = Checkpoint(NAME, 513, bytes(range(32)))
LINE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
TEXT = st.lists(LINE, min_size=1, max_size=6).map(lambda lines: "\n".join(lines) + "\n")
HASH = st.binary(min_size=32, max_size=32)
NOISE = st.text(max_size=80) | st.text("— \nab+/=0A\r\ud800", max_size=60)


def verify(public, signature, message):
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def signed(text, name=NAME, private=PRIVATE):
    return sign_note(text, name, private.public_key().public_bytes_raw(), private.sign)


def opened(note, *keys):
    return open_note(note, keys or (KEY,), verify)


def line(name, identity, signature):
    return f"— {name} {b64encode(identity + signature).decode()}\n"


NOTE = signed(CHECKPOINT.text())


def test_the_note_published_with_the_go_implementation_opens():
    key = VerifierKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    signature = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    assert opened(f"{text}\n— PeterNeumann {signature}\n", key) == text


@given(TEXT)
@example("\n")
@example("\n\n\n")
@example("text\n\n— not.a/signature YWJjZGVm\n")
@example("\u2028\u0085\u007f\n")
def test_what_was_signed_opens_as_it_was(text):
    note = signed(text)
    assert note.startswith(text + "\n— ")
    assert opened(note) == text


@given(TEXT, st.data())
def test_an_attacker_who_changes_any_character_of_a_note_is_refused(text, data):
    note = signed(text)
    place = data.draw(st.integers(0, len(note) - 1))
    other = data.draw(st.characters(exclude_categories=["Cs"]).filter(lambda char: char != note[place]))
    with pytest.raises(NoteRefused):
        opened(note[:place] + other + note[place + 1 :])


@given(st.data())
def test_an_attacker_who_cuts_or_extends_a_note_is_refused(data):
    cut = data.draw(st.integers(0, len(NOTE) - 1))
    more = data.draw(st.sampled_from(["\n", " ", "x", "x\n", "\n\n", "— ", NOTE, "\r\n", f"\n— {NAME} AAAA\n"]))
    for forged in (NOTE[:cut], NOTE[cut + 1 :], NOTE + more):
        with pytest.raises(NoteRefused):
            opened(forged)


def test_an_attacker_who_slips_a_line_into_the_text_is_refused():
    text, _, signature = NOTE.partition("\n\n")
    for forged in (f"{text}\nextra\n\n{signature}", f"{text}\n\nextra\n\n{signature}", f"\n{NOTE}"):
        with pytest.raises(NoteRefused, match="does not verify"):
            opened(forged)


def test_an_attacker_who_signs_with_another_key_under_the_known_name_is_refused():
    forged = f"{CHECKPOINT.text()}\n" + line(NAME, KEY.id, OTHER.sign(CHECKPOINT.text().encode()))
    with pytest.raises(NoteRefused, match="does not verify"):
        opened(forged)
    with pytest.raises(NoteRefused, match="no known key"):
        opened(signed(CHECKPOINT.text(), private=OTHER))
    with pytest.raises(NoteRefused, match="no known key"):
        opened(signed(CHECKPOINT.text(), name="ledger.example/other"))


def test_unknown_signers_neither_help_nor_harm():
    stranger = line("stranger.example", b"\0\0\0\1", b"anything")
    assert opened(NOTE + stranger) == CHECKPOINT.text()
    with pytest.raises(NoteRefused, match="no known key"):
        opened(f"{CHECKPOINT.text()}\n{stranger}")
    with pytest.raises(NoteRefused, match="no known key"):
        open_note(NOTE, (), verify)


def test_two_known_keys_may_both_sign_and_neither_may_fail():
    second = VerifierKey("witness.example", OTHER_PUBLIC)
    both = NOTE + line(second.name, second.id, OTHER.sign(CHECKPOINT.text().encode()))
    assert opened(both, KEY, second) == opened(both, second) == CHECKPOINT.text()
    with pytest.raises(NoteRefused, match=r"signature of witness\.example"):
        opened(NOTE + line(second.name, second.id, bytes(64)), KEY, second)


def test_known_keys_that_cannot_be_told_apart_are_refused():
    colliding = [VerifierKey(NAME, number.to_bytes(32, "big")) for number in (20950, 61923)]
    assert colliding[0].id == colliding[1].id
    with pytest.raises(NoteRefused, match="share a name"):
        opened(NOTE, KEY, *colliding)
    assert opened(NOTE, KEY, KEY) == CHECKPOINT.text()


def test_a_signature_of_another_length_never_reaches_the_verifier():
    def never(*_):
        pytest.fail("asked to verify what cannot be a signature")

    for length in (1, 63, 65, 5000):
        with pytest.raises(NoteRefused):
            open_note(f"text\n\n{line(NAME, KEY.id, bytes(length))}", [KEY], never)


def test_the_bounds_on_signatures_and_length_are_kept():
    strangers = [line(f"stranger.example/{number}", b"1234", b"5") for number in range(MAX_SIGNATURES)]
    assert opened(NOTE + "".join(strangers[1:])) == CHECKPOINT.text()
    with pytest.raises(NoteRefused, match="signatures"):
        opened(NOTE + "".join(strangers))
    room = MAX_NOTE - len(signed("\n").encode())
    assert len(signed("x" * room + "\n").encode()) == MAX_NOTE
    for text in ("x" * (room + 1) + "\n", "é" * (room // 2 + 1) + "\n", "x" * MAX_NOTE * 2 + "\n"):
        with pytest.raises(NoteRefused, match="longer"):
            signed(text)


@pytest.mark.parametrize("text", ["", "no newline", "tab\t\n", "\r\n", "nul\0\n", "\x1f\n", "\ud800\n"], ids=ascii)
def test_a_text_that_no_verifier_would_take_is_not_signed(text):
    with pytest.raises(NoteRefused):
        signed(text)


@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(65)], ids=len)
def test_a_signer_that_returns_no_signature_makes_no_note(signature):
    with pytest.raises(NoteRefused):
        sign_note("text\n", NAME, PUBLIC, lambda _: signature)


@pytest.mark.parametrize(
    "name", ["", "a b", "a+b", "a\nb", "a\tb", "\u00a0", "\u3000", "\u0085", "\0", "\ud800"], ids=ascii
)
def test_a_name_that_no_key_may_have_is_refused(name):
    with pytest.raises(NoteRefused):
        VerifierKey(name, PUBLIC)
    with pytest.raises(NoteRefused):
        opened(f"text\n\n{line('x', KEY.id, bytes(64)).replace(' x ', f' {name} ')}")


@given(LINE.filter(lambda name: name and "+" not in name and not any(map(str.isspace, name))), HASH)
def test_a_verifier_key_reads_back_as_itself(name, public):
    key = VerifierKey(name, public)
    assert VerifierKey.parse(key.encode()) == key
    assert key.encode().split("+")[1] == key_id(name, public).hex()


def test_no_altered_verifier_key_is_taken():
    text = KEY.encode()
    name, identity, public = text.split("+", 2)
    for other in (
        f"{name}+{public}",
        f"{name}x+{identity}+{public}",
        f"{name}+{identity.upper()}+{public}",
        f"{name}+{identity}+{public}=",
        f"{name}+{identity}+{public}\n",
        f"{name}+{identity}+{b64encode(PUBLIC).decode()}",
        f"{name}+{identity}+{b64encode(bytes([4]) + PUBLIC).decode()}",
        f"{name}+{identity}+{b64encode(bytes([1]) + OTHER_PUBLIC).decode()}",
        f"{name}+{identity}+{b64encode(bytes([1]) + PUBLIC[:31]).decode()}",
    ):
        with pytest.raises(NoteRefused):
            VerifierKey.parse(other)


@given(LINE.filter(bool), st.integers(0, MAX_SIZE), HASH)
def test_a_checkpoint_reads_back_as_itself(origin, size, root):
    checkpoint = Checkpoint(origin, size, root)
    assert Checkpoint.parse(checkpoint.text()) == checkpoint


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [
        *[(origin, 1, bytes(32)) for origin in ("", "a\nb", "a\tb", "\ud800")],
        *[("a", size, bytes(32)) for size in (-1, MAX_SIZE + 1)],
        *[("a", 1, bytes(length)) for length in (0, 31, 33)],
    ],
)
def test_a_checkpoint_that_cannot_be_written_is_refused(origin, size, root):
    with pytest.raises(NoteRefused):
        Checkpoint(origin, size, root)


@given(st.integers(0, 512), st.lists(HASH, max_size=63), st.none() | st.binary(min_size=1, max_size=50))
def test_an_inclusion_proof_reads_back_as_itself(index, hashes, extra):
    proof = InclusionProof(index, tuple(hashes), NOTE, extra)
    assert InclusionProof.parse(proof.text()) == proof


def test_an_inclusion_proof_is_written_as_the_specification_shows():
    proof = InclusionProof(7, (EMPTY_ROOT, bytes(32)), NOTE, b"hint")
    assert proof.text() == (
        "c2sp.org/tlog-proof@v1\nextra aGludA==\nindex 7\n"
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
        f"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n{NOTE}"
    )
    assert InclusionProof(0, (), NOTE).text() == f"c2sp.org/tlog-proof@v1\nindex 0\n\n{NOTE}"


def test_no_altered_inclusion_proof_is_taken():
    good = InclusionProof(7, (EMPTY_ROOT,), NOTE, b"hint").text()
    for old, new in (
        ("@v1", "@v2"),
        ("extra aGludA==", "extra "),
        ("extra aGludA==", "extra aGludA"),
        ("extra aGludA==", "extra aGludB=="),
        ("extra aGludA==", "extra aGludA==\nextra aGludA=="),
        ("extra aGludA==\nindex 7", "index 7\nextra aGludA=="),
        ("index 7", "index 07"),
        ("index 7", "index  7"),
        ("index 7", "index \u0667"),
        ("index 7", "index 513"),
        ("index 7\n", ""),
        ("hSuFU=", "hSuFV="),
        ("hSuFU=", "hSuFU=\nAAAA"),
        ("index 7\n", "index 7\n\n"),
        ("\n\n— ", "\n— "),
    ):
        assert old in good
        with pytest.raises(NoteRefused):
            InclusionProof.parse(good.replace(old, new))
    for text in ("", good[:-1], good + "\n", good.replace("\n", "\r\n"), good + "x" * 10**6):
        with pytest.raises(NoteRefused):
            InclusionProof.parse(text)


@pytest.mark.parametrize(
    ("index", "hashes", "note", "extra"),
    [
        *[(index, (), NOTE, None) for index in (-1, CHECKPOINT.size, MAX_SIZE + 1)],
        *[(0, hashes, NOTE, None) for hashes in ((bytes(31),), (bytes(32),) * 64)],
        *[(0, (), note, None) for note in ("", CHECKPOINT.text(), signed("not a checkpoint\n"))],
        *[(0, (), NOTE, extra) for extra in (b"", bytes(MAX_EXTRA + 1))],
    ],
)
def test_a_proof_that_cannot_be_written_is_refused(index, hashes, note, extra):
    with pytest.raises(NoteRefused):
        InclusionProof(index, hashes, note, extra)


@given(NOISE)
def test_no_noise_makes_a_reader_fail_in_any_other_way(noise):
    good = InclusionProof(7, (EMPTY_ROOT,), NOTE, b"hint").text()
    for text in (
        noise,
        f"{CHECKPOINT.text()}\n{noise}",
        f"{NOTE}{noise}\n",
        good.replace("index 7", noise),
        f"a+{noise}",
    ):
        for read in (opened, VerifierKey.parse, Checkpoint.parse, InclusionProof.parse):
            with suppress(NoteRefused):
                read(text)


def golden(pattern):
    paths = sorted(VECTORS.glob(pattern))
    assert paths, f"no golden files {pattern}"
    return [pytest.param(path, id=path.stem) for path in paths]


@pytest.mark.parametrize("path", golden("checkpoint-*.txt"))
def test_the_golden_checkpoints_still_mean_the_same(path):
    head, _, note = path.read_bytes().decode().partition("\n\n")
    fields = dict(field.split(": ", 1) for field in head.split("\n"))

    def read():
        return Checkpoint.parse(opened(note, VerifierKey.parse(fields["key"])))

    if fields["expect"] == "opens":
        wanted = Checkpoint(fields["origin"], int(fields["size"]), bytes.fromhex(fields["root"]))
        assert read() == wanted, fields["note"]
    else:
        assert fields["expect"] == "refused"
        with pytest.raises(NoteRefused):
            read()
