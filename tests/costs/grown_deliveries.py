"""Webhooks, messages, labels and printers of a plant that can grow."""

from typing import Any

from mom.core import clock
from mom.core.actor import system_actor
from mom.core.delivery import deliver_email, endpoints
from mom.core.labels import LabelSubject, printing, templates
from mom.core.models import Delivery, LabelTemplate, Printer, PrintJob, WebhookEndpoint
from mom.core.testing import acting

SYSTEM = system_actor("test")
TOPIC = "erp.import_completed"


class GrownDeliveries:
    """One of each that has a page of its own; `grow` adds more of each and more messages to those."""

    def __init__(self, site: str) -> None:
        self.site = site
        templates.add_standard_set(SYSTEM, site)
        self.template = LabelTemplate.objects.get(site=site, noun="lot")
        self.webhook = self._webhook("ERP")
        self.printer = self._printer("Zebra")
        self.message = self._message(0)
        self.job = self._job(self.printer)

    def grow(self, number: int) -> None:
        """More of every noun and of every child."""
        self._webhook(f"ERP {number}")
        self._job(self._printer(f"Zebra {number}"))
        self._job(self.printer)
        self._message(number)
        endpoints.send_test(SYSTEM, self.site, self.webhook.pk)
        with acting() as act:
            templates.add(act, self.site, noun="lot", name=f"Lot {number}", look=templates.standard_look(_lot()))

    def new_dead(self) -> Delivery:
        """A message that needs a person."""
        return self._message(999)

    def _webhook(self, name: str) -> WebhookEndpoint:
        return endpoints.create(SYSTEM, self.site, name=name, url="https://erp.example.com/", events=[TOPIC])[0]

    def _printer(self, name: str) -> Printer:
        with acting():
            return Printer.objects.create(site=self.site, name=name, host="10.0.0.9", created_at=clock.now())

    def _message(self, number: int) -> Any:
        with acting() as act:
            sent = deliver_email(act, "ann@example.com", "Late", "Order 1 is late.", f"order:{number}", site=self.site)
        Delivery.objects.filter(pk=sent.pk).update(state="dead", ended_at=clock.now(), last_answer="No such mailbox")
        return sent

    def _job(self, printer: Printer) -> PrintJob:
        with acting() as act:
            version = templates.newest(self.template)
            return printing._queue(act, printer, version, "lot", LabelSubject("1", "L-1", "", {"code": "L-1"}), 1)


def _lot() -> Any:
    from mom.core import labels

    return labels.noun("lot")
