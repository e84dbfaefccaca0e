"""Cookies of an open mailbox: what they tell whoever has one half, who can open them, and for how long."""

import os
import stat
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.errors import CannotStart
from cases.visit import Visit
from storage.visits import HEAD, PERIOD, SECRET_BYTES, Visits, current, period_of
from tests.conftest import NOON

MINUTE = timedelta(minutes=1)
VISIT = Visit(bytes(range(15)), NOON - 5 * MINUTE, NOON)


@pytest.fixture
def visits(tmp_path):
    return Visits(tmp_path)


def files(tmp_path):
    return sorted(path.name for path in (tmp_path / "door").iterdir())


def test_a_visit_comes_back_as_it_was_in_this_hour_and_the_next(visits):
    sealed = visits.seal(VISIT, NOON)
    assert visits.open(sealed, NOON) == VISIT
    late = VISIT.used(NOON + 59 * MINUTE)
    assert visits.open(visits.seal(late, late.used_at), NOON + 61 * MINUTE) == late


def test_neither_cookie_nor_file_tells_anything_without_the_other(visits, tmp_path):
    sealed = visits.seal(VISIT, NOON)
    raw = urlsafe_b64decode(sealed + "==")
    kept = b"".join(path.read_bytes() for path in (tmp_path / "door").iterdir())
    for secret in (VISIT.secret, VISIT.secret[:8], VISIT.receipt.encode(), VISIT.receipt.replace("-", "").encode()):
        assert secret not in raw
        assert secret not in sealed.encode()
        assert secret not in kept
    assert raw not in kept
    (tmp_path / "door" / f"{period_of(NOON)}.key").unlink()
    assert visits.open(sealed, NOON) is None


def test_two_cookies_of_one_visit_have_nothing_in_common_but_their_head(visits):
    one, other = (urlsafe_b64decode(visits.seal(VISIT, NOON) + "==") for _ in range(2))
    assert one[: HEAD.size] == other[: HEAD.size]
    assert one[HEAD.size :] != other[HEAD.size :]
    assert not any(one[at : at + 8] in other for at in range(HEAD.size, len(one) - 8))


def test_two_hours_later_a_cookie_opens_nothing_even_with_the_disk(visits, tmp_path):
    sealed = visits.seal(VISIT, NOON)
    visits.seal(VISIT, NOON + PERIOD)
    assert len(files(tmp_path)) == 3
    visits.seal(VISIT, NOON + 2 * PERIOD)
    assert files(tmp_path) == sorted([f"{period_of(NOON) + 1}.key", f"{period_of(NOON) + 2}.key", "CACHEDIR.TAG"])
    assert visits.open(sealed, NOON) is None


def test_secrets_are_deleted_also_when_nobody_comes_by(visits, tmp_path):
    visits.seal(VISIT, NOON)
    assert visits.forget(NOON + PERIOD) == 0
    assert visits.forget(NOON + 2 * PERIOD) == 1
    assert files(tmp_path) == ["CACHEDIR.TAG"]


def test_what_a_process_left_that_died_while_making_a_secret_is_cleared_with_it(visits, tmp_path):
    visits.seal(VISIT, NOON)
    (tmp_path / "door" / f"{period_of(NOON)}.key.0123").write_bytes(b"half")
    assert visits.forget(NOON + 2 * PERIOD) == 2
    assert files(tmp_path) == ["CACHEDIR.TAG"]


def test_a_secret_is_for_its_owner_alone_and_marked_as_nothing_to_back_up(visits, tmp_path):
    old = os.umask(0)
    try:
        visits.seal(VISIT, NOON)
    finally:
        os.umask(old)
    folder, path = tmp_path / "door", tmp_path / "door" / f"{period_of(NOON)}.key"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.stat().st_size == SECRET_BYTES
    assert (folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")


def test_of_many_that_come_at_once_one_makes_the_secret_and_all_use_it(tmp_path):
    starting, sealed = threading.Barrier(16), []

    def come():
        mine = Visits(tmp_path)
        starting.wait()
        sealed.append(mine.seal(VISIT, NOON))

    threads = [threading.Thread(target=come) for _ in range(16)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [Visits(tmp_path).open(one, NOON) for one in sealed] == [VISIT] * 16
    assert files(tmp_path) == [f"{period_of(NOON)}.key", "CACHEDIR.TAG"]


def test_a_secret_that_is_none_is_named(visits, tmp_path):
    visits.seal(VISIT, NOON)
    (tmp_path / "door" / f"{period_of(NOON)}.key").write_bytes(b"short")
    with pytest.raises(CannotStart, match="is no secret of the door"):
        visits.seal(VISIT, NOON)


@given(st.integers(0, 63), st.integers(1, 255))
def test_a_changed_cookie_never_opens(tmp_path_factory, at, flip):
    visits = Visits(tmp_path_factory.mktemp("door"))
    raw = bytearray(urlsafe_b64decode(visits.seal(VISIT, NOON) + "=="))
    raw[at] ^= flip
    assert visits.open(urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode(), NOON) is None


@given(st.text(max_size=100) | st.binary(max_size=70).map(lambda raw: urlsafe_b64encode(raw).rstrip(b"=").decode()))
def test_no_text_makes_the_opener_fail_in_any_other_way(tmp_path_factory, noise):
    visits = Visits(tmp_path_factory.mktemp("door"))
    visits.seal(VISIT, NOON)
    assert visits.open(noise, NOON) is None
    assert not visits.is_marked(VISIT, noise, NOON)


def test_a_mark_holds_for_its_visit_across_uses_and_into_the_next_hour(visits):
    mark = visits.mark(VISIT, NOON)
    assert visits.is_marked(VISIT.used(NOON + MINUTE), mark, NOON + MINUTE)
    assert visits.is_marked(VISIT, mark, NOON + PERIOD)
    assert not visits.is_marked(VISIT, mark, NOON + 2 * PERIOD)


def test_a_mark_is_for_one_visit_of_one_installation(visits, tmp_path_factory):
    mark = visits.mark(VISIT, NOON)
    again = Visit(VISIT.secret, VISIT.opened_at + MINUTE, NOON)
    other = Visit(bytes(15), VISIT.opened_at, NOON)
    elsewhere = Visits(tmp_path_factory.mktemp("other"))
    elsewhere.seal(VISIT, NOON)
    assert not visits.is_marked(again, mark, NOON)
    assert not visits.is_marked(other, mark, NOON)
    assert not elsewhere.is_marked(VISIT, mark, NOON)


def test_hours_are_counted_in_utc_from_1970():
    assert period_of(NOON) == int(NOON.timestamp()) // 3600
    assert current(NOON) == (period_of(NOON) - 1, period_of(NOON))
