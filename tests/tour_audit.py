"""The auditor's part: the ledger, an export checked offline, tampering that is found, and what lies at rest."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tour_reporter import FILE_NAME, HASH, NARRATIVE, REPORTER_NAME, SCREENSHOT, SUMMARY, Filed
from tour_stage import Tour

TOUCHED = "S0012"
BY_ANOTHER = "S0013"


def exports(tour: Tour) -> Path:
    """Entries, the table of cases, the bag; what was exported is verified without the server."""
    tour.chapter("The auditor")
    with tour.step("Reading the ledger", "every look at the case, by whom; no name of a reporter, no free word"):
        found = tour.ask(
            "GET", "/api/v1/audit/entries?kind=look&limit=200", role="auditor", show="entry.action entry.actor"
        ).told["items"]
        actions = {one["entry"]["action"] for one in found}
        tour.insist({"opened_case", "opened_original"} <= actions, "looks at case and original", actions)
        tour.insist(NARRATIVE not in json.dumps(found), "nothing of the statement", "it")
    with tour.step("The auditor tries to open a case", "auditors check the work; sealed text is not theirs"):
        tour.ask("GET", "/api/v1/cases", 403, role="auditor")
    with tour.step("All cases as a table", "one request, safe to open in a spreadsheet"):
        table = tour.ask("GET", "/api/v1/audit/cases.csv", role="auditor").body.decode()
        tour.insist(table.count("\r\n") == 3, "a header and two cases", table)
    with tour.step("Exporting the ledger", "a signed bag; that it was taken is inside it"):
        made = tour.ask("POST", "/api/v1/audit/exports", 201, role="auditor", told={}, show="entries bytes")
        bag = tour.ask("GET", made.headers["location"], role="auditor").body
        path = tour.folder / "bag.zip"
        path.write_bytes(bag)
    with tour.step(
        "Verifying it offline, with keys that did not come with it", "entries, tree, root and signatures agree"
    ):
        (tour.folder / "keys.txt").write_text(tour.rule12("keys", "public") + "\n")
        sound = tour.rule12("verify", str(path), "--key", str(tour.folder / "keys.txt"))
        tour.insist(sound.startswith("SOUND"), "SOUND", sound)
    return path


def tampers(tour: Tour, path: Path) -> None:
    """One entry of the bag is made to name somebody else."""
    folder = tour.folder / "bag"
    with zipfile.ZipFile(path) as bag:
        bag.extractall(folder)
    (inside,) = folder.iterdir()
    entries = inside / "data" / "entries.ndjson"
    lines = entries.read_text(encoding="utf-8").splitlines(keepends=True)
    index = next(place for place, line in enumerate(lines) if '"action":"acknowledge"' in line)
    with tour.step(
        f"Changing who acknowledged: entry {index} says {BY_ANOTHER} now",
        "the verifier names that entry, and ends with 1",
    ):
        lines[index] = lines[index].replace(f'"actor":"{TOUCHED}"', f'"actor":"{BY_ANOTHER}"')
        entries.write_text("".join(lines), encoding="utf-8")
        broken = tour.rule12("verify", str(inside), "--key", str(tour.folder / "keys.txt"), expect=1)
        tour.insist(f"entry {index} " in broken, f"entry {index} named", broken)


def checks_what_the_reporter_kept(tour: Tour, filed: Filed) -> None:
    """Two files of the reporter, against keys handed out in person."""
    with tour.step(
        "The reporter verifies their own proofs", "the office signed that it has the complaint, and its ledger holds it"
    ):
        seen = tour.ask("GET", "/api/v1/mailbox", headers=filed.shown, show="proofs.tlog_proof").told
        proof, filing = tour.folder / "mine.tlog-proof", tour.folder / "mine.filing-proof"
        proof.write_bytes(seen["proofs"]["tlog_proof"].encode())
        filing.write_bytes(filed.proof.encode())
        words = ("--proof", str(proof), "--filing", str(filing), "--key", str(tour.folder / "keys.txt"))
        sound = tour.rule12("verify", *words)
        tour.insist("says what the entry says" in sound, "proof and entry to agree", sound)
    with tour.step("The same filing proof with another complaint's number in it", "a signature covers every letter"):
        other = filed.proof.replace(filed.complaint, filed.complaint[::-1])
        filing.write_bytes(other.encode())
        tour.rule12("verify", "--filing", str(filing), "--key", str(tour.folder / "keys.txt"), expect=1)


def searches_what_lies_at_rest(tour: Tour) -> None:
    """Whoever steals the data directory reads nothing."""
    tour.chapter("What lies on the disk")
    wanted = {
        "the reporter's name": REPORTER_NAME.encode(),
        "the summary": SUMMARY.encode(),
        "the narrative": NARRATIVE.encode(),
        "the file's name": FILE_NAME.encode(),
        "the screenshot's hash": HASH.encode(),
        "its hash as bytes": bytes.fromhex(HASH),
        "the picture": SCREENSHOT[2_000:2_064],
    }
    with tour.step(f"Searching every file for {', '.join(wanted)}", "whoever takes the disk takes no word of it"):
        places = list(_everything(tour))
        print(f"    {len(places)} files, {sum(len(data) for _, data in places):,} bytes")
        found = [f"{what} in {place}" for place, data in places for what, bytes_ in wanted.items() if bytes_ in data]
        tour.insist(not found, "none of it anywhere", found)
        tour.insist(any(b"evidence_added" in data for _, data in places), "to find what is clear on purpose", "nothing")


def _everything(tour: Tour) -> Iterator[tuple[str, bytes]]:
    """Every file of the installation and its log, by name; zips opened."""
    for path in [tour.folder / "server.log", *sorted(tour.data.rglob("*"))]:
        if path.is_file():
            yield str(path.relative_to(tour.folder)), path.read_bytes()
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as bag:
                yield from ((name, bag.read(name)) for name in bag.namelist())
