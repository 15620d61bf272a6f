"""OEE and losses: sums before ratios, both schools, what is uncoded, too few parts, windows, exports, rights."""

import csv
import io
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from django.test import Client

from analytics.selectors.losses import Asked, lost_times, machine_sums, trend
from mom.accounts.models import Site, User
from mom.core import clock
from tests.analytics.shift_floor import DAY, MINUTE, Floor, vorne
from tests.factories.targets import make_reckoning

BACKEND = "mom.accounts.backends.PasswordBackend"
QUERY = "?first=2026-04-16&last=2026-04-16"


@pytest.fixture
def floor(site: Site) -> Floor:
    return Floor.make(site)


@pytest.fixture
def reader(client: Client, owner: User) -> Client:
    client.force_login(owner, backend=BACKEND)
    return client


def page(client: Client, query: str = QUERY, path: str = "/losses/") -> str:
    answer = client.get(f"{path}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_losses_print_the_published_example_by_both_schools(reader: Client, floor: Floor) -> None:
    floor.shift(floor.machines[0], **vorne())

    shown = page(reader)

    assert shown.count("<b>74.8\xa0%</b>") == 2  # without planned maintenance or minor stops both schools agree
    assert "88.8\xa0%" in shown  # availability
    assert "86.1\xa0%" in shown  # performance
    assert "97.8\xa0%" in shown  # quality


def test_losses_of_an_area_are_sums_and_never_a_mean_of_percentages(reader: Client, floor: Floor) -> None:
    first, second, _third = floor.machines
    floor.shift(first, production=480, ideal=480, ideal_good=480, good=480)  # 100 %
    floor.shift(second, production=120, ideal=60, ideal_good=60, good=60)  # 50 %

    shown = page(reader, f"{QUERY}&at=MACH")

    assert "<b>90.0\xa0%</b>" in shown  # 540 of 600; the mean would say 75 %


def test_losses_print_what_time_without_an_order_counted_as(reader: Client, floor: Floor) -> None:
    floor.shift(floor.machines[0], **vorne())
    assert "Time without an order: planned stop" in page(reader)
    noon = datetime(2026, 4, 16, 12, tzinfo=UTC)
    make_reckoning(floor.site, valid_from=noon, valid_until=None)
    assert "Time without an order: planned stop, then lost time" in page(reader)


def test_losses_of_fewer_than_ten_parts_are_not_available(reader: Client, floor: Floor) -> None:
    floor.shift(floor.machines[0], production=480, ideal=9, ideal_good=9, good=9)

    shown = page(reader)

    assert "fewer than 10 parts" in shown
    assert "<b>n/a</b>" in shown


def test_losses_count_unknown_time_in_no_point_and_in_both_ends_of_the_range(reader: Client, floor: Floor) -> None:
    floor.shift(floor.machines[0], production=300, down=60, unknown=120, ideal=270, ideal_good=270, good=270)

    shown = page(reader)

    assert "<b>75.0\xa0%</b>" in shown  # 270 of 360 known
    assert "56.2 to 81.2\xa0%" in shown  # 270 of 480, 390 of 480
    assert "Doubtful data" in shown


def test_losses_above_the_ideal_are_shown_as_they_are(reader: Client, floor: Floor) -> None:
    floor.shift(floor.machines[0], production=100, ideal=120, ideal_good=120, good=120)

    shown = page(reader)

    assert '<span class="is-bad">120.0\xa0%</span>' in shown
    assert "faster than the ideal cycle" in shown


def test_losses_name_uncoded_time_last_and_lead_to_its_stops(reader: Client, floor: Floor) -> None:
    machine = floor.machines[0]
    floor.shift(machine, production=400, down=80, uncoded=50, ideal=400, ideal_good=400, good=400)
    floor.lost(machine, 30, reason=floor.reason)
    floor.lost(machine, 50)

    shown = page(reader)

    pareto = shown[shown.index('id="losses-pareto"') :]
    assert pareto.index("Coolant") < pareto.index("No reason yet")
    assert "coded=no" in pareto


def test_minor_stops_stand_apart_from_stops_that_want_a_reason(reader: Client, floor: Floor) -> None:
    machine = floor.machines[0]
    floor.shift(machine, production=400, down=50, minor_stop=30, uncoded=50, ideal=400, ideal_good=400, good=400)
    floor.lost(machine, 50)
    floor.lost(machine, 30, loss_class="minor_stop")
    floor.stop(machine, 0, 5)
    floor.stop(machine, 60, 1, is_minor=True)

    shown = page(reader)

    pareto = shown[shown.index('id="losses-pareto"') :]
    assert pareto.index("Minor stops") < pareto.index("No reason yet")
    assert "coded=minor" in pareto
    listed = page(reader, f"{QUERY}&coded=minor", "/losses/stops/")
    assert "1 stop" in listed
    assert "No reason yet" not in listed


def test_losses_of_one_shift_leave_the_others_out(floor: Floor) -> None:
    machine = floor.machines[0]
    floor.shift(machine, "early", production=100)
    floor.shift(machine, "night", production=200)

    both = machine_sums(Asked(floor.site, DAY, DAY))
    night = machine_sums(Asked(floor.site, DAY, DAY, shift="night"))

    assert both.whole.production == 300 * MINUTE
    assert {key: each.production for key, each in both.by_shift.items()} == {
        "early": 100 * MINUTE, "night": 200 * MINUTE,
    }  # fmt: skip
    assert night.whole.production == 200 * MINUTE


def test_losses_over_time_are_the_same_whole_by_day_week_and_month(floor: Floor) -> None:
    for back in range(60):
        floor.shift(floor.machines[0], day=DAY - timedelta(days=back), production=100 + back, good=back)
    asked = Asked(floor.site, DAY - timedelta(days=59), DAY)

    wholes = {step: sum(each.production for each in trend(asked, step).values()) for step in ("day", "week", "month")}

    assert len(set(wholes.values())) == 1
    assert wholes["day"] == machine_sums(asked).whole.production


def test_losses_of_a_long_window_fetch_the_table_of_shifts_after_the_page(reader: Client, floor: Floor) -> None:
    for back in range(40):
        floor.shift(floor.machines[0], "early", day=DAY - timedelta(days=back), production=400, good=20)
        floor.shift(floor.machines[0], "night", day=DAY - timedelta(days=back), production=100, good=20)
    query = f"?first={DAY - timedelta(days=39)}&last={DAY}"

    whole = page(reader, query)
    shifts = page(reader, f"{query}&part=shifts")

    assert f'hx-get="{query.replace("&", "&amp;")}&amp;part=shifts"' in whole
    assert "Early shift" not in whole[whole.index('id="losses-shifts"') :]
    assert shifts.startswith('<section class="card" id="losses-shifts">')
    assert shifts.index("Early shift") < shifts.index("Night shift")


def test_losses_of_a_month_have_the_table_of_shifts_at_once(reader: Client, floor: Floor) -> None:
    floor.shift(floor.machines[0], "early", **vorne())

    shown = page(reader, f"?first={DAY - timedelta(days=30)}&last={DAY}")

    assert "Early shift" in shown[shown.index('id="losses-shifts"') :]
    assert "part=shifts" not in shown


def test_losses_of_another_site_are_not_there(client: Client, outsider: User, floor: Floor) -> None:
    floor.shift(floor.machines[0], **vorne())
    client.force_login(outsider, backend=BACKEND)

    shown = page(client)

    assert "CNC-01" not in shown
    assert "74.8" not in shown


def test_losses_export_the_very_view_as_csv_and_workbook(reader: Client, floor: Floor) -> None:
    floor.shift(floor.machines[0], **vorne())
    floor.shift(floor.machines[2], **vorne())
    floor.lost(floor.machines[0], 47, reason=floor.reason)

    answer = reader.get(f"/losses/{QUERY}&at=MACH&export=csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))  # type: ignore[call-overload]
    book = openpyxl.load_workbook(io.BytesIO(reader.get(f"/losses/{QUERY}&export=xlsx").content))

    assert [row["Machine"] for row in rows] == ["CNC-01"]
    assert rows[0]["OEE"].startswith("0.7479365")
    assert rows[0]["Pieces from"] == "Reports"
    assert book.sheetnames == ["Machines", "Shifts", "Over time", "Reasons"]
    assert book["Machines"].max_row == 3
    assert book["Reasons"]["A2"].value == "Coolant"


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("?first=2026-04-16&last=2026-04-01", "The last day is before the first."),
        ("?first=2020-04-16&last=2026-04-01", "Choose two years at most."),
        ("?first=1066-10-14&last=1066-10-14", "Choose days from 1970 to 2199."),
        ("?first=tomorrow", "Enter a valid date."),
        ("?material=NONE", "This site has no product with this code."),
        ("?at=NOWHERE", "NOWHERE is not one of the available choices."),
        ("?window=never&group=%00&shift=%00", ""),
    ],
)
def test_losses_say_what_is_wrong_with_the_days_and_show_the_usual_ones(
    reader: Client, floor: Floor, query: str, says: str
) -> None:
    assert says in page(reader, query)


