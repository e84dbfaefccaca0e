"""English stands in the code; every word a page shows is there in French too."""

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask import Flask

from api.pages.desk import sessions as pages_of_sessions
from api.pages.words import LANGUAGES, catalogue, said
from api.sessions import NOT_OURS, OTHER_SESSION
from cases.case import guards
from cases.casework import entering
from cases.casework.signin.passkeys import LONGEST_NAME, MOST
from cases.casework.signin.sessions import SIGNED_OUT
from cases.catalogue import load
from cases.routing.screening import WHY
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
    *(entering.CONCERNED, entering.TO_COME, entering.TOO_LONG_AGO, entering.NOT_YOURS),
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
    written = dict(in_french())
    assert len(shown) > 400
    assert {text for text in shown | OF_THE_RULES if not written.get(text)} == set()


def in_french() -> Iterator[tuple[str, str]]:
    """Every text with its translation; one and many of something stand apart."""
    for message in read_po(BytesIO(FRENCH.read_bytes()), locale="fr"):
        if isinstance(message.id, tuple):
            yield from zip(message.id, message.string, strict=True)
        elif message.id:
            yield str(message.id), str(message.string)


def test_labels_of_the_catalogue_and_the_sentences_of_routes_are_there_in_french() -> None:
    law, written = load(), dict(in_french())
    labels = {row.label for row in (*law.closures, *law.clocks, *law.measures, *law.choices)}
    sentences = {row.sentence for row in (*law.routes, *law.copies)}
    assert {text for text in labels | sentences | set(WHY.values()) if not written.get(text)} == set()


def refusals() -> Iterator[str]:
    """Every whole sentence in the rules of a case with which a move, an assignment or a request is refused."""
    called = {"MoveNotAllowed", "ConflictOfInterest", "IdentityClosed", "_unless", "_with_given", "_every"}
    for path in Path(guards.__file__).parents[1].rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in called:
                texts = [one.value for one in node.args if isinstance(one, ast.Constant)]
                yield from (text for text in texts if isinstance(text, str) and text.endswith("."))


def test_every_sentence_that_refuses_a_move_is_there_in_french() -> None:
    found, written = set(refusals()), dict(in_french())
    assert len(found) > 50
    assert {text for text in found if not written.get(text)} == set()


def test_numbers_in_a_sentence_of_the_rules_may_be_any(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "fr"}):
        assert (
            said("12 of the allegations still lack a finding.") == "Il manque encore une conclusion à 12 allégation(s)."
        )
        assert said("Nobody translated this: 3.") == "Nobody translated this: 3."


def test_no_placeholder_is_lost_on_the_way_to_french() -> None:
    for english, french in in_french():
        assert sorted(PLACEHOLDER.findall(english)) == sorted(PLACEHOLDER.findall(french)), english


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
