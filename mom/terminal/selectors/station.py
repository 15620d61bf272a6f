"""What a station shows before anybody is signed in: its machine, its jobs, and who works here."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from mom.accounts.engine.device import LONGEST_SESSION, session_end
from mom.accounts.models import Badge, Device, Membership, Pin, Site, StationVisit, User
from mom.core.actor import Actor
from mom.core.engine.interval import Interval
from mom.plant.engine.calendar import local_day
from mom.plant.models import Equipment
from mom.plant.permissions import VIEW as VIEW_PLANT
from mom.plant.selectors.calendar import shift_patterns_for
from mom.plant.selectors.equipment import equipment_get
from mom.plant.selectors.master_data import row_get
from mom.work.permissions import VIEW as VIEW_WORK
from mom.work.selectors.job_order import JobView, job_views, jobs_at

SEEN_FOR = timedelta(days=14)
MOST_FACES = 6
MOST_FOUND = 8
MOST_JOBS = 3


@dataclass(frozen=True)
class Face:
    """A person whom a station offers: when they were here last, or at which other station they are."""

    user: User
    last_at: datetime | None
    elsewhere: str = ""
    is_today: bool = False


def viewer_of(device: Device) -> Actor:
    """The device as a reader of its own surface: it sees machines and jobs of its site. It is never the actor of a
    request, so it opens no other page, and no service takes it."""
    rights = frozenset({VIEW_PLANT, VIEW_WORK})
    return Actor(kind="device", id=str(device.pk), label=device.name, permissions={device.site.code: rights})


def machine_of(device: Device) -> Equipment:
    """The equipment at which the device stands, by itself. Raises: NotFound."""
    return row_get(viewer_of(device), Equipment, device.site, device.station)


def jobs_here(device: Device, machine: Equipment, now: datetime) -> list[JobView]:
    """What runs here and what is next."""
    viewer = viewer_of(device)
    jobs = list(jobs_at(viewer, machine)[:MOST_JOBS])
    return job_views(viewer, jobs, now) if jobs else []


def people_of(site: Site, now: datetime) -> QuerySet[User]:
    """Who may sign in at the site's stations: active, with a PIN and a role there."""
    holds = Q(valid_to__isnull=True) | Q(valid_to__gt=now)
    roles = Membership.objects.filter(holds, Q(site=site) | Q(site=None), user=OuterRef("pk"), valid_from__lte=now)
    has_pin = Pin.objects.filter(user=OuterRef("pk"))
    return User.objects.filter(Exists(roles), Exists(has_pin), is_active=True)


def face_list(device: Device, now: datetime) -> list[Face]:
    """The people who were here in the last two weeks, the last one first. Two statements."""
    seen = StationVisit.objects.filter(site=device.site, last_at__gte=now - SEEN_FOR)
    here = seen.filter(station=device.station, user__in=people_of(device.site, now))
    found = list(here.select_related("user").order_by("-last_at")[:MOST_FACES])
    today = local_day(now, device.site.zone)
    latest: dict[int, StationVisit] = {}
    for visit in seen.filter(user__in=[visit.user_id for visit in found]).order_by("last_at") if found else ():
        latest[visit.user_id] = visit
    return [
        Face(
            visit.user,
            visit.last_at,
            latest[visit.user_id].station if latest[visit.user_id].station != device.station else "",
            local_day(visit.last_at, device.site.zone) == today,
        )
        for visit in found
    ]


def people_named(device: Device, text: str, now: datetime) -> list[Face]:
    """People of the site by a part of their name, or their sign-in name."""
    wanted = text.strip()[:100]
    if len(wanted) < 2:
        return []
    named = people_of(device.site, now).filter(Q(display_name__icontains=wanted) | Q(username=wanted.lower()))
    return [Face(user, None) for user in named.order_by("display_name", "username")[:MOST_FOUND]]


def person_at(device: Device, key: str, now: datetime) -> User | None:
    """The person with that key, if they may sign in at the device's site."""
    if not key.isdecimal() or len(key) >= 19:
        return None
    return people_of(device.site, now).filter(pk=key).order_by().first()


def person_with_badge(device: Device, code: str, now: datetime) -> User | None:
    """Who holds the valid badge of that code and may sign in at the device's site. It proves nothing. One statement."""
    held = Badge.objects.filter(user=OuterRef("pk"), code=code[:40], revoked_at__isnull=True)
    return people_of(device.site, now).filter(Exists(held)).order_by().first()


def session_until(device: Device, now: datetime) -> datetime:
    """Until when somebody may stay signed in who comes now: the end of the machine's shift, 12 hours at most.

    Raises: NotFound.
    """
    machine = equipment_get(viewer_of(device), device.site, device.station)  # with what its calendar is looked for in
    plan = shift_patterns_for(machine, Interval(now, now + LONGEST_SESSION))
    ends = (
        [shift.interval.end for shift in plan.shifts(Interval(now, now + LONGEST_SESSION))] if plan is not None else []
    )
    return session_end(now, [end for end in ends if end is not None])
