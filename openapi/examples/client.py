# ruff: noqa: INP001, T201 - one file to copy, that prints what it does
"""Rule 1.2 Desk from Python, with the standard library alone: file, add a screenshot, follow up; work and close a case.

Run `python client.py SCREENSHOT.png`, with RULE12_URL as the base address, for instance http://127.0.0.1:8000, and
RULE12_TOKEN as a token of the role intake for the desk's half; without a token only the reporter's half is run.
"""

import base64
import hashlib
import json
import os
import secrets
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

URL = os.environ["RULE12_URL"].rstrip("/") + "/api/v1"
PATIENCE = 60
COMPLAINT = {
    "language": "en",
    "statement": {
        "summary": "Campaign video shared from an account that names the agency",
        "narrative": "Two posts ask people to vote for a candidate.",
        "concerns": ["political_partisan"],
    },
    "reporter": {"consent": "anonymous"},
}


class Refused(Exception):
    """A problem document (RFC 9457). `told["errors"]`, where there are any, name each field by JSON pointer."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.told = told
        super().__init__(f"{told['status']} {told['type']}: {told['detail']}")


def call(method: str, path: str, who: str = "", body: Any = None, **headers: str) -> tuple[Any, str]:
    """One request; the answer's JSON and its ETag. `who` is `Receipt …` or `Bearer …`. Raises Refused."""
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    named = {"Content-Type": "application/json"} | {name.replace("_", "-"): text for name, text in headers.items()}
    asked = Request(URL + path, data, named | ({"Authorization": who} if who else {}), method=method)  # noqa: S310
    try:
        with urlopen(asked, timeout=PATIENCE) as answer:  # noqa: S310 - the address is the operator's own
            return json.load(answer), answer.headers.get("ETag", "")
    except HTTPError as error:
        raise Refused(json.load(error)) from error


def create(path: str, who: str, body: Any, **headers: str) -> Any:
    """POST under a fresh key, and once more with the same key if the answer got lost: it happens once all the same."""
    key = secrets.token_urlsafe(32)
    try:
        return call("POST", path, who, body, Idempotency_Key=key, **headers)[0]
    except OSError:
        return call("POST", path, who, body, Idempotency_Key=key, **headers)[0]


def report(screenshot: Path) -> str:
    """The reporter's half: file, add a screenshot, write a line; the receipt."""
    filed = create("/complaints", "", COMPLAINT)
    me = f"Receipt {filed['receipt']}"
    picture = screenshot.read_bytes()
    digest = base64.b64encode(hashlib.sha256(picture).digest()).decode()
    headers = {"Content_Type": "image/png", "Content_Digest": f"sha-256=:{digest}:"}
    stored = create("/mailbox/evidence", me, picture, **headers)
    create("/mailbox/messages", me, {"text": "This is what it looked like this morning."})
    print(f"filed {filed['complaint_id']}, with a screenshot of {stored['size']} bytes")
    return str(filed["receipt"])


def work(token: str) -> str:
    """The desk's half: take the newest case, confirm it, capture the post, close it with a notice; its number."""
    me = f"Bearer {token}"
    number = newest(me)
    case, _ = call("GET", f"/cases/{number}", me)
    print(f"working {number}: {case['statement']['summary']}")
    move(me, number, "acknowledge")
    move(me, number, "preserve_evidence", reason="Page, address and time are captured.")
    open_now = {one["move"]: one for one in call("GET", f"/cases/{number}/moves", me)[0]}
    print(f"open now: {', '.join(open_now)}")
    reason = "impostor_or_unattributed"
    if reason in open_now["close"]["closure_reasons"]:
        notice = "We could not find out whose account this is. Thank you for telling us."
        move(me, number, "close", reason="Nobody could be identified.", closure_reason=reason, notice=notice)
    return number


def move(me: str, number: str, what: str, **given: Any) -> str:
    """Take a step on the version the case has now; `done`, or `proposed` where a second person must approve it."""
    _, version = call("GET", f"/cases/{number}/moves", me)
    done = create(f"/cases/{number}/moves", me, {"move": what, **given}, If_Match=version)
    return str(done["outcome"])


def newest(me: str) -> str:
    """The number of the newest case that nobody has worked; the worker sorts complaints within a second or so."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = call("GET", "/cases?state=registered", me)[0]["items"]
        for case in found:
            if case["acknowledged_at"] is None:
                return str(case["number"])
        time.sleep(0.2)
    raise TimeoutError("no case came")


def main() -> None:
    receipt = report(Path(sys.argv[1]))
    if token := os.environ.get("RULE12_TOKEN"):
        number = work(token)
        print(f"closed {number}")
    box, _ = call("GET", "/mailbox", f"Receipt {receipt}")
    print(f"status {box['status']['slug']}: {box['status']['text']}")


if __name__ == "__main__":
    main()
