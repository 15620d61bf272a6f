"""Enrolled devices, and people with badge and PIN."""

from django.conf import settings
from django.test import Client

from mom.accounts.models import Device, Site, User
from mom.accounts.services.badge import add_badge
from mom.accounts.services.device import device_add, device_enrol
from mom.accounts.services.pin import put_pin
from mom.core.actor import system_actor
from mom.core.testing import acting
from mom.core.use_case import use_case
from mom.plant.models import Equipment
from tests.factories.accounts import make_user
from tests.factories.plant import make_equipment

PIN = "482915"
SYSTEM = system_actor("test")


def make_device(site: Site, station: str = "CNC-04", **fields: object) -> tuple[Device, str]:
    """An enrolled tablet at a station, the first or another one, and its credential."""
    if not Equipment.objects.filter(site=site, code=station).exists():
        make_equipment(site, station)
    values = {"name": f"Tablet {station}", "kind": "tablet", "auto_lock_seconds": 300, **fields}
    _device, code = device_add(SYSTEM, site=site, station=station, **values)  # type: ignore[arg-type]
    return device_enrol(code, "127.0.0.1")


def make_operator(
    site: Site, username: str = "mira", badge: str = "NPW-1042", pin: str = PIN, **fields: object
) -> User:
    """A person of the site with badge, PIN and password."""
    rights = fields.pop("permissions", ["plant.view", "work.view", "work.execute_job_order"])
    user = make_user(username, site=site, permissions=rights, password="norrtal-2026-demo", **fields)  # type: ignore[arg-type]
    with acting() as act:
        add_badge(act, user, badge)
        put_pin(act, user, pin, is_one_time=False)
    return User.objects.get(pk=user.pk)


def committed_operator(site: Site, username: str) -> User:
    """The same, for tests that commit."""
    user = make_user(username, site=site, permissions=["plant.view", "work.view"])
    with use_case(SYSTEM) as act:
        put_pin(act, user, PIN, is_one_time=False)
    return User.objects.get(pk=user.pk)


def on_device(secret: str) -> Client:
    """A browser that holds the credential of a device."""
    client = Client()
    client.cookies[settings.DEVICE_COOKIE_NAME] = secret
    return client
