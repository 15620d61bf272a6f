"""The spine that four domains share. One noun a file; import models from here."""

from mom.work.models.alert import Alert, AlertNotice, AlertStep
from mom.work.models.alert_team import AlertTeam, AlertTeamMember, EscalationStep, RotaEntry
from mom.work.models.cleaning_rule import CleaningRule
from mom.work.models.energy_use import EnergyUse
from mom.work.models.equipment_condition import EquipmentCondition
from mom.work.models.equipment_reservation import EquipmentReservation
from mom.work.models.fact import Fact
from mom.work.models.gate_override import GateOverride
from mom.work.models.gate_rule import GateRule
from mom.work.models.job_order import JobDependency, JobOrder, JobRequirement
from mom.work.models.job_response import JobResponse, LabourEntry, Run
from mom.work.models.quantity_report import OutputTotal, QuantityReport
from mom.work.models.work_request import WorkRequest

__all__ = [
    "Alert",
    "AlertNotice",
    "AlertStep",
    "AlertTeam",
    "AlertTeamMember",
    "CleaningRule",
    "EnergyUse",
    "EquipmentCondition",
    "EquipmentReservation",
    "EscalationStep",
    "Fact",
    "GateOverride",
    "GateRule",
    "JobDependency",
    "JobOrder",
    "JobRequirement",
    "JobResponse",
    "LabourEntry",
    "OutputTotal",
    "QuantityReport",
    "RotaEntry",
    "Run",
    "WorkRequest",
]
