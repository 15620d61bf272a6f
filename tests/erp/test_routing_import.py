"""Definitions from a spreadsheet: rows of one belong together, whatever piece of the file they come in."""

import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import Conflict, NotAllowed
from mom.erp.engine.table_fields import TableKind
from mom.erp.services import table_import as tables
from mom.erp.services.table_import import problem_rows
from production.models import OperationsDefinition
from production.services import operations_definition
from tests.erp.test_table_import import Office, counts
from tests.factories.work import make_machine, make_material

pytestmark = pytest.mark.django_db
HEAD = "Definition,Product,Batch,Op No,Operation,Machine,Setup min,Run min,Component,Qty,UoM,Use,Backflush\n"
SHAFT = (
    "SHAFT,SHAFT-20,10,10,Turn,CNC-01,30,4.5,BAR-20,3.5,kg,,yes\n,,,10,,,,,NUT,20,,\nSHAFT,,,20,Wash,,,0.2,,,,\n"
).replace("\n,", "\nSHAFT,")


@pytest.fixture
def office(site: Site, actor: Actor) -> Office:
    make_material(site, "SHAFT-20")
    make_material(site, "NUT")
    make_material(site, "BAR-20", unit="KGM")
    make_machine(site, "CNC-01")
    return Office(site, actor)


def told(office: Office, text: str) -> list[tuple[int, str, str]]:
    run = office.checks(office.hands_in(TableKind.ROUTINGS, text))
    return [(line, column, sentence) for line, column, _value, sentence in problem_rows(tables.plan(run))]


def test_a_definition_comes_in_as_a_draft_and_again_changes_nothing(office: Office) -> None:
    run = office.imports(TableKind.ROUTINGS, HEAD + SHAFT)

    assert counts(run) == (3, 0, 0, 0)
    made = OperationsDefinition.objects.get()
    assert (made.code, made.number, made.status, made.batch_quantity, made.material.code) == (
        "SHAFT", 1, "draft", 10, "SHAFT-20",
    )  # fmt: skip
    turn, wash = made.segments.order_by("sequence")
    assert (turn.sequence, turn.name, turn.equipment.code) == (10, "Turn", "CNC-01")  # type: ignore[union-attr]
    assert (turn.setup_duration, turn.run_duration) == (timedelta(minutes=30), timedelta(minutes=4.5))
    assert (wash.sequence, wash.setup_duration, wash.run_duration) == (20, None, timedelta(seconds=12))
    lines = turn.materials.order_by("position").values_list("material__code", "quantity", "material_use")
    assert [line.is_backflushed for line in turn.materials.order_by("position")] == [True, False, False]
    assert [(code, float(quantity), use) for code, quantity, use in lines] == [
        ("BAR-20", 3.5, "consumed"), ("NUT", 20, "consumed"), ("SHAFT-20", 10, "produced"),
    ]  # fmt: skip

    again = office.checks(office.hands_in(TableKind.ROUTINGS, HEAD + SHAFT))
    assert counts(again) == (0, 0, 3, 0)
    with pytest.raises(Conflict, match="nothing new"):
        tables.start(office.actor, again.pk)


