"""The e-mail channel: a message is stored as text and HTML, and counts as sent when the mail server has taken it."""

import json
import smtplib

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from mom.core.canonical import to_json
from mom.core.delivery import room
from mom.core.delivery.sending import Outcome
from mom.core.engine.delivery import DeliveryChannel
from mom.core.errors import InvalidInput
from mom.core.models import Delivery
from mom.core.permissions_declared import MANAGE_DELIVERY
from mom.core.use_case import UseCase


def deliver_email(
    act: UseCase, to: str, subject: str, text: str, key: str, *, url: str = "", site: str = ""
) -> Delivery:
    """Store an e-mail in the caller's transaction; `text` has a paragraph per line, `url` the page that it is about.

    E-mails of one `key` go in order. Raises: InvalidInput for what is no e-mail address.
    """
    try:
        validate_email(to)
    except ValidationError:
        raise InvalidInput({"to": [_("%(to)s is no e-mail address.") % {"to": to[:100]}]}) from None
    subject = " ".join(subject.split())[:200]
    context = {"subject": subject, "paragraphs": [line for line in text.splitlines() if line.strip()], "url": url}
    content = {
        "subject": subject,
        "text": render_to_string("core/email/message.txt", context).strip() + "\n",
        "html": render_to_string("core/email/message.html", context),
    }
    message = room.Message(
        channel=DeliveryChannel.EMAIL,
        destination=to,
        subject=subject,
        key=f"email:{site}:{key}"[:300],
        content_type="application/json; profile=email",
        site=site,
        kind="email",
    )
    return room.put(act, message, to_json(content))


def send_test(act: UseCase, to: str, site: str) -> Delivery:
    """Ask for an e-mail that proves the settings. Joins the caller's transaction. Raises: NotAllowed, InvalidInput."""
    act.require(MANAGE_DELIVERY, site)
    text = _("This message shows that %(server)s takes e-mails from MOM.") % {"server": settings.EMAIL_HOST or "-"}
    found = deliver_email(act, to, _("Test message from MOM"), text, f"test:{act.now.isoformat()}", site=site)
    act.record("core.email_tested", subject=found, site=site, after={"to": to})
    return found


def is_ready() -> bool:
    """Whether a mail server is set."""
    return bool(settings.EMAIL_HOST)


def send(taken: Delivery) -> Outcome:
    """Hand one e-mail to the mail server, under the message id that it keeps over all tries."""
    content = json.loads(taken.payload)
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    mail = EmailMultiAlternatives(
        content["subject"],
        content["text"],
        settings.DEFAULT_FROM_EMAIL,
        [taken.destination],
        headers={"Message-ID": f"<{taken.message_id}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(content["html"], "text/html")
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        return _refused(int(code), words)
    except smtplib.SMTPAuthenticationError as error:
        return Outcome(ok=False, answer=_("The mail server refuses user or password."), status=error.smtp_code)
    except smtplib.SMTPResponseException as error:
        return _refused(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError) as error:
        sentence = _("The mail server %(server)s can't be reached: %(error)s")
        return Outcome(ok=False, answer=sentence % {"server": settings.EMAIL_HOST, "error": type(error).__name__})
    return Outcome(ok=True, answer=_("The mail server took it."), status=250)


def _refused(code: int, words: bytes | str) -> Outcome:
    """5xx stays refused (no such mailbox); 4xx may pass."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return Outcome(ok=False, answer=f"{code} {text}"[:500], status=code, is_final=500 <= code < 600 and code != 530)
