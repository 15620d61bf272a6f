"""Control plans from a spreadsheet: rows of one belong together, every wrong cell is told before anything is in."""

import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import Conflict, NotAllowed
from mom.erp.engine.table_fields import TableKind
from mom.erp.services import table_import as tables
from mom.erp.services.table_import import problem_rows
from quality.models import ControlPlan
from quality.services import control_plan
from tests.erp.test_table_import import Office, counts
from tests.factories.work import make_machine, make_material

pytestmark = pytest.mark.django_db
HEAD = (
    "Control plan,Part no,Balloon,Characteristic,Type,Machine,Nominal,LSL,USL,Unit,Sample size,First piece,"
    "Every pieces,After stop,Blocks,Chart,Reaction plan\n"
)
SHAFT = (
    "CP-1,SHAFT-20,1,Diameter,,CNC-01,20,19.98,20.02,mm,5,x,50,,x,Xbar-R,Stop the lathe\n"
    "CP-1,SHAFT-20,2,Run-out,measured,,,-0.02,0.02,mm,1,,,10,,I-MR,\n"
    "CP-1,SHAFT-20,3,Burr,visual,,,,,,5,yes,,0,,,\n"
)


@pytest.fixture
def office(site: Site, actor: Actor) -> Office:
    make_material(site, "SHAFT-20")
    make_machine(site, "CNC-01")
    return Office(site, actor)


def told(office: Office, text: str) -> list[tuple[int, str, str]]:
    run = office.checks(office.hands_in(TableKind.PLANS, text))
    return [(line, column, sentence) for line, column, _value, sentence in problem_rows(tables.plan(run))]


def test_a_plan_comes_in_as_a_draft_and_again_changes_nothing(office: Office) -> None:
    run = office.imports(TableKind.PLANS, HEAD + SHAFT)

    assert counts(run) == (3, 0, 0, 0)
    made = ControlPlan.objects.get()
    assert (made.code, made.number, made.status, made.material.code) == ("CP-1", 1, "draft", "SHAFT-20")
    diameter, run_out, burr = made.characteristics.order_by("position")
    assert (diameter.kind, diameter.unit, diameter.chart, diameter.sample_size) == ("variable", "MMT", "xbar_r", 5)
    assert (diameter.lower_limit, diameter.upper_limit, diameter.nominal) == (Decimal("19.98"), Decimal("20.02"), 20)
    assert (diameter.is_first_off, diameter.every_pieces, diameter.is_blocking) == (True, 50, True)
    assert (diameter.equipment.code, diameter.reaction) == ("CNC-01", "Stop the lathe")  # type: ignore[union-attr]
    assert (run_out.lower_limit, run_out.chart, run_out.after_stop_minutes) == (Decimal("-0.02"), "i_mr", 10)
    assert (burr.kind, burr.is_first_off, burr.after_stop_minutes) == ("visual", True, 0)

    again = office.checks(office.hands_in(TableKind.PLANS, HEAD + SHAFT))
    assert counts(again) == (0, 0, 3, 0)
    with pytest.raises(Conflict, match="nothing new"):
        tables.start(office.actor, again.pk)


def test_a_change_is_the_next_version_beside_the_approved_one(office: Office, actor: Actor) -> None:
    office.imports(TableKind.PLANS, HEAD + SHAFT)
    control_plan.approve(actor, ControlPlan.objects.get().pk)
    office.imports(TableKind.PLANS, HEAD + SHAFT.replace("20.02", "20.03"))
    assert list(ControlPlan.objects.order_by("number").values_list("number", "status")) == [
        (1, "approved"), (2, "draft"),
    ]  # fmt: skip


@pytest.mark.parametrize("size", [1, 2, 5])
def test_a_plan_cut_between_two_pieces_is_added_once_and_whole(
    office: Office, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    rows, other = SHAFT.splitlines(), SHAFT.replace("CP-1,", "CP-2,").splitlines()
    text = HEAD + "\n".join(line for pair in zip(rows, other, strict=True) for line in pair) + "\n"
    monkeypatch.setattr(tables, "PIECE", size)
    run = office.imports(TableKind.PLANS, text)
    assert counts(run) == (6, 0, 0, 0)
    assert [plan.characteristics.count() for plan in ControlPlan.objects.all()] == [3, 3]


@pytest.mark.parametrize(
    ("change", "line", "column", "words"),
    [
        (("SHAFT-20,2", "GOLD,2"), 3, "product", "something else in line 2"),
        (("SHAFT-20", "GOLD"), 2, "product", "GOLD"),
        (("CNC-01", "NONE"), 2, "machine", "NONE"),
        ((",2,Run-out", ",1,Run-out"), 3, "number", "line 2"),
        ((",mm,5", ",furlong,5"), 2, "Unit", "furlong"),
        (("19.98", "20.98"), 2, "number", "above the upper one"),
        (("Xbar-R", "pie"), 2, "Chart", "pie"),
        ((",1,,,10", ",3,,,10"), 3, "number", "samples of 1"),
        (("visual,,,,", "visual,,,,7"), 4, "number", "not measured"),
    ],
)
def test_what_is_wrong_is_told_at_its_line_and_keeps_the_whole_plan_out(
    office: Office, change: tuple[str, str], line: int, column: str, words: str
) -> None:
    found = told(office, HEAD + SHAFT.replace(*change))
    assert any(at == line and where == column and words in said for at, where, said in found), found
    assert {at for at, _where, _said in found} == {2, 3, 4}
    assert not ControlPlan.objects.exists()


def test_a_workbook_comes_in_too(office: Office) -> None:
    book: Any = openpyxl.Workbook()
    for row in (HEAD + SHAFT).splitlines():
        cells: list[Any] = [float(cell) if _is_number(cell) else cell for cell in row.split(",")]
        book.active.append(cells)
    held = io.BytesIO()
    book.save(held)
    run = office.hands_in(TableKind.PLANS, held.getvalue(), "plans.xlsx")
    office.brings_in(office.checks(run))
    assert ControlPlan.objects.get().characteristics.get(code="1").upper_limit == Decimal("20.02")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_who_may_not_change_plans_brings_none_in(office: Office, make_actor: Any) -> None:
    clerk = Office(office.site, make_actor("erp.run_import", "erp.view_import"))
    run = clerk.checks(clerk.hands_in(TableKind.PLANS, HEAD + SHAFT))
    with pytest.raises(NotAllowed):
        tables.start(clerk.actor, run.pk)
