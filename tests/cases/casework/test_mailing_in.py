"""Mails taken in: one complaint each, whatever breaks it off; and who sent it known to nobody but by a grant."""

from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256

import pytest

from cases.casework.consenting import change_consent
from cases.casework.identities import ask_who_reported, decide_on_request, read_identity
from cases.casework.looking import list_evidence, read_original, read_piece, show_case
from cases.casework.mailbox import find_mailbox, open_mailbox, show_mailbox
from cases.casework.mailing_in import Outcome, take_in_mail
from cases.complaint import Consent, Reporter
from cases.errors import EvidenceUnreadable, IdentityClosed
from cases.place import Kind, Recipient
from cases.ports import Limits
from cases.ports_mail import TakenMail
from cases.ranges import Wanted
from tests.cases.casework.conftest import (
    CUSTODIAN,
    HEAD,
    INTAKE,
    INTAKE_TWO,
    NOON,
    PICTURE,
    SORTED,
    WHY,
    actions,
    after,
    entries,
    everything_kept,
    sort_next,
)
from tests.cases.casework.noticed import Recorder, with_mail

ADDRESS = "c0102@agency.example"


def written(subject: str = "A public endorsement", **headers: str) -> bytes:
    made = EmailMessage(policy=SMTP)
    made.set_content("They asked people to vote.\n")
    for name, value in ({"From": f"Ana Lima <{ADDRESS}>", "Subject": subject, "Message_ID": "<1@b>"} | headers).items():
        made[name.replace("_", "-")] = value
    made.add_attachment(PICTURE.read_bytes(), maintype="image", subtype="png", filename="shot.png")
    made.add_attachment(b"What they said to me.\n", maintype="text", subtype="plain", filename="said.txt")
    made.set_boundary("between")
    return made.as_bytes()


def complaints(desk) -> list[str]:
    return [one["about"]["id"] for one in entries(desk, action="filed")]


def case_of(desk, data=None):
    taken = take_in_mail(desk, data or written(), NOON)
    assert taken.said == "taken"
    return sort_next(desk)


def answering(desk):
    """A desk that answers by mail with the receipt, and what it sent."""
    desk, recorder = with_mail(desk)
    desk.mails.rules = replace(desk.mails.rules, receipts=True)
    return desk, recorder


def granted(desk, case, who=INTAKE):
    request = ask_who_reported(desk, who, case.number, "We must interview them.", SORTED)
    return decide_on_request(desk, CUSTODIAN, case.number, request.id, WHY, SORTED, grant=True)


def original_of(desk, case):
    return next(item for item in desk.lookup.evidence(case.complaint) if item.content.kind is Kind.ORIGINAL_MAIL)


def test_a_mail_becomes_a_confidential_complaint_with_its_files_as_evidence(desk):
    case = case_of(desk)
    view = show_case(desk, INTAKE, case.number, SORTED)
    assert view.told["channel"] == "email"
    assert view.told["statement"] == {"summary": "A public endorsement", "narrative": "They asked people to vote."}
    assert view.consent == "confidential"
    listed = list_evidence(desk, INTAKE, case.number, SORTED)
    assert [(one.name, one.media_type) for one in listed] == [
        ("mail.eml", "message/rfc822"),
        ("shot.png", "image/png"),
        ("said.txt", "text/plain"),
    ]
    assert listed[0].size == len(written())
    assert "supervisor" not in case.to


def test_who_sent_a_mail_is_known_to_nobody_who_works_the_case_but_by_a_grant(desk):
    case = case_of(desk)
    original = original_of(desk, case)
    for who in (INTAKE, HEAD):
        with pytest.raises(IdentityClosed):
            read_original(desk, who, case.number, original.content.id, WHY, SORTED)
    assert "opened_original" not in actions(desk)
    with pytest.raises(EvidenceUnreadable, match="not sealed for the desk key"):
        desk.vault.open(original.content, Recipient.DESK)
    opened = {kind: desk.lookup.parts(case.complaint, kind) for kind in Kind if kind is not Kind.ORIGINAL_MAIL}
    for kind, parts in opened.items():
        for part in parts:
            if Recipient.DESK in {wrap.recipient for wrap in part.wraps}:
                assert ADDRESS.encode() not in desk.vault.open(part, Recipient.DESK), kind
    request = granted(desk, case)
    assert read_identity(desk, INTAKE, case.number, request.id, SORTED)["email"] == ADDRESS
    facts, blocks = read_original(desk, INTAKE, case.number, original.content.id, WHY, SORTED)
    assert b"".join(blocks) == written(), "byte for byte"
    assert facts.media_type == "message/rfc822"
    with pytest.raises(IdentityClosed):
        read_original(desk, INTAKE_TWO, case.number, original.content.id, WHY, SORTED)
    with pytest.raises(IdentityClosed):
        read_original(desk, INTAKE, case.number, original.content.id, WHY, request.until)


def test_a_range_of_a_mail_opens_for_nobody_but_whoever_may_read_the_whole(desk):
    case = case_of(desk)
    original = original_of(desk, case)
    with pytest.raises(IdentityClosed):
        read_piece(desk, INTAKE, case.number, original.content.id, WHY, Wanted(3, 9), SORTED)
    assert "opened_original" not in actions(desk)
    granted(desk, case)
    _, span, blocks = read_piece(desk, INTAKE, case.number, original.content.id, WHY, Wanted(3, 9), SORTED)
    assert (span.start, b"".join(blocks)) == (3, written()[3:10])


