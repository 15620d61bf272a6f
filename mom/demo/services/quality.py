"""The demo's quality: a bore on a chart that drifts, the parts held for it, a reported defect, a due inspection."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal

from mom.core import clock
from mom.core.actor import system_actor
from mom.core.use_case import use_case
from mom.demo.engine import quality
from mom.demo.services.plant import DemoPlant
from mom.demo.services.stock_day import Store
from mom.plant.models import MaterialLot
from mom.work.models import JobOrder
from quality.engine.terms import CharacteristicKind, ChartKind
from quality.models import Characteristic, ControlChart
from quality.services import control_plan, inspection, nonconformance, sample
from quality.services.control_limits import Basis, freeze
from quality.services.control_plan import NewCharacteristic, NewPlan
from quality.services.sample import NewSample

ACTOR = system_actor("demo")
KEY = uuid.UUID("c2b6f0a4-0d5e-4f0e-8f5b-6a1f7c3d9e20")


def add_quality(built: DemoPlant) -> None:
    """Plan, lots, samples, nonconformances, inspection: each a use case of its own, at the time when it was done."""
    now = clock.now()
    job = JobOrder.objects.select_related("site", "equipment").get(
        site=built.site, work_request__code=quality.ORDER, equipment__code=quality.MACHINE
    )
    first = now - timedelta(minutes=quality.EVERY_MINUTES * len(quality.samples()) + quality.LAST_BEFORE)
    with clock.telling(first):
        _add_plan(built)
    _make_lots(built, job, now)
    _measure(built, job, now)
    _report_scratches(built)
    inspection.ask(ACTOR, job.pk)


def _add_plan(built: DemoPlant) -> None:
    code, name, product = quality.PLAN
    bore = NewCharacteristic(
        code=quality.BORE, name="Bore Ø38 H7", nominal=quality.NOMINAL, lower_limit=quality.LOWER,
        upper_limit=quality.UPPER, unit="MMT", method="Bore gauge", sample_size=3, every_minutes=quality.EVERY_MINUTES,
        chart=ChartKind.XBAR_R, reaction=quality.REACTION,
    )  # fmt: skip
    face = NewCharacteristic(
        code=quality.LEAK, name="Seal face", kind=CharacteristicKind.VISUAL, method="Look, good light", sample_size=5,
        is_after_setup=True,
    )  # fmt: skip
    with use_case(ACTOR) as act:
        plan = control_plan.add(act, built.site, NewPlan(code, built.materials[product], [bore, face], name=name))
        control_plan.approved(act, plan)


def _make_lots(built: DemoPlant, job: JobOrder, now: datetime) -> None:
    """Housings of castings, so that each can be followed back to its melt."""
    store = Store(built)
    for code, many, ago in quality.LOTS:
        at = now - timedelta(minutes=ago)
        store.take(job, quality.CASTINGS, quality.CASTINGS_LIE, Decimal(many), at)
        store.make(job, code, quality.RACK, many, at)


def _measure(built: DemoPlant, job: JobOrder, now: datetime) -> None:
    """Samples of the past: limits are frozen after the first run, and what drifts after it opens a nonconformance."""
    bore = Characteristic.objects.select_related("control_plan__material", "site", "equipment").get(
        site=built.site, control_plan__code=quality.PLAN[0], code=quality.BORE
    )
    found = quality.samples()
    for number, values in enumerate(found, start=1):
        ago = quality.EVERY_MINUTES * (len(found) - number) + quality.LAST_BEFORE
        with clock.telling(now - timedelta(minutes=ago)):
            of = job if number > quality.FIRST_RUN else None  # the first run was of the order before
            new = NewSample(bore, values, job_order=of, equipment=job.equipment, person=built.people["1004"])
            sample.record(ACTOR, new, op_uuid=_key(built, f"sample:{number}"))
            if number == quality.FIRST_RUN:
                chart = ControlChart.objects.get(site=built.site, plan_code=quality.PLAN[0], equipment=job.equipment)
                freeze(ACTOR, chart.pk, Basis(1, number), "First run, steady")


def _report_scratches(built: DemoPlant) -> None:
    code, words = quality.SCRATCHED
    lot = MaterialLot.objects.select_related("definition", "site").get(site=built.site, code=code)
    new = nonconformance.NewNonconformance(title=words, material=lot.definition, lots=[lot])
    nonconformance.report(ACTOR, built.site, new)


def _key(built: DemoPlant, of: str) -> uuid.UUID:
    return uuid.uuid5(KEY, f"{built.site.pk}:{of}")
