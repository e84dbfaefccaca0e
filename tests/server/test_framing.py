"""Uploads and downloads as bytes on a wire, on both servers: what came whole is kept, what did not never was there."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.server.doors import LIMIT, SERVERS, Door, a_case_on, flip_before_end
from tests.server.resting import incoming, objects
from tests.server.running import until
from tests.server.speaking import API, Wire, digest_header, picture

SMALL = picture(300_000)


@pytest.fixture(scope="module", params=sorted(SERVERS))
def door(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with a_case_on(request.param, tmp_path_factory.mktemp(request.param)) as opened:
        yield opened


def test_a_body_of_the_announced_length_is_kept(door: Door) -> None:
    kept = door.server.client.upload(door.receipt, SMALL).must(201)
    assert kept["size"] == len(SMALL)
    assert door.desk.original(door.number, kept["evidence_id"]).body == SMALL


def test_a_chunked_body_with_its_digest_is_kept(door: Door) -> None:
    with door.wire() as wire:
        wire.evidence(door.receipt, Transfer_Encoding="chunked", Content_Digest=digest_header(SMALL))
        wire.chunks([SMALL[:1], SMALL[1:70_000], SMALL[70_000:]])
        answer = wire.answer()
    assert answer is not None
    kept = answer.must(201)
    assert door.desk.original(door.number, kept["evidence_id"]).body == SMALL


def test_a_chunked_body_without_a_digest_needs_a_length(door: Door) -> None:
    before = door.rest()
    with door.wire() as wire:
        wire.evidence(door.receipt, Transfer_Encoding="chunked")
        wire.chunks([SMALL[:1000]], last=False)
        answer = wire.answer()
    assert answer is not None
    assert answer.must(411)["type"] == "urn:rule12:problem:length-needed"
    assert door.rest() == before


def test_a_chunked_body_with_another_digest_leaves_nothing(door: Door) -> None:
    before = door.rest()
    with door.wire() as wire:
        wire.evidence(door.receipt, Transfer_Encoding="chunked", Content_Digest=digest_header(SMALL + b"!"))
        wire.chunks([SMALL])
        answer = wire.answer()
    assert answer is not None
    assert answer.must(422)["type"] == "urn:rule12:problem:body-not-whole"
    assert door.rest() == before


def test_a_body_with_two_framings_is_refused(door: Door) -> None:
    before = door.rest()
    with door.wire() as wire:
        wire.evidence(door.receipt, Content_Length="9", Transfer_Encoding="chunked")
        wire.chunks([SMALL[:1000]], last=False)
        answer = wire.answer()
    assert answer is not None
    assert answer.status in {400, 411}
    assert door.rest() == before


FRAMINGS = {
    "length": {"Content_Length": str(len(SMALL))},
    "chunks": {"Transfer_Encoding": "chunked", "Content_Digest": digest_header(SMALL)},
}


def send_half(wire: Wire, receipt: str, framing: str) -> None:
    wire.evidence(receipt, **FRAMINGS[framing])
    if framing == "length":
        wire.send(SMALL[:200_000])
    else:
        wire.chunks([SMALL[:100_000], SMALL[100_000:200_000]], last=False)


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_body_that_ends_early_is_told_so_and_leaves_nothing(door: Door, framing: str) -> None:
    before = door.rest()
    with door.wire() as wire:
        send_half(wire, door.receipt, framing)
        wire.finish_sending()
        answer = wire.answer()
    assert answer is None or answer.must(422)["type"] == "urn:rule12:problem:body-not-whole"
    until(lambda: not incoming(door.spot), "the cut upload to be cleared")
    assert door.rest() == before


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_connection_that_breaks_leaves_nothing(door: Door, framing: str) -> None:
    before = door.rest()
    with door.wire() as wire:
        send_half(wire, door.receipt, framing)
        until(lambda: bool(incoming(door.spot)), "the upload to begin")
        wire.break_off()
    until(lambda: not incoming(door.spot), "the broken upload to be cleared")
    assert door.rest() == before


def test_an_end_mark_cut_off_changes_nothing_about_what_the_digest_proves(door: Door) -> None:
    """Some servers report the missing end as an ordinary one. Then the digest has proved that every byte arrived."""
    before = door.rest()
    with door.wire() as wire:
        wire.evidence(door.receipt, Transfer_Encoding="chunked", Content_Digest=digest_header(SMALL))
        wire.chunks([SMALL], last=False)
        wire.finish_sending()
        answer = wire.answer()
    if answer is not None and answer.status == 201:
        assert door.desk.original(door.number, answer.json["evidence_id"]).body == SMALL
    else:
        assert door.rest() == before


def test_too_large_is_told_from_the_head_alone(door: Door) -> None:
    before = door.rest()
    with door.wire() as wire:
        wire.evidence(door.receipt, Content_Length=str(LIMIT + 1))
        wire.send(SMALL[:1000])
        answer = wire.answer()
    assert answer is not None
    assert answer.must(413)["type"] == "urn:rule12:problem:too-large"
    assert door.rest() == before


def test_too_large_in_chunks_is_noticed_on_the_way(door: Door) -> None:
    before, body = door.rest(), picture(LIMIT + (4 << 20))
    with door.wire() as wire:
        wire.evidence(door.receipt, Transfer_Encoding="chunked", Content_Digest=digest_header(body))
        with suppress(ConnectionError):
            wire.chunks(body[at : at + 65_536] for at in range(0, len(body), 65_536))
        answer = wire.answer()
    assert answer is None or answer.must(413)["type"] == "urn:rule12:problem:too-large"
    assert door.rest() == before


def test_the_body_of_a_refused_upload_is_never_taken_for_a_request(door: Door) -> None:
    """An attacker who hides a request in a body must not get it answered."""
    hidden = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with door.wire() as wire:
        wire.evidence(door.receipt, Content_Length=str(LIMIT + 1))
        with suppress(OSError):
            wire.send(hidden * 100)
            wire.finish_sending()
        seen = wire.rest()
    assert re.findall(rb"HTTP/1\.1 (\d+)", seen) in ([b"413"], [])  # a reset may overtake the answer


def test_curl_waits_for_the_word_to_continue_and_gets_it(door: Door) -> None:
    words = ["curl", "-sS", "-v", "--fail-with-body", "--data-binary", "@-", "--expect100-timeout", "30"]
    for header in ("Expect: 100-continue", f"Authorization: Receipt {door.receipt}", "Content-Type: image/png"):
        words += ["-H", header]
    words.append(f"http://127.0.0.1:{door.server.port}{API}/mailbox/evidence")
    sent = subprocess.run(words, input=SMALL, capture_output=True, check=True, timeout=60)
    assert b"100 Continue" in sent.stderr
    assert json.loads(sent.stdout)["size"] == len(SMALL)


def test_twenty_mebibytes_come_back_byte_for_byte(door: Door) -> None:
    body = picture(20 << 20, seed=20)
    kept = door.server.client.upload(door.receipt, body).must(201)
    answer = door.desk.original(door.number, kept["evidence_id"])
    assert answer.headers["content-length"] == str(len(body))
    assert answer.body == body


def test_clients_that_go_away_while_downloading_do_no_harm(door: Door) -> None:
    body = picture(20 << 20, seed=21)
    kept = door.server.client.upload(door.receipt, body).must(201)
    processes = set(door.server.members())
    for _ in range(6):
        with door.wire() as wire:
            door.begin_download(wire, kept["evidence_id"])
            assert wire.read(65_536).startswith(b"HTTP/1.1 200")
            wire.break_off()
    assert door.desk.original(door.number, kept["evidence_id"]).body == body
    assert set(door.server.members()) == processes


@pytest.mark.parametrize("size", [100_000, 300_000, 8 << 20])
def test_a_tampered_original_never_ends_neatly(door: Door, size: int) -> None:
    body = picture(size, seed=22)
    kept = door.server.client.upload(door.receipt, body).must(201)
    flip_before_end(objects(door.spot)[kept["evidence_id"].replace("-", "")], 5000)
    with door.wire() as wire:
        door.begin_download(wire, kept["evidence_id"])
        head, _, seen = wire.rest().partition(b"\r\n\r\n")
    if head.startswith(b"HTTP/1.1 500"):  # noticed before the head was sent
        assert json.loads(seen)["type"] == "urn:rule12:problem:evidence-unreadable"
        assert size < 1 << 20
    else:
        announced = re.search(rb"(?i)content-length: (\d+)", head)
        assert announced
        assert int(announced[1]) == size
        assert len(seen) < size
        assert body.startswith(seen)
    assert door.server.client.get("/healthz").status == 200


@pytest.mark.parametrize("door", ["granian", "gunicorn-threads"], indirect=True)
def test_slow_senders_do_not_keep_others_waiting(door: Door) -> None:
    """A sender on a bad line holds a thread for minutes; so does an attacker with little effort."""
    wires = [door.wire() for _ in range(8)]
    try:
        for wire in wires:
            wire.evidence(door.receipt, **FRAMINGS["length"])
            wire.send(SMALL[:5000])
        until(lambda: len(incoming(door.spot)) == len(wires), "the slow uploads to begin")
        assert door.server.client.upload(door.receipt, SMALL).status == 201
    finally:
        for wire in wires:
            wire.break_off()
    until(lambda: not incoming(door.spot), "the slow uploads to be cleared")
