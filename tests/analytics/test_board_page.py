"""The hour board: plan, actual, running shift, words beside the hours, rights, API."""

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import openpyxl
import pytest
from django.test import Client
from rest_framework.test import APIClient

from analytics.models import BoardEntry
from analytics.selectors.board_plan import planned_work
from mom.accounts.models import User
from mom.core import clock
from mom.core.testing import acting
from mom.work.models import EquipmentReservation, JobOrder, JobRequirement, JobResponse, WorkRequest
from production.models import IdealCycle
from tests.analytics.shift_floor import DAY, Floor
from tests.factories.plant import make_equipment

BACKEND = "mom.accounts.backends.PasswordBackend"
QUERY = "?day=2026-04-16&shift=early"


@pytest.fixture
def floor(site: object) -> Floor:
    return Floor.make(site)  # type: ignore[arg-type]


@pytest.fixture
def reader(client: Client, owner: User) -> Client:
    client.force_login(owner, backend=BACKEND)
    return client


def make_job(floor: Floor, code: str, quantity: int, **fields: object) -> JobOrder:
    """A job on the first machine that makes the part."""
    with acting():
        order, _new = WorkRequest.objects.get_or_create(
            site=floor.site, code="WO-1",
            defaults={"operations_type": "production", "status": "running", "created_at": clock.now()},
        )  # fmt: skip
        job = JobOrder.objects.create(
            site=floor.site, code=code, work_request=order, operations_type="production", operation="Turn",
            status="running", equipment=floor.machines[0], created_at=clock.now(), **fields,
        )  # fmt: skip
        JobRequirement.objects.create(
            site=floor.site, job_order=job, resource_kind="material", material_use="produced", definition=floor.part,
            quantity=quantity, unit="C62",
        )  # fmt: skip
    return job


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_board_of_an_area_shows_plan_actual_and_what_is_behind(reader: Client, floor: Floor) -> None:
    start = floor.start("early")
    make_job(floor, "J-1", 400, planned_start=start, planned_end=start + timedelta(hours=8))
    floor.hour(floor.machines[0], 0, good=30, scrap=2)
    floor.hour(floor.machines[1], 0, good=10)
    floor.hour(floor.machines[2], 0, good=99)  # of another area
    floor.lost(floor.machines[0], 12, reason=floor.reason)

    shown = text(reader, f"/board/MACH/{QUERY}")

    first = shown[shown.index("06:00\N{EN DASH}07:00") :].partition("</tr>")[0]
    assert "<b>40</b>" in first
    assert "\N{MINUS SIGN}10" in first
    assert "CNC-01: Coolant, 12\xa0min" in first
    assert "99" not in first
    assert "40 good, 400 expected by now" in shown  # the shift is over


def test_board_plans_a_running_job_without_times_at_its_ideal_cycle(floor: Floor) -> None:
    start = floor.start("early")
    job = make_job(floor, "J-1", 100)
    with acting():
        IdealCycle.objects.create(
            site=floor.site, definition=floor.part, equipment=floor.machines[0], duration=timedelta(minutes=2),
            pieces_per_cycle=2, valid_from=start - timedelta(days=1),
        )  # fmt: skip
        JobResponse.objects.create(
            site=floor.site, job_order=job, equipment=floor.machines[0], work_kind="production", op_uuid=uuid4(),
            started_at=start + timedelta(hours=1), recorded_at=clock.now(), recorded_by="t",
        )  # fmt: skip
    floor.shift(floor.machines[0], "night", DAY - timedelta(days=1), good=40)
    with acting():
        from analytics.models import ShiftBucket

        ShiftBucket.objects.update(job_order=job)

    found = planned_work(floor.site, [floor.machines[0].pk], start, start + timedelta(hours=8))

    assert [(work.quantity, work.pace, work.start) for work in found] == [
        (Decimal(60), Decimal(60_000_000), start + timedelta(hours=1))
    ]


def test_board_plans_a_reserved_job_by_the_share_of_its_time(floor: Floor) -> None:
    start = floor.start("early")
    job = make_job(floor, "J-1", 90)
    with acting():
        for hours in ((0, 2), (20, 21)):
            EquipmentReservation.objects.create(
                site=floor.site, equipment=floor.machines[0], job_order=job,
                started_at=start + timedelta(hours=hours[0]), ended_at=start + timedelta(hours=hours[1]),
            )  # fmt: skip

    found = planned_work(floor.site, [floor.machines[0].pk], start, start + timedelta(hours=8))

    assert [work.quantity for work in found] == [Decimal(60)]


