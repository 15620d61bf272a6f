"""Lost time by reason, as the Pareto ranks it: sums of loss buckets with the names of reasons and groups."""

from dataclasses import dataclass

from analytics.engine.losses_pareto import Lost, ParetoBar, Rank, pareto
from analytics.engine.machine_time import LOST
from analytics.selectors.machine_parts import By, Only, losses_by
from analytics.selectors.slices import Window
from mom.accounts.models import Site
from mom.plant.engine.terms import LossClass, TimeClass
from mom.plant.models import Reason

COUNTED = LOST | {TimeClass.SETUP.value}
NO_REASON_NEEDED = {LossClass.MINOR_STOP.value: "minor stop", LossClass.SETUP_ADJUSTMENT.value: "set-up"}
"""Stopped time that nobody has to explain: it stands under what it counts as."""


@dataclass(frozen=True)
class Losses:
    """The ranked bars, and what reasons and groups are called."""

    bars: list[ParetoBar]
    names: dict[str, str]


def ranked_losses(site: Site, window: Window, only: Only, rank: Rank = Rank.TIME) -> Losses:
    """Lost and set-up time of these days, two levels deep. Four statements at most; planned stops are no loss."""
    rows = [each for each in losses_by(site, window.first, window.last, By.SITE, only) if each.time_class in COUNTED]
    keys = {each.reason_id for each in rows if each.reason_id is not None}
    found = {
        reason.pk: reason
        for reason in Reason.objects.filter(site=site, pk__in=keys).select_related("parent").order_by()
    }
    names: dict[str, str] = {}
    lost = []
    for each in rows:
        reason = found.get(each.reason_id) if each.reason_id is not None else None
        if reason is None:
            word = NO_REASON_NEEDED.get(each.loss_class, "")
            lost.append(Lost(word, word, each.duration, each.stop_count))
            continue
        group = reason.parent or reason
        names |= {reason.code: reason.name or reason.code, group.code: group.name or group.code}
        lost.append(Lost(reason.code, group.code, each.duration, each.stop_count))
    return Losses(pareto(lost, rank), names)
