"""What is sent, when, to whom and in which words: asked again at the moment of sending, and seen once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cases.casework.filing import SORT, file_complaint
from cases.casework.hooking import add_webhook, list_webhooks, remove_webhook
from cases.casework.identities import ask_who_reported
from cases.casework.noticing import prefer
from cases.casework.notifying import KEPT, send_notices
from cases.casework.sorting import sort_complaint
from cases.casework.telling import DIGEST, NOTIFY, POST
from cases.casework.working import Worker
from cases.catalogue import LANGUAGES
from cases.errors import CannotStart, JobHeld, UnknownItem
from cases.lifecycle import Action
from cases.notices import Preferences
from cases.people import Role
from cases.persons import PersonRole
from tests.cases.casework.conftest import (
    BOSS,
    EARLY,
    HEAD,
    INTAKE,
    INTAKE_TWO,
    INVESTIGATOR,
    NOON,
    SORTED,
    SUPERVISOR,
    WHY,
    actions,
    after,
    draft,
    entries,
    open_case,
    with_roles,
)
from tests.cases.casework.living import added, assigned, moved, recused, worked_off
from tests.cases.casework.noticed import Posted, rows, whats, with_mail

ONE, TWO, BOSS_MAIL = "c0012@agency.example", "c0013@agency.example", "c0101@agency.example"
NEXT_MORNING = datetime(2026, 3, 3, 8, tzinfo=UTC)


@pytest.fixture
def mailing(desk):
    return with_mail(desk)


def tries(desk, job_kind=NOTIFY, at=SORTED):
    """Jobs of a kind that are due, each leased."""
    found = []
    while job := desk.jobs.take(at):
        found += [job] if job.kind == job_kind else []
    return found


def test_a_case_is_told_at_once_to_intake_and_in_the_morning_to_heads_and_supervisor(mailing):
    desk, sent = mailing
    open_case(desk)
    worked_off(desk)
    assert sent.to == [ONE, TWO]
    worked_off(desk, NEXT_MORNING - timedelta(seconds=1))
    assert len(sent.taken) == 2 + 2, "the heads' morning comes an hour earlier, where they work"
    worked_off(desk, NEXT_MORNING)
    assert sent.to.count(BOSS_MAIL) == 1


def test_a_mail_says_that_something_waits_and_where_and_nothing_else(mailing):
    desk, sent = mailing
    case, _ = open_case(desk)
    worked_off(desk)
    first, second = sent.taken
    assert first.text == (
        "Something waits for you at the Rule 1.2 Desk.\n\n"
        "Sign in to read it:\nhttps://desk.example/desk/notices\n\n"
        "This message says no more on purpose, and nobody reads replies to it. "
        "When you are written to is yours to choose at the desk.\n"
    )
    assert (first.text, first.subject) == (second.text, second.subject)
    assert first.message != second.message
    assert case.number not in first.text + first.subject + first.message


def test_without_an_address_of_its_own_the_desk_sends_no_link(desk):
    desk, sent = with_mail(desk)
    open_case(desk)
    worked_off(replace(desk, post=replace(desk.post, link=None)))
    assert "http" not in sent.taken[0].text
    assert "Open the desk as you usually do" in sent.taken[0].text


@pytest.mark.parametrize("language", LANGUAGES)
def test_everybody_is_written_to_in_their_language(mailing, language):
    desk, sent = mailing
    prefer(desk, INTAKE_TWO, Preferences(language), NOON)
    open_case(desk)
    worked_off(desk)
    mails = {mail.to: mail for mail in sent.taken}
    said = desk.law.mail("waits", SORTED.date())
    assert (mails[TWO].language, mails[TWO].subject) == (language, said.subject.in_(language))
    assert all(words.in_(language) in mails[TWO].text for words in (said.body, said.link, said.footer))
    assert mails[ONE].language == "en"


def test_the_language_of_the_installation_is_that_of_whoever_chose_none(desk):
    desk, sent = with_mail(desk)
    desk = replace(desk, post=replace(desk.post, language="fr"))
    open_case(desk)
    worked_off(desk)
    assert {mail.subject for mail in sent.taken} == {"Quelque chose vous attend sur Rule 1.2 Desk"}


def test_whoever_was_walled_off_in_the_meantime_is_not_written_to(mailing):
    desk, sent = mailing
    case, _ = open_case(desk)
    added(desk, INTAKE, case, PersonRole.WITNESS, staff_number=INTAKE_TWO.person)
    worked_off(desk, NEXT_MORNING)
    assert TWO not in sent.to
    assert ONE in sent.to


def test_whoever_stepped_out_or_lost_the_role_or_was_taken_off_in_the_meantime_is_not_written_to(mailing):
    desk, sent = mailing
    case, _ = open_case(desk)
    recused(desk, INTAKE_TWO, case)
    assigned(desk, HEAD, case, INVESTIGATOR)
    with_roles(desk, INVESTIGATOR.person)
    worked_off(desk)
    assert TWO not in sent.to
    assert "c0014@agency.example" not in sent.to


def test_a_supervisor_whom_it_was_taken_back_from_is_not_written_to(mailing):
    desk, sent = mailing
    case, _ = open_case(desk)
    added(desk, INTAKE, case, PersonRole.WITNESS, staff_number=BOSS)
    worked_off(desk)
    worked_off(desk, NEXT_MORNING)
    assert BOSS_MAIL not in sent.to
    assert "c0100@agency.example" in sent.to, "the next clear one was told"


def test_a_custodian_is_not_written_to_once_nobody_asks_any_more(mailing):
    desk, sent = mailing
    case, _ = open_case(desk)
    ask_who_reported(desk, INTAKE, case.number, WHY, SORTED)
    with desk.work() as work:
        work.revoke_grants(case.number)
    worked_off(desk)
    assert "c0017@agency.example" not in sent.to


def test_who_wants_no_mail_or_has_no_address_gets_none_and_still_finds_it_on_the_list(mailing):
    desk, sent = mailing
    prefer(desk, INTAKE, Preferences(mail=False), NOON)
    with_roles(desk, INTAKE_TWO.person, Role.INTAKE, email="")
    open_case(desk)
    worked_off(desk)
    assert sent.taken == []
    assert whats(desk, INTAKE) == whats(desk, INTAKE_TWO) == ["routed"]


def test_who_no_longer_wants_mail_gets_none_that_waited(mailing):
    desk, sent = mailing
    open_case(desk)
    prefer(desk, INTAKE, Preferences(mail=False), SORTED)
    worked_off(desk)
    assert sent.to == [TWO]


def test_what_was_gathered_comes_as_one_mail(mailing):
    desk, sent = mailing
    prefer(desk, INTAKE, Preferences(when="daily"), NOON)
    for _ in range(3):
        open_case(desk)
    worked_off(desk, NEXT_MORNING)
    mine = [mail for mail in sent.taken if mail.to == ONE]
    assert [mail.subject for mail in mine] == ["What was gathered for you at the Rule 1.2 Desk"]
    worked_off(desk, NEXT_MORNING + timedelta(days=30))
    assert len([mail for mail in sent.taken if mail.to == ONE and "gathered" in mail.subject]) == 1


def test_a_weekly_digest_waits_for_monday(mailing):
    desk, sent = mailing
    prefer(desk, INTAKE, Preferences(when="weekly"), NOON)
    open_case(desk)
    worked_off(desk, datetime(2026, 3, 9, 6, 59, tzinfo=UTC))
    assert ONE not in sent.to
    worked_off(desk, datetime(2026, 3, 9, 8, tzinfo=UTC))
    assert sent.to.count(ONE) == 1


def test_a_supervisor_is_written_to_at_the_hour_of_all_supervisors_wherever_they_work(mailing, store):
    """Else the hour a mail is due would tell whoever has the disk in which office the reporter works."""
    desk, _ = mailing
    prefer(desk, SUPERVISOR, Preferences(when="weekly"), NOON)
    open_case(desk)
    assert {row[0] for row in rows(store, "mail_at", "mark") if row[1] is None} == {NEXT_MORNING}


def test_two_readers_in_two_zones_have_two_mornings(mailing, store):
    desk, _ = mailing
    with_roles(desk, INTAKE_TWO.person, Role.INTAKE, office="NORTH")
    for who in (INTAKE, INTAKE_TWO):
        prefer(desk, who, Preferences(when="daily"), NOON)
    open_case(desk)
    due = [row[0] for row in rows(store, "mail_at") if row[0]]
    assert len(set(due)) >= 2
    assert all(at.hour + at.minute / 60 != NOON.hour for at in due)


def test_a_server_that_is_down_is_tried_again_and_nothing_is_lost(mailing, store):
    desk, sent = mailing
    sent.down = True
    open_case(desk)
    Worker(desk).step(SORTED)
    assert rows(store, "mailed_at") == [(None,)] * len(rows(store, "row"))
    sent.down = False
    worked_off(desk, after(hours=1))
    assert sent.to == [ONE, TWO]


def test_a_worker_that_dies_after_sending_sends_again_under_the_same_message_id(mailing):
    desk, sent = mailing
    open_case(desk)
    first, *_ = tries(desk)

    def dies():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send_notices(replace(desk, work=dies), first, SORTED)
    send_notices(desk, first, SORTED)
    assert len(sent.taken) == 2
    assert len({mail.message for mail in sent.taken}) == 1
    with pytest.raises(JobHeld):
        send_notices(desk, first, SORTED)
    assert len(sent.taken) == 2, "once noted, it is sent no more"


def test_what_waits_for_one_person_goes_into_one_mail_whichever_job_comes_first(mailing):
    desk, sent = mailing
    for _ in range(2):
        file_complaint(desk, draft(), NOON)
    jobs = []
    while job := desk.jobs.take(SORTED):
        if job.kind == SORT:
            sort_complaint(desk, job, SORTED)
        jobs += [job] if job.kind == NOTIFY else []
    assert len(jobs) > len([ONE, TWO])
    for job in reversed(jobs):
        send_notices(desk, job, SORTED)
    assert sent.to == [ONE, TWO]


def test_notices_are_forgotten_when_they_are_old(mailing, store):
    desk, _ = mailing
    open_case(desk)
    worked_off(desk)
    late = SORTED + KEPT + timedelta(days=10)
    open_case(desk)
    with desk.work() as work:
        work.notices.forget_before(late - KEPT)
    assert rows(store, "row") == []


def test_without_a_mail_server_nobody_is_written_to_and_no_work_is_left(desk, store):
    open_case(desk)
    assert whats(desk, INTAKE) == ["routed"]
    assert {row[0] for row in rows(store, "mail_at")} == {None}
    kinds = set()
    while job := desk.jobs.take(after(days=5)):
        kinds.add(job.kind)
    assert kinds.isdisjoint({NOTIFY, DIGEST, POST})


def test_a_reporter_is_never_written_to_whatever_happens(mailing):
    """They gave an address and open consent, and still get what is theirs through the mailbox alone."""
    desk, sent = mailing
    case, _ = open_case(desk)
    moved(desk, INTAKE, case, Action.CLOSE, EARLY)
    worked_off(desk, after(days=400))
    assert sent.taken
    assert "c0102@agency.example" not in sent.to


def test_webhooks_say_once_for_all_that_there_is_a_notice(mailing):
    desk, _ = mailing
    hooks = desk.post.hooks
    one, two = (add_webhook(desk, f"https://hooks.example/{name}", NOON) for name in "ab")
    assert one.secret != two.secret
    assert one.secret.startswith("whsec_")
    open_case(desk)
    worked_off(desk)
    assert [posted[:2] for posted in sorted(hooks.taken)] == sorted((id_, "notice.made") for id_ in (one.id, two.id))
    assert len({posted[2] for posted in hooks.taken}) == 1, "two officers were told, and that is not said"
    assert all(one.posted_at == SORTED for one in list_webhooks(desk))


def test_an_endpoint_that_is_down_is_tried_again_and_holds_up_nobody(mailing):
    desk, sent = mailing
    desk.post.hooks.down = True
    add_webhook(desk, "https://hooks.example/a", NOON)
    open_case(desk)
    worked_off(desk)
    assert sent.to == [ONE, TWO]
    assert isinstance(desk.post.hooks, Posted)
    assert desk.post.hooks.taken == []
    desk.post.hooks.down = False
    worked_off(desk, after(hours=1))
    assert len(desk.post.hooks.taken) == 1


def test_a_webhook_that_was_removed_gets_nothing_that_waited(mailing):
    desk, _ = mailing
    added_ = add_webhook(desk, "https://hooks.example/a", NOON)
    open_case(desk)
    remove_webhook(desk, added_.id, SORTED)
    worked_off(desk)
    assert desk.post.hooks.taken == []
    with pytest.raises(UnknownItem):
        remove_webhook(desk, added_.id, SORTED)


def test_adding_and_removing_are_entries_and_name_no_address(mailing):
    desk, _ = mailing
    with pytest.raises(CannotStart):
        add_webhook(desk, "http://hooks.example/a", NOON)
    secret = add_webhook(desk, "https://hooks.example/token-7f", NOON)
    remove_webhook(desk, secret.id, SORTED)
    assert actions(desk, kind="system")[-2:] == ["webhook_added", "webhook_removed"]
    told = repr(entries(desk, kind="system"))
    assert "token-7f" not in told
    assert secret.secret not in told
