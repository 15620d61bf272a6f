"""From a signal on a chart to the release: held lots, an NCR, a signed decision, rework, all usable again."""

from decimal import Decimal
from typing import Any

import pytest

from inventory.models import StockBalance
from mom.accounts.selectors import actor_for_user
from mom.core import invariants, relay
from mom.core.errors import Conflict
from mom.core.models import AuditEntry
from mom.plant.models import MaterialLot
from mom.work.models import JobOrder
from quality.models import Inspection, Nonconformance
from quality.services import nonconformance
from tests.factories.quality import Floor, bore, burr
from tests.quality.signing import decide, make_decider

pytestmark = pytest.mark.django_db(transaction=True)


def disposition_of(code: str) -> str:
    return MaterialLot.objects.get(code=code).disposition


def test_signal_hold_ncr_rework_release(site: Any) -> None:
    # The plan asks for the bore every fifty pieces; the first run gave the limits.
    floor = Floor(site, bore(every_pieces=50, is_blocking=True), burr(is_first_off=True))
    eva = make_decider(site)
    relay.drain(10)
    first_off = Inspection.objects.get(cause="first_off")
    floor.measure(code="2", inspection=first_off)
    floor.steady()

    # Fifty pieces come off in two lots; the inspection comes due by itself.
    floor.produce("L-1", 30)
    floor.produce("L-2", 20)
    floor.report(50)
    relay.drain(10)
    due = Inspection.objects.get(cause="pieces")
    assert due.job_order.status == "ready"

    # The bore has drifted: within its tolerance, beyond its control limit.
    sample = floor.measure("10.3", "10.4", "10.4", inspection=due)
    due.refresh_from_db()
    assert (due.status, sample.rules, sample.out_of_limits) == ("passed", [1], 0)
    ncr = Nonconformance.objects.get()
    assert [disposition_of(code) for code in ("L-1", "L-2")] == ["restricted", "restricted"]

    # Nobody starts the next order on it before somebody has decided.
    other = floor.order("WO-2")
    with pytest.raises(Conflict, match=ncr.code):
        floor.give(other, "start")

    # Eva signs: the first lot is reworked, of the second five are scrapped and the others are used as they are.
    lots = {line.lot.code: line for line in ncr.lines.select_related("lot", "nonconformance") if line.lot}
    rework = decide(eva, lots["L-1"], "rework").rework_job
    decide(eva, lots["L-2"], "scrap", 5)
    decide(eva, lots["L-2"], "use_as_is", 15)
    assert [disposition_of(code) for code in ("L-1", "L-2")] == ["restricted", "unrestricted"]
    assert StockBalance.objects.get(lot__code="L-2").quantity == Decimal(15)
    assert floor.give(other, "start").status == "running"

    # The rework is done, Eva closes, and the first lot may be used again.
    assert rework is not None
    floor.give(JobOrder.objects.get(pk=rework.pk), "start", "finish")
    nonconformance.close(actor_for_user(eva), ncr.pk, "Bored again and measured")
    assert disposition_of("L-1") == "unrestricted"
    relay.drain(10)

    told = [entry.action for entry in AuditEntry.objects.filter(subject_label=ncr.code).order_by("id")]
    assert [each for each in told if each.startswith("quality.")] == [
        "quality.nonconformance_opened", "quality.nonconformance_contain", "quality.nonconformance_contained",
        "quality.disposition_decided", "quality.disposition_decided", "quality.disposition_decided",
        "quality.nonconformance_dispose", "quality.nonconformance_close",
    ]  # fmt: skip
    assert list(invariants.violations()) == []
