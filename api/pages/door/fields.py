"""What the form asks, step by step: the names of its fields, what they are called, and where they stand in a complaint.

Fields of posts, subjects and witnesses carry their number: `post-0-address`, `subject-1-name`. Whatever a step does not
ask itself travels through it in hidden fields.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from api.pages.words import _, number
from cases.errors import Fault

HAPPENED, KINDS, POSTS, PEOPLE, YOU, CHECK = "happened", "kinds", "posts", "people", "you", "check"
STEPS = (HAPPENED, KINDS, POSTS, PEOPLE, YOU, CHECK)
MOST: Mapping[str, int] = {"post": 50, "subject": 20, "witness": 20}
GROUPED = re.compile(r"(post|subject|witness)-(\d{1,2})-([a-z_]+)")
POINTER = re.compile(r"#/statement/(posts|subjects|witnesses)/(\d+)(?:/([a-z_]+))?")
GROUPS = {"posts": "post", "subjects": "subject", "witnesses": "witness"}
POST_TEXTS = ("address", "platform", "handle", "posted_at", "seen_at", "audience")
POST_CHOICES = ("account_kind", "still_online", "affiliation_shown", "disclaimer_shown")
PERSON = ("name", "staff_number", "email", "function", "duty_station", "relation")
WITNESS = ("name", "staff_number", "email")
TEXTS: Mapping[str, tuple[str, ...]] = {
    HAPPENED: ("summary", "narrative", "place"),
    KINDS: (),
    POSTS: (),
    PEOPLE: (),
    YOU: ("name", "email", "staff_number"),
}
CHOICES: Mapping[str, tuple[str, ...]] = {
    HAPPENED: ("immediate_danger",),
    KINDS: ("kind",),
    POSTS: (),
    PEOPLE: (),
    YOU: (
        "consent",
        "share_with_supervisor",
        "supervisor_involved",
        "supervisor_told",
        "fears_retaliation",
        "tell_ethics",
    ),
}


def step_of(name: str) -> str:
    """The step that asks for a field; empty for one that none asks."""
    if grouped := GROUPED.fullmatch(name):
        return POSTS if grouped[1] == "post" else PEOPLE
    return next((step for step in TEXTS if name in (*TEXTS[step], *CHOICES[step])), "")


@dataclass(frozen=True, slots=True)
class Shown:
    """A mistake where somebody sees it: the step and the id of the field, what it is called, and what is wrong."""

    step: str
    field: str
    label: str
    detail: str


def labels() -> dict[str, str]:
    """What each field is called, in the reader's language; those of groups without their number."""
    return {
        "summary": _("In one sentence: what happened?"),
        "narrative": _("Tell us everything you know"),
        "place": _("Where did it happen, if it was at a place?"),
        "immediate_danger": _("Is somebody in danger while this is online?"),
        "kind": _("What is it about?"),
        "post-address": _("Address of the post or account"),
        "post-platform": _("Platform"),
        "post-handle": _("Name of the account"),
        "post-account_kind": _("Whose account is it?"),
        "post-posted_at": _("When was it posted?"),
        "post-seen_at": _("When did you see it?"),
        "post-audience": _("Who can see it?"),
        "post-still_online": _("Is it still online?"),
        "post-affiliation_shown": _("Does the account say that the person works for the organisation?"),
        "post-disclaimer_shown": _("Does the account say that views are personal?"),
        "subject-name": _("Name"),
        "subject-staff_number": _("Staff number"),
        "subject-email": _("Work e-mail address"),
        "subject-function": _("What they do"),
        "subject-duty_station": _("Where they work"),
        "subject-relation": _("How you know them"),
        "witness-name": _("Name of somebody who saw it, too"),
        "witness-staff_number": _("Their staff number"),
        "witness-email": _("Their e-mail address"),
        "consent": _("Who may know that it was you?"),
        "name": _("Your name"),
        "email": _("Your e-mail address"),
        "staff_number": _("Your staff number"),
        "share_with_supervisor": _("May your own supervisor receive this complaint?"),
        "supervisor_involved": _("Is your supervisor involved?"),
        "supervisor_told": _("Did you tell your supervisor already?"),
        "fears_retaliation": _("Are you afraid that somebody will make you pay for this?"),
        "tell_ethics": _("May we tell the Ethics Office?"),
    }


def label_of(name: str) -> str:
    """What a field is called; with its number where several are asked alike."""
    if grouped := GROUPED.fullmatch(name):
        called = labels()[f"{grouped[1]}-{grouped[3]}"]
        return called if grouped[2] == "0" else f"{called} ({int(grouped[2]) + 1})"
    return labels()[name]


def shown(faults: Iterable[Fault]) -> list[Shown]:
    """Where each mistake is put right."""
    return [_shown(fault) for fault in faults]


def _shown(fault: Fault) -> Shown:
    name = _name_at(fault.pointer)
    step = step_of(name) or CHECK
    return Shown(step, name or "form", label_of(name) if name else _("The form"), plain(fault.detail))


def _name_at(pointer: str) -> str:
    if found := POINTER.match(pointer):
        group, number, name = GROUPS[found[1]], found[2], found[3] or ""
        first = {"post": "address", "subject": "name", "witness": "name"}[group]
        known = {"post": (*POST_TEXTS, *POST_CHOICES), "subject": PERSON, "witness": WITNESS}[group]
        return f"{group}-{number}-{name if name in known else first}"
    if pointer.startswith("#/statement/concerns"):
        return "kind"
    name = pointer.rsplit("/", 1)[-1]
    return name if step_of(name) else ""


_NEEDED = re.compile(r"Missing data for required field\.|Field may not be null\.")
_LENGTH = re.compile(r"Length must be between (\d+) and (\d+)\.|Longer than maximum length (\d+)\.")


def plain(detail: str) -> str:
    """What a checker says, as one would say it to a person, in their language."""
    if _NEEDED.fullmatch(detail):
        return _("Please answer this.")
    if found := _LENGTH.fullmatch(detail):
        room = {"count": number(int(found[2] or found[3]))}
        if found[1] == "1":
            return _("Please write something here, in %(count)s characters at most.") % room
        return _("This is too long. There is room for %(count)s characters.") % room
    known = {
        "Control characters and broken Unicode are not accepted.": _("This has characters that cannot be stored."),
        "An anonymous complaint cannot carry this. Leave it out, or choose confidential.": _(
            "You chose that nobody may know who you are. Leave this empty, or choose another answer."
        ),
        "Not in the catalogue. GET /api/v1/catalogue lists what is.": _("This is no longer asked. Choose again."),
    }
    return known.get(detail, _("This cannot be read. Please write it in another way."))
