"""`rule12 mail-in`: mails to the office become complaints."""

import sys
from pathlib import Path
from typing import Any

import click

from api.commands.houses import data_dir_option, now, opened
from cases.casework.mailing_in import Outcome, take_in_mail

LEFT = 1
UNREADABLE = Outcome("unreadable")


@click.command("mail-in")
@click.argument("mailboxes", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True))
@data_dir_option
@click.pass_obj
def mail_in(parts: Any, mailboxes: tuple[str, ...], data_dir: Path | None) -> None:
    """Make a sealed complaint of each mail in MAILBOXES: .eml files, mboxes, Maildirs, or - for one mail to come.

    Prints a line for each: its place (mailbox.mail), what became of it, and the number of the complaint. What is not
    taken in stays where it is, and the command ends with 1. The same mail is never taken in twice.
    """
    left = 0
    with opened(parts, data_dir) as house:
        for box, name in enumerate(mailboxes, 1):
            source = sys.stdin.buffer if name == "-" else Path(name)
            for place, mail in enumerate(house.mails_in(source), 1):
                became = UNREADABLE if mail.data is None else take_in_mail(house.desk, mail.data, now())
                if became.is_settled:
                    mail.settle()
                left += not became.is_settled
                click.echo(" ".join(map(str, filter(None, (f"{box}.{place}", became.said, became.complaint)))))
    if left:
        click.echo(f"{left} left where they are.", err=True)
        sys.exit(LEFT)


COMMANDS = (mail_in,)
