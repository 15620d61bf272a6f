"""What people type about documents. A form reads and narrows; the services judge."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mom.core.files.forms import ACCEPTED
from mom.core.web.inputs import MomentInput
from mom.plant.forms import RowForm, SiteForm
from mom.plant.models import Document, Equipment, PersonnelClass


class DocumentForm(RowForm):
    """What a document is called."""

    class Meta:
        model = Document
        fields = ("code", "name", "kind", "description", "is_active")
        labels = {"name": _("Title"), "description": _("Note")}


class VersionForm(forms.Form):
    """The next version: its file, what changed, from when on, and whether it must be read again."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_("PDF or photo, at most 20 MB."),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )
    change_note = forms.CharField(label=_("What changed"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 2}))
    planned_from = MomentInput(label=_("In force from"), required=False, help_text=_("Empty: from its approval on."))
    needs_reading = forms.BooleanField(
        label=_("Must be read again"),
        required=False,
        initial=True,
        help_text=_("What was confirmed before no longer counts."),
    )
    no_reading_reason = forms.CharField(
        label=_("Why nobody has to read it again"),
        max_length=500,
        required=False,
        help_text=_("For example: typing error."),
    )

    def clean(self) -> dict[str, Any]:
        """A reason where it need not be read again, and none where it must."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("needs_reading"):
            data["no_reading_reason"] = ""
        elif not data.get("no_reading_reason"):
            self.add_error("no_reading_reason", _("Say why nobody has to read it again."))
        return data


class ReaderForm(SiteForm):
    """Who must read a document."""

    personnel_class = forms.ModelChoiceField(
        PersonnelClass.objects.all(), label=_("Skill"), required=False, help_text=_("Empty: everybody.")
    )
    equipment = forms.ModelChoiceField(
        Equipment.objects.all(),
        label=_("Area or machine"),
        required=False,
        help_text=_("Only who works there; asked when a job starts. Empty: wherever they work."),
    )


class SubmitForm(forms.Form):
    """The version that was looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class WhyForm(SubmitForm):
    """Why something is sent back or withdrawn."""

    reason = forms.CharField(label=_("Reason"), max_length=500, help_text=_("It stays in the record with your name."))


class ApproveForm(SubmitForm):
    """An approval without signature."""

    reason = forms.CharField(label=_("Remark"), max_length=500, required=False)
