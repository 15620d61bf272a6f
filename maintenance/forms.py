"""What people type in maintenance. The services judge."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maintenance.engine.terms import MaintenanceKind
from maintenance.models import JobPlan
from maintenance.models.labels import (
    CAUSE_CHOICES,
    DUE_BASIS,
    MAINTENANCE_KIND,
    MECHANISM_CHOICES,
    METER_KIND,
    MODE_CHOICES,
    REPAIR_OUTCOME,
    URGENCY,
    WAIT_REASON,
)
from mom.accounts.models import Site
from mom.core.files.forms import UploadField
from mom.core.web.inputs import MomentInput, OnceKey, QuantityInput
from mom.plant.models import Equipment, MaterialDefinition, Person

NONE = ("", _("not said"))


class ActForm(forms.Form):
    """What every act carries: its key, where to go afterwards, and the version that the page showed."""

    op_uuid = OnceKey()
    next = forms.CharField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class Coded(forms.ModelChoiceField):
    """A row by its code, typed or scanned."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Equipment.objects.none(), to_field_name="code", widget=forms.TextInput(attrs={"spellcheck": "false"}),
            error_messages={"invalid_choice": _("This site has none with that code.")}, **kwargs,
        )  # fmt: skip

    def to_python(self, value: Any) -> Any:
        """The row of that code. Raises: ValidationError."""
        return super().to_python(value.strip() if isinstance(value, str) else value)


class CallForm(ActForm):
    """What is seen at the machine, with a photo."""

    symptom = forms.ChoiceField(label=_("What do you see?"), choices=MODE_CHOICES)
    urgency = forms.ChoiceField(label=_("How soon?"), choices=URGENCY.choices, widget=forms.RadioSelect, initial="now")
    text = forms.CharField(
        label=_("In words"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    photo = UploadField(label=_("Photo"), widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}))

    field_order = ("symptom", "urgency", "text", "photo")


class ReasonForm(ActForm):
    """Why."""

    reason = forms.CharField(label=_("Why"), max_length=200)


class AcceptForm(ActForm):
    """Who takes it, and by which job plan."""

    technician = forms.ModelChoiceField(label=_("Technician"), queryset=Person.objects.none(), required=False)
    job_plan = forms.ModelChoiceField(label=_("Job plan"), queryset=JobPlan.objects.none(), required=False)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Person.objects.filter(site=site, is_active=True).order_by("code")
        self.fields["technician"].queryset = people  # type: ignore[attr-defined]
        self.fields["technician"].empty_label = _("who is signed in")  # type: ignore[attr-defined]
        plans = JobPlan.objects.filter(site=site, is_active=True).order_by("code")
        self.fields["job_plan"].queryset = plans  # type: ignore[attr-defined]
        self.fields["job_plan"].empty_label = _("none")  # type: ignore[attr-defined]


class WaitForm(ActForm):
    """What the job waits for."""

    reason = forms.ChoiceField(label=_("It waits for"), choices=WAIT_REASON.choices, widget=forms.RadioSelect)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class StepForm(ActForm):
    """The answer to a step: a button, a reading or words."""

    position = forms.IntegerField(widget=forms.HiddenInput)
    passed = forms.NullBooleanField(required=False, widget=forms.HiddenInput)
    number = QuantityInput(label=_("Reading"), required=False)
    text = forms.CharField(label=_("Words"), max_length=300, required=False)


class NewStepForm(ActForm):
    """One more step."""

    text = forms.CharField(label=_("Step"), max_length=300)


class PartForm(ActForm):
    """A spare part, typed or scanned."""

    material = Coded(label=_("Part"))
    quantity = QuantityInput(label=_("Quantity"), initial=1)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parts = MaterialDefinition.objects.filter(site=site, is_active=True)
        self.fields["material"].queryset = parts  # type: ignore[attr-defined]


