"""What was not right in the last 30 days: worked by hand, each piece counted once and no two units added."""

import uuid
from decimal import Decimal

import pytest

from mom.accounts.models import Site
from mom.core import clock
from mom.core.testing import acting
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import Reason
from mom.work.engine.terms import QuantityKind
from mom.work.models import JobOrder, QuantityReport
from mom.work.services import quantity_report
from mom.work.services.quantity_report import Reported
from quality.engine.defects import Defect, Ranked, ranked
from quality.models import Disposition, Nonconformance
from quality.selectors.defects import By, defects
from quality.selectors.nonconformance_board import WINDOW
from quality.views.nonconformance_board import drawn
from tests.factories.plant import make_reason
from tests.factories.quality import BOSS, Floor, make_nonconformance
from tests.factories.signatures import make_signature

pytestmark = pytest.mark.django_db


def told(floor: Floor, quantity: int, reason: Reason | None = None, kind: str = "scrap") -> QuantityReport:
    """Pieces of the floor's job."""
    line = Reported(QuantityKind(kind), Decimal(quantity), reason=reason)
    return quantity_report.report(BOSS, floor.job.pk, [line], op_uuid=uuid.uuid4())[0]


def decided(ncr: Nonconformance, kind: str, quantity: int, job: JobOrder | None = None) -> None:
    """A part of an NCR's only line, decided."""
    line = ncr.lines.get()
    with acting() as act:
        Disposition.objects.create(
            site=ncr.site, nonconformance=ncr, line=line, kind=kind, quantity=Decimal(quantity), unit=line.unit,
            reason="Seen", signature=make_signature(ncr.site), decided_by="Eva", decided_at=act.now, rework_job=job,
        )  # fmt: skip


def last_days(site: Site, by: By = By.TYPE) -> Ranked:
    now = clock.now()
    return defects(site, now - WINDOW, now, by)


@pytest.fixture
def floor(site: Site) -> Floor:
    """A hundred pieces that are not right: 55 of them scrap with a reason, 13 rework, 20 decided, 12 nobody explained.

    Besides, five that were taken back, eight used as they are, and three good ones.
    """
    floor = Floor(site)
    names = {"POROSITY": "Porosity", "BURR": "Burr", "SCRATCH": "Scratch"}
    porosity, burr, scratch = (make_reason(site, code, kind=ReasonKind.SCRAP, name=names[code]) for code in names)
    deburr = make_reason(site, "DEBURR", kind=ReasonKind.REWORK, name="")
    told(floor, 20, porosity)
    told(floor, 11, porosity)
    told(floor, 24, burr)
    told(floor, 13, deburr, "rework")
    told(floor, 12)
    floor.report(3)
    quantity_report.reverse(BOSS, told(floor, 5, scratch).pk, reason="Wrong job", op_uuid=uuid.uuid4())
    ncr = make_nonconformance(
        site, material=floor.product, equipment=floor.machine, quantity=Decimal(28), characteristic=floor.about()
    )
    decided(ncr, "scrap", 15)
    decided(ncr, "return", 5)
    decided(ncr, "use_as_is", 8)
    return floor


def test_defects_by_type_are_what_was_worked_by_hand(floor: Floor) -> None:
    chart = drawn(last_days(floor.site), By.TYPE)

    assert chart.head[2:] == ("Events", "Cumulative share")
    assert chart.rows == (
        ("Porosity", "31", "2×", "31 %"),
        ("Burr", "24", "1×", "55 %"),
        ("Bore", "20", "1×", "75 %"),
        ("DEBURR", "13", "1×", "88 %"),
        ("Not coded", "12", "1×", "100 %"),
    )


def test_defects_by_machine_and_product_hold_the_same_pieces(floor: Floor) -> None:
    other = make_nonconformance(floor.site, quantity=Decimal(4))
    decided(other, "repair", 4)

    by_machine = last_days(floor.site, By.MACHINE)
    by_product = last_days(floor.site, By.PRODUCT)

    assert [(bar.key, bar.quantity, bar.events) for bar in by_machine.bars] == [("CNC-03", 100, 6), ("", 4, 1)]
    assert [(bar.key, bar.quantity) for bar in by_product.bars] == [("PUMP", 100), (other.material.code, 4)]
    assert 'href="/machines/CNC-03/"' in drawn(by_machine, By.MACHINE).svg


def test_defects_of_other_days_and_other_sites_are_not_counted(floor: Floor, other_site: Site) -> None:
    now = clock.now()
    assert defects(floor.site, now, now + WINDOW).bars == ()
    assert last_days(other_site).bars == ()
    empty = drawn(last_days(other_site), By.TYPE)
    assert (empty.is_empty, empty.rows) == (True, ())


def test_defects_of_a_rework_job_were_counted_before(floor: Floor) -> None:
    ncr = make_nonconformance(floor.site, material=floor.product, quantity=Decimal(7))
    decided(ncr, "rework", 7, job=floor.job)

    assert [(bar.key, bar.quantity) for bar in last_days(floor.site).bars] == [("Bore", 20), ("", 7)]


def test_defects_ranked_of_one_unit_name_the_others_apart() -> None:
    found = [
        Defect("Flash", "KGM", Decimal("2.5"), 1),
        Defect("Burr", "C62", Decimal(3), 2),
        Defect("Burr", "C62", Decimal(4), 1),
        Defect("Bore", "C62", Decimal(7), 1),
        Defect("Taken back", "C62", Decimal(0), 0),
        Defect("", "C62", Decimal(90), 9),
    ]

    assert ranked(found) == Ranked(
        "C62",
        (Defect("Bore", "C62", Decimal(7), 1), Defect("Burr", "C62", Decimal(7), 3), Defect("", "C62", Decimal(90), 9)),
        (Defect("", "KGM", Decimal("2.5"), 1),),
    )
    assert ranked([]) == Ranked("", ())
