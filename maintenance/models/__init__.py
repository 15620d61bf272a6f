"""What maintenance keeps: requests, jobs, job plans, and plans that come due."""

from maintenance.models.job_plan import JobPlan, JobPlanPart, JobPlanStep, JobPlanVersion
from maintenance.models.maintenance_job import MaintenanceJob, MaintenanceStep, MaintenanceWait
from maintenance.models.maintenance_plan import MaintenancePlan, MeterDay, PlanOccurrence
from maintenance.models.maintenance_request import MaintenanceRequest

__all__ = [
    "JobPlan",
    "JobPlanPart",
    "JobPlanStep",
    "JobPlanVersion",
    "MaintenanceJob",
    "MaintenancePlan",
    "MaintenanceRequest",
    "MaintenanceStep",
    "MaintenanceWait",
    "MeterDay",
    "PlanOccurrence",
]
