"""Drills take many minutes: `make drills` runs them, `make test` does not collect them."""

import os

collect_ignore_glob = [] if os.environ.get("RULE12_DRILLS") else ["test_*.py"]
