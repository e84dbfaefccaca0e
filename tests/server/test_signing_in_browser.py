"""Signing in with a real browser: passkeys on a virtual authenticator, and the way through an identity provider."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from cases.casework.signin.links import start_link
from cases.people import Role
from tests.idp import ALICE, SECRET, identity_provider
from tests.server.chromium import Authenticator, chromium
from tests.server.desk import DIRECTORY, house_of
from tests.server.running import Server, Spot, free_port, granian


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A desk with the sample directory, served as an operator does."""
    spot = Spot(tmp_path_factory.mktemp("signing-in"))
    spot.done("directory", "import", str(DIRECTORY))
    running = granian(spot, processes=1)
    yield running
    running.close()


@pytest.fixture
def context(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    """A browser profile of its own; whatever breaks the policy of a page fails the test."""
    made = browser.new_context(base_url=f"http://localhost:{server.port}", locale="en")
    said: list[str] = []
    made.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    yield made
    made.close()
    assert [text for text in said if "Content Security Policy" in text] == []


def come_in(server: Server, page: Page, person: str = "S0012", role: Role = Role.INTAKE) -> None:
    """By a one-time link, as its holder does it."""
    with house_of(server.spot) as house:
        code = start_link(house.desk, person, role, 5, datetime.now(UTC)).address.partition("?")[2]
    page.goto(f"/desk/sign-in/link?{code}")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Good to see you")


def add_passkey(page: Page, name: str = "work laptop") -> None:
    page.goto("/desk/passkeys")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name of this passkey").fill(name)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("cell", name=name, exact=True)).to_be_visible()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def sign_in_with_passkey(page: Page) -> None:
    page.goto("/desk/sign-in?next=/desk/sessions")
    page.get_by_role("button", name="Sign in with a passkey").click()


def test_a_link_leads_to_a_passkey_and_the_passkey_leads_in_from_then_on(
    server: Server, context: BrowserContext
) -> None:
    page = context.new_page()
    key = Authenticator(page)
    come_in(server, page)
    add_passkey(page)
    (made,) = key.keys()
    assert (made["isResidentCredential"], made["rpId"]) == (True, "localhost")
    assert "S0012" not in str(made["userHandle"])
    sign_out(page)
    sign_in_with_passkey(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Where I am signed in")
    expect(page.get_by_role("cell", name="passkey", exact=True)).to_be_visible()
    (cookie,) = [one for one in context.cookies() if one["name"] == "rule12"]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/")
    assert page.evaluate("document.cookie") == ""


def test_a_passkey_proves_again_who_one_is_and_the_secret_changes(server: Server, context: BrowserContext) -> None:
    page = context.new_page()
    Authenticator(page)
    come_in(server, page, "S0014", Role.INVESTIGATOR)
    add_passkey(page)
    before = secret_of(context)
    page.goto("/desk/step-up?next=/desk/sessions")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where I am signed in")
    assert secret_of(context) != before


def secret_of(context: BrowserContext) -> str:
    return next(one["value"] for one in context.cookies() if one["name"] == "rule12")


def test_a_passkey_without_its_users_finger_opens_nothing(server: Server, context: BrowserContext) -> None:
    page = context.new_page()
    key = Authenticator(page)
    come_in(server, page, "S0011", Role.HEAD)
    add_passkey(page)
    sign_out(page)
    key.verifies(user=False)
    sign_in_with_passkey(page)
    expect(page.get_by_role("alert")).to_contain_text("That did not work")
    key.verifies(user=True)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where I am signed in")


def test_a_copy_of_a_passkey_is_found_out_by_its_count(
    server: Server, context: BrowserContext, browser: Browser
) -> None:
    page = context.new_page()
    key = Authenticator(page)
    come_in(server, page, "S0017", Role.CUSTODIAN)
    add_passkey(page)
    (copy,) = key.keys()
    sign_out(page)
    sign_in_with_passkey(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Where I am signed in")
    with browser.new_context(base_url=f"http://localhost:{server.port}", locale="en") as elsewhere:
        thief = elsewhere.new_page()
        Authenticator(thief).take({**copy, "signCount": 0})
        sign_in_with_passkey(thief)
        expect(thief.get_by_role("alert")).to_contain_text("This passkey was not accepted")


def test_a_passkey_that_was_removed_opens_nothing_and_an_answer_sent_twice_neither(
    server: Server, context: BrowserContext
) -> None:
    page = context.new_page()
    Authenticator(page)
    come_in(server, page, "S0021", Role.DECIDER)
    add_passkey(page, "old telephone")
    answers: list[str] = []
    page.on("request", lambda sent: answers.append(sent.post_data or "") if "answer" in sent.url else None)
    page.goto("/desk/passkeys")
    page.get_by_label("New name of old telephone").fill("lost telephone")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("cell", name="lost telephone", exact=True)).to_be_visible()
    sign_out(page)
    sign_in_with_passkey(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Where I am signed in")
    again = page.request.post(
        "/desk/sign-in/passkey/answer",
        data=answers[-1],
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://localhost:{server.port}",
        },
    )
    assert again.status == 403
    page.goto("/desk/passkeys")
    page.get_by_role("button", name="Remove lost telephone").click()
    expect(page.get_by_text("You have no passkey yet.")).to_be_visible()
    sign_out(page)
    sign_in_with_passkey(page)
    expect(page.get_by_role("alert")).to_contain_text("This passkey was not accepted")


def test_a_form_of_another_site_reaches_nothing_and_no_page_shows_in_its_frame(
    server: Server, context: BrowserContext
) -> None:
    """CSRF and clickjacking as a browser sees them: the other site is 127.0.0.1, which is another site to it."""
    page = context.new_page()
    come_in(server, page, "S0030", Role.ETHICS)
    evil = context.new_page()
    ours = f"http://localhost:{server.port}/desk/"
    form = f'<form method=post action="{ours}sign-out"><button>Win</button></form><iframe src="{ours}"></iframe>'
    evil.route("http://127.0.0.1:9/", lambda route: route.fulfill(body=form, content_type="text/html"))
    evil.goto("http://127.0.0.1:9/")
    assert "Good to see you" not in "".join(frame.content() for frame in evil.frames[1:])
    evil.get_by_role("button", name="Win").click()
    expect(evil.get_by_text("does not come from a page of this desk")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Good to see you")


def test_a_link_of_another_site_finds_the_session_by_one_hop(server: Server, context: BrowserContext) -> None:
    """As a link in a mail read on the web does: the browser holds a strict cookie back until our own page asks."""
    page = context.new_page()
    come_in(server, page, "S0050", Role.AUDITOR)
    mail = f'<a href="http://localhost:{server.port}/desk/sessions">Something waits for you</a>'
    page.route("http://127.0.0.1:9/", lambda route: route.fulfill(body=mail, content_type="text/html"))
    page.goto("http://127.0.0.1:9/")
    page.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where I am signed in")


def test_through_the_identity_provider_and_back(browser: Browser, tmp_path: Path) -> None:
    """127.0.0.1 is another site than localhost, so cookies go the way they go in real life; twice, to prove again.

    Signing out leads through the provider as well: no policy of ours holds the browser back.
    """
    port = free_port()
    spot, ours = Spot(tmp_path), f"http://localhost:{port}"
    spot.done("directory", "import", str(DIRECTORY))
    (tmp_path / "secret").write_text(SECRET)
    with identity_provider(f"{ours}/desk/sign-in/oidc/callback") as idp, browser.new_context(locale="en") as context:
        idp.be(**ALICE)
        settings = {
            "RULE12_OIDC_ISSUER": idp.issuer,
            "RULE12_OIDC_CLIENT_ID": "desk",
            "RULE12_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret"),
        }
        server = granian(spot, port, processes=1, **settings)
        try:
            page = context.new_page()
            page.goto(f"{ours}/desk/sessions")
            page.get_by_role("link", name="Sign in with your account").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Where I am signed in")
            before = secret_of(context)
            page.goto(f"{ours}/desk/step-up?next=/desk/sessions")
            page.get_by_role("link", name="Sign in again with your account").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Where I am signed in")
            assert secret_of(context) != before
            assert [one["name"] for one in context.cookies(ours)] == ["rule12"]
            assert not re.search(r"code=|state=", page.url)
            page.get_by_role("button", name="Sign out", exact=True).click()
            page.get_by_role("button", name="Yes, sign me out").click()
            expect(page.get_by_role("status")).to_have_text("You are signed out of the desk.")
            assert context.cookies(ours) == []
            page.goto(f"{ours}/desk/sessions")
            expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
        finally:
            server.close()
