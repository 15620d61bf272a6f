"""What the shop-floor record says before a start: the machine is down."""

from datetime import datetime

from django.utils.translation import gettext as _

from mom.floor.engine.terms import MachineState
from mom.floor.models import Stop
from mom.plant.models import Person
from mom.work.engine.terms import OperationsType
from mom.work.models import JobOrder
from mom.work.public import Blocker

IS_DOWN = """%(kind)s <> 'maintenance' AND EXISTS (
    SELECT FROM floor_stop
    WHERE equipment_id = %(equipment)s AND ended_at IS NULL AND withdrawn_at IS NULL AND state = 'down')"""


def machine_down(job_order: JobOrder, _at: datetime, _person: Person | None = None) -> list[Blocker]:
    """The machine of the job is down: its stop is open. One statement. That is why maintenance comes: it may begin."""
    if job_order.equipment_id is None or job_order.operations_type == OperationsType.MAINTENANCE:
        return []
    rows = Stop.objects.filter(
        equipment=job_order.equipment_id, ended_at=None, withdrawn_at=None, state=MachineState.DOWN.value
    )
    stop = rows.select_related("equipment", "reason").first()
    if stop is None:
        return []
    machine = stop.equipment.code
    why = (stop.reason.name or stop.reason.code) if stop.reason else stop.code
    words = {"machine": machine, "why": why}
    sentence = (_("%(machine)s is down: %(why)s.") if why else _("%(machine)s is down.")) % words
    return [Blocker("equipment_down", sentence, machine, cleared_by=str(_("Maintenance")))]
