"""Alerts, teams, turns and steps in the API."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from mom.core import clock
from mom.core.testing import acting
from mom.work.models import Alert, AlertTeam
from tests.factories.alerts import make_alert, make_team
from tests.factories.plant import make_equipment, make_person, make_reason

pytestmark = pytest.mark.django_db
URL = "/api/v1/work/"


def key() -> str:
    return str(uuid.uuid4())


class Keyed:
    """A client whose POST and PATCH speak JSON."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def get(self, path: str) -> Any:
        return self.client.get(path)

    def patch(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
        return self.client.send("patch", path, body, **_named(headers))

    def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
        return self.client.send("post", path, body, **_named(headers))


def _named(headers: dict[str, str] | None) -> dict[str, str]:
    return {name.replace("-", "_"): value for name, value in (headers or {}).items()}


@pytest.fixture
def client(owner: Any, client_of: Any) -> Any:
    return Keyed(client_of(owner))


def test_help_call_by_api_counts_once_and_asks_for_machine_and_team(client: Any, site: Any) -> None:
    machine, team = make_equipment(site, "CNC-04"), make_team(site, "MAINT", name="Maintenance")
    body = {"op_uuid": key(), "site": site.code, "kind": "help", "machine": "CNC-04", "team": "MAINT",
            "impact": "stopped", "detail": "Coolant"}  # fmt: skip
    answer = client.post(f"{URL}alerts/", body)
    assert answer.status_code == 201, answer.content
    assert client.post(f"{URL}alerts/", body).json()["id"] == answer.json()["id"]
    found = answer.json()
    assert (found["title"], found["machine"], found["team"]) == ("Maintenance", machine.code, team.code)
    assert (found["impact"], found["raise_count"]) == ("stopped", 1)
    assert "ETag" in answer.headers
    refused = client.post(f"{URL}alerts/", {"op_uuid": key(), "site": site.code, "kind": "help"})
    assert refused.status_code == 422
    assert set(refused.json()["fields"]) == {"machine", "team"}


def test_alert_of_another_system_has_a_condition_of_its_own(client: Any, site: Any) -> None:
    body = {"site": site.code, "title": "Robot door open", "repeat_key": "door", "severity": "bad"}
    first = client.post(f"{URL}alerts/", {**body, "op_uuid": key()}).json()
    again = client.post(f"{URL}alerts/", {**body, "op_uuid": key()}).json()
    assert (first["id"], again["raise_count"], again["repeat_key"]) == (again["id"], 2, "door")
    assert Alert.objects.get().repeat_key == "own:door"
    make_alert(site, "Other")
    for asked in ("door", "own:door"):
        rows = client.get(f"{URL}alerts/?repeat_key={asked}").json()["results"]
        assert [(row["id"], row["repeat_key"]) for row in rows] == [(first["id"], "door")]
    assert client.post(f"{URL}alerts/", {"site": site.code, "op_uuid": key()}).status_code == 422


def test_steps_of_an_alert_by_api(client: Any, site: Any) -> None:
    alert = make_alert(site, equipment=make_equipment(site), team=make_team(site))
    make_person(site, "1042", name="Tomasz Z.")
    make_team(site, "QUAL")
    make_reason(site, "PUMP")
    at = f"{URL}alerts/{alert.pk}/"
    until = (clock.now() + timedelta(hours=1)).isoformat()
    for name, body, status in (
        ("accept", {"person": "1042"}, "accepted"),
        ("arrive", {"person": "1042"}, "arrived"),
        ("mute", {"until": until, "reason": "Known"}, "arrived"),
        ("unmute", {}, "arrived"),
        ("hand-over", {"to_team": "QUAL", "note": "Leak"}, "open"),
        ("solve", {"reason": "PUMP"}, "solved"),
    ):
        answer = client.post(f"{at}{name}/", {"op_uuid": key(), **body})
        assert (answer.status_code, answer.json().get("status")) == (200, status), answer.content
    steps = client.get(f"{at}steps/").json()
    assert [step["act"] for step in steps] == [
        "raised", "accepted", "arrived", "muted", "unmuted", "handed_over", "solved",
    ]  # fmt: skip
    assert steps[1]["person"] == "1042"
    assert client.get(at).json()["cause_reason"] == "PUMP"
    assert client.post(f"{at}accept/", {"op_uuid": key()}).status_code == 409


def test_answer_on_an_old_version_is_refused(client: Any, site: Any) -> None:
    alert = make_alert(site)
    at = f"{URL}alerts/{alert.pk}/"
    etag = client.get(at).headers["ETag"]
    assert client.post(f"{at}accept/", {"op_uuid": key()}, headers={"If-Match": etag}).status_code == 200
    assert client.post(f"{at}arrive/", {"op_uuid": key()}, headers={"If-Match": etag}).status_code == 412


def test_alert_is_given_to_nobody_out_of_use_and_an_act_done_before_stays_done(client: Any, site: Any) -> None:
    alert, team = make_alert(site, team=make_team(site)), make_team(site, "OLD")
    gone = make_person(site, "1042")
    at = f"{URL}alerts/{alert.pk}/hand-over/"
    done = {"op_uuid": key(), "to_person": "1042"}
    raised = {"op_uuid": key(), "site": site.code, "title": "Robot door open", "team": "OLD"}
    assert client.post(at, done).status_code == 200
    assert client.post(f"{URL}alerts/", raised).status_code == 201
    for row in (team, gone):
        row.is_active = False
        with acting():
            row.save()
    for target in ({"to_person": "1042"}, {"to_team": "OLD"}):
        refused = client.post(at, {"op_uuid": key(), **target})
        assert (refused.status_code, set(refused.json()["fields"])) == (422, set(target))
    refused = client.post(f"{URL}alerts/", {**raised, "op_uuid": key()})
    assert (refused.status_code, set(refused.json()["fields"])) == (422, {"team"})
    assert client.post(at, done).status_code == 200
    assert client.post(f"{URL}alerts/", raised).status_code == 201
    assert Alert.objects.count() == 2


def test_mute_and_its_end_on_an_old_version_are_refused(client: Any, site: Any) -> None:
    alert = make_alert(site)
    at = f"{URL}alerts/{alert.pk}/"
    old = {"If-Match": client.get(at).headers["ETag"]}
    assert client.post(f"{at}accept/", {"op_uuid": key()}).status_code == 200
    until = {"until": (clock.now() + timedelta(hours=1)).isoformat(), "reason": "Known"}
    assert client.post(f"{at}mute/", {"op_uuid": key(), **until}, headers=old).status_code == 412
    present = {"If-Match": client.get(at).headers["ETag"]}
    once = {"op_uuid": key(), **until}
    assert client.post(f"{at}mute/", once, headers=present).status_code == 200
    assert client.post(f"{at}mute/", once, headers=present).status_code == 200  # done before: it counts once
    assert client.post(f"{at}unmute/", {"op_uuid": key()}, headers=present).status_code == 412
    assert client.get(at).json()["mute_reason"] == "Known"
    assert client.post(f"{at}unmute/", {"op_uuid": key()}).status_code == 200


def test_list_is_narrowed_by_what_is_open_machine_and_team(client: Any, site: Any) -> None:
    alert = make_alert(site, equipment=make_equipment(site, "CNC-04"), team=make_team(site, "MAINT"))
    make_alert(site, "Other")
    for query in ("?is_open=true&machine=CNC-04", "?team=MAINT", f"?repeat_key={alert.repeat_key}"):
        assert [row["id"] for row in client.get(f"{URL}alerts/{query}").json()["results"]] == [alert.pk]
    assert client.get(f"{URL}alerts/?is_open=false").json()["results"] == []


def test_team_turn_and_step_by_api(client: Any, site: Any) -> None:
    make_person(site, "1005")
    body = {"site": site.code, "code": "MAINT", "name": "Maintenance", "icon": "maint", "members": ["1005"]}
    made = client.post(f"{URL}alert-teams/", body)
    assert (made.status_code, made.json()["members"]) == (201, ["1005"])
    at = f"{URL}alert-teams/{made.json()['id']}/"
    assert client.patch(at, {"name": "Repair"}).status_code == 428
    changed = client.patch(at, {"name": "Repair", "members": []}, headers={"If-Match": made.headers["ETag"]})
    assert (changed.status_code, changed.json()["name"], changed.json()["members"]) == (200, "Repair", [])
    assert client.post(f"{URL}alert-teams/", {**body, "code": "X", "members": ["nobody"]}).status_code == 422
    turn = {"site": site.code, "team": "MAINT", "person": "1005", "started_at": "2030-01-01T06:00:00+01:00",
            "ended_at": "2030-01-01T14:00:00+01:00"}  # fmt: skip
    entry = client.post(f"{URL}rota-entries/", turn)
    assert entry.status_code == 201, entry.content
    assert client.post(f"{URL}rota-entries/", turn).status_code == 422
    gone = client.post(f"{URL}rota-entries/{entry.json()['id']}/withdraw/", {"reason": "Ill"})
    assert (gone.status_code, gone.json()["is_active"]) == (200, False)
    step = {"site": site.code, "team": "MAINT", "after_minutes": 10, "target": "role", "role": "supervisor"}
    found = client.post(f"{URL}escalation-steps/", step)
    assert (found.status_code, found.json()["role"]) == (201, "supervisor")
    assert client.post(f"{URL}escalation-steps/", {**step, "role": ""}).status_code == 422
    gone = client.post(f"{URL}escalation-steps/{found.json()['id']}/withdraw/", {})
    assert gone.json()["is_active"] is False


def test_rule_by_api(client: Any, site: Any) -> None:
    make_equipment(site, "CNC-04")
    make_team(site, "MAINT")
    url = "/api/v1/analytics/alert-rules/"
    body = {"site": site.code, "code": "DOWN", "subject": "state", "state": "down", "delay": "PT10M",
            "machine": "CNC-04", "team": "MAINT"}  # fmt: skip
    made = client.post(url, body)
    assert made.status_code == 201, made.content
    found = made.json()
    assert (found["machine"], found["team"], found["delay"]) == ("CNC-04", "MAINT", "P0DT00H10M00S")
    at = f"{url}{found['id']}/"
    changed = client.patch(at, {"delay": "PT5M", "machine": ""}, headers={"If-Match": made.headers["ETag"]})
    assert (changed.status_code, changed.json()["machine"]) == (200, None)
    stale = client.patch(at, {"delay": "PT6M"}, headers={"If-Match": made.headers["ETag"]})
    assert stale.status_code == 412
    assert client.post(url, {**body, "code": "X", "state": ""}).status_code == 422
    assert client.post(url, {**body, "code": "Y", "machine": "NONE"}).status_code == 422


def test_who_may_not_is_refused_and_another_site_does_not_exist(
    client_of: Any, colleague: Any, outsider: Any, site: Any
) -> None:
    alert = make_alert(site)
    looks, other = Keyed(client_of(colleague)), Keyed(client_of(outsider))
    assert looks.post(f"{URL}alerts/{alert.pk}/accept/", {"op_uuid": key()}).status_code == 403
    assert other.get(f"{URL}alerts/{alert.pk}/").status_code == 404
    assert other.post(f"{URL}alerts/", {"op_uuid": key(), "site": site.code, "title": "x"}).status_code == 422
    assert looks.post(f"{URL}alert-teams/", {"site": site.code, "code": "X"}).status_code == 403
    assert (Alert.objects.count(), AlertTeam.objects.count()) == (1, 0)
