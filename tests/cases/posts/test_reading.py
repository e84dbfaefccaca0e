"""What people paste, read: the table of examples, and what must hold of any text."""

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from cases.catalogue import load
from cases.catalogue.platforms import EVERYWHERE, is_named
from cases.catalogue.shapes import PostKind
from cases.posts import ADDRESS_LETTERS, PostFault, read_post

PLATFORMS = load().platforms_on(date(2026, 1, 1))
TABLE = tomllib.loads((Path(__file__).parent / "pasted.toml").read_text(encoding="utf-8"))["post"]
ASKED_FOR = {
    *("facebook", "instagram", "x", "linkedin", "youtube", "tiktok", "telegram", "whatsapp", "vk", "odnoklassniki"),
    *("weibo", "wechat", "douyin", "threads", "mastodon", "bluesky", "reddit", "snapchat", "discord", "medium", "koo"),
}
HOSTS = sorted({host.replace("*.", "some.") for row in PLATFORMS for host in row.known_hosts()})
NAMES = sorted({name.replace("*", "x") for row in PLATFORMS for name in row.drops} | {"v", "id", "u", "url", "q", "w"})
SHAPES = [(row, shape) for row in PLATFORMS for shape in row.shapes]
PIECES = st.text("abcXYZ019_-.~!'()*+:@%,;=/?#&[]éя好\u200c", max_size=12)


def read(text):
    return read_post(text, PLATFORMS)


@st.composite
def addresses(draw):
    """Texts near real addresses, and some inside others."""
    host = draw(st.sampled_from([*HOSTS, "example.org", "пример.рф", "EXAMPLE.org:8080"]))
    path = "".join(f"/{draw(PIECES)}" for _ in range(draw(st.integers(0, 3))))
    names = draw(st.lists(st.sampled_from(NAMES), max_size=3))
    query = "&".join(f"{name}={draw(PIECES)}" for name in names)
    scheme = draw(st.sampled_from(["https://", "http://", "HTTPS://", "https://a:b@", ""]))
    said = (
        f"{scheme}{host}{path}{'?' if query else ''}{query}{draw(st.sampled_from(['', '#', '#a', '#:~:text=a', '.']))}"
    )
    if draw(st.booleans()):
        row = draw(st.sampled_from([row for row in PLATFORMS if row.wraps]))
        wrapper = draw(st.sampled_from(row.wraps))
        inside = f"?{wrapper.name}={said.replace('%', '%25').replace('&', '%26')}" if wrapper.name else said
        return f"https://{wrapper.host.replace('*.', 'some.')}{wrapper.path}{inside}"
    return said


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["said"][:60])
def test_what_people_paste_is_read_as_the_table_says(row):
    post = read(row["said"])
    assert (post.url, post.platform, str(post.kind), post.handle, post.post_id) == (
        *(row.get(key, "") for key in ("url", "platform")),
        row.get("kind", "unknown"),
        *(row.get(key, "") for key in ("handle", "id")),
    )
    assert (list(post.dropped), [str(fault) for fault in post.faults]) == (row.get("left", []), row.get("faults", []))
    assert post.shown == row.get("shown", post.url)


def test_the_table_holds_every_platform_that_was_asked_for():
    assert len([row for row in TABLE if row.get("url")]) >= 80
    assert {row.get("platform") for row in TABLE} >= ASKED_FOR
    assert {fault for row in TABLE for fault in row.get("faults", ())} >= set(PostFault) - {"too_long", "still_wrapped"}


@given(st.text(max_size=300) | addresses() | st.lists(addresses(), max_size=3).map(" ".join))
@example("https://")
@example("http://%")
@example("https://a.b/%%34%31.")
@example("https://x.com/a/status/1.?utm_source=x")
@example("https://t.me/s/s/5")
@example("https://www.google.com/%75rl?q=https://a.b/c")
@example("\ud800https://a.b/\udfff")
@example("https://xn--a.b/x")
@example("https://℀.example/x")
@example("https://youtu.be/a&v=b?v=c")
def test_any_text_is_read_and_what_was_read_is_read_the_same_again(text):
    post = read(text)
    if not post.url:
        return
    again = read(post.url)
    assert again.url == post.url
    assert again.dropped == ()
    mended = {"dropped": (), "faults": ()}
    assert replace(again, **mended) == replace(post, **mended)
    assert set(again.faults) <= set(post.faults)
    assert post.url.isascii()
    assert post.url.startswith(("http://", "https://"))
    assert len(post.url) <= ADDRESS_LETTERS


def filled(shape, parts):
    said = shape.said.removesuffix("/*")
    for name, part in parts.items():
        said = said.replace(f"{{{name}}}", part)
    return said


@pytest.mark.parametrize(("row", "shape"), SHAPES, ids=lambda one: getattr(one, "said", getattr(one, "slug", "")))
def test_whatever_identifies_a_post_is_kept_and_tells_it_from_another(row, shape):
    def said(handle, number):
        own = filled(shape, {"handle": handle, "id": number, "number": number, "pair": f"{number}_7", "_": "some"})
        host = "" if shape.host else row.host or row.apart[0]
        marks = [name.replace("*", "x") for name in row.drops]
        return f"https://{host}{own}{'&' if '?' in own else '?'}{'&'.join(f'{mark}=1' for mark in marks) or 'a=1'}"

    one, other, third = (read(said(*parts)) for parts in (("jane", "123"), ("jane", "124"), ("joan", "123")))
    assert one.platform == row.slug
    assert (one.url == other.url) == (not {"id", "number", "pair"} & set(parts_of(shape)))
    assert (one.url == third.url) == ("handle" not in parts_of(shape))
    if shape.kind is PostKind.POST:
        assert (one.kind, other.kind) == (PostKind.POST, PostKind.POST)
        assert one.post_id or not {"id", "number", "pair"} & set(parts_of(shape))
    assert not [name for name in one.dropped if name != "fragment" and not is_named(name, row.drops)]


