"""The form, step by step: whatever is typed comes back or is sealed, in six languages, without script or cookie."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from api.fields import JSON_LIMIT
from api.idempotency import _one_at_a_time as one_at_a_time
from api.pages.door.fields import CHECK, STEPS, YOU, step_of
from api.pages.door.written import NAMES, written
from cases.casework.mailbox import open_mailbox
from cases.catalogue import LANGUAGES
from cases.place import Kind
from cases.receipt import read_receipt
from tests.api.conftest import KEY, PREFIX, Office, Tags, Untouchable
from tests.conftest import NOON

FORM = "application/x-www-form-urlencoded"
MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"
WRITTEN = {"summary": "A post", "narrative": "What I saw.", "consent": "anonymous", "key": KEY}
ASSETS = {"/assets/pico.css", "/assets/door.css", "/assets/door.js"}


def send(office: Office, path: str, fields: dict[str, Any]) -> TestResponse:
    return office.door.call("POST", path, data=urlencode(fields, doseq=True), content_type=FORM)


def report(office: Office, fields: dict[str, Any], lang: str = "en") -> TestResponse:
    return send(office, f"/{lang}/report", fields | {"go": "file"})


def step(office: Office, fields: dict[str, Any], go: str = "next", at: str = "happened") -> TestResponse:
    return send(office, "/en/report", fields | {"go": go, "step": at})


def receipt_in(page: TestResponse) -> str:
    found = re.search(r'class="receipt"[^>]*>([^<]+)<', page.text)
    assert found, page.text
    assert read_receipt(found[1])
    return found[1]


def held(page: TestResponse) -> dict[str, Any]:
    """Every field of the form of a step, as a browser would send it; several of one name as a list."""
    fields = MultiDict[str, str]()
    for one in Tags(page.text).all("input"):
        if one.get("type") in {"radio", "checkbox"} and "checked" not in one:
            continue
        fields.add(one["name"] or "", one.get("value") or "")
    for name, text in re.findall(r'<textarea id="[^"]*" name="([^"]*)"[^>]*>([^<]*)</textarea>', page.text):
        fields.add(name, text)
    return {name: values if len(values) > 1 or name == "kind" else values[0] for name, values in fields.lists()}


def alert_of(page: TestResponse) -> str:
    return page.text.partition('role="alert"')[2].partition("</section>")[0]


def every_page(office: Office) -> list[TestResponse]:
    """Each page of the way in, in each of its moods, filled with markup wherever a reporter may write."""
    reporter = {"consent": "open", "name": MARKUP, "staff_number": MARKUP[:30]}
    post = {"post-0-address": MARKUP, "post-0-handle": MARKUP, "post-0-platform": MARKUP, "post-0-audience": MARKUP}
    people = {"subject-0-name": MARKUP, "subject-0-relation": MARKUP, "witness-0-name": MARKUP}
    whole = {"summary": MARKUP, "narrative": MARKUP, "place": MARKUP, "key": KEY} | reporter | post | people
    return [
        report(office, whole),
        *(office.door.get(f"/en{path}") for path in ("/", "/report", "/safety")),
        *(step(office, whole, go) for go in STEPS),
        report(office, whole | {"summary": MARKUP * 9, "narrative": "", "key": MARKUP}),
        report(office, whole | {"consent": "anonymous"}),
        step(office, whole | {MARKUP: MARKUP, "kind": [MARKUP]}, MARKUP, MARKUP),
        office.door.call("POST", "/en/report", data=b"", content_type="text/plain"),
        office.door.get("/en/nowhere"),
    ]


def test_no_page_runs_anything_a_reporter_wrote(office: Office) -> None:
    pages = every_page(office)
    assert {page.status_code for page in pages} == {200, 201, 404, 415, 422}
    for page in pages:
        assert page.mimetype == "text/html"
        tags = Tags(page.text)
        assert {one.get("src") for one in tags.all("script")} <= {"/assets/door.js"}
        assert all((one["src"] or "").startswith("data:image/svg+xml") for one in tags.all("img"))
        assert not tags.all("iframe") + tags.all("object")
        assert not [name for _, attributes in tags.found for name in attributes if name.startswith("on")]
        assert "alert(2)&gt;49" not in page.text, "nothing a reporter wrote is a template either"


def test_no_page_sets_a_cookie_leaves_the_host_or_loosens_its_policy(office: Office) -> None:
    for page in every_page(office):
        assert "Set-Cookie" not in page.headers
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        policy = page.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
        assert "form-action 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert not any(word in policy for word in ("unsafe", "http", "*"))
        tags = Tags(page.text)
        found = tags.all("a") + tags.all("link") + tags.all("form") + tags.all("button")
        addresses = [one.get(name) for one in found for name in ("href", "action", "formaction")]
        assert all(one.startswith(("/", "#")) and not one.startswith("//") for one in addresses if one is not None)
        assert not [one for _, one in tags.found if "style" in one]


def test_a_receipt_is_in_no_address_and_no_header(office: Office) -> None:
    page = report(office, WRITTEN)
    receipt = receipt_in(page)
    assert all(form["method"] == "post" for form in Tags(page.text).all("form"))
    assert not [one for one in Tags(page.text).all("a") if receipt in (one.get("href") or "")]
    assert not any(receipt in value for value in page.headers.values())


def test_the_form_files_what_was_typed_step_by_step(office: Office) -> None:
    """With nothing but what each page holds: no cookie, no script, nothing kept between the steps."""
    answers: dict[str, dict[str, Any]] = {
        "happened": {"summary": "A post", "narrative": "What I saw.", "place": "Town", "immediate_danger": "yes"},
        "kinds": {"kind": ["ai-5.1.14", "ai-5.1.9"]},
        "posts": {"post-0-address": "https://social.example/1", "post-0-account_kind": "personal"},
        "people": {"subject-0-staff_number": "S0107", "witness-0-name": "Somebody"},
        "you": {"consent": "confidential", "name": "Ana Lima", "staff_number": "S0102", "tell_ethics": "yes"},
    }
    page = office.door.get("/en/report")
    for at, given_ in answers.items():
        with office.nothing_changes():
            page = step(office, held(page) | given_, at=at)
        assert page.status_code == 200, at
    assert "Check and send" in page.text
    for words in ("What I saw.", "https://social.example/1", "S0107", "Somebody", "Ana Lima", "Town"):
        assert words in page.text
    filed = report(office, held(page))
    assert filed.status_code == 201
    box = office.holder(receipt_in(filed)).get(f"{PREFIX}/mailbox").json
    assert box is not None
    statement = box["statement"]
    assert set(statement.pop("concerns")) >= {"online_harassment_hate", "political_partisan"}
    assert statement == {
        "summary": "A post",
        "narrative": "What I saw.",
        "place": "Town",
        "posts": [{"url": "https://social.example/1", "account_kind": "personal"}],
        "subjects": [{"staff_number": "S0107"}],
        "witnesses": [{"name": "Somebody"}],
        "immediate_danger": True,
        "tell_ethics": True,
    }


def test_several_posts_and_people_are_added_and_taken_out(office: Office) -> None:
    posts = {"post-0-address": "https://a.example/1", "post-1-address": "https://b.example/2"}
    more = step(office, WRITTEN | posts, "add-post", "posts")
    assert "Post or account 3" in more.text
    less = step(office, WRITTEN | posts, "drop-post-0", "posts")
    assert [value for name, value in held(less).items() if name.endswith("-address")] == ["https://b.example/2"]
    two = {"subject-0-name": "One", "subject-4-name": "Two", "subject-7-name": "  "}
    box = office.holder(receipt_in(report(office, WRITTEN | posts | two))).get(f"{PREFIX}/mailbox").json
    assert box is not None
    assert [one["url"] for one in box["statement"]["posts"]] == ["https://a.example/1", "https://b.example/2"]
    assert [one["name"] for one in box["statement"]["subjects"]] == ["One", "Two"]


def test_a_row_is_taken_out_by_its_place_on_the_page_also_beside_an_emptied_one(office: Office) -> None:
    posts = {"post-0-address": "A", "post-1-address": "", "post-2-address": "C"}
    people = {"subject-0-name": "", "subject-1-name": "B", "subject-2-name": "C"}
    less = held(step(office, WRITTEN | posts, "drop-post-1", "posts"))
    assert [value for name, value in less.items() if name.endswith("-address")] == ["A", "C"]
    less = held(step(office, WRITTEN | people, "drop-subject-1", "people"))
    assert [value for name, value in less.items() if re.fullmatch(r"subject-.-name", name)] == ["C"]


def test_an_attacker_who_counts_too_far_crashes_nothing(office: Office) -> None:
    for number in ("9" * 5000, "\u0663", "-1", "", "\u00b2"):
        page = step(office, WRITTEN | {"post-0-address": "A"}, f"drop-post-{number}", "posts")
        assert (page.status_code, held(page)["post-0-address"]) == (200, "A")


def test_an_attacker_who_sends_fields_without_end_is_refused_before_they_are_read(office: Office) -> None:
    for body in (b"a&" * 10_000, b"&".join(b"kind=%d" % number for number in range(10_000))):
        assert office.door.call("POST", "/en/report", data=body, content_type=FORM).status_code == 413


def test_what_is_checked_before_sending_is_all_that_is_sealed(office: Office) -> None:
    post = {
        "post-0-address": "https://social.example/1",
        "post-0-account_kind": "institutional",
        "post-0-still_online": "unsure",
        "post-0-affiliation_shown": "no",
        "post-0-disclaimer_shown": "yes",
    }
    page = step(office, WRITTEN | post, CHECK, YOU)
    answers = dict(re.findall(r"<dt>([^<]*)</dt><dd[^>]*>([^<]*)</dd>", page.text))
    assert answers["Whose account is it?"] == "An account of the organisation"
    assert answers["Is it still online?"] == "I do not know"
    assert answers["Does the account say that the person works for the organisation?"] == "No"
    assert answers["Does the account say that views are personal?"] == "Yes"
    (sealed,) = office.holder(receipt_in(report(office, held(page)))).read(f"{PREFIX}/mailbox")["statement"]["posts"]
    assert sealed == {
        "url": "https://social.example/1",
        "account_kind": "institutional",
        "still_online": None,
        "affiliation_shown": False,
        "disclaimer_shown": True,
    }


def test_of_several_addresses_in_one_field_none_is_lost(office: Office) -> None:
    pasted = "Hers https://x.com/a/status/1?s=20 and his https://x.com/b/status/2?s=20 of 3 May"
    filed = report(office, WRITTEN | {"post-0-address": pasted})
    (sealed,) = office.holder(receipt_in(filed)).read(f"{PREFIX}/mailbox")["statement"]["posts"]
    assert sealed["url"] == "Hers https://x.com/a/status/1 and his https://x.com/b/status/2 of 3 May"
    page = report(office, WRITTEN | {"key": KEY[::-1], "post-0-address": f"{pasted} {'x' * 2000}"})
    assert (page.status_code, held(page)["post-0-address"]) == (422, f"{pasted} {'x' * 2000}")


def test_a_step_is_left_forwards_only_when_it_was_answered_and_backwards_always(office: Office) -> None:
    stays = step(office, {"key": KEY, "narrative": "kept & dear"})
    assert (stays.status_code, "What happened?" in stays.text) == (422, True)
    assert "kept &amp; dear</textarea>" in stays.text
    assert 'href="#summary"' in alert_of(stays)
    assert 'href="#narrative"' not in alert_of(stays)
    assert "Who may know" not in alert_of(stays), "what a later step asks is no mistake yet"
    assert step(office, {"key": KEY}, "happened", "kinds").status_code == 200


def test_a_mistake_is_named_in_a_summary_and_beside_its_field(office: Office) -> None:
    fields = WRITTEN | {"summary": "s" * 201, "name": "Ana & Lima", "subject-0-name": "Somebody"}
    with office.nothing_changes():
        page = report(office, fields)
    assert page.status_code == 422
    assert "In one sentence" in alert_of(page)
    summary = next(one for one in Tags(page.text).all("input") if one.get("id") == "summary")
    assert (summary["value"], summary["aria-invalid"]) == ("s" * 201, "true")
    assert "summary-wrong" in (summary["aria-describedby"] or "")
    assert held(page)["subject-0-name"] == "Somebody"
    mended = report(office, fields | {"summary": "Short"})
    assert mended.status_code == 422
    assert '<a href="#name">Your name</a>' in alert_of(mended)
    assert "nobody may know who you are" in alert_of(mended)
    assert report(office, fields | {"summary": "Short", "name": ""}).status_code == 201


@pytest.mark.parametrize("lang", LANGUAGES)
def test_mistakes_are_told_in_the_language_of_the_page(office: Office, lang: str) -> None:
    page = report(office, {"key": KEY}, lang)
    assert page.status_code == 422
    html = Tags(page.text).all("html")[0]
    assert (html["lang"], html["dir"]) == (lang, "rtl" if lang == "ar" else "ltr")
    assert ("Please look at this again" in page.text) == (lang == "en")


def test_the_language_goes_into_the_complaint_and_is_changed_without_losing_a_word(office: Office) -> None:
    page = send(office, "/ru/report", WRITTEN | {"go": "stay", "step": "you"})
    assert held(page)["narrative"] == "What I saw."
    filed = report(office, WRITTEN, "ru")
    opened = open_mailbox(office.desk, receipt_in(filed))
    statement = office.desk.lookup.part(opened.complaint.id, Kind.STATEMENT)
    assert b'"language":"ru"' in office.desk.vault.open(statement, opened)


@pytest.mark.parametrize(
    ("asked", "leads"),
    [
        ("fr-CH, en;q=0.5", "fr"),
        ("de, ar;q=0.8, en;q=0.7", "ar"),
        ("zh-Hans-CN", "zh"),
        ("sw", "en"),
        ("", "en"),
        ("*;q=\x7f", "en"),
    ],
)
def test_the_first_page_is_in_the_language_the_browser_asks_for(office: Office, asked: str, leads: str) -> None:
    answer = office.door.get("/", Accept_Language=asked)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/{leads}/")
    assert answer.headers["Vary"] == "Accept-Language"


def test_every_page_leads_to_itself_in_every_language(office: Office) -> None:
    for path in ("/", "/safety", "/mailbox"):
        page = office.door.get(f"/es{path}")
        ways = [one["href"] for one in Tags(page.text).all("a") if one.get("hreflang") and one.get("lang")]
        assert {f"/{lang}{path}" for lang in LANGUAGES} <= set(ways)


def test_no_link_to_another_language_loses_what_a_page_holds(office: Office) -> None:
    """What only a form leads to is gone once it is left: the receipt, the answers so far."""
    for page in (report(office, WRITTEN, "ar"), send(office, "/ar/report", WRITTEN | {"step": "happened"})):
        assert not [one for one in Tags(page.text).all("a") if one.get("hreflang")]
        assert 'class="note"' in page.text


def test_a_language_nobody_read_says_so(office: Office) -> None:
    for row in office.desk.law.languages:
        note = 'class="note"' in office.door.get(f"/{row.code}/").text
        assert note == (not row.reviewed_by), row.code


def test_the_same_form_sent_twice_shows_the_same_receipt(office: Office) -> None:
    first = report(office, WRITTEN)
    with office.nothing_changes():
        assert receipt_in(report(office, WRITTEN)) == receipt_in(first)


def test_the_same_key_with_other_words_loses_neither(office: Office) -> None:
    """Back in the browser, another sentence added, sent again: not silently taken for the first."""
    first = receipt_in(report(office, WRITTEN))
    other = WRITTEN | {"narrative": "What I saw, and something I forgot."}
    with office.nothing_changes():
        page = report(office, other)
    assert page.status_code == 422
    assert "something I forgot." in page.text
    assert held(page)["key"] not in {KEY, None}
    assert receipt_in(report(office, held(page))) != first


def test_everything_a_complaint_has_room_for_fits_into_the_form(office: Office) -> None:
    """In Chinese, whose letters take a form nine bytes each."""
    full = {"summary": "的" * 200, "narrative": "的" * 20_000, "place": "的" * 200}
    full |= {f"post-{n}-{name}": "的" * 200 for n in range(50) for name in ("platform", "handle", "audience")}
    full |= {f"post-{n}-address": f"https://a.example/{n}?q=" + "a" * 1900 for n in range(50)}
    full |= {f"{who}-{n}-name": "的" * 200 for n in range(20) for who in ("subject", "witness")}
    assert len(urlencode(full)) > JSON_LIMIT
    carried = held(step(office, WRITTEN | full, "check", "you"))
    assert report(office, carried).status_code == 201


def test_a_form_still_under_way_may_be_sent_again_as_it_is(office: Office) -> None:
    with office.nothing_changes(), one_at_a_time(office.desk.answers.under(KEY)):
        page = report(office, WRITTEN)
        assert page.status_code == 409
        assert (held(page)["key"], held(page)["narrative"]) == (KEY, "What I saw.")
    assert report(office, WRITTEN).status_code == 201


def test_a_form_that_broke_off_on_its_way_is_not_filed(office: Office) -> None:
    body = urlencode(WRITTEN | {"go": "file"}).encode()
    with office.nothing_changes():
        short = office.door.stream("/en/report", _Source(body[:-30]), length=len(body), Content_Type=FORM)
        assert (short.status_code, short.mimetype) == (422, "text/html")
        assert office.door.stream("/en/report", _Source(body), length=None, Content_Type=FORM).status_code == 411
        assert office.door.stream("/en/report", Untouchable(), length=10**9, Content_Type=FORM).status_code == 413


class _Source:
    """A body that simply ends, as servers show one that was cut."""

    def __init__(self, body: bytes) -> None:
        self._left = body

    def read(self, size: int = -1) -> bytes:
        size = len(self._left) if size < 0 else size
        taken, self._left = self._left[:size], self._left[size:]
        return taken


def test_who_is_in_the_wrong_place_learns_whom_to_turn_to(office: Office) -> None:
    start = office.door.get("/fr/")
    rows = office.desk.law.elsewhere_on(NOON.date())
    assert next(row.slug for row in rows) == "danger_now", "what cannot wait comes first"
    for row in rows:
        assert f'href="/fr/elsewhere/{row.slug}"' in start.text
        page = Tags(office.door.get(f"/fr/elsewhere/{row.slug}").text)
        leads = {one["href"]: one.get("rel") for one in page.all("a")}
        assert all(leads[one] == "noreferrer" for one in row.contact)
        assert "/fr/report" in leads
    assert office.door.get("/fr/elsewhere/nowhere").status_code == 404


def test_the_way_out_leads_to_a_site_anybody_may_have_open_and_takes_what_is_kept(office: Office) -> None:
    answer = office.door.get("/en/leave")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("https://www.wikipedia.org")
    assert "cookies" in answer.headers["Clear-Site-Data"]


def test_the_first_page_with_all_it_loads_is_small(office: Office) -> None:
    """As a browser fetches it: what can be packed is packed. 60 KiB is the promise."""
    page = office.door.get("/ar/", Accept_Encoding="gzip")
    loads = {one["href"] for one in Tags(page.text).all("link")} | {one["src"] for one in Tags(page.text).all("script")}
    assert loads == ASSETS
    sizes = [len(office.door.get(path or "", Accept_Encoding="gzip").data) for path in loads]
    assert len(page.data) + sum(sizes) < 60 << 10


def test_only_what_holds_nothing_of_anybody_is_packed(office: Office) -> None:
    """The length of a packed page could tell what is in it."""
    assert office.door.get("/assets/pico.css", Accept_Encoding="gzip").headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in office.door.get("/assets/pico.css").headers
    assert "Content-Encoding" not in report(office, WRITTEN).headers


ANSWERS = st.dictionaries(
    st.one_of(
        st.sampled_from(["summary", "narrative", "consent", "kind", "place", "key", "step", "go", "tell_ethics"]),
        st.builds("{}-{}-{}".format, st.sampled_from(list(NAMES)), st.integers(0, 120), st.sampled_from(NAMES["post"])),
        st.text(max_size=20),
    ),
    st.text(max_size=30),
    max_size=12,
)


@given(ANSWERS)
def test_whatever_is_sent_is_carried_on_whole_or_is_no_answer(fields: dict[str, str]) -> None:
    """What one page holds, read again, is what it was: no word is lost or doubled between two steps."""
    told = written(MultiDict(fields))
    for here in (*STEPS, CHECK):

        def asked_by(name: str, here: str = here) -> bool:
            return step_of(name) == here

        carried = list(told.pairs(asked_by)) + list(told.pairs(lambda name, asked=asked_by: not asked(name)))
        again = written(MultiDict([*carried, ("key", told.key)]))
        assert (again.groups, set(again.kinds), again.key) == (filled(told.groups), set(told.kinds), told.key)
        assert again.one == {name: value for name, value in told.one.items() if value}


def filled(groups: Any) -> Any:
    return {
        group: tuple({name: value for name, value in row.items() if value} for row in rows)
        for group, rows in groups.items()
    }


def test_no_choice_is_made_for_the_reporter(office: Office) -> None:
    page = step(office, WRITTEN | {"consent": ""}, YOU, "people")
    assert not [one for one in Tags(page.text).all("input") if "checked" in one]