def test_a_wish_to_be_known_less_closes_the_original_at_once(desk):
    desk, recorder = answering(desk)
    case = case_of(desk)
    granted(desk, case)
    original = original_of(desk, case)
    box = find_mailbox(desk, receipt_in(recorder))
    change_consent(desk, box, Reporter(Consent.CONFIDENTIAL), after(minutes=2), share=None)
    with pytest.raises(IdentityClosed, match="changed their consent"):
        read_original(desk, INTAKE, case.number, original.content.id, WHY, after(minutes=3))


def test_the_same_mail_is_never_taken_in_twice_however_its_lines_end(desk, store, place):
    first = take_in_mail(desk, written(), NOON)
    before = everything_kept(store, place.data_dir)
    for again in (written(), written().replace(b"\r\n", b"\n"), written() + b"\r\n"):
        assert take_in_mail(desk, again, SORTED) == Outcome("already", first.complaint)
    assert everything_kept(store, place.data_dir) == before
    for other in (written(Message_ID="<2@b>"), written("Another subject")):
        assert take_in_mail(desk, other, NOON).complaint != first.complaint


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (written(Auto_Submitted="auto-replied"), "auto_submitted"),
        (written(List_Id="<all.agency.example>"), "list"),
        (written(Return_Path="<>"), "bounce"),
        (b"no mail", "unparsable"),
    ],
)
def test_what_is_refused_is_named_and_leaves_nothing_behind(desk, store, place, data, reason):
    before = everything_kept(store, place.data_dir)
    assert take_in_mail(desk, data, NOON) == Outcome(reason)
    assert everything_kept(store, place.data_dir) == before


def test_a_mail_as_large_as_a_file_may_be_is_taken_and_a_larger_one_is_not(desk, store, place):
    data = written()
    small = replace(desk, limits=Limits(len(data) - 1))
    before = everything_kept(store, place.data_dir)
    assert take_in_mail(small, data, NOON) == Outcome("too_large")
    assert everything_kept(store, place.data_dir) == before
    assert take_in_mail(replace(desk, limits=Limits(len(data))), data, NOON).said == "taken"


def test_without_the_setting_nobody_is_answered_and_the_receipt_is_nowhere(desk):
    desk, recorder = with_mail(desk)
    outcome = take_in_mail(desk, written(), NOON)
    known = desk.mails.page("<1@b>", sha256(written().replace(b"\r\n", b"\n").rstrip(b"\n")).digest()).earlier()
    assert recorder.taken == []
    assert known is not None
    assert known[0] == TakenMail(outcome.complaint, 3, receipt="", done=True)


def receipt_in(recorder: Recorder) -> str:
    [mail] = recorder.taken
    return next(line for line in mail.text.splitlines() if line.count("-") == 4 and len(line) == 29)


def test_where_it_is_safe_the_sender_is_answered_with_the_receipt_and_nothing_of_the_mail(desk):
    desk, recorder = answering(desk)
    data = written("Vote for us", Content_Language="fr", Message_ID="<odd@b.example>")
    data = data.replace(b"Subject: Vote for us", b"Subject: =?utf-8?q?Vote_for_us=0D=0ABcc=3A?= x@y.example")
    take_in_mail(desk, data, NOON)
    [mail] = recorder.taken
    assert (mail.to, mail.subject, mail.answers) == (ADDRESS, "Votre message a été reçu", "<odd@b.example>")
    words = desk.law.mail("receipt", NOON.date())
    said = [one.in_("fr") for one in (words.body, words.link, words.no_link, words.footer)]
    assert mail.text.split("\n\n") == [*said[:2], receipt_in(recorder), said[2], f"{said[3]}\n"]
    box = show_mailbox(desk, open_mailbox(desk, receipt_in(recorder)))
    assert [one.name for one in box.evidence] == ["mail.eml", "shot.png", "said.txt"]
    original = desk.lookup.evidence(find_mailbox(desk, receipt_in(recorder)).id)[0]
    assert desk.vault.open(original.content, open_mailbox(desk, receipt_in(recorder))) == data
    assert take_in_mail(desk, data, NOON).said == "already"
    assert len(recorder.taken) == 1


@pytest.mark.parametrize("headers", [{"Return_Path": "<other@x.example>"}, {"From": "no address"}])
def test_nobody_is_answered_who_may_be_somebody_else(desk, headers):
    desk, recorder = answering(desk)
    assert take_in_mail(desk, written(**headers), NOON).said == "taken"
    assert recorder.taken == []


def test_an_answer_that_could_not_be_sent_is_sent_when_the_mail_comes_again(desk):
    desk, recorder = answering(desk)
    recorder.down = True
    first = take_in_mail(desk, written(), NOON)
    assert first.said == "not_answered"
    recorder.down = False
    assert take_in_mail(desk, written(), SORTED) == Outcome("taken", first.complaint)
    assert take_in_mail(desk, written(), SORTED) == Outcome("already", first.complaint)
    assert len(complaints(desk)) == len(recorder.taken) == 1
    assert receipt_in(recorder)


def test_a_receipt_that_waits_to_be_answered_is_forgotten_when_the_setting_changes(desk):
    answers, recorder = answering(desk)
    recorder.down = True
    take_in_mail(answers, written(), NOON)
    desk.mails.rules = replace(desk.mails.rules, receipts=False)
    assert take_in_mail(desk, written(), SORTED).said == "taken"
    answers.mails.rules = replace(desk.mails.rules, receipts=True)
    recorder.down = False
    assert take_in_mail(answers, written(), SORTED).said == "already"
    assert recorder.taken == []
