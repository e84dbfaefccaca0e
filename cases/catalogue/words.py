"""Words in the six languages of the organisation."""

from dataclasses import dataclass, field

from cases.catalogue.lines import NOWHERE, Found

LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es")
DIRECTIONS = ("ltr", "rtl")


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence, by language."""

    said: tuple[tuple[str, str], ...]

    def in_(self, language: str) -> str:
        """In a language, or in English when it is not there."""
        said = dict(self.said)
        return said.get(language) or said.get("en", "")

    def missing(self) -> tuple[str, ...]:
        said = dict(self.said)
        return tuple(language for language in LANGUAGES if not said.get(language))


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its own name. Nobody has read it against the English when `reviewed_by` is empty."""

    code: str
    name: str
    direction: str
    reviewed_by: str
    found: Found = field(default=NOWHERE, compare=False)
