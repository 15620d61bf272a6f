"""No plain English is left on the pages of orders, jobs and the overview; what people wrote is in Cyrillic."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from mom.core import clock, permissions
from mom.core.actor import Actor
from mom.core.testing import acting
from mom.plant.models import Reason
from mom.work.engine.terms import JobOrderCommand, QuantityKind
from mom.work.models import JobOrder
from mom.work.services import job_order, quantity_report
from production.services import production_request
from tests.core.web import pseudo
from tests.factories.accounts import make_site, make_user
from tests.factories.work import make_machine, make_material, make_person

pytestmark = pytest.mark.django_db
BOSS = Actor("user", "1", "Мира", {"*": frozenset({"*"})})
PAGES = [
    "/",
    "/orders/",
    "/orders/?view=late",
    "/orders/?status=running",
    "/orders/new/",
    "/orders/ЗК-1/",
    "/orders/ЗК-1/hold/",
    "/orders/ЗК-2/",
    "/jobs/ЗК-1-10/",
    "/jobs/ЗК-1-10/report/",
    "/jobs/ЗК-1-10/hold/",
    "/jobs/ЗК-2-10/start/",
    "/search/?q=ЗК",
]


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Somebody with all rights who reads the pseudo-language, in a plant that knows no Latin letters."""
    pseudo.speak(monkeypatch)
    plant = make_site("P1", name="Завод")
    user = make_user("mira", site=plant, permissions=permissions.declared(), display_name="Мира Линдквист")
    material = make_material(plant, "Д-1", name="Вал")
    machine, person = make_machine(plant, "Т-1", name="Токарный"), make_person(plant, "Р-1", name="Мира")
    with acting():
        reason = Reason.objects.create(site=plant, code="З-1", name="Заусенец", kind="scrap")
    for code in ("ЗК-1", "ЗК-2"):
        order = production_request.NewOrder(
            code=code,
            definition=material,
            quantity=Decimal(40),
            operation="Точить",
            equipment=machine,
            due_at=clock.now() - timedelta(hours=1),
        )
        production_request.create(BOSS, plant, order, is_released=True)
    job = JobOrder.objects.get(code="ЗК-1-10")
    job_order.command(BOSS, job.pk, JobOrderCommand.START, person=person)
    lines = [
        quantity_report.Reported(QuantityKind.GOOD, Decimal(12)),
        quantity_report.Reported(QuantityKind.SCRAP, Decimal(1), reason=reason),
    ]
    reports = quantity_report.report(BOSS, job.pk, lines, op_uuid=uuid.uuid4(), person=person)
    quantity_report.reverse(BOSS, reports[0].pk, reason="Ошибка", op_uuid=uuid.uuid4())
    client = Client(headers={"accept-language": pseudo.LANGUAGE})
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    yield client
    translation.deactivate()


@pytest.mark.parametrize("address", PAGES)
def test_page_is_translated(reader: Client, address: str) -> None:
    answer: Any = reader.get(address)
    assert answer.status_code == 200
    assert pseudo.plain_words(answer.content.decode()) == []
