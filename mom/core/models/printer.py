"""Label printers, and what was printed on them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.choices import Labelled
from mom.core.db.triggers import AppendOnly, History
from mom.core.engine.delivery import PrinterKind
from mom.core.models.delivery import Delivery
from mom.core.models.label import LabelTemplateVersion

PRINTER_KIND = Labelled(
    PrinterKind,
    {PrinterKind.ZPL: (_("Label printer (ZPL)"), ""), PrinterKind.PDF: (_("Printer that reads PDF"), "")},
)


class Printer(models.Model):
    """A printer in the plant's network that takes data at a raw port."""

    site = models.CharField(_("site"), max_length=32)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("reads"), max_length=8, choices=PRINTER_KIND.choices, default=PrinterKind.ZPL.value)
    host = models.CharField(_("address"), max_length=253)
    port = models.PositiveIntegerField(_("port"), default=9100)
    dots = models.PositiveSmallIntegerField(_("dots per inch"), default=203)
    asks_status = models.BooleanField(
        _("ask it whether it is ready"), default=True,
        help_text=_("ZPL printers answer ~HS. Only then is it known that a label arrived and that paper is there."),
    )  # fmt: skip
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("printer")
        verbose_name_plural = _("printers")
        ordering = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["site", "name"],
                name="core_printer_name_in_site",
                violation_error_message=_("This name is taken in this site. Choose another one."),
            ),
            PRINTER_KIND.check("kind", "core_printer_kind"),
            models.CheckConstraint(condition=models.Q(port__gte=1, port__lte=65535), name="core_printer_port"),
            models.CheckConstraint(condition=models.Q(dots__in=[203, 300, 600]), name="core_printer_dots"),
        ]
        triggers: ClassVar = [History()]

    def __str__(self) -> str:
        return self.name


class PrintJob(models.Model):
    """One order to print a label: of what, by which version of a template, how often; and for what reason again."""

    site = models.CharField(_("site"), max_length=32)
    printer = models.ForeignKey(Printer, on_delete=models.PROTECT, related_name="jobs", verbose_name=_("printer"))
    template = models.ForeignKey(
        LabelTemplateVersion, on_delete=models.PROTECT, related_name="jobs", verbose_name=_("label")
    )
    delivery = models.OneToOneField(
        Delivery, on_delete=models.PROTECT, related_name="print_job", verbose_name=_("message out")
    )
    noun = models.CharField(_("kind of subject"), max_length=32)
    subject_id = models.CharField(_("subject key"), max_length=100)
    subject_label = models.CharField(_("subject"), max_length=200)
    fields = models.JSONField(_("what stood on it"))
    copies = models.PositiveSmallIntegerField(_("copies"), default=1)
    reprint_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reprints", verbose_name=_("again of")
    )
    reason = models.TextField(_("reason"), blank=True)
    requested_by = models.CharField(_("printed by"), max_length=200)
    created_at = models.DateTimeField(_("asked for"))

    class Meta:
        verbose_name = _("print job")
        verbose_name_plural = _("print jobs")
        ordering = ["-created_at"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(copies__gte=1, copies__lte=200), name="core_printjob_copies"),
            models.CheckConstraint(
                condition=models.Q(reprint_of__isnull=True) | ~models.Q(reason=""), name="core_printjob_reprint_reason"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["site", "-created_at"], name="core_printjob_recent"),
            models.Index(fields=["noun", "subject_id"], name="core_printjob_subject"),
        ]
        triggers: ClassVar = [AppendOnly()]

    def __str__(self) -> str:
        return self.subject_label
