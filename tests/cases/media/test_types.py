import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cases.errors import MediaRefused
from cases.media import ACTIVE, ALIASES, ALLOWED, KIN, SNIFF_BYTES, checked_type, sniff

SAMPLES = Path(__file__).parents[2] / "samples"
TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".pdf": "application/pdf",
}
EBML = b"\x1a\x45\xdf\xa3"


def mp4(brand, size=24):
    return size.to_bytes(4) + b"ftyp" + brand + b"\0\0\2\0isommp42"


def ebml(doctype, before=b"\x42\x86\x81\x01"):
    body = before + b"\x42\x82" + bytes([0x80 | len(doctype)]) + doctype
    return EBML + bytes([0x80 | len(body)]) + body + b"\x18\x53\x80\x67"


MAIL = (
    b"Received: from a.example by b.example\r\n\twith ESMTPS; Mon, 2 Mar 2026 12:00:00 +0000\r\n"
    b"From: A <a@a.example>\r\nTo: b@b.example\r\nSubject: Look\r\nMIME-Version: 1.0\r\n"
)
MAILS_OF_TEXT = [MAIL, MAIL + b"Content-Type: multipart/related; boundary=b\r\n\r\n", MAIL.replace(b"\r", b"")]
MAILS_THAT_ARE_NO_TEXT = [
    b"From: a@b.example\r\nSubject: x\r\n\r\ncaf\xe9 here",
    b"Received: by mx\n\tfor you\nTo: c\n\n\x1b$B",
    b"From a@b.example Mon\nReturn-Path: <>\nX-Long: " + b"\xe9" * SNIFF_BYTES,
]
MHTML = (
    b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://x.example/a\r\nSubject: A page\r\n"
    b'MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype="text/html"; boundary="b"\r\n\r\n--b\r\n'
)


def zipped(name):
    return b"PK\3\4\x14\0\0\0\0\0" + bytes(16) + len(name).to_bytes(2, "little") + bytes(2) + name + b"\0\1\2"


