"""What nobody types by accident: every page and list answers it with a page or a refusal, never with a fault."""

import uuid
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from mom.core.testing import acting
from mom.plant.models import MaterialDefinition, MaterialLot, MaterialUnit, WorkCalendar
from tests.factories.work import give, job_of, make_machine, make_material, make_order, make_person

pytestmark = pytest.mark.django_db
HUGE = "9" * 30
LONG = "x" * 5_000
PAGES = [
    "/", "/orders/", "/orders/WO-1/", "/jobs/WO-1-10/", "/machines/", "/machines/CNC-01/", "/people/", "/people/ID1/",
    "/materials/", "/materials/P-1/", "/imports/", "/kpis/", "/kpis/quality_ratio/", "/flow/", "/search/", "/setup/",
]  # fmt: skip
QUERIES = [
    "page=0", "page=-1", f"page={HUGE}", "page=x", "page=%00", "sort=%00", "sort=-", "sort=site__code", "sort=password",
    "q=%00", "q=%ED%A0%80", "q=%FF%FE", f"q={LONG}", "q=%25%5C_", "export=exe", "export=", "export=csv&page=-1",
    "first=0001-01-01&last=0001-01-10", "first=9999-12-20&last=9999-12-31", "first=9000-01-01&last=9000-02-01",
    "first=%00&last=%00", "by=%00", "by=moon", "status=%00", f"status={HUGE}", "due_after=0001-01-01",
    "due_before=9999-12-31", "due_min=0001-01-01&due_max=9999-12-31", "machine=%00", "material=%00", f"person={HUGE}",
    "site=P2", "next=//evil.example", "view=%00", f"view={HUGE}", "filter=%00", "size=-5", f"limit={HUGE}",
]  # fmt: skip


@pytest.fixture
def page(owner: Any, site: Any) -> Client:
    """Alice, with one running order to look at."""
    make_material(site, "P-1")
    job = job_of(make_order(site, machine=make_machine(site)))
    give(job, "start", person=make_person(site))
    client = Client(raise_request_exception=False)
    client.force_login(owner, backend="mom.accounts.backends.PasswordBackend")
    return client


@pytest.mark.parametrize("path", PAGES)
def test_page_answers_any_query(page: Client, path: str) -> None:
    assert page.get(path).status_code == 200
    found = {query[:60]: page.get(f"{path}?{query}").status_code for query in QUERIES}
    assert {query: status for query, status in found.items() if status >= 500} == {}


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59", "1969-12-31T00:00", "2200-01-01T12:00"])
def test_order_refused_with_a_due_date_that_no_plant_has(page: Client, moment: str) -> None:
    form = {"code": "WO-7", "material": "P-1", "quantity": "1", "machine": "", "due_at": moment}
    assert page.post("/orders/new/", form).status_code in {200, 422}
    assert page.get("/orders/WO-7/").status_code == 404
    assert page.get("/orders/").status_code == 200


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800", LONG, " ", "../../etc", "=1+1", "a/b", "<b>", "%2e%2e"])
def test_order_form_answers_any_number(page: Client, text: str) -> None:
    form = {"code": text, "material": text, "quantity": text, "machine": text, "due_at": text}
    body = "&".join(f"{name}={quote(value, errors='surrogatepass')}" for name, value in form.items())
    answer = page.post("/orders/new/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code < 500


@pytest.mark.parametrize(
    "number", ["1e999999", "1e-999999", "NaN", "Infinity", "-0", "1e17", "0.0000001", HUGE, "１２"]
)
@pytest.mark.parametrize("path", ["/orders/new/", "/jobs/WO-1-10/report/"])
def test_quantity_answers_any_number(page: Client, path: str, number: str) -> None:
    form = {"op_uuid": str(uuid.uuid4()), "code": "WO-8", "material": "P-1", "quantity": number, "good": number}
    assert page.post(path, form).status_code < 500
    assert page.get("/orders/").status_code == 200
    assert page.get("/jobs/WO-1-10/").status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1969-12-31", "2200-01-01"])
def test_calendar_refuses_a_day_that_no_plant_has(page: Client, site: Any, day: str) -> None:
    with acting():
        calendar = WorkCalendar.objects.create(site=site, code="CAL", name="Calendar")
    form = {"name": "Holiday", "kind": "non_working", "first": day, "last": day, "priority": "0"}
    assert page.post("/setup/calendars/exception/add/CAL/", form).status_code in {200, 422}
    assert not calendar.entries.exists()


@pytest.mark.parametrize("moment", ["0001-01-01 00:00", "9999-12-31 23:59"])
def test_lot_refuses_a_moment_that_no_plant_has(page: Client, moment: str) -> None:
    form = {
        "code": "L-1", "definition": MaterialDefinition.objects.get().pk, "disposition": "unrestricted",
        "expires_at": moment,
    }  # fmt: skip
    answer = page.post("/setup/add/lots/", form)
    assert answer.status_code in {200, 422}
    assert "2199" in answer.content.decode()
    assert not MaterialLot.objects.exists()


@pytest.mark.parametrize("factor", ["1e9999999", "-1", "0", "1/0", "nan", HUGE, "9" * 18 + ".999999999", "１", LONG])
def test_unit_of_a_material_refuses_a_factor_that_is_none(page: Client, factor: str) -> None:
    answer = page.post("/setup/materials/unit/P-1/", {"code": "BOX", "factor": factor})
    assert answer.status_code in {200, 422}
    assert not MaterialUnit.objects.exists()
