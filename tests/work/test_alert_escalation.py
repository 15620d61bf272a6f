"""Who is told when nobody accepts: each step once a wait, by time, by rota, team, person and role."""

import json
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from mom.accounts.models import Role
from mom.core import clock
from mom.core.actor import Actor, system_actor
from mom.core.errors import InvalidInput, NotAllowed, Stale
from mom.core.models import Delivery, OutboxEvent
from mom.core.testing import acting
from mom.work.engine.alert import EscalationTarget, Step, Waiting, due_steps
from mom.work.models import AlertNotice, AlertStep, EscalationStep
from mom.work.selectors.alert import alert_views, open_alerts
from mom.work.selectors.alert_team import on_call
from mom.work.services import alert_call, alert_escalation, alert_team
from mom.work.services.alert_escalation import tell_due
from tests.bench.people import actor_with
from tests.factories.accounts import make_membership, make_user
from tests.factories.alerts import make_alert, make_step, make_team, make_turn
from tests.factories.plant import make_equipment, make_person

SYSTEM = system_actor("alerts")
HOUR = timedelta(hours=1)
key = uuid.uuid4


def told() -> list[tuple[int, list[str]]]:
    return [(row.escalation.after_minutes, row.told) for row in AlertNotice.objects.order_by("id")]


@pytest.fixture
def people(site: Any) -> dict[str, Any]:
    return {
        name: make_person(site, name=name, user=make_user(name, site=site, email=f"{name}@example.com"))
        for name in ("tomasz", "erik", "priya")
    }


@pytest.mark.django_db
def test_step_tells_who_is_on_call_else_the_whole_team(site: Any, people: dict[str, Any]) -> None:
    team = make_team(site, members=[people["tomasz"], people["erik"]], email="maintenance@example.com")
    make_step(team, 0)
    now = clock.now()
    make_turn(team, people["priya"], now - HOUR, now + HOUR)
    make_alert(site, "First", team=team, equipment=make_equipment(site, "CNC-04"))
    assert tell_due(SYSTEM) == 1
    assert told() == [(0, ["priya"])]
    other = make_team(site, members=[people["tomasz"], people["erik"]], email="second@example.com")
    make_step(other, 0)
    make_alert(site, "Second", team=other)
    tell_due(SYSTEM)
    assert told()[1] == (0, ["tomasz", "erik", other.name])
    sent = sorted(Delivery.objects.values_list("destination", flat=True))
    assert sent == ["erik@example.com", "priya@example.com", "second@example.com", "tomasz@example.com"]
    assert "CNC-04 First" in Delivery.objects.values_list("subject", flat=True)
    assert OutboxEvent.objects.filter(topic="work.alert_escalated").count() == 2


