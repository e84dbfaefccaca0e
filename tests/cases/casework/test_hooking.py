"""Administrators look after webhooks: nobody else does, and every entry names who did."""

import pytest

from cases.casework.hooking import (
    add_webhook,
    add_webhook_at_desk,
    find_webhook,
    list_webhooks_at_desk,
    remove_webhook,
)
from cases.errors import Malformed, NotPermitted, UnknownItem
from cases.people import Role
from cases.sight import Actor
from tests.cases.casework.conftest import INTAKE, SORTED, entries
from tests.cases.casework.noticed import with_mail
from tests.conftest import NOON

ADMIN = Actor("S0060", Role.ADMINISTRATOR)
URL = "https://hooks.example/token-7f"


@pytest.fixture
def hooked(desk):
    return with_mail(desk)[0]


def test_an_administrator_is_named_by_what_they_add_and_remove(hooked):
    added = add_webhook_at_desk(hooked, ADMIN, URL, SORTED)
    remove_webhook(hooked, added.id, SORTED, ADMIN)
    acts = [(one["action"], one["role"]) for one in entries(hooked, actor="S0060")]
    assert acts == [("webhook_added", "administrator"), ("webhook_removed", "administrator")]
    assert "hooks.example" not in repr(entries(hooked, actor="S0060"))


def test_a_secret_does_not_show_where_what_was_added_is_printed(hooked):
    added = add_webhook(hooked, URL, NOON)
    assert added.secret not in repr(added)
    assert added.host == "hooks.example"


def test_nobody_else_learns_of_a_webhook_or_changes_one(hooked):
    added = add_webhook(hooked, URL, NOON)
    asked = (
        lambda: add_webhook_at_desk(hooked, INTAKE, URL, SORTED),
        lambda: list_webhooks_at_desk(hooked, INTAKE),
        lambda: find_webhook(hooked, INTAKE, added.id),
        lambda: remove_webhook(hooked, added.id, SORTED, INTAKE),
    )
    for ask in asked:
        with pytest.raises(NotPermitted):
            ask()
    assert [one.id for one in list_webhooks_at_desk(hooked, ADMIN)] == [added.id]


def test_an_unfit_address_is_a_fault_of_its_field(hooked):
    with pytest.raises(Malformed) as refused:
        add_webhook_at_desk(hooked, ADMIN, "http://hooks.example", SORTED)
    assert [fault.pointer for fault in refused.value.faults] == ["#/url"]


def test_what_was_removed_is_unknown_and_its_entry_is_one(hooked):
    added = add_webhook(hooked, URL, NOON)
    remove_webhook(hooked, added.id, SORTED, ADMIN)
    for ask in (lambda: find_webhook(hooked, ADMIN, added.id), lambda: remove_webhook(hooked, added.id, SORTED, ADMIN)):
        with pytest.raises(UnknownItem):
            ask()
    assert len([one for one in entries(hooked) if one["action"] == "webhook_removed"]) == 1
