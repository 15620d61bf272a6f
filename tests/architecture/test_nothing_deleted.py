"""P25: what is GxP record, fact or master data has no way out: no grant, no route, no button."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.test import RequestFactory

from mom.core.db.grants import rights
from tests.accounts.matrix import routes
from tests.architecture.models_listed import LISTED, Kind

STAYS = {Kind.FACT, Kind.STRETCH}


def test_P25_application_role_has_no_right_to_delete_facts() -> None:
    kept = [label for label, kind in LISTED.items() if kind in STAYS]
    assert [label for label in kept if "DELETE" in rights(apps.get_model(label))] == []
    assert [label for label in kept if LISTED[label] is Kind.FACT and "UPDATE" in rights(apps.get_model(label))] == []


def test_P25_no_route_of_the_api_deletes_what_stays() -> None:
    deleting = [route for route in routes() if route.method == "delete" and route.model is not None]
    assert [str(route) for route in deleting if LISTED.get(route.model._meta.label) in STAYS] == []


def test_P25_administration_pages_delete_nothing_of_ours(rf: RequestFactory) -> None:
    request: Any = rf.get("/admin/")
    ours = [(model, page) for model, page in admin.site._registry.items() if model._meta.label in LISTED]
    assert ours, "the control: there are pages to look at"
    assert [model._meta.label for model, page in ours if page.has_delete_permission(request)] == []
