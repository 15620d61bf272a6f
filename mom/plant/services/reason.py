"""What a reason counts as: a new classification ends the old one, so figures of the past stay as they were."""

from datetime import datetime

from mom.core.actor import Actor
from mom.core.use_case import UseCase, use_case
from mom.plant import permissions
from mom.plant.engine.terms import LossClass, TimeClass
from mom.plant.models import Reason, ReasonClassification
from mom.plant.services import rows


def reason_classify(
    actor: Actor,
    reason_id: int,
    time_class: TimeClass,
    loss_class: LossClass,
    *,
    valid_from: datetime | None = None,
    reason: str = "",
) -> ReasonClassification:
    """Say what a reason counts as from `valid_from` (now) on; the classification before it ends there.

    Raises: NotAllowed, NotFound; InvalidInput where another one begins at that instant or later.
    """
    with use_case(actor, reason) as act:
        row = rows.locked(Reason, reason_id)
        act.require(permissions.CHANGE, row.site.code)
        return classify(act, row, time_class, loss_class, valid_from=valid_from)


def classify(
    act: UseCase, row: Reason, time_class: TimeClass, loss_class: LossClass, *, valid_from: datetime | None = None
) -> ReasonClassification:
    """The same for a locked reason; rights are the caller's to ask. Joins the caller's transaction."""
    since = valid_from or act.now
    held = ReasonClassification.objects.select_for_update(of=("self",)).select_related("site").filter(reason=row)
    present = held.filter(valid_from__lt=since, valid_until=None).first()
    if present is not None:
        if (present.time_class, present.loss_class) == (time_class, loss_class):
            return present
        rows.update(act, present, {"valid_until": since}, action="plant.reason_classification_ended")
    new = ReasonClassification(
        site=row.site, reason=row, time_class=time_class, loss_class=loss_class, valid_from=since
    )
    return rows.insert(act, new, action="plant.reason_classified")
