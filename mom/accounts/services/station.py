"""People at stations: who asks to get in by badge or name, and the sign-in itself."""

from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from mom.accounts.engine.pin import looks_like_pin
from mom.accounts.models import Device, Site, StationVisit, User
from mom.accounts.selectors import actor_for_user
from mom.accounts.services.secret import Outcome, SecretCheck, SecretWrong, check_secret
from mom.core.actor import Actor
from mom.core.errors import NotAllowed
from mom.core.use_case import UseCase, use_case


def device_actor(device: Device) -> Actor:
    """The device as an actor: it holds no right at all, so it writes nothing; it only signs what it reports."""
    return Actor(kind="device", id=str(device.pk), label=device.name)


@sensitive_variables("pin")
def pin_check_at(device: Device, user: User | None, pin: str, address: str) -> SecretCheck:
    """Check a PIN typed at a device; only PINs count here, a password belongs on the page with the name.

    Raises: SecretWrong for what is no PIN, which counts as no try.
    """
    if not looks_like_pin(pin):
        raise SecretWrong(_("A PIN has 6 to 9 digits."))
    return check_secret(device_actor(device), user, pin, device=device, address=address, purpose="station")


def station_sign_in(device: Device, user: User, *, by_badge: bool) -> None:
    """A person who proved their PIN begins to work at a station. Raises: NotAllowed without a role at its site."""
    actor = actor_for_user(user)
    if not any(actor.permissions.get(place) for place in (device.site.code, "*")):
        raise NotAllowed(_("You have no role at this site. Ask an administrator."))
    with use_case(actor) as act:
        way = "badge and PIN" if by_badge else "name and PIN"
        after = {"device": device.name, "station": device.station, "by": way}
        act.record("accounts.signed_in", subject=user, site=device.site.code, after=after)
        note_visit(act, device.site, device.station, user)


def note_visit(act: UseCase, site: Site, station: str, user: User) -> None:
    """Remember who was at a station, so that its tablet offers them next time. Joins the caller's transaction."""
    visit = StationVisit(site=site, station=station, user=user, last_at=act.now)
    StationVisit.objects.bulk_create(
        [visit], update_conflicts=True, unique_fields=["site", "station", "user"], update_fields=["last_at"]
    )


def station_sign_out(actor: Actor, device: Device, user: User) -> None:
    """A person leaves a station by their own hand."""
    with use_case(actor) as act:
        after = {"device": device.name, "station": device.station}
        act.record("accounts.signed_out", subject=user, site=device.site.code, after=after)


def is_one_time(check: SecretCheck) -> bool:
    """Whether the PIN was right and has to be changed first."""
    return check.outcome == Outcome.ONE_TIME
