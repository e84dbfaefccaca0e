"""What of a post was kept, point by point, by what a statement says and which files came."""

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.berkeley import Point, Standing, what_is_kept
from cases.catalogue import LANGUAGES, load
from cases.media import ALLOWED
from cases.media.hidden import Hidden

TODAY = date(2026, 3, 2)
PLATFORMS = load().platforms_on(TODAY)
URL = "https://x.com/jane_doe/status/1780000000000000001"
RANK = [Standing.MISSING, Standing.PERHAPS, Standing.PRESENT]


@dataclass(frozen=True)
class Sent:
    media_type: str
    size: int = 1000


def kept(posts=(), *types):
    files = [Sent(kind) for kind in types]
    return {str(one.point): str(one.standing) for one in what_is_kept(posts, files, PLATFORMS)}


def named(found, standing):
    return {point for point, said in found.items() if said == standing}


def test_with_nothing_all_is_missing():
    assert named(kept(), "missing") == set(Point)


def test_a_bare_screenshot_is_only_a_lead():
    found = kept([{"handle": "jane_doe"}], "image/png")
    assert named(found, "present") == {"hash"}
    assert named(found, "missing") == {"address", "source", "collection"}
    assert named(found, "perhaps") == {"capture", "media", "metadata", "context"}


def test_a_web_archive_with_address_hour_and_account_has_every_point():
    post = {"url": URL, "seen_at": "2026-03-01", "handle": "jane_doe"}
    assert named(kept([post], "application/wacz"), "present") == set(Point)


@pytest.mark.parametrize(
    ("url", "standing"),
    [
        (URL, "present"),
        ("look: x.com/jane_doe/status/1780000000000000001!", "present"),
        ("https://x.com/jane_doe", "perhaps"),
        ("https://t.co/AbCdEf", "perhaps"),
        ("https://blog.example.org/2026/a", "perhaps"),
        ("@jane_doe", "missing"),
        ("javascript:alert(1)", "missing"),
        ("", "missing"),
        (None, "missing"),
    ],
)
def test_an_address_counts_where_it_leads_to_one_post(url, standing):
    assert kept([{"url": url}])["address"] == standing


def test_a_saved_page_is_its_source_and_may_hold_the_address():
    found = kept([], "text/html")
    assert (found["source"], found["address"], found["capture"]) == ("present", "perhaps", "perhaps")


def test_the_hour_makes_a_capture_of_a_whole_page_and_part_of_how_it_was_kept():
    assert kept([{"seen_at": "2026-03-01"}], "multipart/related")["capture"] == "present"
    assert kept([{}], "multipart/related")["capture"] == "perhaps"
    assert kept([{"seen_at": "2026-03-01"}], "image/png")["capture"] == "perhaps"
    assert kept([{"seen_at": "2026-03-01"}])["collection"] == "perhaps"


def test_a_plain_no_is_context_too_and_an_empty_file_is_nothing():
    assert kept([{"affiliation_shown": False}])["context"] == "perhaps"
    assert {str(one.standing) for one in what_is_kept([], [Sent("image/png", 0)], PLATFORMS)} == {"missing"}


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["url", "handle", "seen_at", "audience", "affiliation_shown"]),
            st.sampled_from([None, "", URL, "@a", False, True]),
        ),
        max_size=3,
    ),
    st.lists(st.sampled_from(sorted(ALLOWED)), max_size=4),
    st.sampled_from(sorted(ALLOWED)),
)
def test_whatever_is_added_no_point_stands_worse_than_before(posts, types, more):
    before, after = (
        what_is_kept(posts, map(Sent, types), PLATFORMS),
        what_is_kept(posts, map(Sent, [*types, more]), PLATFORMS),
    )
    with_address = what_is_kept([*posts, {"url": URL, "seen_at": "2026-03-01"}], map(Sent, types), PLATFORMS)
    assert [one.point for one in before] == list(Point)
    for better in (after, with_address):
        for old, new in zip(before, better, strict=True):
            assert RANK.index(new.standing) >= RANK.index(old.standing)


def test_every_point_and_everything_hidden_is_said_in_six_languages_each_its_own():
    law = load()
    for set_, slugs in (("evidence", Point), ("hidden", Hidden)):
        for slug in slugs:
            hint = law.hint(set_, slug, TODAY)
            for words in (hint.label, hint.text):
                assert len({words.in_(language) for language in LANGUAGES}) == len(LANGUAGES)
        assert {row.slug for row in law.hints if row.set == set_} == set(slugs)
