"""One maintenance job, as a technician needs it at the machine, and its acts."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from inventory.public import needs_of
from maintenance import permissions
from maintenance.engine.terms import WaitReason
from maintenance.forms import ActForm as Pressed
from maintenance.forms import JobForm, NewStepForm, PartForm, ReasonForm, RepairForm, StepForm, WaitForm
from maintenance.models import MaintenanceJob
from maintenance.models.labels import MAINTENANCE_KIND, WAIT_REASON
from maintenance.selectors import maintenance_job as selectors
from maintenance.selectors.job_plan import current_version
from maintenance.services import handing_back, maintenance_job, maintenance_part, maintenance_step
from maintenance.services.maintenance_job import NewMaintenanceJob
from maintenance.services.maintenance_step import Answer
from maintenance.subjects import job_url
from maintenance.views.request import board_crumb
from mom.accounts.permissions import SIGN_RECORD
from mom.accounts.services.signer import SignerCredentials
from mom.accounts.views.signing import SignPage, ToSign
from mom.core.files import panel
from mom.core.web.views import Action, Crumb, DetailPage
from mom.work import gate
from mom.work.models.labels import JOB_ORDER_STATUS
from mom.work.selectors import record
from mom.work.views.returning import ActPage

BEFORE = frozenset({"waiting", "ready"})


class JobDetail(DetailPage):
    """Status and times, checklist, parts, cause, signature; the buttons for what comes next."""

    permission = permissions.VIEW
    template_name = "maintenance/job.html"
    subject_name = "job"

    def get_subject(self) -> MaintenanceJob:
        return selectors.job_get(self.actor, self.site, self.kwargs["code"])

    def get_title(self) -> str:
        return self.subject.code

    def get_subtitle(self) -> str:
        return self.subject.equipment.code

    def get_intro(self) -> str:
        return self.subject.job_order.operation

    def get_crumbs(self) -> Sequence[Crumb]:
        return (board_crumb(),)

    def get_actions(self) -> Sequence[Action]:
        job, status = self.subject, self.subject.job_order.status
        if job.handed_back_at is not None or job.given_up_at is not None:
            return ()
        offered = []
        if self.may(permissions.PLAN) and job.repaired_at is None:
            offered.append(("job_cancel", _("Cancel job"), "", ""))
        if self.may(permissions.EXECUTE_JOB):
            if status in BEFORE:
                offered.append(("job_arrive", _("I am there"), "hand", "primary"))
            elif status == "running":
                offered += [("job_wait", _("It waits"), "pause", ""), ("job_repaired", _("Finish"), "check", "primary")]
            elif status in ("held", "suspended"):
                offered.append(("job_resume", _("Go on"), "play", "primary"))
        if job.repaired_at is not None and self.may(permissions.RELEASE_MACHINE) and self.may(SIGN_RECORD):
            offered.append(("job_sign", _("Sign and hand back"), "badge", "primary"))
        return [Action(label, reverse(f"maintenance:{name}", args=[job.code]), icon, look)
                for name, label, icon, look in offered]  # fmt: skip

    def get_context(self) -> dict[str, Any]:
        job = self.subject
        is_open = job.repaired_at is None and job.given_up_at is None
        may_do = self.may(permissions.EXECUTE_JOB) and is_open
        waits = list(job.waits.all())
        needs = needs_of(job.job_order)
        return {
            "state": JOB_ORDER_STATUS.state(job.job_order.status),
            "status_word": JOB_ORDER_STATUS.label(job.job_order.status),
            "kind": MAINTENANCE_KIND.label(job.kind),
            "split": selectors.split_of(job, self.now),
            "steps": list(job.steps.order_by("position")),
            "may_answer": may_do and job.arrived_at is not None,
            "may_do": may_do,
            "needs": needs,
            "may_issue": may_do and job.arrived_at is not None and any(need.reserved for need in needs),
            "waits": [(WAIT_REASON.label(each.reason), each) for each in waits],
            "labour": record.labour([job.job_order_id]),
            "gate": gate.in_the_way(job.job_order, self.now) if job.job_order.status in BEFORE and is_open else [],
            "part_form": PartForm(site=self.site, auto_id="part-%s"),
            "step_form": StepForm(auto_id=False),
            "new_step_form": NewStepForm(auto_id="step-%s"),
            "press": Pressed(auto_id=False),
            "records": panel.records(self.request, job),
        }


class JobAct(ActPage):
    """An act on one job; it leads back to its page."""

    permission = permissions.EXECUTE_JOB
    form_class: Any = Pressed

    @cached_property
    def job(self) -> MaintenanceJob:
        """Raises: NotFound."""
        return selectors.job_get(self.actor, self.site, self.kwargs["code"])

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return job_url(self.job)

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.job.version}

    def get_intro(self) -> str:
        return f"{self.job.code} {self.job.equipment.code}: {self.job.job_order.operation}"

    def get_crumbs(self) -> Sequence[Crumb]:
        return (board_crumb(), Crumb(self.job.code, job_url(self.job)))


class JobArrive(JobAct):
    """Somebody is at the machine."""

    title = _("Begin job")
    submit_label = _("I am there")
    success_message = _("The machine is yours.")

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        maintenance_job.arrive(self.actor, self.job.pk, version=form.cleaned_data["version"])
        return self.cancel_url


class JobWait(JobAct):
    """It can't go on."""

    title = _("Job waits")
    submit_label = _("It waits")
    form_class = WaitForm

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        sent = form.cleaned_data
        maintenance_job.wait(self.actor, self.job.pk, WaitReason(sent["reason"]), note=sent["note"])
        return self.cancel_url


