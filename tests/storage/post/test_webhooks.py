"""Webhooks over a real HTTPS receiver: signed, never to an address inside, never further than the address checked."""

import ipaddress
import json
import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from cases.errors import CannotStart
from cases.notices import Endpoint
from storage.post import Webhooks, webhooks
from storage.post.settings import PostSettings
from storage.post.webhooks import NotTaken, is_public
from tests.storage.post.serving import Authority, Hits, plain, receiver

NOTICE = UUID("6a2d1c3b-8a34-4a0e-9b6d-2f0f5d6f7b18")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
LOOPBACK = (ipaddress.ip_network("127.0.0.1/32"),)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def hooks(authority: Authority, *, allowed=LOOPBACK, hosts=frozenset()) -> Webhooks:
    return Webhooks(PostSettings(allowed_networks=allowed, allowed_hosts=hosts, webhook_ca=authority.ca))


def to(port: int, host: str = "localhost", path: str = "/hook") -> Endpoint:
    return Endpoint(123456, f"https://{host}:{port}{path}", datetime.now(UTC), None, SECRET)


def posted(posting: Webhooks, endpoint: Endpoint) -> None:
    posting.post(endpoint, "notice.made", NOTICE, datetime.now(UTC))


def test_what_is_posted_says_that_there_is_a_notice_and_verifies_with_the_published_library(authority):
    hits = Hits()
    with receiver(hits, authority.server()) as port:
        posted(hooks(authority), to(port, path="/hook?token=7"))
    told = Webhook(SECRET).verify(hits.bodies[0], hits.headers[0])
    assert set(told) == {"type", "timestamp", "data"}
    assert (told["type"], told["data"]) == ("notice.made", {"notice": str(NOTICE)})
    assert hits.paths == ["/hook?token=7"]
    assert hits.headers[0]["webhook-id"] == f"msg_{NOTICE.hex}"


def test_another_secret_or_a_changed_byte_does_not_verify(authority):
    hits = Hits()
    with receiver(hits, authority.server()) as port:
        posted(hooks(authority), to(port))
    spoiled = json.dumps(json.loads(hits.bodies[0]) | {"type": "notice.gone"})
    for secret, body in ((SECRET.replace("M", "N"), hits.bodies[0]), (SECRET, spoiled)):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, hits.headers[0])


def test_the_same_notice_is_posted_under_the_same_id_however_often(authority):
    hits = Hits(answer=lambda handler: plain(handler, 503))
    with receiver(hits, authority.server()) as port:
        for _ in range(2):
            with pytest.raises(NotTaken, match="503"):
                posted(hooks(authority), to(port))
    assert len({head["webhook-id"] for head in hits.headers}) == 1


@pytest.mark.parametrize("status", [300, 301, 302, 307, 400, 404, 410, 500, 199])
def test_whatever_is_not_a_yes_is_a_no(authority, status):
    hits = Hits(answer=lambda handler: plain(handler, status))
    with receiver(hits, authority.server()) as port, pytest.raises(NotTaken):
        posted(hooks(authority), to(port))


def test_no_redirect_is_followed(authority):
    inside, hits = Hits(), Hits()
    with receiver(inside, authority.server()) as secret, receiver(hits, authority.server()) as port:
        hits.answer = lambda handler: plain(handler, 307, Location=f"https://localhost:{secret}/inside")
        with pytest.raises(NotTaken, match="307"):
            posted(hooks(authority), to(port))
    assert inside.paths == []


def test_nothing_is_posted_inside_unless_a_setting_says_so(authority):
    hits = Hits()
    with receiver(hits, authority.server()) as port:
        for host in ("localhost", "127.0.0.1"):
            with pytest.raises(NotTaken, match="not public"):
                posted(hooks(authority, allowed=()), to(port, host))
        assert hits.paths == []
        posted(hooks(authority, allowed=(), hosts=frozenset({"localhost"})), to(port))
    assert hits.paths == ["/hook"]


def test_a_name_that_leads_inside_as_well_as_outside_is_refused(authority, monkeypatch):
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in ("93.184.216.34", "10.0.0.8")]
    monkeypatch.setattr(webhooks.socket, "getaddrinfo", lambda *_, **__: both)
    with pytest.raises(NotTaken, match="not public"):
        posted(hooks(authority), to(443, "hooks.example"))


