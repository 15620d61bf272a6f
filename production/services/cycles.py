"""Cycles of a mould, turned into pieces: one of each open cavity, on the job whose part it is."""

import uuid
from datetime import datetime
from decimal import Decimal

from django.utils import formats
from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.use_case import use_case
from mom.plant.models import PhysicalAsset
from mom.plant.selectors.mould import cavity_changes, mould_on, pieces_per_cycle
from mom.work import permissions
from mom.work.engine.terms import OUTPUT_USES, QuantityKind
from mom.work.models import JobRequirement, QuantityReport, Run
from mom.work.public import Reported, add_reports, lock_job_order


def report(
    actor: Actor, run_id: int, *, cycles: int, started_at: datetime, ended_at: datetime, op_uuid: uuid.UUID
) -> list[QuantityReport]:
    """Report that the mould of a run closed `cycles` times in [started_at, ended_at): good pieces of its open cavities.

    A job whose cavities were all closed gets nothing. The same `op_uuid` again changes nothing (P01).

    Raises: NotAllowed, NotFound; InvalidInput for no cycle, or where a cavity was closed or opened in between (the
    sentence says when: report up to then, and from then on); Conflict without a mould, or two jobs for one part.
    """
    if cycles < 1 or ended_at <= started_at:
        raise InvalidInput({"cycles": [_("Give at least one cycle and the times from and until.")]})
    with use_case(actor) as act:
        run = Run.objects.select_related("site", "equipment").filter(pk=run_id).first()
        if run is None:
            raise NotFound(_("There is no such run."))
        act.require(permissions.EXECUTE_JOB_ORDER, run.site.code)
        pieces = _pieces(run, started_at, ended_at)
        reports: list[QuantityReport] = []
        for output in _outputs(run, pieces):
            lines = [Reported(QuantityKind.GOOD, Decimal(cycles * pieces[output.definition_id]))]  # type: ignore[index]
            reports += add_reports(
                act,
                lock_job_order(output.job_order_id),
                lines,
                op_uuid=uuid.uuid5(op_uuid, str(output.pk)),
                output_id=output.pk,
                occurred_at=started_at,
            )
        return reports


def _pieces(run: Run, started_at: datetime, ended_at: datetime) -> dict[int, int]:
    """Material -> pieces in one cycle, the same over the whole window. Raises: Conflict, InvalidInput."""
    mould: PhysicalAsset | None = mould_on(run.equipment, started_at)
    if mould is None:
        words = {"machine": run.equipment.code}
        raise Conflict(_("No mould was mounted on %(machine)s at that time.") % words, code="no_mould")
    changes = cavity_changes(mould, started_at, ended_at)
    if changes:
        at = formats.date_format(changes[0].astimezone(run.site.zone), "j M Y H:i")
        sentence = _("A cavity was closed or opened at %(at)s. Report the cycles before and after it apart.")
        raise InvalidInput({"ended_at": [sentence % {"at": at}]}, code="cavity_changed")
    return pieces_per_cycle(mould, started_at)


def _outputs(run: Run, pieces: dict[int, int]) -> list[JobRequirement]:
    """The outputs of the run's jobs that fall from open cavities, by job, in locking order. Raises: Conflict."""
    falling = [definition for definition, count in pieces.items() if count]
    outputs = list(
        JobRequirement.objects.filter(
            job_order__responses__run=run, material_use__in=OUTPUT_USES, definition__in=falling
        )
        .distinct()
        .order_by("job_order_id", "position")
    )
    if len({output.definition_id for output in outputs}) < len(outputs):
        raise Conflict(_("Two jobs of this run make the same part. Run them one after the other."), code="part_twice")
    return outputs
