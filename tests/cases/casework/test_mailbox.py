from dataclasses import replace
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from cases.casework.filing import file_complaint
from cases.casework.looking import list_evidence, read_messages, read_original
from cases.casework.mailbox import Sent, add_evidence, add_message, find_mailbox, open_mailbox, show_mailbox
from cases.casework.staffing import write_to_reporter
from cases.errors import BodyNotWhole, EvidenceUnreadable, LedgerBroken, MediaRefused, ReceiptRefused, TooLarge
from cases.ledger import leaf_of
from cases.media.hidden import Hidden
from cases.merkle import verify_inclusion
from cases.notes import Checkpoint, open_note
from cases.ports import EntryFilter, Limits
from cases.receipt import write_receipt
from storage.signing import verify
from storage.tables import complaints, sealed_parts
from tests.cases.casework.conftest import INTAKE, PICTURE, actions, after, draft, entries, everything_kept, open_case
from tests.conftest import NOON, SAMPLES

BODY = PICTURE.read_bytes()
TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "pdf": "application/pdf"}
FILES = sorted(path for path in SAMPLES.iterdir() if path.suffix[1:] in TYPES)
WHOLE = Sent([BODY], "image/png", "shot.png", len(BODY), {"sha256": sha256(BODY).digest()})
SCRIPT = b"<script>alert(1)</script>"
PAGE = b"<!doctype html>" + SCRIPT


def filed(desk):
    return file_complaint(desk, draft(), NOON).receipt


def sent(desk, receipt, what):
    return add_evidence(desk, find_mailbox(desk, receipt), what, after(minutes=2))


def in_blocks(body, size):
    return [body[start : start + size] for start in range(0, len(body), size)]


def test_files_are_read_back_byte_for_byte_by_reporter_and_desk(desk):
    case, mine = open_case(desk)
    bodies = {path.name: path.read_bytes() for path in FILES}
    for second, path in enumerate(FILES):
        what = Sent(in_blocks(bodies[path.name], 5_000), TYPES[path.suffix[1:]], path.name, path.stat().st_size)
        add_evidence(desk, find_mailbox(desk, mine.receipt), what, after(seconds=second))
    opened = open_mailbox(desk, mine.receipt)
    listed = list_evidence(desk, INTAKE, case.number, NOON)
    assert show_mailbox(desk, opened).evidence == listed
    assert [facts.name for facts in listed] == list(bodies)
    for facts in listed:
        body = bodies[facts.name]
        assert (facts.size, facts.sha256) == (len(body), sha256(body).hexdigest())
        item = desk.lookup.evidence_item(mine.complaint, UUID(facts.evidence))
        assert b"".join(desk.vault.stream(item.content, opened)) == body
        seen, blocks = read_original(desk, INTAKE, case.number, item.content.id, "To see what was posted.", NOON)
        assert (seen, b"".join(blocks)) == (facts, body)


def test_where_no_type_was_declared_the_content_decides(desk):
    assert sent(desk, filed(desk), replace(WHOLE, declared=None)).media_type == "image/png"


def test_a_file_lies_on_the_disk_as_ciphertext_alone(desk, place):
    sent(desk, filed(desk), WHOLE)
    (path,) = (place.data_dir / "objects").rglob("*.sealed")
    assert BODY[:64] not in path.read_bytes()
    assert list((place.data_dir / "incoming").iterdir()) == []


@pytest.mark.parametrize("size", [700, 5_000, 1 << 20])
def test_whoever_sends_a_file_learns_once_what_it_tells_of_them(desk, size):
    case, mine = open_case(desk)
    owner = find_mailbox(desk, mine.receipt)
    told = {
        "en-phone-photo-with-gps.jpg": {Hidden.DEVICE, Hidden.LOCATION},
        "fr-capture.pdf": {Hidden.AUTHOR},
        "es-harassment-thread.webp": set(),
    }
    for name, hidden in told.items():
        path = SAMPLES / name
        what = Sent(in_blocks(path.read_bytes(), size), TYPES[path.suffix[1:]], name, path.stat().st_size)
        assert add_evidence(desk, owner, what, after(minutes=2)).hidden == hidden
    assert {facts.hidden for facts in list_evidence(desk, INTAKE, case.number, NOON)} == {None}


