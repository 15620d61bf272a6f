"""The guide "Play a day" step by step, by the people it names: what they are told is there, and they may do it."""

import re
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from inventory.models import CycleCount, LotHold, StockBalance, StorageLocation
from inventory.services import count_job, cycle_count, lot_hold, lots, stock, stock_reservation
from inventory.services.cycle_count import Counted
from inventory.services.lots import NewLot
from maintenance.engine.terms import RepairOutcome
from maintenance.models import MaintenanceJob, MaintenanceRequest
from maintenance.services import handing_back, maintenance_job, maintenance_part, maintenance_step
from maintenance.services.handing_back import Repair
from maintenance.services.maintenance_step import Answer
from mom.accounts.models import Site, User
from mom.accounts.selectors import actor_for_user
from mom.accounts.services.signature import challenge_for
from mom.accounts.services.signer import SignerCredentials, prove_signer
from mom.core import clock, long_work
from mom.core.actor import Actor
from mom.demo.engine import norrtal
from mom.erp.engine.table_fields import TableKind
from mom.erp.services import table_import
from mom.plant.models import BusinessPartner, MaterialDefinition, MaterialLot
from mom.work import gate
from mom.work.models import JobOrder, WorkRequest
from mom.work.services import gate_override
from quality.engine.terms import DispositionKind
from quality.models import ControlChart, Inspection, Nonconformance
from quality.services import disposition, sample
from quality.services.disposition import Decision
from quality.services.sample import NewSample
from tests.bench.database import Bench

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
GUIDE = Path(__file__).parents[2] / "docs" / "play-a-day.md"
ORDERS = GUIDE.parent / "demo" / "orders.csv"
D = Decimal


def test_day_of_the_guide_can_be_played(kept_demo: str, bench: Bench, transactional_db: None) -> None:
    bench.fresh(kept_demo)
    names_of_the_guide_are_those_of_the_plant()
    pages_open_for_who_is_sent_there()
    planner_brings_in_orders()
    what_is_in_the_way_is_what_the_guide_says()
    short_material_is_signed_for_and_comes()
    quality_decides()
    technician_hands_back()
    count_finds_a_difference()
    order_ships_and_is_traced()


def who(name: str) -> User:
    return User.objects.get(username=name)


def may(name: str) -> Actor:
    return actor_for_user(who(name))


def job(code: str) -> JobOrder:
    return JobOrder.objects.select_related("site", "equipment", "work_request").get(code=code)


def lot(code: str) -> MaterialLot:
    return MaterialLot.objects.select_related("site", "definition").get(code=code)


def place(code: str) -> StorageLocation:
    return StorageLocation.objects.select_related("site", "equipment").get(equipment__code=code)


def signs(name: str, subject: Any, content: Any, version: str) -> SignerCredentials:
    """The person's credentials for what the page showed."""
    actor = may(name)
    shown = challenge_for(actor, session="s", subject=subject, content=content, version=version)
    return prove_signer(
        actor, site=subject.site, subject=subject, secret=norrtal.PASSWORD, challenge=shown, session="s", name=name
    )


def names_of_the_guide_are_those_of_the_plant() -> None:
    said = GUIDE.read_text()
    people = re.findall(r"^\| `(\w+)` \| ([\w ]+) \|", said, re.MULTILINE)
    assert all(who(name).display_name == person for name, person in people)
    assert len(people) == 6
    made_by_it = {"WO-24201", "WO-24203", "ST-2604-020"}
    codes = set(re.findall(r"`((?:WO|ST|H|C|A|PU)-\d{4,5}(?:-\d+)?)`", said)) - made_by_it
    known = {*JobOrder.objects.values_list("code", flat=True), *WorkRequest.objects.values_list("code", flat=True),
             *MaterialLot.objects.values_list("code", flat=True)}  # fmt: skip
    assert len(codes) >= 9
    assert codes <= known


def pages_open_for_who_is_sent_there() -> None:
    chart = ControlChart.objects.get(plan_code="CP-4410")
    ncr = Nonconformance.objects.get(chart=chart)
    for name, pages in {
        "planner": ("/imports/lists/new/", "/orders/"),
        "supervisor": ("/jobs/", "/jobs/WO-24150-10/", "/jobs/WO-24117-10/"),
        "quality": (f"/charts/{chart.pk}/", f"/nonconformances/{ncr.code}/", "/inspections/", "/trace/PU-2604-031/",
                    "/holds/affected/A-2604-033/"),
        "technician": ("/maintenance/", "/maintenance/plans/"),
        "storekeeper": ("/shortages/", "/stock/receive/", "/stock/ship/", "/counts/"),
    }.items():  # fmt: skip
        client = Client()
        client.force_login(who(name))
        assert {page: client.get(page).status_code for page in pages} == dict.fromkeys(pages, 200), name


def planner_brings_in_orders() -> None:
    actor, site = may("planner"), Site.objects.get(code=norrtal.SITE)
    run = table_import.take_in(actor, site, TableKind.ORDERS, file_name=ORDERS.name, content=ORDERS.read_bytes())
    run = table_import.check(actor, run.pk, columns=run.columns, decimal=run.decimal, date_format=run.date_format)
    run = table_import.start(actor, run.pk)
    assert run.apply_task_id is not None
    held = long_work.claim(run.apply_task_id)
    assert held is not None
    long_work.work(run.apply_task_id, table_import.apply, held=held)
    found = WorkRequest.objects.filter(code__in=("WO-24201", "WO-24202", "WO-24203"))
    assert list(found.values_list("status", flat=True)) == ["released"] * 3


