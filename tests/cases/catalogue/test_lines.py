"""Lines in TOML texts, held against what the texts show."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.catalogue.lines import Found, line_of, places, statements, strange
from tests.cases.catalogue.conftest import FILES, TEXTS

TRICKY = '''\
# [[row]] in a comment
[[row]]                 # the first, on line 2
slug = "a # [[row]]"
text = """
[[row]]
slug = "no key"
""\\"" quotes """
raw = \'\'\'
[[row]]
\'\'\'
list = [
  "x", # ]
  "[[row]]",
]
"quoted key" = {a = 1, b = "}"}
dotted . name = 1
[row.words]
en = "x"

[[row]]
[[row.allowed]]
from = 1
[[row.allowed]]
from = 2
'''


def test_what_looks_like_a_table_in_a_string_a_list_or_a_comment_is_none():
    assert len(tomllib.loads(TRICKY)["row"]) == 2
    [(first, keys), (second, more)] = places(TRICKY, "row")
    assert (first, second) == (2, 20)
    assert {path: line for path, line in keys.items() if len(path) == 1} == {
        ("slug",): 3,
        ("text",): 4,
        ("raw",): 8,
        ("list",): 11,
        ("quoted key",): 15,
        ("dotted",): 16,
        ("words",): 17,
    }
    assert (keys[("dotted", "name")], keys[("words", "en")]) == (16, 18)
    assert (more[("allowed", 0, "from")], more[("allowed", 1, "from")]) == (22, 24)


@pytest.mark.parametrize("file", FILES)
def test_every_key_of_the_shipped_files_stands_where_it_is_said_to(file):
    lines, (_, table) = TEXTS[file].splitlines(), FILES[file]
    rows = tomllib.loads(TEXTS[file])[table]
    found = places(TEXTS[file], table)
    assert len(found) == len(rows)
    for (line, keys), facts in zip(found, rows, strict=True):
        assert lines[line - 1] == f"[[{table}]]"
        assert set(facts) == {path[0] for path in keys}
        for path, at in keys.items():
            name = next(part for part in reversed(path) if isinstance(part, str))
            dotted = lines[at - 1].partition(" = ")[0].split(".")
            assert name in dotted or lines[at - 1].startswith((f"[{table}.{name}]", f"[[{table}.{name}]]"))


@given(st.text(st.sampled_from("[]{}\"'#=\n\\ab.")) | st.text())
def test_no_text_makes_the_scan_fail(text):
    lines = [said.line for said in statements(text)]
    assert lines == sorted(lines)
    assert all(1 <= line <= text.count("\n") + 1 for line in lines)
    assert strange(text, "row") >= 1


VALUES = st.recursive(
    st.integers(0, 9).map(str) | st.text(st.sampled_from("[#]'= a")).map(lambda text: f'"{text}"'),
    lambda inner: st.lists(inner, max_size=3).map(lambda all_: "[\n" + ",\n".join(all_) + "]"),
    max_leaves=6,
)
BLOCKS = st.text(st.sampled_from("[]#\n=a'")).map(lambda text: f'"""{text}"""')


@given(st.lists(st.lists(VALUES | BLOCKS, max_size=4), min_size=1, max_size=4))
def test_tables_and_keys_are_found_whatever_the_values_hold(rows):
    text, wanted = "", []
    for values in rows:
        text += "[[row]]\n"
        wanted.append((text.count("\n"), {}))
        for number, value in enumerate(values):
            wanted[-1][1][(f"k{number}",)] = text.count("\n") + 1
            text += f"k{number} = {value}\n"
    tomllib.loads(text)
    assert places(text, "row") == wanted


def test_a_key_nobody_wrote_is_named_by_the_nearest_table_around_it():
    [(line, keys), _] = places(TRICKY, "row")
    found = Found("rows.toml", line, "a", keys)
    assert found.at("words", "fr") == "rows.toml:17: a"
    assert found.at("colour", "fr") == found.at() == "rows.toml:2: a"
    assert found.inner("words").at("en") == "rows.toml:18: a"
    assert found.inner("words").at("fr") == "rows.toml:17: a"
    assert Found().at("slug") == ""


def test_the_first_statement_that_belongs_to_no_row_is_named():
    assert strange("# x\n\ncolour = 1\n[[row]]\na = 1\n", "row") == 3
    assert strange("[[row]]\na = 1\n[[other]]\nb = 1\n", "row") == 3
    assert strange("[row]\na = 1\n", "row") == 1
    assert strange("# nothing\n\n", "row") == 1


def test_a_complaint_without_a_line_is_about_the_last_one():
    assert line_of(ValueError("Invalid (at line 7, column 1)"), "") == 7
    assert line_of(ValueError("Unterminated (at end of document)"), "a\nb\n") == 2
