"""The reporter's way in, in a real browser: six languages, with and without scripts, on a telephone and on a desk."""

import re
from collections.abc import Iterator
from contextlib import closing
from itertools import product

import pytest
from playwright.sync_api import Browser, Page

from api.pages.door.start import ELSEWHERE
from cases.catalogue import LANGUAGES
from cases.receipt import read_receipt
from tests.server.at_door import SAMPLES, Reporter
from tests.server.chromium import chromium
from tests.server.crew import made
from tests.server.large import blocks
from tests.server.running import Server, granian

TELEPHONE, WIDE = 320, 1280
WAYS = [*product(LANGUAGES, [(TELEPHONE, False), (WIDE, True)]), ("ar", (TELEPHONE, True)), ("en", (WIDE, False))]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    spot = made(tmp_path_factory.mktemp("door"))
    with closing(granian(spot, processes=1)) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.mark.parametrize(("lang", "how"), WAYS)
def test_the_whole_way_in_every_language_with_and_without_scripts(
    browser: Browser, server: Server, lang: str, how: tuple[int, bool]
) -> None:
    width, scripts = how
    reporter = Reporter(browser, server, lang, width, scripts=scripts)
    reporter.writes()
    receipt = reporter.files()
    assert read_receipt(receipt)
    assert reporter.context.cookies() == [], "no cookie before a mailbox is opened"
    reporter.adds("ar-location-of-people-at-risk.png", "en-phone-photo-with-gps.jpg")
    reporter.enters(receipt)
    assert [one["name"] for one in reporter.context.cookies()] == ["rule12-mailbox"]
    reporter.writes_back("The post is gone now.")
    assert reporter.found == []
    assert reporter.asked == {reporter.home}, "nothing comes from another host"
    reporter.context.close()


def test_the_whole_way_with_a_keyboard_alone(browser: Browser, server: Server) -> None:
    reporter = Reporter(browser, server, "en", WIDE, scripts=False)
    keys = reporter.page.keyboard
    reporter.page.goto(f"{reporter.home}/en/")
    press_until(reporter, "Start the report", "a")
    for typed in (["A post", "What I saw."], [], [], [], None, []):
        for text in typed or []:
            press_until(reporter, "", "input, textarea", fill=text)
        if typed is None:
            press_until(reporter, "", "input[type=radio]")
            keys.press("Space")
        press_until(reporter, "Continue|Send the report", "button", enter=True)
    receipt = reporter.page.locator("#receipt").inner_text().strip()
    assert read_receipt(receipt)
    press_until(reporter, "I have a receipt", "a")
    press_until(reporter, "", "input", fill=receipt)
    press_until(reporter, "Open your mailbox", "button", enter=True)
    press_until(reporter, "", "textarea", fill="The post is gone now.")
    press_until(reporter, "Send the message", "button", enter=True)
    assert reporter.page.locator(".letter.own", has_text="The post is gone now.").is_visible()
    press_until(reporter, "Close the mailbox", "button", enter=True)
    assert reporter.context.cookies() == []
    reporter.context.close()


REACHABLE = "a[href], button:not([tabindex='-1']), input:not([type=hidden]):not([type=radio]), textarea, summary"
MARKED = """wanted => [...document.querySelectorAll(wanted)].filter(one => one.checkVisibility())
  .map((one, place) => one.dataset.place = place).length"""


def test_everything_on_every_page_is_reached_by_tab(browser: Browser, server: Server) -> None:
    reporter = Reporter(browser, server, "ar", TELEPHONE, scripts=True)
    page = reporter.page
    reporter.writes()
    receipt = reporter.files()
    must_be_reached(page)
    for path in ("/", "/safety", "/elsewhere/danger_now", "/report", "/mailbox"):
        page.goto(f"{reporter.home}/ar{path}")
        must_be_reached(page)
    reporter.enters(receipt)
    must_be_reached(page)
    reporter.context.close()


def must_be_reached(page: Page) -> None:
    """Tab from the top to the end of the page stops at everything that can be used."""
    wanted = page.evaluate(MARKED, REACHABLE)
    assert wanted > 5
    page.evaluate("document.activeElement.blur(), window.scrollTo(0, 0)")
    reached = set[str]()
    for _ in range(2 * wanted + 20):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.dataset.place || ''"))
    assert reached >= {str(place) for place in range(wanted)}, page.title()


