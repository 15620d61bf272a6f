"""Log work: a machine, an order number planned or not, good and scrap, stops; what each person may."""

import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from mom.core.actor import Actor
from mom.core.errors import InvalidInput, NotAllowed
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import MaterialDefinition
from mom.work.models import JobOrder, JobResponse, OutputTotal, WorkRequest
from production.models import ProductionRequest
from production.services import unplanned
from tests.factories.accounts import make_user
from tests.factories.plant import make_reason
from tests.factories.work import job_of, make_machine, make_material, make_order

pytestmark = pytest.mark.django_db
RIGHTS = ("work.view", "work.execute_job_order", "work.execute_unplanned_order", "plant.view", "analytics.view")


def start(actor: Actor, site: Any, machine: Any, code: str, **more: Any) -> JobOrder:
    wanted = unplanned.Wanted(code, more.pop("product", ""), more.pop("quantity", None), more.pop("unit", "C62"))
    return unplanned.start(actor, site, machine, wanted, op_uuid=more.pop("key", uuid.uuid4()))


def test_order_nobody_planned_is_made_and_started(site: Any, actor: Actor) -> None:
    job = start(actor, site, make_machine(site), "ON-PAPER", product="Shaft 20", quantity=Decimal(50))

    assert (job.status, job.work_request.code) == ("running", "ON-PAPER")
    request = ProductionRequest.objects.get()
    assert (request.quantity, request.definition.code, request.definition.name) == (50, "SHAFT-20", "Shaft 20")
    assert JobResponse.objects.get().work_kind == "production"


def test_P01_order_started_twice_with_one_key_is_one_order(site: Any, actor: Actor) -> None:
    machine, key = make_machine(site), uuid.uuid4()
    for _time in range(2):
        start(actor, site, machine, "ON-PAPER", product="Shaft", quantity=Decimal(5), key=key)
    assert (WorkRequest.objects.count(), JobResponse.objects.count()) == (1, 1)


def test_product_of_that_name_or_code_is_taken(site: Any, actor: Actor) -> None:
    known = make_material(site, "P-1", name="Pump shaft")
    start(actor, site, make_machine(site, "A"), "W1", product="pump SHAFT", quantity=Decimal(1))
    start(actor, site, make_machine(site, "B"), "W2", product="p-1", quantity=Decimal(1))
    assert list(MaterialDefinition.objects.all()) == [known]


def test_planned_order_starts_at_its_machine_and_one_without_gets_this_one(site: Any, actor: Actor) -> None:
    machine, other = make_machine(site, "A"), make_machine(site, "B")
    here, free, there = (make_order(site, code, machine=at) for code, at in (("1", machine), ("2", None), ("3", other)))
    assert start(actor, site, machine, "1").pk == job_of(here).pk
    assert start(actor, site, machine, "2").equipment == machine
    assert job_of(free).status == "running"
    with pytest.raises(InvalidInput) as refused:
        start(actor, site, machine, "3")
    assert "code" in refused.value.fields
    assert job_of(there).status == "ready"


def test_new_number_asks_what_and_how_many(site: Any, actor: Actor) -> None:
    with pytest.raises(InvalidInput) as refused:
        start(actor, site, make_machine(site), "ON-PAPER")
    assert set(refused.value.fields) == {"product", "quantity"}
    assert not WorkRequest.objects.exists()


def test_new_number_takes_the_right_to_it(site: Any, make_actor: Any) -> None:
    only_planned = make_actor("work.execute_job_order")
    machine = make_machine(site)
    with pytest.raises(NotAllowed):
        start(only_planned, site, machine, "ON-PAPER", product="Shaft", quantity=Decimal(5))
    make_order(site, "PLANNED", machine=machine)
    assert start(only_planned, site, machine, "PLANNED").status == "running"


