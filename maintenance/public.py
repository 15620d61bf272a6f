"""Maintenance's door for the storeys above: what they may read, and a call for a repair within their transaction."""

from maintenance.engine.due import Compliance
from maintenance.permissions import REQUEST, VIEW
from maintenance.selectors.compliance import compliance, compliance_by_machine_and_time, due_dates_ended
from maintenance.services.maintenance_request import NewRequest
from maintenance.services.maintenance_request import add as add_request

__all__ = [
    "REQUEST",
    "VIEW",
    "Compliance",
    "NewRequest",
    "add_request",
    "compliance",
    "compliance_by_machine_and_time",
    "due_dates_ended",
]
