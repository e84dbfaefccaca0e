"""What helps a reporter with their evidence: what files tell, what of the post was kept, and how to add the rest."""

from pathlib import Path

import pytest
from markupsafe import escape

from cases.berkeley import Point
from cases.catalogue import LANGUAGES
from tests.api.conftest import PICTURE, Office
from tests.api.test_door_pages import WRITTEN, receipt_in, report
from tests.api.test_mailbox_pages import Visitor, visitor
from tests.conftest import NOON

__all__ = ["visitor"]
BOUNDARY = "XbX"
PHOTO = PICTURE.with_name("en-phone-photo-with-gps.jpg")
POST = {"post-0-address": "https://www.facebook.com/story.php?story_fbid=10158&id=42", "post-0-seen_at": "Monday"}


def send_file(office: Office, lang: str, receipt: str, path: Path, kind: str) -> str:
    """A file by the form on the page after filing; what the page answers."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="receipt"\r\n\r\n{receipt}\r\n--{BOUNDARY}\r\n'
    head += f'Content-Disposition: form-data; name="files"; filename="{path.name}"\r\nContent-Type: {kind}\r\n\r\n'
    body = head.encode() + path.read_bytes() + f"\r\n--{BOUNDARY}--\r\n".encode()
    typed = f"multipart/form-data; boundary={BOUNDARY}"
    answer = office.door.call("POST", f"/{lang}/evidence", data=body, content_type=typed)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_photo_that_tells_where_it_was_taken_is_said_to_do_so(office: Office, lang: str) -> None:
    receipt = receipt_in(report(office, WRITTEN, lang))
    page = send_file(office, lang, receipt, PHOTO, "image/jpeg")
    assert escape(office.desk.law.hint("hidden", "location", NOON.date()).text.in_(lang)) in page


def test_a_screenshot_is_said_to_tell_nothing(office: Office) -> None:
    receipt = receipt_in(report(office, WRITTEN))
    page = send_file(office, "en", receipt, PICTURE, "image/png")
    assert "Stored:" in page
    assert 'class="read"' not in page


def test_the_mailbox_says_point_by_point_what_is_there_and_how_to_add_the_rest(
    office: Office, visitor: Visitor
) -> None:
    receipt = receipt_in(report(office, WRITTEN | POST))
    before = visitor.enter(receipt).text
    for point in Point:
        assert str(escape(office.desk.law.hint("evidence", str(point), NOON.date()).label.in_("en"))) in before
    assert "Address of the post: there" in before
    assert "Fingerprint of each file: missing" in before
    send_file(office, "en", receipt, PICTURE, "image/png")
    assert "Fingerprint of each file: there" in visitor.open("/en/mailbox").text
