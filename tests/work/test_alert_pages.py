"""Pages of alerts: the board, one alert, the acts with and without htmx, the help call, the bell, teams and rota."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from mom.core import clock
from mom.core.testing import acting
from mom.work.models import Alert, AlertStep, AlertTeam, EscalationStep, RotaEntry
from mom.work.services.alert import mute
from tests.factories.accounts import make_user
from tests.factories.alerts import make_alert, make_step, make_team, make_turn
from tests.factories.plant import make_equipment, make_person

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def page(owner: Any) -> Client:
    return signed_in(owner)


@pytest.fixture
def alert(site: Any) -> Alert:
    machine, team = make_equipment(site, "CNC-04"), make_team(site, "MAINT", name="Maintenance")
    return make_alert(site, equipment=machine, team=team, impact="stopped")


def act(**more: Any) -> dict[str, Any]:
    return {"op_uuid": str(uuid.uuid4()), **more}


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def test_board_shows_machine_impact_and_who(page: Client, alert: Alert) -> None:
    shown = text(page.get("/alerts/"))
    assert "CNC-04" in shown
    assert "Coolant pressure low" in shown
    assert "Machine stands" in shown
    assert "Not accepted yet" in shown
    assert f'data-since="{int(alert.raised_at.timestamp())}"' in shown


def test_board_without_alerts_counts_what_was_handled(page: Client, owner: Any, alert: Alert) -> None:
    answer = page.post(f"/alerts/{alert.pk}/solve/", act(cause="Hose tightened"))
    assert (answer.status_code, answer["Location"]) == (302, "/alerts/")
    shown = text(page.get("/alerts/"))
    assert "Nothing is open" in shown
    assert "1 handled" in shown


def test_board_says_what_came_back(page: Client, site: Any, alert: Alert) -> None:
    for _ in range(2):
        make_alert(site, equipment=alert.equipment, team=alert.team, impact="stopped")
    assert "third time today" in text(page.get("/alerts/"))


def test_board_narrows_by_team_and_shows_muted_apart(page: Client, site: Any, alert: Alert) -> None:
    other = make_alert(site, "No material", team=make_team(site, "LOG", name="Logistics"))
    with acting() as acted:
        end = clock.now() + timedelta(hours=1)
        mute(acted, other.pk, op_uuid=uuid.uuid4(), until=end, reason="Truck is late")
    shown = text(page.get("/alerts/"))
    assert "No material" not in shown
    muted = text(page.get("/alerts/?show=muted"))
    assert "No material" in muted
    assert "Truck is late" in muted
    assert "Coolant" in text(page.get("/alerts/?team=MAINT"))
    assert "Coolant" not in text(page.get("/alerts/?team=LOG"))


def test_P01_accept_pressed_twice_counts_once_and_says_by_whose_badge(page: Client, owner: Any, alert: Alert) -> None:
    person = make_person(alert.site, "1042", name="Tomasz Z.", user=owner)
    body = act(next="/alerts/?team=MAINT", seen_holder="")
    for _ in range(2):
        answer = page.post(f"/alerts/{alert.pk}/accept/", body)
        assert (answer.status_code, answer["Location"]) == (302, "/alerts/?team=MAINT")
    step = AlertStep.objects.get(alert=alert, act="accepted")
    assert (step.person, step.done_by) == (person, "Tomasz Z.")
    assert "Tomasz Z. has it since" in text(page.get("/alerts/"))
    assert "Coolant" in text(page.get("/alerts/?show=mine"))


def test_accept_of_what_somebody_else_took_is_refused_in_words(page: Client, alert: Alert) -> None:
    tomasz = make_person(alert.site, name="Tomasz Z.")
    page.post(f"/alerts/{alert.pk}/accept/", act(person=tomasz.pk, seen_holder=""))
    answer = page.post(f"/alerts/{alert.pk}/accept/", act(seen_holder=""), headers={"HX-Request": "true"})
    assert answer.status_code in {409, 412}
    assert "Tomasz Z. was faster" in answer.content.decode()


def test_every_step_of_an_alert_goes_by_its_pages(page: Client, site: Any, alert: Alert) -> None:
    erik = make_person(site, name="Erik S.")
    for name, body in (
        ("accept", {}),
        ("arrive", {}),
        ("hand-over", {"to_person": erik.pk, "note": "Shift ends"}),
        ("mute", {"until": (clock.now() + timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M"), "reason": "Known"}),
        ("unmute", {}),
        ("hand-over", {"to_team": alert.team_id}),
        ("solve", {"cause": "Pump changed"}),
    ):
        assert page.get(f"/alerts/{alert.pk}/{name}/").status_code == 200
        assert page.post(f"/alerts/{alert.pk}/{name}/", act(**body)).status_code == 302, name
    shown = text(page.get(f"/alerts/{alert.pk}/"))
    for word in ("Erik S.", "Shift ends", "Pump changed", "Known"):
        assert word in shown
    assert page.get("/alerts/all/?export=csv").status_code == 200
    assert "Pump changed" in text(page.get("/alerts/all/"))


def test_mute_without_end_or_reason_keeps_what_was_typed(page: Client, alert: Alert) -> None:
    answer = page.post(f"/alerts/{alert.pk}/mute/", act(until="2020-01-01T10:00", reason="Known"))
    assert answer.status_code == 422
    assert "Known" in answer.content.decode()


def test_help_call_from_the_machine_page(page: Client, site: Any) -> None:
    machine = make_equipment(site, "CNC-03")
    tomasz = make_person(site, name="Tomasz Z.")
    team = make_team(site, "MAINT", name="Maintenance", icon="maint", members=[tomasz])
    now = clock.now()
    make_turn(team, tomasz, now - timedelta(hours=1), now + timedelta(hours=1))
    assert "/alerts/call/CNC-03/" in text(page.get("/machines/CNC-03/"))
    sheet = text(page.get("/alerts/call/CNC-03/"))
    assert "Maintenance" in sheet
    assert "Tomasz Z. is on call" in sheet
    answer = page.post("/alerts/call/CNC-03/", act(team=team.pk, is_standing="on", note="Coolant"))
    assert (answer.status_code, answer["Location"]) == (302, "/machines/CNC-03/")
    alert = Alert.objects.get()
    assert (alert.equipment, alert.team, alert.impact, alert.detail) == (machine, team, "stopped", "Coolant")
    assert "Maintenance" in text(page.get("/machines/CNC-03/"))


def test_help_call_without_a_team_says_where_they_come_from(page: Client, site: Any) -> None:
    make_equipment(site, "CNC-03")
    assert "No team can be called yet" in text(page.get("/alerts/call/CNC-03/"))
    assert page.post("/alerts/call/CNC-03/", act()).status_code == 422


def test_bell_counts_what_is_open(page: Client, alert: Alert) -> None:
    shown = text(page.get("/alerts/bell/"))
    assert "1 open alert" in shown
    assert "badge--bad" in shown
    page.post(f"/alerts/{alert.pk}/accept/", act())
    assert "badge--warn" in text(page.get("/alerts/bell/"))
    assert 'data-live="/alerts/bell/"' in text(page.get("/alerts/"))


def test_who_may_only_look_gets_no_button_and_another_site_nothing(alert: Alert, colleague: Any, outsider: Any) -> None:
    looks = signed_in(colleague)
    shown = text(looks.get("/alerts/"))
    assert f"/alerts/{alert.pk}/accept/" not in shown
    assert looks.post(f"/alerts/{alert.pk}/accept/", act()).status_code == 403
    other = signed_in(outsider)
    assert other.get(f"/alerts/{alert.pk}/").status_code == 404
    assert other.post(f"/alerts/{alert.pk}/accept/", act()).status_code == 404
    assert "Coolant" not in text(other.get("/alerts/"))


def test_teams_steps_and_turns_go_by_their_pages(page: Client, site: Any) -> None:
    erik = make_person(site, "1050", name="Erik S.")
    answer = page.post("/setup/teams/add/", {
        "code": "QUAL", "name": "Quality", "icon": "qual", "position": 3, "members": [erik.pk], "is_active": "on",
    })  # fmt: skip
    assert (answer.status_code, answer["Location"]) == (302, "/setup/teams/of/QUAL/")
    team = AlertTeam.objects.get()
    assert "who is on call, else the whole team" in text(page.get("/setup/teams/of/QUAL/"))
    body = {"after_minutes": 10, "target": "person", "person": erik.pk}
    assert page.post("/setup/teams/step/add/QUAL/", body).status_code == 302
    assert page.post("/setup/teams/step/add/QUAL/", body).status_code == 422
    step = EscalationStep.objects.get(after_minutes=10)
    assert page.post(f"/setup/teams/step/{step.pk}/remove/", {"reason": "Too loud"}).status_code == 302
    turn = {"team": team.pk, "person": erik.pk, "started_at": "2030-01-01T06:00", "ended_at": "2030-01-01T14:00"}
    assert page.post("/setup/on-call/add/", turn).status_code == 302
    assert page.post("/setup/on-call/add/", turn).status_code == 422
    assert "Erik S." in text(page.get("/setup/on-call/"))
    entry = RotaEntry.objects.get()
    assert page.post(f"/setup/on-call/{entry.pk}/withdraw/", {}).status_code == 302
    change = {"code": "QUAL", "name": "Quality room", "icon": "qual", "position": 3, "version": team.version}
    assert page.post("/setup/teams/change/QUAL/", change).status_code == 302
    assert page.post("/setup/teams/change/QUAL/", change).status_code == 412
    assert "out of use" in text(page.get("/setup/teams/of/QUAL/"))


def test_board_statements_do_not_depend_on_how_many(
    page: Client, site: Any, django_assert_max_num_queries: Any
) -> None:
    team = make_team(site)
    make_step(team, 0)
    for number in range(12):
        make_alert(site, f"Alert {number}", team=team, equipment=make_equipment(site))
    with django_assert_max_num_queries(16):
        text(page.get("/alerts/"))


def test_person_without_right_is_not_offered_the_panel(site: Any) -> None:
    make_equipment(site, "CNC-03")
    client = signed_in(make_user("looker", site=site, permissions=["plant.view", "work.view"]))
    assert "Call for help" not in text(client.get("/machines/CNC-03/"))
