"""Ranges and HEAD as bytes on a wire, on every server: resumed downloads, and what is broken never ends neatly."""

import json
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cases.people import Role
from tests.server.desk import REASON
from tests.server.doors import SERVERS, Door, a_case_on, flip_before_end
from tests.server.resting import objects
from tests.server.speaking import API, Answer, picture

SIZE = (3 << 20) + 777
BODY = picture(SIZE, seed=30)


@pytest.fixture(scope="module", params=sorted(SERVERS))
def door(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with a_case_on(request.param, tmp_path_factory.mktemp(request.param)) as opened:
        yield opened


@pytest.fixture
def item(door: Door) -> str:
    return str(door.server.client.upload(door.receipt, BODY).must(201)["evidence_id"])


def part(door: Door, item: str, wanted: str, **headers: str) -> Answer:
    path = f"/cases/{door.number}/evidence/{item}/content"
    return door.desk.get(Role.INTAKE, path, Reason=REASON, Range=wanted, **headers)


def split(seen: bytes) -> tuple[bytes, bytes]:
    head, _, body = seen.partition(b"\r\n\r\n")
    return head, body


def test_a_range_out_of_the_middle_comes_byte_for_byte(door: Door, item: str) -> None:
    answer = part(door, item, "bytes=1000000-2999999", If_Range=f'"{item}"')
    assert (answer.status, answer.body == BODY[1_000_000:3_000_000]) == (206, True)
    assert answer.headers["content-range"] == f"bytes 1000000-2999999/{SIZE}"
    assert answer.headers["content-length"] == "2000000"
    assert answer.headers["accept-ranges"] == "bytes"


def test_a_range_beyond_the_end_is_refused_and_several_are_the_whole(door: Door, item: str) -> None:
    refused = part(door, item, f"bytes={SIZE}-")
    assert refused.must(416)["type"] == "urn:rule12:problem:range-unsatisfiable"
    assert refused.headers["content-range"] == f"bytes */{SIZE}"
    several = part(door, item, "bytes=0-1,5-6")
    assert (several.status, several.body == BODY) == (200, True)


def test_head_tells_the_length_and_sends_no_byte_after_its_head(door: Door, item: str) -> None:
    with door.wire() as wire:
        door.begin_download(wire, item, "HEAD", Range="bytes=0-9")
        head, body = split(wire.rest())
    assert head.startswith(b"HTTP/1.1 200")
    assert body == b""
    assert re.search(rb"(?i)^content-length: %d\r?$" % SIZE, head, re.MULTILINE)
    assert f'"{item}"'.encode() in head


def test_curl_goes_on_where_a_download_broke_off(door: Door, item: str, tmp_path: Path) -> None:
    file = tmp_path / "original.png"
    file.write_bytes(BODY[:1_234_567])
    words = ["curl", "-sS", "--fail-with-body", "--continue-at", "-", "-o", str(file)]
    words += ["-H", f"Authorization: Bearer {door.desk.tokens[Role.INTAKE]}", "-H", f"Reason: {REASON}"]
    words.append(f"http://127.0.0.1:{door.server.port}{API}/cases/{door.number}/evidence/{item}/content")
    subprocess.run(words, check=True, timeout=60)
    assert file.read_bytes() == BODY


def test_many_ranges_at_once_make_the_file_and_are_one_look(door: Door, item: str) -> None:
    step = 100_000
    asked = [f"bytes={start}-{start + step - 1}" for start in range(0, SIZE, step)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda wanted: part(door, item, wanted), asked))
    assert {answer.status for answer in answers} == {206}
    assert b"".join(answer.body for answer in answers) == BODY
    custody = door.desk.get(Role.INTAKE, f"/cases/{door.number}/evidence/{item}/custody").must(200)
    assert [one["entry"]["action"] for one in custody] == ["evidence_added", "opened_original"]


def test_a_range_of_a_cut_file_is_refused_wherever_it_lies(door: Door, item: str) -> None:
    path = objects(door.spot)[item.replace("-", "")]
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 100_000)
    refused = part(door, item, "bytes=0-9")
    assert refused.must(500)["type"] == "urn:rule12:problem:evidence-unreadable"


def test_a_range_that_meets_a_tampered_chunk_never_ends_neatly(door: Door, item: str) -> None:
    flip_before_end(objects(door.spot)[item.replace("-", "")], 500_000)
    with door.wire() as wire:
        door.begin_download(wire, item, Range=f"bytes=1000-{SIZE - 1000}")
        head, seen = split(wire.rest())
    assert head.startswith(b"HTTP/1.1 206")
    announced = re.search(rb"(?i)content-length: (\d+)", head)
    assert announced
    assert int(announced[1]) == SIZE - 1999
    assert len(seen) < SIZE - 500_000 - 1000
    assert BODY[1000:].startswith(seen)
    with door.wire() as wire:
        door.begin_download(wire, item, Range=f"bytes=-{510_000}")
        head, seen = split(wire.rest())
    assert head.startswith(b"HTTP/1.1 500")
    assert json.loads(seen)["type"] == "urn:rule12:problem:evidence-unreadable"
