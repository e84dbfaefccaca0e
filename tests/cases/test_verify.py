import json
import tracemalloc
from contextlib import suppress
from hashlib import sha256
from itertools import count
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from cases.bag import Chosen, statement
from cases.complaint import FilingProof
from cases.errors import LedgerBroken
from cases.ledger import About, Entry, EntryKind
from cases.merkle import leaf_hash
from cases.notes import InclusionProof, VerifierKey
from cases.tiles import inclusion_proof
from cases.verify import verify_bag, verify_filing, verify_proof
from tests.cases.test_bag import AT, DAY, ORIGIN, LedgerInMemory, bag_of, cases, files_of, life, number, zipped

ENTRIES, CSV, CHECKPOINT = "data/entries.ndjson", "data/cases.csv", "data/checkpoint"
MANIFEST, TAGS = "manifest-sha256.txt", "tagmanifest-sha256.txt"
LAST_TILE, FULL_TILE, UPPER_TILE = "data/tiles/0/001.p/44", "data/tiles/0/000", "data/tiles/1/000.p/1"


def ed25519(public, signature, message):
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


LEDGER = LedgerInMemory(life(300), cases(50))
KEYS = [LEDGER.key]
ATTACKER = LedgerInMemory(seed=66)


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    """A whole bag of 300 entries: two tiles of leaves, one above. Attackers get a copy."""
    return files_of(bag_of(LEDGER, tmp_path_factory.mktemp("honest") / "bag"))


@pytest.fixture
def bag(honest):
    return dict(honest)


@pytest.fixture(params=["folder", "zip"])
def hand_over(request, tmp_path):
    """Gives files to the auditor in either form, and says what was refused first, or what was verified."""

    turns = count()

    def give(files, keys=KEYS):
        handed = tmp_path / f"handed-{next(turns)}"
        if request.param == "zip":
            handed.write_bytes(zipped(files))
        else:
            for name, data in files.items():
                (handed / name).parent.mkdir(parents=True, exist_ok=True)
                (handed / name).write_bytes(data)
        try:
            return verify_bag(handed, keys, ed25519)
        except LedgerBroken as broken:
            return str(broken)

    return give


def lines(bag):
    return bag[ENTRIES].splitlines(keepends=True)


def with_lines(bag, changed):
    bag[ENTRIES] = b"".join(changed)
    return bag


def edited(bag, index):
    """Swap who acted, in the line at `index`."""
    rows = lines(bag)
    rows[index] = rows[index].replace(b'"actor":"4021"', b'"actor":"4022"')
    return rows


def retiled(bag, tile, index):
    """Make the level-0 tile agree with the line at `index`."""
    at = index % 256 * 32
    leaf = leaf_hash(lines(bag)[index][:-1])
    bag[tile] = bag[tile][:at] + leaf + bag[tile][at + 32 :]
    return bag


def relisted(bag):
    """Make both manifests agree with the files."""
    for manifest, inside in ((MANIFEST, True), (TAGS, False)):
        names = [name for name in bag if name.startswith("data/") is inside and name not in (TAGS, "bag.sig")]
        bag[manifest] = "".join(f"{sha256(bag[name]).hexdigest()}  {name}\n" for name in sorted(names)).encode()
    return bag


def test_an_honest_bag_verifies(bag, hand_over):
    verified = hand_over(bag)
    tree = InmemoryTree(algorithm="sha256")
    for body in LEDGER.bodies:
        tree.append_entry(body)
    assert (verified.entries, verified.withheld, verified.size) == (300, {}, 300)
    assert (verified.root, verified.origin) == (tree.get_root(300).hex(), ORIGIN)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 513])
def test_honest_bags_of_every_shape_of_tree_verify(tmp_path, size):
    ledger = LedgerInMemory(life(size))
    assert verify_bag(bag_of(ledger, tmp_path / "bag"), [ledger.key], ed25519).entries == size


def test_checking_takes_no_more_memory_for_more_entries(tmp_path):
    peaks = []
    for size in (600, 4200):
        ledger = LedgerInMemory(life(size))
        folder = bag_of(ledger, tmp_path / str(size))
        tracemalloc.start()
        assert verify_bag(folder, [ledger.key], ed25519).entries == size
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # The allowance is for 600 more cases and 15 more file names, against two million more bytes of entries.
    assert peaks[1] < peaks[0] + (200 << 10)