def parts_of(shape):
    return [name for name in ("handle", "id", "number", "pair") if f"{{{name}}}" in shape.said]


@given(st.sampled_from(NAMES), st.sampled_from(HOSTS))
def test_a_name_nobody_knows_is_never_dropped(name, host):
    known = [*(row.drops for row in PLATFORMS)]
    assume(not any(is_named(f"our_{name}", drops) for drops in known))
    assert f"our_{name}=5" in read(f"https://{host}/some/where?our_{name}=5").url


def test_every_host_of_a_platform_is_recognised_and_no_host_that_only_ends_or_begins_like_it():
    for row in PLATFORMS:
        for host in row.known_hosts():
            named = host.replace("*.", "some.")
            assert row.slug == EVERYWHERE or read(f"https://{named.upper()}/some").platform == row.slug
            for strange in (f"not{'.'.join(host.split('.')[-2:])}", f"{named}.evil.example"):
                assert read(f"https://{strange}/some").platform == ""


def test_a_short_address_is_named_and_kept_because_nobody_asks_where_it_leads():
    for row in PLATFORMS:
        for host in row.short:
            post = read(f"https://{host}/aBcDeF")
            assert (post.url, PostFault.SHORTENED in post.faults) == (f"https://{host}/aBcDeF", True)


def wrapped(url, times):
    for _ in range(times):
        url = f"https://l.facebook.com/l.php?u={url.replace('%', '%25').replace('&', '%26').replace('=', '%3D')}"
    return url


def test_wrappers_are_taken_off_twice_and_one_wrapped_more_often_is_left_whole():
    url = "https://x.com/jane/status/12"
    assert [read(wrapped(url, times)).url for times in (0, 1, 2)] == [url] * 3
    deep = read(wrapped(url, 3))
    assert deep.url == wrapped(url, 3)
    assert deep.faults == (PostFault.STILL_WRAPPED,)


def test_an_attacker_cannot_make_a_wrapper_lead_to_anything_but_a_web_address():
    for inside in ("javascript:alert(1)", "data:text/html,a", "file:///etc/passwd", "//evil.example", "x"):
        said = f"https://l.facebook.com/l.php?u={inside}"
        assert read(said).url.startswith("https://l.facebook.com/l.php?u=")


@pytest.mark.parametrize(
    "said", ["javascript:alert(1)", "JAVASCRIPT:x", "data:text/html,x", "file:///x", "vbscript:x", "fb://page/1"]
)
def test_what_is_no_web_address_stays_text(said):
    post = read(said)
    assert (post.url, post.faults) == ("", (PostFault.NOT_AN_ADDRESS,))
    assert read(f"{said} https://x.com/a/status/1").url == "https://x.com/a/status/1"


def test_an_attacker_cannot_hide_the_host_behind_a_name_and_password():
    post = read("https://www.facebook.com:x@evil.example/jane")
    assert (post.url, post.platform, post.dropped) == ("https://evil.example/jane", "", ("credentials",))


def test_hosts_in_other_letters_are_kept_in_both_spellings_and_said_to_be_so():
    post = read("https://fаcebook.com/jane/posts/1")  # noqa: RUF001  the second letter is Cyrillic
    assert (post.url, post.platform) == ("https://xn--fcebook-2fg.com/jane/posts/1", "")
    assert post.shown == "https://fаcebook.com/jane/posts/1"  # noqa: RUF001
    assert PostFault.OTHER_LETTERS in post.faults
    assert read("https://faß.example/x").url == "https://xn--fa-hia.example/x"


@pytest.mark.parametrize("said", [f"https://example.org/{'a' * 2000}", "https://example.org/" + "好" * 300, "a" * 9000])
def test_what_is_too_long_is_said_to_be(said):
    post = read(said)
    assert (post.url, post.faults) == ("", (PostFault.TOO_LONG,))


def test_an_address_cut_by_the_end_of_what_is_read_is_not_taken_for_whole():
    text = "word " * 1590 + "https://x.com/jane/status/" + "1" * 100
    assert read(text).url == ""
    assert read("https://x.com/jane/status/1 " + "word " * 5000).url == "https://x.com/jane/status/1"


@pytest.mark.parametrize(
    "said", ["https://x.com/a\u200b/status/1", "\u202ahttps://x.com/a/status/1\u202c", "https://x.com/a/status/1\u200f"]
)
def test_marks_nobody_sees_are_no_part_of_an_address(said):
    assert read(said).url == "https://x.com/a/status/1"


def test_without_any_platform_an_address_is_still_an_address():
    post = read_post("look: HTTPS://Example.org:443/a?utm_source=b", ())
    assert (post.url, post.platform) == ("https://example.org/a?utm_source=b", "")
    assert read_post("facebook.com", ()).kind is PostKind.PROFILE