def client_of_user(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


def test_operator_logs_good_scrap_and_a_stop_by_the_page_alone(site: Any) -> None:
    machine = make_machine(site)
    scrap, tool = make_reason(site, "BURR", kind=ReasonKind.SCRAP), make_reason(site, "TOOL")
    client = client_of_user(make_user("ola", site=site, permissions=RIGHTS))
    page = f"/log-work/{machine.code}/"
    assert "No job" in client.get(page).content.decode()

    typed = {"op_uuid": str(uuid.uuid4()), "next": page, "code": "77", "product": "Shaft", "quantity": "10", "unit": ""}
    assert client.post(f"{page}start/", typed)["Location"] == page
    job = JobOrder.objects.get()
    shown = client.get(page).content.decode()
    for words in ("Log good", "Log scrap", "Stop", "Set up", scrap.name, tool.name):
        assert words in shown

    def send(address: str, **fields: Any) -> None:
        answer = client.post(address, {"op_uuid": str(uuid.uuid4()), "next": page, **fields})
        assert answer.status_code == 302, answer.content.decode()[-2000:]

    send(f"/jobs/{job.code}/report/", good="8")
    send(f"/jobs/{job.code}/report/", scrap="1", reason=scrap.pk)
    send(f"/jobs/{job.code}/begin-setup/")
    send(f"/jobs/{job.code}/begin-production/")
    send(f"/stops/at/{machine.code}/", reason="")
    assert "Stopped, reason not given yet" in client.get(page).content.decode()
    stop = JobResponse.objects.get(is_stop=True)
    send(f"/stops/{stop.pk}/reason/", reason=tool.pk)
    again = JobResponse.objects.get(is_stop=True, ended_at=None)
    assert tool.name in client.get("/").content.decode()  # the overview says why it stands
    send(f"/stops/{again.pk}/end/")
    undo = re.findall(r'action="(/jobs/[^"]+/undo/)"', client.get(page).content.decode())
    send(undo[0])

    total = OutputTotal.objects.get()
    assert (total.good, total.scrap) == (8, 0)
    kinds = list(
        JobResponse.objects.filter(reverses=None, reversal=None).order_by("id").values_list("work_kind", flat=True)
    )
    assert kinds == ["production", "setup", "production", "breakdown", "production"]


def test_page_is_for_who_executes_jobs_at_this_site(site: Any, other_site: Any) -> None:
    machine = make_machine(site)
    looker = client_of_user(make_user("lena", site=site, permissions=("work.view", "plant.view")))
    outsider = client_of_user(make_user("otto", site=other_site, permissions=RIGHTS))
    for path in ("/log-work/", f"/log-work/{machine.code}/"):
        assert looker.get(path).status_code == 403
    assert outsider.get(f"/log-work/{machine.code}/").status_code == 404
    assert outsider.post(f"/stops/at/{machine.code}/", {"op_uuid": str(uuid.uuid4())}).status_code == 404
    assert not JobResponse.objects.exists()


def test_stop_api_begins_explains_and_ends(site: Any, client_of: Any) -> None:
    machine, reason = make_machine(site), make_reason(site, "TOOL")
    api = client_of(make_user("ida", site=site, permissions=RIGHTS))
    body = {"op_uuid": str(uuid.uuid4()), "site": site.code, "machine": machine.code}

    made = api.send("post", "/api/v1/work/stops/", body)
    assert made.status_code == 201, made.json()
    assert (made.status_code, made.json()["reason"], made.json()["ended_at"]) == (201, None, None)
    assert api.send("post", "/api/v1/work/stops/", body).json()["id"] == made.json()["id"]
    told = {"op_uuid": str(uuid.uuid4()), "reason": reason.code}
    answer = api.send("post", f"/api/v1/work/stops/{made.json()['id']}/explain/", told)
    explained = answer.json()
    assert answer.status_code == 200, explained
    assert explained["reason"] == "TOOL"
    assert api.send("post", f"/api/v1/work/stops/{explained['id']}/end/", {}).json()["ended_at"] is not None
    assert api.send("post", "/api/v1/work/stops/", {**body, "machine": "NONE"}).status_code == 422
