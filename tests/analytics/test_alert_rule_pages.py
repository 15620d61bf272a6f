"""Pages of alert rules: percent and minutes as people type them, what is missing told at its field."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from analytics.models import AlertRule, RuleStanding
from mom.core import clock
from tests.factories.alerts import make_team
from tests.factories.plant import make_equipment

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(owner: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(owner, backend="mom.accounts.backends.PasswordBackend")
    return client


def body(**more: Any) -> dict[str, Any]:
    return {"code": "DOWN", "name": "Down", "severity": "bad", "impact": "stopped", "is_active": "on", **more}


def test_rule_is_added_shown_and_changed(page: Client, site: Any) -> None:
    team, machine = make_team(site, "MAINT", name="Maintenance"), make_equipment(site, "CNC-04")
    sent = body(subject="state", state="down", minutes="10", team=team.pk, equipment=machine.pk)
    answer = page.post("/setup/alert-rules/add/", sent)
    assert (answer.status_code, answer["Location"]) == (302, "/setup/alert-rules/of/DOWN/")
    rule = AlertRule.objects.get()
    assert (rule.delay, rule.team, rule.equipment) == (timedelta(minutes=10), team, machine)
    shown = page.get("/setup/alert-rules/of/DOWN/").content.decode()
    assert "Down for longer than 10\u00a0min" in shown
    assert "Maintenance" in page.get("/setup/alert-rules/").content.decode()
    form = page.get("/setup/alert-rules/change/DOWN/").content.decode()
    assert 'value="10"' in form
    change = {**sent, "version": 1, "minutes": "5"}
    assert page.post("/setup/alert-rules/change/DOWN/", change).status_code == 302
    assert page.post("/setup/alert-rules/change/DOWN/", change).status_code == 412


def test_limit_of_a_figure_is_typed_in_percent(page: Client, site: Any) -> None:
    sent = body(code="OEE", subject="figure", figure="oee", threshold="83", dead_band="2", least_minutes="90")
    assert page.post("/setup/alert-rules/add/", sent).status_code == 302
    rule = AlertRule.objects.get()
    assert (rule.threshold, rule.dead_band, rule.least_minutes) == (Decimal("0.83"), Decimal("0.02"), 90)
    assert 'value="83"' in page.get("/setup/alert-rules/change/OEE/").content.decode()
    assert "83" in page.get("/setup/alert-rules/of/OEE/").content.decode()


def test_what_is_missing_is_told_at_its_field(page: Client, site: Any) -> None:
    answer = page.post("/setup/alert-rules/add/", body(subject="reading", side="above"))
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "Name the signal." in shown
    assert "Enter the limit." in shown


def test_page_of_a_rule_says_where_it_stands(page: Client, site: Any) -> None:
    page.post("/setup/alert-rules/add/", body(subject="state", state="down"))
    machine = make_equipment(site, "CNC-04")
    RuleStanding.objects.create(
        site=site, rule=AlertRule.objects.get(), equipment=machine, phase="raised", since=clock.now(),
        seen_at=clock.now(),
    )  # fmt: skip
    assert "CNC-04" in page.get("/setup/alert-rules/of/DOWN/").content.decode()
    assert "1 raised" in page.get("/setup/alert-rules/").content.decode()