def test_the_connection_goes_to_the_address_that_was_checked_and_nobody_asks_for_the_name_again(authority, monkeypatch):
    """A name server that answers with another address the second time (DNS rebinding) is not asked a second time."""
    hits, asked, really = Hits(), [], socket.getaddrinfo

    def once(host, *more, **named):
        if host == "hooks.example":
            asked.append(host)
            host = "127.0.0.1" if len(asked) == 1 else "127.0.0.66"
        return really(host, *more, **named)

    with receiver(hits, authority.server("hooks.example")) as port:
        monkeypatch.setattr(socket, "getaddrinfo", once)
        posted(hooks(authority), to(port, "hooks.example"))
    assert asked == ["hooks.example"]
    assert hits.headers[0]["host"] == f"hooks.example:{port}"


def test_an_endpoint_must_prove_that_it_is_the_host_of_its_name(authority, tmp_path):
    (tmp_path / "other").mkdir()
    stranger = Authority(tmp_path / "other")
    for context in (stranger.server(), authority.server("elsewhere.example", "127.0.0.9"), authority.server(days=-1)):
        hits = Hits()
        with receiver(hits, context) as port, pytest.raises(NotTaken, match="SSLCertVerificationError"):
            posted(hooks(authority), to(port))
        assert hits.bodies == []


def test_an_endpoint_that_drips_is_hung_up_on(authority, monkeypatch):
    monkeypatch.setattr(webhooks, "TIMEOUT", 0.3)

    def drips(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        try:
            for _ in range(200):
                handler.wfile.write(b"X: y\r\n")
                handler.wfile.flush()
                released.wait(0.02)
        except OSError:
            pass

    released, hits = threading.Event(), Hits(answer=drips)
    with receiver(hits, authority.server()) as port, pytest.raises(NotTaken):
        posted(hooks(authority), to(port))


def test_an_endless_answer_is_not_read(authority):
    def endless(handler):
        plain(handler, 200)
        try:
            while True:
                handler.wfile.write(bytes(1 << 16))
        except OSError:
            pass

    hits = Hits(answer=endless)
    with receiver(hits, authority.server()) as port:
        posted(hooks(authority), to(port))


def test_a_name_that_leads_nowhere_is_no_yes(authority, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror("no such name")

    monkeypatch.setattr(webhooks.socket, "getaddrinfo", unknown)
    with pytest.raises(NotTaken, match="cannot be resolved"):
        posted(hooks(authority), to(443, "nowhere.invalid"))


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/a",
        "https://user@hooks.example/",
        "https://user:word@hooks.example/",
        "https:///nothing",
        "https://hooks.example/#part",
        "https://hooks.example:0/",
        "https://hooks.example:99999/",
        "https://hooks.example/a b",
        "https://hooks.example/a\r\nHost: inside",
        "https://hööks.example/",
        "ftp://hooks.example/",
        "https://hooks.example/" + "a" * 2000,
        "",
        "https://127.0.0.2/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
    ],
)
def test_what_is_no_address_for_a_webhook_is_refused_when_it_is_added(authority, url):
    with pytest.raises(CannotStart):
        hooks(authority).must_be_fit(url)


@pytest.mark.parametrize("url", ["https://hooks.example", "https://hooks.example:8443/a?b=c", "https://1.1.1.1/"])
def test_what_is_one_is_taken(authority, url):
    hooks(authority).must_be_fit(url)


INSIDE = [
    *("0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.0.0.1", "192.168.1.1"),  # noqa: S104  refused, not listened on
    *("192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1"),
    *("255.255.255.255", "::", "::1", "::ffff:93.184.216.34", "::ffff:127.0.0.1", "::127.0.0.1", "fe80::1", "fc00::1"),
    *(
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "64:ff9b::7f00:1",
        "64:ff9b::5db8:d822",
        "2002:7f00:1::",
        "2001::1",
        "100::1",
    ),
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_or_reserved_is_not_public(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001::1"])
def test_an_address_out_in_the_world_is(address):
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
@example(ipaddress.ip_address("127.0.0.1"))
def test_no_address_is_public_in_a_disguise_of_version_6_if_it_is_not_plainly(address):
    for disguise in ("::ffff:0:0", "::", "64:ff9b::", "2002::"):
        shift = 80 if disguise == "2002::" else 0
        worn = ipaddress.IPv6Address(int(ipaddress.IPv6Address(disguise)) | int(address) << shift)
        assert not is_public(worn)


def test_an_allowed_network_opens_no_more_than_itself(authority):
    one = replace(PostSettings(), allowed_networks=LOOPBACK)
    posting = Webhooks(one)
    posting.must_be_fit("https://127.0.0.1/")
    with pytest.raises(CannotStart):
        posting.must_be_fit("https://127.0.0.2/")
