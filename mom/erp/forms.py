"""What people fill in to import a file."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from mom.erp.engine.mapping import LONGEST_MAPPING
from mom.erp.selectors.mapping import KnownMapping
from mom.erp.services.import_run import MOST_BYTES, NamedMapping


class ImportForm(forms.Form):
    """A file, and the mapping that says how to read it: a known one or one from a file."""

    file = forms.FileField(
        label=_("File"), help_text=_("CSV or XLSX, at most 20 MB."), max_length=200,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )  # fmt: skip
    mapping = forms.ChoiceField(
        label=_("Mapping"), required=False, help_text=_("Which column of the file is what. Earlier mappings are kept.")
    )
    mapping_file = forms.FileField(
        label=_("Another mapping"), required=False, max_length=200,
        help_text=_("A YAML file. It is used in place of the one chosen above."),
        widget=forms.FileInput(attrs={"accept": ".yml,.yaml"}),
    )  # fmt: skip

    def __init__(self, *args: Any, mappings: list[KnownMapping], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._mappings = {known.key: known for known in mappings}
        self.fields["mapping"].choices = [("", "—"), *((known.key, known.name) for known in mappings)]  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 20 MB. Export a shorter period."))
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        upload, known = cleaned.get("mapping_file"), self._mappings.get(cleaned.get("mapping", ""))
        if upload:
            cleaned["chosen"] = self._uploaded(upload)
        elif known:
            cleaned["chosen"] = NamedMapping(known.name, known.text)
        elif "mapping" not in self.errors:
            self.add_error("mapping", _("Choose a mapping or add one as a file."))
        return cleaned

    def _uploaded(self, upload: Any) -> NamedMapping | None:
        content = upload.read(LONGEST_MAPPING * 4 + 1)
        try:
            return NamedMapping(upload.name, content.decode("utf-8-sig"))
        except UnicodeDecodeError:
            self.add_error("mapping_file", _("The mapping is not UTF-8 text. Save it again as UTF-8."))
            return None
