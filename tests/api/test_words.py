"""English stands in the code; every word a page shows is there in French too."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from api.pages.desk import sessions as pages_of_sessions
from api.pages.words import LANGUAGES, catalogue
from api.sessions import NOT_OURS, OTHER_SESSION
from cases.casework.signin.passkeys import LONGEST_NAME, MOST
from cases.casework.signin.sessions import SIGNED_OUT
from cases.sessions import SENTENCES
from storage.signin.provider import DOES_NOT_ANSWER
from tests.api.conftest import Office

PAGES = Path(pages_of_sessions.__file__).parents[1]
FRENCH = PAGES / "translations" / "fr" / "LC_MESSAGES" / "messages.po"
PLACEHOLDER = re.compile(r"%\(\w+\)s")
OF_THE_RULES = {
    *SENTENCES.values(),
    SIGNED_OUT,
    NOT_OURS,
    OTHER_SESSION,
    DOES_NOT_ANSWER,
    "You have no such passkey.",
    "You have no such session.",
    f"Give it a name of 1 to {LONGEST_NAME} letters.",
    f"Nobody needs more than {MOST} passkeys. Remove one first.",
}


def shown_by_pages() -> set[str]:
    """Every text marked with `_` in the pages' code and templates."""
    kinds = [("**.py", "python"), ("**/templates/desk/**.html", "jinja2")]
    options = {"**/templates/desk/**.html": {"silent": "false", "newstyle_gettext": "true"}}
    keywords = {"_": None, "ngettext": (1, 2)}
    found = extract_from_dir(PAGES, kinds, options, keywords=keywords)
    return {text for _, _, told, _, _ in found for text in ([told] if isinstance(told, str) else told)}


def test_every_word_of_the_pages_is_there_in_french() -> None:
    shown = shown_by_pages()
    french = read_po(BytesIO(FRENCH.read_bytes()), locale="fr")
    written = {message.id: message.string for message in french if message.id}
    assert len(shown) > 60
    assert {text for text in shown | OF_THE_RULES if not written.get(text)} == set()


def test_no_placeholder_is_lost_on_the_way_to_french() -> None:
    for message in read_po(BytesIO(FRENCH.read_bytes()), locale="fr"):
        if message.id:
            assert sorted(PLACEHOLDER.findall(message.id)) == sorted(PLACEHOLDER.findall(message.string)), message.id


def test_every_language_offered_has_its_catalogue() -> None:
    assert [slug for slug in LANGUAGES if slug != "en" and catalogue(slug).gettext("Sign in") == "Sign in"] == []


@pytest.mark.parametrize(
    ("asked", "title"),
    [("fr", "Se connecter"), ("fr-CH, en;q=0.5", "Se connecter"), ("en", "Sign in"), ("zh, de", "Sign in")],
)
def test_a_page_speaks_the_language_the_browser_asks_for(office: Office, asked: str, title: str) -> None:
    page = office.door.get("/desk/sign-in", Accept_Language=asked)
    assert f"<h1>{title}</h1>" in page.text
    assert f'lang="{"fr" if title == "Se connecter" else "en"}"' in page.text


def test_the_language_chosen_wins_and_leads_back_to_the_page(office: Office) -> None:
    answer = office.door.call(
        "POST",
        "/desk/language",
        data={"language": "fr", "then": "/desk/sign-in?next=/desk/sessions"},
        headers={"Origin": "http://localhost"},
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/sign-in?next=/desk/sessions")
    assert "<h1>Se connecter</h1>" in office.door.get("/desk/sign-in", Accept_Language="en").text
