"""`Idempotency-Key` on creating requests: the same key gives the same answer, once, whatever the network does."""

import hmac
import json
import re
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from flask import request

from api.context import desk, now
from api.fields import JSON_LIMIT
from cases.errors import KeyMalformed, KeyReused, StillInProgress
from cases.ports import Digest, Keyed, Then, Work

T = TypeVar("T")
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        "A UUID, or at least 22 characters of A-Z, a-z, 0-9, _ and -: secret, random, fresh for each thing to create. "
        "The same key with the same request gives the same answer for 24 hours, and creates once."
    ),
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{22,128}$"},
    "example": "0f8fad5b-d9cb-469f-a165-70867728950e",
}
BY_FORM = "form"
FORM_KEY = "key"
"""The hidden field of a form that carries its key."""

_KEY = re.compile(r"[A-Za-z0-9_-]{22,128}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_under_way: set[bytes] = set()
_lock = threading.Lock()

Act = Callable[[Then | None], T]
Show = Callable[[T], dict[str, Any]]


def once(act: Act[T], show: Show[T], who: str = "") -> dict[str, Any]:
    """Do it, or give the answer it had before. The answer is stored in the transaction of the effect.

    Raises KeyMalformed, StillInProgress, KeyReused, and whatever `act` raises; nothing is stored then.
    """
    keyed = _keyed(request.headers.get("Idempotency-Key"))
    if keyed is None:
        return show(act(None))
    print_ = _started(keyed, who)
    print_.update(request.get_data())
    return _once(keyed, print_, act, show)


def once_streaming(
    blocks: Iterable[bytes], act: Callable[[Iterable[bytes], Then | None], T], show: Show[T], who: str = ""
) -> dict[str, Any]:
    """The same for a body that is too large to hold: its fingerprint is taken as it streams by."""
    keyed = _keyed(request.headers.get("Idempotency-Key"))
    if keyed is None:
        return show(act(blocks, None))
    print_ = _started(keyed, who)
    watched = _watched(blocks, print_)
    return _once(keyed, print_, lambda then: act(watched, then), show, watched)


def was_answered(who: str) -> bool:
    """Whether this very request of this person was answered before: then `once` gives that answer again.

    What they did may have taken the case out of their sight since (they recused themselves, they decided a request).
    """
    request.max_content_length = JSON_LIMIT
    by_form = request.mimetype == "application/x-www-form-urlencoded"
    try:
        keyed = form_key(_of_form()) if by_form else _keyed(request.headers.get("Idempotency-Key"))
    except KeyMalformed:
        return False
    earlier = keyed.earlier() if keyed else None
    if keyed is None or earlier is None:
        return False
    print_ = _started(keyed, BY_FORM if by_form else who)
    print_.update(request.get_data())
    return hmac.compare_digest(print_.digest(), earlier.fingerprint)


def _of_form() -> str:
    request.get_data(cache=True)  # before the fields are read: afterwards the framework has nothing left of it
    return request.form.get(FORM_KEY, "")


def form_key(text: str) -> Keyed | None:
    """The key a form carries in a hidden field."""
    return _keyed(text or None)


def once_under(keyed: Keyed | None, body: bytes, act: Act[T], show: Show[T]) -> dict[str, Any]:
    """`once` for a key that came some other way than in the header."""
    if keyed is None:
        return show(act(None))
    print_ = _started(keyed, BY_FORM)
    print_.update(body)
    return _once(keyed, print_, act, show)


def _once(keyed: Keyed, print_: Digest, act: Act[T], show: Show[T], unread: Iterable[bytes] = ()) -> dict[str, Any]:
    def remember(work: Work, result: T) -> None:
        work.keep_answer(keyed.seal(json.dumps(show(result)).encode(), print_.digest()), now())

    with _one_at_a_time(keyed):
        if earlier := keyed.earlier():
            deque(unread, maxlen=0)
            return _read(keyed.open(earlier, print_.digest()))
        try:
            return show(act(remember))
        except KeyReused:
            # Another process answered between our look and our commit; ours was undone. Give its answer.
            if earlier := keyed.earlier():
                return _read(keyed.open(earlier, print_.digest()))
            raise


def _read(plain: bytes) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(plain)
    return answer


def _keyed(key: str | None) -> Keyed | None:
    if key is None:
        return None
    if not (_KEY.fullmatch(key) or _UUID.fullmatch(key)):
        raise KeyMalformed("An idempotency key is a UUID, or at least 22 characters of A-Z, a-z, 0-9, _ and -.")
    return desk().answers.under(key)


def _started(keyed: Keyed, who: str) -> Digest:
    """The fingerprint begins with what was asked of whom: one key never answers for another path or person."""
    print_ = keyed.fingerprint()
    for part in (request.method, request.path, who, request.headers.get("Content-Type", "")):
        print_.update(part.encode() + b"\x00")
    return print_


def _watched(blocks: Iterable[bytes], print_: Digest) -> Iterator[bytes]:
    for block in blocks:
        print_.update(block)
        yield block


@contextmanager
def _one_at_a_time(keyed: Keyed) -> Iterator[None]:
    with _lock:
        if keyed.lookup in _under_way:
            raise StillInProgress("This request is being worked on. Ask again in a moment with the same key.")
        _under_way.add(keyed.lookup)
    try:
        yield
    finally:
        with _lock:
            _under_way.discard(keyed.lookup)
