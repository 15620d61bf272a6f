"""Recording a sample: it is judged as it is stored; what is wrong opens a nonconformance and holds what is in doubt."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput
from mom.core.live.change import tell
from mom.core.use_case import UseCase, use_case
from mom.events.quality import SampleRecorded
from mom.plant.models import Equipment, MaterialLot, Person
from mom.work.models import JobOrder
from quality import permissions
from quality.engine import judging
from quality.engine.judging import Plotted, Verdict
from quality.engine.terms import CharacteristicKind, ChartKind, NonconformanceOrigin, PlanStatus, Severity
from quality.models import Characteristic, ControlChart, ControlLimits, Inspection, Nonconformance, Sample
from quality.rule_words import finding_words
from quality.selectors.chart import limits_of, tail
from quality.selectors.suspects import in_control_since, suspects
from quality.services import inspection as inspections
from quality.services import nonconformance as nonconformances

AHEAD = timedelta(minutes=5)
"""So far a gauge's clock may be ahead of ours."""


@dataclass(frozen=True)
class NewSample:
    """What was measured (`values`, in the characteristic's unit) or counted (`size`, `nonconforming`), and of what."""

    characteristic: Characteristic
    values: Sequence[Decimal] = ()
    size: int | None = None
    nonconforming: int = 0
    job_order: JobOrder | None = None
    equipment: Equipment | None = None
    lot: MaterialLot | None = None
    person: Person | None = None
    gauge: str = ""
    taken_at: datetime | None = None
    note: str = ""

    @property
    def machine(self) -> Equipment | None:
        """Where the parts were made: as named, else the job's, else the characteristic's."""
        job = self.job_order.equipment if self.job_order else None
        return self.equipment or job or self.characteristic.equipment

    @property
    def inspected(self) -> int:
        """How many parts were looked at."""
        return len(self.values) if self.values else (self.size or self.characteristic.sample_size)


def record(actor: Actor, new: NewSample, *, op_uuid: uuid.UUID, inspection_id: int | None = None) -> Sample:
    """Store a sample and judge it at once, by its tolerance and by its chart. The same `op_uuid` again changes nothing.

    What is wrong opens one nonconformance for the chart, or joins the open one; lots made since the last sample in
    control are held. The last sample of an inspection ends it. Raises: NotAllowed, NotFound; InvalidInput for what
    doesn't fit the characteristic; Conflict for an inspection that has ended, or a plan that isn't approved.
    """
    with use_case(actor, new.note) as act:
        act.require(permissions.RECORD_SAMPLE, new.characteristic.site.code)
        known = _known(new, op_uuid)
        if known is not None:
            return known
        inspection = inspections.locked(inspection_id) if inspection_id is not None else None
        made = add(act, new, op_uuid=op_uuid, inspection=inspection)
        if inspection is not None:
            inspections.follow(act, inspection)
        return made


def add(act: UseCase, new: NewSample, *, op_uuid: uuid.UUID, inspection: Inspection | None = None) -> Sample:
    """The same within the caller's transaction, the inspection locked; rights are the caller's to ask."""
    _check(act, new)
    if inspection is not None:
        inspections.check_takes(inspection, new.characteristic)
    chart = _chart(new)
    known = _known(new, op_uuid)  # who sent the same sample twice at once waited for the chart
    if known is not None:
        return known
    limits, point, verdict = _judged(chart, new)
    ncr = _nonconformance(act, chart, new, verdict) if verdict.out_of_limits or verdict.has_signal else None
    chart.points += 1
    chart.save(update_fields=["points"])
    sample = _stored(act, chart, new, op_uuid, limits, point, verdict, ncr, inspection)
    _announce(act, chart, new, sample, ncr)
    return sample


def _known(new: NewSample, op_uuid: uuid.UUID) -> Sample | None:
    known = Sample.objects.select_related("nonconformance").filter(op_uuid=op_uuid).first()
    if known is not None and known.characteristic_id != new.characteristic.pk:
        raise Conflict(_("This key was used for another sample. Make a new key for each."), code="op_uuid_taken")
    return known


