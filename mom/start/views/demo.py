"""The demo plant: looked at as the first thing, or added and removed by an administrator."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mom.accounts.middleware import SESSION_SITE
from mom.accounts.models import User
from mom.accounts.permissions import MANAGE_SITES
from mom.core.actor import EVERY_SITE
from mom.core.db.retry import retrying
from mom.core.engine.task_run import TaskRunStatus
from mom.core.errors import NotAllowed
from mom.core.models import TaskRun
from mom.core.web.task_runs import share_of
from mom.core.web.views import Page, PageMixin
from mom.demo.engine import norrtal
from mom.demo.services.removal import remove_demo
from mom.demo.services.sign_ins import sign_in_list
from mom.start.selectors import demo_site, is_untouched
from mom.start.services import demo
from mom.start.views.door import BACKEND, KNOWS_CODE, DoorPage

RUN = "start_demo"
LOOKS_AS = "planner"


class LookAtDemo(DoorPage):
    """Prepares the demo plant, says how far it is, then signs in the browser that asked for it."""

    is_for_administrators = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.run is None:
            return super().dispatch(request, *args, **kwargs)
        response = PageMixin.dispatch(self, request, *args, **kwargs)  # ours already, whoever can sign in by now
        response.headers["Cache-Control"] = "no-store"
        return response

    @property
    def run(self) -> TaskRun | None:
        """The work that this browser asked for; one that failed may be asked for again."""
        found = TaskRun.objects.filter(pk=self.request.session.get(RUN) or 0, kind=demo.KIND).first()
        return None if found is None or found.status in {TaskRunStatus.FAILED, TaskRunStatus.CANCELLED} else found

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        run = self.run
        if run is None:
            return HttpResponseRedirect(reverse("start:doors"))
        is_ready = run.status == TaskRunStatus.SUCCEEDED
        return self.page(
            "start/demo.html",
            run=run,
            share=share_of(run),
            is_ready=is_ready,
            plant=norrtal.NAME,
            sign_ins=sign_in_list() if is_ready else [],
            password=norrtal.PASSWORD,
            looks_as=LOOKS_AS,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        run = self.run
        if run is None:
            request.session[RUN] = demo.begin_first().pk
            return HttpResponseRedirect(request.path)
        user = User.objects.filter(username=LOOKS_AS, is_demo=True, is_active=True).first()
        if run.status != TaskRunStatus.SUCCEEDED or user is None:
            return HttpResponseRedirect(request.path)
        login(request, user, backend=BACKEND)
        for name in (RUN, KNOWS_CODE):
            request.session.pop(name, None)
        request.session[SESSION_SITE] = norrtal.SITE
        return HttpResponseRedirect("/")


class DemoPlant(Page):
    """Whether the demo plant stands here; added or removed by who may manage sites."""

    permission = MANAGE_SITES
    title = gettext_lazy("Demo plant")
    template_name = "start/demo_plant.html"

    def get_context(self) -> dict[str, Any]:
        run = TaskRun.objects.filter(kind=demo.KIND, status__in=["queued", "running"]).first()
        site = demo_site()
        return {
            "demo": site,
            "run": run,
            "share": share_of(run) if run else None,
            "plant": norrtal.NAME,
            "is_everywhere": self.actor.may(MANAGE_SITES, EVERY_SITE),
            "sign_ins": sign_in_list() if site and not run else [],
            "password": norrtal.PASSWORD,
        }

    @retrying()
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("act") == "remove":
            removed = remove_demo(self.actor)
            messages.success(request, _("The demo plant is removed: %(rows)d rows.") % {"rows": removed.total})
            if is_untouched():
                request.session.flush()
            return HttpResponseRedirect(request.path if not is_untouched() else "/")
        if request.POST.get("act") != "add":
            raise Http404
        if not self.actor.may(MANAGE_SITES, EVERY_SITE):
            raise NotAllowed
        demo.begin(self.actor)
        return HttpResponseRedirect(request.path)