@pytest.mark.django_db
def test_email_says_when_it_was_raised_in_the_plants_time(
    site: Any, people: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker has no page that sets the zone: the e-mail prints the plant's all the same."""
    site.time_zone = "Europe/Stockholm"
    with acting():
        site.save()
    monkeypatch.setattr(clock, "now", lambda: NOW)
    team = make_team(site, members=[people["tomasz"]])
    make_step(team, 0)
    make_alert(site, "First", team=team)
    with timezone.override("UTC"):
        tell_due(SYSTEM)
    assert "10:42" in json.loads(Delivery.objects.get().payload)["text"]


@pytest.mark.django_db
def test_alert_that_cannot_be_told_does_not_silence_those_behind_it(
    site: Any, people: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    team = make_team(site, members=[people["erik"]])
    make_step(team, 0, EscalationTarget.TEAM)
    first, second = (make_alert(site, title, team=team) for title in ("First", "Second"))
    whole = alert_escalation._send

    def send(act: Any, alert: Any, *more: Any) -> None:
        if alert.pk == first.pk:
            raise LookupError("cannot be told")
        whole(act, alert, *more)

    monkeypatch.setattr(alert_escalation, "_send", send)
    with pytest.raises(LookupError):
        tell_due(SYSTEM)
    assert list(AlertNotice.objects.values_list("alert", flat=True)) == [second.pk]
    monkeypatch.setattr(alert_escalation, "_send", whole)
    assert tell_due(SYSTEM) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("site_address", ["", "https://mom.example.com"])
def test_email_and_webhook_link_to_the_alert_where_the_address_is_told(
    site: Any, people: dict[str, Any], settings: Any, site_address: str
) -> None:
    settings.PUBLIC_URL = site_address
    team = make_team(site, members=[people["tomasz"]])
    make_step(team, 0)
    alert = make_alert(site, "First", team=team)
    tell_due(SYSTEM)
    link = f"{site_address}/alerts/{alert.pk}/" if site_address else ""
    mail = json.loads(Delivery.objects.get().payload)
    assert (f'href="{link}"' in mail["html"]) == bool(link)
    assert mail["text"].rstrip().endswith(link)
    assert ("://" in mail["text"]) == bool(link)
    announced = OutboxEvent.objects.filter(topic__in=["work.alert_raised", "work.alert_escalated"])
    assert {event.payload["url"] for event in announced} == {link}


@pytest.mark.django_db
def test_deputy_is_on_call_where_nobody_else_is(site: Any, people: dict[str, Any]) -> None:
    team, now = make_team(site), clock.now()
    make_turn(team, people["erik"], now - HOUR, now + HOUR, is_deputy=True)
    assert on_call([team.pk], now)[team.pk] == people["erik"]
    make_turn(team, people["priya"], now - HOUR / 2, now + HOUR)
    assert on_call([team.pk], now)[team.pk] == people["priya"]
    assert on_call([team.pk], now - HOUR * 3 / 4)[team.pk] == people["erik"]
    assert on_call([team.pk], now + HOUR) == {}


@pytest.mark.django_db
def test_steps_follow_by_time_to_person_team_and_role_each_once(
    site: Any, people: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    team, leaders = make_team(site), make_team(site, members=[people["erik"]])
    role = Role.objects.get(code="supervisor")
    with acting():
        make_membership(make_user("sara", email="sara@example.com"), role, site)
    make_step(team, 5, EscalationTarget.PERSON, person=people["tomasz"])
    make_step(team, 10, EscalationTarget.TEAM, other_team=leaders)
    make_step(team, 15, EscalationTarget.ROLE, role=role)
    alert = make_alert(site, team=team)
    later = alert.waiting_since
    for minutes, expected in ((4, 0), (6, 1), (6, 0), (16, 2), (60, 0)):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: later + timedelta(minutes=minutes))
        assert tell_due(SYSTEM) == expected
    assert [names for _minutes, names in told()] == [["tomasz"], ["erik"], ["Sara"]]
    steps = AlertStep.objects.filter(alert=alert, act="escalated")
    assert steps.count() == 3
    (view,) = alert_views(actor_with(site=site.code), site, open_alerts(site, clock.now()), clock.now())
    assert view.told == ("tomasz", "erik", "Sara")


@pytest.mark.django_db
def test_accepted_muted_and_solved_alerts_tell_nobody(site: Any, actor: Actor, people: dict[str, Any]) -> None:
    team = make_team(site, members=[people["erik"]])
    make_step(team, 0, EscalationTarget.TEAM)
    made = [make_alert(site, title, team=team) for title in ("accepted", "muted", "solved")]
    alert_call.accept(actor, made[0].pk, op_uuid=key())
    alert_call.mute(actor, made[1].pk, op_uuid=key(), until=clock.now() + HOUR, reason="Known")
    alert_call.solve(actor, made[2].pk, op_uuid=key(), cause="Gone")
    assert tell_due(SYSTEM) == 0
    alert_call.unmute(actor, made[1].pk, op_uuid=key())
    assert tell_due(SYSTEM) == 1
    alert_call.hand_over(actor, made[0].pk, op_uuid=key(), to_team=team)
    assert tell_due(SYSTEM) == 1
    assert tell_due(SYSTEM) == 0


@pytest.mark.django_db
def test_notice_of_a_wait_is_unique_in_the_database(site: Any, people: dict[str, Any]) -> None:
    team = make_team(site, members=[people["erik"]])
    make_step(team, 0)
    make_alert(site, team=team)
    tell_due(SYSTEM)
    notice = AlertNotice.objects.get()
    notice.pk = None
    with pytest.raises(IntegrityError, match="once_a_wait"), acting():
        notice.save(force_insert=True)


@pytest.mark.django_db
def test_turns_do_not_overlap_but_meet(site: Any, actor: Actor, people: dict[str, Any]) -> None:
    team, now = make_team(site), clock.now()
    first = alert_team.rota_add(actor, team, people["erik"], started_at=now, ended_at=now + HOUR)
    alert_team.rota_add(actor, team, people["priya"], started_at=now + HOUR, ended_at=now + 2 * HOUR)
    with pytest.raises(InvalidInput) as refused:
        alert_team.rota_add(actor, team, people["tomasz"], started_at=now, ended_at=now + HOUR)
    assert "started_at" in refused.value.fields
    with pytest.raises(InvalidInput) as refused:
        alert_team.rota_add(actor, team, people["erik"], started_at=now, ended_at=now + HOUR / 2, is_deputy=True)
    assert "person" in refused.value.fields
    with pytest.raises(InvalidInput):
        alert_team.rota_add(actor, team, people["tomasz"], started_at=now, ended_at=now)
    alert_team.rota_withdraw(actor, first.pk, reason="Ill")
    alert_team.rota_add(actor, team, people["tomasz"], started_at=now, ended_at=now + HOUR)
    assert on_call([team.pk], now)[team.pk] == people["tomasz"]


@pytest.mark.django_db
def test_team_is_added_with_its_first_step_and_changed_from_its_version(site: Any, actor: Actor) -> None:
    erik, priya = make_person(site), make_person(site)
    team = alert_team.team_add(actor, site, code="MAINT", name="Maintenance", members=[erik])
    assert list(EscalationStep.objects.filter(team=team).values_list("after_minutes", "target")) == [(0, "on_call")]
    changed = alert_team.team_change(actor, team.pk, version=1, name="Repair", members=[priya])
    assert (changed.version, list(changed.members.all())) == (2, [priya])
    assert alert_team.team_change(actor, team.pk, name="Repair").version == 2
    with pytest.raises(Stale):
        alert_team.team_change(actor, team.pk, version=1, name="Again")
    with pytest.raises(InvalidInput):
        alert_team.team_add(actor, site, code="MAINT")
    with pytest.raises(NotAllowed):
        alert_team.team_change(actor_with("work.view", site=site.code), team.pk, name="No")


@pytest.mark.django_db
def test_step_names_its_target_and_stands_once(site: Any, actor: Actor) -> None:
    team = make_team(site)
    for target in (EscalationTarget.PERSON, EscalationTarget.ROLE):
        with pytest.raises(InvalidInput):
            alert_team.step_add(actor, team, after_minutes=5, target=target)
    step = alert_team.step_add(actor, team, after_minutes=5, target=EscalationTarget.TEAM)
    with pytest.raises(InvalidInput):
        alert_team.step_add(actor, team, after_minutes=5, target=EscalationTarget.TEAM)
    with pytest.raises(IntegrityError, match="names_its_target"), acting():
        EscalationStep.objects.filter(pk=step.pk).update(target="role")
    alert_team.step_withdraw(actor, step.pk)
    alert_team.step_add(actor, team, after_minutes=5, target=EscalationTarget.TEAM)


NOW = datetime.fromisoformat("2026-04-16T10:42:00+02:00")
MINUTES = st.integers(0, 120).map(lambda number: timedelta(minutes=number))
STEPS = st.lists(st.tuples(st.integers(1, 2), MINUTES), max_size=6).map(
    lambda made: [Step(index, team, after) for index, (team, after) in enumerate(made, start=1)]
)


@given(
    steps=STEPS,
    waits=st.lists(st.tuples(st.integers(1, 2), MINUTES, st.none() | MINUTES), max_size=5),
    portions=st.integers(1, 4),
)
def test_steps_are_told_once_whatever_the_sweeps(steps: list[Step], waits: list[Any], portions: int) -> None:
    """Swept at any times, every alert ends with exactly the steps whose time has come, each told once."""
    sent: dict[int, list[int]] = {}
    instants = [NOW - timedelta(minutes=30 * left) for left in reversed(range(portions))]
    for now in instants:
        waiting = [
            Waiting(pk, team, NOW - ago, None if mute is None else NOW - mute, frozenset(sent.get(pk, ())))
            for pk, (team, ago, mute) in enumerate(waits, start=1)
        ]
        for alert, step in due_steps(waiting, steps, now):
            assert step not in sent.setdefault(alert, [])
            sent[alert].append(step)
    for pk, (team, ago, _mute) in enumerate(waits, start=1):
        due = {step.pk for step in steps if step.team == team and step.after <= ago}
        assert set(sent.get(pk, ())) == due
