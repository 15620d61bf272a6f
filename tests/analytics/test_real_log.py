"""A real machining company's log through the same services that users use: the data set's own totals, to the digit.

The small twin that never skips is `test_kpi_golden.py`.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path
from statistics import mean, median

import pytest

from analytics.engine.book import BOOK
from analytics.engine.kpi import Basis
from analytics.models import OrderFlow
from analytics.selectors.flow import breakdown_pareto, work_in_progress
from analytics.selectors.kpis import kpi_table
from analytics.selectors.slices import By, Window, data_window, parts_total
from analytics.services.rebuild import rebuild_next
from mom.core.actor import system_actor
from mom.core.tasks import drain_outbox
from mom.erp.services.attended import import_here
from mom.erp.services.import_run import NamedMapping
from tests.factories.accounts import make_site
from tests.shared_data import shared_data

MAPPING = Path("mom/erp/mappings/execution_log_4tu.yml")
WHOLE = Window(date(2012, 1, 2), date(2012, 3, 31))
BUSIEST = {
    "QUALITY-CHECK-1": "1936.9",
    "MACHINE-4": "1532.7",
    "MACHINE-5": "1415.0",
    "MACHINE-6": "1314.7",
    "MACHINE-2": "1093.7",
    "MACHINE-3": "1036.6",
    "MACHINE-10": "995.1",
}
BREAKDOWNS = {"MACHINE-8": 15, "MACHINE-5": 7, "MACHINE-6": 7, "MACHINE-9": 7, "MACHINE-4": 3, "MACHINE-3": 2}


def tenth(value: Decimal | None) -> str:
    """One decimal, as the data set's README prints."""
    assert value is not None
    return str(value.quantize(Decimal("0.1")))


@pytest.mark.django_db(transaction=True)
def test_figures_of_a_real_log_equal_the_totals_that_come_with_it() -> None:
    file = shared_data("production_log_4tu/Production_Data.csv")
    site = make_site("SHOP", time_zone="UTC")  # the README subtracts wall times, so the zone has no clock change here
    actor = system_actor("test")
    with file.open("rb") as stream:
        run = import_here(actor, site, stream, file_name=file.name, mapping=NamedMapping("4tu", MAPPING.read_text()))
    drain_outbox()
    while rebuild_next(actor):
        pass

    assert run.rows_applied == 4503
    assert data_window(site) == WHOLE
    parts = parts_total(site, WHOLE)
    assert (parts.counts.setup, parts.counts.production, parts.counts.breakdown) == (705, 3747, 51)
    figures = {name: BOOK[name].of(parts).value for name in BOOK if BOOK[name].basis == Basis.REPORTS}
    assert tenth(figures["load_setup"]) == "2393.4"
    assert tenth(figures["load_production"]) == "10527.6"
    assert tenth(figures["corrective_downtime"]) == "214.7"
    assert (figures["completed_quantity"], figures["scrap_quantity"], figures["review_quantity"]) == (91664, 593, 105)
    assert figures["orders_finished"] == 225

    load = {row.slice.key: tenth(row.value.value) for row in kpi_table(BOOK["load"], site, WHOLE, By.MACHINE).rows}
    assert {code: load[code] for code in BUSIEST} == BUSIEST
    assert len(load) == 27
    counts = {row.slice.key: row.count for row in breakdown_pareto(site, WHOLE)}
    assert {code: counts[code] for code in BREAKDOWNS} == BREAKDOWNS

    leads = [Decimal((flow.last_end - flow.first_start).total_seconds()) / 86400 for flow in OrderFlow.objects.all()]
    assert (tenth(median(leads)), tenth(mean(leads)), tenth(max(leads))) == ("13.9", "20.6", "87.5")
    assert tenth(figures["order_lead_time"]) == "20.6"
    assert {len(kpi_table(BOOK["load"], site, WHOLE, by).rows) for by in (By.PERSON, By.ORDER)} == {46, 225}
    assert [row.in_work for row in work_in_progress(site, WHOLE)][-1] == 0