def test_losses_windows_are_named_by_their_days(reader: Client, floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 4, 16, 21, 0, tzinfo=UTC))  # 23:00: night shift

    for back in range(2):
        floor.shift(floor.machines[0], "night", DAY - timedelta(days=back), **vorne())

    assert "16 Apr 2026, Night shift" in page(reader, "?window=shift")
    assert "<h2>16 Apr 2026</h2>" in page(reader, "?window=today")
    assert "<h2>15 Apr 2026</h2>" in page(reader, "?window=yesterday")
    assert "<h2>10 Apr 2026 to 16 Apr 2026</h2>" in page(reader, "?window=week")


def test_losses_statements_do_not_grow_with_machines_and_days(
    reader: Client, floor: Floor, django_assert_max_num_queries: object
) -> None:
    for back in range(3):
        for machine in floor.machines:
            floor.shift(machine, day=DAY - timedelta(days=back), **vorne())

    with django_assert_max_num_queries(12):  # type: ignore[operator]
        page(reader, "?first=2025-04-16&last=2026-04-16")


def test_lost_times_know_their_group_and_leave_planned_stops_out(floor: Floor) -> None:
    floor.lost(floor.machines[0], 30, reason=floor.reason)
    floor.lost(floor.machines[1], 20, reason=floor.reason)

    found = lost_times(Asked(floor.site, DAY, DAY))

    assert [(row.code, row.group_code, row.duration, row.count) for row in found] == [("COOL", "COOL", 50 * MINUTE, 2)]


def test_stops_tell_the_fourth_time_that_day(reader: Client, floor: Floor) -> None:
    machine = floor.machines[0]
    for minute in (0, 60, 120, 180):
        floor.stop(machine, minute, 5, reason=floor.reason)
    floor.stop(machine, 240, 5, code="ALARM_17")
    floor.stop(floor.machines[1], 0, 9)

    shown = page(reader, QUERY, "/losses/stops/")

    assert "4× that day" in shown
    assert "3× that day" in shown
    assert shown.count("No reason yet") == 2
    assert "6 stops" in shown
    assert "2 stops" in page(reader, f"{QUERY}&coded=no", "/losses/stops/")
    assert "4 stops" in page(reader, f"{QUERY}&reason=COOL", "/losses/stops/")
    assert "1 stop" in page(reader, f"{QUERY}&at=CNC-02", "/losses/stops/")
    assert "Nothing stopped" in page(reader, f"{QUERY}&shift=night", "/losses/stops/")
