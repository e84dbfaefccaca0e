from collections import deque
from contextlib import nullcontext

import pytest
from sqlalchemy import delete, select, update

from cases.casework.looking import (
    custody,
    list_evidence,
    read_messages,
    read_original,
    read_piece,
    reasons,
    show_case,
    timeline,
)
from cases.casework.mailbox import add_message, find_mailbox
from cases.errors import EvidenceUnreadable, IdentityClosed, MoveNotAllowed, RangeUnsatisfiable, UnknownItem
from cases.people import Role
from cases.place import Kind, Recipient
from cases.ranges import Wanted
from cases.sight import Actor
from storage.tables import sealed_parts, shred_keys
from tests.cases.casework.conftest import (
    BOSS,
    HEAD,
    INTAKE,
    PICTURE,
    SORTED,
    SUPERVISOR,
    WHY,
    actions,
    after,
    entries,
    open_case,
    seen_now,
)
from tests.cases.casework.ways import ways_to_look


def test_one_look_is_written_per_person_thing_and_quarter_of_an_hour(desk):
    case, _ = open_case(desk)
    looks = []
    for minute in (1, 5, 15.9, 16, 20, 30.9, 32):
        show_case(desk, INTAKE, case.number, after(minutes=minute))
        looks.append(actions(desk, about=case.number).count("opened_case"))
    assert looks == [1, 1, 1, 2, 2, 2, 3]


def test_looks_that_overtake_each_other_are_one_and_a_clock_set_back_hides_none(desk):
    case, _ = open_case(desk)
    looks = []
    for seconds in (30, 29, 0, -29, -31):
        show_case(desk, INTAKE, case.number, after(seconds=seconds))
        looks.append(actions(desk, about=case.number).count("opened_case"))
    assert looks == [1, 1, 1, 1, 2]


def test_another_person_another_role_and_another_thing_are_looks_of_their_own(desk):
    case, _ = open_case(desk, pictures=1)
    other, _ = open_case(desk)
    for actor in (INTAKE, Actor("S0013", Role.INTAKE), Actor(INTAKE.person, Role.HEAD), SUPERVISOR):
        show_case(desk, actor, case.number, SORTED)
    show_case(desk, INTAKE, other.number, SORTED)
    list_evidence(desk, INTAKE, case.number, SORTED)
    assert actions(desk, about=case.number, kind="look") == ["opened_case"] * 4 + ["listed_evidence"]
    assert actions(desk, about=other.number, kind="look") == ["opened_case"]


def test_what_came_since_the_last_look_is_a_new_thing(desk):
    case, filed = open_case(desk)
    for minute, text in ((2, "First."), (4, "Second.")):
        add_message(desk, find_mailbox(desk, filed.receipt), text, after(minutes=minute))
        for _ in range(2):
            read_messages(desk, INTAKE, case.number, after(minutes=minute + 1))
    assert actions(desk, about=case.number, kind="look") == ["opened_messages"] * 2


def test_no_look_moves_the_version_and_every_look_is_on_record(desk):
    case, _ = open_case(desk, pictures=1)
    (item,) = desk.lookup.evidence(case.complaint)
    refused = {"reason_of", "read_identity", "read_identity on a request", "proposed_letter"}  # nobody asked for it
    for name, way in ways_to_look(desk, INTAKE, case.number, item.content.id).items():
        with pytest.raises((UnknownItem, IdentityClosed, MoveNotAllowed)) if name in refused else nullcontext():
            way()
    assert seen_now(desk, case) == case
    looks = [one for one in entries(desk, about=case.number) if one["kind"] == "look"]
    assert [one["version"] for one in looks] == [None] * 9
    assert {one["actor"] for one in looks} == {INTAKE.person}
    shown = [one.body for one in timeline(desk, INTAKE, case.number, 0, 100)]
    assert len(shown) == len(entries(desk, about=case.number)) + len(entries(desk, about=str(case.complaint)))


def test_the_reason_for_opening_an_original_is_sealed_and_stands_in_its_custody(desk):
    case, _ = open_case(desk, pictures=1)
    (item,) = desk.lookup.evidence(case.complaint)
    read_original(desk, INTAKE, case.number, item.content.id, WHY, SORTED)
    assert list(reasons(desk, HEAD, case.number, SORTED).values()) == [{"reason": WHY}]
    kept = custody(desk, HEAD, case.number, item.content.id)
    assert [b"evidence_added" in one.body or b"opened_original" in one.body for one in kept] == [True, True]
    assert not any(WHY.encode() in one.body for one in kept)


def test_a_file_of_another_case_is_unknown_here_and_leaves_no_look(desk):
    case, _ = open_case(desk, pictures=1)
    other, _ = open_case(desk, pictures=1)
    (item,) = desk.lookup.evidence(other.complaint)
    before = len(entries(desk))
    with pytest.raises(UnknownItem):
        read_original(desk, INTAKE, case.number, item.content.id, WHY, SORTED)
    with pytest.raises(UnknownItem):
        custody(desk, INTAKE, case.number, item.content.id)
    assert len(entries(desk)) == before


