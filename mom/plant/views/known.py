"""Properties and other systems' numbers on the plant's pages: a card each."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from mom.core.web import properties
from mom.plant import permissions
from mom.plant.panels import Panel, register_panel

KINDS = ("equipment", "asset", "person", "material", "lot")


def properties_card(noun: str) -> Callable[[HttpRequest, Any], Panel]:
    """The card of what is known of a thing."""
    return lambda request, subject: Panel(
        properties.PROPERTIES_TEMPLATE, properties.properties_context(request, noun, subject)
    )


def aliases_card(noun: str) -> Callable[[HttpRequest, Any], Panel]:
    """The card of what other systems call it."""
    return lambda request, subject: Panel(
        properties.ALIASES_TEMPLATE, properties.aliases_context(request, noun, subject)
    )


def register() -> None:
    """Put the cards on their pages; called when the app is ready."""
    for kind in KINDS:
        register_panel(kind, "properties", order=60, permission=permissions.VIEW, render=properties_card(kind))
        register_panel(kind, "aliases", order=70, permission=permissions.VIEW, render=aliases_card(kind))
