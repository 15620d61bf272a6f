"""The spine's door for the storeys above: what joins their transactions, and what they may read."""

from mom.work.gate import Blocker, blockers, register_blockers
from mom.work.job_kinds import (
    JobKind,
    PartedJob,
    job_kind,
    register_job_kind,
    register_part_step,
    register_report_step,
    register_withdrawal_step,
)
from mom.work.planners import register_planner
from mom.work.selectors.gate_rule import levels_at as gate_levels
from mom.work.selectors.record import register_words as register_log_words
from mom.work.services.alert import accept as accept_alert
from mom.work.services.alert import arrive as arrive_alert
from mom.work.services.alert import solve as solve_alert
from mom.work.services.alert_raise import NewAlert, raise_alert
from mom.work.services.alert_raise import clear as clear_alert
from mom.work.services.equipment_reservation import add as reserve_equipment
from mom.work.services.job_offshoot import Offshoot, Parent, be_awaited_instead, be_awaited_like, parent_of, wait_like
from mom.work.services.job_offshoot import add as add_offshoot
from mom.work.services.job_offshoot import reopen as reopen_order
from mom.work.services.job_order import Input, NewJob, Output
from mom.work.services.job_order import add as add_job_order
from mom.work.services.job_order import add_all as add_jobs
from mom.work.services.job_order import add_inputs as add_job_inputs
from mom.work.services.job_order import follow as follow_job_orders
from mom.work.services.job_order import locked as lock_job_order
from mom.work.services.job_order import move as move_job_order
from mom.work.services.job_plan import set_planned as set_planned_times
from mom.work.services.quantity_report import Reported
from mom.work.services.quantity_report import add as add_reports
from mom.work.services.reported_work import (
    ReportedJob,
    ReportedOutput,
    ReportedWork,
    add_job_orders,
    add_orders,
    job_order_ids,
    order_ids,
    output_ids,
    record_reported_work,
)
from mom.work.services.told_time import moment_after, occurred
from mom.work.services.work_request import add as add_work_request
from mom.work.services.work_request import locked as lock_work_request
from mom.work.services.work_request_command import locked_jobs as lock_jobs
from mom.work.services.work_request_command import move as move_work_request

__all__ = [
    "Blocker",
    "Input",
    "JobKind",
    "NewAlert",
    "NewJob",
    "Offshoot",
    "Output",
    "Parent",
    "PartedJob",
    "Reported",
    "ReportedJob",
    "ReportedOutput",
    "ReportedWork",
    "accept_alert",
    "add_job_inputs",
    "add_job_order",
    "add_job_orders",
    "add_jobs",
    "add_offshoot",
    "add_orders",
    "add_reports",
    "add_work_request",
    "arrive_alert",
    "be_awaited_instead",
    "be_awaited_like",
    "blockers",
    "clear_alert",
    "follow_job_orders",
    "gate_levels",
    "job_kind",
    "job_order_ids",
    "lock_job_order",
    "lock_jobs",
    "lock_work_request",
    "moment_after",
    "move_job_order",
    "move_work_request",
    "occurred",
    "order_ids",
    "output_ids",
    "parent_of",
    "raise_alert",
    "record_reported_work",
    "register_blockers",
    "register_job_kind",
    "register_log_words",
    "register_part_step",
    "register_planner",
    "register_report_step",
    "register_withdrawal_step",
    "reopen_order",
    "reserve_equipment",
    "set_planned_times",
    "solve_alert",
    "wait_like",
]
