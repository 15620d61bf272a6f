"""What people fill in about listening to machines and about the meanings of codes."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mom.core.web.inputs import MomentInput, QuantityInput
from mom.floor.engine.meaning import Meaning
from mom.floor.engine.terms import MachineState, PieceSource, SignalSource, StateModel
from mom.floor.engine.timeline_settings import Listening
from mom.floor.models.labels import MACHINE_STATE, PIECE_SOURCE, SIGNAL_SOURCE, STATE_MODEL
from mom.plant.engine.terms import LossClass, TimeClass
from mom.plant.models.labels import LOSS_CLASS, TIME_CLASS


class _SinceForm(forms.Form):
    """From when on, and why."""

    valid_from = MomentInput(label=_("From"), required=False, help_text=_("Empty: from now on."))
    because = forms.CharField(label=_("Why"), max_length=200, required=False)


class ListeningForm(_SinceForm):
    """How a machine is listened to."""

    signal_source = forms.ChoiceField(label=_("Timeline from"), choices=SIGNAL_SOURCE.choices)
    state_model = forms.ChoiceField(label=_("State codes"), choices=STATE_MODEL.choices)
    piece_source = forms.ChoiceField(label=_("Pieces from"), choices=PIECE_SOURCE.choices)
    heartbeat = QuantityInput(
        label=_("Silent after, minutes"), max_value=10_080, help_text=_("Silence longer than this is no signal.")
    )
    minor_stop = QuantityInput(
        label=_("Minor stop below, seconds"), max_value=86_400, help_text=_("A shorter stop needs no reason.")
    )
    counter_modulus = QuantityInput(
        label=_("Counter rolls over at"), required=False, help_text=_("The first value it never shows.")
    )
    field_order = (
        "signal_source", "state_model", "piece_source", "heartbeat", "minor_stop", "counter_modulus", "valid_from",
        "because",
    )  # fmt: skip

    def listening(self) -> Listening:
        """What was filled in."""
        sent = self.cleaned_data
        return Listening(
            signal_source=SignalSource(sent["signal_source"]),
            state_model=StateModel(sent["state_model"]),
            piece_source=PieceSource(sent["piece_source"]),
            heartbeat=timedelta(minutes=float(sent["heartbeat"])),
            minor_stop=timedelta(seconds=float(sent["minor_stop"])),
            counter_modulus=sent["counter_modulus"],
        )


class MeaningForm(_SinceForm):
    """What a code means."""

    state_model = forms.ChoiceField(label=_("State codes"), choices=STATE_MODEL.choices)
    code = forms.CharField(label=_("Code"), max_length=64, help_text=_("As the machine sends it."))
    mode = forms.CharField(label=_("Mode"), max_length=32, required=False, help_text=_("Empty: whatever the mode."))
    state = forms.ChoiceField(label=_("State"), choices=MACHINE_STATE.choices)
    time_class = forms.ChoiceField(label=_("Time class"), choices=TIME_CLASS.choices)
    time_class_without_order = forms.ChoiceField(label=_("Time class without order"), choices=TIME_CLASS.choices)
    loss_class = forms.ChoiceField(label=_("Loss class"), choices=LOSS_CLASS.choices)
    field_order = (
        "state_model", "code", "mode", "state", "time_class", "time_class_without_order", "loss_class", "valid_from",
        "because",
    )  # fmt: skip

    def meaning(self) -> Meaning:
        """What was filled in."""
        sent = self.cleaned_data
        return Meaning(
            MachineState(sent["state"]),
            TimeClass(sent["time_class"]),
            TimeClass(sent["time_class_without_order"]),
            LossClass(sent["loss_class"]),
        )


class EndMeaningForm(forms.Form):
    """From when on everybody's meaning holds again, and why."""

    at = MomentInput(label=_("Until"), required=False, help_text=_("Empty: until now."))
    because = forms.CharField(label=_("Why"), max_length=200)

    def clean_because(self) -> Any:
        """Raises: ValidationError for one character."""
        text = self.cleaned_data["because"].strip()
        if len(text) < 2:
            raise forms.ValidationError(_t("Say why in a few words."))
        return text
