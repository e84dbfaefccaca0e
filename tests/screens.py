"""`make screens`: the pictures of README and docs, taken in a real browser on a real server with invented people."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.server.chromium import SWITCHES, program

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
SAMPLE = ROOT / "tests" / "samples" / "en-political-endorsement.png"
SHOWN = {
    "en-1280-first-page",
    "en-1280-mistakes",
    "en-1280-receipt",
    "en-1280-mailbox",
    "ar-320-posts",
    "ar-320-receipt",
}
FIRST = "tbody th a >> nth=0"
LINK = re.compile(r"^\s*(\w+)\s.*?(http://localhost:\d+/desk/sign-in/link\S*)", re.MULTILINE)


@contextlib.contextmanager
def server() -> Iterator[tuple[str, dict[str, str]]]:
    """A demo server of its own, stopped by its process group, and what it printed to sign in with, by role."""
    with socket.socket() as free, tempfile.TemporaryDirectory() as data:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        words = [sys.executable, "-m", "wsgi", "serve", "--demo", "--port", str(port), "--data-dir", data]
        printed = Path(data) / "printed.txt"
        with printed.open("w") as out:
            started = subprocess.Popen(words, cwd=ROOT, stdout=out, start_new_session=True)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(f"{address}/healthz")
            yield address, dict(LINK.findall(printed.read_text()))
        finally:
            os.killpg(started.pid, signal.SIGTERM)
            started.wait(timeout=15)


def wait_for(address: str) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=1).close()  # noqa: S310 - our own loopback server
            return
        time.sleep(0.1)
    raise SystemExit(f"{address} does not answer")


ANSWERS: dict[str, dict[str, str]] = {
    "happened": {
        "#summary": "Endorses a candidate under the emblem",
        "#narrative": "On Sunday he asked everybody to vote for one candidate; the emblem is in the picture.",
    },
    "kinds": {"[name=kind][value='ai-5.1.9']": ""},
    "posts": {"#post-0-address": "https://m.facebook.com/story.php?story_fbid=10158&id=42&fbclid=IwAR0"},
    "people": {"#subject-0-name": "Colleague 0107"},
    "you": {"#consent input[value=anonymous]": ""},
}


def walk(browser: Browser, address: str, lang: str, width: int) -> None:
    """The reporter's way, with scripts off, a picture at each step."""
    page = browser.new_context(java_script_enabled=False, viewport={"width": width, "height": 900}).new_page()

    def at(name: str, go: str = "") -> None:
        keep(page, f"{lang}-{width}-{name}")
        if go:
            page.click(f"main button[name=go][value={go}]:not(.unseen)")

    page.goto(f"{address}/{lang}/")
    at("first-page")
    page.goto(f"{address}/{lang}/report")
    at("empty", "next")
    at("mistakes")
    for step, answers in ANSWERS.items():
        for field, value in answers.items():
            page.fill(field, value) if value else page.check(field)
        at(step, "next")
    at("check", "file")
    at("receipt")
    receipt = page.inner_text("#receipt").strip()
    page.set_input_files("#files", [SAMPLE, ROOT / "README.md"])
    page.click("form.upload > p > button")
    at("files")
    page.goto(f"{address}/{lang}/mailbox")
    page.fill("[name=receipt]", receipt)
    page.click("main form button")
    at("mailbox")


DESKS: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "head": (("queue", "cases?sort=due", ""), ("case", "cases?sort=due", FIRST)),
    "supervisor": (("received", "received", FIRST),),
    "custodian": (("request", "requests", FIRST),),
    "decider": (("decider", "cases?state=with_decider", FIRST),),
    "auditor": (("exports", "audit/exports", "text=Make it"),),
    "administrator": (("directory", "admin", ""), ("tokens", "admin/tokens", ""), ("jobs", "admin/jobs", "")),
    "intake": (("notices", "notices", ""),),
}
"""By role, each picture: its name, the page of the desk, and what is clicked there first."""


def work(browser: Browser, links: dict[str, str]) -> None:
    """What each desk sees, as much of it as stands on the first screen; the head's case on a telephone, too."""
    for role, pictures in DESKS.items():
        page = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 640}).new_page()
        page.goto(links[role])
        page.click("main button")
        home = page.url.partition("/desk/")[0]
        for name, path, click in pictures:
            page.goto(f"{home}/desk/{path}")
            if click:
                page.click(click)
            page.screenshot(path=PICTURES / f"{name}.png")
            print(f"{name}: {page.title()}")
        if role == "head":
            page.set_viewport_size({"width": 320, "height": 900})
            page.screenshot(path=PICTURES / "case-narrow.png")


def keep(page: Page, name: str) -> None:
    """A picture where docs show one; everywhere, a look that nothing overflows the narrow screen."""
    wide = page.locator("body").evaluate("body => body.scrollWidth > window.innerWidth")
    if wide:
        raise SystemExit(f"{name} does not fit its screen")
    if name in SHOWN:
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    print(f"{name}: {page.title()}")


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with server() as (address, links), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program(), args=SWITCHES)
        walk(browser, address, "en", 1280)
        walk(browser, address, "ar", 320)
        work(browser, links)
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.on("console", lambda message: print("console:", message.text))
        page.goto(f"{address}/docs/")
        page.wait_for_selector(".opblock")
        page.screenshot(path=PICTURES / "reference.png")
        browser.close()


if __name__ == "__main__":
    main()
