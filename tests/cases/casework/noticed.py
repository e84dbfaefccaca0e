"""Notices as the tests look at them: lists of people, mails that a recorder takes, rows as somebody with the disk."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from cases.casework.noticing import list_notices
from cases.errors import CannotStart
from cases.notices import Endpoint, Mail
from cases.people import Role
from cases.ports import Desk
from cases.sight import Actor
from storage.database import Database
from storage.tables_notices import notices
from tests.cases.casework.conftest import (
    CUSTODIAN,
    CUSTODIAN_TWO,
    DECIDER,
    DECIDER_TWO,
    GATEKEEPER,
    HEAD,
    HEAD_TWO,
    INTAKE,
    INTAKE_TWO,
    INVESTIGATOR,
    INVESTIGATOR_TWO,
    OUTSIDE,
    OUTSIDE_TWO,
    SUPERVISOR,
)

ADMINISTRATOR = Actor("S0060", Role.ADMINISTRATOR)
STAFF = (
    SUPERVISOR,
    *(INTAKE, INTAKE_TWO, HEAD, HEAD_TWO, INVESTIGATOR, INVESTIGATOR_TWO, DECIDER, DECIDER_TWO, OUTSIDE, OUTSIDE_TWO),
    *(GATEKEEPER, CUSTODIAN, CUSTODIAN_TWO, ADMINISTRATOR),
    Actor("S0030", Role.ETHICS),
    Actor("S0040", Role.MONITOR),
    Actor("S0041", Role.MONITOR),
)


@dataclass
class Recorder:
    """Takes mails, until it is told not to."""

    taken: list[Mail] = field(default_factory=list)
    down: bool = False

    def send(self, mail: Mail) -> None:
        if self.down:
            raise OSError("the server is down")
        self.taken.append(mail)

    @property
    def to(self) -> list[str]:
        return sorted(mail.to for mail in self.taken)


@dataclass
class Posted:
    """Takes webhooks, until it is told not to."""

    taken: list[tuple[int, str, UUID]] = field(default_factory=list)
    down: bool = False

    def must_be_fit(self, url: str) -> None:
        if not url.startswith("https://"):
            raise CannotStart("not fit")

    def post(self, to: Endpoint, kind: str, notice: UUID, _at: datetime) -> None:
        if self.down:
            raise OSError("the endpoint is down")
        self.taken.append((to.id, kind, notice))


def with_mail(desk: Desk, recorder: Recorder | None = None) -> tuple[Desk, Recorder]:
    """The desk with a way out by mail."""
    recorder = recorder or Recorder()
    post = replace(desk.post, mail=recorder, hooks=Posted(), link="https://desk.example/desk/notices")
    return replace(desk, post=post), recorder


def whats(desk: Desk, who: Actor) -> list[str]:
    """What this person's list says, oldest first."""
    return [one.what for one in reversed(list_notices(desk, who).items)]


def who_reads(desk: Desk, what: str, people: Iterable[Actor] = STAFF) -> list[Actor]:
    """Everybody on whose list this stands."""
    return [who for who in people if what in whats(desk, who)]


def rows(store: Database, *columns: str) -> list[tuple]:
    """The rows of notices, in order."""
    wanted = [notices.c[name] for name in columns]
    with store.reading() as connection:
        return [tuple(row) for row in connection.execute(select(*wanted).order_by(notices.c.row))]
