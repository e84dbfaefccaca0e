"""Who is told that something waits for them, and when. Decides only; what is told says nothing of a case."""

from cases.notices.choosing import (
    WORKS,
    Choice,
    Named,
    chosen,
)
from cases.notices.happening import HAPPENINGS, Happening, happenings
from cases.notices.ports import (
    NO_SUCH_WEBHOOK,
    Endpoint,
    Hooks,
    Kept,
    Mail,
    Mailer,
    New,
    NoticeLookup,
    NoticeWork,
    Post,
    Preferences,
    Shown,
)
from cases.notices.rhythm import next_time, notices_table

__all__ = [
    "HAPPENINGS",
    "NO_SUCH_WEBHOOK",
    "WORKS",
    "Choice",
    "Endpoint",
    "Happening",
    "Hooks",
    "Kept",
    "Mail",
    "Mailer",
    "Named",
    "New",
    "NoticeLookup",
    "NoticeWork",
    "Post",
    "Preferences",
    "Shown",
    "chosen",
    "happenings",
    "next_time",
    "notices_table",
]
