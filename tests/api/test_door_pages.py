"""The web form: everything a person types comes back or is sealed, no page runs a script, no address holds a secret."""

import re
from typing import Any
from urllib.parse import urlencode

from werkzeug.test import TestResponse

from api.idempotency import _one_at_a_time as one_at_a_time
from cases.receipt import read_receipt
from tests.api.conftest import KEY, PICTURE, PREFIX, Office, Tags, Untouchable

FORM = "application/x-www-form-urlencoded"
MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"
BOUNDARY = "XbX"
WRITTEN = {"summary": "A post", "narrative": "What I saw.", "consent": "anonymous", "key": KEY}


def send(office: Office, path: str, fields: dict[str, Any]) -> TestResponse:
    return office.door.call("POST", path, data=urlencode(fields, doseq=True), content_type=FORM)


def receipt_in(page: TestResponse) -> str:
    found = re.search(r'class="receipt"[^>]*>([^<]+)<', page.text)
    assert found, page.text
    assert read_receipt(found[1])
    return found[1]


def multipart(*parts: tuple[str, str, bytes]) -> bytes:
    """Parts as (name, file name, data); a field has no file name."""
    body = b""
    for name, filename, data in parts:
        file = f'; filename="{filename}"\r\nContent-Type: image/png' if filename else ""
        body += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + data + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


def upload(office: Office, *parts: tuple[str, str, bytes], path: str = "/evidence") -> TestResponse:
    return office.door.call(
        "POST", path, data=multipart(*parts), content_type=f"multipart/form-data; boundary={BOUNDARY}"
    )


def every_page(office: Office) -> list[TestResponse]:
    """Each page there is, in each of its moods, filled with markup wherever a reporter may write."""
    reporter = {"consent": "open", "name": MARKUP, "staff_number": MARKUP[:30]}
    subject = {"subject_name": MARKUP, "post_handle": MARKUP, "post_url": MARKUP, "post_platform": MARKUP}
    filed = send(office, "/", {"summary": MARKUP, "narrative": MARKUP, "key": KEY} | reporter | subject)
    receipt = receipt_in(filed)
    return [
        filed,
        office.door.get("/"),
        office.door.get("/mailbox"),
        send(office, "/", {"summary": MARKUP * 9, "narrative": "", "key": MARKUP} | reporter | subject),
        upload(office, ("receipt", "", receipt.encode()), ("files", f"{MARKUP}.png", PICTURE.read_bytes())),
        upload(office, ("receipt", "", receipt.encode()), ("files", f"{MARKUP}.exe", b"MZ")),
        upload(office, ("receipt", "", MARKUP.encode()), ("files", "a.png", b"")),
        upload(office, ("files", "a.png", b"")),
        send(office, "/mailbox", {"receipt": receipt, "text": MARKUP}),
        send(office, "/mailbox", {"receipt": receipt, "text": MARKUP * 900}),
        send(office, "/mailbox", {"receipt": MARKUP}),
        send(office, "/mailbox", {"receipt": receipt}),
        office.door.call("POST", "/", data=b"", content_type="text/plain"),
    ]


def test_no_page_runs_anything_a_reporter_wrote(office: Office) -> None:
    pages = every_page(office)
    assert {page.status_code for page in pages} == {200, 201, 401, 415, 422}
    for page in pages:
        assert page.mimetype == "text/html"
        tags = Tags(page.text)
        assert not tags.all("script") + tags.all("img") + tags.all("iframe") + tags.all("object")
        assert not [name for _, attributes in tags.found for name in attributes if name.startswith("on")]
        assert "alert(2)&gt;49" not in page.text, "nothing a reporter wrote is a template either"


def test_no_page_sets_a_cookie_leaves_the_host_or_loosens_its_policy(office: Office) -> None:
    for page in every_page(office):
        assert "Set-Cookie" not in page.headers
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        policy = page.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "form-action 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert not any(word in policy for word in ("unsafe", "http", "script", "*"))
        tags = Tags(page.text)
        addresses = [
            one.get(name) for one in tags.all("a") + tags.all("link") + tags.all("form") for name in ("href", "action")
        ]
        assert all(one.startswith(("/", "#")) and not one.startswith("//") for one in addresses if one is not None)
        assert not [one for _, one in tags.found if "style" in one]


def test_a_receipt_is_never_in_an_address(office: Office) -> None:
    receipt = receipt_in(send(office, "/", WRITTEN))
    for page in (send(office, "/mailbox", {"receipt": receipt}), upload(office, ("receipt", "", receipt.encode()))):
        tags = Tags(page.text)
        assert all(form["method"] == "post" for form in tags.all("form"))
        assert not [one for one in tags.all("a") if receipt in (one.get("href") or "")]
        assert not any(receipt in value for value in page.headers.values())
    with office.nothing_changes():
        asked = office.door.get(f"/mailbox?receipt={receipt}")
        assert receipt not in asked.text
        assert "Your mailbox" not in asked.text


