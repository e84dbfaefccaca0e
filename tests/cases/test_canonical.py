import json
from enum import IntEnum, StrEnum
from types import MappingProxyType

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from cases.canonical import MAX_DEPTH, MAX_INTEGER, canonical, parse_canonical

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALAR = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | TEXT
VALUE = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5), max_leaves=30
)


@given(VALUE)
def test_the_bytes_are_those_of_an_independent_implementation(value):
    assert canonical(value) == rfc8785.dumps(value)


@given(VALUE)
def test_what_was_written_reads_back_as_the_same_value(value):
    assert parse_canonical(canonical(value)) == value


def test_keys_are_ordered_by_utf_16_code_units_as_in_rfc_8785_section_3_2_3():
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    assert list(parse_canonical(canonical(dict.fromkeys(keys, 0)))) == [
        "\r",
        "1",
        "\u0080",
        "\u00f6",
        "\u20ac",
        "\U0001f600",
        "\ufb33",
    ]


def test_only_what_must_be_escaped_is_escaped():
    assert canonical("\u20ac$\u000f\u000aA'\u0042\u0022\u005c\"/\u007f\u2028") == (
        b'"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\"/\x7f\xe2\x80\xa8"'
    )


def test_tuples_read_only_mappings_and_enumerations_are_written_as_what_they_hold():
    class Slug(StrEnum):
        OPEN = "open"

    class Level(IntEnum):
        HIGH = 3

    assert canonical(MappingProxyType({Slug.OPEN: (Slug.OPEN, Level.HIGH)})) == b'{"open":["open",3]}'


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), MAX_INTEGER + 1, -MAX_INTEGER - 1, b"bytes", {1: "x"}, {"x": {"y": 0.5}}, {"a"}, object],
    ids=repr,
)
def test_a_value_without_a_canonical_form_is_refused(value):
    with pytest.raises(ValueError):
        canonical(value)


@pytest.mark.parametrize("value", ["\ud800", {"\udfff": 1}, ["a\udc00b"], {"\ud83d\ude00": 1}], ids=ascii)
def test_a_lone_surrogate_is_refused(value):
    with pytest.raises(ValueError, match="lone surrogate"):
        canonical(value)


def test_nesting_ends_at_the_bound_in_both_directions():
    deepest = []
    for _ in range(MAX_DEPTH - 1):
        deepest = [deepest]
    assert parse_canonical(canonical(deepest)) == deepest
    with pytest.raises(ValueError, match="nested deeper"):
        canonical([deepest])
    with pytest.raises(ValueError, match="nested deeper"):
        parse_canonical(b"[" + canonical(deepest) + b"]")


def test_a_value_that_contains_itself_is_refused():
    endless = {}
    endless["again"] = [endless]
    with pytest.raises(ValueError, match="nested deeper"):
        canonical(endless)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" 1",
        b"1\n",
        b"01",
        b"-0",
        b"+1",
        b"1.0",
        b"1e3",
        b"NaN",
        b"-Infinity",
        b"9007199254740992",
        b"1" * 5000,
        b'{"a": 1}',
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b'{"b":1,"a":2}',
        b'{"a":1}{}',
        b'"\\u0041"',
        b'"\\/"',
        b'"\\u000A"',
        b'"\\u000a"',
        b'"\\ud800"',
        b'"\\ud83d\\ude00"',
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'"\xc0\x80"',
        b"\xef\xbb\xbf1",
        b'"\x01"',
        b"[1,]",
        "true".encode("utf-16"),
    ],
    ids=lambda data: ascii(data[:20]),
)
def test_an_attacker_finds_no_second_way_to_write_a_value(data):
    with pytest.raises(ValueError):
        parse_canonical(data)


def _refuses_or_rewrites(data):
    try:
        value = parse_canonical(data)
    except ValueError:
        return
    assert canonical(value) == data


@given(st.binary(max_size=200))
@example(b"[" * 200_000)
@example(b'{"a":' * 200_000)
@example(b"[" * 200_000 + b"]" * 200_000)
@example(b"-" + b"9" * 100_000)
def test_no_bytes_make_the_parser_fail_in_any_other_way(noise):
    _refuses_or_rewrites(noise)


@given(st.text('[]{}",:\\u0123456789abdnltrufse-+.E \n\ud83d', max_size=60))
def test_no_text_close_to_json_makes_the_parser_fail_in_any_other_way(text):
    _refuses_or_rewrites(text.encode("utf-8", "surrogatepass"))


@given(VALUE, st.booleans(), st.sampled_from([None, 0, 2]))
def test_other_json_writers_are_taken_only_when_they_write_the_same_bytes(value, escaped, indent):
    data = json.dumps(value, ensure_ascii=escaped, indent=indent).encode()
    _refuses_or_rewrites(data)
