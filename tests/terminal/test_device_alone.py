"""A device credential alone writes nothing, over every unsafe route there is; and how a browser comes to hold one."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import URLPattern, get_resolver

from mom.accounts.models import Device, SecretTries, Site
from mom.accounts.services.device import device_add, device_enrol, device_find, device_new_code, device_revoke
from mom.core import clock
from mom.core.models import AuditEntry, RowVersion
from mom.core.testing import acting
from tests.factories.accounts import make_user
from tests.factories.devices import SYSTEM, make_device, make_operator, on_device
from tests.factories.plant import make_equipment

pytestmark = pytest.mark.django_db

# What a device's browser may ask without a person: it says who comes, proves it, or ends a session.
OF_THE_STATION = {"who", "pin", "new_pin", "lock", "touch", "enrol"}
ASKS_FOR_A_PASSWORD = {"sign_in", "login"}  # answer with their form again
# Tables that say no business thing: who was heard when, and sessions of nobody.
TELEMETRY = {"accounts_deviceuse", "accounts_secrettries", "django_session", "core_auditentry", "core_auditseal"}


def addresses(resolver: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every mounted address, with something in the place of each part that varies, and its name."""
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            plain = re.sub(r"<int:\w+>|\(\?P<(?:pk|id)>[^)]*\)", "1", route)
            plain = re.sub(r"<(?:str|slug|path|uuid):?\w*>|<\w+>", "CNC-04", plain)
            plain = re.sub(r"\(\?P<\w+>(?:[^()]|\([^()]*\))*\)", "CNC-04", plain)
            yield "/" + plain.replace("^", "").replace("$", "").replace("\\Z", "").replace("/?", "/"), str(pattern.name)
        else:
            yield from addresses(pattern, route)


def row_counts() -> dict[str, int]:
    """How many rows each table has."""
    tables = sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)} - TELEMETRY)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM \"{table}\"" for table in tables))
        return dict(cursor.fetchall())


def test_device_alone_writes_nothing_on_any_unsafe_route(site: Site) -> None:
    make_operator(site)
    _device, secret = make_device(site)
    client = on_device(secret)
    client.raise_request_exception = False
    client.get("/t/CNC-04/")
    before, versions, open_doors = row_counts(), RowVersion.objects.count(), []
    asked = 0
    for address, name in addresses(get_resolver()):
        if address.startswith("/t/") and name in OF_THE_STATION:
            continue
        for method in ("post", "put", "patch", "delete"):
            headers = {"Idempotency-Key": f"{method}{address}"[:190], "If-Match": '"v1"'}
            answer = getattr(client, method)(address, data={}, content_type="application/json", headers=headers)
            asked += 1
            if answer.status_code < 300 and name not in ASKS_FOR_A_PASSWORD:
                open_doors.append(f"{method} {address}: {answer.status_code}")
    assert open_doors == []
    assert asked > 400
    assert row_counts() == before
    assert RowVersion.objects.count() == versions


def test_device_alone_at_its_own_routes_leaves_only_counters_and_audit(site: Site) -> None:
    make_operator(site)
    _device, secret = make_device(site)
    client = on_device(secret)
    before, versions = row_counts(), RowVersion.objects.count()
    for name, data in (
        ("who", {"badge": "NPW-1042"}),
        ("pin", {"pin": "913752"}),
        ("new-pin", {"pin": "619384", "again": "619384"}),
        ("lock", {}),
        ("touch", {}),
        ("who", {"badge": "NPW-9999"}),
    ):
        client.post(f"/t/CNC-04/{name}/", data)
    assert row_counts() == before
    assert RowVersion.objects.count() == versions
    assert set(AuditEntry.objects.filter(actor_kind="device").values_list("action", flat=True)) <= {
        "accounts.device_enrolled",
        "accounts.secret_refused",
    }


