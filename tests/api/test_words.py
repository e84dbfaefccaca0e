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
from api.pages.desk.common import _FOR_OPERATORS
from api.pages.multipart import CUT
from api.pages.words import LANGUAGES, catalogue, said
from api.problems import PROBLEMS
from api.sessions import NOT_OURS, OTHER_SESSION
from cases.case import guards
from cases.casework import entering
from cases.casework.accounts import PURPOSES
from cases.casework.signin.passkeys import LONGEST_NAME, MOST
from cases.casework.signin.sessions import SIGNED_OUT
from cases.catalogue import LANGUAGES as LANGUAGES_OF_REPORTERS
from cases.catalogue import load
from cases.notices import NO_SUCH_WEBHOOK
from cases.routing.screening import WHY
from cases.sessions import SENTENCES
from storage.post.webhooks import NO_ADDRESS, NO_PUBLIC_ADDRESS
from storage.signin.discovery import DOES_NOT_ANSWER
from tests.api.conftest import Office
from tests.api.sentences import OF_THE_DOOR, REFUSING, TOLD_IN_GENERAL, of_fields, refused

PAGES = Path(pages_of_sessions.__file__).parents[1]
FRENCH = PAGES / "translations" / "fr" / "LC_MESSAGES" / "messages.po"
PLACEHOLDER = re.compile(r"%\(\w+\)s")
SAID_AT_THE_DOOR = {
    "The form broke off on its way. Nothing was sent; go back and send it again.",
    "This is too long to be a receipt.",
    "A receipt is 25 letters and digits, in five groups of five.",
    "This receipt has a typing mistake: please compare it with what you wrote down.",
    "This receipt opens no mailbox. Check it for typing mistakes.",
    "The receipt must come before the files. Use the form on the page.",
    "This is no receipt.",
    CUT,
}
"""Sentences of the rules that the door shows."""

OF_THE_RULES = {
    *SENTENCES.values(),
    *PURPOSES.values(),
    SIGNED_OUT,
    NOT_OURS,
    OTHER_SESSION,
    DOES_NOT_ANSWER,
    NO_SUCH_WEBHOOK,
    NO_PUBLIC_ADDRESS,
    NO_ADDRESS,
    *(entering.CONCERNED, entering.TO_COME, entering.TOO_LONG_AGO, entering.NOT_YOURS),
    "You have no such passkey.",
    "You have no such session.",
    f"Give it a name of 1 to {LONGEST_NAME} letters.",
    f"Nobody needs more than {MOST} passkeys. Remove one first.",
}


def shown_by_pages() -> set[str]:
    """Every text marked with `_` or `later` in the code and templates of the staff's pages."""
    kinds = [("door/**.py", "ignore"), ("**.py", "python"), ("**/templates/desk/**.html", "jinja2")]
    options = {"**/templates/desk/**.html": {"silent": "false", "newstyle_gettext": "true"}}
    keywords = {"_": None, "later": None, "ngettext": (1, 2)}
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


def shown_by_the_door() -> set[str]:
    """Every text marked with `_` in the door's code and templates."""
    kinds = [("door/**.py", "python"), ("templates/door/**.html", "jinja2")]
    options = {"templates/door/**.html": {"silent": "false", "newstyle_gettext": "true"}}
    found = extract_from_dir(PAGES, kinds, options, keywords={"_": None})
    return {str(text) for _, _, text, _, _ in found}


@pytest.mark.parametrize("language", [code for code in LANGUAGES_OF_REPORTERS if code != "en"])
def test_every_word_of_the_door_is_there_in_its_six_languages(language: str) -> None:
    shown, words = shown_by_the_door(), catalogue(language)
    assert len(shown) > 150
    assert {text for text in shown | SAID_AT_THE_DOOR if words.gettext(text) == text} <= {"No"}
    for message in read_po(BytesIO(door_words(language).read_bytes()), locale=language):
        assert not message.fuzzy, message.id
        assert sorted(PLACEHOLDER.findall(str(message.id))) == sorted(PLACEHOLDER.findall(str(message.string)))
        assert not message.id or message.id in shown | SAID_AT_THE_DOOR, f"no page says {message.id!r} any more"


def door_words(language: str) -> Path:
    return PAGES / "translations" / language / "LC_MESSAGES" / "door.po"


def test_labels_of_the_catalogue_and_the_sentences_of_routes_are_there_in_french() -> None:
    law, written = load(), dict(in_french())
    labels = {row.label for row in (*law.closures, *law.clocks, *law.measures, *law.choices)}
    sentences = {row.sentence for row in (*law.routes, *law.copies)}
    assert {text for text in labels | sentences | set(WHY.values()) if not written.get(text)} == set()


def test_what_a_page_cites_is_there_in_french() -> None:
    law, written = load(), dict(in_french())
    cited = {row.summary for row in law.citations}
    governed = {text for row in law.provisions for text in (row.governing, row.decider_label)}
    assert {text for text in cited | governed if not written.get(text)} == set()
    assert all(row.name.missing() == () for row in law.articles)
    assert all(row.title.missing() == () for row in law.instruments)


def test_every_refusal_and_every_fault_of_a_field_that_a_page_can_show_is_there_in_french() -> None:
    refused_with, of_the_fields, written = refused(), of_fields(), dict(in_french())
    assert (len(refused_with) > 150, len(of_the_fields) > 15) == (True, True)
    assert {text for text in refused_with | of_the_fields if not written.get(text)} == set()


def test_every_kind_of_refusal_is_looked_for_but_those_that_are_told_in_general() -> None:
    kinds = {kind.__name__ for kind in PROBLEMS}
    assert kinds == (REFUSING - {"Fault", "ValidationError"}) | TOLD_IN_GENERAL | OF_THE_DOOR
    assert {kind.__name__ for kind in _FOR_OPERATORS} == TOLD_IN_GENERAL


def test_no_translation_asks_for_more_than_its_sentence_has_put_in() -> None:
    for english, french in in_french():
        if "{}" in english:
            assert french.format(*["X"] * english.count("{}")), english


@pytest.mark.parametrize(
    ("told", "french"),
    [
        ("close needs this.", "Remplissez ceci."),
        ("S0107 still works 1 open case as intake.", "S0107 traite encore 1 dossier(s) ouvert(s) (réception)."),
        ("email repeats staff_number of line 3", "email répète staff_number de la ligne 3"),
        ("Put your own words where it says […].", "Mettez vos propres mots là où il y a […]."),
        (
            "A file may hold 5 bytes at most. Send it in parts, or a shorter recording.",
            "Un fichier ne peut dépasser 5 octets. Envoyez-le en plusieurs parties, ou un enregistrement plus court.",
        ),
    ],
)
def test_what_is_put_into_a_sentence_stands_in_its_translation(app: Flask, told: str, french: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "fr"}):
        assert said(told) == french
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert said(told) == told


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