def test_a_tree_of_three_levels_names_the_tile_that_does_not_agree(tmp_path):
    look = life(3)[2]
    ledger = LedgerInMemory(look.replace(b'"4021"', b'"%d"' % place) for place in range(65600))
    folder = bag_of(ledger, tmp_path / "bag")
    assert verify_bag(folder, [ledger.key], ed25519).size == 65600
    for path, at, other in (("1/000", 77, "0/077"), ("2/000.p/1", 0, "1/000")):
        tile = folder / "data/tiles" / path
        whole = tile.read_bytes()
        tile.write_bytes(whole[: at * 32] + bytes(32) + whole[at * 32 + 32 :])
        with pytest.raises(LedgerBroken, match=rf"^tile {path}: does not agree with tile {other}$"):
            verify_bag(folder, [ledger.key], ed25519)
        tile.write_bytes(whole)


def test_an_edited_line_is_named(bag, hand_over):
    told = hand_over(with_lines(bag, edited(bag, 7)))
    assert told == f"entry 7 (registered about {number(1)}, line 8): is not what the ledger holds there"


def test_a_dropped_line_is_named_by_what_stands_in_its_place(bag, hand_over):
    rows = lines(bag)
    del rows[7]
    told = hand_over(with_lines(bag, rows))
    where = f"entry 7 (opened about {number(1)}, line 8)"
    assert told == f"{where}: is not what the ledger holds there: this line is entry 8"


def test_a_line_written_twice_is_named(bag, hand_over):
    rows = lines(bag)
    rows.insert(8, rows[7])
    told = hand_over(with_lines(bag, rows))
    assert told.startswith(f"entry 8 (registered about {number(1)}, line 9): ")
    assert told.endswith("this line is entry 7")


def test_reordered_lines_are_named(bag, hand_over):
    rows = lines(bag)
    rows[7], rows[8] = rows[8], rows[7]
    assert hand_over(with_lines(bag, rows)).startswith(f"entry 7 (opened about {number(1)}, line 8): ")


def test_lines_cut_from_the_end_are_missed(bag, hand_over):
    assert hand_over(with_lines(bag, lines(bag)[:-2])).startswith("entry 298 (line 299): is missing")


def test_a_line_added_at_the_end_is_one_too_many(bag, hand_over):
    told = hand_over(with_lines(bag, [*lines(bag), lines(bag)[8]]))
    assert told.startswith(f"entry 300 (opened about {number(1)}, line 301): is one more")


def test_a_line_cut_in_the_middle_is_named(bag, hand_over):
    bag[ENTRIES] = bag[ENTRIES][:-40]
    assert hand_over(bag).startswith("entry 299 (line 300): does not end in a newline")


def test_a_last_newline_cannot_be_cut_off(bag, hand_over):
    bag[ENTRIES] = bag[ENTRIES][:-1]
    assert hand_over(bag).startswith("entry 299 (exported about system, line 300): does not end in a newline")


def test_a_line_of_absurd_length_is_not_read_to_its_end(bag, hand_over):
    rows = lines(bag)
    rows[3] = b'{"a":"' + b"a" * (1 << 20) + b'"}\n'
    assert hand_over(with_lines(bag, rows)).startswith("entry 3 (line 4): does not end in a newline within 1048576")


def test_withholding_a_line_under_a_false_leaf_is_named(bag, hand_over):
    rows = lines(bag)
    rows[7] = b'{"leaf":"%s","withheld":"outside_request"}\n' % (b"ab" * 32)
    assert hand_over(with_lines(bag, rows)).startswith("entry 7 (withheld, line 8): is not what the ledger holds")


def test_withholding_a_line_afterwards_breaks_the_manifest(bag, hand_over):
    rows = lines(bag)
    rows[5] = b'{"leaf":"%s","withheld":"outside_request"}\n' % leaf_hash(rows[5][:-1]).hex().encode()
    told = hand_over(with_lines(bag, rows))
    assert told == f"file {ENTRIES}: does not have the digest that {MANIFEST} lists"


def test_withholding_for_a_reason_nobody_knows_is_named(bag, hand_over):
    rows = lines(bag)
    rows[5] = b'{"leaf":"%s","withheld":"because"}\n' % leaf_hash(rows[5][:-1]).hex().encode()
    assert hand_over(with_lines(bag, rows)) == "entry 5 (withheld, line 6): no such reason: because"


