"""Addresses of maintenance."""

from django.urls import path

from maintenance.views import board, job, job_plan, plan, request

app_name = "maintenance"
_JOB = "maintenance/jobs/<path:code>/"
_PLAN = "maintenance/plans/<path:code>/"
urlpatterns = [
    path("maintenance/", board.MaintenanceBoard.as_view(), name="board"),
    path("maintenance/call/<path:machine>/", request.CallMaintenance.as_view(), name="call"),
    path("maintenance/requests/<path:code>/accept/", request.RequestAccept.as_view(), name="request_accept"),
    path("maintenance/requests/<path:code>/decline/", request.RequestDecline.as_view(), name="request_decline"),
    path("maintenance/requests/<path:code>/", request.RequestDetail.as_view(), name="request_detail"),
    path("maintenance/jobs/new/", job.JobNew.as_view(), name="job_new"),
    path(_JOB + "arrive/", job.JobArrive.as_view(), name="job_arrive"),
    path(_JOB + "wait/", job.JobWait.as_view(), name="job_wait"),
    path(_JOB + "resume/", job.JobResume.as_view(), name="job_resume"),
    path(_JOB + "repaired/", job.JobRepaired.as_view(), name="job_repaired"),
    path(_JOB + "sign/", job.JobSign.as_view(), name="job_sign"),
    path(_JOB + "cancel/", job.JobCancel.as_view(), name="job_cancel"),
    path(_JOB + "step/", job.JobStep.as_view(), name="job_step"),
    path(_JOB + "add-step/", job.JobAddStep.as_view(), name="job_add_step"),
    path(_JOB + "part/", job.JobPart.as_view(), name="job_part"),
    path(_JOB + "issue/", job.JobIssue.as_view(), name="job_issue"),
    path(_JOB, job.JobDetail.as_view(), name="job_detail"),
    path("maintenance/plans/", plan.PlanList.as_view(), name="plan_list"),
    path("maintenance/plans/add/", plan.PlanAdd.as_view(), name="plan_add"),
    path(_PLAN + "change/", plan.PlanChange.as_view(), name="plan_change"),
    path(_PLAN + "pause/", plan.PlanPause.as_view(), name="plan_pause"),
    path(_PLAN + "take-up/", plan.PlanTakeUp.as_view(), name="plan_take_up"),
    path(_PLAN, plan.PlanDetail.as_view(), name="plan_detail"),
    path("maintenance/job-plans/", job_plan.JobPlanList.as_view(), name="job_plan_list"),
    path("maintenance/job-plans/add/", job_plan.JobPlanAdd.as_view(), name="job_plan_add"),
    path("maintenance/job-plans/<path:code>/revise/", job_plan.JobPlanRevise.as_view(), name="job_plan_revise"),
    path("maintenance/job-plans/<path:code>/", job_plan.JobPlanDetail.as_view(), name="job_plan_detail"),
]
