"""Platforms and hints: what the shipped rows hold, and spoiled rows refused with their file and line."""

import re
from datetime import date

import pytest

from cases.catalogue import load
from cases.catalogue.shapes import PostKind, shape
from cases.errors import CatalogueBroken
from cases.posts import PostFault
from tests.cases.catalogue.conftest import FIRST_DAY, TEXTS, TODAY, faults_with

FILE = "platforms.toml"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"/p/{id}/*"', '"/p/{what}/*"', "{what} is none of handle, id, number, pair, _"),
        ('"/p/{id}/*"', '"/p/{id}/{number}"', "holds a part twice"),
        ('"/p/{id}/*"', '"/{handle}/p/{handle}"', "holds a part twice"),
        ('"/p/{id}/*"', '"/p/{id"', "holds a brace, a space or a star that belongs to no part"),
        ('"/p/{id}/*"', '"/*/p"', "holds a brace, a space or a star that belongs to no part"),
        ('"/p/{id}/*"', '"p"', "has no path"),
        ('"/p/{id}/*"', '"/p?id"', "names something in its query without a value"),
        ('"/p/{id}/*"', '"/{_}a{_}b{_}"', "holds more than 2 parts of any letters between two slashes"),
        ('"l.instagram.com/?u"', '"l.instagram.com"', "is neither host/path?name nor host/path/*"),
        ('"l.instagram.com/?u"', '"l.instagram.com/u"', "is neither host/path?name nor host/path/*"),
        ('"l.instagram.com/?u"', '"l.instagram.com/?"', "is neither host/path?name nor host/path/*"),
        ('"redd.it/{id} -> /comments/{id}"', '"redd.it/{id}"', "has no path"),
        ('"redd.it/{id} -> /comments/{id}"', '"redd.it/{id} -> /r/{handle}"', "a path with parts of the first"),
        ('"redd.it/{id} -> /comments/{id}"', '"redd.it/{id} -> b.example/{id}"', "a path with parts of the first"),
        ('host = "www.facebook.com"', 'host = "WWW.facebook.com"', "host 'WWW.facebook.com' is not in small letters"),
        ('"instagr.am"', '"fb.me"', "fb.me belongs to facebook, too"),
        ('drops = ["igsh"', 'drops = ["fbclid*", "Igsh"', "drops 'Igsh' is not in small letters"),
        ('"locale", "notif_id"', '"fbid", "notif_id"', "drops 'fbid', without which '/photo.php?fbid={id}' is lost"),
        ('"locale", "notif_id"', '"story*", "notif_id"', "drops 'story_fbid', without which "),
        ('slug = "threads"', 'slug = "instagram"', "two rows of instagram are in force on 2014-09-05"),
        ("anywhere = true", 'anywhere = "yes"', "anywhere must be true or false"),
    ],
)
def test_a_row_that_would_misread_posts_is_refused_with_its_file_and_line(old, new, says):
    assert old in TEXTS[FILE]
    faults = faults_with(FILE, TEXTS[FILE].replace(old, new, 1))
    assert any(re.match(rf"{FILE}:\d+: \w+: ", fault) and says in fault for fault in faults)


def test_the_line_is_that_of_the_key():
    number = TEXTS[FILE][: TEXTS[FILE].index('posts = ["/p/{id}/*"')].count("\n") + 1
    [fault] = faults_with(FILE, TEXTS[FILE].replace('"/p/{id}/*"', '"/p/{what}/*"', 1))
    assert fault.startswith(f"{FILE}:{number}: instagram: posts: ")


def test_names_that_identify_a_post_are_not_dropped_by_the_row_for_every_site_either():
    [fault] = faults_with(FILE, TEXTS[FILE].replace('"utm_*", "fbclid"', '"utm_*", "fbid", "multi_permalinks"', 1))[:1]
    assert "everywhere: drops " in fault


def test_platforms_are_those_of_a_day():
    law = load()
    assert len(law.platforms_on(TODAY)) > 40
    assert law.platforms_on(date(2014, 9, 4)) == ()


def test_shapes_compare_letters_whatever_their_case_and_end_a_handle_where_the_shape_goes_on():
    one = shape("/posts/{handle}_{_}-Activity-{number}-{_}", PostKind.POST)
    assert one.parts("a", "/POSTS/jane-doe_hello-world-activity-12-ab", {}) == {"handle": "jane-doe", "id": "12"}
    assert one.parts("a", "/posts/jane-doe-activity-12-ab", {}) is None
    assert shape("/w?z=a{pair}/*", PostKind.POST).parts("a", "/w", {"z": "a-1_2/x"}) == {"id": "-1_2"}


def test_every_fault_of_a_post_has_a_sentence():
    law = load()
    assert {row.slug for row in law.hints if row.set == "post"} == set(PostFault)
    assert law.hint("post", PostFault.SHORTENED, TODAY).text.in_("en").startswith("This is a short address")
    with pytest.raises(CatalogueBroken, match=r"hints.toml: no hint post.shortened"):
        law.hint("post", "shortened", FIRST_DAY.replace(year=2013))


def test_a_hint_of_a_set_without_labels_has_none():
    text = TEXTS["hints.toml"].replace('slug = "several"\n', 'slug = "several"\nlabel.en = "Several"\n')
    [fault] = faults_with("hints.toml", text)
    assert fault.endswith("several: hints of post have no label")