def press_until(reporter: Reporter, text: str, tag: str, *, fill: str = "", enter: bool | None = None) -> None:
    """Tab on to the next element of a kind that says something; fill it, or press Enter on it."""
    page = reporter.page
    for _ in range(80):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and focused.and_(page.locator(tag)).count() and re.search(text, focused.inner_text()):
            assert focused.is_visible()
            if fill:
                page.keyboard.type(fill)
            if enter or (enter is None and tag == "a"):
                with page.expect_navigation():
                    page.keyboard.press("Enter")
            return
    raise AssertionError(f"no {tag} that says {text!r} can be reached by Tab on {page.title()}")


def test_going_back_in_the_browser_shows_the_step_as_it_was_from_memory(browser: Browser, server: Server) -> None:
    reporter = Reporter(browser, server, "en", WIDE, scripts=True)
    reporter.open("/report")
    page = reporter.page
    page.fill("#summary", "A post")
    page.fill("#narrative", "What I saw.")
    reporter.go()
    reporter.at("kinds")
    page.locator("[name=kind]").first.check()
    page.go_back()
    reporter.at("happened")
    assert page.input_value("#narrative") == "What I saw."
    page.fill("#narrative", "And more.")
    page.go_forward()
    reporter.at("kinds")
    assert page.locator("[name=kind]").first.is_checked()
    stores = "[localStorage.length, sessionStorage.length, document.cookie]"
    assert page.evaluate(stores) == [0, 0, ""], "nothing is kept outside of the page"
    reporter.context.close()


PASTE = """() => {
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(atob(DATA), one => one.charCodeAt(0))], "image.png", {type: "image/png"}));
  document.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
}"""


def test_a_screenshot_is_pasted_or_dropped_and_sent_with_a_bar(browser: Browser, server: Server) -> None:
    from base64 import b64encode

    reporter = Reporter(browser, server, "en", WIDE, scripts=True)
    reporter.writes()
    reporter.files()
    page = reporter.page
    picture = b64encode((SAMPLES / "en-political-endorsement.png").read_bytes()).decode()
    page.evaluate(PASTE.replace("DATA", repr(picture)))
    assert page.locator(".waiting p").count() == 1
    dropped = PASTE.replace("DATA", repr(picture)).replace(
        'document.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true}))',
        'document.querySelector(".drop").dispatchEvent(new DragEvent("drop", '
        "{dataTransfer: data, bubbles: true, cancelable: true}))",
    )
    page.evaluate(dropped)
    assert page.locator(".waiting p").count() == 2
    page.locator("form.upload > p > button").click()
    page.locator(".files").wait_for()
    assert page.locator(".files li").count() == 2
    reporter.context.close()


def test_shift_three_times_leaves_at_once(browser: Browser, server: Server) -> None:
    reporter = Reporter(browser, server, "en", WIDE, scripts=True)
    reporter.open("/report")
    reporter.page.fill("#narrative", "What I saw.")
    with reporter.page.expect_response("**/en/leave") as answer:
        for _ in range(3):
            reporter.page.keyboard.press("Shift")
    assert answer.value.headers["location"] == ELSEWHERE
    reporter.context.close()


def test_leaving_by_the_button_leaves_no_page_to_go_back_to(browser: Browser, server: Server) -> None:
    reporter = Reporter(browser, server, "en", WIDE, scripts=True)
    page = reporter.page
    page.route(f"{ELSEWHERE}**", lambda route: route.fulfill(body="<p>elsewhere"))
    reporter.writes()
    receipt = reporter.files()
    before = page.evaluate("history.length")
    page.locator("#leave").click()
    page.wait_for_url(f"{ELSEWHERE}**")
    assert page.evaluate("history.length") == before, "it stands in the place of the page that was left"
    for _ in range(7):
        page.go_back()
        shown = page.content()
        assert receipt not in shown
        assert "vote for one candidate" not in shown
    reporter.context.close()


def test_sending_twice_at_once_shows_the_receipt(browser: Browser, server: Server) -> None:
    reporter = Reporter(browser, server, "en", WIDE, scripts=True)
    reporter.writes()
    page = reporter.page
    sent = list[str]()
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.evaluate("""() => {
      const button = document.querySelector("button[name=go][value=file]");
      button.click();
      button.click();
    }""")
    page.locator("#receipt").wait_for()
    assert len(sent) == 1
    reporter.context.close()


