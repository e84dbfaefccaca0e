"""The words of the staff's pages in the reader's language: gettext catalogues, read as they are written.

English is what stands in the code; `translations/<language>/LC_MESSAGES/messages.po` holds the others. A catalogue is
compiled in memory when it is first needed, so a fresh clone and an installed package need no step in between.
"""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import cast

from babel.dates import format_date, format_datetime
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
    found = NullTranslations()
    for domain in DOMAINS:
        file = files(__package__).joinpath("translations", language, "LC_MESSAGES", f"{domain}.po")
        if file.is_file():
            compiled = BytesIO()
            write_mo(compiled, read_po(BytesIO(file.read_bytes()), locale=language))
            compiled.seek(0)
            read = Translations(compiled)
            read.add_fallback(found)
            found = read
    return found


def _(text: str) -> str:
    """A sentence in the reader's language."""
    return str(catalogue(language()).gettext(text))


def said(text: str) -> str:
    """A sentence that stands elsewhere in the code, in the reader's language where the catalogue has it.

    Numbers in it may be any: the catalogue has it with `{}` in their places.
    """
    if (found := _(text)) != text:
        return found
    pattern = _(_NUMBER.sub("{}", text))
    numbers = iter(_NUMBER.findall(text))
    return re.sub(r"\{\}", lambda _: next(numbers, ""), pattern)


_NUMBER = re.compile(r"\d+(?:,\d{3})*")


def ngettext(one: str, many: str, count: int) -> str:
    """One or many of something in the reader's language."""
    return str(catalogue(language()).ngettext(one, many, count))


def role_name(role: Role) -> str:
    """What a role is called."""
    names = {
        Role.SUPERVISOR: _("Supervisor"),
        Role.INTAKE: _("Intake"),
        Role.HEAD: _("Head of the office"),
        Role.INVESTIGATOR: _("Investigator"),
        Role.GATEKEEPER: _("Gatekeeper"),
        Role.OUTSIDE: _("Outside office"),
        Role.CUSTODIAN: _("Custodian of identities"),
        Role.DECIDER: _("Decider"),
        Role.ETHICS: _("Ethics Office"),
        Role.AUDITOR: _("Auditor"),
        Role.MONITOR: _("External Relations"),
        Role.ADMINISTRATOR: _("Administrator"),
    }
    return names[role]


def method_name(method: Method) -> str:
    """What a way of signing in is called."""
    names = {
        Method.LINK: _("one-time link"),
        Method.PASSKEY: _("passkey"),
        Method.PROVIDER: _("identity provider"),
    }
    return names[method]


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
