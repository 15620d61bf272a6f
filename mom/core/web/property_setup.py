"""Setup of properties and number ranges: which there are, and how they are changed."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core import nouns, numbers
from mom.core.errors import NotFound
from mom.core.models import NumberRange, PropertyDefinition
from mom.core.models.number_range import RESETS
from mom.core.permissions_declared import CHANGE_NUMBER_RANGE, CHANGE_PROPERTY, VIEW_PROPERTY
from mom.core.properties import defining
from mom.core.web import printing
from mom.core.web.lists import Empty, ListPage
from mom.core.web.property_forms import DefinitionForm, NumberRangeForm
from mom.core.web.tables import Column, SavedFilter
from mom.core.web.views import Action, Crumb, FormPage

Text = str | Promise


def _noun_label(row: Any) -> Text:
    return nouns.get(row.noun).label


def _unit(row: PropertyDefinition) -> str:
    return printing.unit(row.unit) if row.unit else ""


class PropertyList(ListPage):
    """Every property that can be said of something at the site."""

    permission = VIEW_PROPERTY
    title = _("Properties")
    intro = _("What is kept of machines, assets, people, materials, lots and jobs besides their own fields.")
    counted = ngettext_lazy("%(count)s property", "%(count)s properties", "count")
    default_sort = "name"
    search_fields = ("code", "name")
    search_label = _("Find a property")
    saved_filters = (
        SavedFilter("used", _("In use"), Q(is_deprecated=False)),
        SavedFilter("deprecated", _("No longer used"), Q(is_deprecated=True)),
    )

    @property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        """The name leads to the form of who may change it."""
        link = self._change if self.may(CHANGE_PROPERTY) else None
        return (
            Column("name", _("Name"), link=link),
            Column("code", _("Code"), kind="code"),
            Column("noun", _("Of"), _noun_label, sort="noun"),
            Column("type", _("Type"), "get_data_type_display", sort="data_type"),
            Column("unit", _("Unit"), _unit, sort="unit"),
            Column("values", _("Values"), "value_count", kind="number"),
        )

    def _change(self, row: PropertyDefinition) -> str:
        return reverse("web:property_change", args=[row.pk])

    def _add(self, look: str = "") -> Action | None:
        if not self.may(CHANGE_PROPERTY):
            return None
        return Action(_("Add property"), reverse("web:property_add"), "plus", look)

    def get_actions(self) -> Sequence[Action]:
        add = self._add()
        return (add,) if add else ()

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        return Empty(
            _("No properties yet"),
            _("A property says something with a type and a unit: spindle power in kW, hardness, colour. Add one."),
            action=self._add("primary"),
        )

    def get_rows(self) -> QuerySet[PropertyDefinition]:
        return PropertyDefinition.objects.filter(site=self.site.code).annotate(value_count=Count("values"))


class PropertyAdd(FormPage):
    """Defines a property."""

    permission = CHANGE_PROPERTY
    title: ClassVar[Text] = _("Add property")
    form_class = DefinitionForm
    submit_label = _("Add property")
    success_message = _("The property was added.")

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("web:property_list")

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Properties"), reverse("web:property_list")),)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"is_new": True}

    def submit(self, form: Any) -> str:
        values = {name: value for name, value in form.cleaned_data.items() if name not in {"version", "noun"}}
        defining.definition_add(self.actor, self.site.code, form.cleaned_data["noun"], **values)
        return self.cancel_url


class PropertyChange(PropertyAdd):
    """Changes a property from the version that was read."""

    submit_label = _("Save changes")
    success_message = _("The change was saved.")

    @cached_property
    def definition(self) -> PropertyDefinition:
        """Raises: NotFound."""
        found = PropertyDefinition.objects.filter(pk=self.kwargs["pk"], site=self.site.code).first()
        if found is None:
            raise NotFound
        return found

    def get_title(self) -> Text:
        return self.definition.name

    def get_subtitle(self) -> Text:
        return self.definition.code

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"is_new": False}

    def get_initial(self) -> dict[str, Any]:
        row = self.definition
        return {
            "name": row.name, "data_type": row.data_type, "unit": row.unit, "choices": "\n".join(row.choices),
            "description": row.description, "is_deprecated": row.is_deprecated, "version": row.version,
        }  # fmt: skip

    def submit(self, form: Any) -> str:
        values = dict(form.cleaned_data)
        version = values.pop("version")
        defining.definition_change(self.actor, self.definition.pk, version=version, **values)
        return self.cancel_url


class NumberRangeList(ListPage):
    """How each noun is numbered where somebody leaves its code blank."""

    permission = VIEW_PROPERTY
    title = _("Number ranges")
    intro = _("Where a code is left blank, the next number of its range is given.")
    counted = ngettext_lazy("%(count)s range", "%(count)s ranges", "count")
    empty = Empty(_("Nothing is numbered yet"), _("Orders, lots and materials bring their ranges along."))

    @property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        """The noun leads to the form of who may change it."""
        link = self._change if self.may(CHANGE_NUMBER_RANGE) else None
        return (
            Column("noun", _("Of"), _noun_label, link=link),
            Column("pattern", _("Pattern"), kind="code"),
            Column("next", _("Next number"), self._next, kind="code"),
            Column("resets", _("Starts again"), lambda row: RESETS.label(row.resets), minor=True),
            Column("gaps", _("Without gaps"), "is_gapless", minor=True),
        )

    def _change(self, row: NumberRange) -> str:
        return reverse("web:number_range", args=[row.noun])

    def _next(self, row: NumberRange) -> str:
        return numbers.preview(row, self.site, self.now)

    def get_rows(self) -> list[NumberRange]:
        return numbers.ranges_of(self.site.code)


class NumberRangeChange(FormPage):
    """Changes how a noun is numbered."""

    permission = CHANGE_NUMBER_RANGE
    form_class = NumberRangeForm
    submit_label = _("Save changes")
    success_message = _("The number range was changed.")

    @cached_property
    def row(self) -> NumberRange:
        """Raises: NotFound."""
        try:
            return numbers.range_of(self.site.code, self.kwargs["noun"])
        except LookupError:
            raise NotFound from None

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("web:number_range_list")

    def get_title(self) -> Text:
        return _t("Numbers of: %(noun)s") % {"noun": _noun_label(self.row)}

    def get_intro(self) -> Text:
        return _t("Next: %(number)s") % {"number": numbers.preview(self.row, self.site, self.now)}

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Number ranges"), self.cancel_url),)

    def get_initial(self) -> dict[str, Any]:
        row = self.row
        version = row.version if row.pk else None
        return {
            "pattern": row.pattern, "resets": row.resets, "first": row.first, "is_gapless": row.is_gapless,
            "version": version,
        }  # fmt: skip

    def submit(self, form: Any) -> str:
        values = dict(form.cleaned_data)
        version = values.pop("version")
        numbers.number_range_set(self.actor, self.site.code, self.row.noun, version=version, **values)
        return self.cancel_url
