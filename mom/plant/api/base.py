"""What every resource of the plant has: its site by code, rows of that site only, and the services behind it."""

import re
from typing import Any, ClassVar

import django_filters
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from mom.accounts.models import Site
from mom.core import nouns
from mom.core.actor import Actor
from mom.core.api.filters import FilterSet
from mom.core.api.serializers import CharField, IntegerField, ModelSerializer, RelatedField
from mom.core.api.subject_filters import AliasFilter, PropertyFilter
from mom.core.api.subjects import AliasesMixin, perms
from mom.core.api.viewsets import CreateMixin, ListMixin, RetrieveMixin, SiteScopedViewSet, UpdateMixin
from mom.core.properties import registry
from mom.plant import permissions
from mom.plant.selectors.scope import for_actor
from mom.plant.services import master_data

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}", re.ASCII)
READ = {"list": permissions.VIEW, "retrieve": permissions.VIEW}
WRITE = {
    **READ,
    "create": permissions.CHANGE,
    "partial_update": permissions.CHANGE,
    **perms(permissions.VIEW, permissions.CHANGE),
}
COMMON = ("id", "site", "code", "name", "description", "is_active", "version", "created_at", "changed_at")
NUMBERED = {"code": {"required": False, "allow_blank": True, "help_text": "Blank: the next number of its range."}}
COMMON_READ_ONLY = ("version", "created_at", "changed_at")


class SiteField(CharField):
    """A site by its code: one at which the asker may change the plant model."""

    default_error_messages = {"unknown": _("There is no such site, or none where you may do this.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 20)
        kwargs.setdefault("help_text", "The site's code. It is given at the creation and never changes.")
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Site:
        """The site. Raises: ValidationError."""
        code = super().to_internal_value(data)
        actor: Actor = self.context["request"].actor
        site = Site.objects.filter(code=code, is_active=True).first() if _CODE.fullmatch(code) else None
        if site is None or not actor.may(permissions.CHANGE, site.code):
            self.fail("unknown")
        return site

    def run_validators(self, value: Any) -> None:
        """None more: the code was looked up."""

    def to_representation(self, value: Site) -> str:
        return value.code


def reference(model: type[Model], **kwargs: Any) -> RelatedField:
    """A field that names a row of the plant by its id; rows of sites that the asker may not see do not exist."""
    return RelatedField(queryset=model._default_manager.all(), permission=permissions.VIEW, **kwargs)


class RowSerializer(ModelSerializer):
    """A row of the plant; the services judge it, so nothing is checked twice here."""

    id = IntegerField(read_only=True)
    site = SiteField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A row stays at its site."""
        if self.instance is not None and "site" in attrs:
            if attrs["site"] != self.instance.site:
                raise ValidationError({"site": [_("A row stays at the site where it was added.")]})
            attrs = {name: value for name, value in attrs.items() if name != "site"}
        return attrs


class PlantViewSet(ListMixin, RetrieveMixin, CreateMixin, SiteScopedViewSet):
    """A resource that is listed, read and added."""

    required_perms = {**READ, "create": permissions.CHANGE}
    http_method_names: ClassVar[list[str]] = ["get", "post", "patch", "head", "options"]
    ordering_fields: ClassVar[tuple[str, ...]] = ("id",)
    ordering: ClassVar[tuple[str, ...]] = ("id",)

    def for_actor(self, actor: Actor, permission: str) -> QuerySet[Any]:
        """The rows of the sites at which the asker may see the plant model."""
        return for_actor(super(SiteScopedViewSet, self).get_queryset(), actor, permissions.VIEW)


class MasterDataViewSet(AliasesMixin, UpdateMixin, PlantViewSet):
    """A named thing: listed, read, added and changed; taken out of use by `is_active`, never deleted."""

    required_perms = WRITE
    includes: ClassVar[tuple[str, ...]] = ("aliases",)
    ordering_fields = ("code", "id")
    ordering = ("code",)

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> Any:
        """Add it through the service."""
        rows: Any = type(self).queryset
        return master_data.create(actor, rows.model, data.pop("site"), **data)

    def perform_update(self, actor: Actor, instance: Any, data: dict[str, Any], version: int) -> Any:
        """Change it through the service, which compares the version under its lock."""
        return master_data.change(actor, type(instance), instance.pk, version=version, **data)


def filters_for(model: type[Model], **fields: list[str]) -> type[FilterSet]:
    """Filters of a resource: its site by code, a text in code or name, and the fields named."""
    names = {field.name for field in model._meta.concrete_fields}
    members: dict[str, Any] = {
        "site": django_filters.CharFilter(field_name="site__code", label="The site's code."),
        "Meta": type("Meta", (), {"model": model, "fields": fields}),
    }
    if "code" in names:
        search = search_code_or_name if "name" in names else search_code
        members["q"] = django_filters.CharFilter(method=search, label="A part of the code or the name.")
    noun = next((each.key for each in nouns.registered() if each.model is model), "")
    if noun:
        members["alias"] = AliasFilter(noun)
    if registry.has(noun):
        members["property"] = PropertyFilter(noun)
    return type(f"{model.__name__}Filters", (FilterSet,), members)


def search_code(rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
    """Those whose code holds the text."""
    return rows.filter(code__icontains=value)


def search_code_or_name(rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
    """Those whose code or name holds the text."""
    return rows.filter(Q(code__icontains=value) | Q(name__icontains=value))
