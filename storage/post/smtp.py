"""Mail by SMTP (RFC 5321), over a channel whose server proved who it is, or on this machine.

A server that offers no STARTTLS is not spoken to in the clear instead. Mails are plain text in UTF-8; a subject that is
not ASCII is written as RFC 2047 says. Nothing but words of the catalogue and one address goes into a mail.
"""

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from cases.directory import is_address
from cases.notices import Mail
from storage.post.settings import STARTTLS, TLS, SmtpSettings

TIMEOUT = 20  # seconds for each answer of the server


class SmtpMailer:
    """Hands over one mail at a time, each over a connection of its own: a few a day need no more."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._trust = ssl.create_default_context(cafile=settings.ca)

    def send(self, mail: Mail) -> None:
        """Raises OSError or smtplib.SMTPException unless the server took it; ValueError for what is no address."""
        if not is_address(mail.to):
            raise ValueError("a mail goes to one address")
        server = self._connected()
        try:
            eight = server.has_extn("8bitmime")
            message = _message(mail, self._settings.sender, "8bit" if eight else "base64")
            options = ("BODY=8BITMIME",) if eight else ()
            data = message.as_bytes(policy=SMTP)
            back = self._settings.sender if mail.answers is None else ""  # nobody answers an answer (RFC 3834)
            server.sendmail(back, [mail.to], data, mail_options=options)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def _connected(self) -> smtplib.SMTP:
        """A server that is who it says, and knows us."""
        wanted = self._settings
        if wanted.secured == TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(wanted.host, wanted.port, timeout=TIMEOUT, context=self._trust)
        else:
            server = smtplib.SMTP(wanted.host, wanted.port, timeout=TIMEOUT)
        try:
            server.ehlo()
            if wanted.secured == STARTTLS:
                server.starttls(context=self._trust)
                server.ehlo()
            if wanted.user:
                server.login(wanted.user, wanted.password)
        except BaseException:
            server.close()
            raise
        return server


def _message(mail: Mail, sender: str, encoding: str) -> EmailMessage:
    """The mail as it goes out. No name stands beside the address, and there is nowhere else to reply to."""
    domain = sender.rpartition("@")[2]
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.at)
    message["Message-ID"] = f"<{mail.message}@{domain}>"
    message["Auto-Submitted"] = "auto-generated" if mail.answers is None else "auto-replied"  # RFC 3834
    if mail.answers is None:
        message["List-Id"] = f"<notices.{domain}>"
    elif mail.answers:
        message["In-Reply-To"] = message["References"] = mail.answers
    message.set_content(mail.text, charset="utf-8", cte=encoding)
    message["Content-Language"] = mail.language
    return message
