"""What time without an order counts as: one rule at a time, set by who may, and printed with the figures."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from analytics.models import Reckoning, Redefinition
from analytics.selectors.reckoning import being_made_again, without_order_at, without_order_in
from analytics.services.reckoning import reckoning_set
from mom.accounts.models import Site, User
from mom.accounts.selectors import actor_for_user
from mom.core.actor import Actor
from mom.core.errors import InvalidInput, NotAllowed
from mom.core.models import AuditEntry
from tests.factories.accounts import make_site, make_user

T0 = datetime(2026, 4, 1, tzinfo=UTC)
DAY = timedelta(days=1)
BACKEND = "mom.accounts.backends.PasswordBackend"
pytestmark = pytest.mark.django_db


@pytest.fixture
def actor(owner: User) -> Actor:
    """Who may set rules."""
    return actor_for_user(owner)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def spans(site: Site) -> list[tuple[str, datetime, datetime | None]]:
    rows = Reckoning.objects.filter(site=site).order_by("valid_from")
    return list(rows.values_list("without_order", "valid_from", "valid_until"))


def test_new_rule_ends_the_one_before_and_ends_where_the_next_begins(actor: Actor, site: Site) -> None:
    reckoning_set(actor, site, "lost", T0)
    reckoning_set(actor, site, "planned_stop", T0 + 2 * DAY)
    reckoning_set(actor, site, "planned_stop", T0 + DAY)
    assert spans(site) == [
        ("lost", T0, T0 + DAY),
        ("planned_stop", T0 + DAY, T0 + 2 * DAY),
        ("planned_stop", T0 + 2 * DAY, None),
    ]
    assert AuditEntry.objects.filter(action="analytics.reckoning_set").count() == 3
    assert Redefinition.objects.filter(table_name="analytics_reckoning").exists()


def test_same_rule_again_changes_nothing(actor: Actor, site: Site) -> None:
    first = reckoning_set(actor, site, "lost", T0)
    assert reckoning_set(actor, site, "lost", T0 + DAY) == first
    assert spans(site) == [("lost", T0, None)]


def test_rule_is_refused_that_begins_with_another_or_says_nothing_known(actor: Actor, site: Site) -> None:
    reckoning_set(actor, site, "lost", T0)
    with pytest.raises(InvalidInput) as found:
        reckoning_set(actor, site, "planned_stop", T0)
    assert found.value.code == "rule_overlaps"
    with pytest.raises(InvalidInput):
        reckoning_set(actor, site, "running", T0 + DAY)
    with pytest.raises(InvalidInput):
        reckoning_set(actor, site, "lost", datetime(1500, 1, 1, tzinfo=UTC))
    assert spans(site) == [("lost", T0, None)]


def test_who_sees_figures_may_not_change_the_rule(site: Site) -> None:
    viewer = make_user("viewer", site=site, permissions=["analytics.view"])
    with pytest.raises(NotAllowed):
        reckoning_set(actor_for_user(viewer), site, "lost", T0)
    assert client_of(viewer).get("/kpis/without-order/add/").status_code == 403
    assert b"Change the rule" not in client_of(viewer).get("/kpis/without-order/").content


def test_rule_of_a_stretch_is_told_in_the_order_of_time(actor: Actor, site: Site) -> None:
    rule = reckoning_set(actor, site, "lost", T0)
    Reckoning.objects.filter(pk=rule.pk).update(valid_until=T0 + DAY)
    assert without_order_in(site, T0 - DAY, T0) == ["planned_stop"]
    assert without_order_in(site, T0, T0 + DAY) == ["lost"]
    assert without_order_in(site, T0 - DAY, T0 + 2 * DAY) == ["planned_stop", "lost", "planned_stop"]
    assert [without_order_at(site, T0 + each) for each in (-DAY, timedelta(0), DAY)] == [
        "planned_stop", "lost", "planned_stop",
    ]  # fmt: skip


def test_only_a_change_of_the_sites_own_rules_is_said_to_wait(actor: Actor, site: Site) -> None:
    other = make_site("OTHER")
    other_table = Redefinition.objects.create(version_id=0, table_name="plant_shift", recorded_at=T0)
    assert being_made_again(site) is None
    reckoning_set(actor, site, "lost", T0)
    assert being_made_again(other) is None
    waiting = being_made_again(site)
    assert waiting is not None
    assert waiting != other_table


def test_page_sets_the_rule_from_the_plants_midnight_and_says_what_is_made_again(owner: User, site: Site) -> None:
    client = client_of(owner)
    assert "It counts as planned stop" in client.get("/kpis/without-order/").content.decode()
    answer = client.post("/kpis/without-order/add/", {"without_order": "lost", "valid_from": "2026-04-01"})
    assert answer.status_code == 302, answer.content
    row = Reckoning.objects.get(site=site)
    assert (row.without_order, row.valid_from.astimezone(site.zone).isoformat()[:16]) == ("lost", "2026-04-01T00:00")
    assert "waits for its turn" in client.get("/kpis/without-order/").content.decode()
    Redefinition.objects.update(reached=T0)
    assert "done back to" in client.get("/kpis/without-order/").content.decode()
    far = client.post("/kpis/without-order/add/", {"without_order": "lost", "valid_from": "0900-04-01"})
    assert far.status_code == 422
    assert "Give a year from 1970 to 2199." in far.content.decode()


def test_api_lists_and_sets_rules(owner: User, site: Site) -> None:
    client = client_of(owner)
    body: dict[str, Any] = {"site": site.code, "without_order": "lost", "valid_from": "2026-04-01T00:00:00Z"}
    keyed = {"Idempotency-Key": str(uuid.uuid4())}
    made = client.post("/api/v1/analytics/reckonings/", body, content_type="application/json", headers=keyed)
    assert made.status_code == 201, made.content
    listed = client.get("/api/v1/analytics/reckonings/?at=2026-05-01T00:00:00Z").json()["results"]
    assert [(each["without_order"], each["valid_until"]) for each in listed] == [("lost", None)]
    assert client.get("/api/v1/analytics/reckonings/?at=2026-03-01T00:00:00Z").json()["results"] == []