HEADS = {
    "image/png": [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"],
    "image/jpeg": [b"\xff\xd8\xff\xe0\0\x10JFIF\0", b"\xff\xd8\xff\xe1"],
    "image/webp": [b"RIFF\x10\0\0\0WEBPVP8 "],
    "image/gif": [b"GIF87a", b"GIF89a\1\0\1\0"],
    "application/pdf": [b"%PDF-1.7\n"],
    "video/mp4": [mp4(b"isom"), mp4(b"mp42"), mp4(b"avc1"), mp4(b"M4V ")],
    "video/webm": [
        ebml(b"webm"),
        ebml(b"webm\0\0"),
        EBML + b"\x01\0\0\0\0\0\0\x07\x42\x82\x84webm",
        EBML + b"\x01\xff\xff\xff\xff\xff\xff\xff\x42\x82\x84webm",
    ],
    "audio/mpeg": [b"ID3\3\0\0\0\0\2\1TIT2", b"\xff\xfb\x90\x64", b"\xff\xf3\x40\xc0", b"\xff\xe3\x18\xc4"],
    "audio/ogg": [b"OggS\0\2" + bytes(8)],
    "video/quicktime": [mp4(b"qt  ", 20)],
    "audio/mp4": [mp4(b"M4A "), mp4(b"M4B ")],
    "application/wacz": [zipped(b"datapackage.json"), zipped(b"archive/data.warc.gz"), zipped(b"pages/pages.jsonl")],
    "multipart/related": [MHTML, MHTML.replace(b"\r\n", b"\n")],
    "message/rfc822": [*MAILS_OF_TEXT, *MAILS_THAT_ARE_NO_TEXT],
    "text/html": [
        b"<!doctype html><p>",
        b"<!DOCTYPE HTML>",
        b"\xef\xbb\xbf \r\n\t<hTmL lang=en>",
        b"<!-- saved from url=(0042)https://x.example/a -->\n<html>",
        b"<?xml version='1.0' encoding='utf-8'?>\n<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN'>",
        b"<html>caf\xe9</html>",
    ],
    "text/plain": [
        b"He wrote: vote for us",
        "Привет, 你好, مرحبا".encode(),
        b"\xef\xbb\xbfwith a byte order mark",
        b"\t tabs\r\nand\fform feeds\n",
        b"a < b and <Maria> said so",
        b"<Maria> said so",
        b"<href> is no tag",
        "cut in the middle: 你".encode()[:-1],
    ],
}
MAGICS = [
    b"",
    EBML,
    b"ID3",
    b"\xff\xfb",
    b"\0\0\0\x18ftyp",
    b"RIFF",
    b"<",
    b"OggS",
    b"PK\3\4",
    b"From: ",
    MAIL,
    b"<!--",
]
NOT_TAKEN = {
    "nothing at all": b"",
    "only a byte order mark": b"\xef\xbb\xbf",
    "only half a character": b"\xe4\xbd",
    "HEIC": mp4(b"heic"),
    "AVIF": mp4(b"avif"),
    "3GP": mp4(b"3gp4"),
    "a page that plays MP4": b"<p> ftypisom and more",
    "an MP4 whose first box is too small": mp4(b"isom", size=12),
    "Matroska": ebml(b"matroska"),
    "Matroska with webm in a void element": ebml(b"matroska", before=b"\xec\x87\x42\x82\x84webm"),
    "Matroska named first": ebml(b"webm", before=b"\x42\x82\x88matroska"),
    "an EBML header cut before its doctype": ebml(b"webm")[:9],
    "an EBML element longer than its header": EBML + b"\x84\x42\x82\x84webm",
    "an EBML size without a marker": EBML + b"\0\0\0",
    "an EBML magic alone": EBML,
    "an ID3 tag of no known version": b"ID3\xff\0\0\0\0\0\0",
    "an ID3 tag whose size is not synchsafe": b"ID3\3\0\0\x80\0\0\0",
    "AAC": b"\xff\xf1\x50\x80",
    "MPEG layer II": b"\xff\xfd\x90\x64",
    "a frame of a reserved version": b"\xff\xeb\x90\x64",
    "a frame of no bit rate": b"\xff\xfb\xf0\x64",
    "a frame of a free bit rate": b"\xff\xfb\x00\x64",
    "a frame of no sample rate": b"\xff\xfb\x9c\x64",
    "a frame of a reserved emphasis": b"\xff\xfb\x90\x66",
    "a frame cut short": b"\xff\xfb\x90",
    "UTF-16 text": "Hello".encode("utf-16"),
    "Latin-1 text": "café".encode("latin-1") + b" here",
    "text with NUL": b"hello\0world",
    "text with an escape": b"\x1b[31mred",
    "text with DEL": b"hello\x7f",
    "text with a C1 control": "hello\u0085".encode(),
    "an overlong slash": b"\xc0\xaf",
    "a surrogate in UTF-8": b"\xed\xa0\x80x",
    "a sound in RIFF": b"RIFF\x10\0\0\0WAVEfmt ",
    "a zip": b"PK\3\4\x14\0\0\0",
    "a zip of anything": zipped(b"readme.txt"),
    "an office document": zipped(b"[Content_Types].xml"),
    "a page with NUL": b"<!doctype html>\0",
    "a drawing with a doctype": b"<!DOCTYPE svg><svg/>",
    "a page behind too many comments": b"<!--a-->" * 4 + b"<html>",
    "a mail with NUL": MAIL + b"\0",
    "a program": b"MZ\x90\0\3\0",
    "an ELF program": b"\x7fELF\2\1\1",
    "a page after a comment": b"<!-- hello --><script>",
    "a script": b"<script>alert(1)</script>",
    "a script cut short": b"<script",
    "a drawing with scripts": b"<svg onload=alert(1)>",
    "XML": b"<?xml version='1.0'?><svg/>",
    "PHP": b"<?php system($_GET['x']);",
    "a frame": b"<iframe/src=x>",
    "a shell script": b"#!/bin/sh\nrm -rf /\n",
}


@pytest.mark.parametrize(
    "sample", json.loads((SAMPLES / "samples.json").read_text()), ids=lambda sample: sample["file"]
)
def test_every_real_sample_is_taken_for_what_it_is(sample):
    path = SAMPLES / sample["file"]
    head = path.read_bytes()[:SNIFF_BYTES]
    assert sniff(head) == TYPES[path.suffix]
    assert checked_type(TYPES[path.suffix], head) == TYPES[path.suffix]


@pytest.mark.parametrize(("kind", "head"), [(kind, head) for kind, heads in HEADS.items() for head in heads])
def test_each_type_is_known_by_its_first_bytes(kind, head):
    assert sniff(head) == kind


def test_there_is_a_head_for_every_type_on_the_list():
    assert set(HEADS) == set(ALLOWED)
    assert set(ALIASES.values()) < set(ALLOWED)


@pytest.mark.parametrize("head", NOT_TAKEN.values(), ids=NOT_TAKEN.keys())
def test_nothing_else_is_taken_for_anything(head):
    assert sniff(head) is None


@pytest.mark.parametrize("head", NOT_TAKEN.values(), ids=NOT_TAKEN.keys())
@pytest.mark.parametrize("declared", ALLOWED)
def test_an_attacker_cannot_declare_it_into_something_else(declared, head):
    with pytest.raises(MediaRefused, match="content"):
        checked_type(declared, head)


@pytest.mark.parametrize("declared", ALLOWED)
def test_a_lying_declaration_is_refused(declared):
    for kind, heads in HEADS.items():
        for head in heads:
            if kind == declared or kind in KIN.get(declared, ()):
                assert checked_type(declared, head) == kind
            elif declared == "text/plain" and head in MAILS_OF_TEXT:
                assert checked_type(declared, head) == declared
            else:
                with pytest.raises(MediaRefused, match="content"):
                    checked_type(declared, head)


@pytest.mark.parametrize(
    ("declared", "kind"),
    [
        ("audio/mp3", "audio/mpeg"),
        ("image/jpg", "image/jpeg"),
        ("application/ogg", "audio/ogg"),
        ("audio/x-m4a", "audio/mp4"),
        ("application/zip", "application/wacz"),
        ("application/xhtml+xml", "text/html"),
        ("Text/Plain; charset=utf-8", "text/plain"),
        (" IMAGE/PNG ;q=1", "image/png"),
    ],
)
def test_other_spellings_of_a_type_become_the_canonical_one(declared, kind):
    assert checked_type(declared, HEADS[kind][0]) == kind


@pytest.mark.parametrize(
    "declared", [None, "", "  ", ";charset=utf-8", "application/octet-stream", "Application/Octet-Stream;x=y"]
)
def test_a_file_without_a_type_is_refused_with_the_list_of_what_is_taken(declared):
    with pytest.raises(MediaRefused) as refusal:
        checked_type(declared, HEADS["image/png"][0])
    assert all(kind in str(refusal.value) for kind in ALLOWED)


@pytest.mark.parametrize(
    "declared", ["image/svg+xml", "video/x-matroska", "application/msword", "image/*", "image/png, text/plain", "x"]
)
def test_a_type_off_the_list_is_refused_whatever_the_content(declared):
    for heads in HEADS.values():
        with pytest.raises(MediaRefused, match="Accepted are") as refusal:
            checked_type(declared, heads[0])
        assert declared not in str(refusal.value).partition("Accepted")[0]


@given(
    st.binary(max_size=200),
    st.sampled_from(MAGICS),
)
@example(b"\xff", b"")
@example(b"\x01", EBML)
def test_no_bytes_make_sniffing_fail(noise, magic):
    kind = sniff(magic + noise)
    assert kind is None or kind in ALLOWED


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"])))
def test_any_honest_text_is_text_wherever_its_head_is_cut(text):
    whole = f"She wrote: {text}".encode()
    assert {sniff(whole[:end]) for end in range(1, len(whole) + 1)} == {"text/plain"}


@pytest.mark.parametrize(
    "head", [b"From: a@b.example\n\nhello", b"Subject: hello\n", b"Date: today\nX-More: " + b"y" * 5000]
)
def test_a_mail_that_reads_as_text_is_one_only_where_it_is_declared(head):
    assert sniff(head) == "text/plain"
    assert checked_type("text/plain", head) == "text/plain"
    assert checked_type("message/rfc822", head) == "message/rfc822"


@pytest.mark.parametrize(
    "head",
    [
        b"She wrote: vote for us",
        b"\nFrom: a@b.example\n",
        b"From: a\0\n\n",
        b"X-Odd: 1\n\n",
        b"To: a\nno field\n\n",
        b" To: a",
    ],
)
def test_an_attacker_cannot_declare_any_text_a_mail(head):
    with pytest.raises(MediaRefused, match="content"):
        checked_type("message/rfc822", head)


def test_only_the_head_is_looked_at():
    assert sniff(b"a" * SNIFF_BYTES + b"\0") == "text/plain"
    assert sniff(b"a" * (SNIFF_BYTES - 1) + b"\0") is None


def test_somebodys_own_words_that_begin_as_a_mail_does_are_still_their_words():
    words = b"From: me\nTo: you\nSubject: what I saw\n\nHe wrote to all of us."
    assert sniff(words) == "text/plain"
    assert checked_type("text/plain", MAIL + b"\r\nforwarded by me") == "text/plain"


def test_pages_and_mails_are_named_as_what_must_never_be_shown():
    assert {"text/html", "multipart/related", "message/rfc822", "application/wacz"} == ACTIVE
    assert set(ALLOWED) > ACTIVE
