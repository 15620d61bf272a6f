"""What a machine's spells count as: the reason's class when the stop began, else the code's, else the state's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from analytics.engine.machine_time import RUNNING, SILENT, Meaning
from analytics.selectors import facts_sql
from mom.accounts.models import Site
from mom.floor.engine.meaning import UNKNOWN, Meanings
from mom.floor.engine.terms import MachineState, StateModel
from mom.floor.engine.timeline_settings import UNSET, ListeningLine
from mom.floor.selectors.listening import listening_lines, mappings
from mom.plant.engine.terms import LossClass, TimeClass

BY_STATE: dict[str, Meaning] = {
    MachineState.RUN.value: RUNNING,
    MachineState.OFF.value: SILENT,
    MachineState.IDLE.value: Meaning(TimeClass.DELAY.value, TimeClass.PLANNED_STOP.value),
    MachineState.SETUP.value: Meaning(TimeClass.SETUP.value, TimeClass.SETUP.value, LossClass.SETUP_ADJUSTMENT.value),
    MachineState.PLAN.value: Meaning(TimeClass.PLANNED_STOP.value, TimeClass.PLANNED_STOP.value),
    MachineState.DOWN.value: Meaning(TimeClass.DOWN.value, TimeClass.PLANNED_STOP.value, LossClass.BREAKDOWN.value),
}
"""What a state counts as where no row says it of its code: a person's word, a report."""


class Classification(NamedTuple):
    """What a reason counts as, from one instant until another."""

    start: datetime
    end: datetime | None
    time_class: str
    loss_class: str


@dataclass(frozen=True)
class Said:
    """What is known of a spell, or of the whole stop that it is of."""

    state: str
    code: str
    mode: str
    reason_id: int | None
    start: datetime


class Meaner:
    """The rows that say what codes and reasons count as at a site."""

    def __init__(self, site: Site, lines: Mapping[int, ListeningLine], meanings: Meanings) -> None:
        """Two statements."""
        self.meanings, self.lines = meanings, lines
        self._reasons: dict[int, list[Classification]] = {}
        for reason, time_class, loss, start, end in _rows(facts_sql.REASONS, {"site": site.pk}):
            self._reasons.setdefault(reason, []).append(Classification(start, end, time_class, loss))
        self._parents: dict[int, int | None] = dict(_rows(facts_sql.PARENTS, {"site": site.pk}))
        self._known: dict[tuple[Any, ...], Meaning] = {}

    @classmethod
    def read(cls, site: Site, machines: Sequence[int]) -> "Meaner":
        """For these machines. Four statements."""
        return cls(site, listening_lines(site, machines), mappings(site))

    def line(self, equipment_id: int) -> ListeningLine:
        """How a machine is listened to, along time."""
        return self.lines.get(equipment_id, UNSET)

    def of(self, equipment_id: int, said: Said) -> Meaning:
        """What a spell or a whole stop counts as."""
        if said.state == MachineState.OFF:
            return SILENT
        by_code = self._of_code(equipment_id, said)
        if said.state == MachineState.RUN or said.reason_id is None:
            return by_code
        found = self.of_reason(said.reason_id, said.start)
        return by_code if found is None else _shared(found.time_class, found.time_class, found.loss_class)

    def _of_code(self, equipment_id: int, said: Said) -> Meaning:
        model = self.line(equipment_id).at(said.start).state_model
        for asked in ((model, said.code, said.mode), (StateModel.OWN, said.state, "")):
            found = self.meanings.at(*asked, said.start) if asked[1] else UNKNOWN
            if found is not UNKNOWN and found.state == said.state:
                return _shared(found.time_class.value, found.time_class_without_order.value, found.loss_class.value)
        return BY_STATE[said.state]

    def of_reason(self, reason_id: int, at: datetime) -> Classification | None:
        """Its own classification at that instant, else that of the reason above it."""
        asked: int | None = reason_id
        while asked is not None:
            for each in self._reasons.get(asked, ()):
                if each.start <= at and (each.end is None or at < each.end):
                    return each
            asked = self._parents.get(asked)
        return None


_meanings: dict[tuple[str, str, str], Meaning] = {}


def _shared(with_order: str, without_order: str, loss: str) -> Meaning:
    """One meaning for all spells of it. Only its length makes a stop a minor one, whatever its reason counts as."""
    key = (with_order, without_order, LossClass.NONE.value if loss == LossClass.MINOR_STOP else loss)
    return _meanings.setdefault(key, Meaning(*key))


def _rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
