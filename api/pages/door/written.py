"""What somebody typed so far, as the form holds it, and the complaint it makes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask import g
from werkzeug.datastructures import MultiDict

from api.pages.door import fields
from api.pages.door.fields import GROUPED, GROUPS, MOST, PERSON, POST_CHOICES, POST_TEXTS, WITNESS
from api.pages.door.posts import mended

YES_OR_NO = {"yes": True, "no": False}
UNSURE = {"unsure": None}
"""Of posts only: there a statement has room for it."""
NAMES: Mapping[str, tuple[str, ...]] = {"post": (*POST_TEXTS, *POST_CHOICES), "subject": PERSON, "witness": WITNESS}
KEY = "key"


@dataclass(frozen=True, slots=True)
class Written:
    """The answers so far: single ones by name, groups in order without gaps, and the questions that were ticked."""

    one: Mapping[str, str]
    groups: Mapping[str, tuple[Mapping[str, str], ...]]
    kinds: tuple[str, ...]
    key: str

    def rows(self, group: str, *, at_least: int = 0) -> list[Mapping[str, str]]:
        """The rows of a group, with as many empty ones as are asked for."""
        rows = list(self.groups[group])
        return rows + [{}] * (at_least - len(rows))

    def pairs(self, asked_by: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
        """Fields to carry on in hidden ones: those the page does not ask itself."""
        for name, value in self.one.items():
            if value and not asked_by(name):
                yield name, value
        for group, rows in self.groups.items():
            for number, row in enumerate(rows):
                for name, value in row.items():
                    if value and not asked_by(f"{group}-{number}-{name}"):
                        yield f"{group}-{number}-{name}", value
        if not asked_by("kind"):
            yield from (("kind", slug) for slug in self.kinds)


def written(form: "MultiDict[str, str]", without: str = "") -> Written:
    """What a form holds. Names that no step asks are let go; empty rows, too, and one row to do `without`: `post-1`."""
    groups: dict[str, dict[int, dict[str, str]]] = {group: {} for group in MOST}
    one = {}
    for name, value in form.items():
        if (grouped := GROUPED.fullmatch(name)) and grouped[3] in NAMES[grouped[1]]:
            if not without or not name.startswith(f"{without}-"):
                groups[grouped[1]].setdefault(int(grouped[2]), {})[grouped[3]] = value
        elif fields.step_of(name) and name != "kind":
            one[name] = value
    rows = {
        group: tuple(row for _, row in sorted(found.items()) if any(value.strip() for value in row.values()))
        for group, found in groups.items()
    }
    return Written(one, rows, tuple(form.getlist("kind")), form.get(KEY, "") or str(uuid4()))


def complaint_of(told: Written, principles: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """The complaint as the API would have it; what was left empty is left out.

    `principles` are the categories each question suggests, by the question's slug.
    """
    statement: dict[str, Any] = {name: told.one.get(name, "").strip() for name in ("summary", "narrative")}
    statement |= _filled(told.one, ("place",)) | _answered(told.one, *_CHECKS)
    concerns = dict.fromkeys(slug for kind in told.kinds for slug in principles.get(kind, (kind,)))
    statement |= {"concerns": list(concerns)} if concerns else {}
    for name, group in GROUPS.items():
        make = _post if group == "post" else _person
        rows = [make(row, group) for row in told.groups[group]]
        statement |= {name: rows} if rows else {}
    reporter: dict[str, Any] = _filled(told.one, ("consent", "name", "email", "staff_number", "personnel_type"))
    reporter |= _answered(told.one, "share_with_supervisor")
    return {"language": g.language, "channel": "web", "statement": statement, "reporter": reporter}


_CHECKS = ("immediate_danger", "supervisor_told", "supervisor_involved", "fears_retaliation", "tell_ethics")


def _post(pasted: Mapping[str, str], _group: str) -> dict[str, Any]:
    row = mended(pasted)
    post = _filled(row, ("platform", "handle", "account_kind", "posted_at", "seen_at", "audience"))
    post |= {"url": row["address"].strip()} if row.get("address", "").strip() else {}
    names = ("still_online", "affiliation_shown", "disclaimer_shown")
    return post | _answered(row, *names) | {name: UNSURE[row[name]] for name in names if row.get(name) in UNSURE}


def _person(row: Mapping[str, str], group: str) -> dict[str, Any]:
    return _filled(row, NAMES[group])


def _filled(row: Mapping[str, str], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name].strip() for name in names if row.get(name, "").strip()}


def _answered(row: Mapping[str, str], *names: str) -> dict[str, bool]:
    return {name: YES_OR_NO[row[name]] for name in names if row.get(name) in YES_OR_NO}