def test_a_change_is_the_next_version_beside_the_approved_one(office: Office, actor: Actor) -> None:
    office.imports(TableKind.ROUTINGS, HEAD + SHAFT)
    operations_definition.approve(actor, OperationsDefinition.objects.get().pk)
    office.imports(TableKind.ROUTINGS, HEAD + SHAFT.replace("3.5", "3.2"))
    assert list(OperationsDefinition.objects.order_by("number").values_list("number", "status")) == [
        (1, "approved"), (2, "draft"),
    ]  # fmt: skip


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7])
def test_a_definition_cut_between_two_pieces_is_added_once_and_whole(
    office: Office, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """The rows of two definitions lie in each other's way, and the pieces end anywhere."""
    rows, other = SHAFT.splitlines(), SHAFT.replace("SHAFT,", "AXLE,").splitlines()
    text = HEAD + "\n".join(line for pair in zip(rows, other, strict=True) for line in pair) + "\n"
    real = tables.apply
    monkeypatch.setattr(tables, "apply", lambda progress: real(progress, size))
    run = office.imports(TableKind.ROUTINGS, text)
    assert (run.rows_applied, run.applied_through) == (6, 7)
    assert [(each.code, each.segments.count()) for each in OperationsDefinition.objects.order_by("code")] == [
        ("AXLE", 2), ("SHAFT", 2),
    ]  # fmt: skip
    assert {each.materials.count() for each in OperationsDefinition.objects.get(code="AXLE").segments.all()} == {1, 3}


def test_a_workbook_comes_in_too(office: Office) -> None:
    book, out = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for line in (HEAD + SHAFT).splitlines():
        book.active.append([cell or None for cell in line.split(",")])
    book.save(out)
    run = office.hands_in(TableKind.ROUTINGS, out.getvalue(), "routing.xlsx")
    office.brings_in(office.checks(run))
    assert OperationsDefinition.objects.get().segments.count() == 2


@pytest.mark.parametrize(
    ("rows", "line", "column", "words"),
    [
        ("SHAFT,SHAFT-20,1,10,Turn,NONE,,,,,,\n", 2, "machine", "There is no machine “NONE” yet"),
        ("SHAFT,GOLD,1,10,Turn,,,,,,,\n", 2, "product", "There is no material “GOLD” yet"),
        ("SHAFT,SHAFT-20,1,10,Turn,,,,GOLD,1,,\n", 2, "material", "There is no material “GOLD” yet"),
        ("SHAFT,SHAFT-20,1,10,Turn,,,,NUT,0,,\n", 2, "quantity", "more than zero"),
        ("SHAFT,SHAFT-20,1,10,Turn,,,,NUT,,,\n", 2, "quantity", "A value is needed"),
        ("SHAFT,SHAFT-20,1,10,Turn,,,,BAR-20,1,m,\n", 2, "unit", "kept in KGM"),
        ("SHAFT,SHAFT-20,0.5,10,Turn,,,,,,,\n", 2, "batch", "Pieces are whole"),
        ("SHAFT,SHAFT-20,1,,,,,,NUT,1,,\n", 2, "operation", "Name the operation"),
        ("SHAFT,SHAFT-20,1,10,,,,,NUT,1,,\n", 2, "operation", "Name the operation"),
        ("SHAFT,SHAFT-20,1,10,Turn,,30,,,,,\nSHAFT,,,10,,,45,,NUT,1,,\n", 3, "setup", "something else in line 2"),
        ("SHAFT,SHAFT-20,1,10,Turn,,,,,,,\nSHAFT,NUT,,20,Wash,,,,,,,\n", 3, "product", "something else in line 2"),
        ("SHAFT,SHAFT-20,1,10,Turn,,,,,,,sideways\n", 2, "Use", "not known here"),
    ],
)
def test_what_is_wrong_says_what_where_and_how_to_mend_it(
    office: Office, rows: str, line: int, column: str, words: str
) -> None:
    found = [each for each in told(office, HEAD + rows) if words in each[2]]
    assert [(each[0], each[1]) for each in found] == [(line, column)]


def test_a_wrong_row_keeps_its_definition_out_and_no_other(office: Office) -> None:
    wrong = SHAFT.replace("SHAFT,", "AXLE,").replace("NUT", "GOLD")
    run = office.checks(office.hands_in(TableKind.ROUTINGS, HEAD + wrong + SHAFT))
    assert counts(run) == (3, 0, 0, 3)
    sentences = {line: sentence for line, _column, _value, sentence in problem_rows(tables.plan(run))}
    assert "GOLD" in sentences[3]
    assert sentences[2] == "“AXLE” is not taken as long as line 3 is wrong. Mend that line."
    office.brings_in(run)
    assert [each.code for each in OperationsDefinition.objects.all()] == ["SHAFT"]


def test_P33_bringing_definitions_in_needs_the_right_to_change_them(office: Office, make_actor: Any) -> None:
    run = office.checks(office.hands_in(TableKind.ROUTINGS, HEAD + SHAFT))
    with pytest.raises(NotAllowed):
        tables.start(make_actor("erp.run_import", "work.plan_work_request"), run.pk)
