"""What helps a reporter with their evidence: what was kept of the post, what is missing, and what their files tell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g

from api.context import desk, now
from api.pages.words import _
from cases.berkeley import Point, Standing, what_is_kept
from cases.casework.mailbox import Facts
from cases.media.hidden import Hidden


@dataclass(frozen=True, slots=True)
class Advice:
    """One point: what it is called, how it stands, and how to add it, which is empty where nothing is to be done."""

    label: str
    standing: str
    how: str


def advice(posts: Sequence[Mapping[str, Any]], files: Iterable[Facts]) -> list[Advice]:
    """The points of the Berkeley Protocol (facts §7), in order: each makes more of what is a lead by itself."""
    today = now().date()
    return [_advice(one.point, one.standing) for one in what_is_kept(posts, files, desk().law.platforms_on(today))]


def _advice(point: Point, standing: Standing) -> Advice:
    hint = desk().law.hint("evidence", str(point), now().date())
    called = {
        Standing.PRESENT: _("there"),
        Standing.PERHAPS: _("perhaps there"),
        Standing.MISSING: _("missing"),
    }
    how = "" if standing is Standing.PRESENT else hint.text.in_(g.language)
    return Advice(hint.label.in_(g.language), called[standing], how)


def tells(found: Iterable[Hidden] | None) -> list[str]:
    """Sentences on what a file surely tells besides what one sees in it."""
    today = now().date()
    return [desk().law.hint("hidden", str(one), today).text.in_(g.language) for one in sorted(found or ())]
