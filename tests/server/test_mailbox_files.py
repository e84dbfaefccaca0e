"""What a reporter saves in the mailbox is checked by the command everybody can run, on a real server."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.server.running import Server, Spot, granian, until
from tests.server.speaking import API

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = granian(Spot(tmp_path_factory.mktemp("mailbox")))
    try:
        yield running
    finally:
        running.close()


def test_the_saved_proofs_are_sound_to_rule12_verify(server: Server) -> None:
    client, spot = server.client, server.spot
    filed = client.file()
    shown = {"Authorization": f"Receipt {filed['receipt']}"}
    until(lambda: client.get(f"{API}/mailbox", **shown).must(200)["proofs"]["tlog_proof"], "the entry to be merged")
    opened = client.call("POST", "/en/mailbox", urlencode({"receipt": filed["receipt"]}).encode(), Content_Type=FORM)
    cookie = opened.headers["set-cookie"].partition(";")[0]
    page = client.get("/en/mailbox", Cookie=cookie).must(200).decode()
    found = re.search(r'name="mark" value="([^"]+)"', page)
    assert found
    for name in ("proof", "inclusion"):
        sent = urlencode({"mark": found[1]}).encode()
        saved = client.call("POST", f"/en/{name}", sent, Content_Type=FORM, Cookie=cookie)
        assert saved.status == 200
        (spot.root / name).write_bytes(saved.body)
    assert (spot.root / "proof").read_text() == filed["filing_proof"]
    (spot.root / "keys.txt").write_text(spot.done("keys", "public"))
    files = ("--proof", str(spot.root / "inclusion"), "--filing", str(spot.root / "proof"))
    said = spot.done("verify", *files, "--key", str(spot.root / "keys.txt"))
    assert re.search(r"SOUND  entry \d+ of \d+: filed at", said)
    assert "SOUND  the filing proof is signed and says what the entry says" in said
    assert [path.name for path in (spot.data / "door").glob("*.key")]