def test_an_entry_and_the_last_tile_edited_together_name_the_tile(bag, hand_over):
    retiled(with_lines(bag, edited(bag, 280)), LAST_TILE, 280)
    assert hand_over(relisted(bag)) == "tile 0/001.p/44 or 1/000.p/1: does not lead to the signed root"


def test_an_entry_and_a_full_tile_edited_together_name_the_tile(bag, hand_over):
    retiled(with_lines(bag, edited(bag, 7)), FULL_TILE, 7)
    assert hand_over(relisted(bag)) == "tile 0/000: does not agree with tile 1/000.p/1"


def test_in_a_small_ledger_an_entry_and_its_tile_edited_together_name_the_tile(tmp_path, hand_over):
    bag = files_of(bag_of(LedgerInMemory(life(12)), tmp_path / "bag"))
    retiled(with_lines(bag, edited(bag, 7)), "data/tiles/0/000.p/12", 7)
    assert hand_over(relisted(bag)) == "tile 0/000.p/12: does not lead to the signed root"


def test_an_upper_tile_edited_alone_is_named(bag, hand_over):
    bag[UPPER_TILE] = bytes(32)
    assert hand_over(bag) == "tile 1/000.p/1: does not agree with tile 0/000"


@pytest.mark.parametrize(("tile", "path"), [(FULL_TILE, "0/000"), (LAST_TILE, "0/001.p/44"), (UPPER_TILE, "1/000.p/1")])
def test_a_tile_that_is_cut_widened_or_missing_is_named(bag, hand_over, tile, path):
    whole = bag.pop(tile)
    assert hand_over(bag) == f"tile {path}: is missing"
    for wrong in (whole[:-1], whole[:-32], whole + bytes(32), b""):
        assert hand_over({**bag, tile: wrong}).startswith(f"tile {path}: is ")


def test_a_false_line_is_named_before_a_false_tile(bag, hand_over):
    retiled(with_lines(bag, edited(bag, 7)), FULL_TILE, 7)
    assert hand_over(with_lines(bag, edited(bag, 290))).startswith("entry 290 ")


def test_an_edited_table_of_cases_is_named(bag, hand_over):
    bag[CSV] = bag[CSV].replace(b"closed", b"reported", 1)
    assert hand_over(bag) == f"file {CSV}: does not have the digest that {MANIFEST} lists"


def test_an_edited_table_listed_anew_breaks_the_tag_manifest(bag, hand_over):
    tags = bag[TAGS]
    bag[CSV] = bag[CSV].replace(b"closed", b"reported", 1)
    assert hand_over({**relisted(bag), TAGS: tags}) == f"file {MANIFEST}: does not have the digest that {TAGS} lists"


def test_an_edited_table_with_every_manifest_made_anew_breaks_the_signature(bag, hand_over):
    bag[CSV] = bag[CSV].replace(b"closed", b"reported", 1)
    assert hand_over(relisted(bag)) == f"bag.sig: signs something else than this {TAGS}"


def test_an_attacker_who_signs_the_bag_with_a_key_put_into_it_is_not_known(bag, hand_over):
    bag[CSV] = bag[CSV].replace(b"closed", b"reported", 1)
    bag["keys.txt"] = ATTACKER.key.encode().encode()
    tags = sha256(relisted(bag)[TAGS]).hexdigest()
    bag["bag.sig"] = ATTACKER.sign(statement(ORIGIN, tags)).encode()
    assert hand_over(bag) == "bag.sig: no known key signed this"
    bag[CHECKPOINT] = ATTACKER.checkpoint().encode()
    assert hand_over(bag) == "checkpoint: no known key signed this"


def test_a_filing_key_cannot_sign_for_the_ledger(bag, hand_over):
    filing = VerifierKey(f"{ORIGIN}/filing", ATTACKER.public)
    bag[CHECKPOINT] = ATTACKER.sign(ATTACKER.checkpoint().partition("\n\n")[0] + "\n", filing.name).encode()
    assert hand_over(bag, [*KEYS, filing]) == "checkpoint: no known key signed this"


