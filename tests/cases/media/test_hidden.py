"""What files tell besides what one sees: found in real files and in made ones, never by raising."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cases.media import ALLOWED
from cases.media.hidden import MAY_CARRY, SEEN_BYTES, Hidden, metadata_in

SAMPLES = Path(__file__).parents[2] / "samples"
PHOTO = (SAMPLES / "en-phone-photo-with-gps.jpg").read_bytes()


def exif(*tags: int, order: str = "little") -> bytes:
    entries = b"".join(tag.to_bytes(2, order) + bytes(10) for tag in tags)
    start = b"II*\0" if order == "little" else b"MM\0*"
    return start + (8).to_bytes(4, order) + len(tags).to_bytes(2, order) + entries


def jpeg(*segments: tuple[int, bytes]) -> bytes:
    made = b"".join(b"\xff" + bytes([mark]) + (len(body) + 2).to_bytes(2) + body for mark, body in segments)
    return b"\xff\xd8" + made + b"\xff\xda\0\x08" + bytes(6) + b"Exif\0\0"


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    made = b"".join(len(body).to_bytes(4) + name + body + bytes(4) for name, body in chunks)
    return b"\x89PNG\r\n\x1a\n" + made + bytes(4) + b"IEND" + bytes(4)


def webp(flags: int, after: bytes = b"") -> bytes:
    return b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0" + bytes([flags]) + bytes(9) + after


FILES = [
    ("image/jpeg", jpeg((0xE0, b"JFIF\0")), set()),
    ("image/jpeg", jpeg((0xE1, b"Exif\0\0" + exif(0x010F))), {"device"}),
    ("image/jpeg", jpeg((0xE0, b"JFIF\0"), (0xE1, b"Exif\0\0" + exif(0x010F, 0x8825))), {"device", "location"}),
    ("image/jpeg", jpeg((0xE1, b"Exif\0\0" + exif(0x8825, order="big"))), {"device", "location"}),
    ("image/jpeg", jpeg((0xE1, b"Exif\0\0not a TIFF")), set()),
    ("image/jpeg", jpeg((0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>")), {"editing"}),
    ("image/jpeg", jpeg((0xED, b"Photoshop 3.0\0"), (0xFE, b"by me")), {"editing", "text"}),
    ("image/png", png((b"IHDR", bytes(13))), set()),
    ("image/png", png((b"tEXt", b"Software\0x"), (b"IDAT", bytes(9))), {"text"}),
    ("image/png", png((b"eXIf", exif(0x8825)), (b"zTXt", b"a")), {"device", "location", "text"}),
    ("image/png", png((b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x>")), {"editing"}),
    ("image/png", png((b"IDAT", b"tEXteXIf")), set()),
    ("image/webp", webp(0), set()),
    ("image/webp", webp(0x0C), {"device", "editing"}),
    ("image/webp", webp(0x08, b"EXIF\x20\0\0\0" + exif(0x8825)), {"device", "location"}),
    ("image/gif", b"GIF89a\x21\xfe\5hello", {"text"}),
    ("application/pdf", b"%PDF-1.4 <</Author (Jane) /Creator ()>>", {"author"}),
    ("application/pdf", b"%PDF-1.4 <</Author () /Title (a)>>", set()),
    ("application/pdf", b"%PDF-1.4 <</Creator <FEFF0041> /Metadata 4 0 R>>", {"author", "editing"}),
    ("video/mp4", b"\0\0\0\x18ftypisom...\xa9xyz\0\x12+46.2", {"location"}),
    (
        "video/quicktime",
        b"ftypqt  com.apple.quicktime.location.ISO6709 com.apple.quicktime.make",
        {"location", "device"},
    ),
    ("audio/mp4", b"ftypM4A ", set()),
    ("audio/mpeg", b"ID3\3\0", {"text"}),
    ("text/html", b"<html>", {"signed_in"}),
    ("multipart/related", b"From:", {"signed_in"}),
    ("application/wacz", b"PK", {"signed_in"}),
    ("message/rfc822", b"Received: x", {"mail_headers"}),
    ("text/plain", b"GPS Exif", set()),
    ("image/heic", b"Exif", set()),
]


def test_a_phones_photo_tells_where_it_was_taken():
    assert metadata_in(PHOTO[:4096], "image/jpeg") == {Hidden.DEVICE, Hidden.LOCATION}


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("*.png")))
def test_plain_screenshots_tell_nothing_more(name):
    assert metadata_in((SAMPLES / name).read_bytes(), "image/png") <= {Hidden.TEXT}


def test_what_stands_at_the_end_of_a_file_is_found_where_the_end_was_seen():
    body = (SAMPLES / "fr-capture.pdf").read_bytes()
    assert metadata_in(body[:4096], "application/pdf") == set()
    assert metadata_in(body[:4096], "application/pdf", body[-4096:]) == {Hidden.AUTHOR}
    film = b"\0\0\0\x18ftypisom" + bytes(SEEN_BYTES)
    assert metadata_in(film, "video/mp4", bytes(100) + b"moov udta \xa9xyz") == {Hidden.LOCATION}
    assert metadata_in(b"\xff\xfb\x90\x64", "audio/mpeg", b"TAG" + bytes(125)) == {Hidden.TEXT}


@pytest.mark.parametrize(("media_type", "body", "tells"), FILES)
def test_what_a_file_tells_is_found_in_its_first_bytes(media_type, body, tells):
    assert metadata_in(body, media_type) == tells
    assert metadata_in(body, media_type) <= MAY_CARRY.get(media_type, frozenset())


def test_every_type_that_is_taken_says_what_it_can_carry():
    assert set(MAY_CARRY) == set(ALLOWED)
    assert frozenset().union(*MAY_CARRY.values()) == set(Hidden)


@given(
    st.sampled_from([body for _, body, _ in FILES]),
    st.binary(max_size=60),
    st.integers(0, 80),
    st.sampled_from(sorted(ALLOWED)),
)
@example(b"\xff\xd8" + b"\xff\xe1\xff\xff" * 9, b"", 0, "image/jpeg")
def test_no_bytes_make_the_looking_fail_or_find_what_the_type_cannot_carry(body, noise, at, media_type):
    for spoiled in (body[:at], body[:at] + noise + body[at:], noise + body, body[:at] + noise):
        assert metadata_in(spoiled, media_type, noise) <= MAY_CARRY[media_type]


@pytest.mark.parametrize("cut", range(0, 500, 7))
def test_a_photo_cut_anywhere_is_looked_at_without_failing(cut):
    assert metadata_in(PHOTO[:cut], "image/jpeg") <= {Hidden.DEVICE, Hidden.LOCATION}
