"""Fields and tables of words: what the API's schema says is not said a second time, and no slug goes without a name."""

import pytest
from flask import Flask

from api.deskwork_schemas import TokenInSchema
from api.pages.desk.fields import Field, at_fields, fitted, told
from api.pages.words import named
from api.schemas import ExportInSchema
from api.work_schemas import IdentityDecisionSchema, MoveInSchema, PersonChangeSchema
from cases.errors import Fault
from cases.people import Role
from tests.api.conftest import Office
from tests.api.lives import Life
from tests.api.pages.seat import Seat, Sheet


@pytest.mark.parametrize(
    ("schema", "name", "kind", "needed", "longest"),
    [
        (TokenInSchema, "person", "line", True, 40),
        (TokenInSchema, "days", "number", False, 0),
        (ExportInSchema, "from", "moment", False, 0),
        (IdentityDecisionSchema, "grant", "tick", True, 0),
        (IdentityDecisionSchema, "reason", "text", True, 2_000),
        (MoveInSchema, "appeal_by", "day", False, 0),
        (MoveInSchema, "measures.0.measure", "line", True, 40),
        (PersonChangeSchema, "attribution.status", "line", True, 40),
        (PersonChangeSchema, "number", "line", False, 0),
    ],
)
def test_a_field_is_as_its_place_in_the_schema_says(
    app: Flask, schema: type, name: str, kind: str, *, needed: bool, longest: int
) -> None:
    with app.test_request_context():
        field = fitted(Field(name), schema(), "f")
    assert (field.kind, field.needed, field.longest) == (kind, needed, longest)


def test_what_a_schema_wants_of_a_text_is_said_beneath_it_once(app: Flask) -> None:
    with app.test_request_context():
        field = fitted(Field("reason", hint="Kept sealed."), IdentityDecisionSchema(), "f")
        assert fitted(field, IdentityDecisionSchema(), "g") == field
    assert field.hint == "Kept sealed. 10 to 2000 characters."


def test_places_with_dots_and_numbers_become_what_the_api_takes() -> None:
    asked = [Field("days", kind="number"), Field("from", kind="moment"), Field("measures.0.measure"), Field("a.b")]
    typed = {"days": "3", "from": "2026-01-02", "measures.0.measure": "censure", "a.b": " ", "never.asked": "x"}
    assert told(asked, typed) == {"days": 3, "from": "2026-01-02T00:00:00Z", "measures": [{"measure": "censure"}]}


def test_a_fault_stands_at_the_nearest_field_or_at_the_form(app: Flask) -> None:
    asked = [Field("measures.0.measure"), Field("measures")]
    faults = [Fault("#/measures/0/measure", "x"), Fault("#/measures/1", "x"), Fault("#/other", "x")]
    with app.test_request_context():
        assert [field and field.name for field, _ in at_fields(asked, faults)] == [
            "measures.0.measure",
            "measures",
            None,
        ]


def test_a_table_of_words_that_leaves_one_out_stops_the_start() -> None:
    with pytest.raises(LookupError, match="auditor"):
        named({role: "x" for role in Role if role is not Role.AUDITOR}, Role)


def test_of_several_forms_on_a_page_the_refused_one_alone_keeps_what_was_typed(office: Office) -> None:
    life = Life(office)
    page = f"/desk/received/{life.number}"
    supervisor = Seat(office, Role.SUPERVISOR)
    fields = supervisor.fill_form(page, f"{page}/actions") | {"text": "x" * 20_001}
    answer = supervisor.send(f"{page}/actions", fields)
    assert answer.status_code == 422
    again = Sheet(answer.text)
    assert again.form(f"{page}/actions")["text"] == "x" * 20_001
    assert again.form(f"{page}/actions")["key"] == fields["key"]
    assert again.form(f"{page}/recusal")["reason"] == ""
    assert answer.text.count('aria-invalid="true"') == 1
    assert '<a href="#act-text">' in answer.text


def test_an_attacker_puts_no_words_of_their_own_on_a_page(office: Office) -> None:
    page = Seat(office, Role.SUPERVISOR).open("/desk/received?done=You+are+dismissed")
    assert "dismissed" not in page.partition("<main")[2].partition("</main>")[0]
