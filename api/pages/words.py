"""The words of the staff's pages in the reader's language: gettext catalogues, read as they are written.

English is what stands in the code; `translations/<language>/LC_MESSAGES/messages.po` holds the others. A catalogue is
compiled in memory when it is first needed, so a fresh clone and an installed package need no step in between.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Any, cast

from babel.dates import format_date, format_datetime
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, request

from cases.people import Role
from cases.sessions import Method

LANGUAGES = {"en": "English", "fr": "Français"}
"""Of the staff's pages. The door speaks all six of the catalogue, by its addresses."""
COOKIE = "rule12-language"
DOMAINS = ("messages", "door")
"""Words of the staff's pages, and of the door; where both have a sentence, the door's is heard first."""


def language() -> str:
    """The language chosen, else the first of the browser's that we have, else English."""
    if not has_request_context():
        return "en"
    if "language" not in g:
        chosen = request.cookies.get(COOKIE, "")
        wanted = (chosen, *(tag.partition("-")[0].lower() for tag in request.accept_languages.values()))
        g.language = next((tag for tag in wanted if tag in LANGUAGES), "en")
    return cast("str", g.language)


@lru_cache
def catalogue(language: str) -> NullTranslations:
    """The words of a language."""
    compiled = BytesIO()
    write_mo(compiled, _written(language))
    compiled.seek(0)
    return Translations(compiled)


@lru_cache
def _written(language: str) -> Catalog:
    """The catalogues of a language as they are written, in one; an empty one for English."""
    whole = Catalog(locale=language)
    for domain in DOMAINS:
        file = files(__package__).joinpath("translations", language, "LC_MESSAGES", f"{domain}.po")
        for message in read_po(BytesIO(file.read_bytes()), locale=language) if file.is_file() else ():
            whole[message.id] = message
    return whole


def _(text: str) -> str:
    """A sentence in the reader's language."""
    return str(catalogue(language()).gettext(text)) if text else ""  # of nothing, gettext makes the catalogue's head


def later(text: str) -> str:
    """A sentence of a table, marked for the catalogues; `_` or `said` says it once there is a reader."""
    return text


def said(text: str) -> str:
    """A sentence that stands elsewhere in the code, in the reader's language where the catalogue has it.

    Where the code puts something in (a number, a day, a slug), the catalogue has `{}`. What was put in is said in the
    reader's language, too, where it is there by itself; a translation may leave it out.
    """
    if (found := _(text)) != text:
        return found
    for pattern, translated in _patterns(language()):
        if put_in := pattern.fullmatch(text):
            return translated.format(*(_(value) if value else "" for value in put_in.groups()))
    return text


@lru_cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The sentences of a language into which something is put, those with the most words of their own first."""
    told = ((str(one.id), str(one.string)) for one in _written(language) if "{}" in one.id and one.string)
    return tuple((_pattern(one), there) for one, there in sorted(told, key=lambda pair: -len(pair[0])))


def _pattern(sentence: str) -> re.Pattern[str]:
    return re.compile("(.*?)".join(map(re.escape, sentence.split("{}"))), re.DOTALL)


def ngettext(one: str, many: str, count: int) -> str:
    """One or many of something in the reader's language."""
    return str(catalogue(language()).ngettext(one, many, count))


def named(words: Mapping[Any, str], every: Iterable[str] = ()) -> Callable[[str], str]:
    """What slugs are called: one table, of texts marked with `later`; a slug that stands in none is said as it is.

    `every` names whatever must stand in the table; one that lacks any of it stops the start.
    """
    if lacking := [slug for slug in every if slug not in words]:
        raise LookupError(f"no word for: {', '.join(lacking)}")

    def name(slug: str) -> str:
        return _(words[slug]) if slug in words else str(slug)

    return name


role_name = named(
    {
        Role.SUPERVISOR: later("Supervisor"),
        Role.INTAKE: later("Intake"),
        Role.HEAD: later("Head of the office"),
        Role.INVESTIGATOR: later("Investigator"),
        Role.GATEKEEPER: later("Gatekeeper"),
        Role.OUTSIDE: later("Outside office"),
        Role.CUSTODIAN: later("Custodian of identities"),
        Role.DECIDER: later("Decider"),
        Role.ETHICS: later("Ethics Office"),
        Role.AUDITOR: later("Auditor"),
        Role.MONITOR: later("External Relations"),
        Role.ADMINISTRATOR: later("Administrator"),
    },
    Role,
)
method_name = named(
    {
        Method.LINK: later("one-time link"),
        Method.PASSKEY: later("passkey"),
        Method.PROVIDER: later("identity provider"),
    },
    Method,
)


def when(at: datetime) -> str:
    """A time, in UTC, as the reader's language writes it."""
    return f"{format_datetime(at.astimezone(UTC), 'd MMM y, HH:mm', locale=language())} UTC"


def day(when: str | date) -> str:
    """A day, or that of a time in UTC (RFC 3339 or a datetime), as the reader's language writes it."""
    at = datetime.fromisoformat(when) if isinstance(when, str) else when
    return format_date(at.astimezone(UTC) if isinstance(at, datetime) else at, "long", locale=_locale())


def _locale() -> str:
    """How numbers and days are written: English as the organisation writes it, the day first."""
    return {"en": "en_GB"}.get(language(), language())


def number(count: int) -> str:
    """A number as the reader's language groups it."""
    return format_decimal(count, locale=_locale())


def speak(app: Flask) -> None:
    """Let the templates of an app speak the reader's language."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(_, ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(
        language=language, languages=LANGUAGES, said=said, role_name=role_name, method_name=method_name
    )
    app.jinja_env.filters["when"] = when
    app.jinja_env.filters["day"] = day
    app.jinja_env.filters["number"] = number
