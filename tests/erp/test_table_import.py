"""Lists from spreadsheets: columns are found, rows are judged first, and then brought in once."""

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from inventory.models import StockBalance
from mom.accounts.models import Site
from mom.core import long_work
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotAllowed, Stale
from mom.core.testing import acting
from mom.erp.engine.table_fields import FIELDS, TableKind
from mom.erp.engine.table_guess import guess_columns, guess_dates, guess_decimal, guess_shape
from mom.erp.models import TableImport
from mom.erp.services import table_import as tables
from mom.plant.models import Equipment, MaterialDefinition, MaterialLot, Person, Qualification
from mom.work.models import JobOrder, WorkRequest
from tests.factories.plant import make_equipment, make_material


class Office:
    """Somebody with a spreadsheet."""

    def __init__(self, site: Site, actor: Actor) -> None:
        self.site, self.actor = site, actor

    def hands_in(self, kind: TableKind, text: str | bytes, name: str = "list.csv") -> TableImport:
        content = text.encode() if isinstance(text, str) else text
        return tables.take_in(self.actor, self.site, kind, file_name=name, content=content)

    def checks(self, run: TableImport, **chosen: Any) -> TableImport:
        given = {"columns": run.columns, "decimal": run.decimal, "date_format": run.date_format, **chosen}
        return tables.check(self.actor, run.pk, **given)

    def brings_in(self, run: TableImport) -> TableImport:
        """Started, and done as the worker does it."""
        run = tables.start(self.actor, run.pk)
        progress = long_work.claim(run.apply_task_id)  # type: ignore[arg-type]
        assert progress is not None
        long_work.work(run.apply_task_id, tables.apply, held=progress)  # type: ignore[arg-type]
        run.refresh_from_db()
        assert run.apply_task is not None
        assert run.apply_task.status == "succeeded", run.apply_task.error
        return run

    def imports(self, kind: TableKind, text: str | bytes) -> TableImport:
        return self.brings_in(self.checks(self.hands_in(kind, text)))


@pytest.fixture
def office(site: Site, actor: Actor) -> Office:
    return Office(site, actor)


def counts(run: TableImport) -> tuple[int, int, int, int]:
    return run.rows_new, run.rows_changed, run.rows_same, run.rows_refused


def test_machines_come_in_with_areas_and_classes_and_again_change_nothing(office: Office) -> None:
    text = "Maschine;Bezeichnung;Abteilung;Gruppe;Plätze\nCNC-01;Drehmaschine;DREHEREI;DREHEN;1\nWASH;Waschanlage;;;4\n"
    run = office.imports(TableKind.MACHINES, text)

    assert counts(run) == (2, 0, 0, 0)
    lathe, wash = Equipment.objects.get(code="CNC-01"), Equipment.objects.get(code="WASH")
    assert (lathe.name, lathe.parent.code if lathe.parent else "", lathe.level) == (
        "Drehmaschine",
        "DREHEREI",
        "work_unit",
    )
    assert [each.code for each in lathe.classes.all()] == ["DREHEN"]
    assert (wash.capacity_kind, wash.capacity_places) == ("places", 4)

    again = office.checks(office.hands_in(TableKind.MACHINES, text))
    assert counts(again) == (0, 0, 2, 0)
    with pytest.raises(Conflict, match="nothing new"):
        tables.start(office.actor, again.pk)


def test_materials_change_where_the_list_differs_and_empty_cells_change_nothing(office: Office) -> None:
    make_material(office.site, "BAR", name="Old name", unit="KGM")
    run = office.imports(TableKind.MATERIALS, "Part no,Description,UoM\nBAR,New name,\nNUT,Nut M8,pcs\nOIL,Oil,liter\n")

    assert counts(run) == (2, 1, 0, 0)
    assert list(MaterialDefinition.objects.order_by("code").values_list("code", "name", "unit")) == [
        ("BAR", "New name", "KGM"),
        ("NUT", "Nut M8", "C62"),
        ("OIL", "Oil", "LTR"),
    ]


