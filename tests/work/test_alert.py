"""An alert from raised to solved: one open per condition, steps that count once, what the database refuses."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError

from mom.core import clock
from mom.core.actor import Actor
from mom.core.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed, NotFound, Stale
from mom.core.models import AuditEntry, OutboxEvent
from mom.core.testing import acting
from mom.core.use_case import use_case
from mom.work import permissions
from mom.work.models import Alert, AlertStep
from mom.work.public import NewAlert, clear_alert, raise_alert, solve_alert
from mom.work.selectors.alert import alert_views, open_alerts, open_count
from mom.work.services import alert_call
from tests.bench.people import actor_with
from tests.factories.alerts import make_alert, make_team
from tests.factories.plant import make_equipment, make_person, make_reason
from tests.factories.work import give, job_of, make_order

pytestmark = pytest.mark.django_db
key = uuid.uuid4


@pytest.fixture
def alert(site: Any) -> Alert:
    return make_alert(site, equipment=make_equipment(site, "CNC-04"), team=make_team(site, "MAINT"))


def acts(alert: Alert) -> list[str]:
    return list(AlertStep.objects.filter(alert=alert).order_by("id").values_list("act", flat=True))


def test_help_call_names_machine_team_and_running_job(site: Any, actor: Actor) -> None:
    machine, team, person = (
        make_equipment(site, "CNC-04"),
        make_team(site, "MAINT", name="Maintenance"),
        make_person(site),
    )
    job = job_of(make_order(site, "WO-1", machine=machine))
    give(job, "start")
    alert = alert_call.call(actor, machine, team, op_uuid=key(), is_standing=True, note="Coolant", person=person)
    assert (alert.title, alert.status, alert.impact, alert.kind) == ("Maintenance", "open", "stopped", "help")
    assert (alert.equipment, alert.team, alert.job_order_id, alert.raised_by) == (machine, team, job.pk, person.name)
    assert OutboxEvent.objects.filter(topic="work.alert_raised").count() == 1
    assert AuditEntry.objects.filter(action="work.alert_raised", chain=site.code).exists()


def test_P01_help_call_pressed_twice_counts_once(site: Any, actor: Actor) -> None:
    machine, team, once = make_equipment(site), make_team(site), key()
    first = alert_call.call(actor, machine, team, op_uuid=once)
    again = alert_call.call(actor, machine, team, op_uuid=once)
    assert first.pk == again.pk
    assert (again.raise_count, acts(again)) == (1, ["raised"])


def test_call_of_an_open_condition_counts_on_the_open_one(site: Any, actor: Actor) -> None:
    machine, team = make_equipment(site), make_team(site)
    first = alert_call.call(actor, machine, team, op_uuid=key())
    again = alert_call.call(actor, machine, team, op_uuid=key(), is_standing=True)
    assert first.pk == again.pk
    assert (again.raise_count, again.impact, acts(again)) == (2, "stopped", ["raised", "again"])
    solved = alert_call.solve(actor, first.pk, op_uuid=key(), cause="Filter cleaned")
    later = alert_call.call(actor, machine, team, op_uuid=key())
    assert later.pk != solved.pk
    times = open_alerts(site, clock.now()).get(pk=later.pk).times_today
    assert times == 3


def test_second_open_alert_of_a_condition_is_refused_by_the_database(site: Any, alert: Alert) -> None:
    values = {f.attname: getattr(alert, f.attname) for f in Alert._meta.concrete_fields if not f.primary_key}
    with pytest.raises(IntegrityError, match="one_open_per_condition"), acting():
        Alert.objects.create(**values)


def test_steps_say_who_by_badge_and_the_history_keeps_them(site: Any, actor: Actor, alert: Alert) -> None:
    tomasz, erik = make_person(site, "1042", name="Tomasz Z."), make_person(site, "1050", name="Erik S.")
    accepted = alert_call.accept(actor, alert.pk, op_uuid=key(), person=tomasz)
    assert (accepted.status, accepted.holder, accepted.accepted_by) == ("accepted", "Tomasz Z.", "Tomasz Z.")
    there = alert_call.arrive(actor, alert.pk, op_uuid=key(), person=tomasz)
    assert (there.status, there.arrived_by) == ("arrived", "Tomasz Z.")
    given = alert_call.hand_over(actor, alert.pk, op_uuid=key(), to_person=erik, note="End of shift", person=tomasz)
    assert (given.status, given.holder, given.arrived_at) == ("accepted", "Erik S.", None)
    reason = make_reason(site, "PUMP", name="Pump worn")
    solved = alert_call.solve(actor, alert.pk, op_uuid=key(), reason=reason, person=erik)
    assert (solved.status, solved.reason, solved.solved_by) == ("solved", reason, "Erik S.")
    assert acts(alert) == ["raised", "accepted", "arrived", "handed_over", "solved"]
    steps = AlertStep.objects.filter(alert=alert).order_by("id")
    assert [step.person_id for step in steps][1:] == [tomasz.pk, tomasz.pk, tomasz.pk, erik.pk]
    assert steps[0].actor == "system:test"
    assert steps[1].actor == actor.reference


def test_P01_step_sent_twice_is_done_once(actor: Actor, alert: Alert) -> None:
    once = key()
    for _ in range(2):
        alert_call.accept(actor, alert.pk, op_uuid=once)
    assert acts(alert) == ["raised", "accepted"]
    other = make_alert(alert.site, "Other")
    with pytest.raises(Conflict):
        alert_call.accept(actor, other.pk, op_uuid=once)


def test_hand_over_to_a_team_waits_again(site: Any, actor: Actor, alert: Alert) -> None:
    alert_call.accept(actor, alert.pk, op_uuid=key())
    team = make_team(site, "QUALITY")
    given = alert_call.hand_over(actor, alert.pk, op_uuid=key(), to_team=team)
    assert (given.status, given.team, given.holder, given.accepted_at) == ("open", team, "", None)
    assert given.waiting_since > alert.waiting_since


def test_hand_over_to_nobody_or_to_both_is_refused(site: Any, actor: Actor, alert: Alert) -> None:
    with pytest.raises(InvalidInput):
        alert_call.hand_over(actor, alert.pk, op_uuid=key())
    both = {"to_person": make_person(site), "to_team": make_team(site)}
    with pytest.raises(InvalidInput):
        alert_call.hand_over(actor, alert.pk, op_uuid=key(), **both)


def test_solving_without_a_cause_is_refused_and_solved_stays(actor: Actor, alert: Alert) -> None:
    with pytest.raises(InvalidInput):
        alert_call.solve(actor, alert.pk, op_uuid=key(), cause="  ")
    alert_call.solve(actor, alert.pk, op_uuid=key(), cause="Hose tightened")
    with pytest.raises(IllegalTransition):
        alert_call.accept(actor, alert.pk, op_uuid=key())
    with pytest.raises(DatabaseError, match="solved alert is not changed"), acting():
        Alert.objects.filter(pk=alert.pk).update(cause="Something else")


def test_P05_history_and_condition_of_an_alert_are_fixed(alert: Alert) -> None:
    step = alert.steps.get()
    for change in (
        lambda: AlertStep.objects.filter(pk=step.pk).update(note="x"),
        lambda: AlertStep.objects.filter(pk=step.pk).delete(),
        lambda: Alert.objects.filter(pk=alert.pk).update(repeat_key="other"),
        lambda: Alert.objects.filter(pk=alert.pk).delete(),
    ):
        with pytest.raises(DatabaseError), acting():
            change()


@pytest.mark.parametrize(
    "values",
    [
        {"status": "accepted"},
        {"accepted_by": "x"},
        {"status": "solved", "solved_by": "x"},
        {"muted_by": "x"},
        {"severity": "loud"},
        {"impact": "huge"},
        {"title": ""},
    ],
    ids=lambda values: "-".join(values),
)
def test_half_a_step_is_refused_by_the_database(alert: Alert, values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), acting():
        Alert.objects.filter(pk=alert.pk).update(**values)


def test_stale_answer_names_who_was_faster(site: Any, actor: Actor, alert: Alert) -> None:
    alert_call.accept(actor, alert.pk, op_uuid=key(), person=make_person(site, name="Tomasz Z."))
    with pytest.raises(Stale, match=r"Tomasz Z\. was faster"):
        alert_call.accept(actor, alert.pk, op_uuid=key(), version=alert.version)


def test_mute_needs_reason_and_end_and_holds_for_the_condition(site: Any, actor: Actor, alert: Alert) -> None:
    now = clock.now()
    for until, reason in ((now - timedelta(minutes=1), "Known"), (now + timedelta(hours=1), " ")):
        with pytest.raises(InvalidInput):
            alert_call.mute(actor, alert.pk, op_uuid=key(), until=until, reason=reason)
    alert_call.mute(actor, alert.pk, op_uuid=key(), until=now + timedelta(hours=1), reason="Sensor is ordered")
    assert open_count(actor, site, now) == (0, 0)
    alert_call.solve(actor, alert.pk, op_uuid=key(), cause="Back by itself")
    again = make_alert(site, equipment=alert.equipment, team=alert.team)
    assert (again.pk != alert.pk, again.mute_reason) == (True, "Sensor is ordered")
    assert open_count(actor, site, now) == (0, 0)
    assert open_count(actor, site, now + timedelta(hours=2)) == (1, 1)
    alert_call.unmute(actor, again.pk, op_uuid=key())
    assert open_count(actor, site, now) == (1, 1)


def test_mute_that_was_ended_is_not_taken_from_an_older_alert_of_the_condition(
    site: Any, actor: Actor, alert: Alert
) -> None:
    until = clock.now() + timedelta(hours=1)
    alert_call.mute(actor, alert.pk, op_uuid=key(), until=until, reason="Sensor is ordered")
    alert_call.solve(actor, alert.pk, op_uuid=key(), cause="Back by itself")
    second = make_alert(site, equipment=alert.equipment, team=alert.team)
    alert_call.unmute(actor, second.pk, op_uuid=key())
    alert_call.solve(actor, second.pk, op_uuid=key(), cause="Sensor came")
    third = make_alert(site, equipment=alert.equipment, team=alert.team)
    assert (third.muted_at, third.muted_until, third.mute_reason) == (None, None, "")
    assert not OutboxEvent.objects.filter(topic="work.alert_raised").order_by("-pk")[0].payload["is_muted"]


def test_condition_that_ends_solves_what_nobody_accepted_and_marks_what_somebody_has(
    actor: Actor, alert: Alert
) -> None:
    with acting() as act:
        found = clear_alert(act, alert.site, alert.repeat_key, by="Rule STOP", words="It ended by itself")
    assert found is not None
    assert (found.status, found.solved_by, found.cause) == ("solved", "Rule STOP", "It ended by itself")
    other = make_alert(alert.site, equipment=alert.equipment)
    alert_call.accept(actor, other.pk, op_uuid=key())
    for _ in range(2):
        with acting() as act:
            clear_alert(act, alert.site, other.repeat_key, by="Rule STOP", words="It ended by itself")
    other.refresh_from_db()
    assert (other.status, other.cleared_at is not None) == ("accepted", True)
    assert acts(other) == ["raised", "accepted", "cleared"]
    with acting() as act:
        assert clear_alert(act, alert.site, "no such condition", by="x", words="x") is None


def test_open_ones_stand_by_impact_then_severity_then_age_and_muted_ones_last(site: Any, actor: Actor) -> None:
    made = {
        title: make_alert(site, title, impact=impact, severity=severity)
        for title, impact, severity in (
            ("note", "none", "info"), ("late", "stopped", "warn"), ("blind", "blind", "bad"),
            ("slow", "slowed", "warn"), ("urgent", "stopped", "bad"), ("muted", "stopped", "bad"),
        )
    }  # fmt: skip
    now = clock.now()
    alert_call.mute(actor, made["muted"].pk, op_uuid=key(), until=now + timedelta(hours=1), reason="Known")
    titles = list(open_alerts(site, now).values_list("title", flat=True))
    assert titles == ["urgent", "late", "slow", "blind", "note", "muted"]


def test_rights_are_asked_for_each_act(site: Any, alert: Alert, make_actor: Any) -> None:
    looker = make_actor(permissions.VIEW)
    machine, team = make_equipment(site), make_team(site)
    with pytest.raises(NotAllowed):
        alert_call.call(looker, machine, team, op_uuid=key())
    for act in (alert_call.accept, alert_call.arrive):
        with pytest.raises(NotAllowed):
            act(looker, alert.pk, op_uuid=key())
    answerer = make_actor(permissions.ANSWER_ALERT)
    with pytest.raises(NotAllowed):
        alert_call.mute(answerer, alert.pk, op_uuid=key(), until=clock.now() + timedelta(hours=1), reason="x")
    with pytest.raises(NotAllowed):
        alert_call.accept(actor_with(permissions.ANSWER_ALERT, site="P9"), alert.pk, op_uuid=key())
    with pytest.raises(NotFound):
        alert_call.accept(answerer, 999_999, op_uuid=key())


def test_what_lies_at_another_site_is_refused(site: Any, other_site: Any, actor: Actor, alert: Alert) -> None:
    with pytest.raises(InvalidInput):
        alert_call.accept(actor, alert.pk, op_uuid=key(), person=make_person(other_site))
    with pytest.raises(InvalidInput):
        alert_call.hand_over(actor, alert.pk, op_uuid=key(), to_team=make_team(other_site))
    with pytest.raises(InvalidInput):
        alert_call.call(actor, make_equipment(site), make_team(other_site), op_uuid=key())
    with pytest.raises(InvalidInput):
        make_alert(site, team=make_team(other_site))


def test_domain_raises_and_solves_in_its_own_transaction(site: Any, actor: Actor) -> None:
    with use_case(actor) as act, transaction.atomic():
        alert = raise_alert(act, site, NewAlert("Leak test fails", "other", "quality.ncr:5", repeat_key="ncr:5"))  # type: ignore[arg-type]
        solve_alert(act, alert.pk, op_uuid=key(), cause="Retested")
    alert.refresh_from_db()
    assert (alert.status, alert.source) == ("solved", "quality.ncr:5")


def test_views_offer_what_the_actor_may_do(site: Any, actor: Actor, alert: Alert, make_actor: Any) -> None:
    now = clock.now()
    (view,) = alert_views(actor, site, open_alerts(site, now), now)
    assert view.commands == {"accept", "arrive", "hand_on", "give_back", "solve"}
    assert view.may_mute
    (looks,) = alert_views(make_actor(permissions.VIEW), site, open_alerts(site, now), now)
    assert (looks.commands, looks.may_mute) == (frozenset(), False)