def test_board_of_the_running_shift_marks_the_hour_and_hides_the_future(
    reader: Client, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 4, 16, 6, 30, tzinfo=UTC))  # 08:30

    shown = text(reader, "/board/CNC-01/")

    assert 'aria-current="time"' in shown[: shown.index("09:00\N{EN DASH}10:00")]
    assert shown.count("/hours/") == 3
    assert "data-live=" in shown


def test_board_words_are_written_on_their_page_and_shown_with_their_writer(reader: Client, floor: Floor) -> None:
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    address = f"/board/MACH/hours/{hour:%Y%m%dT%H%MZ}/"

    assert 'name="version" value="0"' in text(reader, address)
    sent = reader.post(address, {"cause": "Coolant low", "action": "Filter", "version": "0"})
    again = reader.post(address, {"cause": "Tool", "action": "", "version": "0"})

    assert sent.status_code == 302
    assert again.status_code == 412
    assert BoardEntry.objects.get().cause == "Coolant low"
    assert "Coolant low" in text(reader, "/board/MACH/")
    assert reader.get("/board/MACH/hours/yesterday/").status_code == 404


def test_board_export_has_exact_amounts(reader: Client, floor: Floor) -> None:
    start = floor.start("early")
    make_job(floor, "J-1", 100, planned_start=start, planned_end=start + timedelta(hours=8))
    floor.hour(floor.machines[0], 0, good=30)

    book = openpyxl.load_workbook(io.BytesIO(reader.get(f"/board/MACH/{QUERY}&export=xlsx").content))

    sheet = book["MACH"]
    heads = [cell.value for cell in sheet[1]]
    assert sheet.cell(2, heads.index("Plan (pcs)") + 1).value == 12.5
    assert sheet.cell(2, heads.index("Good (pcs)") + 1).value == 30


@pytest.mark.parametrize("query", ["?day=2026-99-99", "?shift=never", "?day=1899-01-01&shift=early", "?at=x"])
def test_board_of_a_shift_that_is_not_there_says_so(reader: Client, floor: Floor, query: str) -> None:
    assert reader.get(f"/board/MACH/{query}").status_code == 200


def test_board_of_a_place_without_calendar_asks_for_one(reader: Client, site: object) -> None:
    make_equipment(site, "LONE")  # type: ignore[arg-type]

    assert "No shifts yet" in text(reader, "/board/LONE/")
    assert reader.get("/board/NOWHERE/").status_code == 404


def test_board_start_leads_to_the_place_asked_for(reader: Client, floor: Floor) -> None:
    assert reader.get("/board/?at=CNC-02")["Location"] == "/board/CNC-02/"
    assert reader.get("/board/?at=//evil")["Location"].startswith("/board/")


def test_board_button_is_not_there_for_who_may_not_write(client: Client, colleague: User, floor: Floor) -> None:
    client.force_login(colleague, backend=BACKEND)

    answer = client.get(f"/board/MACH/{QUERY}")

    assert answer.status_code in {200, 403}
    assert "/hours/" not in answer.content.decode()


def test_board_statements_do_not_grow_with_machines(
    reader: Client, floor: Floor, django_assert_max_num_queries: object
) -> None:
    for machine in floor.machines:
        for number in range(8):
            floor.hour(machine, number, good=10)

    with django_assert_max_num_queries(20):  # type: ignore[operator]
        text(reader, f"/board/PLANT/{QUERY}")


def test_board_in_the_api_and_its_entry_once_per_hour(owner: User, floor: Floor) -> None:
    api = APIClient()
    api.force_login(owner, backend=BACKEND)
    start = floor.start("early")
    make_job(floor, "J-1", 100, planned_start=start, planned_end=start + timedelta(hours=8))
    floor.hour(floor.machines[0], 1, good=30)
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    body = {"site": "P1", "equipment": "MACH", "hour": hour.isoformat(), "cause": "Coolant"}

    board = api.get(f"/api/v1/analytics/boards/MACH/{QUERY}&site=P1").json()
    made = api.post("/api/v1/analytics/board-entries/", body, format="json", headers={"Idempotency-Key": "k-1"})
    twice = api.post("/api/v1/analytics/board-entries/", body, format="json", headers={"Idempotency-Key": "k-2"})
    changed = api.patch(
        f"/api/v1/analytics/board-entries/{made.json()['id']}/", {"action": "Filter"}, format="json",
        headers={"If-Match": made["ETag"]},
    )  # fmt: skip

    assert board["hours"][1]["good"] == [{"unit": "C62", "value": "30.000000"}]
    assert board["hours"][1]["plan"] == [{"unit": "C62", "value": "12.500000"}]
    assert (made.status_code, twice.status_code, changed.status_code) == (201, 412, 200)
    assert (changed.json()["cause"], changed.json()["action"]) == ("Coolant", "Filter")
