"""What people say when they add or withdraw files and notes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mom.core.engine.attachment import AttachmentKind
from mom.core.files.limits import LONGEST_NAME
from mom.core.files.refusals import SENTENCES
from mom.core.files.services import LONGEST_NOTE
from mom.core.web.inputs import MomentInput

ACCEPTED = "image/jpeg,image/png,image/webp,application/pdf"


class UploadField(forms.FileField):
    """A file; empty ones and long names pass here and are judged with the content."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_empty_file=True, **kwargs)


class FileForm(forms.Form):
    """A file with its title; a drawing also with number and revision."""

    file = UploadField(
        label=_("File"),
        help_text=_("Photo or PDF, at most 20 MB."),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )
    camera = UploadField(
        label=_("Take a photo"), widget=forms.FileInput(attrs={"accept": "image/jpeg", "capture": "environment"})
    )
    title = forms.CharField(
        label=_("Title"), max_length=LONGEST_NAME, required=False, help_text=_("Empty: the file's name.")
    )
    number = forms.CharField(label=_("Drawing number"), max_length=64, required=False, help_text=_("Of drawings only."))
    revision = forms.CharField(label=_("Revision"), max_length=16, required=False)
    valid_from = MomentInput(label=_("Valid from"), required=False, help_text=_("Empty: now."))

    def __init__(self, *args: Any, takes_drawings: bool = True, replaces: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_revision = replaces is not None and replaces.number
        if is_revision:
            del self.fields["number"]
        elif not takes_drawings:
            for name in ("number", "revision", "valid_from"):
                del self.fields[name]
        if is_revision:
            self.fields["revision"].required = True

    def clean(self) -> dict[str, Any]:
        """One of the two files."""
        data: dict[str, Any] = super().clean() or {}
        data["sent"] = data.get("camera") or data.get("file")
        if data["sent"] is None and not self.errors:
            self.add_error("file", _("Choose a file or take a photo."))
        if data.get("number") and not data.get("revision"):
            self.add_error("revision", SENTENCES["drawing_revision_missing"])
        return data

    @property
    def kind(self) -> AttachmentKind | None:
        """A drawing where a number was given; else what the content says."""
        return AttachmentKind.DRAWING if self.cleaned_data.get("number") else None


class NoteForm(forms.Form):
    """A note."""

    text = forms.CharField(label=_("Note"), max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 3}))


class WithdrawForm(forms.Form):
    """Why something is taken out of sight."""

    reason = forms.CharField(label=_("Reason"), max_length=500, help_text=_("It stays in the record with your name."))