def _check(act: UseCase, new: NewSample) -> None:
    """Raises: InvalidInput with everything that doesn't fit; Conflict for a plan that nobody approved."""
    about = new.characteristic
    if about.control_plan.status == PlanStatus.DRAFT:
        raise Conflict(_("%(plan)s is not approved. Approve it first.") % {"plan": about.control_plan}, code="draft")
    wrong = _wrong_values(new)
    if new.taken_at is not None and new.taken_at > act.now + AHEAD:
        wrong["taken_at"] = [_("This is in the future.")]
    rows = [new.job_order, new.equipment, new.lot, new.person]
    if any(row is not None and row.site_id != about.site_id for row in rows):
        wrong["site"] = [_("A job, machine, lot or person belongs to another site.")]
    if new.lot is not None and new.lot.definition_id != about.control_plan.material_id:
        wrong["lot"] = [_("Lot %(lot)s is of another material.") % {"lot": new.lot.code}]
    if wrong:
        raise InvalidInput(wrong)


def _wrong_values(new: NewSample) -> dict[str, list[str]]:
    about = new.characteristic
    if about.kind == CharacteristicKind.VARIABLE:
        if len(new.values) != about.sample_size:
            words = {"name": about.name, "many": about.sample_size}
            return {"values": [_("%(name)s: give the sample size of %(many)d.") % words]}
        if any(not value.is_finite() or abs(value) >= 10**12 or value != round(value, 6) for value in new.values):
            return {"values": [_("A value is a number with at most six decimal places.")]}
        if new.nonconforming:
            return {"nonconforming": [_("Of a measured characteristic the values say what is out of limits.")]}
    elif new.values:
        return {"values": [_("%(name)s is not measured: say how many failed.") % {"name": about.name}]}
    elif new.inspected < 1 or not 0 <= new.nonconforming <= new.inspected:
        return {"nonconforming": [_("Of %(many)d parts no more than that can fail.") % {"many": new.inspected}]}
    return {}


def _chart(new: NewSample) -> ControlChart:
    """The chart of the characteristic at the machine, locked: samples are judged one after the other."""
    about, machine = new.characteristic, new.machine
    key = {
        "site_id": about.site_id,
        "plan_code": about.control_plan.code,
        "characteristic_code": about.code,
        "equipment_id": machine.pk if machine else None,
    }
    rows = ControlChart.objects.select_for_update(of=("self",)).select_related("site", "material")
    chart = rows.filter(**key).first()
    if chart is None:
        fresh = ControlChart(**key, material_id=about.control_plan.material_id)
        ControlChart.objects.bulk_create([fresh], ignore_conflicts=True)
        chart = rows.get(**key)
    return chart


def _judged(chart: ControlChart, new: NewSample) -> tuple[ControlLimits | None, Plotted | None, Verdict]:
    """By the tolerance, and by the chart with at most fourteen points before it: history costs nothing."""
    about = new.characteristic
    if about.kind != CharacteristicKind.VARIABLE:
        return None, None, Verdict(new.nonconforming, None, (), is_range_beyond=False)
    out = judging.outside(new.values, about.lower_limit, about.upper_limit)
    frozen = limits_of(chart) if about.chart != ChartKind.NONE else None
    if frozen is not None and (frozen.kind, frozen.size) != (about.chart, about.sample_size):
        frozen = None  # the new version of the plan draws another chart: its limits are still to come
    before = tail(chart)
    point = judging.plotted(ChartKind(about.chart), new.values, before[0][0] if before else None)
    seen: list[float] = []
    for _mean, z, limits_id in before:
        if frozen is None or limits_id != frozen.pk or z is None:
            break  # no rule looks across a change of limits
        seen.insert(0, z)
    verdict = judging.verdict(out, point, frozen.as_limits() if frozen else None, seen, about.rules)
    return frozen, point, verdict


