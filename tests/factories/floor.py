"""Stops, settings and meanings of the shop floor."""

from datetime import UTC, datetime, timedelta

from mom.accounts.models import Site
from mom.core.testing import acting
from mom.floor.models import ArchivedDay, MachineListening, StateMapping, Stop
from mom.plant.models import Equipment
from tests.factories.plant import make_equipment, next_code

LONG_AGO = datetime(2026, 1, 5, 6, tzinfo=UTC)


def make_stop(site: Site, machine: Equipment | None = None, **fields: object) -> Stop:
    """A machine that was down for ten minutes."""
    with acting():
        return Stop.objects.create(
            site=site,
            equipment=machine or make_equipment(site),
            **{"started_at": LONG_AGO, "ended_at": LONG_AGO + timedelta(minutes=10), "state": "down", **fields},
        )


def make_meaning(site: Site, code: str = "", **fields: object) -> StateMapping:
    """A code of the site's own that counts as waiting."""
    with acting():
        return StateMapping.objects.create(
            site=site,
            **{
                "state_model": "own",
                "code": code or next_code("CODE"),
                "state": "idle",
                "time_class": "delay",
                "time_class_without_order": "planned_stop",
                "loss_class": "minor_stop",
                "valid_from": LONG_AGO,
                **fields,
            },
        )


def make_listening(machine: Equipment, **fields: object) -> MachineListening:
    """A machine with signals in our own codes, silent after five minutes."""
    with acting():
        return MachineListening.objects.create(
            site=machine.site,
            equipment=machine,
            **{
                "heartbeat": timedelta(minutes=5),
                "minor_stop": timedelta(minutes=2),
                "valid_from": LONG_AGO,
                **fields,
            },
        )


def make_archived_day(site: Site, machine: Equipment | None = None, **fields: object) -> ArchivedDay:
    """A day that is said to be in the archive; no file is written."""
    machine = machine or make_equipment(site)
    return ArchivedDay.objects.create(
        site=site,
        equipment=machine,
        **{
            "day": LONG_AGO.date(),
            "address": f"site={site.code}/machine={machine.code}/day=2026-01-05/0.parquet",
            "row_count": 1,
            "byte_count": 5000,
            "sha256": "0" * 64,
            "written_at": LONG_AGO,
            "verified_at": LONG_AGO,
            **fields,
        },
    )