def test_people_get_skills_from_today_and_keep_those_they_have(office: Office) -> None:
    run = office.imports(TableKind.PEOPLE, 'badge,name,skills\n7,Eva Lind,"TURNING, FORKLIFT"\n8,Bo Ek,\n')
    assert counts(run) == (2, 0, 0, 0)
    eva = Person.objects.get(code="7")
    assert sorted(eva.qualifications.values_list("personnel_class__code", flat=True)) == ["FORKLIFT", "TURNING"]

    more = office.imports(TableKind.PEOPLE, "badge,name,skills\n7,Eva Lind,TURNING; MILLING\n")
    assert counts(more) == (0, 1, 0, 0)
    assert Qualification.objects.filter(person=eva).count() == 3


def test_orders_become_released_jobs_with_their_due_day_in_the_plant_s_zone(office: Office) -> None:
    make_equipment(office.site, "CNC-01")
    run = office.imports(
        TableKind.ORDERS,
        "Auftrag;Artikel;Menge;Termin;Maschine\nWO-1;SHAFT;1.250;18.12.2026;CNC-01\nWO-2;SHAFT;20;07.01.2027;\n",
    )

    assert (run.decimal, run.date_format) == (",", "%d.%m.%Y")
    assert counts(run) == (2, 0, 0, 0)
    order = WorkRequest.objects.get(code="WO-1")
    job = JobOrder.objects.get(work_request=order)
    assert order.due_at is not None
    assert order.due_at.isoformat() == "2026-12-18T22:59:59+00:00"
    assert (order.status, job.status, job.equipment.code if job.equipment else "") == ("released", "ready", "CNC-01")
    assert order.production_request.quantity == 1250


def test_opening_stock_counts_once_for_ever(office: Office) -> None:
    make_material(office.site, "BAR", unit="KGM", tracking="lot")
    text = "material,location,qty,batch,best before\nBAR,RACK-1,120.5,H-1,2027-06-30\nBAR,RACK-2,80,H-2,\n"
    run = office.imports(TableKind.STOCK, text)

    assert counts(run) == (2, 0, 0, 0)
    assert list(StockBalance.objects.order_by("lot__code").values_list("lot__code", "quantity")) == [
        ("H-1", Decimal("120.5")),
        ("H-2", Decimal(80)),
    ]
    expires = MaterialLot.objects.get(code="H-1").expires_at
    assert expires is not None
    assert expires.astimezone(office.site.zone).date() == date(2027, 6, 30)

    assert counts(office.checks(office.hands_in(TableKind.STOCK, text))) == (0, 0, 2, 0)


REFUSED = [
    (TableKind.MACHINES, "code,name\n,Lathe\n", ("code", "needed")),
    (TableKind.MACHINES, "code,places\nCNC,0\n", ("places", "more than zero")),
    (TableKind.MACHINES, "code\nCNC\ncnc\n", ("code", "stands in line 2")),
    (TableKind.MATERIALS, "code,unit\nBAR,furlong\n", ("unit", "not known")),
    (TableKind.MATERIALS, "code,tracking\nBAR,maybe\n", ("tracking", "lot, none, serial")),
    (TableKind.ORDERS, "order,part,qty\nWO-1,P,-3\n", ("qty", "less than zero")),
    (TableKind.ORDERS, "order,part,qty\nWO-1,P,0\n", ("quantity", "more than zero")),
    (TableKind.ORDERS, "order,part,qty\nWO-1,P,1.5\n", ("quantity", "whole")),
    (TableKind.ORDERS, "order,part,qty,due\nWO-1,P,1,31.02.2026\n", ("due", "not a time")),
    (TableKind.ORDERS, "order,part,qty,machine\nWO-1,P,1,NONE\n", ("machine", "no machine")),
    (TableKind.STOCK, "material,place,qty\nNONE,R,1\n", ("material", "no material")),
    (TableKind.MACHINES, "code,name\nA,B,C\n", ("", "cells")),
    (TableKind.MATERIALS, "code,name\n" + "x" * 65 + ",B\n", ("code", "longer than 64")),
]


@pytest.mark.parametrize(("kind", "text", "reason"), REFUSED)
def test_row_is_refused_with_line_column_and_reason(
    office: Office, kind: TableKind, text: str, reason: tuple[str, str]
) -> None:
    run = office.checks(office.hands_in(kind, text))

    assert run.rows_refused == 1
    [(_line, column, _value, words)] = tables.problem_rows(tables.plan(run))
    assert column == reason[0]
    assert reason[1] in words