def test_a_line_that_breaks_loses_nothing_typed_or_chosen(browser: Browser, server: Server) -> None:
    reporter = Reporter(browser, server, "en", WIDE, scripts=True)
    page = reporter.page
    reporter.writes()
    page.route("**/en/report", lambda route: route.abort())
    for _ in range(2):
        reporter.go("file")
        page.locator("p[role=alert]", has_text="Nothing you typed is lost").wait_for()
        assert page.locator("p[role=alert]").count() == 1
    page.unroute("**/en/report")
    reporter.files()
    page.route("**/en/evidence", lambda route: route.fulfill(status=502, body="Bad Gateway"))
    page.locator("input[type=file]").set_input_files(SAMPLES / "fr-confidential-document.png")
    page.locator("form.upload > p > button").click()
    page.locator("p[role=alert]", has_text="The connection broke").wait_for()
    assert page.locator(".waiting progress").count() == 0
    page.unroute("**/en/evidence")
    page.locator("form.upload > p > button").click()
    page.locator(".files li code").wait_for()
    reporter.context.close()


def test_another_language_is_spoken_by_all_of_the_page(browser: Browser, server: Server) -> None:
    reporter = Reporter(browser, server, "en", WIDE, scripts=True)
    page = reporter.page
    reporter.open("/report")
    page.fill("#summary", "A post")
    page.locator("button[formaction='/fr/report']").click()
    page.locator("html[lang=fr]").wait_for()
    assert page.input_value("#summary") == "A post"
    assert page.locator("#leave").get_attribute("href") == "/fr/leave"
    page.go_back()
    page.locator("html[lang=en]").wait_for()
    assert page.locator("#leave").get_attribute("href") == "/en/leave"
    reporter.context.close()


def test_a_file_pasted_by_mistake_is_taken_out_again(browser: Browser, server: Server) -> None:
    from base64 import b64encode

    reporter = Reporter(browser, server, "en", WIDE, scripts=True)
    reporter.writes()
    reporter.files()
    page = reporter.page
    for name in ("en-political-endorsement.png", "fr-confidential-document.png"):
        page.evaluate(PASTE.replace("DATA", repr(b64encode((SAMPLES / name).read_bytes()).decode())))
    page.locator(".waiting button").first.click()
    assert page.locator(".waiting p").count() == 1
    reporter.look()
    page.locator("form.upload > p > button").click()
    page.locator(".files li code").wait_for()
    assert page.locator(".files li").count() == 1
    assert reporter.found == []
    reporter.context.close()


def test_every_sample_and_a_large_recording_go_through_the_form(
    browser: Browser, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    reporter = Reporter(browser, server, "fr", WIDE, scripts=False)
    reporter.writes()
    receipt = reporter.files()
    video = tmp_path_factory.mktemp("large") / "recording.mp4"
    head = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
    with video.open("wb") as file:
        for number, block in enumerate(blocks(100 << 20)):
            file.write(block if number else head + block[len(head) :])
    samples = sorted(path for path in SAMPLES.iterdir() if path.suffix in {".png", ".jpg", ".webp", ".pdf"})
    assert len(samples) > 8
    reporter.page.locator("input[type=file]").set_input_files([*samples, video])
    reporter.page.locator("form.upload > p > button").click()
    reporter.page.locator(".files").wait_for(timeout=120_000)
    assert reporter.page.locator(".files li").count() == len(samples) + 1
    assert reporter.page.locator(".files li code").count() == len(samples) + 1, "each was stored"
    reporter.enters(receipt)
    assert "recording.mp4" in reporter.page.locator("#files-part").inner_text()
    reporter.context.close()


def test_the_log_of_the_door_tells_nothing_of_who_came_and_what_they_said(browser: Browser, server: Server) -> None:
    agent = "Telephone-of-somebody/7.0"
    context = browser.new_context(user_agent=agent, extra_http_headers={"X-Forwarded-For": "203.0.113.77"})
    context.close()
    reporter = Reporter(browser, server, "es", WIDE, scripts=False)
    reporter.context.set_extra_http_headers({"X-Forwarded-For": "203.0.113.77", "User-Agent": agent})
    reporter.writes()
    receipt = reporter.files()
    reporter.adds("fr-confidential-document.png")
    reporter.enters(receipt)
    printed = server.printed()
    words = (agent, "203.0.113.77", "127.0.0.1 -", receipt, receipt[:5], "public endorsement", "vote for one", "@c0107")
    assert len(printed) > 0
    assert [one for one in words if one in printed] == []
    reporter.context.close()
