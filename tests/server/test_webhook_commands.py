"""`rule12 webhooks`: a secret is shown once, an address inside is refused, and a wrong setting stops a command."""

from pathlib import Path

from tests.server.running import Spot
from tests.server.test_commands import answered, done


def test_a_webhook_is_added_with_a_secret_shown_once_listed_and_removed(tmp_path: Path) -> None:
    spot = Spot(tmp_path)
    number, secret = done(spot, "webhooks", "add", "https://hooks.example/desk?token=7").split()
    assert secret.startswith("whsec_")
    listed = done(spot, "webhooks", "list")
    assert listed.split() == [number, "nothing", "yet", "https://hooks.example/desk?token=7"]
    assert secret not in listed
    for file in (tmp_path / "data").rglob("*"):
        assert file.is_dir() or b"hooks.example" not in file.read_bytes(), file
    assert done(spot, "webhooks", "remove", number) == "Removed.\n"
    assert done(spot, "webhooks", "list") == ""
    code, _, err = answered(spot, "webhooks", "remove", number)
    assert (code, "no webhook of this number" in err) == (1, True)


def test_an_address_inside_is_refused_unless_a_setting_names_it(tmp_path: Path) -> None:
    spot = Spot(tmp_path)
    code, _, err = answered(spot, "webhooks", "add", "https://127.0.0.1/hook")
    assert code == 2
    assert "RULE12_WEBHOOK_ALLOW" in err
    assert answered(spot, "webhooks", "add", "https://127.0.0.1/hook", RULE12_WEBHOOK_ALLOW="127.0.0.1/32")[0] == 0


def test_a_wrong_setting_of_mail_stops_every_command_with_a_sentence(tmp_path: Path) -> None:
    code, _, err = answered(Spot(tmp_path), "keys", "list", RULE12_SMTP_URL="smtp://mail.example")
    assert code == 2
    assert err == "RULE12_SMTP_FROM: the address mails come from is expected, such as desk@example.org.\n"
