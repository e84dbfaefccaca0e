"""Multipart as a stream: the same parts however the bytes are cut, and never a part of a body that was cut short."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.multipart import HEAD_LIMIT, parts_of
from cases.errors import BodyNotWhole
from tests.api.conftest import PICTURE, Office

BOUNDARY = "----Boundary7MA4YWxk"
DELIMITER = f"--{BOUNDARY}".encode()


@dataclass(frozen=True)
class Sent:
    """A part as its sender means it."""

    name: str
    filename: str | None
    data: bytes


def body_of(parts: list[Sent], preamble: bytes = b"") -> bytes:
    """As a browser writes it (WHATWG HTML §4.10.21.8)."""
    written = preamble
    for part in parts:
        filename = f'; filename="{part.filename}"' if part.filename is not None else ""
        kind = "\r\nContent-Type: image/png" if part.filename is not None else ""
        head = f'Content-Disposition: form-data; name="{part.name}"{filename}{kind}\r\n\r\n'
        written += DELIMITER + b"\r\n" + head.encode() + part.data + b"\r\n"
    return written + DELIMITER + b"--"


def read(blocks: list[bytes]) -> list[Sent]:
    return [Sent(one.name, one.filename, b"".join(one.blocks)) for one in parts_of(iter(blocks), BOUNDARY)]


def cut_at(body: bytes, places: set[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(body) + 1) for place in places), len(body)]
    return [body[start:end] for start, end in pairwise(edges)]


TRICKY = [b"\r", b"\n", b"\r\n", b"--", b"\r\n--", DELIMITER[:-1], b"\r\n" + DELIMITER[:-1], b"-" * 30, b"\r\n\r\n"]
data = st.lists(st.sampled_from(TRICKY) | st.binary(max_size=12), max_size=8).map(b"".join)
clean = data.filter(lambda one: DELIMITER not in b"\r\n" + one)
names = st.text("abcdefgh ÄÖ中", min_size=1, max_size=8)
sent = st.lists(st.builds(Sent, names, st.none() | names, clean), min_size=1, max_size=4)
places = st.sets(st.integers(0, 2000), max_size=12)


@given(
    sent, places, st.sampled_from([b"", b"\r\n", b"a preamble\r\n"]), st.sampled_from([b"", b"\r\n", b"\r\nepilogue"])
)
def test_any_cut_into_blocks_gives_the_same_parts(
    parts: list[Sent], places: set[int], preamble: bytes, epilogue: bytes
) -> None:
    body = body_of(parts, preamble) + epilogue
    assert read(cut_at(body, places)) == parts
    assert read([bytes([byte]) for byte in body]) == parts


@given(sent, st.integers(0, 5000), places)
def test_any_end_before_the_closing_boundary_is_noticed(parts: list[Sent], end: int, places: set[int]) -> None:
    body = body_of(parts)
    cut = body[: end % len(body)]
    whole: list[Sent] = []
    arriving = parts_of(iter(cut_at(cut, places)), BOUNDARY)
    with pytest.raises(BodyNotWhole):
        whole.extend(Sent(one.name, one.filename, b"".join(one.blocks)) for one in arriving)
    assert whole == parts[: len(whole)]


@given(sent, places)
def test_a_part_nobody_reads_is_passed_over(parts: list[Sent], places: set[int]) -> None:
    blocks = cut_at(body_of(parts), places)
    assert [one.name for one in parts_of(iter(blocks), BOUNDARY)] == [part.name for part in parts]
    first = [next(one.blocks, b"") for one in parts_of(iter(blocks), BOUNDARY)]
    assert all(part.data.startswith(begun) for part, begun in zip(parts, first, strict=True))


@given(st.binary(max_size=300), places)
def test_no_bytes_fail_in_any_other_way(noise: bytes, places: set[int]) -> None:
    for body in (noise, DELIMITER + b"\r\n" + noise, body_of([Sent("a", None, b"")])[:-2] + noise):
        try:
            read(cut_at(body, places))
        except BodyNotWhole:
            continue


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Type: image/png",
        b"Content-Disposition: attachment; name=a",
        b"Content-Disposition: form-data",
        b"Content-Disposition",
        b"\xff\xfe",
    ],
)
def test_a_part_that_is_no_form_field_is_refused(head: bytes) -> None:
    with pytest.raises(BodyNotWhole):
        read([DELIMITER + b"\r\n" + head + b"\r\n\r\ndata\r\n" + DELIMITER + b"--\r\n"])


def test_what_may_be_held_is_bounded_however_it_comes() -> None:
    """An attacker sends a head, a preamble or padding that never ends."""
    for start in (b"", DELIMITER, DELIMITER + b"\r\nContent-Disposition: form-data; name=a"):
        taken = 0

        def endless(start: bytes = start) -> Iterator[bytes]:
            nonlocal taken
            yield start
            while True:
                taken += 1024
                yield b" " * 1024

        with pytest.raises(BodyNotWhole):
            list(parts_of(endless(), BOUNDARY))
        assert taken <= HEAD_LIMIT + 4096
        with pytest.raises(BodyNotWhole):
            read([start + b" " * (HEAD_LIMIT + 1) + b"\r\n\r\n" + DELIMITER + b"--"])


def test_a_large_part_streams_in_pieces() -> None:
    block = bytes(64 * 1024)
    body = body_of([Sent("f", "a.png", b"@")]).split(b"@")
    (part,) = [
        [len(piece) for piece in one.blocks] for one in parts_of(iter([body[0], *[block] * 20, body[1]]), BOUNDARY)
    ]
    assert sum(part) == 20 * len(block)
    assert max(part) < 3 * len(block)


def test_a_cut_file_is_never_kept(office: Office) -> None:
    receipt = office.file()["receipt"]
    body = body_of([Sent("receipt", None, receipt.encode()), Sent("files", "a.png", PICTURE.read_bytes())])
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    with office.nothing_changes():
        for end in (len(body) - 3, len(body) - len(DELIMITER) - 2, len(body) // 2, 400):
            answer = office.door.call("POST", "/en/evidence", data=body[:end], content_type=kind)
            assert answer.status_code == 422
    answer = office.door.call("POST", "/en/evidence", data=body[:-1], content_type=kind)
    assert answer.status_code == 422, "its delimiter came: the file is whole and kept, and the page says what broke off"
    assert "Stored:" in answer.text
    assert "broke off" in answer.text
    assert office.door.call("POST", "/en/evidence", data=body, content_type=kind).status_code == 200
