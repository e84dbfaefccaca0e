import csv
import io
import unicodedata
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from cases.case import Assignment, Case
from cases.clocks import Running
from cases.export import BLOCK, COLUMNS, cases_csv, inert
from cases.lifecycle import Queue, State
from cases.people import Role

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
MINUS = "\u2212"
# In full width, small, superscript and subscript too.
SIGNS = "=+-@" + MINUS + "\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b\u207a\u208c"
# No lone surrogates: neither storage nor a directory file can hold one.
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
CASE = Case(
    number="IGO-2026-48213",
    complaint=UUID(int=7),
    queue=Queue.IGO,
    to=("supervisor", "igo"),
    state=State.CLOSED,
    version=6,
    categories=("impartiality", "harassment"),
    received_at=AT,
    clocks=(Running("assessment", AT, AT.replace(day=30)),),
    acknowledged_at=AT.replace(hour=10),
    closed_at=AT.replace(hour=11, microsecond=5),
    closure_reason="no_evidence",
    assignees=(Assignment("4021", Role.INTAKE), Assignment("5133", Role.INVESTIGATOR)),
)


def case(**changed):
    facts = {name: getattr(CASE, name) for name in Case.__slots__}
    return Case(**(facts | changed))


def read(blocks):
    return list(csv.reader(io.StringIO(b"".join(blocks).decode(), newline="")))


def as_a_spreadsheet_sees(cell):
    """What is left when spaces and invisible characters are dropped and every width is made plain."""
    return "".join(char for char in unicodedata.normalize("NFKC", cell) if char.isprintable() and not char.isspace())


def test_a_case_is_one_row_under_the_promised_header():
    header, row = b"".join(cases_csv([CASE])).split(b"\r\n")[:2]
    assert header == (
        b"number,state,version,queue,categories,received_at,acknowledged_at,due,due_by,"
        b"closed_at,closure_reason,assignees,outcome,referred_to,merged_into,decided_at,reopened,erased_at"
    )
    assert row == (
        b"IGO-2026-48213,closed,6,igo,impartiality harassment,2026-11-22T09:30:00Z,2026-11-22T10:30:00Z,assessment,"
        b"2026-11-30T09:30:00Z,2026-11-22T11:30:00.000005Z,no_evidence,intake:4021 investigator:5133,,,,,0,"
    )


def test_what_is_not_so_is_an_empty_cell():
    bare = case(clocks=(), acknowledged_at=None, closed_at=None, closure_reason=None, assignees=(), categories=())
    row = dict(zip(COLUMNS, read(cases_csv([bare]))[1], strict=True))
    empty = {name for name, cell in row.items() if not cell}
    assert empty == set(COLUMNS) - {"number", "state", "version", "queue", "received_at", "reopened"}


def test_no_cases_are_still_a_table():
    assert b"".join(cases_csv([])) == ",".join(COLUMNS).encode() + b"\r\n"


def test_cases_are_read_only_as_the_blocks_are_asked_for():
    taken = []

    def every_case():
        for number in range(5000):
            taken.append(number)
            yield CASE

    blocks = cases_csv(every_case())
    first = next(blocks)
    assert BLOCK <= len(first) < BLOCK + 1000
    assert len(taken) < 1000
    assert len(read([first, *blocks])) == 5001


@given(TEXT, TEXT)
@example("a,b", 'c"\r\nd')
def test_every_cell_comes_back_from_an_ordinary_reader(number, reason):
    row = read(cases_csv([case(number=number, closure_reason=reason)]))[1]
    assert row[0] == inert(number)
    assert row[10] == inert(reason)


@given(
    st.text(st.sampled_from(" \t\r\n\u00a0\u3000\ufeff\u200b\u202e\x00")),
    st.sampled_from(SIGNS),
    TEXT,
)
def test_an_attacker_gets_no_formula_into_a_cell(before, sign, after):
    assert inert(before + sign + after) == f"'{before}{sign}{after}"


@given(st.text(st.sampled_from(" \u00a0")), st.sampled_from("\t\r\n"), TEXT)
def test_an_attacker_cannot_leave_a_cell_by_its_first_character(before, leaving, after):
    assert inert(before + leaving + after).startswith("'")


@given(TEXT)
def test_no_cell_of_any_text_is_seen_as_a_formula(text):
    assert as_a_spreadsheet_sees(inert(text))[:1] not in set("=+-@" + MINUS)


@given(TEXT)
def test_only_a_quote_is_ever_added(text):
    assert inert(text) in {text, f"'{text}"}


def test_ordinary_cells_stay_as_they_are():
    for cell in ("", "IGO-2026-48213", "2026-11-22T09:30:00Z", "intake:4021", "a=b", "'quoted"):
        assert inert(cell) == cell


def test_an_attacker_in_the_directory_gets_no_formula_into_the_table():
    row = read(cases_csv([case(closure_reason='=HYPERLINK("http://x","y")')]))[1]
    assert row[10] == '\'=HYPERLINK("http://x","y")'
