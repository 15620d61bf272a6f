"""A tablet at its station: who works here, and the PIN that proves it. Signed in, a person goes to the machine's page.

The tablet by itself writes nothing: each of these acts is a person's, or ends a person's session.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mom.accounts import device_session as sessions
from mom.accounts.models import User
from mom.accounts.selectors import actor_for_user
from mom.accounts.services import station as stations
from mom.accounts.services.badge import badge_code
from mom.accounts.services.pin import pin_choose
from mom.accounts.views import remember
from mom.core.api.client import client_address
from mom.core.errors import InvalidInput, MomError
from mom.core.files.selectors import notes_of
from mom.plant.models import Equipment
from mom.terminal.selectors import operator
from mom.terminal.selectors import station as selectors
from mom.terminal.views.parts import DevicePage
from mom.work.permissions import VIEW as VIEW_WORK
from mom.work.selectors.job_order import own_person

LIVE = "live"
UNKNOWN_BADGE = gettext_lazy("This badge is not known here. Show it to your team leader.")


class StationPage(DevicePage):
    """The machine's state, its jobs, the faces of who works here; locked until somebody proves who they are."""

    template_name = "terminal/station.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if isinstance(request.user, User):
            return self.operate(request.user)
        return self.render()

    def operate(self, user: User) -> HttpResponse:
        """The operator's screen of who is signed in; a script that looks again gets its part of the page only.

        Raises: NotAllowed for who may not see jobs.
        """
        if not self.actor.may(VIEW_WORK, self.site.code):
            return HttpResponseRedirect(self.machine_url)
        is_part = self.request.headers.get("X-Requested-With") == LIVE
        context = {
            "screen": operator.screen(self.actor, self.device, user, self.now),
            "machine": self.machine,
            "person": own_person(self.actor, self.site),
            "log_fields": (("good", _("Good")), ("scrap", _("Scrap")), ("rework", _("Rework"))),
        }
        context |= {"scans": True, "is_part": is_part}
        return self.show("terminal/_operator_parts.html" if is_part else "terminal/operator.html", context)

    def render(self, error: str = "", status: int = 200) -> HttpResponse:
        """The page, with what went wrong at the PIN or the badge."""
        asked = self.asked
        context = {
            "machine": self.machine,
            "jobs": selectors.jobs_here(self.device, self.machine, self.now),
            "faces": selectors.face_list(self.device, self.now),
            "found": selectors.people_named(self.device, self.request.GET.get("find", ""), self.now),
            "find": self.request.GET.get("find", "")[:100],
            "notes": notes_of(self.site.code, self.machine._meta.label_lower, str(self.machine.pk))[:1],
            "asked": asked,
            "error": error,
            "lock_minutes": self.device.auto_lock_seconds // 60,
        }
        template = "terminal/new_pin.html" if asked and self.is_proved else self.template_name
        return self.show(template, context, status)

    @cached_property
    def machine(self) -> Equipment:
        return selectors.machine_of(self.device)

    @cached_property
    def asked(self) -> User | None:
        """Whose PIN is asked for."""
        key = sessions.asked_for(self.request).get("user")
        return selectors.person_at(self.device, str(key), self.now) if key else None

    @property
    def is_proved(self) -> bool:
        """Whether the one-time PIN was right, and the person's own is to be chosen now."""
        return bool(sessions.asked_for(self.request).get("proved"))

    @property
    def machine_url(self) -> str:
        return reverse("plant:machine_detail", args=[self.device.station])

    @property
    def here(self) -> HttpResponse:
        """Back to the station's own page."""
        return HttpResponseRedirect(sessions.home_of(self.device))

    def enter(self, user: User) -> HttpResponse:
        """Let a person in who proved who they are. Raises: NotAllowed."""
        by_badge = bool(sessions.asked_for(self.request).get("by_badge"))
        stations.station_sign_in(self.device, user, by_badge=by_badge)
        until = selectors.session_until(self.device, self.now)
        sessions.person_enters(self.request, self.device, user, self.now, until=until)
        answer = HttpResponseRedirect(sessions.home_of(self.device))
        remember(answer, user, is_secure=self.request.is_secure(), with_theme=False)
        return answer


class Who(StationPage):
    """A badge or a face says who somebody is. Whoever was signed in is out; an unknown badge changes nothing."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        code = request.POST.get("badge", "")
        if code:
            user = selectors.person_with_badge(self.device, badge_code(code), self.now)
        else:
            user = selectors.person_at(self.device, request.POST.get("person", ""), self.now)
        is_script = request.headers.get("X-Requested-With") == "scan"
        if request.user.is_authenticated and (user is None or user.pk == request.user.pk):
            # Material, or the own badge: work goes on.
            return HttpResponse(status=204) if is_script else self.here
        if user is None:
            return self.render(str(UNKNOWN_BADGE), 422)
        sessions.ask_for(request, user, by_badge=bool(code))
        if is_script:
            return HttpResponse(status=204, headers={"Scan-Location": sessions.home_of(self.device)})
        return self.here


class EnterPin(StationPage):
    """The PIN proves it; cancelled or wrong, the tablet stays locked."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = self.asked
        if "cancel" in request.POST or user is None:
            sessions.person_leaves(request)
            return self.here
        try:
            check = stations.pin_check_at(
                self.device, user, request.POST.get("pin", "").strip(), client_address(request)
            )
            if stations.is_one_time(check):
                sessions.note_proved(request)
                return self.here
            check.require()
            return self.enter(user)
        except MomError as error:
            answer = self.render(error.sentence, error.status)
            retry_after = getattr(error, "retry_after", 0)
            if retry_after:
                answer.headers["Retry-After"] = str(retry_after)
            return answer


class ChoosePin(StationPage):
    """After a one-time PIN: the person's own one, typed twice."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = self.asked
        if "cancel" in request.POST or user is None or not self.is_proved:
            sessions.person_leaves(request)
            return self.here
        pin = request.POST.get("pin", "").strip()
        if pin != request.POST.get("again", "").strip():
            return self.render(_("The two PINs differ. Type them again."), 422)
        try:
            return self.enter(pin_choose(actor_for_user(user), user, pin))
        except InvalidInput as error:
            return self.render(" ".join(str(each) for each in error.fields.get("pin", [])), error.status)
        except MomError as error:
            return self.render(error.sentence, error.status)


class Lock(StationPage):
    """Nobody is signed in any more; the machine keeps counting."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if isinstance(request.user, User):
            stations.station_sign_out(self.actor, self.device, request.user)
        sessions.person_leaves(request)
        return self.here


class Touch(StationPage):
    """The script's word that somebody touched the screen; noted by the middleware as each request of a person is.

    Where nobody is signed in any more (the word and the lock passed each other), the page is to be left: 205.
    """

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponse(status=204 if request.user.is_authenticated else 205)
