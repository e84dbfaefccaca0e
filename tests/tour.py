"""`make tour`: the whole story over HTTP against a server of its own, with real files; every step must come out right.

Nothing but the standard library and what running needs. Exit codes: 0 all steps passed, 1 one did not.
"""

import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import tour_audit
import tour_desk
import tour_findings
import tour_reporter
from tour_stage import SAMPLES, NotAsExpected, Tour, running

PEOPLE = {
    "supervisor": ("supervisor", "S0101"),
    "accused": ("supervisor", "S0106"),
    "stranger": ("supervisor", "S0112"),
    "intake": ("intake", "S0012"),
    "head": ("head", "S0011"),
    "investigator": ("investigator", "S0014"),
    "decider": ("decider", "S0021"),
    "second": ("decider", "S0020"),
    "custodian": ("custodian", "S0017"),
    "gatekeeper": ("gatekeeper", "S0018"),
    "outside": ("outside", "S0070"),
    "auditor": ("auditor", "S0050"),
}


def main() -> int:
    """Run the tour; its exit code."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # so that the server is stopped then, too
    began = time.monotonic()
    print("Rule 1.2 Desk: a guided tour. A server was started for it in a temporary folder; nobody in it exists.")
    with running() as tour:
        try:
            _story(tour)
        except NotAsExpected as refusal:
            print(f"    ✗ {refusal}\n\n{tour.passed} passed, 1 failed")
            return 1
        print(f"\n{time.monotonic() - began:.0f} seconds.\n{tour.passed} passed, 0 failed")
    return 0


def _story(tour: Tour) -> None:
    _people(tour)
    filed = tour_reporter.files(tour)
    tour_reporter.adds_evidence(tour, filed)
    case = tour_desk.sorts(tour)
    tour_desk.settles(case)
    tour_desk.who_sees_it(case)
    tour_desk.works_it(case)
    tour_desk.opens_it(case)
    tour_desk.looks_at_the_original(case)
    tour_findings.asks_who_reported(case, filed)
    tour_findings.finds(case)
    tour_findings.is_decided(case)
    tour_reporter.reads_the_notice(tour, filed, tour_findings.NOTICE)
    against = tour_reporter.complaint({"staff_number": "S0016"}, consent="anonymous")
    tour_desk.against_the_office(tour, case.number, against)
    bag = tour_audit.exports(tour)
    tour_audit.tampers(tour, bag)
    tour_audit.checks_what_the_reporter_kept(tour, filed)
    tour_audit.searches_what_lies_at_rest(tour)


def _people(tour: Tour) -> None:
    tour.chapter("Before it begins")
    with tour.step("Importing the directory", "who works where, for whom, in which role; whole or not at all"):
        tour.rule12("directory", "import", str(SAMPLES / "directory.csv"))
    with tour.step(
        "A token for a role somebody does not have", "the directory decides, not whoever holds the command line"
    ):
        tour.rule12("token", "--as", "head", "--person", "S0012", expect=2)
    with tour.step(
        f"Twelve tokens, with rule12 token --as ROLE --person ID: {', '.join(PEOPLE)}",
        "each shown once, kept as a hash",
    ):
        with ThreadPoolExecutor(4) as pool:
            words = [("token", "--as", role, "--person", person) for role, person in PEOPLE.values()]
            found = pool.map(lambda one: tour.rule12(*one, show=False), words)
        tour.tokens |= dict(zip(PEOPLE, found, strict=True))
        shortest = min(len(token) for token in tour.tokens.values())
        tour.insist(shortest > 40, "tokens of more than 40 characters", shortest)


if __name__ == "__main__":
    sys.exit(main())
