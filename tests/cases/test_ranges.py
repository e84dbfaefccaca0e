import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.errors import RangeUnsatisfiable
from cases.ranges import Span, Wanted

SIZES = st.integers(0, 40)
ENDS = st.integers(0, 60)


@pytest.mark.parametrize(
    ("wanted", "span"),
    [
        (Wanted(0, 0), Span(0, 1)),
        (Wanted(0, 9999), Span(0, 100)),
        (Wanted(10, 19), Span(10, 20)),
        (Wanted(99, None), Span(99, 100)),
        (Wanted(0, None), Span(0, 100)),
        (Wanted(None, 1), Span(99, 100)),
        (Wanted(None, 100), Span(0, 100)),
        (Wanted(None, 101), Span(0, 100)),
    ],
)
def test_a_range_is_cut_to_what_there_is(wanted, span):
    assert wanted.within(100) == span


@pytest.mark.parametrize("wanted", [Wanted(100, None), Wanted(100, 200), Wanted(None, 0)])
def test_a_range_with_nothing_in_it_is_refused_and_told_the_size(wanted):
    with pytest.raises(RangeUnsatisfiable, match="100 bytes") as refusal:
        wanted.within(100)
    assert refusal.value.size == 100


@pytest.mark.parametrize("wanted", [Wanted(0, None), Wanted(0, 0), Wanted(None, 5)])
def test_an_empty_file_has_no_ranges(wanted):
    with pytest.raises(RangeUnsatisfiable):
        wanted.within(0)


@given(SIZES, ENDS, st.none() | ENDS)
def test_a_range_holds_exactly_the_bytes_it_names(size, first, last):
    behind = size if last is None else last + 1
    named = [at for at in range(size) if first <= at < behind]
    try:
        span = Wanted(first, last).within(size)
    except RangeUnsatisfiable:
        assert named == []
    else:
        assert list(range(span.start, span.stop)) == named
        assert span.size == len(named) > 0


@given(SIZES, ENDS)
def test_a_suffix_is_as_many_of_the_last_bytes_as_there_are(size, suffix):
    try:
        span = Wanted(None, suffix).within(size)
    except RangeUnsatisfiable:
        assert min(size, suffix) == 0
    else:
        assert (span.stop, span.size) == (size, min(size, suffix))