def _nonconformance(act: UseCase, chart: ControlChart, new: NewSample, verdict: Verdict) -> Nonconformance:
    """The open one of the chart, or a new one, with what is in doubt held."""
    about = new.characteristic
    since = in_control_since(chart, new.job_order)
    ncr = nonconformances.open_of_chart(chart)
    if ncr is None:
        is_out = verdict.out_of_limits > 0
        ncr = nonconformances.opened(
            act,
            about.site,
            nonconformances.NewNonconformance(
                title=finding_words(about, verdict, new.inspected),
                description=_prefilled(new, since),
                material=chart.material,
                severity=Severity.MAJOR if is_out else Severity.MINOR,
                origin=NonconformanceOrigin.OUT_OF_LIMITS if is_out else NonconformanceOrigin.SIGNAL,
                equipment=new.machine,
                job_order=new.job_order,
                chart=chart,
                characteristic=about,
                since=since,
            ),
        )
    found = suspects(chart, since, new.job_order, new.lot)
    loose = Decimal(0) if found else nonconformances.loose_parts(new.job_order, since)
    return nonconformances.contain(act, ncr, found, loose=loose)


def _prefilled(new: NewSample, since: datetime | None) -> str:
    """What is known at once: values, limits, machine, person, gauge, and since when it may be so."""
    about = new.characteristic
    lines = [
        _("Values: %(values)s") % {"values": "; ".join(f"{value:f}" for value in new.values)} if new.values else "",
        _("Failed: %(bad)d of %(many)d") % {"bad": new.nonconforming, "many": new.inspected} if not new.values else "",
        _("Job: %(job)s") % {"job": new.job_order.code} if new.job_order else "",
        _("Machine: %(machine)s") % {"machine": new.machine.code} if new.machine else "",
        _("Lot: %(lot)s") % {"lot": new.lot.code} if new.lot else "",
        _("Measured by: %(person)s") % {"person": new.person.name or new.person.code} if new.person else "",
        _("Gauge: %(gauge)s") % {"gauge": new.gauge} if new.gauge else "",
        _("Last in control: %(at)s") % {"at": f"{since.astimezone(about.site.zone):%Y-%m-%d %H:%M}"} if since else "",
        _("Reaction plan: %(text)s") % {"text": about.reaction} if about.reaction else "",
    ]
    return "\n".join(line for line in lines if line)


def _stored(
    act: UseCase,
    chart: ControlChart,
    new: NewSample,
    op_uuid: uuid.UUID,
    limits: ControlLimits | None,
    point: Plotted | None,
    verdict: Verdict,
    ncr: Nonconformance | None,
    inspection: Inspection | None,
) -> Sample:
    is_measured = new.characteristic.kind == CharacteristicKind.VARIABLE
    return Sample.objects.create(
        site_id=chart.site_id,
        characteristic=new.characteristic,
        chart=chart,
        limits=limits,
        number=chart.points,
        inspection=inspection,
        job_order=new.job_order,
        equipment=new.machine,
        lot=new.lot,
        person=new.person,
        gauge=new.gauge,
        taken_at=new.taken_at or act.now,
        values=list(new.values),
        size=new.inspected,
        nonconforming=verdict.out_of_limits if is_measured else new.nonconforming,
        out_of_limits=verdict.out_of_limits,
        mean=point.mean if point else None,
        range=point.range if point else None,
        z=verdict.z,
        rules=list(verdict.rules),
        is_range_beyond=verdict.is_range_beyond,
        has_signal=verdict.has_signal,
        nonconformance=ncr,
        note=new.note,
        op_uuid=op_uuid,
        recorded_at=act.now,
        recorded_by=act.actor.label,
    )


def _announce(act: UseCase, chart: ControlChart, new: NewSample, sample: Sample, ncr: Nonconformance | None) -> None:
    site = chart.site.code
    after = {"number": sample.number, "out_of_limits": sample.out_of_limits, "rules": sample.rules,
             "nonconformance": ncr.code if ncr else None}  # fmt: skip
    act.record("quality.sample_recorded", subject=chart, site=site, after=after)
    act.publish(
        SampleRecorded(
            site, sample.pk, chart.plan_code, chart.characteristic_code, new.machine.code if new.machine else "",
            sample.out_of_limits, tuple(sample.rules), ncr.code if ncr else "", sample.taken_at,
        ),
        key=f"chart:{chart.pk}",
    )  # fmt: skip
    tell(site, "chart", chart.pk, sample.number)
