"""Who comes: teams with their people, who is on call at an instant, and whom a step of escalation tells."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from mom.accounts.models import Membership, Site
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.plant.models import Person
from mom.plant.selectors.scope import for_actor
from mom.work import permissions
from mom.work.engine.alert import EscalationTarget
from mom.work.models import AlertTeam, AlertTeamMember, EscalationStep, RotaEntry


def team_list(actor: Actor, site: Site) -> QuerySet[AlertTeam]:
    """The site's teams that the actor may see, in the order of the sheet."""
    return for_actor(AlertTeam.objects.filter(site=site).select_related("site"), actor, permissions.VIEW)


def team_get(actor: Actor, site: Site, code: str) -> AlertTeam:
    """One team by its code. One statement. Raises: NotFound."""
    team = team_list(actor, site).filter(code=code).first()
    if team is None:
        raise NotFound(_("There is no team %(code)s at this site.") % {"code": code})
    return team


def rota_list(actor: Actor, site: Site) -> QuerySet[RotaEntry]:
    """Turns on call of the site, with team and person."""
    rows = RotaEntry.objects.filter(site=site).select_related("site", "team", "person")
    return for_actor(rows, actor, permissions.VIEW)


def step_list(actor: Actor, site: Site) -> QuerySet[EscalationStep]:
    """Steps of escalation that hold, with whom they name."""
    rows = EscalationStep.objects.filter(site=site, is_active=True)
    return for_actor(
        rows.select_related("site", "team", "person", "other_team", "role"), actor, permissions.VIEW
    ).order_by("team", "after_minutes", "id")


def on_call(teams: Collection[int], at: datetime) -> dict[int, Person]:
    """Who is on call for each team at an instant; the deputy where nobody else is. One statement."""
    rows = RotaEntry.objects.filter(team__in=teams, is_active=True, started_at__lte=at, ended_at__gt=at)
    found: dict[int, Person] = {}
    for entry in rows.select_related("person__user").order_by("is_deputy", "started_at"):
        found.setdefault(entry.team_id, entry.person)
    return found


def members_of(teams: Collection[int]) -> dict[int, list[Person]]:
    """The people of each team who work here now. One statement."""
    rows = AlertTeamMember.objects.filter(team__in=teams, person__is_active=True).select_related("person__user")
    found: defaultdict[int, list[Person]] = defaultdict(list)
    for member in rows.order_by("person__code"):
        found[member.team_id].append(member.person)
    return found


@dataclass(frozen=True)
class TeamOnSheet:
    """A team as the sheet of a help call offers it: who would come."""

    team: AlertTeam
    person: Person | None
    count: int


def sheet(actor: Actor, site: Site, now: datetime) -> list[TeamOnSheet]:
    """The teams that can be called, with who is on call. Three statements."""
    teams = list(team_list(actor, site).filter(is_active=True))
    keys = [team.pk for team in teams]
    calls, people = on_call(keys, now), members_of(keys)
    return [TeamOnSheet(team, calls.get(team.pk), len(people.get(team.pk, ()))) for team in teams]


@dataclass(frozen=True)
class Recipients:
    """Whom a step tells: their names as people read them, and where e-mail goes."""

    names: tuple[str, ...]
    emails: tuple[str, ...]


def recipients(site: Site, steps: Iterable[EscalationStep], now: datetime) -> dict[int, Recipients]:
    """Whom each step tells at an instant, by its key. Four statements at most, whatever the number of steps."""
    asked = list(steps)
    own = {step.team_id for step in asked if step.target == EscalationTarget.ON_CALL}
    whole = {step.other_team_id or step.team_id for step in asked if step.target == EscalationTarget.TEAM}
    calls = on_call(own, now) if own else {}
    people = members_of(own | whole) if own | whole else {}
    roles = {step.role_id for step in asked if step.role_id is not None}
    holders = _holders(site, roles, now) if roles else {}
    teams = AlertTeam.objects.in_bulk(own | whole) if own | whole else {}
    return {step.pk: _recipients(step, calls, people, teams, holders) for step in asked}


Named = tuple[str, str]  # name and e-mail


def _recipients(
    step: EscalationStep,
    calls: Mapping[int, Person],
    people: Mapping[int, list[Person]],
    teams: Mapping[int, AlertTeam],
    holders: Mapping[int, list[Named]],
) -> Recipients:
    found: list[Named] = []
    if step.target == EscalationTarget.ROLE and step.role_id is not None:
        found = list(holders.get(step.role_id, ()))
    elif step.target == EscalationTarget.PERSON and step.person is not None:
        found = [_named(step.person)]
    else:
        key = step.team_id if step.target == EscalationTarget.ON_CALL else step.other_team_id or step.team_id
        called = calls.get(key) if step.target == EscalationTarget.ON_CALL else None
        found = [_named(called)] if called else [_named(person) for person in people.get(key, ())]
        team = teams.get(key)
        if team is not None and team.email and called is None:
            found.append((team.name or team.code, team.email))
    names = tuple(dict.fromkeys(name for name, _email in found))
    return Recipients(names, tuple(dict.fromkeys(email.lower() for _name, email in found if email)))


def _named(person: Person) -> Named:
    user = person.user
    return person.name or person.code, user.email if user is not None and user.is_active else ""


def _holders(site: Site, roles: Collection[int], now: datetime) -> dict[int, list[Named]]:
    """Who holds each role at the site now."""
    holds = Q(valid_to__isnull=True) | Q(valid_to__gt=now)
    rows = Membership.objects.filter(holds, Q(site=site) | Q(site=None), role__in=roles, valid_from__lte=now)
    found: defaultdict[int, list[Named]] = defaultdict(list)
    for role, name, email in rows.filter(user__is_active=True).values_list(
        "role_id", "user__display_name", "user__email"
    ):
        found[role].append((name, email))
    return found
