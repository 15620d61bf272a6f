"""E-mails: text and HTML, one message id over all tries, done when the mail server has taken it, no header injected."""

import json
import smtplib
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from mom.core import delivery
from mom.core.actor import system_actor
from mom.core.delivery import sending
from mom.core.delivery.email import send_test
from mom.core.errors import InvalidInput
from mom.core.models import Delivery
from mom.core.use_case import use_case
from tests.core.delivery.conftest import due_now

SYSTEM = system_actor("test")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def mail_server(settings: Any) -> None:
    settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "smtp.example.com", "MOM <mom@plant.example>"


def write(subject: str = "Order WO-1 is late", text: str = "It is due at 14:00.\n<b>Two</b> pieces.") -> Delivery:
    with use_case(SYSTEM) as act:
        return delivery.deliver_email(
            act, "ann@example.com", subject, text, "order:1", url="https://mom/o/1", site="P1"
        )


def refusing(monkeypatch: pytest.MonkeyPatch, *errors: Exception) -> None:
    left = list(errors)
    real = EmailBackend.send_messages

    def send(self: Any, messages: Any) -> Any:
        if left:
            raise left.pop(0)
        return real(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", send)


def test_email_has_text_html_and_its_message_id(settings: Any) -> None:
    stored = write()
    assert mail.outbox == []
    sending.drain()

    (sent,) = mail.outbox
    html = sent.alternatives[0][0]
    assert sent.body == "It is due at 14:00.\n\n<b>Two</b> pieces.\n\nhttps://mom/o/1\n"
    assert "&lt;b&gt;Two&lt;/b&gt;" in html
    assert sent.extra_headers["Message-ID"] == f"<{stored.message_id}@plant.example>"
    assert Delivery.objects.get().state == "sent"


def test_email_header_can_not_be_injected() -> None:
    write(subject="Late\r\nBcc: all@example.com")
    sending.drain()

    assert mail.outbox[0].subject == "Late Bcc: all@example.com"
    assert mail.outbox[0].recipients() == ["ann@example.com"]


@pytest.mark.parametrize("to", ["", "ann", "ann@example.com\nBcc: b@example.com", "a@b, c@d"])
def test_email_to_no_address_is_refused(to: str) -> None:
    with pytest.raises(InvalidInput), use_case(SYSTEM) as act:
        delivery.deliver_email(act, to, "S", "T", "k")


def test_email_comes_again_after_a_failure_and_dies_where_there_is_no_such_mailbox(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refusing(
        monkeypatch,
        smtplib.SMTPServerDisconnected("gone"),
        TimeoutError(),
        smtplib.SMTPRecipientsRefused({"ann@example.com": (450, b"try later")}),
        smtplib.SMTPRecipientsRefused({"ann@example.com": (550, b"no such mailbox")}),
    )
    write()
    answers = []
    for _ in range(4):
        sending.drain()
        answers.append(Delivery.objects.get().last_answer)
        due_now()

    assert answers == [
        "The mail server smtp.example.com can't be reached: SMTPServerDisconnected",
        "The mail server smtp.example.com can't be reached: TimeoutError",
        "450 try later",
        "550 no such mailbox",
    ]
    assert Delivery.objects.get().state == "dead"
    assert mail.outbox == []


def test_email_waits_without_a_try_until_a_mail_server_is_set(settings: Any) -> None:
    settings.EMAIL_HOST = ""
    write()
    sending.drain()
    assert (Delivery.objects.get().state, Delivery.objects.get().attempts) == ("waiting", 0)

    settings.EMAIL_HOST = "smtp.example.com"
    sending.drain()
    assert len(mail.outbox) == 1


def test_email_password_is_in_no_row_and_no_log(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.EMAIL_HOST_PASSWORD = "hunter2hunter2"
    with use_case(SYSTEM) as act:
        send_test(act, "ann@example.com", "P1")
    sending.drain()

    assert "hunter2" not in json.dumps(list(Delivery.objects.values_list("payload", "last_answer"))) + caplog.text
    assert mail.outbox[0].subject == "Test message from MOM"
