"""A 1+1 family mould with one blocked cavity: two orders in the same cycles, each with what really fell."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mom.core.errors import Conflict, InvalidInput
from mom.plant.models import MaterialDefinition, MouldCavity, PhysicalAsset
from mom.plant.services import mould as moulds
from mom.plant.services.physical_asset import asset_mount
from mom.work.engine.terms import JobOrderCommand, RunKind, ShareRule
from mom.work.models import JobResponse, OutputTotal, Run
from mom.work.selectors.run import run_parts
from mom.work.services import run as runs
from mom.work.services.run import Loaded
from production.services import cycles, production_request
from production.services.production_request import NewOrder
from tests.golden.plant import Plant, case, instant

INPUT, EXPECTED = case("family_mould")
WINDOWS: list[dict[str, Any]] = INPUT["windows"]


class Press:
    """The press with its mould and the two orders, running since the first cycle."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        self.machine = plant.machine(INPUT["machine"])
        self.parts: dict[str, MaterialDefinition] = {}
        self.cavities: dict[str, MouldCavity] = {}
        from mom.core.testing import acting

        with acting():
            self.mould = PhysicalAsset.objects.create(site=plant.site, code=INPUT["mould"], kind="mould")
        for number, code in INPUT["cavities"].items():
            part = self.parts[code] = plant.material(code)
            self.cavities[number] = moulds.cavity_add(plant.actor, self.mould.pk, number=int(number), definition=part)
        with plant.clock_at(WINDOWS[0]["from"]) as at:
            asset_mount(plant.actor, self.mould.pk, self.machine, at=at - timedelta(hours=1))
            self.run = self.start()

    def start(self) -> Run:
        for code, part in self.parts.items():
            order = NewOrder(code, part, Decimal(INPUT["order_quantity"]), equipment=self.machine)
            production_request.create(self.plant.actor, self.plant.site, order, is_released=True)
        jobs = [Loaded(self.plant.job(f"{code}-10")) for code in self.parts]
        kind, rule = RunKind.CYCLE, ShareRule.EQUAL
        return runs.start(self.plant.actor, self.machine, jobs, kind=kind, share_rule=rule, op_uuid=uuid.uuid4())

    def block(self) -> None:
        blocked = INPUT["blocked"]
        moulds.cavity_block(
            self.plant.actor,
            self.cavities[blocked["cavity"]].pk,
            at=instant(blocked["from"]),
            until=instant(blocked["until"]),
            reason=blocked["reason"],
        )

    def report(self, window: dict[str, Any], key: uuid.UUID | None = None) -> dict[str, Decimal]:
        reports = cycles.report(
            self.plant.actor,
            self.run.pk,
            cycles=window["cycles"],
            started_at=instant(window["from"]),
            ended_at=instant(window["until"]),
            op_uuid=key or uuid.uuid4(),
        )
        return {
            each.output.definition.code: each.quantity for each in reports if each.output and each.output.definition
        }

    def totals(self) -> dict[str, Decimal]:
        return dict(OutputTotal.objects.values_list("output__definition__code", "good"))


@pytest.fixture
def press(plant: Plant) -> Press:
    return Press(plant)


def decimals(row: dict[str, str]) -> dict[str, Decimal]:
    return {code: Decimal(value) for code, value in row.items()}


def test_family_mould_counts_what_fell_from_open_cavities(press: Press) -> None:
    press.block()

    assert [press.report(window) for window in WINDOWS] == [decimals(row) for row in EXPECTED["per_window"]]
    assert press.totals() == decimals(EXPECTED["totals"])


def test_family_mould_shares_one_machine_s_time(press: Press) -> None:
    with press.plant.clock_at(WINDOWS[-1]["until"]):
        runs.finish(press.plant.actor, press.run.pk)

    minutes = {part.job_order.removesuffix("-10"): part.duration for part in run_parts(press.run)}
    assert minutes == {code: timedelta(minutes=value) for code, value in EXPECTED["minutes"].items()}
    assert {job.status for job in [press.plant.job(f"{code}-10") for code in press.parts]} == {"completed"}


def test_cycles_over_a_change_of_cavities_are_refused_with_the_instant(press: Press) -> None:
    press.block()
    whole = {"cycles": 65, "from": WINDOWS[0]["from"], "until": WINDOWS[1]["until"]}

    with pytest.raises(InvalidInput) as refused:
        press.report(whole)

    assert refused.value.code == "cavity_changed"
    assert "06:30" in str(refused.value.fields)
    assert press.totals() == {code: Decimal(0) for code in press.parts}


def test_cycles_sent_twice_count_once(press: Press) -> None:
    key = uuid.uuid4()

    assert press.report(WINDOWS[0], key) == press.report(WINDOWS[0], key)
    assert set(press.totals().values()) == {Decimal(40)}


def test_job_of_a_run_is_not_ended_alone(press: Press) -> None:
    with pytest.raises(Conflict, match="run with others"):
        press.plant.give(press.plant.job("HOUSING-L-10"), JobOrderCommand.FINISH)

    assert JobResponse.objects.filter(run=press.run, ended_at=None).count() == 2


def test_cavity_is_closed_once_and_opened_again(press: Press) -> None:
    press.block()
    cavity = press.cavities["2"]
    with pytest.raises(InvalidInput, match="not right"):
        moulds.cavity_block(press.plant.actor, cavity.pk, at=instant("2026-04-16T06:45:00+02:00"), reason="flash again")
    at = instant("2026-04-16T08:00:00+02:00")
    moulds.cavity_block(press.plant.actor, cavity.pk, at=at, reason="worn")
    moulds.cavity_open(press.plant.actor, cavity.pk, at=at + timedelta(hours=1))
    with pytest.raises(Conflict, match="is open"):
        moulds.cavity_open(press.plant.actor, cavity.pk)