def test_enrolling_spends_the_code_and_stores_only_a_digest(site: Site) -> None:
    make_equipment(site, "CNC-04")
    device, code = device_add(SYSTEM, site=site, name="Tablet", kind="tablet", station="CNC-04", auto_lock_seconds=60)
    client = Client()
    answer = client.post("/enrol/", {"code": f" {code[:4].lower()}-{code[4:]} "})
    assert answer.headers["Location"] == "/t/CNC-04/"
    cookie = client.cookies[settings.DEVICE_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], len(cookie.value)) == (True, "Lax", 43)
    assert Client().post("/enrol/", {"code": code}).status_code == 422
    stored = str(Device.objects.filter(pk=device.pk).values().get()) + str(list(RowVersion.objects.values()))
    assert cookie.value not in stored
    assert code not in stored
    assert device_find(cookie.value) == device
    assert AuditEntry.objects.filter(action="accounts.device_enrolled").exists()


def test_enrolling_with_an_old_code_is_refused(site: Site) -> None:
    make_equipment(site, "CNC-04")
    device, code = device_add(SYSTEM, site=site, name="Tablet", kind="tablet", station="CNC-04", auto_lock_seconds=60)
    with acting():
        Device.objects.filter(pk=device.pk).update(code_expires_at=clock.now() - timedelta(seconds=1))
    assert Client().post("/enrol/", {"code": code}).status_code == 422


def test_enrolling_anew_closes_the_old_browser(site: Site) -> None:
    device, secret = make_device(site)
    _device, code = device_new_code(SYSTEM, device.pk)
    assert on_device(secret).get("/t/CNC-04/").status_code == 200
    device_enrol(code, "127.0.0.1")
    assert on_device(secret).get("/t/CNC-04/").status_code == 403


def test_guesses_of_codes_slow_their_address_down_whatever_it_says_of_itself(site: Site) -> None:
    client, found = Client(), []
    for number in range(8):
        forged = {"X-Forwarded-For": f"10.9.8.{number}", "Forwarded": f"for=10.9.8.{number}"}
        found.append(client.post("/enrol/", {"code": f"ABCD-EFG{number + 2}"}, headers=forged).status_code)
    assert found == [422] * 5 + [429] * 3
    assert [row.key for row in SecretTries.objects.all()] == ["enrol:127.0.0.1"]


def test_device_slows_down_after_wrong_pins_of_many_people(site: Site) -> None:
    people = [make_operator(site, f"person{number}", f"NPW-20{number:02}") for number in range(10)]
    _device, secret = make_device(site)
    client, found, slow = on_device(secret), [], ""
    for number, user in enumerate(people):
        client.post("/t/CNC-04/who/", {"person": user.pk})
        forged = {"X-Forwarded-For": f"10.9.8.{number}"}
        answer = client.post("/t/CNC-04/pin/", {"pin": "913752"}, headers=forged)
        found.append(answer.status_code)
        slow = slow or (answer.content.decode() if answer.status_code == 429 else "")
    assert found[:5] == [422] * 5
    assert 429 in found[5:]
    assert "Wait" in slow


def test_revoked_device_stays_revoked_in_the_database(site: Site) -> None:
    device, secret = make_device(site)
    device_revoke(SYSTEM, device.pk, "stolen")
    assert device_find(secret) is None
    with pytest.raises(IntegrityError), acting():
        Device.objects.filter(pk=device.pk).update(revoked_at=None)


def test_device_pages_of_setup_follow_the_rights(site: Site) -> None:
    device, _secret = make_device(site)
    looker, manager = (
        make_user("lena", site=site, permissions=["accounts.view_device"]),
        make_user("max", site=site, permissions=["accounts.view_device", "accounts.manage_devices"]),
    )
    for user, add, change in ((looker, 403, 403), (manager, 200, 200)):
        client = Client()
        client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
        assert client.get("/setup/devices/").status_code == 200
        assert client.get(f"/setup/devices/{device.pk}/").status_code == 200
        assert client.get("/setup/devices/add/").status_code == add
        assert client.get(f"/setup/devices/{device.pk}/change/").status_code == change
        assert client.post(f"/setup/devices/{device.pk}/code/").status_code == change
    values = {"name": "Tablet two", "kind": "tablet", "station": "CNC-04", "auto_lock_seconds": 30}
    page = client.post("/setup/devices/add/", values)
    assert re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", page.content.decode())
    assert client.post("/setup/devices/add/", {**values, "auto_lock_seconds": 20}).status_code == 422
    revoke = client.post(f"/setup/devices/{device.pk}/revoke/", {"reason": "broken"})
    assert revoke.status_code == 302
    assert Device.objects.get(pk=device.pk).revoked_at is not None