def test_the_form_files_and_its_receipt_opens_the_mailbox(office: Office) -> None:
    fields = WRITTEN | {
        "consent": "confidential",
        "name": "Ana Lima",
        "staff_number": "S0102",
        "share_with_supervisor": "no",
        "tell_ethics": "yes",
        "concerns": ["political_partisan", "online_harassment_hate"],
        "post_url": "https://social.example/1",
        "subject_number": "S0107",
        "immediate_danger": "yes",
    }
    page = send(office, "/", fields)
    assert page.status_code == 201
    box = office.holder(receipt_in(page)).get(f"{PREFIX}/mailbox").json
    assert box is not None
    assert box["statement"] == {
        "summary": "A post",
        "narrative": "What I saw.",
        "concerns": ["political_partisan", "online_harassment_hate"],
        "posts": [{"url": "https://social.example/1"}],
        "subjects": [{"staff_number": "S0107"}],
        "immediate_danger": True,
        "tell_ethics": True,
    }
    opened = send(office, "/mailbox", {"receipt": receipt_in(page)})
    assert opened.status_code == 200
    assert "What I saw." in opened.text


def test_wrong_input_keeps_what_was_typed_and_names_the_fields(office: Office) -> None:
    fields = {
        "summary": "s" * 201,
        "narrative": "A long story <b>about</b> it",
        "consent": "anonymous",
        "name": "Ana & Lima",
        "subject_name": "Somebody",
        "concerns": ["political_partisan"],
        "share_with_supervisor": "yes",
        "supervisor_involved": "yes",
        "key": KEY,
    }
    with office.nothing_changes():
        page = send(office, "/", fields)
    assert page.status_code == 422
    tags = Tags(page.text)
    typed = {one["name"]: one.get("value") for one in tags.all("input") if one.get("type") in {None, "hidden"}}
    assert (typed["summary"], typed["name"], typed["subject_name"]) == ("s" * 201, "Ana & Lima", "Somebody")
    assert typed["key"] == KEY
    ticked = {(one["name"], one["value"]) for one in tags.all("input") if "checked" in one}
    assert ticked == {
        ("consent", "anonymous"),
        ("concerns", "political_partisan"),
        ("share_with_supervisor", "yes"),
        ("supervisor_involved", "yes"),
    }
    assert "A long story &lt;b&gt;about&lt;/b&gt; it</textarea>" in page.text
    alert = page.text.partition('role="alert"')[2].partition("</div>")[0]
    assert "In one sentence" in alert
    mended = send(office, "/", fields | {"summary": "Short"})
    assert mended.status_code == 422
    assert "Your name" in mended.text.partition('role="alert"')[2].partition("</div>")[0]
    assert send(office, "/", fields | {"summary": "Short", "name": ""}).status_code == 201


def test_the_same_form_sent_twice_shows_the_same_receipt(office: Office) -> None:
    first = send(office, "/", WRITTEN)
    with office.nothing_changes():
        assert receipt_in(send(office, "/", WRITTEN)) == receipt_in(first)


def test_the_same_key_with_other_words_loses_neither(office: Office) -> None:
    """Back in the browser, another sentence added, sent again: not silently taken for the first."""
    first = receipt_in(send(office, "/", WRITTEN))
    other = WRITTEN | {"narrative": "What I saw, and something I forgot."}
    with office.nothing_changes():
        page = send(office, "/", other)
    assert page.status_code == 422
    assert "something I forgot." in page.text
    key = next(one["value"] for one in Tags(page.text).all("input") if one.get("name") == "key")
    assert key not in {KEY, None}
    assert receipt_in(send(office, "/", other | {"key": key})) != first


def test_a_form_still_under_way_may_be_sent_again_as_it_is(office: Office) -> None:
    with office.nothing_changes(), one_at_a_time(office.desk.answers.under(KEY)):
        page = send(office, "/", WRITTEN)
        assert page.status_code == 409
        assert f'value="{KEY}"' in page.text
        assert "What I saw.</textarea>" in page.text
    assert send(office, "/", WRITTEN).status_code == 201


def test_a_form_that_broke_off_on_its_way_is_not_filed(office: Office) -> None:
    body = urlencode(WRITTEN).encode()
    with office.nothing_changes():
        short = office.door.stream("/", _Source(body[:-30]), length=len(body), Content_Type=FORM)
        assert (short.status_code, short.mimetype) == (422, "text/html")
        assert office.door.stream("/", _Source(body), length=None, Content_Type=FORM).status_code == 411
        assert office.door.stream("/", Untouchable(), length=10**9, Content_Type=FORM).status_code == 413


class _Source:
    """A body that simply ends, as servers show one that was cut."""

    def __init__(self, body: bytes) -> None:
        self._left = body

    def read(self, size: int = -1) -> bytes:
        size = len(self._left) if size < 0 else size
        taken, self._left = self._left[:size], self._left[size:]
        return taken
