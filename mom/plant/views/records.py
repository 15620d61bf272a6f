"""Files and notes on the plant's things: which nouns take them, and the two cards on their pages."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mom.core.files import panel, subjects
from mom.core.permissions_declared import VIEW_ATTACHMENT, VIEW_NOTE
from mom.plant import permissions
from mom.plant.models import Document, Equipment, MaterialDefinition, MaterialLot, PhysicalAsset
from mom.plant.panels import Panel, register_panel
from mom.plant.views.asset import asset_url
from mom.plant.views.document import document_url
from mom.plant.views.machine import equipment_url
from mom.plant.views.material import lot_url, material_url

NOUNS: tuple[tuple[str, Any, Any, Any], ...] = (
    ("equipment", Equipment, _("Machine"), equipment_url),
    ("asset", PhysicalAsset, _("Asset"), asset_url),
    ("material", MaterialDefinition, _("Material"), material_url),
    ("lot", MaterialLot, _("Lot"), lot_url),
)
"""Not people: what is filed about a person is seen by more than it concerns."""


def files_card(request: HttpRequest, subject: Any) -> Panel | None:
    """The files of a thing."""
    return Panel(panel.FILES_TEMPLATE, panel.files_context(request, subject))


def notes_card(request: HttpRequest, subject: Any) -> Panel | None:
    """The notes on a thing."""
    return Panel(panel.NOTES_TEMPLATE, panel.notes_context(request, subject))


def register() -> None:
    """Make the nouns known and put the cards on their pages; called when the app is ready."""
    for kind, model, label, url in NOUNS:
        find = subjects.by_key(model, url)
        subjects.register(subjects.SubjectKind(model._meta.label_lower, label, permissions.VIEW, find))
        register_panel(kind, "files", order=80, permission=VIEW_ATTACHMENT, render=files_card)
        register_panel(kind, "notes", order=81, permission=VIEW_NOTE, render=notes_card)
    find = subjects.by_key(Document, document_url)
    kind_of = subjects.SubjectKind(Document._meta.label_lower, _("Document"), permissions.VIEW, find, takes_files=False)
    subjects.register(kind_of)
