"""The ways out: mail by SMTP, webhooks by HTTPS. What they carry tells nothing of any case."""

from storage.post.settings import PostSettings, read_post
from storage.post.smtp import SmtpMailer
from storage.post.webhooks import Webhooks

__all__ = ["PostSettings", "SmtpMailer", "Webhooks", "read_post"]
