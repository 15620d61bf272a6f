"""Whatever is reported, decided, reworked and closed: holds, stock and states are where a plain model says they are."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from inventory.models import StockBalance
from mom.accounts.selectors import actor_for_user
from mom.core import invariants
from mom.core.actor import system_actor
from mom.core.errors import Conflict, IllegalTransition, InvalidInput, MomError, Shortage
from mom.plant.models import MaterialLot
from mom.work.engine.terms import JobOrderCommand
from mom.work.models import JobOrder
from mom.work.services import job_order
from quality.engine.terms import DispositionKind
from quality.models import Nonconformance
from quality.services import nonconformance
from quality.services.nonconformance import NewNonconformance
from tests.factories.quality import Floor
from tests.quality.signing import decide, make_decider

MADE = 10
WAITS = {DispositionKind.REWORK, DispositionKind.REPAIR, DispositionKind.RETURN}
MAKES_JOB = WAITS - {DispositionKind.RETURN}


@dataclass
class Line:
    """So much of a lot, or of loose parts, in doubt."""

    lot: int | None
    quantity: int
    decided: list[tuple[DispositionKind, int]] = field(default_factory=list)
    is_held: bool = True

    @property
    def left(self) -> int:
        return self.quantity - sum(many for _kind, many in self.decided)

    @property
    def is_whole(self) -> bool:
        return bool(self.decided) and not self.left

    @property
    def kinds(self) -> set[DispositionKind]:
        return {kind for kind, _many in self.decided}


@dataclass
class Sheet:
    """A nonconformance on paper."""

    lines: list[Line]
    status: str = "contained"
    reworks: dict[int, bool] = field(default_factory=dict)  # job: is it open


class Nonconformances(RuleBasedStateMachine):
    """Two lots of ten, and everything that people say of them."""

    site: Any = None
    eva: Any = None

    def __init__(self) -> None:
        super().__init__()
        tag = f"{uuid.uuid4().hex[:8]}-"
        self.floor = Floor(self.site, tag=tag)
        self.lots = [self.floor.produce(f"{tag}L-{number}", MADE) for number in range(2)]
        self.there = [MADE, MADE]
        self.sheets: dict[int, Sheet] = {}

    def tried(self, act: Callable[[], Any], is_possible: bool, *refusals: type[MomError]) -> Any:
        """Do it; it is refused exactly where the paper says so."""
        try:
            made = act()
        except refusals:
            assert not is_possible
            return None
        assert is_possible
        return made

    @rule(lots=st.sets(st.integers(0, 1)), loose=st.integers(0, 3))
    def report(self, lots: set[int], loose: int) -> None:
        new = NewNonconformance(
            "Scratched", self.floor.product, lots=[self.lots[lot] for lot in sorted(lots)], quantity=Decimal(loose)
        )
        ncr = nonconformance.report(system_actor("test"), self.site, new)
        lines = [Line(lot, self.there[lot]) for lot in sorted(lots)] or [Line(None, loose)]
        self.sheets[ncr.pk] = Sheet(lines)

    @precondition(lambda self: self.sheets)
    @rule(data=st.data(), kind=st.sampled_from(DispositionKind))
    def decide(self, data: st.DataObject, kind: DispositionKind) -> None:
        key = data.draw(st.sampled_from(sorted(self.sheets)))
        sheet = self.sheets[key]
        number = data.draw(st.integers(0, len(sheet.lines) - 1))
        line = sheet.lines[number]
        many = data.draw(st.one_of(st.sampled_from([line.left, line.left // 2]), st.integers(0, MADE + 1)))
        row = list(Nonconformance.objects.get(pk=key).lines.order_by("pk"))[number]
        is_scrap_of_lot = kind == DispositionKind.SCRAP and line.lot is not None
        is_possible = (
            sheet.status == "contained"
            and many <= line.left
            and (many > 0 or (not line.quantity and not line.decided and kind not in MAKES_JOB))
            and not (is_scrap_of_lot and line.lot is not None and many > self.there[line.lot])
        )
        act = lambda: decide(self.eva, row, kind, many)  # noqa: E731
        made = self.tried(act, is_possible, InvalidInput, IllegalTransition, Shortage)
        if made is None:
            return
        line.decided.append((kind, many))
        if line.lot is not None and is_scrap_of_lot:
            self.there[line.lot] -= many
        if made.rework_job_id:
            sheet.reworks[made.rework_job_id] = True
        if not line.left and not line.kinds & WAITS:
            line.is_held = False
        if all(each.is_whole for each in sheet.lines):
            sheet.status = "disposed"

    @precondition(lambda self: any(any(sheet.reworks.values()) for sheet in self.sheets.values()))
    @rule(data=st.data(), is_done=st.booleans())
    def end_rework(self, data: st.DataObject, is_done: bool) -> None:
        """It is done, unless other parts of the same product forbid its start, or nobody wants it any more."""
        open_jobs = [job for sheet in self.sheets.values() for job, is_open in sheet.reworks.items() if is_open]
        job = data.draw(st.sampled_from(sorted(open_jobs)))
        for command in ("start", "finish") if is_done else ("cancel",):
            job_order.command(system_actor("test"), job, JobOrderCommand(command))
        for sheet in self.sheets.values():
            if job in sheet.reworks:
                sheet.reworks[job] = False

    @precondition(lambda self: self.sheets)
    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.sheets)))
        sheet = self.sheets[key]
        is_possible = sheet.status == "disposed" and not any(sheet.reworks.values())
        boss = actor_for_user(self.eva)
        if not self.tried(lambda: nonconformance.close(boss, key, "Done"), is_possible, IllegalTransition, Conflict):
            return
        sheet.status = "closed"
        for line in sheet.lines:
            if DispositionKind.RETURN not in line.kinds:
                line.is_held = False

    @invariant()
    def database_agrees(self) -> None:
        found = dict(Nonconformance.objects.filter(pk__in=self.sheets).values_list("pk", "status"))
        assert found == {key: sheet.status for key, sheet in self.sheets.items()}
        stock = dict(StockBalance.objects.filter(lot__in=self.lots).values_list("lot_id", "quantity"))
        assert [stock[lot.pk] for lot in self.lots] == self.there
        lines = [line for sheet in self.sheets.values() for line in sheet.lines if line.is_held]
        held = {line.lot for line in lines}
        states = dict(MaterialLot.objects.filter(pk__in=[lot.pk for lot in self.lots]).values_list("pk", "disposition"))
        expected = ["restricted" if number in held else "unrestricted" for number in range(2)]
        assert [states[lot.pk] for lot in self.lots] == expected

    @invariant()
    def a_rework_is_open_in_the_work_too(self) -> None:
        jobs = {job: is_open for sheet in self.sheets.values() for job, is_open in sheet.reworks.items()}
        states = dict(JobOrder.objects.filter(pk__in=jobs).values_list("pk", "status"))
        assert {job: states[job] not in {"completed", "cancelled"} for job in jobs} == jobs

    def teardown(self) -> None:
        names = [found.invariant.name for found in invariants.violations()]
        assert [name for name in names if name.startswith(("quality.", "inventory."))] == []


@pytest.mark.django_db
def test_nonconformances_agree_with_a_plain_model(site: Any) -> None:
    Nonconformances.site, Nonconformances.eva = site, make_decider(site)
    run_state_machine_as_test(
        Nonconformances,
        settings=settings(
            max_examples=20, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
