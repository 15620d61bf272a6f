"""A draft made and changed on pages; an approved version is never changed, a new one is begun from it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import Conflict
from mom.core.testing import acting
from production.models import InstructionStep, OperationsDefinition, OperationsSegment
from production.services import operations_definition
from tests.factories.accounts import make_site, make_user
from tests.factories.work import make_machine, make_material, make_routing

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(owner: Any, site: Site) -> Client:
    make_material(site, "PUMP")
    make_material(site, "STATOR")
    make_machine(site, "AS-10")
    client = Client()
    client.force_login(owner, backend="mom.accounts.backends.PasswordBackend")
    return client


def send(page: Client, address: str, **fields: Any) -> str:
    """A form as it stands on its page, filled in; the page that follows."""
    assert page.get(address).status_code == 200, address
    answer = page.post(address, fields, follow=True)
    assert answer.redirect_chain, answer.content.decode()[-3000:]
    return answer.content.decode()


def begun(page: Client) -> str:
    return send(page, "/definitions/new/", code="PUMP", material="PUMP", batch_quantity="10", operation="Assemble",
                machine="AS-10", setup_duration="30", run_duration="4,5")  # fmt: skip


def test_a_definition_is_made_from_nothing_to_approval(page: Client) -> None:
    shown = begun(page)
    assert "10 Assemble" in shown
    assert "add-operation" in shown
    at = "/definitions/PUMP/1/"
    send(page, f"{at}add-operation/", name="Leak test", machine="")
    send(page, f"{at}operations/10/add-material/", material="STATOR", quantity="20", use="consumed", is_scaled="on")
    send(
        page, f"{at}operations/10/material/20/change/", material="STATOR", quantity="30", use="consumed", is_scaled="on"
    )
    send(page, f"{at}operations/20/add-step/", kind="number", title="Pressure", lower_limit="5.8", upper_limit="6.2",
         unit="BAR", out_of_limit="refuse", is_mandatory="on", choices="", text="", expected="")  # fmt: skip
    send(page, f"{at}operations/20/add-step/", kind="choice", title="Colour", choices="blue, grey", unit="",
         out_of_limit="refuse")  # fmt: skip
    send(page, f"{at}operations/20/step/20/change/", kind="choice", title="Colour", choices="blue, grey, red", unit="",
         out_of_limit="refuse")  # fmt: skip
    send(page, f"{at}change/", material="PUMP", name="Circulation pump", batch_quantity="10")
    send(page, f"{at}operations/20/change/", name="Leak test", sequence="30", machine="AS-10", run_duration="0.5")

    made = OperationsDefinition.objects.get()
    first, second = made.segments.order_by("sequence")
    assert (made.name, made.batch_quantity) == ("Circulation pump", 10)
    assert (first.setup_duration, first.run_duration) == (timedelta(minutes=30), timedelta(minutes=4.5))
    assert [(line.material.code, line.quantity) for line in first.materials.all()] == [("PUMP", 10), ("STATOR", 30)]
    assert (second.sequence, second.run_duration) == (30, timedelta(seconds=30))
    steps = [(step.title, step.kind, step.lower_limit, step.choices) for step in second.steps.all()]
    assert steps == [("Pressure", "number", Decimal("5.8"), []), ("Colour", "choice", None, ["blue", "grey", "red"])]

    shown = send(page, f"{at}approve/")
    assert "add-operation" not in shown
    assert "new-version" in shown
    assert page.post(f"{at}change/", {"material": "PUMP", "batch_quantity": "5"}).status_code == 409


def test_a_new_version_begins_as_the_last_one_and_there_is_one_draft(page: Client, actor: Actor, site: Site) -> None:
    begun(page)
    send(page, "/definitions/PUMP/1/operations/10/add-material/", material="STATOR", quantity="2", use="consumed",
         is_backflushed="on")  # fmt: skip
    send(page, "/definitions/PUMP/1/approve/")
    shown = send(page, "/definitions/PUMP/1/new-version/")
    made, stator = OperationsSegment.objects.get(operations_definition__number=2).materials.order_by("position")
    assert (made.is_backflushed, stator.is_backflushed, stator.is_scaled) == (False, True, False)
    assert "PUMP v2 is a draft" in shown
    one, two = OperationsDefinition.objects.order_by("number")
    assert (one.status, two.status) == ("approved", "draft")
    send(page, "/definitions/PUMP/2/operations/10/change/", name="Assemble twice", sequence="10")
    assert [segment.name for segment in OperationsSegment.objects.order_by("operations_definition__number")] == [
        "Assemble", "Assemble twice",
    ]  # fmt: skip
    with pytest.raises(Conflict) as told:
        operations_definition.new_version(actor, one.pk)
    assert told.value.code == "draft_there"


def test_what_is_wrong_stands_in_the_form(page: Client) -> None:
    begun(page)
    at = "/definitions/PUMP/1/"

    def told(address: str, **fields: Any) -> str:
        answer = page.post(f"{at}{address}", fields)
        assert answer.status_code == 422
        return answer.content.decode()

    assert "There is no material GOLD" in told(
        "operations/10/add-material/", material="GOLD", quantity="1", use="consumed"
    )
    assert "There is no machine NONE" in told("add-operation/", name="X", machine="NONE")
    assert "must rise" in told("add-operation/", name="X", sequence="10")
    assert "must make something" in told("operations/10/material/10/remove/")
    assert "at least two" in told("operations/10/add-step/", kind="choice", title="Colour", choices="blue", unit="",
                                  out_of_limit="refuse")  # fmt: skip
    assert "Only a number" in told("operations/10/add-step/", kind="check", title="Look", upper_limit="3", unit="",
                                   out_of_limit="refuse")  # fmt: skip
    assert page.get(f"{at}operations/99/change/").status_code == 404
    assert page.get(f"{at}operations/10/material/15/change/").status_code == 404


def test_what_is_taken_out_is_gone_from_the_draft_only(page: Client) -> None:
    begun(page)
    at = "/definitions/PUMP/1/"
    send(page, f"{at}add-operation/", name="Test")
    send(page, f"{at}operations/10/add-material/", material="STATOR", quantity="2", use="consumed")
    send(page, f"{at}operations/10/add-step/", kind="check", title="Look", unit="", out_of_limit="refuse")
    send(page, f"{at}operations/10/step/10/remove/")
    send(page, f"{at}operations/10/material/20/remove/")
    send(page, f"{at}operations/20/remove/")
    (left,) = OperationsSegment.objects.all()
    assert (left.name, left.materials.count(), InstructionStep.objects.count()) == ("Assemble", 1, 0)


def test_the_database_refuses_a_change_of_what_is_approved(site: Site, actor: Actor) -> None:
    approved = make_routing(site, "PUMP", operations=1, run=timedelta(minutes=1))
    for change in (
        lambda: OperationsSegment.objects.update(run_duration=timedelta(minutes=2)),
        lambda: approved.segments.get().steps.create(site=site, position=10, kind="check", title="Look"),
        lambda: approved.segments.get().materials.get().delete(),
    ):
        with pytest.raises(IntegrityError, match="not changed"), transaction.atomic(), acting():
            change()
    with pytest.raises(Conflict) as told:
        operations_definition.change(actor, approved.pk, lambda content: content)
    assert told.value.code == "not_a_draft"


def test_P33_who_may_only_look_changes_nothing_and_another_site_sees_nothing(page: Client, site: Site) -> None:
    begun(page)
    reader, stranger = Client(), Client()
    reader.force_login(
        make_user("rolf", site=site, permissions=["work.view"]), backend="mom.accounts.backends.PasswordBackend"
    )
    stranger.force_login(make_user("olaf", site=make_site("P2"), permissions=["*"]),
                         backend="mom.accounts.backends.PasswordBackend")  # fmt: skip
    shown = reader.get("/definitions/PUMP/1/").content.decode()
    assert "add-operation" not in shown
    for address in ("new/", "PUMP/1/change/", "PUMP/1/add-operation/", "PUMP/1/operations/10/remove/"):
        assert reader.post(f"/definitions/{address}").status_code == 403
    assert stranger.get("/definitions/PUMP/1/change/").status_code == 404


def test_the_api_rewrites_a_draft_and_begins_a_version(client_of: Any, owner: Any, site: Site) -> None:
    api, address = client_of(owner), "/api/v1/production/definitions/"
    make_material(site, "PUMP")
    step = {"kind": "number", "title": "Bore", "lower_limit": "24.9", "unit": "MMT"}
    operation = {"name": "Turn", "run_duration": "PT42S", "steps": [step],
                 "materials": [{"material": "PUMP", "use": "produced", "quantity": "1"}]}  # fmt: skip
    body = {"site": "P1", "code": "PUMP", "material": "PUMP", "batch_quantity": "1", "operations": [operation]}
    draft = api.send("post", address, body).json()
    sent = draft["operations"][0]
    assert (sent["run_duration"], sent["steps"][0]["lower_limit"]) == ("P0DT00H00M42S", "24.900000")
    again = api.send("post", f"{address}{draft['id']}/rewrite/", body | {"batch_quantity": "5"})
    assert (again.status_code, again.json()["batch_quantity"], again.json()["version"]) == (200, "5.000000", 1)
    api.send("post", f"{address}{draft['id']}/approve/", None)
    assert api.send("post", f"{address}{draft['id']}/rewrite/", body).status_code == 409
    new = api.send("post", f"{address}{draft['id']}/new-version/", None)
    assert (new.status_code, new.json()["version"], new.json()["operations"][0]["steps"][0]["title"]) == (
        201,
        2,
        "Bore",
    )
    wrong = api.send("post", address, body | {"operations": [operation | {"steps": [step | {"unit": "XXX"}]}]})
    assert (wrong.status_code, list(wrong.json()["fields"])) == (422, ["unit"])