class RepairForm(ActForm):
    """What it was, why, and how the machine is now."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=REPAIR_OUTCOME.choices, widget=forms.RadioSelect)
    mode = forms.ChoiceField(label=_("What failed"), choices=[NONE, *MODE_CHOICES], required=False)
    mechanism = forms.ChoiceField(label=_("How"), choices=[NONE, *MECHANISM_CHOICES], required=False)
    cause = forms.ChoiceField(label=_("Cause"), choices=[NONE, *CAUSE_CHOICES], required=False)
    finding = forms.CharField(
        label=_("What was done"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    left = forms.CharField(
        label=_("What is left to do"), max_length=500, required=False,
        help_text=_("After a repair for now: it becomes a request of its own."),
    )  # fmt: skip

    field_order = ("outcome", "mode", "mechanism", "cause", "finding", "left")


class JobForm(ActForm):
    """A job that nobody requested."""

    machine = Coded(label=_("Machine"))
    kind = forms.ChoiceField(label=_("Kind"), choices=MAINTENANCE_KIND.choices, initial=MaintenanceKind.INSPECTION)
    operation = forms.CharField(label=_("What is to be done"), max_length=200)
    job_plan = forms.ModelChoiceField(label=_("Job plan"), queryset=JobPlan.objects.none(), required=False)
    due_at = MomentInput(label=_("Due"), required=False)
    takes_machine = forms.BooleanField(label=_("The machine stands meanwhile"), required=False, initial=True)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        machines = Equipment.objects.filter(site=site, is_active=True).select_related("site")
        self.fields["machine"].queryset = machines  # type: ignore[attr-defined]
        plans = JobPlan.objects.filter(site=site, is_active=True).order_by("code")
        self.fields["job_plan"].queryset = plans  # type: ignore[attr-defined]


class JobPlanForm(ActForm):
    """How a job is done: a step a line."""

    code = forms.CharField(label=_("Code"), max_length=64)
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=20_000, initial=30)
    steps = forms.CharField(
        label=_("Steps, one a line"), widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_(
            "A line is a check. Belt good? asks for a verdict. Pressure [4..8 BAR] asks for a reading within limits. "
            "Findings ... asks for words. A line in brackets may stay open."
        ),
    )  # fmt: skip
    parts = forms.CharField(
        label=_("Parts, one a line"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Code and quantity: PUMP-640 1"),
    )  # fmt: skip
    reason = forms.CharField(label=_("Why it changes"), max_length=200, required=False)

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("reason",) if is_new else ("code", "name"):
            del self.fields[name]


class PlanForm(ActForm):
    """When a job plan comes due on a machine."""

    code = forms.CharField(label=_("Code"), max_length=64)
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    machine = Coded(label=_("Machine"))
    job_plan = forms.ModelChoiceField(label=_("Job plan"), queryset=JobPlan.objects.none())
    rule = forms.CharField(
        label=_("Calendar rule"), max_length=200, required=False,
        help_text=_("FREQ=WEEKLY, FREQ=MONTHLY;INTERVAL=3, FREQ=MONTHLY;BYDAY=1MO. Blank: by meter alone."),
    )  # fmt: skip
    starts_at = MomentInput(label=_("First due"), required=False)
    basis = forms.ChoiceField(label=_("The next is counted"), choices=DUE_BASIS.choices, initial="due")
    meter_kind = forms.ChoiceField(label=_("Meter"), choices=[("", _("none")), *METER_KIND.choices], required=False)
    meter_interval = QuantityInput(label=_("Every so many"), required=False)
    lead_hours = forms.IntegerField(label=_("Made so many hours ahead"), min_value=0, max_value=9_000, initial=24)
    tolerance_hours = forms.IntegerField(label=_("In time for so many hours"), min_value=0, max_value=9_000, initial=24)
    takes_machine = forms.BooleanField(label=_("The machine stands meanwhile"), required=False, initial=True)

    def __init__(self, *args: Any, site: Site, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new:
            for name in ("code", "machine", "job_plan"):
                del self.fields[name]
            return
        machines = Equipment.objects.filter(site=site, is_active=True).select_related("site")
        self.fields["machine"].queryset = machines  # type: ignore[attr-defined]
        plans = JobPlan.objects.filter(site=site, is_active=True).select_related("site").order_by("code")
        self.fields["job_plan"].queryset = plans  # type: ignore[attr-defined]