REFUSED = {
    "a page declared as text": (Sent([PAGE], "text/plain", "", len(PAGE)), MediaRefused),
    "a picture declared as another kind": (replace(WHOLE, declared="image/jpeg"), MediaRefused),
    "a page declared as a picture": (Sent([PAGE], "image/png", "", len(PAGE)), MediaRefused),
    "a type that is not taken": (Sent([PAGE], "image/svg+xml", "", len(PAGE)), MediaRefused),
    "an empty type": (replace(WHOLE, declared=""), MediaRefused),
    "a script of no declared type": (Sent([SCRIPT], None, "", len(SCRIPT)), MediaRefused),
    "nothing at all": (Sent([], "image/png", "", 0), MediaRefused),
    "one byte less than announced": (replace(WHOLE, length=len(BODY) + 1), BodyNotWhole),
    "one byte more than announced": (replace(WHOLE, length=len(BODY) - 1), BodyNotWhole),
    "another digest than announced": (replace(WHOLE, digests={"sha256": bytes(32)}), BodyNotWhole),
    "one right and one wrong digest": (
        replace(WHOLE, digests={"sha256": sha256(BODY).digest(), "sha512": bytes(64)}),
        BodyNotWhole,
    ),
    "a cut digest": (replace(WHOLE, digests={"sha256": sha256(BODY).digest()[:31]}), BodyNotWhole),
    "a cut body with a digest and no length": (
        replace(WHOLE, blocks=[BODY[:-1]], length=None),
        BodyNotWhole,
    ),
}


def test_a_refused_file_leaves_no_file_no_row_and_no_entry(desk, store, place):
    receipt = filed(desk)
    before = everything_kept(store, place.data_dir)
    for why, (what, refusal) in REFUSED.items():
        with pytest.raises(refusal):
            sent(desk, receipt, what)
        assert everything_kept(store, place.data_dir) == before, why


@pytest.mark.parametrize("announced", [len(BODY), None])
def test_a_file_of_one_byte_too_many_is_cut_off_while_it_streams(desk, store, place, announced):
    receipt = filed(desk)
    before = everything_kept(store, place.data_dir)
    strict = replace(desk, limits=Limits(len(BODY) - 1))
    endless = iter([*in_blocks(BODY, 4096), b"not to be asked for"])
    with pytest.raises(TooLarge):
        sent(strict, receipt, Sent(endless, "image/png", "", announced))
    assert next(endless) == b"not to be asked for"
    assert everything_kept(store, place.data_dir) == before
    assert sent(replace(desk, limits=Limits(len(BODY))), receipt, WHOLE).size == len(BODY)


def test_a_connection_that_breaks_leaves_nothing(desk, store, place):
    def breaking():
        yield BODY[:20_000]
        raise ConnectionResetError

    receipt = filed(desk)
    before = everything_kept(store, place.data_dir)
    with pytest.raises(ConnectionResetError):
        sent(desk, receipt, replace(WHOLE, blocks=breaking()))
    assert everything_kept(store, place.data_dir) == before


def test_a_file_whose_answer_could_not_be_kept_leaves_nothing(desk, store, place):
    def cut(_work, _facts):
        raise KeyError

    receipt = filed(desk)
    before = everything_kept(store, place.data_dir)
    with pytest.raises(KeyError):
        add_evidence(desk, find_mailbox(desk, receipt), WHOLE, NOON, cut)
    assert everything_kept(store, place.data_dir) == before


@settings(max_examples=20)
@given(st.lists(st.integers(1, 9_000), min_size=1, max_size=8))
def test_however_the_body_is_cut_into_blocks_the_same_file_arrives(house, sizes):
    blocks, rest = [], BODY
    for size in sizes:
        blocks.append(rest[:size])
        rest = rest[size:]
    facts = sent(house.desk, filed(house.desk), replace(WHOLE, blocks=[*blocks, rest]))
    assert facts.sha256 == sha256(BODY).hexdigest()


def test_a_name_is_a_label_and_never_a_path(desk, place):
    facts = sent(desk, filed(desk), replace(WHOLE, name="../../etc/passwd" + "x" * 300))
    assert len(facts.name) == 255
    assert [path.suffix for path in (place.data_dir / "objects").rglob("*") if path.is_file()] == [".sealed"]


def test_each_file_and_each_message_is_an_intake_entry_without_a_word_of_it(desk):
    receipt = filed(desk)
    facts = sent(desk, receipt, WHOLE)
    letter = add_message(desk, find_mailbox(desk, receipt), "They deleted it.", after(minutes=3))
    _, added, written = entries(desk, kind="intake")
    assert (added["action"], added["facts"]) == ("evidence_added", {"evidence": facts.evidence})
    assert (written["action"], written["facts"]) == ("message_received", {"message": letter.id})
    assert {one["actor"] for one in (added, written)} == {"reporter"}
    bodies = b"".join(one.body for one in desk.lookup.entries(EntryFilter(limit=100)))
    assert not any(secret in bodies for secret in (b"shot.png", b"image/png", b"deleted", facts.sha256.encode()))


