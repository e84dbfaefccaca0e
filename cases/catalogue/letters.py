"""Letters to the reporter: those a move sends as they are, and those a person at the desk fills in and edits."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cases.catalogue.reading import FROM, Row, dated
from cases.catalogue.rows import SourcedRow
from cases.catalogue.words import Words

KINDS = ("acknowledgement", "question", "progress", "referred", "closing", "redirect")
ABOUT = ("closing", "redirect")
"""Kinds of which there is a letter for each closure reason, or for each term of `referral`."""

SENT = ("acknowledgement", "referred", "redirect")
"""Kinds that a move sends as they are, where no letter is handed in."""

NOT_SET = "[…]"
"""Where only a person knows what belongs there: nothing is sent while it stands."""

PLACES = ("number", "received_on", "next_by", "office")
OF_THE_REPORTER = ("received_on", "next_by")
"""Places of a letter that is sent as it is: a mailbox tells neither the number of a case nor where it went."""
_PLACE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Letter(SourcedRow):
    """A letter in six languages, with places to fill in; `about` is the closure reason or referral it is for."""

    slug: str
    kind: str
    about: str
    text: Words

    def filled(self, language: str, facts: Mapping[str, str]) -> str:
        """The text in a language, or in English where it has none, with every place filled in."""
        return _PLACE.sub(lambda place: facts[place[1]], self.text.in_(language)).strip()


def _kind(row: Row, key: str) -> str:
    return row.one_of(key, KINDS)


def _about(row: Row, key: str) -> str:
    return row.text(key) if row.text("kind") in ABOUT else ""


def _text(row: Row, key: str) -> Words:
    """Raises CatalogueBroken, also for a place nobody would fill in."""
    text, sent = row.words(key), row.text("kind") in SENT
    places = OF_THE_REPORTER if sent else PLACES
    for language, said in text.said:
        for place in _PLACE.findall(said):
            if place not in places:
                raise row.fail(f"{{{place}}} is none of {', '.join(places)}", key, language)
        if re.search(r"[{}]", _PLACE.sub("", said)):
            raise row.fail("a brace that belongs to no place", key, language)
        if sent and NOT_SET in said:
            raise row.fail(f"{NOT_SET} stands in a letter that is sent as it is", key, language)
    return text


letter = dated(
    Letter,
    FROM,
    {"kind": _kind, "text": _text, "slug": Row.text, "for": _about},
    fields={"for": "about"},
    ends=True,
)


def unlike(letters: Iterable[Letter]) -> Iterator[str]:
    """Translations with other places than the English."""
    for one in letters:
        english = one.text.in_("en")
        for language, said in one.text.said:
            if english and said and set(_PLACE.findall(said)) != set(_PLACE.findall(english)):
                yield f"{one.found.at('text', language)}: the places of {language} are not those of en"
