"""What a device sends of its queue: each entry once, in order, refused ones kept, as the person who made them."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client

from mom.accounts.models import Site, User
from mom.core import clock
from mom.core.models import AuditEntry
from mom.core.testing import acting
from mom.plant.models import Equipment
from mom.terminal.models import EntrySettlement, TerminalEntry
from mom.work.engine.terms import JobOrderStatus
from mom.work.models import JobOrder, JobResponse, OutputTotal, QuantityReport
from tests.factories.accounts import make_user
from tests.factories.devices import PIN, make_device, make_operator, on_device
from tests.factories.plant import make_reason
from tests.factories.work import job_of, make_order

pytestmark = pytest.mark.django_db
HOME = "/t/CNC-04/"


class Station:
    """A tablet, its machine with a job, and what it sends."""

    def __init__(self, site: Site) -> None:
        self.device, secret = make_device(site)
        self.client = on_device(secret)
        self.machine = Equipment.objects.get(site=site, code="CNC-04")
        self.mira = make_operator(site)
        self.job: JobOrder = job_of(make_order(site, machine=self.machine, limit=Decimal(100)))

    def enter(self, badge: str = "NPW-1042", pin: str = PIN) -> None:
        self.client.post(f"{HOME}who/", {"badge": badge})
        assert self.client.post(f"{HOME}pin/", {"pin": pin}).status_code == 302

    def entry(self, kind: str, person: User | None = None, **payload: Any) -> dict[str, Any]:
        return {
            "key": str(uuid.uuid4()), "kind": kind, "payload": {"job": self.job.pk, **payload}, "number": 1,
            "made_at": clock.now().isoformat(), "person": (person or self.mira).pk, "station": "CNC-04",
        }  # fmt: skip

    def send(self, *entries: dict[str, Any], sent_at: datetime | None = None, status: int = 200) -> list[str]:
        body = {"entries": list(entries), "sent_at": (sent_at or clock.now()).isoformat()}
        answer = self.client.post(f"{HOME}entries/", body, content_type="application/json")
        assert answer.status_code == status, answer.content
        return [each["outcome"] for each in answer.json()["entries"]] if status == 200 else []

    def good(self) -> Decimal:
        total = OutputTotal.objects.filter(output__job_order=self.job).first()
        return total.good if total else Decimal(0)

    def status(self) -> str:
        return JobOrder.objects.get(pk=self.job.pk).status


@pytest.fixture
def station(site: Site) -> Station:
    return Station(site)


def test_entries_are_done_in_order_and_counted_once_however_often_they_are_sent(station: Station) -> None:
    station.enter()
    start, log = station.entry("start"), station.entry("log", good="12", scrap="1")
    finish = station.entry("finish")
    assert station.send(start, log) == ["done", "done"]
    assert station.send(start, log, finish, log) == ["done"] * 4  # the answer was swallowed, and one more twice
    assert (station.good(), station.status()) == (Decimal(12), JobOrderStatus.COMPLETED)
    assert QuantityReport.objects.count() == 2
    assert TerminalEntry.objects.count() == 3
    assert JobResponse.objects.filter(job_order=station.job).count() == 1


def test_refused_entry_is_kept_and_does_not_stop_those_behind_it(station: Station) -> None:
    station.enter()
    early, start, log = station.entry("log", good="5"), station.entry("start"), station.entry("log", good="7")
    assert station.send(early, start, log) == ["refused", "done", "done"]
    kept = TerminalEntry.objects.get(outcome="refused")
    assert (str(kept.key), kept.code, kept.payload["good"]) == (early["key"], "job_not_in_work", "5")
    assert "Start it first" in kept.sentence
    assert station.send(early) == ["refused"]
    assert station.good() == 7
    assert AuditEntry.objects.filter(action="terminal.entry_refused").count() == 1
    page = station.client.get(HOME).content.decode()
    assert "Start it first" in page


def test_nothing_is_half_done(station: Station) -> None:
    station.enter()
    station.send(station.entry("start"))
    assert station.send(station.entry("log", good="60", scrap="50")) == ["refused"]  # more than the order may make
    assert QuantityReport.objects.count() == 0


def test_report_has_the_time_of_the_tap_by_our_clock(station: Station) -> None:
    station.enter()
    now = clock.now()
    log = {**station.entry("log", good="3"), "made_at": (now + timedelta(hours=2) - timedelta(minutes=40)).isoformat()}
    station.send(station.entry("start"), log, sent_at=now + timedelta(hours=2))  # its clock is two hours fast
    report = QuantityReport.objects.get()
    assert abs(report.occurred_at - (now - timedelta(minutes=40))) < timedelta(seconds=30)
    entry = TerminalEntry.objects.get(kind="log")
    assert entry.occurred_at == report.occurred_at
    assert entry.made_at > entry.received_at


def test_undo_is_a_counter_entry_of_all_that_the_entry_said(station: Station) -> None:
    station.enter()
    log = station.entry("log", good="12", scrap="2", rework="1")
    undo = station.entry("undo", entry=log["key"])
    assert station.send(station.entry("start"), log, undo, undo) == ["done"] * 4
    total = OutputTotal.objects.get()
    assert (total.good, total.scrap, total.rework) == (0, 0, 0)
    assert QuantityReport.objects.count() == 6


def test_undo_of_somebody_elses_entry_is_refused(station: Station, site: Site) -> None:
    station.enter()
    log = station.entry("log", good="12")
    station.send(station.entry("start"), log)
    jonas = make_operator(site, "jonas", "NPW-1043", "730462")
    station.enter("NPW-1043", "730462")
    assert station.send(station.entry("undo", jonas, entry=log["key"])) == ["refused"]
    assert station.good() == 12


def test_nobody_signed_in_nothing_is_taken(station: Station) -> None:
    station.send(station.entry("start"), status=401)
    assert TerminalEntry.objects.count() == 0


def test_entries_of_who_left_count_but_are_marked(station: Station, site: Site) -> None:
    station.enter()
    station.send(station.entry("start"))
    log = station.entry("log", good="4")
    make_operator(site, "jonas", "NPW-1043", "730462")
    station.enter("NPW-1043", "730462")
    assert station.send(log) == ["done"]
    entry = TerminalEntry.objects.get(kind="log")
    assert (entry.is_claimed, entry.user, entry.session_user.username) == (True, station.mira, "jonas")
    said = AuditEntry.objects.filter(action="work.quantity_reported").get()
    assert (said.actor_kind, said.actor_id) == ("device", str(station.device.pk))


def test_who_may_not_execute_is_refused_by_sentence_and_claims_no_rights_of_others(
    station: Station, site: Site
) -> None:
    lena = make_operator(site, "lena", "NPW-1044", "730462", permissions=["plant.view", "work.view"])
    station.enter("NPW-1044", "730462")
    assert station.send(station.entry("start", lena)) == ["refused"]
    stranger = make_user("olaf", site=Site.objects.exclude(pk=site.pk).first(), permissions=["work.execute_job_order"])
    assert station.send(station.entry("start", stranger)) == ["refused"]
    assert station.status() == JobOrderStatus.READY


def test_other_station_and_other_machines_jobs_are_refused(station: Station, site: Site) -> None:
    other, secret = make_device(site, "CNC-05")
    del other
    elsewhere = job_of(make_order(site, "WO-2", machine=Equipment.objects.get(site=site, code="CNC-05")))
    station.enter()
    answer = on_device(secret).post(f"{HOME}entries/", {"entries": []}, content_type="application/json")
    assert (answer.status_code, answer.json()["home"]) == (409, "/t/CNC-05/")
    assert Client().post(f"{HOME}entries/", {}, content_type="application/json").status_code == 403
    assert station.send(station.entry("start", job=elsewhere.pk)) == ["refused"]
    assert station.send({**station.entry("start"), "station": "CNC-05"}) == ["refused"]
    assert station.status() == JobOrderStatus.READY


def test_stop_gets_its_reason_and_the_job_goes_on(station: Station, site: Site) -> None:
    jam = make_reason(site, "JAM", name="Chip conveyor jam")
    station.enter()
    entries = [station.entry("start"), station.entry("stop"), station.entry("stop", reason=jam.pk)]
    assert station.send(*entries) == ["done"] * 3
    stop = JobResponse.objects.get(is_stop=True, ended_at=None, reverses=None)
    assert (stop.reason, stop.job_order) == (jam, station.job)
    assert station.send(station.entry("go_on"), station.entry("go_on")) == ["done", "done"]
    assert not JobResponse.objects.filter(is_stop=True, ended_at=None).exists()


def test_what_is_no_entry_stays_with_the_device(station: Station) -> None:
    station.enter()
    bad = [
        {"key": "x"}, [], {**station.entry("dance")}, {**station.entry("log"), "made_at": "yesterday"},
        {**station.entry("log"), "person": True}, {**station.entry("log", note="x" * 5000)},
    ]  # fmt: skip
    assert station.send(*bad) == ["unreadable"] * 6
    for amount in ("-3", "NaN", "many", ["1"], 1e30):
        assert station.send(station.entry("log", good=amount)) == ["refused"]
    assert TerminalEntry.objects.filter(outcome="refused").count() == 5


def test_entry_is_never_changed(station: Station) -> None:
    station.enter()
    station.send(station.entry("start"))
    with pytest.raises(ProgrammingError), transaction.atomic(), acting():
        TerminalEntry.objects.update(outcome="refused", sentence="x")


def test_supervisor_settles_once_and_others_do_not(station: Station, site: Site) -> None:
    station.enter()
    station.send(station.entry("log", good="5"))
    entry = TerminalEntry.objects.get()
    boss = make_user("boss", site=site, permissions=["work.view", "work.correct_report"])
    looker = make_user("look", site=site, permissions=["work.view"])
    outsider = make_user("out", site=site, permissions=["plant.view"])
    address = f"/terminal-entries/{entry.pk}/settle/"
    for user, listed, settles in ((outsider, 403, 403), (looker, 200, 403), (boss, 200, 200)):
        client = Client()
        client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
        assert client.get("/terminal-entries/?filter=needs").status_code == listed
        assert client.get(f"/terminal-entries/{entry.pk}/").status_code == listed
        assert client.get(address).status_code == settles
    assert client.post(address, {"settled_as": "confirmed", "note": "was there"}).status_code == 422
    for status in (302, 409):
        assert client.post(address, {"settled_as": "by_hand", "note": "logged again"}).status_code == status
    assert EntrySettlement.objects.get().settled_by == str(boss)
    assert "Start it first" not in station.client.get(HOME).content.decode()