def test_letters_go_both_ways_oldest_first(desk):
    case, mine = open_case(desk)
    add_message(desk, find_mailbox(desk, mine.receipt), "They deleted it.", after(minutes=5))
    write_to_reporter(desk, INTAKE, case.number, 1, "Do you have a copy?", after(minutes=6))
    add_message(desk, find_mailbox(desk, mine.receipt), "Yes.", after(minutes=7))
    letters = show_mailbox(desk, open_mailbox(desk, mine.receipt)).letters
    assert [one.text for one in letters] == ["They deleted it.", "Do you have a copy?", "Yes."]
    assert [one.from_reporter for one in letters] == [True, False, True]
    assert read_messages(desk, INTAKE, case.number, after(minutes=8)) == letters


def test_what_a_reporter_reads_is_never_an_entry(desk):
    _, mine = open_case(desk, pictures=1)
    before = len(entries(desk))
    for _ in range(3):
        show_mailbox(desk, open_mailbox(desk, mine.receipt))
    assert len(entries(desk)) == before


def test_a_receipt_opens_its_own_mailbox_and_no_other(desk):
    mine, other = filed(desk), filed(desk)
    sent(desk, mine, WHOLE)
    assert show_mailbox(desk, open_mailbox(desk, other)).evidence == ()
    (item,) = desk.lookup.evidence(find_mailbox(desk, mine).id)
    with pytest.raises(EvidenceUnreadable):
        b"".join(desk.vault.stream(item.content, open_mailbox(desk, other)))


@pytest.mark.parametrize("receipt", ["", "not a receipt", write_receipt(bytes(15)), write_receipt(b"\xff" * 15)])
def test_a_receipt_that_is_none_opens_nothing(desk, receipt):
    filed(desk)
    for reach in (open_mailbox, find_mailbox):
        with pytest.raises(ReceiptRefused):
            reach(desk, receipt)


def test_the_mailbox_proves_that_the_filing_is_in_the_signed_tree(desk, house):
    receipt = filed(desk)
    assert show_mailbox(desk, open_mailbox(desk, receipt)).merged is None
    house.ledger.sequence(after(minutes=1))
    seen = show_mailbox(desk, open_mailbox(desk, receipt))
    root = Checkpoint.parse(open_note(seen.merged.checkpoint, house.signer.verifier_keys(), verify)).root
    leaf = leaf_of(seen.filed.body)
    assert verify_inclusion(seen.merged.index, seen.merged.size, leaf, seen.merged.hashes, root)
    assert not verify_inclusion(seen.merged.index, seen.merged.size, leaf_of(b"{}"), seen.merged.hashes, root)


def test_a_swapped_mailbox_key_gets_the_attacker_neither_files_nor_messages(desk, store, place):
    receipt = filed(desk)
    *_, attacker = desk.vault.new_mailbox()
    with store.writing() as connection:
        connection.execute(update(complaints).values(mailbox_key=attacker.mailbox_key))
    before = everything_kept(store, place.data_dir)
    with pytest.raises(LedgerBroken, match="mailbox"):
        sent(desk, receipt, WHOLE)
    with pytest.raises(LedgerBroken, match="mailbox"):
        add_message(desk, find_mailbox(desk, receipt), "Here is more.", after(minutes=3))
    assert everything_kept(store, place.data_dir) == before
    assert "evidence_added" not in actions(desk)


def test_sealed_facts_moved_to_another_file_do_not_open(desk, store):
    receipt = filed(desk)
    sent(desk, receipt, WHOLE)
    sent(desk, receipt, replace(WHOLE, name="other.png"))
    with store.writing() as connection:
        kinds = sealed_parts.c.kind == "file_facts"
        one, other = connection.scalars(select(sealed_parts.c.ciphertext).where(kinds)).all()
        for mine, theirs in ((one, other), (other, one)):
            same = kinds, sealed_parts.c.size == len(mine), sealed_parts.c.ciphertext == mine
            connection.execute(update(sealed_parts).where(*same).values(ciphertext=theirs))
            break
    with pytest.raises(EvidenceUnreadable):
        show_mailbox(desk, open_mailbox(desk, receipt))