def what_is_in_the_way_is_what_the_guide_says() -> None:
    expected = {
        "WO-24150-10": "inventory.material", "WO-24142-10": "quality.nonconformance",
        "WO-24103-10": "maintenance.in_hand", "WO-24138-10": "work.order",
    }  # fmt: skip
    found = {code: [each.source for each in gate.in_the_way(job(code), clock.now()) if each.forbids]
             for code in expected}  # fmt: skip
    assert found == {code: [source] for code, source in expected.items()}


def short_material_is_signed_for_and_comes() -> None:
    pumps = job("WO-24150-10")
    [blocker] = [each for each in gate.in_the_way(pumps, clock.now()) if each.forbids]
    named = (blocker.source, blocker.code, blocker.subject)
    proof = signs(
        "supervisor", pumps, gate_override.signed_content(pumps, *named), gate_override.signed_version(*named)
    )
    gate_override.override(
        may("supervisor"), pumps.pk, source=named[0], code=named[1], subject=named[2], credentials=proof,
        reason="Stators are on the lorry",
    )  # fmt: skip
    assert not [each for each in gate.in_the_way(pumps, clock.now()) if each.forbids]
    stators = MaterialDefinition.objects.select_related("site").get(code="P-4610")
    lots.receive_lot(may("storekeeper"), place("RACK-W1"), stators, D(28), NewLot("ST-2604-020"), op_uuid=uuid.uuid4())
    _found, short = stock_reservation.reserve(may("supervisor"), [pumps.pk])
    assert not short


def quality_decides() -> None:
    actor, ncr = may("quality"), Nonconformance.objects.select_related("site", "material").get(chart__isnull=False)
    kinds = {"H-2604-241": DispositionKind.USE_AS_IS, "H-2604-242": DispositionKind.REWORK}
    for line in ncr.lines.select_related("lot").order_by("lot__code"):
        decision = Decision(line.pk, kinds[line.lot.code], line.quantity)
        ncr.refresh_from_db()
        proof = signs("quality", ncr, disposition.signed_content(ncr, line, decision),
                      disposition.signed_version(ncr, decision))  # fmt: skip
        disposition.decide(actor, ncr.pk, decision, reason="Measured again", credentials=proof)
    assert (lot("H-2604-241").disposition, lot("H-2604-242").disposition) == ("unrestricted", "restricted")
    assert lot("H-2604-240").disposition == "unrestricted"
    due = Inspection.objects.get(status="due", inspected_job__code="WO-24117-10")
    for item in due.items.select_related("characteristic__control_plan__material", "characteristic__site"):
        measured = [D("38.012"), D("38.013"), D("38.012")] if item.characteristic.chart != "none" else []
        new = NewSample(item.characteristic, measured, job_order=job("WO-24117-10"))
        sample.record(actor, new, op_uuid=uuid.uuid4(), inspection_id=due.pk)
    due.refresh_from_db()
    assert due.status == "passed"


def technician_hands_back() -> None:
    actor = may("technician")
    call = MaintenanceRequest.objects.get(status="requested", equipment__code="DC-01")
    mending = maintenance_job.accept(actor, call.pk)
    maintenance_job.arrive(actor, mending.pk)
    maintenance_part.ask_for(actor, mending.pk, MaterialDefinition.objects.get(code="S-VALVE"), D(1))
    maintenance_part.issue(actor, mending.pk, op_uuid=uuid.uuid4())
    service = MaintenanceJob.objects.get(equipment__code="IM-03", handed_back_at=None)
    for step in service.steps.order_by("position"):
        maintenance_step.answer(actor, service.pk, step.position, Answer(passed=True))
    for pk in (mending.pk, service.pk):
        handing_back.repaired(actor, pk, Repair(RepairOutcome.FULL, "Done", mechanism="1.1", cause="3.4"))
        done = MaintenanceJob.objects.select_related("site", "equipment").get(pk=pk)
        proof = signs("technician", done, handing_back.signed_content(done), handing_back.signed_version(done))
        handing_back.sign_off(actor, pk, credentials=proof, reason="Tested")
    assert StockBalance.objects.get(lot__code="VL-2603-04").quantity == 2  # four came, the past took one
    assert "maintenance.in_hand" not in {each.source for each in gate.in_the_way(job("WO-24103-10"), clock.now())}


def count_finds_a_difference() -> None:
    actor = may("storekeeper")
    count = CycleCount.objects.select_related("location").get(status="open")
    for line in count.lines.select_related("lot"):
        book = StockBalance.objects.get(location=count.location, lot=line.lot).quantity
        said = book - (line.lot.code == "C-2604-116")
        cycle_count.enter(actor, count.pk, [Counted(said, uuid.uuid4(), line_id=line.pk)])
    count_job.finish(actor, count.pk)
    count.refresh_from_db()
    assert count.status == "counted"
    cycle_count.post_count(actor, count.pk, "Dropped")
    assert StockBalance.objects.get(lot__code="C-2604-116").quantity == 117


def order_ships_and_is_traced() -> None:
    customer = BusinessPartner.objects.get(code="BALTIC")
    stock.ship(may("storekeeper"), lot("PU-2604-031"), place("FG-A3"), D(3), op_uuid=uuid.uuid4(), partner=customer)
    hold = lot_hold.hold_affected(may("quality"), [lot("A-2604-033").pk], "Leaks at the housing", also="downstream")
    held = set(hold.lots.values_list("lot__code", flat=True))
    assert {"A-2604-033", "C-2604-124", "H-2604-240", "PU-2604-031"} <= held
    lot_hold.release(may("quality"), hold.pk, "Was the seal")
    assert LotHold.objects.get(pk=hold.pk).released_at is not None
