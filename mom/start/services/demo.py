"""The demo plant as long work: begun from the first page or by an administrator, one at a time."""

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from mom.accounts.models import Site, User
from mom.accounts.permissions import MANAGE_SITES
from mom.core import long_work
from mom.core.actor import EVERY_SITE, Actor, system_actor
from mom.core.engine.task_run import TaskRunStatus
from mom.core.errors import Conflict
from mom.core.models import TaskRun
from mom.core.use_case import UseCase, use_case
from mom.demo.engine import norrtal
from mom.demo.services.seeding import seed
from mom.demo.services.sign_ins import as_text, keep_sign_ins, sign_in_list
from mom.start.services.company import take_turn

KIND = long_work.declare("start.demo", task="mom.start.tasks.add_demo")


def begin_first() -> TaskRun:
    """Add the demo as the first thing of an installation, by somebody who knows the setup code; twice is once.

    Raises: Conflict where somebody can sign in already.
    """
    with use_case(system_actor("start"), "Look at the demo plant") as act:
        take_turn()
        running = _running()
        if running is not None:
            return running
        if User.objects.exists():
            raise Conflict(_("Somebody set up this installation a moment ago. Sign in, or ask who it was."))
        return _start(act)


def begin(actor: Actor) -> TaskRun:
    """Add the demo beside what stands. Raises: NotAllowed; Conflict where it is there."""
    with use_case(actor) as act:
        act.require(MANAGE_SITES, EVERY_SITE)
        take_turn()
        running = _running()
        if running is not None:
            return running
        if Site.objects.filter(code=norrtal.SITE).exists():
            raise Conflict(_("The demo plant is here already."), code="demo_is_here")
        return _start(act)


def work(progress: long_work.Progress) -> dict[str, int]:
    """The body of the work; killed and begun again it ends the same."""
    made = seed(lambda _text: None, pace=progress.advance)
    keep_sign_ins(Path(settings.DATA_DIR), as_text(sign_in_list()))
    return {"reports": made.reports, "days": made.days}


def _running() -> TaskRun | None:
    unfinished = [TaskRunStatus.QUEUED, TaskRunStatus.RUNNING]
    return TaskRun.objects.filter(kind=KIND, status__in=unfinished).order_by("id").first()


def _start(act: UseCase) -> TaskRun:
    return long_work.start(act, KIND, norrtal.SITE, _("Preparing the demo plant"), total=100)
