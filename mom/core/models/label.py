"""Label templates: where on a label which field of a thing stands, as data without logic."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import AppendOnly, History


class LabelTemplate(models.Model):
    """A label for one kind of thing at one site. What it looks like stands in its versions."""

    site = models.CharField(_("site"), max_length=32)
    noun = models.CharField(_("for"), max_length=32)
    name = models.CharField(_("name"), max_length=100)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("label template")
        verbose_name_plural = _("label templates")
        ordering = ["noun", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["site", "noun", "name"],
                name="core_labeltemplate_name_in_site",
                violation_error_message=_("There is a label of this name already. Choose another one."),
            )
        ]
        triggers: ClassVar = [History()]

    def __str__(self) -> str:
        return self.name


class LabelTemplateVersion(models.Model):
    """What a label looked like from one change to the next: size and elements. Printed labels point at theirs."""

    template = models.ForeignKey(
        LabelTemplate, on_delete=models.PROTECT, related_name="versions", verbose_name=_("label template")
    )
    number = models.PositiveIntegerField(_("version"))
    width = models.DecimalField(_("width in mm"), max_digits=6, decimal_places=1)
    height = models.DecimalField(_("height in mm"), max_digits=6, decimal_places=1)
    elements = models.JSONField(_("elements"))
    created_at = models.DateTimeField(_("made"))
    created_by = models.CharField(_("made by"), max_length=200)

    class Meta:
        verbose_name = _("version of a label template")
        verbose_name_plural = _("versions of label templates")
        ordering = ["template", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["template", "number"], name="core_labeltemplateversion_number"),
            models.CheckConstraint(
                condition=models.Q(width__gte=10, width__lte=300, height__gte=5, height__lte=420),
                name="core_labeltemplateversion_size",
            ),
        ]
        triggers: ClassVar = [AppendOnly()]

    def __str__(self) -> str:
        return f"{self.template} {self.number}"
