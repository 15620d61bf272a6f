"""The job of a count, begun and ended by who counts: the right to count is enough, the right to run jobs is not asked.

So a clerk ends a round of the shelves without being let near the machines' jobs.
"""

from django.utils.translation import gettext as _

from inventory import permissions
from inventory.models import CycleCount
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.core.use_case import use_case
from mom.work.engine.terms import JobOrderCommand, JobOrderStatus
from mom.work.public import lock_job_order, move_job_order

_AFTER = {JobOrderCommand.START: JobOrderStatus.RUNNING, JobOrderCommand.FINISH: JobOrderStatus.COMPLETED}


def start(actor: Actor, count_id: int) -> CycleCount:
    """Begin a count, which makes its sheet. Begun already, it stays so (P01).

    Raises: NotAllowed, NotFound, IllegalTransition; Conflict with what is in the way.
    """
    return _give(actor, count_id, JobOrderCommand.START)


def finish(actor: Actor, count_id: int) -> CycleCount:
    """End a count: posted where nothing differs, else somebody decides. Ended already, it stays so (P01).

    Raises: NotAllowed, NotFound, IllegalTransition; Conflict while a line is not counted.
    """
    return _give(actor, count_id, JobOrderCommand.FINISH)


def _give(actor: Actor, count_id: int, asked: JobOrderCommand) -> CycleCount:
    with use_case(actor, is_all=True) as act:
        count = CycleCount.objects.select_related("site").filter(pk=count_id).first()
        if count is None:
            raise NotFound(_("There is no such count."))
        act.require(permissions.COUNT_STOCK, count.site.code)
        job_order = lock_job_order(count.job_order_id, with_order=True)
        if job_order.status != _AFTER[asked]:
            move_job_order(act, job_order, asked, order=job_order.work_request)
        count.refresh_from_db()
        return count
