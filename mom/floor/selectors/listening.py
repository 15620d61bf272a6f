"""How machines are listened to and what their codes mean, at an instant or along time."""

from collections.abc import Collection
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from mom.accounts.models import Site
from mom.core.db.bulk import array
from mom.floor.engine.meaning import Meaning, Meanings, Row
from mom.floor.engine.terms import MachineState, PieceSource, SignalSource, StateModel
from mom.floor.engine.timeline_settings import DEFAULT, UNSET, Held, Listening, ListeningLine
from mom.floor.models import MachineListening, StateMapping
from mom.plant.engine.terms import LossClass, TimeClass

__all__ = ["DEFAULT", "UNSET", "Listening", "ListeningLine", "listening_by_machine", "listening_lines", "mappings"]


_SAID = ("signal_source", "state_model", "piece_source", "heartbeat", "minor_stop", "counter_modulus")


def listening_by_machine(site: Site, at: datetime) -> dict[int, Listening]:
    """The settings that hold at an instant, by machine; one that is missing here has `DEFAULT`. One statement."""
    rows = _holding(MachineListening.objects.filter(site=site), at)
    return {equipment_id: _listening(*said) for equipment_id, *said in rows.values_list("equipment", *_SAID)}


_LINES = """
SELECT valid_from, valid_until, signal_source, state_model, piece_source, heartbeat, minor_stop, counter_modulus,
       array_agg(equipment_id)
FROM floor_machinelistening WHERE site_id = %s AND (%s OR equipment_id = ANY(%s::bigint[]))
GROUP BY valid_from, valid_until, signal_source, state_model, piece_source, heartbeat, minor_stop, counter_modulus
"""


def listening_lines(site: Site, equipment_ids: Collection[int] | None = None) -> dict[int, ListeningLine]:
    """The settings along time, by machine; one that is missing here is `UNSET`. One statement.

    Every batch of messages asks this of all its machines: what is set alike comes once, and they share one line.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [site.pk, equipment_ids is None, array(equipment_ids or ())])
        rows = cursor.fetchall()
    places: dict[int, tuple[int, ...]] = {}
    for place, row in enumerate(rows):
        for machine in row[-1]:
            places[machine] = (*places.get(machine, ()), place)
    held = [Held(start, end, _listening(*said)) for start, end, *said, _machines in rows]
    lines = {each: ListeningLine(held[place] for place in each) for each in set(places.values())}
    return {machine: lines[each] for machine, each in places.items()}


def mappings(site: Site, at: datetime | None = None) -> Meanings:
    """What codes mean at the site: all rows along time, or only those that hold at an instant. One statement."""
    rows: QuerySet[StateMapping] = StateMapping.objects.filter(Q(site=site) | Q(site=None))
    if at is not None:
        rows = _holding(rows, at)
    columns = ("state_model", "code", "mode", "site_id", "valid_from", "valid_until")
    counted = ("state", "time_class", "time_class_without_order", "loss_class")
    return _meanings_of(tuple(rows.values_list(*columns, *counted)))


@lru_cache(maxsize=32)
def _meanings_of(rows: tuple[tuple[Any, ...], ...]) -> Meanings:
    """From the columns of `mappings`. Every batch of messages asks, and hardly ever has one of them changed."""
    return Meanings(
        Row(
            state_model=model,
            code=code,
            mode=mode,
            is_of_site=of_site is not None,
            start=start,
            end=end,
            meaning=Meaning(MachineState(state), TimeClass(busy), TimeClass(free), LossClass(loss)),
        )
        for model, code, mode, of_site, start, end, state, busy, free, loss in rows
    )


def _holding(rows: "QuerySet", at: datetime) -> "QuerySet":  # type: ignore[type-arg]
    return rows.filter(valid_from__lte=at).filter(Q(valid_until=None) | Q(valid_until__gt=at))


def _listening(
    source: str, model: str, pieces: str, heartbeat: timedelta, minor_stop: timedelta, modulus: Decimal | None
) -> Listening:
    """From the columns of `_SAID`."""
    return Listening(SignalSource(source), StateModel(model), PieceSource(pieces), heartbeat, minor_stop, modulus)