class JobResume(JobAct):
    """It goes on."""

    title = _("Go on with job")
    submit_label = _("Go on")

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        maintenance_job.resume(self.actor, self.job.pk)
        return self.cancel_url


class JobRepaired(JobAct):
    """The work is done."""

    title = _("Finish job")
    submit_label = _("Finish")
    success_message = _("Finished. The machine is free once somebody signs.")
    form_class = RepairForm

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "mode": self.job.mode, "outcome": "full"}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        sent = form.cleaned_data
        said = {name: sent[name] for name in ("outcome", "finding", "mode", "mechanism", "cause", "left")}
        repair = handing_back.Repair(**said)
        handing_back.repaired(self.actor, self.job.pk, repair, version=sent["version"])
        return self.cancel_url


class JobCancel(JobAct):
    """It will not be done."""

    permission = permissions.PLAN
    title = _("Cancel job")
    submit_label = _("Cancel job")
    submit_look = "danger"
    success_message = _("The job is cancelled.")
    form_class = ReasonForm

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        maintenance_job.cancel(self.actor, self.job.pk, reason=form.cleaned_data["reason"])
        return self.cancel_url


class JobStep(JobAct):
    """A step is answered."""

    title = _("Answer step")
    submit_label = _("Answer")
    form_class = StepForm

    def get_initial(self) -> dict[str, Any]:
        return {"position": self.request.GET.get("step", "")}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        sent = form.cleaned_data
        given = Answer(sent["number"], sent["text"], sent["passed"])
        step = maintenance_step.answer(self.actor, self.job.pk, sent["position"], given)
        if not step.is_ok:
            messages.warning(self.request, _t("Outside its limits: %(step)s") % {"step": step.text})
        return f"{self.cancel_url}#steps"


class JobAddStep(JobAct):
    """One more step."""

    title = _("Add step")
    submit_label = _("Add step")
    form_class = NewStepForm

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        maintenance_step.add_step(self.actor, self.job.pk, form.cleaned_data["text"])
        return f"{self.cancel_url}#steps"


class JobPart(JobAct):
    """A part is asked for."""

    title = _("Add part")
    submit_label = _("Add part")
    form_class = PartForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        sent = form.cleaned_data
        short = maintenance_part.ask_for(self.actor, self.job.pk, sent["material"], sent["quantity"])
        if short:
            names = ", ".join(each.material for each in short[:5])
            messages.warning(self.request, _t("Short: %(materials)s.") % {"materials": names})
        return f"{self.cancel_url}#parts"


class JobIssue(JobAct):
    """The reserved parts are taken."""

    title = _("Take parts")
    submit_label = _("Take parts")
    success_message = _("Booked from the store.")

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        maintenance_part.issue(self.actor, self.job.pk, op_uuid=form.cleaned_data["op_uuid"])
        return f"{self.cancel_url}#parts"


class JobSign(SignPage):
    """The machine is production's again."""

    permission = permissions.RELEASE_MACHINE
    title = _("Sign and hand back")
    submit_label = _("Sign")
    success_message = _("Signed. The machine is production's again.")

    @cached_property
    def job(self) -> MaintenanceJob:
        """Raises: NotFound."""
        return selectors.job_get(self.actor, self.site, self.kwargs["code"])

    def get_record(self) -> ToSign:
        return ToSign(
            self.job,
            content=handing_back.signed_content(self.job),
            version=handing_back.signed_version(self.job),
            what=_("Maintenance job"),
        )

    def get_intro(self) -> str:
        return f"{self.job.equipment.code}: {self.job.finding or self.job.job_order.operation}"

    def get_crumbs(self) -> Sequence[Crumb]:
        return (board_crumb(), Crumb(self.job.code, job_url(self.job)))

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return job_url(self.job)

    def sign(self, form: Any, credentials: SignerCredentials) -> str:
        reason = form.cleaned_data["reason"]
        handing_back.sign_off(self.actor, self.job.pk, credentials=credentials, reason=reason)
        return self.cancel_url


class JobNew(ActPage):
    """A job that nobody requested."""

    permission = permissions.PLAN
    title = _("New maintenance job")
    submit_label = _("Add job")
    success_message = _("The job is planned.")
    form_class = JobForm

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("maintenance:board")

    def get_crumbs(self) -> Sequence[Crumb]:
        return (board_crumb(),)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        sent = form.cleaned_data
        version = None if sent["job_plan"] is None else current_version(sent["job_plan"].pk)
        new = NewMaintenanceJob(
            sent["machine"], sent["kind"], sent["operation"], version, takes_machine=sent["takes_machine"],
            due_at=sent["due_at"],
        )  # fmt: skip
        return job_url(maintenance_job.plan_job(self.actor, new))
