"""May this job start? What the gate's answer costs through the API, with nothing and with everything in the way.

    python3 manage.py bench can_start [--runs 200] [--most 30] [--history 300]

A machine in a scratch database has `history` jobs behind it. Two jobs are asked about in turn, over HTTP with a token:
one that nothing stands in the way of, and one that sources of five apps have something to say about (machine down,
maintenance begun, material short, a skill missing, a document unread, an open nonconformance, an inspection due). A
plain read of the same job through the same API runs beside them, for the ratio. The answers must be those that the
gate gives when every source is asked, whatever its hint says; twice as much in the way must cost no statement more.
Exits with 1 where not, or where the 95th percentile is above `most` milliseconds.
"""

import argparse
import http.client
import json
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from lifecycle import SCRATCH, served, token_of
from scratch import own_database

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--most", type=float, default=30, help="milliseconds, 95th percentile")
    parser.add_argument("--history", type=int, default=300, help="jobs that the machine has behind it")
    options = parser.parse_args()
    with own_database(SCRATCH):
        return measure(options)


def measure(options: argparse.Namespace) -> int:
    yard = Yard(options.history)
    few = yard.statements()
    yard.put_in_the_way(2)
    many = yard.statements()
    with served() as port:
        asked = Asked(port, yard.token)
        reads: dict[str, Callable[[], Any]] = {
            "clear": lambda: asked.get(f"{yard.clear}/can-start/?person=ID-7"),
            "blocked": lambda: asked.get(f"{yard.blocked}/can-start/?person=ID-7"),
            "a job": lambda: asked.get(f"{yard.blocked}/"),
        }
        taken: dict[str, list[float]] = {name: [] for name in reads}
        for turn in range(options.runs + 10):
            for name, read in reads.items():
                began = time.perf_counter()
                read()
                if turn >= 10:
                    taken[name].append((time.perf_counter() - began) * 1000)
        told = {name: sorted(each["code"] for each in reads[name]()["blockers"]) for name in ("clear", "blocked")}
    plain = statistics.median(taken["a job"])
    is_slow = False
    for name in ("clear", "blocked"):
        median, late = statistics.median(taken[name]), statistics.quantiles(taken[name], n=20)[-1]
        print(
            f"{name:8} p50 {median:5.1f} ms, p95 {late:5.1f} ms; {median / plain:.1f} x a read of the job ({plain:.1f})"
        )
        is_slow |= late > options.most
    wrong = yard.wrong(told)
    print(f"statements: {few} with one of each in the way, {many} with two; in the way: {', '.join(told['blocked'])}")
    print(f"answers: {'; '.join(wrong) or 'all right'}")
    return int(bool(wrong) or is_slow or many > few)


