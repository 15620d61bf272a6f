"""Values of the KPI book in the API and in files: sums first, exact, with all that stands beside them."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.db.models import F
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.engine.book import BOOK
from analytics.engine.kpi import Basis, Missing
from analytics.engine.machine_parts import MachineTotals, total
from analytics.engine.oee import oee_iso
from analytics.models import DayBucket, HourBucket, ShiftBucket
from analytics.selectors.freshness import age_of_most, ages
from analytics.selectors.kpis import kpi_table, kpi_values
from analytics.selectors.series import POSSIBLE, By, Scope
from analytics.selectors.series_export import COLUMNS, Asked, csv_lines, figures, parquet_chunks
from analytics.selectors.slices import Window
from mom.accounts.models import Site, User
from mom.core import clock
from mom.core.testing import acting
from mom.plant.engine.calendar import local_day
from mom.plant.engine.terms import EquipmentLevel
from mom.plant.models import Equipment
from tests.factories.machines import make_live, send
from tests.factories.plant import make_equipment
from tests.factories.targets import make_target

BACKEND = "mom.accounts.backends.PasswordBackend"
HOUR = 3_600_000_000
FIRST = date(2026, 4, 13)
WINDOW = Window(FIRST, FIRST + timedelta(days=9))
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def bucket(machine: Equipment, day: date, parts: MachineTotals, unit: str = "C62", shift: str = "early") -> None:
    """A shift of a machine as the rebuild leaves it, with its first hour."""
    start = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    of = {name: getattr(parts, name) for name in parts.__slots__}
    same = {"site": machine.site, "equipment": machine, "day": day, "shift": shift, "unit": unit}
    with acting():
        ShiftBucket.objects.create(**same, started_at=start, ended_at=start + timedelta(hours=8), **of)
        HourBucket.objects.create(**same, hour=start, started_at=start, **of)
        whole, _new = DayBucket.objects.get_or_create(site=machine.site, equipment=machine, day=day)
        DayBucket.objects.filter(pk=whole.pk).update(**{name: F(name) + value for name, value in of.items()})


def worked(run: int, lost: int, good: int, bad: int = 0, unknown: int = 0) -> MachineTotals:
    """Hours, and pieces of an ideal minute."""
    minute = HOUR // 60
    return MachineTotals(
        production=run * HOUR, delay=lost * HOUR, unknown=unknown * HOUR, good=Decimal(good), scrap=Decimal(bad),
        ideal=(good + bad) * minute, ideal_good=good * minute, stop_count=lost, uncoded=lost * HOUR,
    )  # fmt: skip


class Plant:
    """Two lines with three machines, one of which makes kilos."""

    def __init__(self, site: Site) -> None:
        self.site = site
        area = make_equipment(site, "HALL", level=EquipmentLevel.AREA)
        self.line = make_equipment(site, "LINE-1", level=EquipmentLevel.PRODUCTION_LINE, parent=area)
        other = make_equipment(site, "LINE-2", level=EquipmentLevel.PRODUCTION_LINE, parent=area)
        self.machines = [
            make_equipment(site, f"M{n}", parent=on) for n, on in ((1, self.line), (2, self.line), (3, other))
        ]
        self.parts = [worked(6, 2, 300, 20), worked(4, 1, 100, 5, unknown=3), worked(7, 1, 400)]
        for machine, parts, unit in zip(self.machines, self.parts, ("C62", "C62", "KGM"), strict=True):
            bucket(machine, FIRST, parts, unit)
            bucket(machine, FIRST + timedelta(days=7), parts, unit)


@pytest.fixture
def plant(site: Site) -> Plant:
    return Plant(site)


@pytest.fixture
def api(owner: User, plant: Plant) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(owner, backend=BACKEND)
    return client


def ask(client: Client, kpi: str, action: str = "values", **asked: Any) -> Any:
    query = {"site": "P1", "first": WINDOW.first, "last": WINDOW.last, **asked}
    return client.get(f"/api/v1/kpis/{kpi}/{action}/", query)


@pytest.mark.parametrize("by", [By.MACHINE, By.LINE, By.AREA, By.SITE, By.DAY, By.WEEK, By.MONTH, By.SHIFT, By.HOUR])
def test_P17_total_is_computed_from_the_sum_by_any_level_and_period(plant: Plant, by: By) -> None:
    table = kpi_table(BOOK["oee_index"], plant.site, WINDOW, by)
    assert table.whole.value == oee_iso(total([*plant.parts, *plant.parts])).value
    for row in table.rows:
        assert row.value.value == oee_iso(row.slice.evidence.totals).value
    whole = total(row.slice.evidence.totals for row in table.rows)
    assert whole == total([*plant.parts, *plant.parts])


def test_line_is_the_sum_of_its_machines_and_not_their_mean(plant: Plant) -> None:
    rows = {row.slice.key: row.value for row in kpi_table(BOOK["oee_index"], plant.site, WINDOW, By.LINE).rows}
    assert set(rows) == {"LINE-1", "LINE-2"}
    assert rows["LINE-1"].value == oee_iso(plant.parts[0] + plant.parts[1]).value
    assert rows["LINE-1"].low is not None
    assert rows["LINE-1"].high is not None
    assert rows["LINE-1"].low < rows["LINE-1"].value < rows["LINE-1"].high


sizes = st.integers(min_value=0, max_value=40)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(days=st.lists(st.tuples(sizes, sizes, sizes, sizes), min_size=1, max_size=4))
def test_P17_roll_up_equals_what_summed_parts_give(site: Site, days: list[tuple[int, int, int, int]]) -> None:
    ShiftBucket.objects.all().delete()
    HourBucket.objects.all().delete()
    DayBucket.objects.all().delete()
    machine = Equipment.objects.filter(site=site, code="ANY").first() or make_equipment(site, "ANY")
    parts = [worked(*each) for each in days]
    for number, each in enumerate(parts):
        bucket(machine, FIRST + timedelta(days=number), each)
    for kpi in ("oee_index", "availability", "effectiveness", "quality_ratio", "teep", "throughput", "scrap_ratio"):
        table = kpi_table(BOOK[kpi], site, WINDOW, By.DAY)
        evidence = kpi_table(BOOK[kpi], site, WINDOW, By.SITE).evidence
        assert table.whole == BOOK[kpi].of(evidence)
        assert evidence.totals == total(parts)


def test_pieces_of_several_units_are_told_apart_where_slices_have_one(plant: Plant) -> None:
    table = kpi_table(BOOK["throughput"], plant.site, WINDOW, By.MACHINE)
    found = {row.slice.key: (row.value.unit, row.value.per) for row in table.rows}
    assert found == {"M1": ("C62", "HUR"), "M2": ("C62", "HUR"), "M3": ("KGM", "HUR")}
    assert table.whole.missing == Missing.MIXED_UNITS
    lines = kpi_table(BOOK["throughput"], plant.site, WINDOW, By.LINE).rows
    assert [row.value.missing for row in lines] == [None, None]
    narrowed = kpi_table(BOOK["throughput"], plant.site, WINDOW, By.DAY, Scope(equipment=plant.line.pk))
    assert narrowed.whole.unit == "C62"


def test_api_gives_interval_trust_target_source_and_choice_with_every_value(api: Client, plant: Plant) -> None:
    make_target(plant.site, equipment=plant.line, value=Decimal("0.9"))
    answer = ask(api, "oee_index", by="machine")
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert (body["variant"], body["version"], body["without_order"]) == ("iso22400", 1, "planned_stop")
    rows = {row["key"]: row for row in body["results"]}
    assert rows["M1"]["target"] == "0.900000000000"
    assert rows["M3"]["target"] is None
    assert rows["M2"]["trust"]["doubts"] == ["unknown_time", "uncoded_stops"]
    assert Decimal(rows["M2"]["low"]) < Decimal(rows["M2"]["value"]) < Decimal(rows["M2"]["high"])
    assert rows["M1"]["piece_source"] == "reports"
    assert body["total"]["value"] is not None


def test_api_tells_place_and_time_apart_at_once(api: Client, plant: Plant) -> None:
    rows = ask(api, "oee_index", by="line", step="week").json()["results"]
    assert [(row["key"], row["at"]) for row in rows] == [
        ("LINE-1", "2026-04-13"), ("LINE-1", "2026-04-20"), ("LINE-2", "2026-04-13"), ("LINE-2", "2026-04-20"),
    ]  # fmt: skip
    assert Decimal(rows[0]["value"]) == round(oee_iso(plant.parts[0] + plant.parts[1]).value or 0, 12)
    assert ask(api, "reported_quality_ratio", by="machine", step="day").status_code == 400


def test_api_offers_variants_and_refuses_others(api: Client) -> None:
    found = ask(api, "motbf", by="machine", variant="iso22400_fe_plus_1").json()
    assert found["variant"] == "iso22400_fe_plus_1"
    assert "failures + 1" in found["formula"]
    assert ask(api, "motbf", variant="made_up").status_code == 400
    assert ask(api, "worker_efficiency").json()["total"]["missing"] == "no_record"


def test_book_in_the_api_has_the_fields_of_kpi_ml(api: Client) -> None:
    book = {row["id"]: row for row in api.get("/api/v1/kpis/").json()["results"]}
    assert sum(1 for row in book.values() if row["number"]) == 34
    assert set(book["oee_index"]["variants"]) == {"iso22400", "tpm"}
    assert book["other_loss_ratio"]["no_data"]
    assert book["oee_index"]["audience"] == ["operator", "supervisor", "management"]


def lines_of(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\N{BYTE ORDER MARK}")
    return list(csv.DictReader(io.StringIO(text[1:])))


def test_csv_says_the_same_as_the_values(api: Client) -> None:
    rows = ask(api, "oee_index", by="machine").json()
    lines = lines_of(ask(api, "oee_index", "csv", by="machine"))
    assert [line["key"] for line in lines] == ["M1", "M2", "M3", "total"]
    assert [Decimal(line["value"]) for line in lines[:-1]] == [Decimal(row["value"]) for row in rows["results"]]
    assert lines[1]["doubts"] == "unknown_time uncoded_stops"
    assert {line["version"] for line in lines} == {"1"}


def test_csv_holds_no_formula_that_a_spreadsheet_would_run(plant: Plant) -> None:
    for number, name in enumerate(("=cmd|' /C calc'!A0", "+1", "-1", "@x", "\tx")):
        with acting():
            machine = make_equipment(plant.site, f"R{number}", name=name)
        bucket(machine, FIRST, plant.parts[0])
    found = figures(Asked(BOOK["oee_index"], plant.site, WINDOW, By.MACHINE, Scope()), NOW)
    cells: Iterable[str] = (row["label"] for row in csv.DictReader(io.StringIO("".join(csv_lines(found))[1:])))
    risky = [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]
    assert risky == []


def test_parquet_holds_exact_decimals_under_named_columns(plant: Plant) -> None:
    found = figures(Asked(BOOK["oee_index"], plant.site, WINDOW, By.MACHINE, Scope(), step=By.DAY), NOW)
    table = pq.read_table(io.BytesIO(b"".join(parquet_chunks(found, rows_at_once=2))))
    assert table.column_names == [name for name, _kind in COLUMNS]
    assert table.num_rows == 7
    values = table.column("value").to_pylist()
    assert values[0] == round(oee_iso(plant.parts[0]).value or 0, 12)
    assert table.column("at").to_pylist()[:2] == ["2026-04-13", "2026-04-20"]


def test_parquet_in_the_api_is_a_file(api: Client) -> None:
    answer = ask(api, "teep", "parquet", by="day")
    assert answer["Content-Disposition"] == 'attachment; filename="teep-2026-04-13-2026-04-22.parquet"'
    assert b"".join(answer.streaming_content)[:4] == b"PAR1"


@pytest.mark.parametrize("kpi", [kpi for kpi in BOOK.values() if kpi.basis != Basis.NONE], ids=lambda kpi: kpi.id)
def test_every_figure_answers_by_all_it_can_be_told_apart_by(plant: Plant, kpi: Any) -> None:
    for by in POSSIBLE[kpi.basis]:
        table = kpi_table(kpi, plant.site, WINDOW, by)
        assert table.whole == kpi_values((kpi,), plant.site, WINDOW)[kpi.id] or by == By.HOUR


def test_figure_that_cannot_be_told_apart_so_is_refused(api: Client) -> None:
    assert ask(api, "oee_index", by="person").status_code == 400
    assert ask(api, "reported_quality_ratio", by="line").status_code == 400


def test_figures_of_another_site_do_not_exist(api: Client, other_site: Site) -> None:
    for action in ("values", "csv", "parquet"):
        assert ask(api, "oee_index", action, site=other_site.code).status_code == 404
    foreign = {"site": other_site.code, "machine": "M1"}
    assert api.get("/api/v1/kpis/oee_index/why/", foreign).status_code == 404


def test_why_refuses_what_is_no_machine_or_too_long(api: Client) -> None:
    assert ask(api, "oee_index", "why").status_code == 400  # first and last are of values
    asked = {"site": "P1", "machine": "NONE"}
    assert api.get("/api/v1/kpis/oee_index/why/", asked).status_code == 400
    asked = {"site": "P1", "machine": "M1", "from": "2026-01-01", "to": "2026-03-01"}
    assert api.get("/api/v1/kpis/oee_index/why/", asked).status_code == 400
    assert api.get("/api/v1/kpis/load/why/", {"site": "P1", "machine": "M1"}).status_code == 400


@pytest.mark.parametrize("by", ["machine", "line", "area", "shift", "material", "order"])
def test_page_of_a_figure_shows_it_by_every_slice(api: Client, by: str) -> None:
    query = f"?first={WINDOW.first}&last={WINDOW.last}&by={by}"
    for kpi in ("oee_index", "throughput", "motbf", "schedule_attainment", "allocation_ratio", "cpk", "takt_time"):
        answer = api.get(f"/kpis/{kpi}/{query}")
        assert answer.status_code == 200, answer.content.decode()[:3000]
    page = api.get(f"/kpis/oee_index/{query}&variant=tpm").content.decode()
    assert "TPM" in page


def test_page_downloads_the_same_table(api: Client) -> None:
    query = f"?first={WINDOW.first}&last={WINDOW.last}&by=machine"
    lines = lines_of(api.get(f"/kpis/oee_index/export/{query}&as=csv"))
    assert [line["key"] for line in lines] == ["M1", "M2", "M3", "total"]
    parquet = api.get(f"/kpis/oee_index/export/{query}&as=parquet")
    assert b"".join(parquet.streaming_content)[:4] == b"PAR1"
    assert api.get(f"/kpis/other_loss_ratio/export/{query}").status_code == 404


def test_trust_says_within_how_long_most_machines_were_heard(api: Client, plant: Plant) -> None:
    now = clock.now()
    for machine, ago in zip(plant.machines, (5, 20, None), strict=True):
        send(machine, ("run", 60), now=now)
        row, heard = make_live(machine, now=now), None if ago is None else now - timedelta(minutes=ago)
        type(row).objects.filter(pk=row.pk).update(last_sign_at=heard)
    today = local_day(now, plant.site.zone)
    window = Window(today - timedelta(days=1), today + timedelta(days=1))
    found = ages(plant.site, window, now)
    first, second, _silent = plant.machines
    assert found == {first.pk: timedelta(minutes=5), second.pk: timedelta(minutes=20)}
    assert age_of_most(found) == timedelta(minutes=20)
    assert age_of_most({**found, 0: timedelta(hours=9), -1: timedelta(0)}) == timedelta(minutes=20)
    assert age_of_most({}) is None
    assert set(ages(plant.site, window, now, plant.line.pk)) == {first.pk, second.pk}
    assert set(ages(plant.site, window, now, first.pk)) == {first.pk}
    assert ages(plant.site, WINDOW, now) == {}
    assert ask(api, "oee_index").json()["total"]["trust"]["age"] is None
    total_row = ask(api, "oee_index", first=today - timedelta(days=1), last=today + timedelta(days=1)).json()["total"]
    assert total_row["trust"]["age"] >= 1200


def test_series_by_hour_of_many_places_is_of_a_month_at_most(api: Client, plant: Plant) -> None:
    long = {"first": "2026-01-01", "last": "2026-02-28", "step": "hour"}
    refused = ask(api, "oee_index", by="machine", **long)
    assert refused.status_code == 400
    assert "32 days" in refused.content.decode()
    assert ask(api, "oee_index", by="site", **long).status_code == 200
    assert ask(api, "oee_index", by="machine", **long | {"last": "2026-02-01"}).status_code == 200


@pytest.mark.parametrize(("step", "days", "words"), [("hour", 32, "by hour"), ("shift", 184, "by shift")])
def test_fine_steps_of_many_places_are_bounded_with_what_to_ask_for(
    api: Client, step: str, days: int, words: str
) -> None:
    for action in ("values", "csv", "parquet"):
        within: dict[str, Any] = {"first": WINDOW.last - timedelta(days=days - 1), "by": "machine", "step": step}
        assert ask(api, "oee_index", action, **within).status_code == 200
        beyond = ask(api, "oee_index", action, **{**within, "first": WINDOW.last - timedelta(days=days)})
        assert beyond.status_code == 400
        assert f"Ask for {days} days at most {words}" in beyond.content.decode()
    two_years: dict[str, Any] = {"first": WINDOW.last - timedelta(days=730), "step": step}
    assert ask(api, "oee_index", by="site", **two_years).status_code == 200
    assert ask(api, "oee_index", by="machine", first=two_years["first"], step="week").status_code == 200
