"""A list of orders: each becomes an order with its one job, released; what is there already stays as it is."""

from datetime import datetime, time
from typing import Any

from mom.accounts.models import Site
from mom.core.engine.units import PIECES
from mom.core.use_case import UseCase
from mom.erp.engine.problems import ProblemCode
from mom.erp.services.tables.master import named
from mom.erp.services.tables.planned import Fate, Planned, refuse_twice, taken, values_of
from mom.plant import permissions as plant_permissions
from mom.plant.models import BusinessPartner, Equipment, MaterialDefinition
from mom.work import permissions
from mom.work.models import WorkRequest
from production.public import NewOrder, add_order, release_order


class Orders:
    """Production orders. A material that the plant lacks is added, in pieces; a machine must be there."""

    permissions: tuple[str, ...] = (permissions.PLAN_WORK_REQUEST, plant_permissions.CHANGE)

    def plan(self, site: Site, planned: list[Planned]) -> None:
        """An order number that is there is the same where material and quantity agree, else refused."""
        refuse_twice(planned, "code")
        machines = set(
            Equipment.objects.filter(site=site, code__in=values_of(planned, "machine")).values_list("code", flat=True)
        )
        units = dict(
            MaterialDefinition.objects.filter(site=site, code__in=values_of(planned, "material")).values_list(
                "code", "unit"
            )
        )
        known = self._known(site, values_of(planned, "code"))
        for each in taken(planned):
            self._judge(each, known, machines, units)

    @staticmethod
    def _known(site: Site, codes: set[str]) -> dict[str, tuple[Any, Any]]:
        rows = WorkRequest.objects.filter(site=site, code__in=codes)
        return {
            code: (material, quantity)
            for code, material, quantity in rows.values_list(
                "code", "production_request__definition__code", "production_request__quantity"
            )
        }

    @staticmethod
    def _judge(each: Planned, known: dict[str, Any], machines: set[str], units: dict[str, str]) -> None:
        values = each.row.values
        if values["quantity"] == 0:
            each.refuse(ProblemCode.NUMBER_ZERO, "quantity")
        elif units.get(values["material"], "C62") in PIECES and values["quantity"] % 1:
            each.refuse(ProblemCode.NUMBER_NOT_WHOLE, "quantity", values["quantity"])
        if values.get("machine") and values["machine"] not in machines:
            each.refuse(ProblemCode.NOT_THERE, "machine", values["machine"], "machine")
        there = known.get(values["code"])
        if there is not None and there == (values["material"], values["quantity"]):
            each.fate = Fate.SAME if each.fate == Fate.NEW else each.fate
        elif there is not None:
            each.refuse(ProblemCode.EXISTS_OTHERWISE, "code", values["code"], f"{there[0]}, {there[1]:f}")

    def apply(self, act: UseCase, site: Site, planned: list[Planned]) -> None:
        """Add the new orders and release them: who brings a list of orders wants them on the floor."""
        new = [each for each in planned if each.fate == Fate.NEW]
        materials = named(act, MaterialDefinition, site, values_of(new, "material"))
        customers = named(act, BusinessPartner, site, values_of(new, "customer"), is_customer=True)
        machines = {row.code: row for row in Equipment.objects.filter(site=site, code__in=values_of(new, "machine"))}
        for each in new:
            values = each.row.values
            request = add_order(
                act,
                site,
                NewOrder(
                    code=values["code"],
                    definition=materials[values["material"]],
                    quantity=values["quantity"],
                    due_at=end_of_day(site, values.get("due")),
                    priority=values.get("priority", 50),
                    partner=customers.get(values.get("customer", "")),
                    operation=values.get("operation", ""),
                    equipment=machines.get(values.get("machine", "")),
                ),
            )
            release_order(act, request)


def end_of_day(site: Site, day: Any) -> datetime | None:
    """Due on a day is due at its last second, on the plant's clock."""
    return None if day is None else datetime.combine(day, time(23, 59, 59), tzinfo=site.zone)