def test_the_checkpoint_of_another_known_log_does_not_fit(bag, hand_over):
    other = LedgerInMemory(life(300)[::-1], origin="other.example/rule12", seed=3)
    bag[CHECKPOINT] = other.checkpoint().encode()
    assert hand_over(bag) == "checkpoint: no known key signed this"
    assert hand_over(bag, [*KEYS, other.key]).endswith("does not lead to the signed root")


def test_an_older_state_of_the_ledger_cannot_be_passed_off_with_a_newer_signature(tmp_path, honest, hand_over):
    older = files_of(bag_of(LedgerInMemory(life(299), cases(50)), tmp_path / "older"))
    assert hand_over({**older, "bag.sig": honest["bag.sig"]}) == f"bag.sig: signs something else than this {TAGS}"
    assert hand_over({**honest, CHECKPOINT: older[CHECKPOINT]}) == "tile 0/001.p/43: is missing"


def test_a_file_nobody_listed_is_named(bag, hand_over):
    assert hand_over({**bag, "data/extra.txt": b"x"}) == f"file data/extra.txt: is not listed in {MANIFEST}"
    assert hand_over({**bag, "READ ME.txt": b"x"}) == f"file READ ME.txt: is not listed in {TAGS}"


@pytest.mark.parametrize("name", [CHECKPOINT, ENTRIES, CSV, MANIFEST, TAGS, "bag.sig", "bagit.txt", "bag-info.txt"])
def test_a_file_that_is_missing_is_named(bag, hand_over, name):
    del bag[name]
    told = hand_over(bag)
    assert told.endswith(": is missing")
    assert name in told


def test_a_manifest_cannot_leave_out_repeat_or_misplace_a_file(bag, hand_over):
    listed = bag[MANIFEST].splitlines(keepends=True)
    with_tag = b"%s  bagit.txt\n" % sha256(bag["bagit.txt"]).hexdigest().encode()
    for changed, told in (
        (listed[1:], "file data/checkpoint: is not listed in"),
        ([*listed, listed[0]], "file data/checkpoint: is listed twice in"),
        ([*listed, with_tag], "file bagit.txt: does not belong in"),
        ([*listed, b"0" * 64 + b"  ../secret\n"], "file ../secret: is missing"),
        ([*listed, b"\xff\n"], f"file {MANIFEST}: "),
        ([*listed, b"no digest\n"], f"file {MANIFEST}: line 7 is not"),
        ([*listed[:-1], listed[-1][:-1]], f"file {MANIFEST}: line 6 is not"),
    ):
        assert hand_over({**bag, MANIFEST: b"".join(changed)}).startswith(told)


def test_withheld_entries_are_counted_by_reason(tmp_path, hand_over):
    folder = bag_of(LEDGER, tmp_path / "bag", Chosen((number(3), str(UUID(int=3)))))
    verified = hand_over(files_of(folder))
    assert (verified.entries, verified.withheld) == (5, {"outside_request": 295})


def with_versions(*versions, told=None):
    """A ledger whose one case has these versions, in this order; `told` picks the places that are not withheld."""
    bodies = []
    for place, version in enumerate(versions):
        about, kind = About.case("IGO-2026-10000"), EntryKind.CHANGE
        bodies.append(Entry(UUID(int=place), bytes(16), kind, about, AT + place * DAY, "1", "head", "moved", version))
    ledger = LedgerInMemory([body.canonical() for body in bodies])
    return ledger, Chosen() if told is None else Chosen(from_=AT + told * DAY)


@pytest.mark.parametrize("versions", [(2,), (1, 3), (1, 1), (1, 2, 1), (1, 2, 4)])
def test_a_case_whose_versions_have_a_gap_or_go_back_is_named(tmp_path, versions):
    ledger, _ = with_versions(*versions)
    where = rf"^entry {len(versions) - 1} \(moved about IGO-2026-10000, line {len(versions)}\): is version"
    with pytest.raises(LedgerBroken, match=where):
        verify_bag(bag_of(ledger, tmp_path / "bag"), KEYS, ed25519)


def test_withheld_entries_may_account_for_missing_versions_but_no_more_than_there_are(tmp_path):
    ledger, chosen = with_versions(1, 2, 3, told=1)
    assert verify_bag(bag_of(ledger, tmp_path / "bag", chosen), KEYS, ed25519).entries == 2
    ledger, chosen = with_versions(1, 3, told=1)
    with pytest.raises(LedgerBroken, match=r"^entry 1 .* is version 3 of its case, after version 0"):
        verify_bag(bag_of(ledger, tmp_path / "gap", chosen), KEYS, ed25519)


