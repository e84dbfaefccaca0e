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
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.server.chromium import SWITCHES, program

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
SAMPLE = ROOT / "tests" / "samples" / "en-political-endorsement.png"
SHOWN = {"form", "form-narrow", "fault", "receipt", "files-narrow", "message"}
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
    for _ in range(150):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=1).close()  # noqa: S310 - our own loopback server
            return
        time.sleep(0.1)
    raise SystemExit(f"{address} does not answer")


def walk(browser: Browser, address: str, width: int, suffix: str) -> None:
    """The reporter's way, with scripts off, a picture at each step."""
    page = browser.new_context(java_script_enabled=False, viewport={"width": width, "height": 900}).new_page()
    page.goto(f"{address}/en/report")
    keep(page, f"form{suffix}")
    page.fill("#summary", "Endorses a candidate under the emblem")
    page.fill("#narrative", "On Sunday he asked everybody to vote for one candidate; the emblem is in the picture.")
    press(page, "Continue")
    page.check('[name=kind][value="ai-5.1.9"]')
    for _ in ("posts", "people", "you"):
        press(page, "Continue")
    page.check('[name=consent][value="anonymous"]')
    page.fill("#name", "a name too many")
    press(page, "Continue")
    keep(page, f"fault{suffix}")
    page.fill("#name", "")
    press(page, "Continue")
    press(page, "Send the report")
    keep(page, f"receipt{suffix}")
    page.set_input_files("#files", [SAMPLE, ROOT / "README.md"])
    press(page, "Add the files")
    keep(page, f"files{suffix}")
    press(page, "Go to my mailbox")
    keep(page, f"mailbox{suffix}")
    page.fill("#message-text", "The post is gone now, but I have the screenshot.")
    press(page, "Send the message")
    keep(page, f"message{suffix}")


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def work(browser: Browser, links: dict[str, str]) -> None:
    """What the head sees: the queue, and a case; as much of it as stands on the first screen."""
    page = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900}).new_page()
    page.goto(links["head"])
    page.click("main button")
    page.goto(f"{page.url.partition('/desk/')[0]}/desk/cases?sort=due")
    page.screenshot(path=PICTURES / "queue.png")
    page.click("tbody th a >> nth=0")
    page.screenshot(path=PICTURES / "case.png")
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
        walk(browser, address, 1280, "")
        walk(browser, address, 320, "-narrow")
        work(browser, links)
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.on("console", lambda message: print("console:", message.text))
        page.goto(f"{address}/docs/")
        page.wait_for_selector(".opblock")
        page.screenshot(path=PICTURES / "reference.png")
        browser.close()


if __name__ == "__main__":
    main()
