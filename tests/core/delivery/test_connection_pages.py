"""Pages of connections, labels and printing: what they show, to whom, and what a person decides there."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mom.accounts.models import Site, User
from mom.core import clock, delivery, permissions
from mom.core.actor import system_actor
from mom.core.delivery import endpoints
from mom.core.labels import printers, templates
from mom.core.models import AuditEntry, Delivery, LabelTemplate, PrintJob, WebhookEndpoint
from mom.core.use_case import use_case
from mom.plant.models import MaterialLot
from mom.plant.services import master_data
from tests.core.labels.reading import codes, pages
from tests.factories.accounts import make_user
from tests.factories.plant import make_material

SYSTEM = system_actor("test")
pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(site: Site) -> User:
    """A person who may do everything at the plant."""
    return make_user("alice", site=site, permissions=permissions.declared())


@pytest.fixture
def browse() -> Callable[[User], Client]:
    """A signed-in browser."""

    def make(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
        return client

    return make


@pytest.fixture
def stuck(site: Site) -> Delivery:
    """A message that was refused."""
    with use_case(SYSTEM) as act:
        sent = delivery.deliver_email(act, "ann@example.com", "Order 1 is late", "It is late.", "o", site="P1")
        delivery.deliver_email(act, "ann@example.com", "Order 2 is late", "It is late.", "o", site="P1")
    Delivery.objects.filter(pk=sent.pk).update(
        state="dead", ended_at=clock.now(), attempts=10, last_answer="550 <b>no such mailbox</b>"
    )
    return Delivery.objects.get(pk=sent.pk)


@pytest.fixture
def lot(site: Site) -> MaterialLot:
    return master_data.create(SYSTEM, MaterialLot, site, code="L/1", definition=make_material(site, "P-4410"))


def test_connections_says_what_is_stuck_and_what_waits_behind_it(
    boss: User, stuck: Delivery, browse: Callable[[User], Client]
) -> None:
    page = browse(boss).get("/connections/").content.decode()

    assert "550 &lt;b&gt;no such mailbox&lt;/b&gt;" in page
    assert "1 message waits behind it." in page
    assert "Send again" in page
    assert "EMAIL_HOST" in page


def test_connections_of_an_empty_site_name_the_next_step(boss: User, browse: Callable[[User], Client]) -> None:
    page = browse(boss).get("/connections/").content.decode()
    assert "Nothing leaves the house yet" in page


def test_message_is_decided_on_by_who_may(
    boss: User, colleague: User, outsider: User, stuck: Delivery, browse: Callable[[User], Client]
) -> None:
    discard = reverse("web:delivery_discard", args=[stuck.pk])
    looks = browse(colleague).get(reverse("web:delivery_detail", args=[stuck.pk])).content.decode()
    assert "Discard" not in looks
    assert browse(colleague).post(discard, {"reason": "Not needed"}).status_code == 403
    assert browse(outsider).post(discard, {"reason": "Not needed"}).status_code == 404
    client = browse(boss)
    assert client.post(discard, {"reason": ""}).status_code == 422
    assert client.post(discard, {"reason": "Told by telephone"}).status_code == 302
    stuck.refresh_from_db()
    assert stuck.state == "discarded"
    assert AuditEntry.objects.get(action="core.delivery_discarded").reason == "Told by telephone"
    assert client.post(discard, {"reason": "Again"}).status_code == 409


def test_all_messages_go_again_in_one_act(boss: User, stuck: Delivery, browse: Callable[[User], Client]) -> None:
    browse(boss).post("/connections/send-all-again/")
    stuck.refresh_from_db()
    assert (stuck.state, stuck.attempts) == ("waiting", 0)


def test_sending_is_paused_and_resumed_on_the_page(
    boss: User, stuck: Delivery, browse: Callable[[User], Client]
) -> None:
    client = browse(boss)
    client.post("/connections/pause/", {"reason": "Restore drill"})
    assert delivery.is_paused()
    page = client.get("/connections/").content.decode()
    assert "Sending is paused since" in page
    assert "Restore drill" in page
    client.post("/connections/resume/")
    assert not delivery.is_paused()


def test_webhook_secret_is_shown_once(boss: User, browse: Callable[[User], Client]) -> None:
    client = browse(boss)
    sent = {"name": "ERP", "url": "https://erp.example.com/h", "events": ["erp.import_completed"]}
    told = client.post("/connections/webhooks/add/", sent).content.decode()
    row = WebhookEndpoint.objects.get()

    assert "whsec_" in told
    for address in (
        "/connections/webhooks/",
        f"/connections/webhooks/{row.pk}/",
        f"/connections/webhooks/{row.pk}/change/",
    ):
        assert "whsec_" not in client.get(address).content.decode()
    changed = {**sent, "url": "https://10.0.0.1/", "version": row.version, "is_active": "on"}
    assert client.post(f"/connections/webhooks/{row.pk}/change/", changed).status_code == 422
    assert client.post(f"/connections/webhooks/{row.pk}/test/").status_code == 302
    assert Delivery.objects.get().kind == "core.webhook_test"


def test_webhook_of_another_site_is_not_there(outsider: User, site: Site, browse: Callable[[User], Client]) -> None:
    row, _secret = endpoints.create(
        SYSTEM, "P1", name="E", url="https://e.example.com/", events=["erp.import_completed"]
    )
    client = browse(outsider)
    for name in ("webhook_detail", "webhook_change", "webhook_secret", "webhook_test"):
        assert client.get(reverse(f"web:{name}", args=[row.pk])).status_code == 404, name


def test_webhook_in_the_api_tells_its_secret_once_and_keeps_it_sealed(
    boss: User, browse: Callable[[User], Client]
) -> None:
    from mom.core.models import IdempotencyKey

    body = {"site": "P1", "name": "ERP", "url": "https://erp.example.com/", "events": ["erp.import_completed"]}
    client, at = browse(boss), "/api/v1/core/webhook-endpoints/"
    ask: dict[str, Any] = {"content_type": "application/json", "headers": {"Idempotency-Key": "k1"}}
    first = client.post(at, body, **ask)
    again = client.post(at, body, **ask)

    assert first.status_code == 201, first.content
    assert first.json()["secret"].startswith("whsec_")
    assert again.content == first.content
    assert "whsec_" not in IdempotencyKey.objects.get().body
    row = client.get(f"{at}{first.json()['id']}/")
    assert "secret" not in row.json()
    change = {"content_type": "application/json", "headers": {"If-Match": '"v1"'}}
    refused = client.patch(f"{at}{first.json()['id']}/", {"url": "https://10.0.0.1/"}, **change)
    assert refused.status_code == 422, refused.content
    assert list(refused.json()["fields"]) == ["url"]
    assert client.patch(f"{at}{first.json()['id']}/", {"name": "SAP"}, **change).json()["name"] == "SAP"
    assert client.patch(f"{at}{first.json()['id']}/", {"name": "X"}, **change).status_code == 412


def test_message_in_the_api_is_discarded_with_a_reason(
    boss: User, stuck: Delivery, browse: Callable[[User], Client]
) -> None:
    client, at = browse(boss), f"/api/v1/core/deliveries/{stuck.pk}/discard/"
    ask: dict[str, Any] = {"content_type": "application/json", "headers": {"Idempotency-Key": "k2"}}
    assert client.post(at, {"reason": "Told"}, **ask).json()["state"] == "discarded"


def test_label_is_printed_from_the_page_of_its_lot(
    boss: User, lot: MaterialLot, browse: Callable[[User], Client], settings: Any
) -> None:
    settings.PRINTER_HOSTS = ["10.0.0.0/8"]
    client = browse(boss)
    assert "No label for this yet" in client.get("/labels/lot/L/1/").content.decode()
    assert client.post("/setup/labels/standard-set/").status_code == 302
    assert "/labels/lot/L/1/" in client.get("/lots/L/1/").content.decode()
    page = client.get("/labels/lot/L/1/").content.decode()
    assert "<svg" in page
    assert "No printer is set up here" in page
    template = LabelTemplate.objects.get(noun="lot")
    pdf = client.get(f"/labels/lot/L/1/label.pdf?template={template.pk}")
    assert pdf["Content-Security-Policy"] == "sandbox"
    assert [read.text for read in codes(pages(pdf.content)[0])] == ["L/1"]

    printer = printers.create(
        SYSTEM, "P1", name="Z", kind="zpl", host="10.0.0.9", port=9100, dots=203, asks_status=True
    )
    form = {"template": template.pk, "printer": printer.pk, "copies": 2}
    assert client.post("/labels/lot/L/1/", form).status_code == 302
    job = PrintJob.objects.get()
    assert (job.copies, job.requested_by) == (2, boss.display_name)
    assert client.post(f"/connections/print-jobs/{job.pk}/again/", {"copies": 1, "reason": "Torn"}).status_code == 302
    assert PrintJob.objects.filter(reprint_of=job, reason="Torn").count() == 1


def test_label_of_what_one_may_not_see_is_not_there(
    boss: User, colleague: User, outsider: User, lot: MaterialLot, browse: Callable[[User], Client]
) -> None:
    templates.add_standard_set(SYSTEM, "P1")
    assert browse(outsider).get("/labels/lot/L/1/").status_code == 404
    assert browse(colleague).get("/labels/lot/L/1/").status_code == 403
    assert browse(boss).get("/labels/rocket/L/1/").status_code == 404
    assert browse(boss).get("/labels/lot/L/1/label.pdf?template=x").status_code == 404


def test_label_form_refuses_what_is_no_field(boss: User, site: Site, browse: Callable[[User], Client]) -> None:
    form = {"noun": "lot", "name": "Lot", "width": "60", "height": "30"}
    client = browse(boss)
    hostile = '[{"type": "text", "x": 1, "y": 1, "width": 50, "size": 4, "text": "{__class__}"}]'
    for elements in (hostile, "no json", "{}"):
        answer = client.post("/setup/labels/add/", {**form, "elements": elements})
        assert answer.status_code == 422, elements
    good = '[{"type": "text", "x": 1, "y": 1, "width": 50, "size": 4, "text": "{code}"}]'
    assert client.post("/setup/labels/add/", {**form, "elements": good}).status_code == 302
    row = LabelTemplate.objects.get()
    assert "{code}" in client.get(f"/setup/labels/{row.pk}/change/").content.decode()
    assert client.get(f"/setup/labels/{row.pk}/example.pdf")["Content-Type"] == "application/pdf"