SMALL = LedgerInMemory(life(12), cases(2))
JUNK = st.binary(max_size=200) | st.sampled_from(
    [b"[" * 100_000, b"9" * 5000 + b"\n", b"\xff\xfe\n", b"null\n", b"\n" * 50]
)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return files_of(bag_of(SMALL, tmp_path_factory.mktemp("small") / "bag"))


@pytest.fixture(scope="module")
def somewhere(tmp_path_factory):
    return tmp_path_factory.mktemp("junk") / "bag.zip"


def checked(somewhere, data):
    """What the verifier says of these bytes; None when it refuses them. Any other failure is a failure of the test."""
    somewhere.write_bytes(data)
    with suppress(LedgerBroken):
        return verify_bag(somewhere, [SMALL.key], ed25519)


@given(st.binary())
def test_no_noise_makes_the_verifier_fail_in_any_other_way(somewhere, noise):
    assert checked(somewhere, noise) is None
    assert checked(somewhere, b"PK\x03\x04" + noise + b"PK\x05\x06" + noise[:18].ljust(18, b"\0")) is None


@settings(max_examples=60)
@given(st.data())
def test_no_file_replaced_by_junk_is_believed_or_fails_in_any_other_way(small, somewhere, data):
    name = data.draw(st.sampled_from(sorted(small)))
    assert checked(somewhere, zipped({**small, name: data.draw(JUNK)})) is None


@given(st.data())
def test_a_zip_with_one_byte_changed_says_the_same_or_is_refused(small, somewhere, data):
    whole = zipped(small)
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :]
    assert checked(somewhere, changed) in (None, checked(somewhere, whole))


@given(st.data())
def test_a_zip_cut_short_is_refused(small, somewhere, data):
    whole = zipped(small)
    assert checked(somewhere, whole[: data.draw(st.integers(0, len(whole) - 1))]) is None


@settings(max_examples=60)
@given(st.lists(JUNK | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps).map(str.encode)))
def test_a_ledger_that_signed_junk_is_refused_and_not_stumbled_over(tmp_path_factory, bodies):
    ledger = LedgerInMemory([*bodies, b"{}"])
    folder = bag_of(ledger, tmp_path_factory.mktemp("signed") / "bag")
    with pytest.raises(LedgerBroken, match=r"^entry 0 \(line 1\): "):
        verify_bag(folder, KEYS, ed25519)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "rule12/entry/2"},
        {"kind": ["change"]},
        {"about": "system"},
        {"about": {"kind": "case", "id": 7}},
        {"action": None},
        {"version": True},
        {"version": 0},
        {"version": None},
        {"kind": "look"},
    ],
)
def test_what_does_not_have_the_shape_of_an_entry_is_refused(tmp_path, change):
    entry = json.loads(life(2)[1]) | change
    ledger = LedgerInMemory([json.dumps(entry).encode()])
    with pytest.raises(LedgerBroken, match=r"^entry 0 \(line 1\): is not an entry: "):
        verify_bag(bag_of(ledger, tmp_path / "bag"), KEYS, ed25519)


def test_an_attackers_terminal_codes_are_not_repeated(bag, hand_over):
    rows = lines(bag)
    rows[0] = rows[0].replace(b'"action":"filed"', b'"action":"\\u001b[2Jfiled\\u202e"')
    told = hand_over(with_lines(bag, rows))
    assert told.startswith("entry 0 (")
    assert told.isprintable()


def proof_of(index, ledger=LEDGER, extra=None):
    hashes = tuple(inclusion_proof(index, ledger.signed, ledger.tile))
    return InclusionProof(index, hashes, ledger.checkpoint(), extra or ledger.bodies[index]).text()


