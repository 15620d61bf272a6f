"""The first page of an installation: two doors, opened by the setup code, gone once somebody can sign in."""

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mom.accounts.middleware import SESSION_SITE
from mom.accounts.permissions import MANAGE_SITES
from mom.accounts.views import remember
from mom.core.actor import EVERY_SITE
from mom.core.errors import MomError
from mom.core.web.views import PUBLIC, PageMixin, show_error
from mom.start.engine.code import is_start_code
from mom.start.forms import CodeForm, CompanyForm, OwnerForm
from mom.start.selectors import is_untouched
from mom.start.services import company as companies

KNOWS_CODE = "start_code"
COMPANY = "start_company"
BACKEND = "mom.accounts.backends.PasswordBackend"


class DoorPage(PageMixin):
    """A page before the first person exists: with the setup code only. Later it is an administrator's, or nobody's."""

    permission = PUBLIC
    public_because = "Nobody can sign in yet; the setup code takes the place of a password, until somebody can."
    is_for_administrators = True  # who may add a company beside what stands

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_untouched():
            if not (self.is_for_administrators and self.is_administrator()):
                raise Http404
        elif not self.knows_code():
            return HttpResponseRedirect(reverse("start:code"))
        response = super().dispatch(request, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store"
        return response

    def is_administrator(self) -> bool:
        """Whether this is somebody who may add sites everywhere."""
        return bool(self.request.user.is_authenticated and self.actor.may(MANAGE_SITES, EVERY_SITE))

    def knows_code(self) -> bool:
        """Whether this browser gave the setup code; the code is compared again, so that another secret ends it."""
        return is_start_code(str(self.request.session.get(KNOWS_CODE, "")), settings.SECRET_KEY)

    def page(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        """A page without navigation."""
        return TemplateResponse(self.request, template, {"view": self, **context}, status=status)


class GiveCode(PageMixin):
    """The setup code: from the link that the start printed, or typed."""

    permission = PUBLIC
    public_because = "It only takes the setup code, and only while nobody can sign in."

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.take(CodeForm({"code": request.GET["code"]}) if "code" in request.GET else CodeForm())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.take(CodeForm(request.POST))

    def take(self, form: CodeForm) -> HttpResponse:
        """Into the session with it, out of the address."""
        if not is_untouched():
            raise Http404
        if form.is_bound and form.is_valid():
            if is_start_code(form.cleaned_data["code"], settings.SECRET_KEY):
                self.request.session.cycle_key()
                self.request.session[KNOWS_CODE] = form.cleaned_data["code"]
                return HttpResponseRedirect(reverse("start:doors"))
            form.add_error("code", _("This is not the code of this installation. Look at the window that started it."))
        status = 422 if form.is_bound else 200
        return TemplateResponse(self.request, "start/code.html", {"form": form}, status=status)


class Doors(DoorPage):
    """The two doors."""

    is_for_administrators = False

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page("start/doors.html", company=request.session.get(COMPANY, {}).get("name", ""))


class CompanyStep(DoorPage):
    """First step: the company. What is typed waits in the session until its owner is there too."""

    step = "company"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        typed = request.session.get(COMPANY)
        return self.shown(CompanyForm(initial={"currency": "EUR", **(typed or {})}))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = CompanyForm(request.POST)
        request.session[COMPANY] = {name: request.POST.get(name, "") for name in form.fields}
        if not form.is_valid():
            return self.shown(form, status=422)
        request.session[COMPANY] = form.cleaned_data
        return HttpResponseRedirect(reverse("start:owner"))

    def shown(self, form: CompanyForm, status: int = 200) -> HttpResponse:
        back = reverse("start:doors") if is_untouched() else "/"
        return self.page("start/step.html", status, form=form, back=back, title=gettext_lazy("Your company"))


class OwnerStep(DoorPage):
    """Second step: who owns it. Here the company is founded, and its owner signed in.

    An administrator with a sign-in of their own founds it as themselves. A password is never kept: back and forth, it
    is typed again.
    """

    step = "owner"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not CompanyForm(request.session.get(COMPANY, {})).is_valid():
            return HttpResponseRedirect(reverse("start:company"))
        return super().dispatch(request, *args, **kwargs)

    @property
    def is_own(self) -> bool:
        """Whether it is founded by somebody who is no person of a demo, and so needs no other sign-in."""
        return bool(self.request.user.is_authenticated and not self.request.user.is_demo)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.shown(OwnerForm())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = OwnerForm(request.POST)
        if not self.is_own and not form.is_valid():
            return self.shown(form, status=422)
        typed = request.session[COMPANY]
        company = companies.Company(
            companies.site_code(typed["name"]), typed["name"], typed["time_zone"], typed["currency"]
        )
        owner = None
        if not self.is_own:
            owner = companies.Owner(**form.cleaned_data, language=typed["language"])
        try:
            if is_untouched() and owner is not None:
                site, user = companies.found(company, owner)
            else:
                site, user = companies.found_beside(self.actor, company, owner)
        except MomError as error:
            show_error(form, error)
            return self.shown(form, status=error.status)
        if owner is not None:
            login(request, user, backend=BACKEND)  # gives the session a new key, and a new content for a new person
        request.session.pop(COMPANY, None)
        request.session.pop(KNOWS_CODE, None)
        request.session[SESSION_SITE] = site.code
        response = HttpResponseRedirect(reverse("start:setup"))
        remember(response, user, is_secure=request.is_secure())
        return response

    def shown(self, form: OwnerForm, status: int = 200) -> HttpResponse:
        return self.page(
            "start/step.html",
            status,
            form=None if self.is_own else form,
            errors=form.non_field_errors() if form.is_bound else [],
            back=reverse("start:company"),
            title=gettext_lazy("You, the owner"),
        )
