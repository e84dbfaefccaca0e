"""The queue: the cases this person may see, narrowed as they like; lists they keep; what was closed early."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from api.context import actor, desk, now
from api.deskwork_schemas import FilterInSchema
from api.fields import words
from api.pages.desk import labels
from api.pages.desk.common import blueprint, page, see
from api.pages.desk.fields import Field, Options, options
from api.pages.desk.forms import Form, Sheet, blank, sent
from api.pages.desk.listing import as_query, asked, by_arrival, cases_asked, day_of, further, narrowing
from api.pages.desk.navigation import REVIEWS
from api.pages.words import _, said
from api.routes.cases import WORKS_CASES, filter_of, next_of
from api.routes.filters import faults_of
from api.routes.teams import ASSIGNS
from api.schemas import CasesQuery, PageQuery
from api.sessions import form, signed_in
from cases.case import Case
from cases.casework import filtering, handing, looking
from cases.errors import Fault, Malformed
from cases.lifecycle import State

OWN = ("cursor", "limit")
QUERY = "query."
REVIEWED_DAYS = 7


@blueprint.get("/cases")
@signed_in(*WORKS_CASES)
def cases() -> Response:
    """The cases this person may see, newest first or what is due soonest first."""
    typed = {name: text for name, text in request.args.items() if text.strip()}
    faults: Sequence[Fault] = ()
    found: Sequence[Case] = ()
    cursor = None
    try:
        wanted = cases_asked()
        found = looking.list_cases(desk(), actor(), filter_of(wanted))
        cursor = next_of(found, wanted)
    except Malformed as error:
        faults = error.faults
    asked = {name: text for name, text in typed.items() if name not in OWN}
    saved = [(one.name, _address(one.query)) for one in filtering.list_filters(desk(), actor())]
    return page(
        "queue.html",
        422 if faults else 200,
        cases=found,
        asked=asked,
        keep=blank(_keep(asked)),
        further=further(cursor),
        first="cursor" not in typed,
        faults=[said(fault.detail) for fault in faults],
        saved=saved,
        quick=_quick(),
        narrow=_narrow(),
    )


class KeptSchema(FilterInSchema):
    """A list that is kept: its name, which the API has in the path, and what `GET /cases` is asked."""

    name = words(60, required=True, shortest=1)


def _keep(asked: Mapping[str, str]) -> Form:
    hint = _("Letters a to z, numbers and dashes, such as due-this-week.")
    return Form(
        KeptSchema(),
        _("Keep this list under a name"),
        (
            *(Field(f"{QUERY}{name}", kind="kept", value=text) for name, text in asked.items()),
            Field("name", _("Keep this list under a name"), hint=hint),
        ),
        _("Keep"),
        to=url_for("desk.keep_filter"),
        prefix="keep",
        quiet=True,
    )


def _at(query: Mapping[str, Any]) -> str:
    return url_for("desk.cases", **query)


def _address(query: Mapping[str, Any]) -> str:
    """A list that was kept, as the form would ask for it."""
    return _at({name: day_of(name, value) for name, value in query.items()})


def _quick() -> list[tuple[str, str, bool]]:
    """Lists everybody of the role asks for: name, address, whether it is this one."""
    who = actor()
    lists: list[tuple[str, dict[str, str]]] = [
        (_("All cases"), {}),
        (_("Due soonest"), {"sort": "due"}),
        (_("Overdue"), {"overdue": "true", "sort": "due"}),
        (_("Assigned to me"), {"assignee": who.person}),
    ]
    if who.role in ASSIGNS:
        lists.append((_("Nobody's yet"), {"unassigned": "true"}))
    typed = {name: text for name, text in request.args.items() if text.strip() and name not in OWN}
    return [(name, _at(query), query == typed) for name, query in lists]


def _narrow() -> Sheet:
    """What the list can be narrowed by."""
    category, *received = by_arrival()
    return narrowing(CasesQuery(), (category, *_of_work(), *received, *_of_ends()))


def _of_work() -> Iterator[Field]:
    days = (("0", _("today or overdue")), ("3", _("within 3 days")), ("7", _("within 7 days")))
    yield _any("state", _("State"), options(State, labels.state_name))
    if actor().role in ASSIGNS:
        team = {one.person: one.name for one in handing.workload(desk(), actor(), now())}
        yield _any("assignee", _("Works on it"), tuple(sorted(team.items(), key=lambda one: (one[1], one[0]))))
    offices = sorted({person.office for person in desk().lookup.directory() if person.office})
    yield _any("office", _("Office of the subject"), tuple((one, one) for one in offices))
    yield _any("due_within", _("Due"), (*days, ("30", _("within 30 days"))))
    yield _any("overdue", _("Overdue"), (("true", _("only what is overdue")),))
    yield _any("unassigned", _("Nobody's yet"), (("true", _("only what nobody works on")),))


def _of_ends() -> Iterator[Field]:
    yield Field("closed_from", _("Closed from"))
    yield Field("closed_to", _("Closed up to"))
    orders = (("due", _("due soonest first")), ("closed", _("closed last first")))
    yield Field("sort", _("Order"), options=orders, empty=_("received last first"))


def _any(name: str, label: str, chosen: Options) -> Field:
    return Field(name, label, options=chosen, empty=_("any"))


@blueprint.post("/cases/filters")
@signed_in(*WORKS_CASES)
def keep_filter() -> ResponseReturnValue:
    """Keep what the list is narrowed to under a name."""
    kept = {name.removeprefix(QUERY): text for name, text in form().items() if name.startswith(QUERY)}

    def do(told: dict[str, Any]) -> ResponseReturnValue:
        query = as_query(told["query"])
        if faults := list(faults_of(query)):
            raise Malformed(faults)
        name = told["name"].strip().lower().replace(" ", "-")
        saved = filtering.save_filter(desk(), actor(), name, query, now())
        return see("desk.cases", **{key: day_of(key, value) for key, value in saved.query.items()})

    return sent(_keep(kept), do)


@blueprint.post("/cases/filters/drop")
@signed_in(*WORKS_CASES)
def drop_filter() -> ResponseReturnValue:
    """Delete one of one's own lists."""
    filtering.delete_filter(desk(), actor(), form().get("name", ""))
    return see("desk.cases")


@blueprint.get("/review")
@signed_in(*REVIEWS)
def review() -> Response:
    """The weekly list: what was closed in the last seven days before an assessment ended, and for what reason."""
    since = now() - timedelta(days=REVIEWED_DAYS)
    paged = asked(PageQuery())
    closed = {"closed_early": True, "closed_from": since.isoformat(), "sort": "closed"}
    wanted = CasesQuery().load({**closed, **paged})
    found = looking.list_cases(desk(), actor(), filter_of(wanted))
    then = further(next_of(found, wanted))
    return page("review.html", cases=found, days=REVIEWED_DAYS, then=then, first="cursor" not in paged)