def test_order_that_is_there_with_other_values_is_refused_not_overwritten(office: Office) -> None:
    office.imports(TableKind.ORDERS, "order,part,qty\nWO-1,P,10\n")

    run = office.checks(office.hands_in(TableKind.ORDERS, "order,part,qty\nWO-1,P,12\nWO-2,P,1\n"))

    assert counts(run) == (1, 0, 0, 1)


def test_refused_rows_stay_out_and_the_others_come_in(office: Office) -> None:
    run = office.imports(TableKind.MATERIALS, "code,unit\nBAR,kg\nNUT,furlong\n")

    assert (run.rows_applied, run.rows_refused) == (1, 1)
    assert list(MaterialDefinition.objects.values_list("code", flat=True)) == ["BAR"]


def test_check_changes_nothing_and_choice_is_judged(office: Office) -> None:
    run = office.hands_in(TableKind.MATERIALS, "Teil,Text\nBAR,Stange\n")
    assert run.columns == {"code": "Teil"}

    with pytest.raises(InvalidInput) as twice:
        office.checks(run, columns={"code": "Teil", "name": "Teil"})
    assert set(twice.value.fields) == {"code", "name"}
    with pytest.raises(InvalidInput) as lacking:
        office.checks(run, columns={"name": "Text"})
    assert "code" in lacking.value.fields
    office.checks(run, columns={"code": "Teil", "name": "Text"})
    assert not MaterialDefinition.objects.exists()
    with pytest.raises(Stale):
        tables.start(office.actor, run.pk, version=run.version)


def test_list_is_brought_in_by_pieces_and_goes_on_where_it_stopped(office: Office) -> None:
    text = "code\n" + "".join(f"P-{number:03}\n" for number in range(25))
    run = tables.start(office.actor, office.checks(office.hands_in(TableKind.MATERIALS, text)).pk)
    task = run.apply_task_id
    assert task is not None

    class Killed(BaseException):
        """The process is gone."""

    progress = long_work.claim(task)
    assert progress is not None
    advance, pieces = progress.advance, []

    def dies_in_the_third_piece(*args: Any, **kwargs: Any) -> None:
        pieces.append(1)
        if len(pieces) == 3:
            raise Killed
        advance(*args, **kwargs)

    progress.advance = dies_in_the_third_piece  # type: ignore[method-assign]
    with pytest.raises(Killed):
        tables.apply(progress, size=10)
    assert MaterialDefinition.objects.count() == 20, "the third piece was not committed"

    progress.let_go()  # its lease has run out
    again = long_work.claim(task)
    assert again is not None
    long_work.work(task, tables.apply, held=again)
    run.refresh_from_db()
    assert (run.rows_applied, MaterialDefinition.objects.count()) == (25, 25)


