"""A draft, changed on pages: its head, its operations, their materials and steps. Each form is one act."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django.contrib import messages
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mom.core.errors import InvalidInput, NotFound
from mom.core.files.selectors import attachments_of
from mom.core.models import Attachment
from mom.core.web.views import Crumb, FormPage
from mom.plant.models import Equipment, MaterialDefinition
from mom.work.engine.terms import MaterialUse
from production import permissions
from production.engine.terms import OutOfLimit, StepKind
from production.forms_definition import (
    DefinitionForm,
    HeadForm,
    MaterialForm,
    NothingForm,
    OperationForm,
    StepForm,
    minutes_of,
)
from production.models import OperationsDefinition
from production.selectors.definition import definition_get
from production.selectors.order import machine_choices, material_choices
from production.services import operations_definition as service
from production.services.operations_definition import NewDefinition, NewMaterial, NewSegment, NewStep
from production.views.definition import definition_url


class DefinitionPage(FormPage):
    """An act on definitions."""

    permission = permissions.CHANGE_DEFINITION

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("production:definition_list")

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Definitions"), reverse("production:definition_list")),)

    def material_of(self, code: str) -> MaterialDefinition:
        """Raises: InvalidInput."""
        found = MaterialDefinition.objects.filter(site=self.site, code=code, is_active=True).first()
        if found is None:
            sentence = _t("There is no material %(code)s. Add it under Materials first.")
            raise InvalidInput({"material": [sentence % {"code": code}]})
        return found

    def machine_of(self, code: str) -> Equipment | None:
        """Raises: InvalidInput."""
        found = Equipment.objects.filter(site=self.site, code=code, is_active=True).first() if code else None
        if code and found is None:
            sentence = _t("There is no machine %(code)s. Add it under Machines first.")
            raise InvalidInput({"machine": [sentence % {"code": code}]})
        return found


class DefinitionNew(DefinitionPage):
    """A new definition with its first operation, which makes the product."""

    title = _("Add a definition")
    intro = _("It begins with one operation. Further ones, materials and steps are added to the draft.")
    submit_label = _("Add definition")
    form_class = DefinitionForm
    success_message = _("The draft was added. Orders are made by it as soon as it is approved.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"materials": material_choices(self.site), "machines": machine_choices(self.site)}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        data = form.cleaned_data
        product = self.material_of(data["material"])
        makes = NewMaterial(product, data["batch_quantity"], MaterialUse.PRODUCED)
        times = {name: data[name] for name in ("setup_duration", "run_duration")}
        first = NewSegment(data["operation"], [makes], self.machine_of(data["machine"]), **times)
        new = NewDefinition(data["code"], product, data["batch_quantity"], [first], name=data["name"])
        return definition_url(service.create(self.actor, self.site, new))


class OnDefinition(DefinitionPage):
    """An act on one version."""

    @cached_property
    def definition(self) -> OperationsDefinition:
        """Raises: NotFound."""
        return definition_get(self.actor, self.site, self.kwargs["code"], self.kwargs["number"])

    @cached_property
    def content(self) -> NewDefinition:
        """What it says now."""
        return service.as_new(self.definition)

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return definition_url(self.definition)

    def get_crumbs(self) -> Sequence[Crumb]:
        return (*super().get_crumbs(), Crumb(str(self.definition), self.cancel_url))

    def get_intro(self) -> str:
        return str(self.definition)


class DefinitionNewVersion(OnDefinition):
    """Begins the next version with the content of this one."""

    title = _("New version")
    submit_label = _("New version")
    form_class = NothingForm

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        made = service.new_version(self.actor, self.definition.pk)
        messages.success(
            self.request, _t("%(definition)s is a draft: change it, then approve it.") % {"definition": made}
        )
        return definition_url(made)


class DraftAct(OnDefinition):
    """A change of a draft: `alter` gives the content that it gets."""

    submit_label = _("Keep")
    form_class: ClassVar[Any] = NothingForm

    def alter(self, content: NewDefinition, form: Any) -> NewDefinition:
        """The changed content. Raises: MomError."""
        raise NotImplementedError

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        service.change(self.actor, self.definition.pk, lambda content: self.alter(content, form))
        return self.cancel_url

    def segment_of(self, content: NewDefinition) -> NewSegment:
        """The operation at this address. Raises: NotFound."""
        for segment in content.segments:
            if segment.sequence == self.kwargs["sequence"]:
                return segment
        raise NotFound

    def with_segment(self, content: NewDefinition, new: NewSegment) -> NewDefinition:
        """The same with another content of the operation at this address."""
        old = self.segment_of(content)
        segments = [new if segment is old else segment for segment in content.segments]
        return replace(content, segments=sorted(segments, key=lambda each: each.sequence or 0))

    def place(self, many: int) -> int:
        """Which line or step of the operation is meant: their positions are tens. Raises: NotFound."""
        index = int(self.kwargs["position"]) // 10 - 1
        if self.kwargs["position"] % 10 or not 0 <= index < many:
            raise NotFound
        return index


class DraftHead(DraftAct):
    """Product, batch and name."""

    title = _("Change the definition")
    form_class = HeadForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"materials": material_choices(self.site)}

    def get_initial(self) -> dict[str, Any]:
        now = self.content
        return {"material": now.material.code, "name": now.name, "batch_quantity": now.batch_quantity.normalize()}

    def alter(self, content: NewDefinition, form: Any) -> NewDefinition:
        data = form.cleaned_data
        product = self.material_of(data["material"])
        return replace(content, material=product, name=data["name"], batch_quantity=data["batch_quantity"])


class OperationAdd(DraftAct):
    """One more operation; until it says otherwise it hands the product on."""

    title = _("Add an operation")
    submit_label = _("Add operation")
    form_class = OperationForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"machines": machine_choices(self.site)}

    def alter(self, content: NewDefinition, form: Any) -> NewDefinition:
        makes = NewMaterial(content.material, content.batch_quantity, MaterialUse.PRODUCED)
        last = max(segment.sequence or 0 for segment in content.segments)
        new = self.written(NewSegment("", [makes], sequence=last // 10 * 10 + 10), form)
        return replace(content, segments=sorted([*content.segments, new], key=lambda each: each.sequence or 0))

    def written(self, segment: NewSegment, form: Any) -> NewSegment:
        """The operation as the form says it. Raises: InvalidInput."""
        data = form.cleaned_data
        return replace(
            segment,
            name=data["name"],
            equipment=self.machine_of(data["machine"]),
            setup_duration=data["setup_duration"],
            run_duration=data["run_duration"],
            sequence=data["sequence"] or segment.sequence,
        )


class OperationChange(OperationAdd):
    """Name, number, machine and times of an operation."""

    title = _("Change an operation")
    submit_label = _("Keep")

    def get_initial(self) -> dict[str, Any]:
        now = self.segment_of(self.content)
        return {
            "name": now.name,
            "sequence": now.sequence,
            "machine": now.equipment.code if now.equipment else "",
            "setup_duration": minutes_of(now.setup_duration),
            "run_duration": minutes_of(now.run_duration),
        }

    def alter(self, content: NewDefinition, form: Any) -> NewDefinition:
        return self.with_segment(content, self.written(self.segment_of(content), form))


class OperationRemove(DraftAct):
    """Takes an operation out of the draft."""

    title = _("Remove operation")
    submit_label = _("Remove operation")
    submit_look = "danger"

    def get_intro(self) -> str:
        segment = self.segment_of(self.content)
        return f"{self.definition}: {segment.sequence} {segment.name}"

    def alter(self, content: NewDefinition, form: Any) -> NewDefinition:
        gone = self.segment_of(content)
        return replace(content, segments=[segment for segment in content.segments if segment is not gone])


class MaterialAdd(DraftAct):
    """One more material of an operation."""

    title = _("Add a material")
    submit_label = _("Add material")
    form_class: ClassVar[Any] = MaterialForm

    def get_intro(self) -> str:
        segment = self.segment_of(self.content)
        return f"{self.definition}: {segment.sequence} {segment.name}"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"materials": material_choices(self.site)}

    def written(self, form: Any) -> NewMaterial:
        """The line as the form says it. Raises: InvalidInput."""
        data = form.cleaned_data
        use, how = MaterialUse(data["use"]), {name: data[name] for name in ("is_scaled", "is_backflushed")}
        return NewMaterial(self.material_of(data["material"]), data["quantity"], use, **how)

    def alter(self, content: NewDefinition, form: Any) -> NewDefinition:
        segment = self.segment_of(content)
        return self.with_segment(content, replace(segment, materials=[*segment.materials, self.written(form)]))


class MaterialChange(MaterialAdd):
    """Another quantity or use of a material."""

    title = _("Change a material")
    submit_label = _("Keep")

    def get_initial(self) -> dict[str, Any]:
        lines = self.segment_of(self.content).materials
        now = lines[self.place(len(lines))]
        return {"material": now.material.code, "quantity": now.quantity.normalize(), "use": now.use.value,
                "is_scaled": now.is_scaled, "is_backflushed": now.is_backflushed}  # fmt: skip

    def alter(self, content: NewDefinition, form: Any) -> NewDefinition:
        segment = self.segment_of(content)
        lines = list(segment.materials)
        at = self.place(len(lines))
        lines[at] = replace(self.written(form), basis=lines[at].basis)
        return self.with_segment(content, replace(segment, materials=lines))


class MaterialRemove(MaterialAdd):
    """Takes a material out of an operation."""

    title = _("Remove material")
    submit_label = _("Remove material")
    submit_look = "danger"
    form_class = NothingForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {}

    def alter(self, content: NewDefinition, form: Any) -> NewDefinition:
        segment = self.segment_of(content)
        lines = list(segment.materials)
        del lines[self.place(len(lines))]
        return self.with_segment(content, replace(segment, materials=lines))


class StepAdd(DraftAct):
    """One more step of the work instruction of an operation."""

    title = _("Add a step")
    submit_label = _("Add step")
    form_class: ClassVar[Any] = StepForm

    def get_intro(self) -> str:
        segment = self.segment_of(self.content)
        return f"{self.definition}: {segment.sequence} {segment.name}"

    @cached_property
    def pictures(self) -> list[Attachment]:
        """The pictures among the files of the product."""
        product = self.definition.material
        rows = attachments_of(self.site.code, product._meta.label_lower, str(product.pk), self.now)
        return [row for row in rows if row.is_picture and row.withdrawn_at is None]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"pictures": [(row.pk, row.title) for row in self.pictures]}

    def written(self, form: Any) -> NewStep:
        """The step as the form says it."""
        data = dict(form.cleaned_data)
        chosen = data.pop("picture", None)
        words = {"kind": StepKind(data["kind"]), "out_of_limit": OutOfLimit(data["out_of_limit"])}
        picture = next((row for row in self.pictures if row.pk == chosen), None)
        return NewStep(**{**data, **words}, picture=picture)

    def alter(self, content: NewDefinition, form: Any) -> NewDefinition:
        segment = self.segment_of(content)
        return self.with_segment(content, replace(segment, steps=[*segment.steps, self.written(form)]))


class StepChange(StepAdd):
    """A step, changed."""

    title = _("Change a step")
    submit_label = _("Keep")

    def get_initial(self) -> dict[str, Any]:
        steps = self.segment_of(self.content).steps
        now = steps[self.place(len(steps))]
        plain = ("title", "text", "is_mandatory", "unit", "expected")
        amounts = {name: value.normalize() if (value := getattr(now, name)) is not None else None
                   for name in ("lower_limit", "upper_limit")}  # fmt: skip
        return {
            **{name: getattr(now, name) for name in plain},
            **amounts,
            "kind": now.kind.value,
            "out_of_limit": now.out_of_limit.value,
            "choices": ", ".join(now.choices),
            "picture": now.picture.pk if now.picture else None,
        }

    def alter(self, content: NewDefinition, form: Any) -> NewDefinition:
        segment = self.segment_of(content)
        steps = list(segment.steps)
        steps[self.place(len(steps))] = self.written(form)
        return self.with_segment(content, replace(segment, steps=steps))


class StepRemove(StepAdd):
    """Takes a step out."""

    title = _("Remove step")
    submit_label = _("Remove step")
    submit_look = "danger"
    form_class = NothingForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {}

    def alter(self, content: NewDefinition, form: Any) -> NewDefinition:
        segment = self.segment_of(content)
        steps = list(segment.steps)
        del steps[self.place(len(steps))]
        return self.with_segment(content, replace(segment, steps=steps))
