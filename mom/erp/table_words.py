"""What the fields of a list are called on screen, and what stands in an empty one to begin with."""

from django.utils.translation import gettext_lazy as _

from mom.erp.engine.table_fields import TableKind

LABELS = {
    TableKind.MACHINES: {
        "code": _("Code"),
        "name": _("Name"),
        "area": _("Area"),
        "classes": _("Classes"),
        "places": _("Jobs at once"),
    },
    TableKind.PEOPLE: {"code": _("Badge"), "name": _("Name"), "skills": _("Skills")},
    TableKind.MATERIALS: {
        "code": _("Code"),
        "name": _("Name"),
        "unit": _("Unit"),
        "tracking": _("Told apart by"),
        "classes": _("Classes"),
    },
    TableKind.ORDERS: {
        "code": _("Order"),
        "material": _("Material"),
        "quantity": _("Quantity"),
        "due": _("Due"),
        "machine": _("Machine"),
        "operation": _("Operation"),
        "priority": _("Priority"),
        "customer": _("Customer"),
    },
    TableKind.STOCK: {
        "material": _("Material"),
        "place": _("Place"),
        "quantity": _("Quantity"),
        "lot": _("Lot"),
        "supplier_lot": _("Supplier's lot"),
        "expires": _("Expires"),
    },
    TableKind.ROUTINGS: {
        "definition": _("Definition"),
        "name": _("Name"),
        "product": _("Product"),
        "batch": _("Batch"),
        "sequence": _("Number of the operation"),
        "operation": _("Operation"),
        "machine": _("Machine"),
        "setup": _("Set-up, minutes"),
        "run": _("Run for one, minutes"),
        "material": _("Material"),
        "quantity": _("Quantity for a batch"),
        "unit": _("Unit"),
        "use": _("Use"),
    },
}

HINTS = {
    TableKind.MACHINES: _("Codes that are there are changed where the list differs. Areas and classes are added."),
    TableKind.PEOPLE: _("Skills are added and hold from today. Nobody gets a sign-in by this."),
    TableKind.MATERIALS: _("Without a unit a material is counted in pieces."),
    TableKind.ORDERS: _("Each order gets one job and is released. A material that is not there is added."),
    TableKind.STOCK: _("What lies where today, once. Materials must be there; places and lots are added."),
    TableKind.ROUTINGS: _(
        "A row for each material of an operation. Each definition that differs gets its next version, as a draft."
    ),
}

EXAMPLES = {
    TableKind.MACHINES: [["CNC-01", "Lathe", "MACHINING", "TURNING", "1"]],
    TableKind.PEOPLE: [["1001", "Eva Lind", "TURNING, FORKLIFT"]],
    TableKind.MATERIALS: [["BAR-20", "Round bar 20 mm", "kg", "lot", "STEEL"]],
    TableKind.ORDERS: [["WO-1", "SHAFT-20", "250", "2026-12-18", "CNC-01", "Turn", "50", "ACME"]],
    TableKind.STOCK: [["BAR-20", "RACK-1", "120.5", "H-2231", "S-77", "2027-06-30"]],
    TableKind.ROUTINGS: [
        ["SHAFT", "Shaft 20", "SHAFT-20", "1", "10", "Turn", "CNC-01", "30", "4.5", "BAR-20", "0.35", "kg", ""],
        ["SHAFT", "", "", "", "20", "Wash", "WASH", "", "0.2", "", "", "", ""],
    ],
}
