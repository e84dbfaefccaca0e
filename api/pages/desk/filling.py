"""Forms as data: their fields, what was typed, and what that is as a program would send it. One template draws all."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from api.pages.words import _, said
from cases.errors import Fault

Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `name` is the place of its value, with dots, such as `attribution.status` or `measures.0.measure`.

    `kind`: line, text, choice, day, tick, yes_no, or kept (not shown, sent as it is).
    """

    name: str
    label: str = ""
    kind: str = "line"
    options: Options = ()
    hint: str = ""
    needed: bool = True
    value: str = ""
    longest: int = 200
    group: str = ""

    @property
    def id(self) -> str:
        return f"f-{self.name.replace('.', '-')}"

    @property
    def pointer(self) -> str:
        return f"#/{self.name.replace('.', '/')}"

    def read(self, typed: str) -> Any:
        """The value, as JSON would have it; None for what was left empty."""
        if self.kind == "tick":
            return True if typed == "yes" else None
        if self.kind == "yes_no":
            return {"yes": True, "no": False}.get(typed)
        return typed.replace("\r\n", "\n") if typed.strip() else None


@dataclass(frozen=True, slots=True)
class Shown:
    """A letter that goes out with a form, to be read first; `language` is "" where it is not known."""

    name: str
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A form: what it is called and for, its fields, its button, and where to go on from it.

    `letters`: what its button sends to the reporter if no letter is written; of several, the one that was chosen.
    """

    title: str
    fields: tuple[Field, ...]
    button: str
    then: str
    number: str = ""
    version: int = 0
    lead: tuple[str, ...] = ()
    warning: str = ""
    letters: tuple[Shown, ...] = ()
    shape: Callable[[dict[str, Any]], dict[str, Any]] = dict
    """What makes of the fields what the API takes, where they do not stand for it one by one."""

    def told(self, typed: Mapping[str, str]) -> dict[str, Any]:
        """What was typed, as the API takes it; what was left empty is left out."""
        told: dict[str, Any] = {}
        for one in self.fields:
            value = one.read(typed.get(one.name, ""))
            if value is not None:
                _put(told, one.name.split("."), value)
        return self.shape({name: _listed(value) for name, value in told.items()})

    def begun(self) -> dict[str, str]:
        """What stands in it to begin with."""
        return {one.name: one.value for one in self.fields}

    def at_fields(self, faults: Iterable[Fault]) -> Iterator[tuple[Field | None, str]]:
        """Each fault with the field it is about; None where it is about the whole form."""
        for fault in faults:
            near = [one for one in self.fields if _is_at(fault.pointer, one.pointer)]
            yield max(near, key=lambda one: len(one.pointer), default=None), _in_words(fault.detail)


def _is_at(pointer: str, place: str) -> bool:
    return pointer == place or pointer.startswith(f"{place}/")


_SAID = {
    "Missing data for required field.": "Fill this in.",
    "Shorter than minimum length 1.": "Fill this in.",
    "Not a valid date.": "Write a day, such as 2026-03-31.",
}


def _in_words(detail: str) -> str:
    """What schemas and moves say of a field, for people: who fills in a form knows no slugs."""
    if detail.endswith(" needs this."):
        return _("Fill this in.")
    if detail.startswith(("One of ", "Must be one of", "Not a valid UUID", "Not a valid choice")):
        return _("This list does not hold that: choose again.")
    return said(_SAID.get(detail, detail))


def _put(told: dict[str, Any], place: list[str], value: Any) -> None:
    for name in place[:-1]:
        told = told.setdefault(name, {})
    told[place[-1]] = value


def _listed(value: Any) -> Any:
    """Places with numbers are a list."""
    if not isinstance(value, dict):
        return value
    if value and all(name.isdigit() for name in value):
        return [_listed(value[name]) for name in sorted(value, key=int)]
    return {name: _listed(one) for name, one in value.items()}


def options(slugs: Iterable[str], name: Any) -> Options:
    """Slugs with what they are called."""
    return tuple((str(slug), name(slug)) for slug in slugs)
