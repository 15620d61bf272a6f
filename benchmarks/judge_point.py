"""One new point on a control chart: what judging it costs with a hundred points before it, and with a hundred thousand.

    python3 manage.py bench judge_point [--few 100] [--many 100000] [--points 60] [--most 5.0] [--growth 1.5]

Two charts of the same characteristic get their history in a scratch database of their own, within limits, without a
pattern. Then points are judged on both by turns as a sample is: limits and the last fourteen points are read, Nelson's
eight rules asked. Every verdict must be that of the rules over the whole series, and a planted point beyond a limit
must be found, open one nonconformance, and be judged by rule 1. What storing a sample costs as a whole (audit, event,
commit) is printed beside it. Exits with 1 where a verdict is wrong, judging takes more than `most` milliseconds, or
grows more than `growth` times.
"""

import argparse
import random
import statistics
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from scratch import name_of, own_database

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SCRATCH = name_of("judge")
BATCH = 5_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--few", type=int, default=100)
    parser.add_argument("--many", type=int, default=100_000)
    parser.add_argument("--points", type=int, default=60, help="judged on each chart")
    parser.add_argument("--most", type=float, default=5.0, help="milliseconds")
    parser.add_argument("--growth", type=float, default=1.5, help="times")
    options = parser.parse_args()
    with own_database(SCRATCH):
        return measure(options)


def measure(options: argparse.Namespace) -> int:
    few, many = Watched("FEW", options.few), Watched("MANY", options.many)
    for turn in range(options.points):
        for watched in (few, many) if turn % 2 else (many, few):
            watched.judge()
            watched.store()
    judging = [statistics.median(each.judging) * 1000 for each in (few, many)]
    storing = [statistics.median(each.storing) * 1000 for each in (few, many)]
    print(f"judging:  {judging[0]:6.2f} ms after {options.few:,} points, {judging[1]:6.2f} ms after {options.many:,}")
    print(f"storing:  {storing[0]:6.2f} ms after {options.few:,} points, {storing[1]:6.2f} ms after {options.many:,}")
    wrong = [*few.wrong(), *many.wrong()]
    print(f"verdicts: {'; '.join(wrong) or 'all right'}")
    is_slow = max(judging) > options.most or judging[1] > judging[0] * options.growth + 0.5
    return int(bool(wrong) or is_slow)


class Watched:
    """A chart with a history, and what is measured on it."""

    def __init__(self, code: str, history: int) -> None:
        from mom.accounts.models import Site
        from mom.core.testing import acting
        from mom.plant.models import MaterialDefinition
        from quality.models import Characteristic, ControlChart
        from quality.services import control_plan, sample
        from quality.services.control_plan import NewCharacteristic, NewPlan

        self.random, self.judging, self.storing = random.Random(code), list[float](), list[float]()
        with acting() as act:
            site, _made = Site.objects.get_or_create(
                code="B1", defaults={"name": "Bench", "time_zone": "Europe/Berlin"}
            )
            product = MaterialDefinition.objects.create(site=site, code=code)
            kind: Any = NewCharacteristic.__dataclass_fields__["chart"].default
            bore = NewCharacteristic(
                "1", "Bore", lower_limit=Decimal(9), upper_limit=Decimal(11), unit="MMT", sample_size=3,
                chart=type(kind)("xbar_r"),
            )  # fmt: skip
            plan = control_plan.approved(act, control_plan.add(act, site, NewPlan(code, product, [bore])))
        rows = Characteristic.objects.select_related("control_plan__material", "site", "equipment")
        self.about = rows.get(control_plan=plan)
        self.actor, self.service = self._boss(), sample
        for _turn in range(30):
            self._record(self._values())
        self.limits = self._frozen()
        self._fill(ControlChart.objects.get(material=product), history)
        self.chart = ControlChart.objects.get(material=product)

    def _boss(self) -> Any:
        from mom.core.actor import system_actor

        return system_actor("bench")

    def _values(self) -> list[Decimal]:
        """Three values around ten."""
        return [Decimal(f"{self.random.gauss(10, 0.1):.4f}") for _value in range(3)]

    def _record(self, values: list[Decimal]) -> Any:
        return self.service.record(self.actor, self.service.NewSample(self.about, values), op_uuid=uuid.uuid4())

    def _frozen(self) -> Any:
        from quality.models import ControlChart
        from quality.services.control_limits import Basis, freeze

        chart = ControlChart.objects.get(material=self.about.control_plan.material_id)
        return freeze(self.actor, chart.pk, Basis(1, 30), "Thirty steady samples")

    def _fill(self, chart: Any, history: int) -> None:
        """So many samples more, each with the z that it has under the limits."""
        from mom.core.testing import acting
        from quality.models import Sample

        frozen, start = self.limits.as_limits(), datetime(2024, 1, 1, tzinfo=UTC)
        numbers = range(chart.points + 1, chart.points + history + 1)
        for first in range(0, history, BATCH):
            rows = []
            for number in numbers[first : first + BATCH]:
                values = self._values()
                mean = float(sum(values)) / 3
                rows.append(
                    Sample(
                        site_id=chart.site_id, characteristic=self.about, chart=chart, limits=self.limits,
                        number=number, taken_at=start + timedelta(minutes=number), values=values, size=3, mean=mean,
                        range=float(max(values) - min(values)), z=frozen.z(mean), op_uuid=uuid.uuid4(),
                        recorded_at=start, recorded_by="bench",
                    )
                )  # fmt: skip
            with acting():
                Sample.objects.bulk_create(rows)
        chart.points += history
        with acting():
            chart.save(update_fields=["points"])

    def judge(self) -> None:
        """The verdict alone, as it is reached before a sample is stored."""
        new = self.service.NewSample(self.about, self._values())
        began = time.perf_counter()
        self.service._judged(self.chart, new)
        self.judging.append(time.perf_counter() - began)

    def store(self) -> None:
        """A sample as people record it."""
        values = self._values()
        began = time.perf_counter()
        self._record(values)
        self.storing.append(time.perf_counter() - began)

    def wrong(self) -> list[str]:
        """Verdicts that are not those of the rules over the whole series, and a planted signal that is not found."""
        from quality.engine.nelson import judge_all
        from quality.models import Sample

        rows = list(Sample.objects.filter(chart=self.chart, limits=self.limits).order_by("number"))
        expected = judge_all([row.z for row in rows if row.z is not None])
        stored = len(self.storing)
        wrong = [
            f"point {row.number}"
            for place, row in list(enumerate(rows))[-stored:]
            if row.rules != sorted(rule for rule, places in expected.items() if place in set(places))
        ]
        planted = self._record([Decimal("10.9")] * 3)
        if 1 not in planted.rules or planted.nonconformance is None:
            wrong.append("the planted point was not found")
        return wrong


if __name__ == "__main__":
    sys.exit(main())
