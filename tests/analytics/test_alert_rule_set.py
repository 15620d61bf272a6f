"""Alert rules set and changed: what they lack, who may, what they keep, and half a rule that the database refuses."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError

from analytics.models import AlertRule
from analytics.services import alert_rule as rules
from mom.core import clock
from mom.core.actor import Actor
from mom.core.errors import InvalidInput, NotAllowed, Stale
from mom.core.models import AuditEntry
from mom.core.testing import acting
from tests.bench.people import actor_with
from tests.factories.plant import make_equipment, make_reason

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_what_a_rule_lacks_is_told_at_its_field(site: Any, actor: Actor) -> None:
    for values, field in (
        ({"subject": "state"}, "state"),
        ({"subject": "reading", "side": "above", "threshold": Decimal(1)}, "signal"),
        ({"subject": "reading", "signal": "t", "side": "above"}, "threshold"),
        ({"subject": "figure"}, "figure"),
        ({"subject": "figure", "figure": "uncoded"}, "threshold"),
        ({"subject": "state", "state": "down", "delay": timedelta(days=2)}, "delay"),
        ({"subject": "state", "state": "down", "valid_until": clock.now() - timedelta(days=9)}, "valid_until"),
        ({"subject": "other"}, "subject"),
    ):
        with pytest.raises(InvalidInput) as refused:
            rules.rule_add(actor, site, code="X", **values)
        assert field in refused.value.fields, values


def test_rule_is_changed_from_its_version_and_only_by_who_may(site: Any, other_site: Any, actor: Actor) -> None:
    rule = rules.rule_add(actor, site, code="STOP", subject="state", state="down")
    assert rules.rule_change(actor, rule.pk, version=1, delay=5 * MINUTE).version == 2
    with pytest.raises(Stale):
        rules.rule_change(actor, rule.pk, version=1, delay=6 * MINUTE)
    with pytest.raises(InvalidInput):
        rules.rule_add(actor, site, code="STOP", subject="state", state="down")
    with pytest.raises(InvalidInput):
        rules.rule_change(actor, rule.pk, equipment=make_equipment(other_site))
    looker = actor_with("analytics.view", site=site.code)
    with pytest.raises(NotAllowed):
        rules.rule_change(looker, rule.pk, delay=MINUTE)


def test_rule_that_watches_something_else_keeps_nothing_of_what_it_watched(site: Any, actor: Actor) -> None:
    rule = rules.rule_add(actor, site, code="R", subject="state", state="down", reason=make_reason(site, "MATERIAL"))
    rules.rule_change(actor, rule.pk, subject="figure", figure="oee")
    rule.refresh_from_db()
    assert (rule.subject, rule.state, rule.reason, rule.figure) == ("figure", "", None, "oee")
    entry = AuditEntry.objects.filter(action="analytics.alert_rule_changed").get()
    assert (entry.before["reason"], entry.after["reason"], entry.after["state"]) == ("MATERIAL", None, "")
    limit: dict[str, Any] = {"signal": "t", "side": "above", "threshold": Decimal(80), "dead_band": Decimal(5)}
    rules.rule_change(actor, rule.pk, subject="reading", **limit)
    found = rules.rule_change(actor, rule.pk, subject="state", state="idle")
    rule.refresh_from_db()
    assert (rule.signal, rule.side, rule.figure, rule.threshold, rule.dead_band) == ("", "", "", None, Decimal(0))
    assert rules.rule_change(actor, rule.pk, signal="t").version == found.version


@pytest.mark.parametrize(
    "values",
    [{"state": ""}, {"dead_band": Decimal(-1)}, {"signal": "t"}, {"severity": "loud"}],
    ids=lambda values: next(iter(values)),
)
def test_half_a_rule_is_refused_by_the_database(site: Any, values: dict[str, Any]) -> None:
    with acting() as act:
        rule = rules.add(act, site, code="R1", subject="state", state="down")
    with pytest.raises(IntegrityError), acting():
        AlertRule.objects.filter(pk=rule.pk).update(**values)
