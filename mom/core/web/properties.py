"""Properties and aliases on the pages: the two cards of a thing, the page with all of them, and what changes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mom.core import aliases, clock, nouns
from mom.core.engine.properties import Content
from mom.core.errors import InvalidInput, NotAllowed, NotFound
from mom.core.models import Alias, PropertyDefinition, PropertyValue
from mom.core.permissions_declared import VIEW_PROPERTY
from mom.core.properties import contents, reading, registry, writing
from mom.core.web import printing
from mom.core.web.property_forms import AliasForm, EndForm, ValueForm
from mom.core.web.views import Crumb, FormPage, Page, PageMixin

Text = str | Promise
PROPERTIES_TEMPLATE = "core/property/panel.html"
ALIASES_TEMPLATE = "core/alias/panel.html"


@dataclass(frozen=True)
class Line:
    """One property as it stands in a card."""

    name: str
    help: str
    value: str
    limits: str
    target: str
    is_outside: bool
    conflict: tuple[tuple[str, str], ...]
    """Where classes contradict each other: each class with its value."""
    source: str
    set_url: str


def line_of(known: reading.Known, set_url: str = "") -> Line:
    """A resolved property, printed."""
    resolved, definition = known.resolved, known.definition
    content = resolved.stated.content if resolved.stated else Content()
    conflict: tuple[tuple[str, str], ...] = ()
    if resolved.is_conflict:
        said = zip(known.sources, resolved.candidates, strict=True)
        conflict = tuple((code, contents.printed(each.content)) for code, each in said)
    return Line(
        name=definition.name,
        help=definition.description,
        value="" if conflict else contents.printed(content),
        limits=contents.limits(content) if content.value is not None else "",
        target=printing.quantity(content.target, content.unit) if content.target is not None else "",
        is_outside=content.is_outside,
        conflict=conflict,
        source=", ".join(dict.fromkeys(known.sources)),
        set_url=set_url,
    )


def set_url(definition: PropertyDefinition, noun: str, code: str) -> str:
    """The page on which a property of a thing is set."""
    return reverse("web:property_set", args=[definition.pk, noun, code])


def properties_context(request: HttpRequest, noun: str, subject: Any) -> dict[str, Any]:
    """What the card of properties needs: those that hold now, and the way to set more."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    may_change = actor.may(nouns.get(noun).change, subject.site.code)
    known = reading.properties_of(noun, [subject.pk], clock.now()).get(subject.pk, [])
    return {
        "lines": [line_of(each, set_url(each.definition, noun, subject.code) if may_change else "") for each in known],
        "all_url": reverse("web:property_subject", args=[noun, subject.code]),
        "may_change": may_change,
    }


