"""Labels in the API: templates and printers to choose from, what was printed, and the order to print one."""

from typing import Any

from mom.core.actor import Actor
from mom.core.api.serializers import CharField, IntegerField, ModelSerializer
from mom.core.api.viewsets import CreateMixin, ListMixin, ReadOnlyViewSet, RetrieveMixin, SiteScopedViewSet
from mom.core.labels import printing
from mom.core.models import LabelTemplate, Printer, PrintJob
from mom.core.permissions_declared import PRINT_LABEL, VIEW_LABEL


class PrintJobSerializer(ModelSerializer):
    """A label that was asked for; `state` and `last_answer` say how its printing goes."""

    site = CharField(max_length=32, help_text="The site's code.")
    noun = CharField(max_length=32, help_text="lot, equipment, person, order, …")
    code = CharField(max_length=100, source="subject_label", help_text="The thing's code.")
    template = IntegerField(min_value=1, source="template.template_id", help_text="The id of a label template.")
    printer = IntegerField(min_value=1, source="printer_id", help_text="The id of a printer.")
    copies = IntegerField(min_value=1, max_value=printing.MOST_COPIES, default=1)
    template_version = IntegerField(source="template.number", read_only=True)
    state = CharField(source="delivery.state", read_only=True)
    attempts = IntegerField(source="delivery.attempts", read_only=True)
    last_answer = CharField(source="delivery.last_answer", read_only=True)

    class Meta:
        model = PrintJob
        fields = (
            "id", "site", "noun", "code", "template", "template_version", "printer", "copies", "state", "attempts",
            "last_answer", "reprint_of", "reason", "requested_by", "created_at",
        )  # fmt: skip
        read_only_fields = ("reprint_of", "reason", "requested_by", "created_at")


class PrintJobViewSet(ListMixin, RetrieveMixin, CreateMixin, SiteScopedViewSet):
    """The print queue of the sites that you may see."""

    required_perms = {"list": VIEW_LABEL, "retrieve": VIEW_LABEL, "create": PRINT_LABEL}
    site_path = "site"
    serializer_class = PrintJobSerializer
    queryset = PrintJob.objects.select_related("delivery", "template")
    filterset_fields = {"site": ["exact"], "noun": ["exact"], "printer": ["exact"], "delivery__state": ["exact", "in"]}
    ordering_fields = ("created_at", "id")
    ordering = ("-created_at", "-id")

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> Any:
        """Queue the label."""
        wanted = printing.Wanted(
            noun=data["noun"],
            code=data["subject_label"],
            template_id=data["template"]["template_id"],
            printer_id=data["printer_id"],
            copies=data["copies"],
        )
        return printing.print_label(actor, data["site"], wanted)


class LabelTemplateSerializer(ModelSerializer):
    """A label for one kind of thing."""

    class Meta:
        model = LabelTemplate
        fields = ("id", "site", "noun", "name", "is_active", "version", "created_at")
        read_only_fields = fields


class LabelTemplateViewSet(ReadOnlyViewSet):
    """The labels of the sites that you may see; they are changed on the pages."""

    required_perms = {"list": VIEW_LABEL, "retrieve": VIEW_LABEL}
    site_path = "site"
    serializer_class = LabelTemplateSerializer
    queryset = LabelTemplate.objects.all()
    filterset_fields = {"site": ["exact"], "noun": ["exact"], "is_active": ["exact"]}
    ordering_fields = ("name", "id")
    ordering = ("name", "id")


class PrinterSerializer(ModelSerializer):
    """A printer."""

    class Meta:
        model = Printer
        fields = ("id", "site", "name", "kind", "dots", "is_active", "version", "created_at")
        read_only_fields = fields


class PrinterViewSet(ReadOnlyViewSet):
    """The printers of the sites that you may see; they are changed on the pages."""

    required_perms = {"list": VIEW_LABEL, "retrieve": VIEW_LABEL}
    site_path = "site"
    serializer_class = PrinterSerializer
    queryset = Printer.objects.all()
    filterset_fields = {"site": ["exact"], "is_active": ["exact"]}
    ordering_fields = ("name", "id")
    ordering = ("name", "id")