@pytest.mark.parametrize("actor", [INTAKE, HEAD])
def test_the_look_stands_in_the_ledger_though_the_statement_was_erased(desk, shred_store, actor):
    case, _ = open_case(desk)
    with shred_store.writing() as connection:
        connection.execute(delete(shred_keys).where(shred_keys.c.complaint == case.complaint))
    with pytest.raises(EvidenceUnreadable):
        show_case(desk, actor, case.number, SORTED)
    (look,) = entries(desk, about=case.number, kind="look")
    assert (look["action"], look["actor"]) == ("opened_case", actor.person)


@pytest.mark.parametrize("actor", [INTAKE, SUPERVISOR])
def test_the_look_stands_in_the_ledger_though_the_statement_was_tampered_with(desk, store, actor):
    case, _ = open_case(desk)
    which = sealed_parts.c.kind == Kind.STATEMENT.slug
    with store.writing() as connection:
        sealed = connection.scalar(select(sealed_parts.c.ciphertext).where(which))
        connection.execute(update(sealed_parts).where(which).values(ciphertext=sealed[:-1] + bytes([sealed[-1] ^ 1])))
    with pytest.raises(EvidenceUnreadable):
        show_case(desk, actor, case.number, SORTED)
    assert actions(desk, about=case.number, kind="look") == ["opened_case"]


@pytest.mark.parametrize(("at", "whole"), [(60, 0), (-1, 32 * 1024)])
def test_a_tampered_original_breaks_off_and_the_look_is_on_record(desk, place, at, whole):
    case, _ = open_case(desk, pictures=1)
    (item,) = desk.lookup.evidence(case.complaint)
    (path,) = (place.data_dir / "objects").rglob("*.sealed")
    sealed = bytearray(path.read_bytes())
    sealed[at] ^= 1
    path.write_bytes(sealed)
    _, blocks = read_original(desk, INTAKE, case.number, item.content.id, WHY, SORTED)
    assert actions(desk, about=case.number, kind="look") == ["opened_original"]
    came = bytearray()
    with pytest.raises(EvidenceUnreadable):
        deque(map(came.extend, blocks), maxlen=0)
    assert len(came) <= whole
    assert PICTURE.read_bytes().startswith(came)


def test_a_hundred_ranges_of_a_file_are_one_look_at_it_and_make_the_file(desk):
    case, _ = open_case(desk, pictures=1)
    (item,) = desk.lookup.evidence(case.complaint)
    step, seen = -(-PICTURE.stat().st_size // 100), bytearray()
    for start in range(0, PICTURE.stat().st_size, step):
        wanted = Wanted(start, start + step - 1)
        _, span, blocks = read_piece(desk, INTAKE, case.number, item.content.id, WHY, wanted, SORTED)
        assert span.start == start
        seen += b"".join(blocks)
    assert seen == PICTURE.read_bytes()
    assert actions(desk, about=case.number) == ["registered", "opened_original"]


def test_even_how_long_a_file_is_is_told_only_after_the_look_was_written_down(desk):
    case, _ = open_case(desk, pictures=1)
    (item,) = desk.lookup.evidence(case.complaint)
    size = PICTURE.stat().st_size
    with pytest.raises(RangeUnsatisfiable, match=f"{size} bytes"):
        read_piece(desk, INTAKE, case.number, item.content.id, WHY, Wanted(size, None), SORTED)
    assert actions(desk, about=case.number, kind="look") == ["opened_original"]


def test_a_range_of_a_file_of_another_case_is_unknown_here_and_leaves_no_look(desk):
    case, _ = open_case(desk, pictures=1)
    other, _ = open_case(desk, pictures=1)
    (item,) = desk.lookup.evidence(other.complaint)
    with pytest.raises(UnknownItem):
        read_piece(desk, INTAKE, case.number, item.content.id, WHY, Wanted(0, 0), SORTED)
    assert actions(desk, about=case.number, kind="look") == []


def test_an_erased_original_gives_nothing_out(desk, shred_store):
    case, _ = open_case(desk, pictures=1)
    (item,) = desk.lookup.evidence(case.complaint)
    with shred_store.writing() as connection:
        connection.execute(delete(shred_keys).where(shred_keys.c.complaint == case.complaint))
    with pytest.raises(EvidenceUnreadable):
        read_original(desk, INTAKE, case.number, item.content.id, WHY, SORTED)


def test_a_supervisors_look_names_nobody_and_the_identity_key_tells_who_it_was(desk):
    case, _ = open_case(desk)
    show_case(desk, SUPERVISOR, case.number, SORTED)
    (look,) = entries(desk, about=case.number, kind="look")
    assert (look["actor"], look["role"]) == ("a supervisor", "supervisor")
    *_, leg = desk.lookup.parts(case.complaint, Kind.SUPERVISOR_LEG)
    assert look["sealed"] == [{"kind": "supervisor_leg", "object": str(leg.id), "sha256": leg.digest.hex()}]
    assert BOSS.encode() in desk.vault.open(leg, Recipient.IDENTITY)
    with pytest.raises(EvidenceUnreadable):
        desk.vault.open(leg, Recipient.DESK)
