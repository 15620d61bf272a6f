"""Targets: one at a time, the nearest one holds, set and ended by who may, in pages and API."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from analytics.engine.book import BOOK
from analytics.engine.kpi import KpiValue
from analytics.engine.targets import TargetLine, TargetPeriod, nearest
from analytics.models import KpiTarget
from analytics.selectors.targets import target_for, targets_at
from analytics.services.target import NewTarget, target_end, target_set
from analytics.views.kpi import is_off_target
from mom.accounts.models import Site, User
from mom.accounts.selectors import actor_for_user
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotAllowed
from mom.core.models import AuditEntry, RowVersion
from mom.core.testing import acting
from mom.plant.engine.terms import EquipmentLevel
from mom.plant.models import MaterialDefinition
from tests.factories.plant import make_equipment
from tests.factories.targets import make_target

T0 = datetime(2026, 4, 1, tzinfo=UTC)
DAY = timedelta(days=1)
BACKEND = "mom.accounts.backends.PasswordBackend"


@pytest.fixture
def actor(owner: User) -> Actor:
    """Who may set targets."""
    return actor_for_user(owner)


def post(client: Client, address: str, body: dict[str, Any]) -> Any:
    """A keyed POST of a program."""
    keyed = {"Idempotency-Key": str(uuid.uuid4())}
    return client.post(address, body, content_type="application/json", headers=keyed)


def line(key: int, equipment: int | None = None, definition: int | None = None, period: str = "any") -> TargetLine:
    return TargetLine(key, "oee_index", Decimal(key), TargetPeriod(period), equipment, definition)


def test_nearest_is_the_material_then_the_machine_up_the_tree_then_the_site() -> None:
    lines = [line(1), line(2, equipment=30), line(3, equipment=20), line(4, equipment=10), line(5, definition=7)]

    def at(chain: list[int], definition: int | None = None) -> int:
        found = nearest(lines, "oee_index", chain, definition)
        return found.id if found else 0

    assert at([10, 20, 30]) == 4
    assert at([11, 20, 30]) == 3
    assert at([12, 21, 30]) == 2
    assert at([99]) == 1
    assert at([10, 20, 30], definition=7) == 5
    assert nearest(lines, "availability", [10]) is None


def test_nearest_of_one_place_is_that_of_the_very_stretch() -> None:
    lines = [line(1), line(2, period="day"), line(3, equipment=10)]
    assert nearest(lines, "oee_index", [], None, TargetPeriod.DAY) == lines[1]
    assert nearest(lines, "oee_index", [], None, TargetPeriod.WEEK) == lines[0]
    assert nearest(lines, "oee_index", [10], None, TargetPeriod.DAY) == lines[2]  # the place goes before the stretch


@given(st.permutations([line(1), line(2, equipment=30), line(3, equipment=20), line(5, definition=7)]))
def test_nearest_does_not_depend_on_the_order(lines: list[TargetLine]) -> None:
    found = nearest(lines, "oee_index", [20, 30])
    assert found is not None
    assert found.id == 3


def test_target_of_an_area_holds_for_its_machines(site: Site) -> None:
    area = make_equipment(site, "HALL", level=EquipmentLevel.AREA)
    machine, other = make_equipment(site, "M1", parent=area), make_equipment(site, "M2")
    make_target(site, equipment=None, value=Decimal("0.60"))
    make_target(site, equipment=area, value=Decimal("0.75"))
    at = T0 + DAY
    near, far = target_for(site, "oee_index", at, machine.pk), target_for(site, "oee_index", at, other.pk)
    assert (near and near.value, far and far.value) == (Decimal("0.75"), Decimal("0.60"))
    assert target_for(site, "oee_index", datetime(2019, 1, 1, tzinfo=UTC), machine.pk) is None


def test_two_targets_at_one_time_are_refused_by_the_database(site: Site) -> None:
    make_target(site, equipment=None, valid_from=T0)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_target(site, equipment=None, valid_from=T0 + DAY)
    make_target(site, equipment=None, valid_from=T0 + DAY, period="day")


def test_value_of_a_target_is_never_rewritten(site: Site) -> None:
    target = make_target(site)
    with acting(), pytest.raises(DatabaseError), transaction.atomic():
        KpiTarget.objects.filter(pk=target.pk).update(value=Decimal("0.99"))
    with acting(), pytest.raises(DatabaseError), transaction.atomic():
        KpiTarget.objects.filter(pk=target.pk).delete()


@pytest.mark.django_db(transaction=True)
def test_target_set_ends_the_one_before_and_leaves_its_history(site: Site, actor: Actor) -> None:
    first = target_set(actor, site, NewTarget("oee_index", Decimal("0.7"), T0))
    second = target_set(actor, site, NewTarget("oee_index", Decimal("0.8"), T0 + 10 * DAY))
    between = target_set(actor, site, NewTarget("oee_index", Decimal("0.75"), T0 + 5 * DAY))
    first.refresh_from_db()
    assert (first.valid_until, between.valid_until, second.valid_until) == (T0 + 5 * DAY, T0 + 10 * DAY, None)
    found = [targets_at(site, T0 + n * DAY).of("oee_index") for n in (1, 6, 11)]
    assert [each.value if each else None for each in found] == [Decimal("0.7"), Decimal("0.75"), Decimal("0.8")]
    assert target_set(actor, site, NewTarget("oee_index", Decimal("0.8"), T0 + 11 * DAY)) == second
    assert AuditEntry.objects.filter(action="analytics.target_set").count() == 3
    assert RowVersion.objects.filter(table_name="analytics_kpitarget", row_id=first.pk).count() == 3
    target_end(actor, second.pk, at=T0 + 20 * DAY)
    with pytest.raises(Conflict):
        target_end(actor, second.pk, at=T0 + 21 * DAY)
    assert target_for(site, "oee_index", T0 + 20 * DAY) is None


@pytest.mark.django_db(transaction=True)
def test_target_of_the_same_value_goes_on_where_the_present_one_was_to_end(site: Site, actor: Actor) -> None:
    new = NewTarget("oee_index", Decimal("0.7"), T0 + 5 * DAY)
    first = target_set(actor, site, NewTarget("oee_index", Decimal("0.7"), T0))
    target_end(actor, first.pk, at=T0 + 10 * DAY)
    second = target_set(actor, site, new)
    first.refresh_from_db()
    assert (first.valid_until, second.valid_from, second.valid_until) == (T0 + 5 * DAY, T0 + 5 * DAY, None)
    found = target_for(site, "oee_index", T0 + 30 * DAY)
    assert found is not None
    assert found.value == Decimal("0.7")
    assert target_set(actor, site, new) == second, "said again it changes nothing"


@pytest.mark.django_db(transaction=True)
def test_target_of_the_same_value_fills_the_hole_before_the_next_one(site: Site, actor: Actor) -> None:
    first = target_set(actor, site, NewTarget("oee_index", Decimal("0.7"), T0))
    target_end(actor, first.pk, at=T0 + 10 * DAY)
    target_set(actor, site, NewTarget("oee_index", Decimal("0.8"), T0 + 20 * DAY))
    filled = target_set(actor, site, NewTarget("oee_index", Decimal("0.7"), T0 + 5 * DAY))
    assert (filled.valid_from, filled.valid_until) == (T0 + 5 * DAY, T0 + 20 * DAY)
    with pytest.raises(InvalidInput) as refusal:
        target_set(actor, site, NewTarget("oee_index", Decimal("0.6"), T0))
    assert refusal.value.code == "target_overlaps"


@pytest.mark.django_db(transaction=True)
def test_target_of_the_same_value_and_instant_that_was_given_an_end_is_a_conflict(site: Site, actor: Actor) -> None:
    new = NewTarget("oee_index", Decimal("0.7"), T0)
    target_end(actor, target_set(actor, site, new).pk, at=T0 + 10 * DAY)
    with pytest.raises(InvalidInput) as refusal:
        target_set(actor, site, new)
    assert refusal.value.code == "target_overlaps"


@pytest.mark.django_db(transaction=True)
def test_target_is_refused_for_what_is_not_computed_or_elsewhere(site: Site, other_site: Site, actor: Actor) -> None:
    with acting():
        foreign = MaterialDefinition.objects.create(site=other_site, code="X", unit="C62")
    for new, field in (
        (NewTarget("no_such", Decimal(1), T0), "kpi"),
        (NewTarget("other_loss_ratio", Decimal(1), T0), "kpi"),
        (NewTarget("oee_index", Decimal(1), T0, definition=foreign), "definition"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            target_set(actor, site, new)
        assert field in refusal.value.fields


@pytest.mark.django_db(transaction=True)
def test_target_is_set_by_who_may(site: Site, colleague: User) -> None:
    with pytest.raises(NotAllowed):
        target_set(actor_for_user(colleague), site, NewTarget("oee_index", Decimal("0.7"), T0))


@pytest.mark.django_db(transaction=True)
def test_target_is_typed_in_percent_and_marks_the_figure(client: Client, owner: User, site: Site) -> None:
    client.force_login(owner, backend=BACKEND)
    answer = client.post(
        "/kpis/targets/add/", {"kpi": "oee_index", "value": "85", "valid_from": "2026-04-01", "period": "any"}
    )
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    target = KpiTarget.objects.get()
    assert target.value == Decimal("0.85")
    page = client.get("/kpis/targets/").content.decode()
    assert "85.0\xa0%" in page
    assert client.post(f"/kpis/targets/{target.pk}/end/", {"at": "", "reason": "New year"}).status_code == 302
    target.refresh_from_db()
    assert target.valid_until is not None


def test_target_in_the_api_is_set_listed_and_ended(site: Site, owner: User) -> None:
    make_equipment(site, "M1")
    api = Client(raise_request_exception=False)
    api.force_login(owner, backend=BACKEND)
    body = {"site": site.code, "kpi": "oee_index", "machine": "M1", "value": "0.85", "valid_from": T0.isoformat()}
    answer = post(api, "/api/v1/kpi-targets/", body)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["machine"], made["material"], made["period"]) == ("M1", "", "any")
    found = api.get("/api/v1/kpi-targets/", {"machine": "M1", "at": (T0 + DAY).isoformat()}).json()["results"]
    assert [row["id"] for row in found] == [made["id"]]
    assert post(api, "/api/v1/kpi-targets/", {**body, "machine": "NONE"}).status_code == 422
    ended = post(api, f"/api/v1/kpi-targets/{made['id']}/end/", {"at": (T0 + DAY).isoformat()})
    assert ended.json()["valid_until"] is not None


def test_off_target_depends_on_which_way_is_better() -> None:
    def is_off(kpi: str, value: str, target: str) -> bool:
        held = TargetLine(1, kpi, Decimal(target), TargetPeriod.ANY, None, None)
        return is_off_target(BOOK[kpi], KpiValue(Decimal(value), "P1"), held)

    assert is_off("oee_index", "0.7", "0.8")
    assert not is_off("oee_index", "0.9", "0.8")
    assert is_off("scrap_ratio", "0.05", "0.02")
    assert not is_off_target(BOOK["oee_index"], KpiValue(None, "P1"), None)
