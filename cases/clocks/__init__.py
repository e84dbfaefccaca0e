"""Time limits of a case: started, paused, extended, ended; which is next, which is up, who is told when.

Pure: times are arguments in UTC, lengths and rules are data (`catalogue/clocks.toml`, `catalogue/calendars.toml`).
"""

from cases.clocks.counting import add_days, add_months, add_working_days, last_instant, working_days_between
from cases.clocks.running import (
    Running,
    due,
    end,
    extend,
    from_facts,
    lapsed,
    next_due,
    pause,
    resume,
    start,
    to_facts,
)
from cases.clocks.telling import Telling, remark, told

__all__ = [
    "Running",
    "Telling",
    "add_days",
    "add_months",
    "add_working_days",
    "due",
    "end",
    "extend",
    "from_facts",
    "lapsed",
    "last_instant",
    "next_due",
    "pause",
    "remark",
    "resume",
    "start",
    "to_facts",
    "told",
    "working_days_between",
]
