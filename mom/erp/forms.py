"""What people fill in to import a file, or to bring in a list of their own."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from mom.erp.engine.mapping import LONGEST_MAPPING
from mom.erp.engine.table_fields import FIELDS, TableKind
from mom.erp.engine.table_guess import DATE_FORMATS
from mom.erp.models import TableImport
from mom.erp.models.table_import import TABLE_KIND
from mom.erp.selectors.mapping import KnownMapping
from mom.erp.services.import_run import MOST_BYTES, NamedMapping
from mom.erp.services.table_import import PROPERTY
from mom.erp.services.tables.properties import definitions_for
from mom.erp.table_words import LABELS

DATES = {
    "%Y-%m-%d": _("2026-12-18"),
    "%d.%m.%Y": _("18.12.2026"),
    "%d/%m/%Y": _("18/12/2026, day first"),
    "%m/%d/%Y": _("12/18/2026, month first"),
}
NUMBERS = [(".", _("1,234.5 (point)")), (",", _("1.234,5 (comma)"))]


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


class TableFileForm(forms.Form):
    """What the list is of, and the file."""

    kind = forms.ChoiceField(label=_("List of"), choices=TABLE_KIND.choices)
    file = forms.FileField(
        label=_("File"), help_text=_("CSV or XLSX with a heading in the first row, at most 20 MB."), max_length=200,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )  # fmt: skip

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 20 MB. Bring in a part of it."))
        return file


class ColumnsForm(forms.Form):
    """For each field of the list the column from which it is read."""

    def __init__(self, *args: Any, run: TableImport, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = TableKind(run.kind)
        headings = [(name, name) for name in run.header if name]
        for each in FIELDS[kind]:
            self.fields[each.key] = forms.ChoiceField(
                label=LABELS[kind][each.key],
                required=each.is_required,
                initial=run.columns.get(each.key, ""),
                choices=[("", _("Choose the column") if each.is_required else _("Not in this list")), *headings],
            )
        for known in definitions_for(run.site.code, kind):
            key = f"{PROPERTY}{known.code}"
            self.fields[key] = forms.ChoiceField(
                label=known.name or known.code,
                required=False,
                initial=run.columns.get(key, ""),
                choices=[("", _("Not in this list")), *headings],
            )
        self.fields["decimal"] = forms.ChoiceField(label=_("Numbers"), choices=NUMBERS, initial=run.decimal)
        self.fields["date_format"] = forms.ChoiceField(
            label=_("Dates"), choices=[(layout, DATES[layout]) for layout in DATE_FORMATS], initial=run.date_format
        )
        self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, initial=run.version)

    def columns(self) -> dict[str, str]:
        """Field -> heading, those chosen."""
        extra = {"decimal", "date_format", "version"}
        return {key: name for key, name in self.cleaned_data.items() if key not in extra and name}
