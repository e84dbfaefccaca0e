"""Every refusal, in casework's words. `api/problems.py` holds the one table that turns them into HTTP.

A message tells the caller what is wrong and what to do; it never repeats sealed material.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta


class CaseError(Exception):
    """Root of every refusal the rules can utter."""


@dataclass(frozen=True)
class Fault:
    """One mistake in what somebody sent: `pointer` is a JSON pointer fragment such as `#/statement/summary`."""

    pointer: str
    detail: str


class Malformed(CaseError):
    """What was sent can be read but not accepted; every fault at once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.pointer}: {fault.detail}" for fault in self.faults))


class SignInNeeded(CaseError):
    """No token, or one that is unknown, expired or revoked."""


class SignInRefused(CaseError):
    """A way of signing in did not lead in. `why` is a slug of `cases.sessions.Why`; nothing tells who exists."""

    def __init__(self, why: str, sentence: str) -> None:
        self.why = why
        super().__init__(sentence)


class StepUpNeeded(CaseError):
    """What is asked for wants a holder who proved lately who they are."""

    def __init__(self, within: timedelta) -> None:
        self.within = within
        minutes = int(within.total_seconds() // 60)
        super().__init__(f"Prove again who you are: this needs a sign-in of the last {minutes} minutes.")


class FormRefused(CaseError):
    """A form that came from another site, or from a page that was opened before signing in or changing the role."""


class ProviderUnavailable(CaseError):
    """The identity provider does not answer, so nobody can tell whether the caller is who they say."""


class LogoutRefused(CaseError):
    """What says that somebody was signed out elsewhere is not the provider's, not for now, or was used before.

    `why` is a slug of `cases.sessions.NotOut`.
    """

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"This logout token is not taken: {why}.")


class ReceiptRefused(CaseError):
    """No receipt, a mistyped one, or one that opens no mailbox. Never says which receipts exist."""


class NotPermitted(CaseError):
    """The caller's role has no such permission."""


class UnknownCase(CaseError):
    """No such case, or one the caller may not see: the two cannot be told apart."""


class UnknownItem(CaseError):
    """No such item below something the caller may see."""


class MoveNotAllowed(CaseError):
    """The table or a guard refuses the move; `open_moves` are those the caller could make now."""

    def __init__(self, sentence: str, open_moves: Sequence[str] = ()) -> None:
        self.open_moves = tuple(open_moves)
        super().__init__(sentence)


class StaleVersion(CaseError):
    """The case changed since the caller read it."""


class VersionNeeded(CaseError):
    """A change must name the version it was decided on."""


class ClockRefused(CaseError):
    """A time limit cannot be paused, resumed or extended like this."""


class ConflictOfInterest(CaseError):
    """The person may not take this part in this case."""


class IdentityClosed(CaseError):
    """Who reported is not open to this person now."""


class MediaRefused(CaseError):
    """The file's type is not accepted, or its content is not what was declared."""


class TooLarge(CaseError):
    """More bytes than the desk accepts."""


class TooOften(CaseError):
    """More at once from one address than the door takes. `seconds` is how long to wait."""

    def __init__(self, sentence: str, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"{sentence} Try again in {math.ceil(seconds / 60)} minutes.")


class LengthNeeded(CaseError):
    """Neither a length nor a digest was given, so a cut body could pass for a whole one."""


class BodyNotWhole(CaseError):
    """Fewer bytes than announced, or a digest that does not match."""


class KeyMalformed(CaseError):
    """The idempotency key is too short or has characters outside the alphabet."""


class StillInProgress(CaseError):
    """A request with this idempotency key is being worked on."""


class KeyReused(CaseError):
    """The idempotency key was used before for other content."""


class WorkLeft(CaseError):
    """A new directory would leave open cases with people who are no longer there, or no longer hold their role."""


class RangeUnsatisfiable(CaseError):
    """Nothing of the file lies in the range that was asked for."""

    def __init__(self, size: int) -> None:
        self.size = size  # of the whole file, in bytes
        super().__init__(f"The file has {size} bytes, and none of them lies in the range that was asked for.")


class EvidenceUnreadable(CaseError):
    """A sealed object does not open: cut, changed, moved, or sealed for somebody else."""


class LedgerBroken(CaseError):
    """Something exported does not lead to the signed root. `where` names the entry, tile, file or signature."""

    def __init__(self, where: str, what: str) -> None:
        self.where, self.what = where, what
        super().__init__(f"{where}: {what}")


class DirectoryRefused(CaseError):
    """A directory file with faults; `lines` holds (line number, what is wrong). Nothing was imported."""

    def __init__(self, lines: Sequence[tuple[int, str]]) -> None:
        self.lines = tuple(lines)
        super().__init__("; ".join(f"line {number}: {what}" for number, what in self.lines))


class CatalogueBroken(CaseError):
    """Data files of the catalogue do not hold together; each of `faults` says `file:line: row: reason`."""

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


class BackupDamaged(CaseError):
    """Something of a backup, or for one, is missing or not what it was; each of `faults` names it."""

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


class JobHeld(CaseError):
    """The job is not to be touched: a worker has it, it is not dead, or it was taken by another and is theirs now."""


class CannotStart(CaseError):
    """A setting or a place on disk is wrong; the message says which and what to do."""