@given(st.integers(0, 299))
def test_every_entry_can_be_proved_alone(index):
    proved = verify_proof(proof_of(index), KEYS, ed25519)
    assert (proved.index, proved.size, proved.origin) == (index, 300, ORIGIN)
    assert proved.entry == json.loads(LEDGER.bodies[index])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (proof_of(7, extra=LEDGER.bodies[8]), "entry 7: the proof does not lead"),
        (proof_of(7).replace("\nindex 7\n", "\nindex 8\n"), "entry 8: the proof does not lead"),
        (proof_of(7).replace("extra ", "extra A"), "proof: "),
        (InclusionProof(7, (), LEDGER.checkpoint()).text(), "proof: carries no entry"),
        (proof_of(0, LedgerInMemory(life(9), seed=66)), "checkpoint: no known key signed this"),
        (proof_of(0, LedgerInMemory([b'{"b":1,"a":2}'])), "entry 0: not in canonical form"),
        (proof_of(0, LedgerInMemory([b"[]"])), "entry 0: it is not written as rule12/entry/1"),
        ("\ud800", "proof: "),
    ],
)
def test_a_false_proof_is_refused(text, told):
    with pytest.raises(LedgerBroken, match=f"^{told}"):
        verify_proof(text, KEYS, ed25519)


@given(st.text() | st.text().map(lambda noise: proof_of(7)[:60] + noise + proof_of(7)[60:]))
def test_no_text_makes_the_proof_verifier_fail_in_any_other_way(text):
    with suppress(LedgerBroken):
        assert verify_proof(text, KEYS, ed25519).index == 7


DOOR = LedgerInMemory(origin=f"{ORIGIN}/filing", seed=9)
PROOF = FilingProof(ORIGIN, UUID(int=7), bytes(32), AT, {"desk": b"\1" * 32}, b"\2" * 32)
FILED = Entry(
    UUID(int=1), bytes(16), EntryKind.INTAKE, About.complaint(UUID(int=7)), AT, "reporter", "reporter", "filed",
    facts=PROOF.facts(),
)  # fmt: skip


def filing(text=None, entry=None, keys=(DOOR.key,)):
    return verify_filing(DOOR.sign(text or PROOF.text()), entry, keys, ed25519)


def test_a_filing_proof_verifies_alone_and_with_the_entry_that_repeats_it():
    ledger = LedgerInMemory([*life(5), FILED.canonical()])
    proved = verify_proof(proof_of(5, ledger), [ledger.key, DOOR.key], ed25519)
    assert filing() == filing(entry=proved.entry, keys=[ledger.key, DOOR.key]) == PROOF.facts()


def test_an_operator_who_logged_other_facts_than_were_promised_is_found_out():
    entry = json.loads(FILED.canonical())
    for changed, told in (
        ({"facts": entry["facts"] | {"digest": "00"}}, "does not repeat the facts"),
        ({"facts": entry["facts"] | {"more": 1.5}}, "only integers|float has no canonical"),
        ({"about": {"kind": "complaint", "id": str(UUID(int=8))}}, "not about the filing of this complaint"),
        ({"kind": "look"}, "not about the filing of this complaint"),
    ):
        with pytest.raises(LedgerBroken, match=told):
            filing(entry=entry | changed)


@pytest.mark.parametrize(
    "text",
    [
        "rule12/filing-proof/2\n{}\n",
        "rule12/filing-proof/1\n{}\n",
        "rule12/filing-proof/1\n[]\n",
        "rule12/filing-proof/1\n" + "[" * 5000 + "\n",
        PROOF.text() + "more\n",
        PROOF.text().replace(ORIGIN, "other.example"),
        PROOF.text().replace('{"complaint_id"', '{ "complaint_id"'),
    ],
)
def test_a_signed_text_that_is_no_filing_proof_of_this_desk_is_refused(text):
    with pytest.raises(LedgerBroken, match=r"^filing proof: "):
        filing(text)


def test_an_attacker_cannot_sign_a_filing_proof_with_the_ledgers_key_or_their_own():
    for forger in (LEDGER, LedgerInMemory(origin=f"{ORIGIN}/filing", seed=66)):
        with pytest.raises(LedgerBroken, match=r"^filing proof: no known key signed this"):
            verify_filing(forger.sign(PROOF.text()), None, [DOOR.key, LEDGER.key], ed25519)


@given(st.text(), st.text())
def test_no_text_makes_the_filing_verifier_fail_in_any_other_way(before, after):
    note = DOOR.sign(PROOF.text())
    with suppress(LedgerBroken):
        assert verify_filing(before + note + after, None, [DOOR.key], ed25519) == PROOF.facts()
