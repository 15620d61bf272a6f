"""The demo's day: what each step of the guide names stands there, and the chart caught the drift."""

import pytest

from mom.core import invariants
from quality.models import ControlChart, Inspection, Nonconformance, Sample
from tests.bench.database import Bench

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def demo(kept_demo: str, bench: Bench, transactional_db: None) -> None:
    bench.fresh(kept_demo)


def test_drift_of_the_bore_is_caught_and_what_was_made_since_is_held(demo: None) -> None:
    """35 samples; the 34th is the first that breaks rules 1 and 5 (3.03 deviations, 2 of 3 beyond 2)."""
    chart = ControlChart.objects.get(plan_code="CP-4410", equipment__code="CNC-03")
    found = dict(Sample.objects.filter(chart=chart).exclude(rules=[]).values_list("number", "rules"))
    ncr = Nonconformance.objects.get(chart=chart)

    assert chart.points == 35
    assert found == {34: [1, 5], 35: [1, 3, 5, 6]}
    assert sorted(ncr.lines.values_list("lot__code", flat=True)) == ["H-2604-241", "H-2604-242"]
    assert Nonconformance.objects.filter(status="contained").count() == 2
    assert Inspection.objects.filter(status="due", inspected_job__work_request__code="WO-24117").exists()
    assert list(invariants.violations()) == []
