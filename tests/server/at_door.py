"""A reporter at the form, in a real browser: by names and values alone, so in any language."""

from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.axe import ASK, TAGS, rules
from tests.server.running import Server

SCREENS = Path(__file__).parents[2] / "build" / "screens" / "door"
SAMPLES = Path(__file__).parents[1] / "samples"
WIDER = "document.documentElement.scrollWidth > window.innerWidth"


class Reporter:
    """One person with one browser, who speaks one language."""

    def __init__(self, browser: Browser, server: Server, lang: str, width: int, *, scripts: bool) -> None:
        self.context: BrowserContext = browser.new_context(
            java_script_enabled=scripts, viewport={"width": width, "height": 720}, accept_downloads=True
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.page.on("request", self._asked)
        self.home, self.lang, self.width, self.scripts = f"http://localhost:{server.port}", lang, width, scripts
        self.found, self.asked, self.shots = list[str](), set[str](), 0

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"}:
            self.asked.add(f"{parts.scheme}://{parts.netloc}")

    def open(self, path: str) -> None:
        self.page.goto(f"{self.home}/{self.lang}{path}")
        self.look()

    def go(self, value: str = "next") -> None:
        """Press the button of the form that leads there."""
        self.page.locator(f"main button[name=go][value='{value}']:not(.unseen)").first.click()
        self.page.wait_for_load_state()

    def at(self, step: str) -> None:
        """Wait for a step, and look at it."""
        self.page.locator(f"main input[name=step][value={step}]").wait_for(state="attached")
        self.look()

    def look(self) -> None:
        """Keep a picture, and whatever the rules of accessibility find, light and dark."""
        name = f"{self.lang}-{self.width}-{'scripts' if self.scripts else 'plain'}-{self.shots:02}"
        SCREENS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENS / f"{name}.png", full_page=True)
        self.shots += 1
        if self.scripts:
            self.page.evaluate(rules())
            self.found += [f"{name}: {one}" for one in self.page.evaluate(ASK, TAGS)]
            if self.page.evaluate(WIDER):
                self.found.append(f"{name}: wider than its screen")

    def writes(self) -> None:
        """All steps with little in each, as far as the check."""
        self.open("/")
        self.open("/report")
        self._says_what_happened()
        self._names_posts()
        self.page.fill("#subject-0-staff_number", "S0107")
        self.go()
        self.at("you")
        self._says_how_far()
        self.at("check")
        assert self.page.locator("p.read").first.is_visible()
        assert "https://www.facebook.com/story.php?story_fbid=10158&id=42" in self.page.locator("main").inner_text()

    def _says_what_happened(self) -> None:
        page = self.page
        self.go()
        self.at("happened")
        assert page.locator("#faults a[href='#summary']").count() == 1
        page.fill("#summary", "A public endorsement")
        page.fill("#narrative", "They asked everybody to vote for one candidate.")
        page.locator("#immediate_danger input[value=no]").check()
        self.go()
        self.at("kinds")
        page.locator("[name=kind][value='ai-5.1.9']").check()
        self.go()

    def _names_posts(self) -> None:
        self.at("posts")
        self.page.fill("#post-0-address", "see https://m.facebook.com/story.php?story_fbid=10158&id=42&fbclid=Iw !!")
        self.go("add-post")
        self.at("posts")
        assert "fbclid" in self.page.locator("p.read").inner_text()
        self.page.fill("#post-1-handle", "@c0107")
        self.go()
        self.at("people")

    def _says_how_far(self) -> None:
        page = self.page
        page.locator("#consent input[value=anonymous]").check()
        page.fill("#name", "a name too many")
        self.go()
        self.at("you")
        assert page.locator("#faults a[href='#name']").count() == 1
        page.fill("#name", "")
        page.locator("#tell_ethics input[value=no]").check()
        self.go()

    def files(self) -> str:
        """Send it; the receipt."""
        self.go("file")
        self.page.locator("#receipt").wait_for()
        self.look()
        return self.page.locator("#receipt").inner_text().strip()

    def adds(self, *names: str) -> None:
        self.page.locator("input[type=file]").set_input_files([SAMPLES / name for name in names])
        self.page.locator("form.upload > p > button").click()
        self.page.locator(".files").wait_for()
        self.look()

    def enters(self, receipt: str) -> None:
        """Open the mailbox with a receipt."""
        self.open("/mailbox")
        self.page.fill("[name=receipt]", receipt)
        self.page.locator("main form button").first.click()
        self.page.locator(".status").wait_for()
        self.look()

    def writes_back(self, words: str) -> None:
        """Read one's own statement, write a letter, see it, and close the mailbox."""
        page = self.page
        for folded in page.locator("main summary").all():
            folded.click()
        self.look()
        assert "They asked everybody" in page.locator("#statement").inner_text()
        page.fill("#message-text", words)
        page.locator("#messages button").click()
        page.locator(".letter.own", has_text=words).wait_for()
        page.locator("form[action$='/mailbox/close'] button").click()
        page.locator("[name=receipt]").wait_for()
        assert self.context.cookies() == []
