"""The pages and the API of stops, listening and meanings: what shows, what may be done, what is refused."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from mom.accounts.models import Site, User
from mom.core import clock
from mom.floor.archive import due
from mom.floor.engine.message import Parsed
from mom.floor.models import FloorMessage, MachineListening, StateMapping, Stop, StopAnnotation
from mom.floor.services import archive
from mom.plant.models import Equipment, Reason
from tests.factories.accounts import make_user
from tests.factories.plant import make_equipment, make_reason
from tests.floor.timelines import MINUTE, alive, at, lay, said, stops_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def machine(site: Site) -> Equipment:
    return make_equipment(site, "CNC-77")


@pytest.fixture
def jam(site: Site) -> Reason:
    return make_reason(site, "JAM", name="Jam at the infeed")


@pytest.fixture
def stopped(machine: Equipment) -> Stop:
    told = [said(machine, 0, "run"), said(machine, 10, "down"), said(machine, 40, "run")]
    lay(machine, told + [alive(machine, minute) for minute in range(0, 61, 2)], now=at(60))
    (found,) = stops_of(machine)
    return found


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


def page(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200, answer.content[:400]
    return answer.content.decode()


def send(client: Client, address: str, body: dict[str, object]) -> dict[str, object]:
    answer = client.post(address, body, content_type="application/json", headers={"Idempotency-Key": str(uuid.uuid4())})
    assert answer.status_code in {200, 201}, answer.content
    return answer.json()


def test_stop_shows_itself_its_words_and_its_messages(owner: User, stopped: Stop, jam: Reason) -> None:
    client = signed_in(owner)
    assert "CNC-77" in page(client, "floor:stop_list")
    shown = page(client, "floor:stop_detail", stopped.pk)
    assert "Nobody said anything" in shown
    assert shown.count("Sign of life") >= 15
    assert "FloorMessage" not in shown  # no banner of the messages framework

    key = str(uuid.uuid4())
    sent = {"op_uuid": key, "reason": jam.pk, "note": "Belt"}
    for _twice in range(2):
        answer = client.post(reverse("floor:stop_explain", args=[stopped.pk]), sent)
        assert answer.status_code == 302, answer.content
    shown = page(client, "floor:stop_detail", stopped.pk)
    assert "Jam at the infeed" in shown
    assert "the whole stop" in shown
    assert StopAnnotation.objects.count() == 1


def test_stop_of_a_day_that_left_the_tables_shows_its_messages(
    owner: User, stopped: Stop, tmp_path: Path, settings: Any
) -> None:
    settings.ARCHIVE_URL = str(tmp_path / "archive")
    client = signed_in(owner)
    before = page(client, "floor:stop_detail", stopped.pk)
    for day in due.days_in_tables():
        due.mark_due(day, clock.now() + timedelta(days=30))
        archive.write_waiting()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SELECT floor_drop_day(%s)", [day])
    assert not FloorMessage.objects.exists()
    shown = page(client, "floor:stop_detail", stopped.pk)
    assert shown.count("Sign of life") == before.count("Sign of life") >= 15
    (tmp_path / "archive").rename(tmp_path / "away")
    shown = page(client, "floor:stop_detail", stopped.pk)
    assert "stands only in the archive" in shown
    assert "came from reports" not in shown


def test_stop_is_split_and_reclassified_on_its_pages(owner: User, stopped: Stop, jam: Reason) -> None:
    client = signed_in(owner)
    assert "Split stop" in page(client, "floor:stop_split", stopped.pk)
    moment = stopped.started_at.astimezone(stopped.site.zone) + 12 * MINUTE
    sent = {"op_uuid": str(uuid.uuid4()), "at": f"{moment:%Y-%m-%dT%H:%M:%S}", "reason": jam.pk, "state": ""}
    assert client.post(reverse("floor:stop_split", args=[stopped.pk]), sent).status_code == 302
    one, two = stops_of(stopped.equipment)
    assert (one.ended_at, two.started_at, two.reason) == (at(22), at(22), jam)

    outside = {**sent, "op_uuid": str(uuid.uuid4()), "at": "2020-01-01T00:00:00"}
    refused = client.post(reverse("floor:stop_split", args=[one.pk]), outside)
    assert "between the start and the end" in refused.content.decode()

    sent = {"op_uuid": str(uuid.uuid4()), "reason": "", "state": "plan", "note": ""}
    assert client.post(reverse("floor:stop_reclassify", args=[two.pk]), sent).status_code == 302
    assert [(each.state, each.reason) for each in stops_of(stopped.equipment)] == [("down", None), ("plan", jam)]


def test_list_narrows_to_what_waits_for_a_reason(owner: User, stopped: Stop, machine: Equipment) -> None:
    client = signed_in(owner)
    address = reverse("floor:stop_list")
    assert "CNC-77" in client.get(address, {"view": "uncoded"}).content.decode()
    assert "1 stop" not in client.get(address, {"view": "minor"}).content.decode()
    assert "CNC-77" in client.get(address, {"machine": "cnc-77", "day": "2026-03-02"}).content.decode()
    assert "1 stop" not in client.get(address, {"day": "2026-03-05"}).content.decode()


def test_colleague_looks_and_is_offered_nothing(colleague: User, stopped: Stop) -> None:
    client = signed_in(colleague)
    shown = page(client, "floor:stop_detail", stopped.pk)
    assert "Reclassify" not in shown
    assert "Give reason" not in shown
    assert client.get(reverse("floor:stop_split", args=[stopped.pk])).status_code == 403
    assert "Set anew" not in page(client, "floor:listening_detail", "CNC-77")
    assert "Add meaning" not in page(client, "floor:mapping_list")


@pytest.mark.parametrize("has_reason", [False, True])
@pytest.mark.parametrize("rights", [("give_reason",), ("reclassify_stop",), ("give_reason", "reclassify_stop")])
def test_stop_page_offers_only_what_does_not_end_in_a_refusal(
    owner: User, site: Site, stopped: Stop, jam: Reason, rights: tuple[str, ...], has_reason: bool
) -> None:
    explain = reverse("floor:stop_explain", args=[stopped.pk])
    if has_reason:
        sent = {"op_uuid": str(uuid.uuid4()), "reason": jam.pk, "note": ""}
        assert signed_in(owner).post(explain, sent).status_code == 302
    held = ["floor.view", *(f"floor.{each}" for each in rights)]
    client = signed_in(make_user("rita", site=site, permissions=held))
    shown = page(client, "floor:stop_detail", stopped.pk)
    may_say = "give_reason" in rights and (not has_reason or "reclassify_stop" in rights)
    assert (f'href="{explain}"' in shown) == may_say
    if may_say:
        other = {"op_uuid": str(uuid.uuid4()), "reason": make_reason(site).pk, "note": ""}
        assert client.get(explain).status_code == 200
        assert client.post(explain, other).status_code == 302


def test_stop_is_explained_split_and_reclassified_by_api(owner: User, stopped: Stop, jam: Reason) -> None:
    client = signed_in(owner)
    address = f"/api/v1/floor/stops/{stopped.pk}/"
    explained = send(client, f"{address}explain/", {"op_uuid": str(uuid.uuid4()), "reason": "JAM"})
    assert (explained["id"], explained["reason"], explained["reporter"]) == (
        stopped.pk,
        "JAM",
        owner.get_full_name() or "alice",
    )

    second = send(
        client, f"{address}split/", {"op_uuid": str(uuid.uuid4()), "at": at(20).isoformat(), "state": "setup"}
    )
    assert (second["state"], second["reason"]) == ("setup", "JAM")  # what is not said stays
    send(client, f"{address}reclassify/", {"op_uuid": str(uuid.uuid4()), "state": "plan"})
    words = client.get(f"{address}words/").json()
    assert [(each["state"], each["reason"], each["is_whole"]) for each in words] == [
        ("", "JAM", True),
        ("plan", "JAM", False),
    ]
    found = client.get("/api/v1/floor/stops/", {"machine": "CNC-77", "ordering": "started_at"}).json()["results"]
    assert [each["state"] for each in found] == ["plan", "setup"]
    shown = client.get("/api/v1/floor/intervals/", {"machine": "CNC-77", "ordering": "started_at"}).json()["results"]
    assert [each["state"] for each in shown] == ["run", "plan", "setup", "run", "off"]


def test_listening_is_set_from_now_on_and_the_past_keeps_its_own(owner: User, machine: Equipment) -> None:
    now = clock.now()
    lay(machine, [_told(machine, now - 3 * MINUTE, "run"), _told(machine, now - 2 * MINUTE, "down")], now=now)
    client = signed_in(owner)
    assert "Nothing was set" in page(client, "floor:listening_detail", "CNC-77")
    sent = {
        "signal_source": "messages", "state_model": "own", "piece_source": "counters", "heartbeat": "1,5",
        "minor_stop": "90", "counter_modulus": "1000", "valid_from": "", "because": "New gateway",
    }  # fmt: skip
    answer = client.post(reverse("floor:listening_change", args=["CNC-77"]), sent)
    assert answer.status_code == 302, answer.content
    row = MachineListening.objects.get()
    assert (row.heartbeat, row.minor_stop) == (timedelta(seconds=90), timedelta(seconds=90))
    assert "Its counters" in page(client, "floor:listening_list")

    again = send(
        client, "/api/v1/floor/listening/", {"site": machine.site.code, "machine": "CNC-77", "heartbeat": "PT10M"}
    )
    row.refresh_from_db()
    assert row.valid_until is not None
    assert MachineListening.objects.count() == 2
    assert again["piece_source"] == "reports"
    refused = client.post(
        "/api/v1/floor/listening/",
        {"site": machine.site.code, "machine": "CNC-77", "state_model": "klingon"},
        content_type="application/json",
        headers={"Idempotency-Key": "k1"},
    )
    assert refused.status_code in {400, 422}


def test_longer_heartbeat_of_the_past_makes_the_timeline_again(owner: User, machine: Equipment) -> None:
    now = clock.now()
    lay(machine, [_told(machine, now - 60 * MINUTE, "run"), _told(machine, now - 20 * MINUTE, "down")], now=now)
    assert [each.is_minor for each in stops_of(machine)] == []
    since = (now - 90 * MINUTE).isoformat()
    body = {"site": machine.site.code, "machine": "CNC-77", "heartbeat": "PT2H", "valid_from": since}
    send(signed_in(owner), "/api/v1/floor/listening/", body)
    (found,) = stops_of(machine)
    assert (found.state, found.ended_at) == ("down", None)


def test_code_gets_a_meaning_at_the_site_and_loses_it(owner: User, machine: Equipment) -> None:
    now = clock.now()
    lay(machine, [_told(machine, now - 4 * MINUTE, "WARMUP")], now=now)
    assert not stops_of(machine)
    client = signed_in(owner)
    since = (now - 10 * MINUTE).isoformat()
    body = {
        "site": machine.site.code, "state_model": "own", "code": "warm-up", "state": "setup", "time_class": "setup",
        "loss_class": "setup_adjustment", "valid_from": since,
    }  # fmt: skip
    row = send(client, "/api/v1/floor/state-meanings/", body)
    assert [each.state for each in stops_of(machine)] == ["setup"]
    assert "warm-up" in client.get(reverse("floor:mapping_list"), {"view": "site"}).content.decode()

    assert "End meaning" in page(client, "floor:mapping_end", row["id"])
    assert (
        client.post(reverse("floor:mapping_end", args=[row["id"]]), {"at": "", "because": "Wrong"}).status_code == 302
    )
    assert StateMapping.objects.get(pk=row["id"]).valid_until is not None

    wrong = {**body, "state": "run", "time_class": "down"}
    refused = client.post(
        "/api/v1/floor/state-meanings/", wrong, content_type="application/json", headers={"Idempotency-Key": "k2"}
    )
    assert refused.status_code in {400, 422}


def test_meaning_of_everybody_is_overruled_on_a_page(owner: User, site: Site) -> None:
    client = signed_in(owner)
    general = StateMapping.objects.get(site=None, state_model="packml", code="held", mode="")
    shown = page(client, "floor:mapping_change", general.pk)
    assert "held" in shown
    sent = {
        "state_model": "packml", "code": "held", "mode": "", "state": "down", "time_class": "down",
        "time_class_without_order": "down", "loss_class": "breakdown", "valid_from": "", "because": "",
    }  # fmt: skip
    assert client.post(reverse("floor:mapping_change", args=[general.pk]), sent).status_code == 302
    assert StateMapping.objects.get(site=site).state == "down"
    general.refresh_from_db()
    assert general.state == "idle"
    ended = client.post(reverse("floor:mapping_end", args=[general.pk]), {"at": "", "because": "Wrong"})
    assert ended.status_code == 404


def _told(machine: Equipment, moment: datetime, code: str) -> Parsed:
    return replace(said(machine, 0, code), at=moment)