def aliases_context(request: HttpRequest, noun: str, subject: Any) -> dict[str, Any]:
    """What the card of aliases needs."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    return {
        "aliases": aliases.aliases_of(noun, [subject.pk], clock.now()).get(subject.pk, []),
        "add_url": reverse("web:alias_add", args=[noun, subject.code]),
        "may_change": actor.may(nouns.get(noun).change, subject.site.code),
    }


def cards(request: HttpRequest, noun: str, subject: Any) -> dict[str, Any]:
    """Both cards, for `core/known.html` on a page that is not built of panels."""
    known = properties_context(request, noun, subject) if registry.has(noun) else None
    return {"properties": known, "aliases": aliases_context(request, noun, subject)}


class OfSubject(PageMixin):
    """A page about one thing of any noun: who may see (or change) the noun may open it."""

    permission = VIEW_PROPERTY
    needs_change = False

    def check_permission(self) -> None:
        super().check_permission()
        if not self.may(self.noun.change if self.needs_change else self.noun.view):
            raise NotAllowed

    @cached_property
    def noun(self) -> nouns.Noun:
        """Raises: NotFound."""
        return nouns.named(self.kwargs["noun"])

    @cached_property
    def subject(self) -> Any:
        """Raises: NotFound."""
        return self.noun.get(self.actor, self.site.code, self.kwargs["code"])

    @property
    def subject_url(self) -> str:
        """The page of the thing; where it has none, that of its properties."""
        if self.noun.address is not None:
            return self.noun.address(self.subject)
        return reverse("web:property_subject", args=[self.noun.key, self.subject.code])

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(self.subject.code, self.subject_url),)


class PropertySubject(OfSubject, Page):
    """Everything that is known or can be said of a thing or a class, with what was said before, and its aliases."""

    template_name = "core/property/subject.html"

    def get_title(self) -> Text:
        return _t("Properties of %(thing)s") % {"thing": self.subject.code}

    def get_subtitle(self) -> Text:
        return str(getattr(self.subject, "name", ""))

    def get_crumbs(self) -> Sequence[Crumb]:
        here = reverse("web:property_subject", args=[self.noun.key, self.subject.code])
        return () if self.subject_url == here else super().get_crumbs()

    def get_context(self) -> dict[str, Any]:
        noun, subject = self.noun.key, self.subject
        may_change = self.may(self.noun.change)
        rows = list(reading.history(noun, subject.pk)) if registry.kinds_on(noun) else []
        current = {row.definition_id: row for row in rows if _holds(row, self.now)}
        known = reading.properties_of(noun, [subject.pk], self.now).get(subject.pk, []) if registry.has(noun) else []
        said = {each.definition.pk for each in known}
        lines = [line_of(each, self._set(each.definition, may_change)) for each in known]
        lines += [self._own(row, may_change) for key, row in current.items() if key not in said]
        open_ones = [
            (each, self._set(each, may_change), self._of(each))
            for each in reading.definitions_for(self.site.code, noun)
            if each.pk not in said and each.pk not in current
        ]
        return {
            "lines": lines,
            "open_ones": open_ones,
            "history": [(row, contents.printed(row.content), contents.limits(row.content)) for row in rows],
            "may_change": may_change,
            "has_kinds": bool(registry.kinds_on(noun)),
            **aliases_context(self.request, noun, subject),
        }

    def _set(self, definition: PropertyDefinition, may_change: bool) -> str:
        return set_url(definition, self.noun.key, self.subject.code) if may_change else ""

    def _of(self, definition: PropertyDefinition) -> Text:
        """Of what it is a property, where that is not the thing itself but what inherits from it."""
        return "" if definition.noun == self.noun.key else nouns.get(definition.noun).label

    def _own(self, row: PropertyValue, may_change: bool) -> Line:
        content = row.content
        return Line(
            name=row.definition.name,
            help=row.definition.description,
            value=contents.printed(content),
            limits=contents.limits(content) if content.value is not None else "",
            target=printing.quantity(content.target, content.unit) if content.target is not None else "",
            is_outside=content.is_outside,
            conflict=(),
            source="",
            set_url=self._set(row.definition, may_change),
        )


def _holds(row: PropertyValue, now: Any) -> bool:
    return row.valid_from <= now and (row.valid_until is None or row.valid_until > now)


class PropertySet(OfSubject, FormPage):
    """Says what a property of a thing is from an instant on."""

    needs_change = True
    form_class = ValueForm
    submit_label = _("Set value")
    success_message = _("The value was set.")

    @cached_property
    def definition(self) -> PropertyDefinition:
        """Raises: NotFound for a property that such a thing does not have."""
        found = reading.definitions_for(self.site.code, self.noun.key).filter(pk=self.kwargs["definition"]).first()
        if found is None:
            raise NotFound
        return found

    @cached_property
    def present(self) -> Content | None:
        rows = reading.history(self.noun.key, self.subject.pk).filter(definition=self.definition)
        row = next((each for each in rows if _holds(each, self.now)), None)
        return row.content if row else None

    @property
    def back_url(self) -> str:
        return reverse("web:property_subject", args=[self.noun.key, self.subject.code])

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return self.back_url

    def get_title(self) -> Text:
        return self.definition.name

    def get_subtitle(self) -> Text:
        return str(self.subject.code)

    def get_intro(self) -> Text:
        return self.definition.description

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"definition": self.definition}

    def get_initial(self) -> dict[str, Any]:
        held = self.present
        if held is None:
            return {"unit": self.definition.unit}
        limits = {name: contents.plain_number(getattr(held, name)) for name in contents.LIMITS}
        return {"value": contents.plain(held), "unit": held.unit, **limits}

    def submit(self, form: Any) -> str:
        sent: Mapping[str, Any] = form.cleaned_data
        content = contents.read_content(self.definition, sent)
        writing.property_set(
            self.actor,
            self.noun.key,
            self.subject,
            self.definition,
            content,
            valid_from=sent["valid_from"],
            reason=sent["reason"],
        )
        return self.back_url


class PropertyEnd(OfSubject, FormPage):
    """Ends a value, so that what it inherits holds again."""

    needs_change = True
    form_class = EndForm
    title = _("End value")
    submit_label = _("End value")
    success_message = _("The value ends.")

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("web:property_subject", args=[self.noun.key, self.subject.code])

    def submit(self, form: Any) -> str:
        row = PropertyValue.objects.filter(
            pk=self.kwargs["pk"], holder=self.noun.key, subject_id=self.subject.pk
        ).first()
        if row is None:
            raise NotFound
        writing.property_end(self.actor, row.pk, at=form.cleaned_data["at"], reason=form.cleaned_data["reason"])
        return self.cancel_url


class AliasAdd(OfSubject, FormPage):
    """Says what another system calls a thing."""

    needs_change = True
    form_class = AliasForm
    title = _("Add alias")
    submit_label = _("Add alias")
    success_message = _("The alias was added.")

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return self.subject_url

    def submit(self, form: Any) -> str:
        sent = form.cleaned_data
        aliases.alias_add(
            self.actor, self.noun.key, self.subject, sent["system"], sent["external_id"], reason=sent["reason"]
        )
        return self.subject_url


class AliasEnd(FormPage):
    """Ends an alias; its number may then name something else."""

    permission = VIEW_PROPERTY
    form_class = EndForm
    title = _("End alias")
    submit_label = _("End alias")
    success_message = _("The alias ends.")

    @cached_property
    def alias(self) -> Alias:
        """Raises: NotFound, also where the thing may not be changed: the two look the same."""
        found = Alias.objects.filter(pk=self.kwargs["pk"], site=self.site.code).first()
        if found is None or not self.may(nouns.get(found.noun).change):
            raise NotFound
        return found

    def get_subtitle(self) -> Text:
        return str(self.alias)

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        noun = nouns.get(self.alias.noun)
        subject: Any = noun.model._default_manager.filter(pk=self.alias.subject_id).first()
        if subject is None:
            raise NotFound
        if noun.address is not None:
            return noun.address(subject)
        return reverse("web:property_subject", args=[noun.key, subject.code])

    def submit(self, form: Any) -> str:
        back = self.cancel_url
        if self.alias.valid_until is not None:
            raise InvalidInput({"at": [_t("It ended already.")]})
        aliases.alias_end(self.actor, self.alias.pk, at=form.cleaned_data["at"], reason=form.cleaned_data["reason"])
        return back
