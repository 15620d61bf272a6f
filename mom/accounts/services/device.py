"""Enrolled devices: added with a short-lived code, enrolled by typing it in, changed, revoked.

The code is 40 random bits for a quarter of an hour; the credential that it is traded for has 256 and is kept as
SHA-256. Both are shown once.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from mom.accounts.engine.device import DeviceKind
from mom.accounts.engine.tries import DEVICE_ALLOWANCE, Tries
from mom.accounts.models import Device, DeviceUse, SecretTries, Site
from mom.accounts.permissions import MANAGE_DEVICES
from mom.accounts.services.api_token import digest_of
from mom.accounts.services.checks import checked
from mom.accounts.services.secret import TooManyTries
from mom.accounts.stations import station_list
from mom.core import clock
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotFound, Stale
from mom.core.use_case import Subject, UseCase, joined, use_case

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that are read as another
CODE_LENGTH = 8
CODE_LIVES = timedelta(minutes=15)
USE_NOTED_EVERY = timedelta(minutes=1)
CHANGEABLE = ("name", "station", "auto_lock_seconds")


def device_add(
    actor: Actor, *, site: Site, name: str, kind: str, station: str, auto_lock_seconds: int = 300
) -> tuple[Device, str]:
    """Add a device: the row, and the code that is typed in on it within a quarter of an hour.

    Raises: NotAllowed, InvalidInput.
    """
    with use_case(actor) as act:
        act.require(MANAGE_DEVICES, site.code)
        return add_device(act, site=site, name=name, kind=kind, station=station, auto_lock_seconds=auto_lock_seconds)


def add_device(act: UseCase, **values: Any) -> tuple[Device, str]:
    """Add a device. Joins the caller's transaction. Raises: InvalidInput."""
    device = Device(created_at=act.now, **values)
    device.name = device.name.strip()
    _refuse_unknown_station(device)
    code = _put_code(device, act.now)
    checked(device).save()
    after = {name: values[name] for name in ("name", "kind", "station", "auto_lock_seconds")}
    act.record("accounts.device_added", subject=device, site=device.site.code, after=after)
    return device, code


def device_change(actor: Actor, device_id: int, version: int, **changes: Any) -> Device:
    """Change name, station or auto-lock of a device, made from that version of it.

    Raises: NotAllowed, NotFound, Stale, Conflict for a revoked one, InvalidInput.
    """
    with use_case(actor) as act:
        device = _locked(act, device_id)
        if device.version != version:
            raise Stale
        before = {name: getattr(device, name) for name in changes if name in CHANGEABLE}
        for name in before:
            setattr(device, name, changes[name])
        _refuse_unknown_station(device)
        device.version += 1
        checked(device).save(update_fields=[*before, "version"])
        act.record("accounts.device_changed", subject=device, site=device.site.code, before=before, after=changes)
    return device


def device_new_code(actor: Actor, device_id: int) -> tuple[Device, str]:
    """Another code for a device, to enrol it anew; what it holds now opens until then.

    Raises: NotAllowed, NotFound, Conflict for a revoked one.
    """
    with use_case(actor) as act:
        device = _locked(act, device_id)
        code = _put_code(device, act.now)
        device.version += 1
        device.save(update_fields=["code_digest", "code_expires_at", "version"])
        act.record("accounts.device_code_made", subject=device, site=device.site.code)
    return device, code


def device_revoke(actor: Actor, device_id: int, reason: str) -> Device:
    """Close a device for ever, from its next request on; who is signed in there is out. Raises: as `device_change`."""
    if len(reason.strip()) < 2:
        raise InvalidInput({"reason": [_("A reason is needed.")]})
    with use_case(actor, reason) as act:
        device = _locked(act, device_id)
        device.revoked_at, device.digest = act.now, None
        device.code_digest, device.code_expires_at = "", None
        device.version += 1
        device.save(update_fields=["revoked_at", "digest", "code_digest", "code_expires_at", "version"])
        act.record("accounts.device_revoked", subject=device, site=device.site.code)
    return device


