"""A lot's genealogy both ways: levels as columns, steps as a table, receipts and shipments, and the way to hold all."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from inventory import permissions
from inventory.models import StockBalance
from inventory.models.labels import MOVE_KIND
from inventory.selectors.genealogy import Direction, End, Trace, key_of, trace
from inventory.selectors.holds import open_holds_of
from inventory.selectors.material_at_hand import USABLE
from inventory.views.trace_graph import graph_of
from mom.core.errors import NotFound
from mom.core.web import exports, printing
from mom.core.web.tables import Column
from mom.core.web.views import Action, Crumb, DetailPage
from mom.plant.models import MaterialLot
from mom.plant.models.labels import LOT_DISPOSITION
from mom.plant.public import Panel
from mom.plant.selectors.scope import for_actor

WAYS = (("both", _("Both ways")), ("back", _("Where from")), ("forward", _("Where used")))
MOST_STEPS = 300


class LotTrace(DetailPage):
    """What went into a lot, and what was made of it."""

    permission = permissions.VIEW
    template_name = "inventory/trace/detail.html"
    subject_name = "lot"

    def get_subject(self) -> MaterialLot:
        rows = for_actor(MaterialLot.objects.filter(site=self.site), self.actor, permissions.VIEW)
        found = rows.filter(code=self.kwargs["code"]).select_related("definition", "site").order_by("pk").first()
        if found is None:
            raise NotFound
        return found

    def get_title(self) -> str:
        return str(self.subject.code)

    def get_subtitle(self) -> str:
        return f"{self.subject.definition.code} {self.subject.definition.name}".strip()

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Lots"), reverse("plant:lot_list")),)

    @property
    def way(self) -> str:
        """Which way is looked at."""
        asked = self.request.GET.get("way", "both")
        return asked if asked in dict(WAYS) else "both"

    def get_actions(self) -> Sequence[Action]:
        found = [
            Action(_("To the lot"), reverse("plant:lot_detail", args=[self.subject.code]), "inv", "quiet"),
            Action(_("Export CSV"), f"?way={self.way}&export=csv", "down", "quiet"),
        ]
        if self.may(permissions.HOLD_LOTS):
            hold = reverse("inventory:hold_affected", args=[self.subject.code])
            found.append(Action(_("Hold everything affected"), hold, "lock", "danger"))
        return found

    def traced(self) -> dict[Direction, Trace]:
        """Each way that is asked for."""
        return {
            direction: trace(self.subject, direction)
            for direction, ways in ((Direction.BACKWARD, ("both", "back")), (Direction.FORWARD, ("both", "forward")))
            if self.way in ways
        }

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The page, or with `?export=csv` every step."""
        if request.GET.get("export") == "csv":
            return exports.respond("csv", f"{_('Trace')} {self.subject.code}", STEP_COLUMNS, self.steps())
        return super().get(request, *args, **kwargs)

    def steps(self) -> list[dict[str, Any]]:
        """Every step as a row."""
        return [
            {
                "way": WAY_WORDS[direction], "depth": step.depth, "parent": step.parent.code,
                "parent_material": step.parent.material, "child": step.child.code,
                "child_material": step.child.material, "quantity": step.quantity, "unit": step.unit, "at": step.at,
                "job": step.job, "share": "" if step.low == 1 else f"{float(step.low):.3f} - {float(step.high):.3f}",
            }
            for direction, found in self.traced().items()
            for step in found.steps
        ]  # fmt: skip

    def get_context(self) -> dict[str, Any]:
        traced = self.traced()
        states = self._states(traced)
        ends = [
            (MOVE_KIND.label(end.kind), end, states[end.node.code]["theirs"] if end.node.code in states else "")
            for end in self._ends(traced)
        ]
        steps = [(WAY_WORDS[direction], step) for direction, found in traced.items() for step in found.steps]
        shipped = [end for _word, end, _theirs in ends if end.kind == "shipped"]
        lots = {code for found in traced.values() for code in found.codes} - {self.subject.code}
        return {
            "ways": [(key, label, key == self.way) for key, label in WAYS],
            "graph": graph_of(self.subject, traced, [end for _word, end, _theirs in ends], states) if lots else None,
            "steps": steps[:MOST_STEPS],
            "left_out": max(0, len(steps) - MOST_STEPS),
            "ends": ends,
            "many": len(lots),
            "held": sum(1 for each in states.values() if not each["usable"]),
            "shipped": shipped,
            "left": _left(shipped, states),
            "customers": len({end.partner for end in shipped}),
            "holds": open_holds_of(self.subject),
        }

    def _ends(self, traced: dict[Direction, Trace]) -> list[End]:
        """Receipts and shipments, each once: those of the lot itself are found both ways."""
        own, is_both = key_of(self.subject), len(traced) > 1
        return [
            end for direction, found in traced.items() for end in found.ends
            if not (is_both and direction == Direction.BACKWARD and end.node.key == own)
        ]  # fmt: skip

    def _states(self, traced: dict[Direction, Trace]) -> dict[str, dict[str, Any]]:
        """What each lot on the way may be used for, and how much of it lies anywhere. Two statements."""
        codes = {self.subject.code} | {code for found in traced.values() for code in found.codes}
        lots = MaterialLot.objects.filter(site=self.site, code__in=codes)
        names = ("pk", "code", "disposition", "supplier_lot", "definition__name", "definition__unit")
        by_key = {pk: about for pk, *about in lots.values_list(*names)}
        suppliers = {
            end.node.code: end.partner for found in traced.values() for end in found.ends if end.kind == "received"
        }
        there: dict[int, Any] = {}
        rows = StockBalance.objects.filter(lot__in=list(by_key)).exclude(quantity=0)
        for lot, quantity in rows.values_list("lot", "quantity").order_by():
            there[lot] = there.get(lot, 0) + quantity
        return {
            code: {
                "usable": disposition in USABLE or disposition == "closed",
                "word": LOT_DISPOSITION.label(disposition),
                "there": there.get(pk),
                "theirs": supplier_lot,
                "supplier": suppliers.get(code, ""),
                "name": name,
                "unit": unit,
            }
            for pk, (code, disposition, supplier_lot, name, unit) in by_key.items()
        }


def _left(shipped: Sequence[End], states: dict[str, dict[str, Any]]) -> str:
    """How much left the plant, where all of it is counted alike; else empty."""
    units = {states[end.node.code]["unit"] if end.node.code in states else "" for end in shipped}
    if len(units) != 1:
        return ""
    return printing.quantity(sum(abs(end.quantity) for end in shipped), units.pop())


WAY_WORDS = {Direction.BACKWARD: _("Where from"), Direction.FORWARD: _("Where used")}
STEP_COLUMNS = (
    Column("way", _("Way")),
    Column("depth", _("Steps"), kind="number"),
    Column("parent", _("Taken"), kind="code"),
    Column("parent_material", _("Material taken")),
    Column("child", _("Made"), kind="code"),
    Column("child_material", _("Material made")),
    Column("quantity", _("Quantity"), kind="number"),
    Column("unit", _("Unit")),
    Column("at", _("When"), kind="moment"),
    Column("job", _("Job"), kind="code"),
    Column("share", _("Share")),
)


def trace_panel(_request: HttpRequest, subject: MaterialLot) -> Panel:
    """The way to a lot's genealogy, and the holds that keep it."""
    return Panel("inventory/panels/trace.html", {"holds": open_holds_of(subject)})
