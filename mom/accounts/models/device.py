"""Tablets and walls on the shop floor."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mom.accounts.engine.device import LEAST_IDLE_SECONDS, MOST_IDLE_SECONDS, USUAL_IDLE_SECONDS, DeviceKind
from mom.accounts.models.site import Site
from mom.accounts.models.user import User
from mom.core.choices import choices
from mom.core.db.triggers import Frozen, History

KINDS = {DeviceKind.TABLET: _("Tablet at a station"), DeviceKind.WALL: _("Wall of an area")}


class Device(models.Model):
    """A shared device of one site, bound to a station (a tablet) or an area (a wall).

    It is added with a short-lived code; typed on the device, the code is spent and the device gets a credential of its
    own (256 random bits, kept as SHA-256). By itself it sees its station and writes nothing. `station` names equipment
    by code, since equipment lives a storey above.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="devices", verbose_name=_("site"))
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=choices(DeviceKind, KINDS))
    station = models.CharField(_("station"), max_length=64)
    auto_lock_seconds = models.PositiveIntegerField(_("locks after (seconds)"), default=USUAL_IDLE_SECONDS)
    code_digest = models.CharField(_("code"), max_length=64, blank=True, editable=False)
    code_expires_at = models.DateTimeField(_("code valid until"), null=True, blank=True, editable=False)
    digest = models.CharField(_("credential"), max_length=64, null=True, blank=True, unique=True, editable=False)
    enrolled_at = models.DateTimeField(_("enrolled at"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("added at"), editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering = ["site", "name", "pk"]
        triggers = [
            History(redact=["digest", "code_digest"]),
            Frozen(fields=["site", "kind", "created_at"]),
            Frozen(name="stays_revoked", fields=["revoked_at", "digest"], when="OLD.revoked_at IS NOT NULL"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "name"],
                condition=Q(revoked_at__isnull=True),
                name="accounts_device_name_unique_while_valid",
                violation_error_message=_("Another device has this name. Choose another one."),
            ),
            models.CheckConstraint(
                condition=Q(auto_lock_seconds__gte=LEAST_IDLE_SECONDS, auto_lock_seconds__lte=MOST_IDLE_SECONDS),
                name="accounts_device_auto_lock_in_range",
                violation_error_message=_("A device locks after 30 to 900 seconds."),
            ),
            models.CheckConstraint(
                condition=Q(code_digest="", code_expires_at__isnull=True)
                | (~Q(code_digest="") & Q(code_expires_at__isnull=False)),
                name="accounts_device_code_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(digest__isnull=True) | Q(enrolled_at__isnull=False),
                name="accounts_device_credential_is_enrolled",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(digest__isnull=True, code_digest=""),
                name="accounts_device_revoked_has_no_credential",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in DeviceKind]), name="accounts_device_kind_known"
            ),
            models.CheckConstraint(condition=~Q(station="") & ~Q(name=""), name="accounts_device_is_named"),
        ]
        indexes = [
            models.Index(fields=["code_digest"], name="accounts_device_code", condition=~Q(code_digest="")),
        ]

    def __str__(self) -> str:
        return self.name

    def awaits_code(self, at: datetime) -> bool:
        """Whether its code may be typed in at that instant."""
        return self.revoked_at is None and self.code_expires_at is not None and at < self.code_expires_at


class DeviceUse(models.Model):
    """When and from where a device was last heard: written at most once a minute, no part of its history."""

    device = models.OneToOneField(Device, models.CASCADE, related_name="use", primary_key=True)
    last_seen_at = models.DateTimeField(_("last seen at"))
    last_seen_from = models.GenericIPAddressField(_("last seen from"), null=True)

    class Meta:
        verbose_name = _("use of a device")
        verbose_name_plural = _("uses of devices")

    def __str__(self) -> str:
        return f"{self.device_id} {self.last_seen_at:%Y-%m-%d %H:%M}"


class StationVisit(models.Model):
    """Who was last at which station: the faces that its tablet offers. Telemetry; sign-ins are in the audit trail."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("site"))
    station = models.CharField(_("station"), max_length=64)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("person"))
    last_at = models.DateTimeField(_("last here"))

    class Meta:
        verbose_name = _("visit to a station")
        verbose_name_plural = _("visits to stations")
        ordering = ["-last_at"]
        constraints = [
            models.UniqueConstraint(fields=["site", "station", "user"], name="accounts_stationvisit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.station} {self.user_id}"
