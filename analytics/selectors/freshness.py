"""How fresh figures are that reach to now: when the machines whose shift runs were heard last."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from statistics import median_high

from django.db.models import Q

from analytics.models import LiveShift
from analytics.selectors.slices import Window
from mom.accounts.models import Site


def ages(site: Site, window: Window, now: datetime, equipment: int | None = None) -> Mapping[int, timedelta]:
    """How long ago each machine was heard whose running shift lies in `window`, of a place where one is named.

    Empty where the window is over, and for machines that send nothing. One statement.
    """
    rows = LiveShift.objects.filter(
        site=site,
        day__range=(window.first, window.last),
        shift_started_at__lte=now,
        shift_ended_at__gt=now,
        last_sign_at__isnull=False,
    )
    if equipment is not None:
        paths = ("equipment", "equipment__parent", "equipment__parent__parent", "equipment__parent__parent__parent")
        places = Q()
        for path in paths:
            places |= Q(**{path: equipment})
        rows = rows.filter(places)
    return {pk: max(timedelta(0), now - at) for pk, at in rows.values_list("equipment_id", "last_sign_at") if at}


def age_of_most(found: Mapping[int, timedelta]) -> timedelta | None:
    """The age of a figure over these machines: within it most of them were heard.

    One machine that is silent makes its own time unknown, which completeness tells; not all of the figure old.
    """
    return median_high(found.values()) if found else None
