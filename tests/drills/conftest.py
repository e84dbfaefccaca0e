"""Drills take many minutes: `make drills` runs them, `make test` does not collect them."""

import os

collect_ignore_glob = [] if os.environ.get("DRILLS") else ["test_*.py"]
