"""Two tablets at one machine send for the same job at the same instant, over the address that takes their queues.

One wins, the other reads why not; the pieces never exceed what the job may make. The control shows it without the lock.
"""

import threading
import uuid
from decimal import Decimal
from typing import Any

import pytest

from mom.accounts.models import Site
from mom.accounts.services.device import device_add, device_enrol
from mom.core import clock
from mom.core.actor import system_actor
from mom.plant.models import Equipment
from mom.terminal.models import TerminalEntry
from mom.work.models import JobOrder, JobResponse, OutputTotal, QuantityReport
from mom.work.services import job_order
from tests.factories.devices import PIN, make_device, make_operator, on_device
from tests.factories.work import job_of, make_order
from tests.races.together import together

pytestmark = pytest.mark.django_db(transaction=True)
HOME = "/t/CNC-04/"
BADGES = (("mira", "NPW-1042", PIN), ("jonas", "NPW-1043", "730462"))


class Tablets:
    """Two enrolled tablets at one machine, a person signed in at each, and a job that may make ten pieces."""

    def __init__(self, site: Site) -> None:
        _first, secret = make_device(site)
        values = {"name": "Tablet 2", "kind": "tablet", "auto_lock_seconds": 300}
        _second, code = device_add(system_actor("test"), site=site, station="CNC-04", **values)
        secrets = (secret, device_enrol(code, "127.0.0.1")[1])
        machine = Equipment.objects.get(site=site, code="CNC-04")
        self.people = [make_operator(site, name, badge, pin) for name, badge, pin in BADGES]
        self.clients = [on_device(each) for each in secrets]
        for client, (_name, badge, pin) in zip(self.clients, BADGES, strict=True):
            client.post(f"{HOME}who/", {"badge": badge})
            assert client.post(f"{HOME}pin/", {"pin": pin}).status_code == 302
        self.job = job_of(make_order(site, machine=machine, limit=Decimal(10)))

    def send(self, tablet: int, kind: str, **payload: Any) -> tuple[str, str]:
        """An entry of one tablet; its outcome and the sentence that the tablet shows."""
        now = clock.now().isoformat()
        entry = {
            "key": str(uuid.uuid4()), "kind": kind, "payload": {"job": self.job.pk, **payload}, "number": 1,
            "made_at": now, "person": self.people[tablet].pk, "station": "CNC-04",
        }  # fmt: skip
        body = {"entries": [entry], "sent_at": now}
        answer = self.clients[tablet].post(f"{HOME}entries/", body, content_type="application/json")
        assert answer.status_code == 200, answer.content
        (said,) = answer.json()["entries"]
        return said["outcome"], said["sentence"]

    def both(self, kind: str, **payload: Any) -> list[tuple[str, str]]:
        found = together(*(lambda tablet=tablet: self.send(tablet, kind, **payload) for tablet in (0, 1)))
        assert not [each for each in found if isinstance(each, Exception)], found
        return sorted(each for each in found if not isinstance(each, Exception))

    def good(self) -> Decimal:
        return OutputTotal.objects.get(output__job_order=self.job).good


@pytest.fixture
def tablets(site: Site) -> Tablets:
    return Tablets(site)


def test_start_last_pieces_and_finish_are_taken_from_one_tablet_each(tablets: Tablets) -> None:
    code = tablets.job.code
    (done, refused) = tablets.both("start")
    assert (done[0], refused[0]) == ("done", "refused")
    assert refused[1] != ""
    assert JobResponse.objects.filter(job_order=tablets.job).count() == 1

    (done, refused) = tablets.both("log", good="6")  # six and six of ten
    assert (done[0], refused) == (
        "done",
        ("refused", f"That is more than job {code} may make. Check the quantity, or have the order raised."),
    )
    assert (tablets.good(), QuantityReport.objects.count()) == (6, 1)

    (done, refused) = tablets.both("finish")
    assert (done[0], refused[0]) == ("done", "refused")
    assert refused[1] != ""
    assert JobOrder.objects.get(pk=tablets.job.pk).status == "completed"
    assert TerminalEntry.objects.filter(outcome="refused").exclude(sentence="").count() == 3


def test_undo_of_a_start_and_pieces_of_the_other_tablet_never_both_count(tablets: Tablets) -> None:
    """Whichever came first: undone and the pieces refused, or pieces counted and the start stays."""
    for _round in range(3):
        assert tablets.send(0, "start")[0] == "done"
        start = TerminalEntry.objects.filter(kind="start").latest("id")
        undone, logged = together(
            lambda: tablets.send(0, "undo", entry=str(start.key)),  # noqa: B023 - run within the turn
            lambda: tablets.send(1, "log", good="1"),
        )
        assert {undone[0], logged[0]} == {"done", "refused"}, (undone, logged)  # type: ignore[index]
        if logged[0] == "done":  # type: ignore[index]
            assert JobOrder.objects.get(pk=tablets.job.pk).status == "running"
            return
        assert QuantityReport.objects.count() == 0


def test_control_without_the_lock_both_tablets_start_it(tablets: Tablets, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both read the job before either writes: both are let through, and only the index behind it refuses one, as a
    fault that no tablet can read."""
    both_have_read = threading.Barrier(2)

    def unlocked(pk: int, *, with_order: bool = False) -> JobOrder:
        read = JobOrder.objects.select_related("site", "equipment", "work_request").get(pk=pk)
        both_have_read.wait(10)
        return read

    monkeypatch.setattr(job_order, "locked", unlocked)
    found = together(*(lambda tablet=tablet: tablets.send(tablet, "start") for tablet in (0, 1)))
    outcomes = [each if isinstance(each, Exception) else each[0] for each in found]
    assert "refused" not in outcomes, outcomes
