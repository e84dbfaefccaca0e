"""People who sit at the pages: signed in by a session, sending forms as a browser does."""

import re
from typing import Any
from urllib.parse import urlencode

from werkzeug.test import TestResponse

from cases.people import Role
from tests.api.conftest import Caller, Office, Tags

TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
OURS = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}


class Seat:
    """Somebody signed in in one role."""

    def __init__(self, office: Office, role: Role, person: str = "") -> None:
        self.office, self.role = office, role
        self.caller: Caller = office.sits_down(office.caller(), role, person)

    def look(self, path: str, status: int = 200) -> str:
        """The text of a page."""
        answer = self.caller.client.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return answer.text

    @property
    def token(self) -> str:
        """The mark that every form of this session carries."""
        found = TOKEN.search(self.look("/desk/sessions"))
        assert found is not None
        return found[1]

    def send(self, path: str, headers: dict[str, str] | None = None, **fields: Any) -> TestResponse:
        """POST a form, from a page of ours."""
        body = urlencode({"form_token": self.token, **fields})
        return self.caller.client.post(
            path, data=body, content_type="application/x-www-form-urlencoded", headers=OURS | (headers or {})
        )

    def submit(self, page: str, action: str, **fields: Any) -> TestResponse:
        """Fill in the form of a page that goes to an address, hidden fields as they stand there."""
        return self.send(action, **hidden_fields(self.look(page), action), **fields)


def hidden_fields(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that goes to an address, but for the mark of the session."""
    fields: dict[str, str] = {}
    inside = found = False
    for tag, told in Tags(page).found:
        if tag == "form":
            inside = told.get("action") == action
            found = found or inside
        if inside and tag == "input" and told.get("type") == "hidden" and told.get("name") != "form_token":
            fields[str(told["name"])] = str(told["value"])
    assert found, f"no form goes to {action}"
    return fields
