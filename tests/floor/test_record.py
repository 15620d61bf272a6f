"""The reader of the record: every message once, exactly, in an order that no arrival shows."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from mom.accounts.models import Site
from mom.floor.engine.columns import MICRO
from mom.floor.engine.terms import MessageKind
from mom.floor.selectors.record import messages
from tests.factories.plant import make_equipment
from tests.floor.messages import DAY, day_of, message, store

pytestmark = pytest.mark.django_db


def micros(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def test_record_reads_what_the_table_holds_in_order_of_machine_and_time(site: Site) -> None:
    first, second = make_equipment(site), make_equipment(site)
    given = store([*reversed(day_of(second)), *reversed(day_of(first))])
    read = messages([second.pk, first.pk], DAY, DAY + timedelta(days=1))
    wanted = sorted(
        (each.equipment_id, micros(each.occurred_at), each.kind, each.code, each.reason, each.value) for each in given
    )
    labels = [read.labels[each] for each in read.label]
    values = [Decimal(int(v)) / MICRO if has else None for v, has in zip(read.value, read.has_value, strict=True)]
    found = [
        (int(machine), int(at), label.kind, label.code, label.reason, value)
        for machine, at, label, value in zip(read.equipment_id, read.occurred_at, labels, values, strict=True)
    ]
    assert sorted(found, key=lambda row: row[:3]) == sorted(wanted, key=lambda row: row[:3])
    assert (np.lexsort((read.label, read.occurred_at, read.equipment_id)) == np.arange(len(read))).all()


def test_record_is_half_open_and_of_these_machines_and_kinds_only(site: Site) -> None:
    machine, other = make_equipment(site), make_equipment(site)
    store(
        [message(machine, DAY, code="run"), message(machine, DAY + timedelta(hours=1), "count", name="total", value=3)]
    )
    store([message(other, DAY, code="run")])
    assert len(messages([machine.pk], DAY, DAY + timedelta(hours=1))) == 1
    assert len(messages([machine.pk], DAY, DAY + timedelta(hours=2), [MessageKind.COUNT])) == 1
    assert len(messages([machine.pk], DAY, DAY)) == 0
    assert len(messages([], DAY, DAY + timedelta(hours=1))) == 0


@pytest.mark.parametrize(
    "value", ["0", "-0.000001", "0.000001", "123456789012.654321", "9223372036854.775807", "999999999999999999.999999"]
)
def test_record_keeps_every_value_exact(site: Site, value: str) -> None:
    machine = make_equipment(site)
    store([message(machine, DAY, "reading", name="load", value=Decimal(value)), message(machine, DAY, code="run")])
    read = messages([machine.pk], DAY, DAY + timedelta(days=1))
    assert [int(v) for v in read.value[read.has_value]] == [int(Decimal(value) * MICRO)]
    assert read.has_value.tolist().count(False) == 1


def test_record_of_equal_instants_does_not_show_the_order_of_arrival(site: Site) -> None:
    one, two = make_equipment(site), make_equipment(site)
    said = [{"code": "run"}, {"code": "down"}, {"kind": "count", "name": "total", "value": 5}]
    store([message(one, DAY, **each) for each in said])
    store([message(two, DAY, **each) for each in reversed(said)])
    read = messages([one.pk, two.pk], DAY, DAY + timedelta(days=1))
    assert read.label[:3].tolist() == read.label[3:].tolist()
