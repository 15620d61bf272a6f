"""The first day of a small shop: one machine, one person, one order, and one true number."""

import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from analytics.tasks import rebuild_dirty_days
from mom.core import relay
from mom.work.models import QuantityReport, WorkRequest
from tests.factories.accounts import make_site, make_user

pytestmark = pytest.mark.django_db(transaction=True)


class Shop:
    """What Eva sees in her browser, and what her ERP asks the API."""

    def __init__(self, user: Any, api: Any) -> None:
        self.browser = Client()
        self.browser.force_login(user, backend="mom.accounts.backends.PasswordBackend")
        self.api = api

    def reads(self, path: str) -> str:
        """The words of a page, without markup."""
        answer = self.browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        text = re.sub(r"<(script|style|template)\b.*?</\1>|<[^>]*>", " ", answer.content.decode(), flags=re.DOTALL)
        return re.sub(r"\s+", " ", text.replace("\N{NO-BREAK SPACE}", " "))

    def fills_in(self, path: str, **fields: str) -> str:
        """A form sent; where it leads."""
        answer = self.browser.post(path, {"op_uuid": str(uuid.uuid4()), **fields})
        refused = re.findall(r'class="(?:err|banner[^"]*)".*?</', answer.content.decode(), flags=re.DOTALL)
        assert answer.status_code == 302, (path, refused)
        return str(answer["Location"])

    def asks(self, path: str) -> Any:
        """An answer of the API."""
        answer = self.api.get(path)
        assert answer.status_code == 200, answer.content
        return answer.json()


def let_the_workers_work() -> None:
    """What the outbox relay and the worker of figures do when they are rung."""
    relay.drain(10)
    rebuild_dirty_days()


def test_first_order_of_a_small_shop(client_of: Any) -> None:
    from mom.core import permissions

    eva = make_user("eva", site=make_site("P1"), permissions=permissions.declared())
    shop = Shop(eva, client_of(eva))

    # In the morning the overview is empty and says how to begin.
    assert "No machines yet" in shop.reads("/")
    shop.fills_in("/setup/add/equipment/?level=work_unit", code="CNC-01", name="Lathe", level="work_unit",
                  capacity_kind="exclusive", position="0", is_active="on")  # fmt: skip
    shop.fills_in("/setup/add/materials/", code="P-1", name="Pump shaft", unit="C62", tracking="none", is_active="on")
    shop.fills_in("/setup/add/people/", code="ID1", name="Mira Lindqvist", is_active="on")

    # An order comes in: 40 shafts on the lathe. It is released and waits for somebody to start it.
    page = shop.fills_in("/orders/new/", code="WO-1", material="P-1", quantity="40", machine="CNC-01", is_released="on")
    assert page == "/orders/WO-1/"
    assert "Released" in shop.reads(page)

    # Mira starts the job, makes 24 good ones and spoils one.
    mira = re.search(r'value="(\d+)">ID1 Mira', shop.browser.get("/jobs/WO-1-10/start/").content.decode())
    assert mira is not None
    shop.fills_in("/jobs/WO-1-10/start/", person=mira[1], version="2")
    shop.fills_in("/jobs/WO-1-10/report/", good="24", scrap="1", note="Chatter marks", person=mira[1])

    # The order knows at once; the figures follow when the workers have worked.
    assert "24 / 40 pcs" in shop.reads("/orders/WO-1/")
    let_the_workers_work()
    assert "Finished pieces 24 pcs" in shop.reads("/")
    assert "CNC-01 Running" in shop.reads("/")

    # The API says the same number.
    (total,) = {row["good"] for job in shop.asks("/api/v1/work/job-orders/")["results"] for row in job["outputs"]}
    figure = shop.asks("/api/v1/kpis/completed_quantity/values/?site=P1&by=order")
    assert Decimal(total) == Decimal(figure["total"]["value"]) == 24
    assert [(row["key"], Decimal(row["value"])) for row in figure["results"]] == [("WO-1", 24)]
    quality = shop.asks("/api/v1/kpis/reported_quality_ratio/values/?site=P1")["total"]["value"]
    assert Decimal(quality) == Decimal("0.96")

    # Four of them turn out to be counted twice: the report is taken back, with a reason, and made again.
    good = QuantityReport.objects.get(kind="good")
    shop.fills_in(f"/jobs/WO-1-10/reports/{good.pk}/take-back/", reason="Four were counted twice")
    shop.fills_in("/jobs/WO-1-10/report/", good="20", person=mira[1])
    let_the_workers_work()
    assert "Finished pieces 20 pcs" in shop.reads("/")
    assert Decimal(shop.asks("/api/v1/kpis/completed_quantity/values/?site=P1")["total"]["value"]) == 20

    # The job is finished, and with its last job the order. The log tells the whole day.
    shop.fills_in("/jobs/WO-1-10/report/", good="20", person=mira[1])
    shop.fills_in("/jobs/WO-1-10/finish/")
    let_the_workers_work()
    assert WorkRequest.objects.get().status == "completed"
    log = shop.reads("/orders/WO-1/")
    for words in ("Order added", "Four were counted twice", "Mira Lindqvist", "Completed", "40 / 40 pcs"):
        assert words in log
    assert "Orders finished 1" in shop.reads("/")
