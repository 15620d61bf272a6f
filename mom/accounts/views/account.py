"""Signing in and out, switching the site, and how a person wants to see the pages."""

from typing import Any

from django.conf import settings
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.views import LoginView
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mom.accounts import forms
from mom.accounts.device_session import home_of
from mom.accounts.middleware import SESSION_SITE
from mom.accounts.models import User
from mom.accounts.selectors import actor_for_user
from mom.accounts.services import user as users
from mom.core.errors import InvalidInput, NotFound
from mom.core.web.context import THEME_COOKIE
from mom.core.web.pages import YEAR
from mom.core.web.views import PUBLIC, SIGNED_IN, Action, FormPage, PageMixin


class SignIn(LoginView):
    """Name and password; wrong ones are counted and lock the name for a while."""

    permission = PUBLIC
    public_because = "Nobody is signed in before this page."
    form_class = forms.SignInForm
    template_name = "registration/sign_in.html"
    redirect_authenticated_user = True
    extra_context = {"head": {"title": _("Sign in")}}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form; on a shared device first its own surface, from where a link leads here with `by=password`."""
        device = getattr(request, "device", None)
        if device and "by" not in request.GET and not request.user.is_authenticated:
            return HttpResponseRedirect(home_of(device))
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        user: User = form.get_user()
        actor = actor_for_user(user)
        users.sign_in_record(actor, user, form.cleaned_data["password"])
        response = super().form_valid(form)  # gives the session a new key
        remember(response, user, is_secure=self.request.is_secure())
        return response


class SignOut(PageMixin):
    """Ends the session."""

    permission = PUBLIC
    public_because = "Who is not signed in may sign out without harm."
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        logout(request)
        return HttpResponseRedirect(resolve_url(settings.LOGOUT_REDIRECT_URL))


class SwitchSite(PageMixin):
    """Works at another of the person's sites from now on."""

    permission = SIGNED_IN
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        code = request.POST.get("site", "")
        if code not in {site.code for site in request.sites}:  # type: ignore[attr-defined]
            raise NotFound(_("There is no such site, or none of yours."))
        request.session[SESSION_SITE] = code
        return HttpResponseRedirect(safe_next(request))


class Preferences(FormPage):
    """Language and theme, kept with the person and put on this device."""

    permission = SIGNED_IN
    title = _("Your settings")
    form_class = forms.PreferencesForm
    submit_label = _("Save settings")
    success_message = _("Your settings are saved.")

    def get_initial(self) -> dict[str, Any]:
        return {"language": self.request.user.language, "theme": self.request.user.theme}  # type: ignore[union-attr]

    def get_actions(self) -> list[Action]:
        return [
            Action(_("Set your PIN"), reverse("accounts:own_pin")),
            Action(_("Change password"), reverse("accounts:change_password")),
        ]

    def submit(self, form: BaseForm) -> str:
        self.changed = users.user_set_preferences(self.actor, **form.cleaned_data)
        return reverse("accounts:preferences")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        if hasattr(self, "changed"):
            remember(response, self.changed, is_secure=request.is_secure())
        return response


class ChangePassword(FormPage):
    """A new password: it ends every other session of this person at once."""

    permission = SIGNED_IN
    title = _("Change your password")
    intro = _("Your sessions on other devices end when you change it.")
    form_class = forms.PasswordForm
    submit_label = _("Change password")
    success_message = _("Your password is changed.")

    def submit(self, form: BaseForm) -> str:
        if not self.request.user.check_password(form.cleaned_data["old_password"]):
            raise InvalidInput({"old_password": [_t("This is not your present password.")]})
        user = users.user_set_password(self.actor, int(self.actor.id), form.cleaned_data["password"])
        update_session_auth_hash(self.request, user)
        return reverse("accounts:preferences")


def remember(response: HttpResponseBase, user: User, *, is_secure: bool, with_theme: bool = True) -> None:
    """Put the person's language and theme on this device, where pages read them without a query.

    A shared device keeps its own theme.
    """
    wanted = {settings.LANGUAGE_COOKIE_NAME: user.language}
    if with_theme:
        wanted[THEME_COOKIE] = user.theme
    for name, value in wanted.items():
        if value:
            response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=is_secure)
        else:
            response.delete_cookie(name)


def safe_next(request: HttpRequest) -> str:
    """Where the form says to go on, if that is a page of ours."""
    address = request.POST.get("next", "/")
    ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if ours else "/"
