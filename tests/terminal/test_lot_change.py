"""A lot is changed at a station: by its label, under the device's key, once; what is made then is of it."""

from collections.abc import Mapping

import pytest

from inventory.models import LotInPlace, StockMove
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.plant.models import Equipment
from mom.terminal.models import TerminalEntry
from mom.work.models import JobOrder
from tests.factories.stock import SOON
from tests.inventory.test_backflush import ByReport
from tests.terminal.test_entries import HOME, Station

pytestmark = pytest.mark.django_db


class Fed(Station):
    """A station whose job takes bars of a lot: B-SOON, which would be first by its date, and B-LATE."""

    def __init__(self, site: Site, actor: Actor) -> None:
        super().__init__(site)
        store = self.store = ByReport(site, actor)
        store.lot(store.bar, "B-SOON", 40, expires_at=SOON)
        store.lot(store.bar, "B-LATE", 40)
        store.lot(store.ring, "R-1", 40)
        self.job: JobOrder = store.job(quantity=20, machine=Equipment.objects.get(site=site, code="CNC-04"))

    def taken(self) -> Mapping[str, int]:
        found: dict[str, int] = {}
        moves = StockMove.objects.filter(definition=self.store.bar, requirement__isnull=False)
        for move in moves.select_related("lot"):
            found[str(move.lot)] = found.get(str(move.lot), 0) - int(move.quantity)
        return {lot: many for lot, many in found.items() if many}


@pytest.fixture
def fed(site: Site, actor: Actor) -> Fed:
    station = Fed(site, actor)
    station.enter()
    return station


def test_lot_changed_in_the_middle_and_the_queue_sent_twice(fed: Fed) -> None:
    queue = [
        fed.entry("lot", label="B-LATE"), fed.entry("log", good="3"), fed.entry("lot", label="(10)B-SOON"),
        fed.entry("log", good="2"),
    ]  # fmt: skip
    assert fed.send(*queue) == ["done"] * 4
    assert fed.send(*queue) == ["done"] * 4  # the answer was swallowed
    assert fed.taken() == {"B-LATE": 6, "B-SOON": 4}
    assert (LotInPlace.objects.count(), TerminalEntry.objects.count()) == (2, 4)
    page = fed.client.get(HOME).content.decode()
    assert "B-SOON" in page
    assert "Change lot" in page


def test_wrong_lot_is_refused_by_a_sentence_and_waits_for_a_person(fed: Fed) -> None:
    assert fed.send(fed.entry("lot", label="R-404"), fed.entry("log", good="1")) == ["refused", "done"]
    entry = TerminalEntry.objects.get(outcome="refused")
    assert entry.sentence == "No lot R-404 is known here. Scan its label again, or have it received first."
    assert (
        fed.send(fed.entry("lot"), fed.entry("lot", label=["x"]), fed.entry("lot", label="B-LATE", job=0))
        == ["refused"] * 3
    )


def test_station_whose_job_takes_nothing_by_report_has_no_lot_to_change(site: Site) -> None:
    station = Station(site)
    station.enter()
    assert station.send(station.entry("start"), station.entry("lot", label="B-1")) == ["done", "refused"]
    assert TerminalEntry.objects.get(outcome="refused").code == "takes_no_material"
    assert "Change lot" not in station.client.get(HOME).content.decode().split("<dialog")[0]
