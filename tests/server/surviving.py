"""What must hold of an installation whatever was killed on the way there: checked at rest, part by part."""

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cases.casework.mailbox import facts_of, open_mailbox, show_mailbox
from cases.casework.working import Worker
from cases.place import Recipient
from cases.verify import verify_filing
from storage import House
from storage.signing import verify
from tests.server.desk import house_of
from tests.server.killing import Record
from tests.server.resting import incoming, objects, rows
from tests.server.running import Spot

LEASES_RUN_OUT = timedelta(minutes=5)


def work_off(house: House) -> None:
    """Let a worker do everything that waits, also what a killed one had taken on: its lease runs out first."""
    at, worker = datetime.now(UTC) + LEASES_RUN_OUT, Worker(house.desk)
    while worker.step(at):
        pass


def must_have_survived(spot: Spot, record: Record) -> None:
    """Everything acknowledged is there and whole, and nothing else is half there."""
    assert record.odd == []
    with house_of(spot) as house:
        work_off(house)
        _every_filing_is_there_once(spot, house, record)
        _every_file_is_listed_and_opens(house, record)
        _rows_and_objects_agree(spot, house)
    _cases_have_every_version(spot, record)
    _every_entry_was_merged_once(spot)
    _an_export_is_sound(spot)


def _every_filing_is_there_once(spot: Spot, house: House, record: Record) -> None:
    filed = Counter(UUID(about) for (about,) in rows(spot, "SELECT about FROM entries WHERE action = 'filed'"))
    # Whoever got no answer asked again under the same key, so nothing was filed that was not acknowledged in the end.
    assert filed == Counter(filing.complaint for filing in record.filings)
    assert {UUID(id_) for (id_,) in rows(spot, "SELECT id FROM complaints")} == set(filed)
    keys = house.signer.verifier_keys()
    for filing in record.filings:
        view = show_mailbox(house.desk, open_mailbox(house.desk, filing.receipt))
        assert view.told["statement"]["narrative"] == filing.narrative
        verify_filing(filing.proof, json.loads(view.filed.body), keys, verify)


def _every_file_is_listed_and_opens(house: House, record: Record) -> None:
    acknowledged: dict[UUID, dict[str, str]] = {filing.complaint: {} for filing in record.filings}
    for filing, evidence, digest in record.files:
        acknowledged[filing.complaint][evidence] = digest
    for complaint, files in acknowledged.items():
        opened = {}
        for item in house.desk.lookup.evidence(complaint):
            running = hashlib.sha256()
            for block in house.desk.vault.stream(item.content, Recipient.DESK):
                running.update(block)
            assert facts_of(house.desk, item, Recipient.DESK).sha256 == running.hexdigest()
            opened[str(item.content.id)] = running.hexdigest()
        assert opened == files


def _rows_and_objects_agree(spot: Spot, house: House) -> None:
    named = {UUID(id_).hex for (id_,) in rows(spot, "SELECT id FROM sealed_parts WHERE ciphertext IS NULL")}
    assert set(objects(spot)) == named
    assert {UUID(id_).hex for (id_,) in rows(spot, "SELECT content FROM evidence")} == named
    assert incoming(spot) == []
    assert house.sweep() == 0


def _cases_have_every_version(spot: Spot, record: Record) -> None:
    versions: dict[str, list[int]] = {}
    changes = "SELECT about, version FROM entries WHERE version IS NOT NULL ORDER BY position"
    for number, version in rows(spot, changes):
        versions.setdefault(number, []).append(version)
    cases = dict(rows(spot, "SELECT number, version FROM cases"))
    assert versions == {number: list(range(1, version + 1)) for number, version in cases.items()}
    assert len(cases) == len(record.filings)
    assert all(version in versions[number] for number, version in record.changes)


def _every_entry_was_merged_once(spot: Spot) -> None:
    entries = [position for (position,) in rows(spot, "SELECT position FROM entries ORDER BY position")]
    leaves = rows(spot, 'SELECT "index", entry FROM leaves ORDER BY "index"')
    assert [index for index, _ in leaves] == list(range(len(entries)))
    assert sorted(entry for _, entry in leaves) == entries
    assert rows(spot, "SELECT entry FROM waiting") == []
    assert rows(spot, "SELECT id FROM jobs WHERE NOT single OR dead_at IS NOT NULL") == []


def _an_export_is_sound(spot: Spot) -> None:
    keys, bag = spot.root / "verifier.keys", spot.root / "bag"
    keys.write_text(spot.done("keys", "public"))
    spot.done("export", "--out", str(bag))
    entries = rows(spot, "SELECT count(*) FROM entries")[0][0]
    assert spot.done("verify", str(bag), "--key", str(keys)).startswith(f"SOUND  {entries} entries of ")
