"""Taking in a mail as a complaint, through the verbs of form and API: once, however often it comes or is broken off.

A mail is filed together with a note of it; each file is added together with the note that it is in; so whoever comes
again with the same mail goes on where the last one stopped. The mail as it came is evidence that tells who sent it, and
sealed like the identity. The receipt is kept only for as long as it is still to be answered, where that is done at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from uuid import UUID

from cases.casework.filing import Filed, file_complaint
from cases.casework.mailbox import Facts, Sent, add_evidence
from cases.complaint import Consent, Draft, Reporter, Statement
from cases.errors import KeyReused
from cases.mailing_in import TOO_LARGE, Incoming, Unread, read_mail
from cases.media import MAIL
from cases.notices import Mail
from cases.place import Kind
from cases.ports import Desk, Work
from cases.ports_mail import MailPage, TakenMail

CHANNEL, ORIGINAL = "email", "mail.eml"
TAKEN, ALREADY = "taken", "already"
IN_PROGRESS, NOT_ANSWERED = "in_progress", "not_answered"
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mail: `taken`, `already`, or why it is left where it is; and the complaint it is."""

    said: str
    complaint: UUID | None = None

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do with the mail."""
        return self.said in {TAKEN, ALREADY}


def take_in_mail(desk: Desk, data: bytes, at: datetime) -> Outcome:
    """File a mail with its files, or go on where that was broken off. What is refused leaves nothing behind."""
    if len(data) > desk.limits.evidence_bytes:
        return Outcome(TOO_LARGE)
    mail = read_mail(data, desk.law.unwanted_on(at.date()), desk.mails.rules.own)
    if isinstance(mail, Unread):
        return Outcome(mail.reason)
    same = data.replace(b"\r\n", b"\n").rstrip(b"\n")  # however a mailbox writes its lines, it is the same mail
    page = desk.mails.page(mail.message_id, sha256(same).digest())
    try:
        return _taken(desk, page, mail, data, at)
    except KeyReused:
        return Outcome(IN_PROGRESS)


def _taken(desk: Desk, page: MailPage, mail: Incoming, data: bytes, at: datetime) -> Outcome:
    earlier = page.earlier()
    taking = _Taking(desk, page, *earlier) if earlier else _filed(desk, page, mail, at)
    complaint = taking.taken.complaint
    if taking.taken.done or desk.lookup.status(complaint).slug == "erased":
        return Outcome(ALREADY, complaint)
    taking.add_files(mail, data, at)
    if taking.taken.receipt and desk.mails.rules.receipts and not _answered(desk, page, mail, taking.taken.receipt, at):
        return Outcome(NOT_ANSWERED, complaint)
    with desk.work() as work:
        taking.note(work, replace(taking.taken, receipt="", done=True))
    return Outcome(TAKEN, complaint)


class _Taking:
    """How far a mail is, note by note."""

    def __init__(self, desk: Desk, page: MailPage, taken: TakenMail, kept: bytes | None) -> None:
        self.desk, self.page, self.taken, self._kept = desk, page, taken, kept

    def note(self, work: Work, taken: TakenMail) -> None:
        """Keep how far it is, in the transaction that takes it there. Raises KeyReused when somebody else does."""
        kept = self.page.sealed(taken, self._kept)
        work.keep_mail(kept)
        self.taken, self._kept = taken, kept.sealed

    def add_files(self, mail: Incoming, data: bytes, at: datetime) -> None:
        """The mail as it came, then its files, as far as they are not in."""
        complaint = self.desk.lookup.complaint(self.taken.complaint)
        for number, (sent, kind) in enumerate(_files(mail, data)):
            if number >= self.taken.added:
                after = replace(self.taken, added=number + 1)
                add_evidence(self.desk, complaint, sent, at, partial(self._added, after), kind)

    def _added(self, after: TakenMail, work: Work, _: Facts) -> None:
        self.note(work, after)


def _filed(desk: Desk, page: MailPage, mail: Incoming, at: datetime) -> _Taking:
    """The complaint: confidential, shared with no supervisor, and the sender known by their address alone."""
    told = {"summary": mail.summary, "narrative": mail.narrative}
    reporter = Reporter(Consent.CONFIDENTIAL, email=mail.sender)
    draft = Draft(mail.language or desk.mails.rules.language, CHANNEL, Statement.read(told), reporter)
    answers = desk.mails.rules.receipts and bool(mail.answer_to)
    taking = _Taking(desk, page, TakenMail(UUID(int=0)), None)

    def then(work: Work, filed: Filed) -> None:
        taking.note(work, TakenMail(filed.complaint, receipt=filed.receipt if answers else ""))

    file_complaint(desk, draft, at, then)
    return taking


def _files(mail: Incoming, data: bytes) -> Iterator[tuple[Sent, Kind]]:
    yield Sent(_blocks(data), MAIL, ORIGINAL, len(data)), Kind.ORIGINAL_MAIL
    for one in mail.files:
        yield Sent(_blocks(one.content), one.declared, one.name, len(one.content)), Kind.EVIDENCE


def _blocks(data: bytes) -> Iterator[bytes]:
    return (data[start : start + BLOCK] for start in range(0, len(data), BLOCK))


def _answered(desk: Desk, page: MailPage, mail: Incoming, receipt: str, at: datetime) -> bool:
    """Whether the answer with the receipt was taken by the mail server. Nothing of the mail is repeated in it."""
    language, sending = mail.language or desk.mails.rules.language, desk.post.mail
    if sending is None:
        return False
    words = desk.law.mail("receipt", at.date())
    parts = (words.body, words.link, receipt, words.no_link, words.footer)
    text = "\n\n".join(part if isinstance(part, str) else part.in_(language) for part in parts) + "\n"
    subject = words.subject.in_(language)
    try:
        sending.send(Mail(mail.answer_to, language, subject, text, page.message, at, answers=mail.message_id))
    except OSError:  # of which the errors of mail servers are a kind: next time the same mail is come with
        return False
    return True
