"""Who may sign in to the demo plant: one person a role, with a password that everybody may know."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from mom.accounts.engine.device import USUAL_IDLE_SECONDS
from mom.accounts.models import Membership, Role, Site, User
from mom.accounts.services.badge import add_badge
from mom.accounts.services.device import add_device
from mom.accounts.services.membership import add_membership
from mom.accounts.services.pin import put_pin
from mom.accounts.services.station import note_visit
from mom.accounts.services.user import add_user
from mom.core.use_case import UseCase
from mom.demo.engine import norrtal
from mom.demo.services.plant import DemoPlant
from mom.plant import public as plant

EVERYWHERE = frozenset({"admin"})
"""Roles that hold at every site while the demo stands alone: the administration pages ask for that.

Beside a company of one's own nobody of the demo holds anything anywhere else: everybody knows their password.
"""


FILE = "demo_signins"
BEGUN = "begun"
"""By this file the launcher knows that somebody can sign in."""


@dataclass(frozen=True)
class SignIn:
    """What is printed: the name, whose it is, and what they are."""

    username: str
    name: str
    role: str


def add_users(act: UseCase, built: DemoPlant) -> None:
    """Add the demo's people who sign in; a name that somebody has already is left alone. Joins the transaction."""
    roles = {role.code: role for role in Role.objects.all()}
    taken = set(User.objects.values_list("username", flat=True))
    is_alone = not Site.objects.exclude(pk=built.site.pk).exists()
    for username, name, role, badge in norrtal.USERS:
        if username in taken:
            continue
        user = add_user(act, username=username, display_name=name, password=norrtal.PASSWORD, is_demo=True)
        add_membership(act, user=user, role=roles[role], site=None if role in EVERYWHERE and is_alone else built.site)
        if badge:
            plant.alter_master_data(act, built.people[badge], user=user)
            _give_badge_and_pin(act, built.site, user, badge)
    for name, kind, station in norrtal.DEVICES:
        add_device(act, site=built.site, name=name, kind=kind, station=station, auto_lock_seconds=USUAL_IDLE_SECONDS)


def _give_badge_and_pin(act: UseCase, site: Site, user: User, badge: str) -> None:
    """What opens the tablet of a station; without a pepper on this installation there are no PINs."""
    add_badge(act, user, f"{norrtal.BADGE_PREFIX}{badge}")
    if settings.PIN_PEPPERS:
        put_pin(act, user, norrtal.PIN, is_one_time=False)
    note_visit(act, site, norrtal.DEVICES[0][2], user)


def sign_in_list() -> list[SignIn]:
    """Those of the demo's people who can sign in with the demo's password now."""
    found = []
    for username, name, role, _ in norrtal.USERS:
        member = Membership.objects.select_related("user").filter(user__username=username, role__code=role).first()
        if member is not None and member.user.is_active and member.user.check_password(norrtal.PASSWORD):
            found.append(SignIn(username, name, role))
    return found


def keep_sign_ins(data: Path, text: str) -> None:
    """Write the sign-ins where the launcher looks for them, closed to everybody else."""
    data.mkdir(parents=True, exist_ok=True)
    path = data / FILE
    path.touch(mode=0o600)
    path.write_text(text)


def forget_sign_ins(data: Path) -> None:
    """The demo is gone, and maybe everybody with it: the next start looks anew."""
    for name in (FILE, BEGUN):
        (data / name).unlink(missing_ok=True)


def as_text(sign_ins: list[SignIn]) -> str:
    """The sign-ins as lines of role, name to sign in with, password and person; the same for the same plant."""
    lines = [f"Demo plant {norrtal.NAME} ({norrtal.SITE}). Sign in as:"]
    lines += [f"  {each.username:<12}  {norrtal.PASSWORD}  {each.name}, {each.role}" for each in sign_ins]
    lines.append(
        f"  At a station: badge {norrtal.BADGE_PREFIX}1042 or a name, PIN {norrtal.PIN}"
        " (a tablet is enrolled under Setup, Devices and badges)"
    )
    return "\n".join(lines) + "\n"