def device_enrol(code: str, address: str) -> tuple[Device, str]:
    """Trade a code for the device's own credential, which ends any older one.

    Raises: InvalidInput for a wrong, spent or old code, TooManyTries from an address that guesses.
    """
    typed = "".join(letter for letter in code.upper() if letter.isalnum())
    _count_try(address)
    nobody = Actor(kind="device", id="", label="")
    with use_case(nobody) as act:
        found = Device.objects.select_for_update(of=("self",)).select_related("site")
        device = found.filter(code_digest=_code_digest(typed)).first() if len(typed) == CODE_LENGTH else None
        if device is None or not device.awaits_code(act.now):
            raise InvalidInput({"code": [_("This code is not valid. Ask for a new one; it lives 15 minutes.")]})
        secret = secrets.token_urlsafe(32)
        device.digest, device.enrolled_at = digest_of(secret), act.now
        device.code_digest, device.code_expires_at = "", None
        device.version += 1
        device.save(update_fields=["digest", "enrolled_at", "code_digest", "code_expires_at", "version"])
        act.record("accounts.device_enrolled", subject=device, site=device.site.code, after={"address": address})
        SecretTries.objects.filter(key=_source(address)).update(count=0)
    return device, secret


def device_find(secret: str) -> Device | None:
    """The device that holds this credential, with its site. One statement."""
    if not 40 <= len(secret) <= 60:
        return None
    found = Device.objects.select_related("site", "use")
    return found.filter(digest=digest_of(secret), revoked_at__isnull=True, site__is_active=True).order_by().first()


def device_note_use(device: Device, address: str, now: datetime) -> None:
    """Note when and from where it was heard, at most once a minute; telemetry, so outside its history."""
    use = getattr(device, "use", None)
    if use is not None and use.last_seen_at > now - USE_NOTED_EVERY:
        return
    DeviceUse.objects.update_or_create(device=device, defaults={"last_seen_at": now, "last_seen_from": address or None})


def spelled(code: str) -> str:
    """A code in two halves, as it is read out."""
    return f"{code[:4]}-{code[4:]}"


def _locked(act: UseCase, device_id: int) -> Device:
    """Raises: NotAllowed, NotFound, Conflict."""
    device = Device.objects.select_for_update(of=("self",)).select_related("site").filter(pk=device_id).first()
    if device is None:
        raise NotFound
    act.require(MANAGE_DEVICES, device.site.code)
    if device.revoked_at is not None:
        raise Conflict(_("This device is revoked. Add it again."), code="device_revoked")
    return device


def _put_code(device: Device, now: datetime) -> str:
    code = "".join(secrets.choice(CODE_LETTERS) for _letter in range(CODE_LENGTH))
    device.code_digest, device.code_expires_at = _code_digest(code), now + CODE_LIVES
    return code


def _code_digest(code: str) -> str:
    return salted_hmac("mom.accounts.device_code", code, algorithm="sha256").hexdigest()


def _refuse_unknown_station(device: Device) -> None:
    """Raises: InvalidInput where no such place is at the site."""
    if device.kind not in set(DeviceKind):
        raise InvalidInput({"kind": [_("Choose tablet or wall.")]})
    if device.station not in {station.code for station in station_list(device.site, DeviceKind(device.kind))}:
        raise InvalidInput({"station": [_("There is no such station or area at this site.")]})


def _source(address: str) -> str:
    return f"enrol:{address}"


def _count_try(address: str) -> None:
    """Guesses of codes slow their address down. In a transaction of its own. Raises: TooManyTries."""
    now = clock.now()
    with transaction.atomic(durable=True), joined(Actor(kind="device", id="", label=address)) as act:
        SecretTries.objects.bulk_create([SecretTries(key=_source(address))], ignore_conflicts=True)
        row = SecretTries.objects.select_for_update().get(key=_source(address))
        tries = Tries(row.count, row.last_at)
        until = tries.source_waits_until(now, DEVICE_ALLOWANCE)
        if until is None:
            begun = tries.begun(now)
            row.count, row.last_at = begun.count, begun.last_at
            row.save(update_fields=["count", "last_at"])
            if begun.count > 1:  # the first one is as good as any; from the second on, somebody guesses
                subject = Subject("accounts.device", "", "")
                act.record("accounts.device_code_tried", subject=subject, after={"address": address})
            return
    seconds = max(int((until - now).total_seconds()), 1)
    raise TooManyTries(_("Too many wrong codes from here. Wait %(many)d seconds.") % {"many": seconds}, seconds)
