"""Teams with their people, turns on call, steps of escalation: added, changed, taken out of use. Nothing is deleted."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mom.accounts.models import Role, Site
from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.errors import InvalidInput, MomError, NotFound, Stale
from mom.core.use_case import UseCase, use_case
from mom.plant.models import Person, SiteOwned
from mom.work import permissions
from mom.work.engine.alert import EscalationTarget
from mom.work.models import AlertTeam, EscalationStep, RotaEntry

M = TypeVar("M", AlertTeam, RotaEntry, EscalationStep)
TEAM_FIELDS = ("code", "name", "description", "is_active", "icon", "position", "email", "members")

_RULES: dict[str, tuple[str, str | Promise]] = {
    "work_alertteam_code_unique_in_site": (
        "code",
        gettext_lazy("This code is taken in this site. Choose another one."),
    ),
    "work_alertteam_code_not_empty": ("code", gettext_lazy("A code is needed.")),
    "work_rotaentry_ends_after_start": ("ended_at", gettext_lazy("The end must come after the start.")),
    "work_rotaentry_one_at_a_time": (
        "started_at",
        gettext_lazy("Somebody is on call for this team then already. End that turn, or make this one a deputy's."),
    ),
    "work_rotaentry_person_once": ("person", gettext_lazy("This person is on call for the team then already.")),
    "work_escalationstep_once": ("after_minutes", gettext_lazy("The team has this step already.")),
}


def _refusal(field: str, sentence: str | Promise) -> MomError:
    return InvalidInput({field: [sentence]})


REFUSALS = {name: partial(_refusal, field, sentence) for name, (field, sentence) in _RULES.items()}


def team_add(actor: Actor, site: Site, *, members: Sequence[Person] = (), **values: Any) -> AlertTeam:
    """Add a team with its people; it tells who is on call at once. Raises: NotAllowed, InvalidInput."""
    with use_case(actor) as act:
        act.require(permissions.PLAN_ALERTING, site.code)
        team = add_team(act, site, members=members, **values)
        add_step(act, team, after_minutes=0, target=EscalationTarget.ON_CALL)
        return team


def add_team(act: UseCase, site: Site, *, members: Sequence[Person] = (), **values: Any) -> AlertTeam:
    """The same without a step, within the caller's transaction; rights are the caller's to ask."""
    team = AlertTeam(site=site, **_known(values))
    _check(team, members)
    with translating(REFUSALS):
        team.save(force_insert=True)
    team.members.set(members)
    act.record("work.alert_team_added", subject=team, site=site.code, after={"members": _codes(members)})
    return team


def team_change(actor: Actor, team_id: int, *, version: int | None = None, **changes: Any) -> AlertTeam:
    """Change a team, or take it out of use. Raises: NotAllowed, NotFound, Stale, InvalidInput."""
    with use_case(actor) as act:
        team = _locked(act, AlertTeam, team_id, version)
        members = changes.pop("members", None)
        before = {name: getattr(team, name) for name in _known(changes)}
        for name, value in changes.items():
            setattr(team, name, value)
        _check(team, members or ())
        differing = {name for name in before if before[name] != changes[name]}
        was = list(team.members.all())
        moved = members is not None and {person.pk for person in members} != {person.pk for person in was}
        if not differing and not moved:
            return team
        team.version += 1
        with translating(REFUSALS):
            team.save(update_fields=[*sorted(differing), "version", "changed_at"])
        after: dict[str, Any] = {name: changes[name] for name in sorted(differing)}
        if moved:
            team.members.set(members)
            after["members"] = _codes(members)
        act.record(
            "work.alert_team_changed",
            subject=team,
            site=team.site.code,
            before={name: before[name] for name in differing} | ({"members": _codes(was)} if moved else {}),
            after=after,
        )
        return team


def rota_add(
    actor: Actor, team: AlertTeam, person: Person, *, started_at: datetime, ended_at: datetime, is_deputy: bool = False
) -> RotaEntry:
    """A person is on call for a team from then until then. Raises: NotAllowed, InvalidInput where turns overlap."""
    with use_case(actor) as act:
        act.require(permissions.PLAN_ALERTING, team.site.code)
        return add_turn(act, team, person, started_at=started_at, ended_at=ended_at, is_deputy=is_deputy)


def add_turn(
    act: UseCase,
    team: AlertTeam,
    person: Person,
    *,
    started_at: datetime,
    ended_at: datetime,
    is_deputy: bool = False,
) -> RotaEntry:
    """The same within the caller's transaction; rights are the caller's to ask."""
    entry = RotaEntry(
        site=team.site, team=team, person=person, started_at=started_at, ended_at=ended_at, is_deputy=is_deputy
    )
    _check(entry)
    with translating(REFUSALS):
        entry.save(force_insert=True)
    after = {"person": person.code, "from": started_at, "until": ended_at, "deputy": is_deputy}
    act.record("work.rota_added", subject=team, site=team.site.code, after=after)
    return entry


def rota_withdraw(actor: Actor, entry_id: int, *, version: int | None = None, reason: str = "") -> RotaEntry:
    """A turn is not taken; withdrawn already, it stays so. Raises: NotAllowed, NotFound, Stale."""
    with use_case(actor, reason) as act:
        entry = _locked(act, RotaEntry, entry_id, version, "team", "person")
        if entry.is_active:
            _retire(entry)
            before = {"person": entry.person.code, "from": entry.started_at, "until": entry.ended_at}
            act.record("work.rota_withdrawn", subject=entry.team, site=entry.site.code, before=before)
        return entry


def step_add(
    actor: Actor,
    team: AlertTeam,
    *,
    after_minutes: int,
    target: EscalationTarget,
    person: Person | None = None,
    other_team: AlertTeam | None = None,
    role: Role | None = None,
) -> EscalationStep:
    """Tell somebody when an alert of the team has waited so long. Raises: NotAllowed, InvalidInput."""
    with use_case(actor) as act:
        act.require(permissions.PLAN_ALERTING, team.site.code)
        return add_step(
            act, team, after_minutes=after_minutes, target=target, person=person, other_team=other_team, role=role
        )


def add_step(
    act: UseCase,
    team: AlertTeam,
    *,
    after_minutes: int,
    target: EscalationTarget,
    person: Person | None = None,
    other_team: AlertTeam | None = None,
    role: Role | None = None,
) -> EscalationStep:
    """The same within the caller's transaction; rights are the caller's to ask. Raises: InvalidInput."""
    needed = {EscalationTarget.PERSON: ("person", person), EscalationTarget.ROLE: ("role", role)}
    if target in needed and needed[target][1] is None:
        raise InvalidInput({needed[target][0]: [_("Say who is told.")]})
    step = EscalationStep(
        site=team.site,
        team=team,
        after_minutes=after_minutes,
        target=target,
        person=person if target == EscalationTarget.PERSON else None,
        other_team=other_team if target == EscalationTarget.TEAM else None,
        role=role if target == EscalationTarget.ROLE else None,
    )
    _check(step)
    with translating(REFUSALS):
        step.save(force_insert=True)
    told = {"person": step.person, "other_team": step.other_team, "role": step.role}
    after: dict[str, Any] = {name: row.code for name, row in told.items() if row is not None}
    after |= {"after_minutes": after_minutes, "target": target}
    act.record("work.escalation_added", subject=team, site=team.site.code, after=after)
    return step


def step_withdraw(actor: Actor, step_id: int, *, version: int | None = None, reason: str = "") -> EscalationStep:
    """A step is not taken any more; what it told stays told. Raises: NotAllowed, NotFound, Stale."""
    with use_case(actor, reason) as act:
        step = _locked(act, EscalationStep, step_id, version, "team")
        if step.is_active:
            _retire(step)
            before = {"after_minutes": step.after_minutes, "target": step.target}
            act.record("work.escalation_withdrawn", subject=step.team, site=step.site.code, before=before)
        return step


def _retire(row: RotaEntry | EscalationStep) -> None:
    row.is_active = False
    row.version += 1
    row.save(update_fields=["is_active", "version"])


def _locked(act: UseCase, model: type[M], pk: int, version: int | None, *related: str) -> M:
    rows = model._default_manager.select_for_update(of=("self",)).select_related("site", *related)
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound(_("There is no such %(noun)s.") % {"noun": model._meta.verbose_name})
    act.require(permissions.PLAN_ALERTING, row.site.code)
    if version is not None and version != row.version:
        raise Stale
    return row


def _known(values: dict[str, Any]) -> dict[str, Any]:
    """Raises: TypeError for what is no field of a team."""
    unknown = set(values) - set(TEAM_FIELDS)
    if unknown:
        raise TypeError(f"A team has no {', '.join(sorted(unknown))}.")
    return values


def _check(row: SiteOwned, others: Sequence[SiteOwned] = ()) -> None:
    """Raises: InvalidInput with everything that is wrong in the row itself, and for what lies at another site."""
    relations = [field.name for field in row._meta.concrete_fields if field.is_relation]
    wrong: dict[str, list[Any]] = {}
    try:
        row.clean_fields(exclude=relations)
    except ValidationError as error:
        wrong |= {name: list(messages) for name, messages in error.message_dict.items()}
    for name in relations:
        other = getattr(row, name)
        if isinstance(other, SiteOwned) and other.site_id != row.site_id:
            wrong[name] = [_("This belongs to another site.")]
    if any(other.site_id != row.site_id for other in others):
        wrong["members"] = [_("This belongs to another site.")]
    if wrong:
        raise InvalidInput(wrong)


def _codes(people: Sequence[Person] | Any) -> list[str]:
    return sorted(person.code for person in people)
