"""`kill -9` at random moments between request and answer. What was acknowledged is never lost."""

import os
from pathlib import Path

from tests.server.killing import drill
from tests.server.running import Spot, granian
from tests.server.surviving import must_have_survived

KILLS = int(os.environ.get("DRILL_KILLS", "10"))


def test_whatever_was_acknowledged_survives_kills_and_nothing_half_written_is_visible(tmp_path: Path) -> None:
    spot = Spot(tmp_path)
    record = drill(spot, KILLS)
    assert record.asked_again >= KILLS
    must_have_survived(spot, record)
    server = granian(spot)
    try:
        for filing in record.filings:
            shown = server.client.get("/api/v1/mailbox", Authorization=f"Receipt {filing.receipt}").must(200)
            assert shown["statement"]["narrative"] == filing.narrative
            assert shown["proofs"]["tlog_proof"]
    finally:
        server.close()
