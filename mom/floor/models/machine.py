"""How a machine is listened to, and what its state codes mean: data with validity, never code."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from mom.core.db.ranges import TsTzRange
from mom.core.db.triggers import History
from mom.core.fields import QuantityField
from mom.floor.models.labels import MACHINE_STATE, PIECE_SOURCE, SIGNAL_SOURCE, STATE_MODEL
from mom.plant.models import SiteOwned
from mom.plant.models.labels import LOSS_CLASS, TIME_CLASS


class MachineListening(SiteOwned):
    """How one machine's signals are read, from one instant until another. A machine without a row has the defaults.

    The values that held at a shift's start hold for the whole shift, so that a figure of the past stays as it was.
    """

    equipment = models.ForeignKey(
        "plant.Equipment", on_delete=models.PROTECT, related_name="listening", verbose_name=_("machine")
    )
    signal_source = models.CharField(
        _("timeline from"), max_length=8, choices=SIGNAL_SOURCE.choices, default="messages"
    )
    state_model = models.CharField(_("state codes"), max_length=18, choices=STATE_MODEL.choices, default="own")
    piece_source = models.CharField(_("pieces from"), max_length=19, choices=PIECE_SOURCE.choices, default="reports")
    heartbeat = models.DurationField(_("silent after"), help_text=_("Silence longer than this is no signal."))
    minor_stop = models.DurationField(_("minor stop below"), help_text=_("A shorter stop needs no reason."))
    counter_modulus = QuantityField(
        _("counter rolls over at"), null=True, blank=True, help_text=_("The first value it never shows.")
    )
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("listening to a machine")
        verbose_name_plural = _("listening to machines")
        ordering = ["equipment", "valid_from"]
        constraints = [
            SIGNAL_SOURCE.check("signal_source", "floor_machinelistening_signal_source_known"),
            STATE_MODEL.check("state_model", "floor_machinelistening_state_model_known"),
            PIECE_SOURCE.check("piece_source", "floor_machinelistening_piece_source_known"),
            models.CheckConstraint(
                name="floor_machinelistening_ends_after_start",
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
            models.CheckConstraint(
                name="floor_machinelistening_modulus_positive",
                condition=models.Q(counter_modulus=None) | models.Q(counter_modulus__gt=0),
            ),
            ExclusionConstraint(
                name="floor_machinelistening_no_overlap",
                expressions=[
                    ("equipment", RangeOperators.EQUAL),
                    (TsTzRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = [History()]


class StateMapping(models.Model):
    """What a state code of a vocabulary means, from one instant until another. Empty `mode` = whatever the mode.

    `time_class` holds while an order runs, or is due, on the machine; `time_class_without_order` where none is (PackML
    Stopped is delay with an order and idle time without). No site = everywhere; a site's own row goes before.
    """

    site = models.ForeignKey(
        "accounts.Site", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("site")
    )
    state_model = models.CharField(_("state codes"), max_length=18, choices=STATE_MODEL.choices)
    code = models.CharField(_("code"), max_length=64)
    mode = models.CharField(_("mode"), max_length=32, blank=True)
    state = models.CharField(_("state"), max_length=5, choices=MACHINE_STATE.choices)
    time_class = models.CharField(_("time class"), max_length=20, choices=TIME_CLASS.choices)
    time_class_without_order = models.CharField(
        _("time class without order"), max_length=20, choices=TIME_CLASS.choices
    )
    loss_class = models.CharField(_("loss class"), max_length=20, choices=LOSS_CLASS.choices)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("meaning of a state code")
        verbose_name_plural = _("meanings of state codes")
        ordering = ["state_model", "code", "mode", "valid_from"]
        constraints = [
            STATE_MODEL.check("state_model", "floor_statemapping_state_model_known"),
            MACHINE_STATE.check("state", "floor_statemapping_state_known"),
            models.CheckConstraint(
                name="floor_statemapping_ends_after_start",
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
            ExclusionConstraint(
                name="floor_statemapping_no_overlap",
                expressions=[
                    (Coalesce("site", models.Value(0), output_field=models.BigIntegerField()), RangeOperators.EQUAL),
                    ("state_model", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    ("mode", RangeOperators.EQUAL),
                    (TsTzRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.state_model} {self.code} {self.mode}".strip()
