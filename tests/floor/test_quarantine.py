"""What could not be taken: released as the message that it was, corrected, or discarded with a reason."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from mom.accounts.models import User
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from mom.core.models import AuditEntry
from mom.floor.models import FloorMessage, QuarantinedMessage, StateInterval
from mom.floor.services import quarantine
from mom.floor.services.quarantine import discard, release, release_machine
from tests.factories.known import make_alias
from tests.factories.work import make_machine
from tests.floor.batches import NOW, gaps, named, reading, sent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def machine(site: Any) -> Any:
    return make_machine(site)


def only() -> QuarantinedMessage:
    return QuarantinedMessage.objects.get()


def test_quarantine_release_keeps_identity_number_and_when_it_was_received(actor: Actor, site: Any) -> None:
    sent(actor, site, [reading(1), reading(2, machine="CNC-O2"), reading(3)])
    make_machine(site, "CNC-02")
    row = release(actor, "P1", only().pk, {"machine": "CNC-02"}, reason="A letter for a digit")
    assert (row.status, row.settled_by, row.settled_because) == ("released", "Test", "A letter for a digit")
    assert (row.raw["machine"], row.content["machine"]) == ("CNC-O2", "CNC-02")
    stored = FloorMessage.objects.select_related("session").get(equipment__code="CNC-02")
    assert (stored.key, stored.sequence, stored.session.code, stored.received_at) == (row.key, 2, "s1", NOW)
    assert gaps() == []
    again = sent(actor, site, [reading(2, machine="CNC-02"), reading(2, machine="CNC-O2")])
    assert (again.accepted, again.repeated, again.quarantined) == (0, 2, 0), "as sent and as corrected"


def test_quarantine_release_is_in_the_audit_log_with_what_was_changed(actor: Actor, site: Any) -> None:
    sent(actor, site, [reading(2, value="many")])
    release(actor, "P1", only().pk, {"value": "12"})
    entry = AuditEntry.objects.get(action="floor.message_released")
    assert (entry.before["raw"]["value"], entry.after["content"]["value"]) == ("many", "12")


def test_quarantine_release_moves_the_timeline(actor: Actor, site: Any, machine: Any) -> None:
    sent(actor, site, [reading(1, machine="?", kind="state", state="run", name=None, value=None), reading(60)])
    release(actor, "P1", only().pk, {"machine": "CNC-01"})
    assert StateInterval.objects.filter(equipment=machine, state="run").exists()


def test_quarantine_release_takes_what_came_too_late_but_nothing_of_the_future(actor: Actor, site: Any) -> None:
    old, future = ((NOW + shift).isoformat() for shift in (timedelta(days=-9), timedelta(days=1)))
    sent(actor, site, [reading(1, at=old), reading(2, at=future)])
    late, ahead = QuarantinedMessage.objects.order_by("pk")
    release(actor, "P1", late.pk)
    assert FloorMessage.objects.get().occurred_at.isoformat() == old
    with pytest.raises(InvalidInput) as refusal:
        release(actor, "P1", ahead.pk)
    assert list(refusal.value.fields) == ["at"]
    release(actor, "P1", ahead.pk, {"at": NOW.isoformat()})


@pytest.mark.parametrize("corrected", [{}, {"machine": "CNC-01", "value": "x"}, {"machine": "CNC-01", "kind": "mood"}])
def test_quarantine_release_of_what_is_still_wrong_says_why_and_changes_nothing(
    actor: Actor, site: Any, corrected: dict[str, Any]
) -> None:
    sent(actor, site, [reading(1, machine="?")])
    with pytest.raises(InvalidInput):
        release(actor, "P1", only().pk, corrected)
    assert (only().status, FloorMessage.objects.count()) == ("waiting", 0)


@pytest.mark.parametrize("name", ["id", "sequence", "session"])
def test_quarantine_identity_can_not_be_corrected(actor: Actor, site: Any, name: str) -> None:
    sent(actor, site, [reading(1, machine="?")])
    with pytest.raises(InvalidInput):
        release(actor, "P1", only().pk, {name: "7"})


def test_quarantine_field_that_no_message_has_can_be_taken_away(actor: Actor, site: Any) -> None:
    sent(actor, site, [reading(1, colour="red")])
    release(actor, "P1", only().pk, {"colour": ""})
    assert FloorMessage.objects.count() == 1


def test_quarantine_line_that_was_no_json_can_be_typed_anew(actor: Actor, site: Any) -> None:
    sent(actor, site, ['{"machine": "CNC-01", "kin'])
    fields = {"machine": "CNC-01", "kind": "reading", "at": NOW.isoformat(), "name": "spindle", "value": "4"}
    release(actor, "P1", only().pk, fields)
    assert FloorMessage.objects.get().sequence is None


def test_quarantine_conflicting_one_is_released_as_a_message_of_its_own(actor: Actor, site: Any) -> None:
    sent(actor, site, [named("a"), named("a", value=5)])
    release(actor, "P1", only().pk)
    assert sorted(FloorMessage.objects.values_list("value", flat=True)) == [1, 5]
    again = sent(actor, site, [named("a"), named("a", value=5)])
    assert (again.accepted, again.repeated, again.quarantined) == (0, 2, 0)


def test_quarantine_release_of_what_came_meanwhile_counts_once(actor: Actor, site: Any) -> None:
    sent(actor, site, [named("a", machine="CNC-02")])
    make_machine(site, "CNC-02")
    assert sent(actor, site, [named("a", machine="CNC-02")]).quarantined == 1, "a person decides"
    release(actor, "P1", only().pk)
    assert FloorMessage.objects.count() == 1


def test_quarantine_discard_needs_a_reason_and_stays_readable(actor: Actor, site: Any) -> None:
    sent(actor, site, [reading(1, machine="?")])
    with pytest.raises(InvalidInput):
        discard(actor, "P1", only().pk, reason=" ")
    row = discard(actor, "P1", only().pk, reason="A test rig")
    assert (row.status, only().settled_because, FloorMessage.objects.count()) == ("discarded", "A test rig", 0)
    assert AuditEntry.objects.filter(action="floor.message_discarded", reason="A test rig").exists()
    make_alias(site, system="GW-1", external_id="?")
    assert sent(actor, site, [reading(1, machine="?")]).repeated == 1, "what a person decided holds"


def test_quarantine_settled_one_is_settled(actor: Actor, site: Any) -> None:
    sent(actor, site, [reading(1, machine="?")])
    discard(actor, "P1", only().pk, reason="A test rig")
    for act in (lambda: release(actor, "P1", only().pk), lambda: discard(actor, "P1", only().pk, reason="Again")):
        with pytest.raises(Conflict):
            act()


def test_quarantine_needs_the_right_and_the_site(actor: Actor, make_actor: Any, site: Any) -> None:
    sent(actor, site, [reading(1, machine="?")])
    with pytest.raises(NotAllowed):
        release(make_actor("floor.view", "floor.send_message"), "P1", only().pk, {"machine": "CNC-01"})
    with pytest.raises(NotAllowed):
        discard(make_actor("floor.view"), "P1", only().pk, reason="No right")
    with pytest.raises(NotFound):
        release(actor, "P2", only().pk)


def test_quarantine_machine_added_later_takes_all_of_its_messages(actor: Actor, site: Any) -> None:
    sent(actor, site, [reading(number, machine="CNC-09") for number in range(1, 30)])
    sent(actor, site, [reading(number, machine="CNC-09") for number in range(1, 5)], source="gw-2")
    sent(actor, site, [reading(50, machine="CNC-08")])
    assert release_machine(actor, site, "CNC-09").left == 33
    make_alias(site, make_machine(site, "MILL"), system="SCADA", external_id="CNC-09")
    done = release_machine(actor, site, "CNC-09", reason="Alias added")
    assert (done.released, done.left) == (33, 0)
    assert FloorMessage.objects.filter(equipment__code="MILL").count() == 33
    assert QuarantinedMessage.objects.filter(status="waiting").count() == 1


def test_quarantine_machine_release_passes_over_what_was_settled_meanwhile(
    actor: Actor, site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(actor, site, [reading(number, machine="CNC-09") for number in range(1, 5)])
    make_machine(site, "CNC-09")
    real = quarantine.waiting_keys

    def read_then_settled(*asked: Any) -> list[int]:
        keys = real(*asked)
        discard(actor, "P1", keys[0], reason="A test rig")
        release(actor, "P1", keys[2])
        return keys

    monkeypatch.setattr(quarantine, "waiting_keys", read_then_settled)
    done = release_machine(actor, site, "CNC-09")
    assert (done.released, done.left) == (2, 0), "what others settled is not counted"
    found = list(QuarantinedMessage.objects.order_by("pk").values_list("status", flat=True))
    assert found == ["discarded", "released", "released", "released"]
    assert FloorMessage.objects.count() == 3
    assert AuditEntry.objects.get(action="floor.messages_released").after["messages"] == 2


# Pages and API


@pytest.fixture
def client(owner: User) -> Client:
    client = Client()
    client.force_login(owner, backend="mom.accounts.backends.PasswordBackend")
    return client


def test_quarantine_list_shows_what_waits_and_counts_by_problem(client: Client, actor: Actor, site: Any) -> None:
    sent(actor, site, [reading(1, machine="CNC-99"), reading(2, value="many"), reading(3, at="yesterday")])
    page = client.get("/quarantine/").content.decode()
    assert "There is no machine CNC-99" in page
    tabs = {tab.key: tab.count for tab in client.get("/quarantine/").context["view"].tabs()}
    assert (tabs["waiting"], tabs["unknown_machine"], tabs["unreadable"], tabs["impossible_time"]) == (3, 1, 1, 1)


ODD = ({"a": [1]}, ["state"], [], {}, 12, 1.5, True, None, "x" * 300)


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_quarantine_pages_show_whatever_a_gateway_sent(client: Client, actor: Actor, site: Any, odd: Any) -> None:
    names = ("machine", "at", "kind", "name", "state", "code", "mode", "reason", "value", "unit", "text", "colour")
    sent(actor, site, [reading(n, **{name: odd, "extra": 1}) for n, name in enumerate(names, 1)])
    sent(actor, site, [{**dict.fromkeys(names, odd), "id": odd, "sequence": odd, "session": odd}, odd, [odd]])
    rows = list(QuarantinedMessage.objects.all())
    assert len(rows) >= len(names)
    assert client.get("/quarantine/").status_code == 200
    for row in rows:
        for page in ("", "release/", "discard/", "release-machine/"):
            assert client.get(f"/quarantine/{row.pk}/{page}").status_code == 200, (row.raw, page)
        form = client.get(f"/quarantine/{row.pk}/release/").context["form"]
        typed = {name: str(form.initial[name] or "") for name in form.fields}
        assert client.post(f"/quarantine/{row.pk}/release/", typed).status_code in (302, 409, 422), row.raw


def test_quarantine_list_cuts_a_kind_that_is_no_text(client: Client, actor: Actor, site: Any) -> None:
    sent(actor, site, [reading(1, kind=["k" * 500])])
    page = client.get("/quarantine/").content.decode()
    assert "k" * 78 in page
    assert "k" * 79 not in page


def test_quarantine_pages_correct_and_release(client: Client, actor: Actor, site: Any) -> None:
    sent(actor, site, [reading(1, machine="CNC-99", colour="red")])
    url = f"/quarantine/{only().pk}/"
    assert "colour" in client.get(url).content.decode()
    form = client.get(f"{url}release/").context["form"]
    typed = {name: form.initial[name] for name in form.fields}
    wrong = client.post(f"{url}release/", typed)
    assert (wrong.status_code, "machine" in wrong.context["form"].errors) == (422, True)
    assert client.post(f"{url}release/", {**typed, "machine": "CNC-01"}).status_code == 302
    assert (only().status, FloorMessage.objects.count()) == ("released", 1)
    assert "CNC-99" in client.get(url).content.decode(), "as it came stays"


def test_quarantine_pages_discard_and_release_a_machine(client: Client, actor: Actor, site: Any) -> None:
    sent(actor, site, [reading(1, machine="CNC-99"), reading(2, machine="CNC-99"), reading(3, machine="?")])
    first, _second, third = QuarantinedMessage.objects.order_by("pk")
    assert client.post(f"/quarantine/{third.pk}/discard/", {"because": "Test rig"}).status_code == 302
    assert client.post(f"/quarantine/{first.pk}/release-machine/").status_code == 409
    make_machine(site, "CNC-99")
    assert client.post(f"/quarantine/{first.pk}/release-machine/").status_code == 302
    assert sorted(QuarantinedMessage.objects.values_list("status", flat=True)) == ["discarded", "released", "released"]


def test_quarantine_api_releases_corrected_and_discards(client: Client, actor: Actor, site: Any) -> None:
    sent(actor, site, [reading(1, machine="CNC-99"), reading(2, machine="CNC-99"), reading(3, machine="CNC-98")])
    rows = client.get("/api/v1/floor/quarantine", {"machine": "CNC-99"}).json()["results"]
    assert [row["status"] for row in rows] == ["waiting", "waiting"]

    def post(path: str, body: dict[str, Any]) -> Any:
        return client.post(
            f"/api/v1/floor/quarantine/{path}", body, "application/json", headers={"Idempotency-Key": path}
        )

    released = post(f"{rows[0]['id']}/release", {"corrected": {"machine": "CNC-01"}, "reason": "Typo"})
    assert (released.status_code, released.json()["status"]) == (200, "released")
    assert post(f"{rows[1]['id']}/discard", {"reason": "Test rig"}).json()["status"] == "discarded"
    make_machine(site, "CNC-98")
    assert post("release-machine", {"site": "P1", "machine": "CNC-98"}).json() == {"released": 1, "left": 0}


def test_quarantine_api_releases_a_machine_piece_by_piece(
    client: Client, actor: Actor, site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "AT_ONCE", 3)
    sent(actor, site, [reading(number, machine="CNC-98") for number in range(1, 6)])
    sent(actor, site, [reading(number, machine="CNC-98") for number in range(1, 3)], source="gw-2")

    def post(key: str) -> Any:
        body = {"site": "P1", "machine": "CNC-98"}
        address = "/api/v1/floor/quarantine/release-machine"
        return client.post(address, body, "application/json", headers={"Idempotency-Key": key}).json()

    assert post("before") == {"released": 0, "left": 7}, "nothing is called so yet"
    make_machine(site, "CNC-98")
    assert [post(key) for key in ("one", "two", "three", "four")] == [
        {"released": 3, "left": 4}, {"released": 3, "left": 1}, {"released": 1, "left": 0}, {"released": 0, "left": 0},
    ]  # fmt: skip


def test_quarantine_page_releases_all_of_a_machine_in_pieces(
    client: Client, actor: Actor, site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "AT_ONCE", 3)
    sent(actor, site, [reading(number, machine="CNC-98") for number in range(1, 9)])
    make_machine(site, "CNC-98")
    row = QuarantinedMessage.objects.order_by("pk")[0]
    assert client.post(f"/quarantine/{row.pk}/release-machine/").status_code == 302
    assert FloorMessage.objects.count() == 8
    assert AuditEntry.objects.filter(action="floor.messages_released").count() == 3, "a transaction each"