class Yard:
    """A machine with a past, and its two jobs."""

    def __init__(self, history: int) -> None:
        from django.db import connection

        from mom.core.testing import acting
        from mom.plant.models import Person
        from mom.work.models import JobOrder
        from tests.factories.accounts import make_site
        from tests.factories.quality import Floor
        from tests.factories.work import job_of, make_machine, make_order

        self.site = make_site("BENCH")
        self.floor = Floor(self.site)
        for number in range(history):
            past = self.floor.order(f"PAST-{number}", 1)
            with acting():
                JobOrder.objects.filter(pk=past.pk).update(status="completed")
        calm = make_order(self.site, "CLEAR", material=self.floor.product, machine=make_machine(self.site, "CNC-99"))
        self.clear = job_of(calm).pk
        self.blocked = self._blocked()
        with acting():
            self.person = Person.objects.create(site=self.site, code="ID-7", name="Nils")
        self.put_in_the_way(1)
        self.token = token_of(self.site)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def _blocked(self) -> int:
        """A job at the machine that needs ten of a material of which one is there."""
        from inventory.services import stock
        from mom.core.testing import acting
        from mom.plant.models import MaterialLot
        from mom.work.services import job_order
        from mom.work.services.job_order import Input, Output
        from tests.factories.work import give, make_material, make_order

        raw = make_material(self.site, "RAW", "KGM", tracking="lot")
        order = make_order(self.site, "BLOCKED", material=self.floor.product)
        with acting() as act:
            job = job_order.add(
                act, order=order.work_request, operation="Mill", sequence=99, equipment=self.floor.machine,
                outputs=[Output(self.floor.product, Decimal(1), "C62")], inputs=[Input(raw, Decimal(10), "KGM")],
            )  # fmt: skip
            lot = MaterialLot.objects.create(site=self.site, definition=raw, code="RAW-1")
        stock.receive(self.floor.actor, self.floor.rack, raw, Decimal(1), op_uuid=uuid.uuid4(), lot=lot)
        return give(job, "release").pk

    def put_in_the_way(self, number: int) -> None:
        """One more of each."""
        from maintenance.services import maintenance_job
        from mom.core.testing import acting
        from mom.plant.models import (
            DocumentReader,
            EquipmentClass,
            EquipmentClassSkill,
            EquipmentInClass,
            PersonnelClass,
        )
        from quality.services import inspection, nonconformance
        from tests.factories.files import make_document, make_version
        from tests.factories.floor import make_stop
        from tests.factories.maintenance import make_job

        site, machine = self.site, self.floor.machine
        if number == 1:
            make_stop(site, machine, state="down", ended_at=None)
            maintenance_job.arrive(self.floor.actor, make_job(machine).pk)
        with acting():
            skill = PersonnelClass.objects.create(site=site, code=f"SKILL-{number}")
            kind = EquipmentClass.objects.create(site=site, code=f"CLASS-{number}")
            EquipmentInClass.objects.create(equipment=machine, equipment_class=kind)
            EquipmentClassSkill.objects.create(site=site, equipment_class=kind, personnel_class=skill)
            document = make_document(site, f"SOP-{number}")
            DocumentReader.objects.create(site=site, document=document, equipment=machine)
        make_version(document, needs_reading=True)
        new = nonconformance.NewNonconformance(f"Scratch {number}", self.floor.product, equipment=machine)
        nonconformance.report(self.floor.actor, site, new)
        inspection.ask(self.floor.actor, self.floor.job.pk)

    def found(self, pk: int) -> list[str]:
        """What every source says, asked one by one past its hint."""
        from mom.core import clock
        from mom.work import gate
        from mom.work.models import JobOrder

        job = JobOrder.objects.select_related("site", "work_request", "equipment").get(pk=pk)
        at = clock.now()
        return [each.code for source in gate.sources() for each in source.ask(job, at, self.person)]

    def statements(self) -> int:
        """Of the gate's answer about the job that everything stands in the way of."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        from mom.core import clock
        from mom.work import gate
        from mom.work.models import JobOrder

        job = JobOrder.objects.select_related("site", "work_request", "equipment").get(pk=self.blocked)
        with CaptureQueriesContext(connection) as captured:
            gate.in_the_way(job, clock.now(), self.person)
        return len(captured)

    def wrong(self, told: dict[str, list[str]]) -> list[str]:
        """Answers that are not what every source says."""
        true = {"clear": sorted(self.found(self.clear)), "blocked": sorted(self.found(self.blocked))}
        differ = [f"{name}: {told[name]} instead of {true[name]}" for name in told if told[name] != true[name]]
        if told["clear"]:
            differ.append(f"in the way of the clear one: {told['clear']}")
        if len(set(told["blocked"])) < 6:
            differ.append("less than six things are in the way")
        return differ


class Asked:
    """A program with a connection of its own."""

    def __init__(self, port: int, token: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> Any:
        """What is under `job-orders/`."""
        self.connection.request("GET", f"/api/v1/work/job-orders/{path}", headers=self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {content[:300]!r}")
        return json.loads(content)


if __name__ == "__main__":
    sys.exit(main())
