"""The rules of accessibility (npm `axe-core`), asked in Chromium over the pages of an app; no server, no network.

The browser's requests are answered by the app's own client, so each page comes with its real headers and style sheet.
"""

import fcntl
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import product
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.server.chromium import SWITCHES

HERE = Path(__file__).parent
INSTALLED = HERE.parents[1] / "build" / "axe"
PROGRAM = INSTALLED / "node_modules" / "axe-core" / "axe.min.js"
HOST = "http://localhost"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (320, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
ASK = """tags => axe.run({runOnly: {type: "tag", values: tags}}).then(found => found.violations.map(
  one => `${one.id}: ${one.help}: ${one.nodes.map(node => node.html).join(" | ")}`))"""


@cache
def rules() -> str:
    """The script of the rules, installed from its lock file when it is first needed."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    with (INSTALLED / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        lock, done = (HERE / "package-lock.json").read_bytes(), INSTALLED / "installed.json"
        if not done.exists() or done.read_bytes() != lock:
            _install()
            done.write_bytes(lock)
    return PROGRAM.read_text(encoding="utf-8")


def _install() -> None:
    if not shutil.which("npm"):
        raise SystemExit("npm is needed. On Debian: apt-get install npm")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, INSTALLED)
    words = ["npm", "ci", "--omit-lockfile-registry-resolved", "--no-audit", "--no-fund", "--ignore-scripts"]
    ran = subprocess.run(words, cwd=INSTALLED, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(f"npm could not install the rules of accessibility:\n{ran.stderr}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a screen."""
    program = shutil.which("chromium")
    if program is None:
        raise SystemExit("chromium is needed. On Debian: apt-get install chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=SWITCHES)
        yield browser
        browser.close()


@contextmanager
def looking(browser: Browser, client: FlaskClient) -> Iterator[Page]:
    """A page whose requests the client answers."""
    context = browser.new_context()
    context.route("**/*", lambda route: _answer(route, client))
    yield context.new_page()
    context.close()


def _answer(route: Route, client: FlaskClient) -> None:
    asked = urlsplit(route.request.url)
    where = asked.path + (f"?{asked.query}" if asked.query else "")
    answer = client.get(where, headers={"Sec-Fetch-Site": "same-origin"})
    headers = {name: value for name, value in answer.headers.items() if name != "Set-Cookie"}
    route.fulfill(status=answer.status_code, headers=headers, body=answer.data)


def violations(page: Page, path: str) -> list[str]:
    """What the rules find on a page, light and dark, narrow and wide; and whether it must be scrolled sideways."""
    page.goto(f"{HOST}{path}")
    page.evaluate(rules())
    found = set[str]()
    for width, scheme in product(WIDTHS, SCHEMES):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        where = f"{path} at {width} px, {scheme}"
        found |= {f"{where}: {one}" for one in page.evaluate(ASK, TAGS)}
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.add(f"{where}: wider than its screen")
    return sorted(found)