def test_excel_workbook_with_real_dates_and_numbers_comes_in(office: Office) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["Order", "Part", "Qty", "Due date"])
    book.active.append(["WO-1", "SHAFT", 250, date(2026, 12, 18)])
    file = io.BytesIO()
    book.save(file)

    run = office.imports(TableKind.ORDERS, file.getvalue())

    assert counts(run) == (1, 0, 0, 0)
    due = WorkRequest.objects.get(code="WO-1").due_at
    assert due is not None
    assert due.astimezone(office.site.zone).date() == date(2026, 12, 18)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "no header"), (b"PK\x03\x04rubbish", "XLSX"), (b"a,a\n1,2\n", "twice"), (b"a\x00b\n", "NUL")],
)
def test_file_that_cannot_be_read_is_refused_whole(office: Office, content: bytes, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        office.hands_in(TableKind.MACHINES, content)
    assert reason in str(refused.value.fields["file"])
    assert not TableImport.objects.exists()


def test_bringing_in_asks_for_the_rights_of_what_it_changes(office: Office, make_actor: Callable[..., Actor]) -> None:
    run = office.checks(office.hands_in(TableKind.STOCK, "material,place,qty\nNONE,R,1\n"))
    importer = make_actor("erp.run_import", "erp.view_import", "plant.change")
    with pytest.raises(NotAllowed):
        tables.start(importer, run.pk)
    with pytest.raises(NotAllowed):
        tables.take_in(make_actor("plant.change"), office.site, TableKind.PEOPLE, file_name="x.csv", content=b"a\n")


def test_headings_in_three_languages_are_found() -> None:
    assert guess_columns(TableKind.ORDERS, ["Ordernummer", "Artikelnummer", "Antal", "Leveransdatum"]) == {
        "code": "Ordernummer",
        "material": "Artikelnummer",
        "quantity": "Antal",
        "due": "Leveransdatum",
    }
    assert guess_columns(TableKind.STOCK, ["Artikel", "Lagerplatz", "Bestand", "Charge", "MHD"]) == {
        "material": "Artikel",
        "place": "Lagerplatz",
        "quantity": "Bestand",
        "lot": "Charge",
        "expires": "MHD",
    }


def test_every_kind_finds_the_headings_of_its_own_template() -> None:
    for kind, fields in FIELDS.items():
        head = [field.key.replace("_", " ") for field in fields]
        assert guess_columns(kind, head) == {field.key: name for field, name in zip(fields, head, strict=True)}


@pytest.mark.parametrize(
    ("texts", "sign"),
    [
        (["1,5", "2,25"], ","),
        (["1.5"], "."),
        (["1.234,5"], ","),
        (["1,234.5"], "."),
        (["1.234.567"], ","),
        (["12"], "."),
    ],
)
def test_decimal_sign_is_found(texts: list[str], sign: str) -> None:
    assert guess_decimal(texts) == sign
    assert guess_decimal(["1.250"], ";") == ","


def test_dates_that_can_be_read_two_ways_keep_both() -> None:
    assert guess_dates(["03/04/2026", "05/06/2026"]) == ["%d/%m/%Y", "%m/%d/%Y"]
    assert guess_dates(["03/04/2026", "05/16/2026"]) == ["%m/%d/%Y"]
    assert guess_dates(["2026-13-01"]) == []
    assert guess_dates([]) == []


def test_shape_is_found_from_the_first_lines() -> None:
    assert guess_shape("a;b\nå;1,5\n".encode("cp1252")).encoding == "cp1252"
    assert guess_shape(b"a;b\n1,5;2,5\n").delimiter == ";"
    assert guess_shape(b"a\tb\n1\t2\n").delimiter == "\t"
    assert guess_shape(b"PK\x03\x04").format == "xlsx"


def test_guard_counts_add_up(office: Office) -> None:
    from django.db import IntegrityError, transaction

    run = office.checks(office.hands_in(TableKind.MATERIALS, "code\nBAR\n"))
    run.rows_new = 7
    with pytest.raises(IntegrityError, match="counts_add_up"), transaction.atomic(), acting():
        run.save()


def test_properties_are_filled_from_their_columns_and_versions_kept(office: Office) -> None:
    from mom.core.models import PropertyValue
    from tests.factories.known import make_definition

    make_definition(office.site, "spindle_power", name="Spindle power", unit="KWT")
    text = "Maschine;Spindle power\nCNC-01;7,5\nCNC-02;12 kW\nCNC-03;viel\nCNC-04;12.5\n"
    run = office.hands_in(TableKind.MACHINES, text)
    assert run.columns == {"code": "Maschine", "property:spindle_power": "Spindle power"}

    run = office.brings_in(office.checks(run, decimal=","))

    assert counts(run) == (2, 0, 0, 2), "12.5 is no number where a comma is the decimal sign"
    values = PropertyValue.objects.order_by("subject_id", "valid_from")
    assert [row.content.value for row in values] == [Decimal("7.5"), Decimal(12)]

    again = office.checks(office.hands_in(TableKind.MACHINES, "Maschine;Spindle power\nCNC-01;7,5\nCNC-02;15 kW\n"))
    assert counts(again) == (0, 1, 1, 0)
    office.brings_in(again)
    versions = PropertyValue.objects.filter(subject_id=Equipment.objects.get(code="CNC-02").pk).order_by("valid_from")
    assert [(row.content.value, row.valid_until is None) for row in versions] == [
        (Decimal(12), False),
        (Decimal(15), True),
    ]
