"""Pages of no domain, for the tests of the shell: a list of roles, a thing, an act, and views that fail."""

from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from django_filters import CharFilter, DateFromToRangeFilter, FilterSet

from mom.accounts.models import Role
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter
from mom.core.web.views import Action, DetailPage, FormPage


class RoleFilters(FilterSet):
    """Roles by the beginning of their name."""

    name = CharFilter(label=_("Name"), lookup_expr="istartswith")
    made = DateFromToRangeFilter(label=_("Made"), method="by_nothing")

    def by_nothing(self, rows: Any, name: str, value: Any) -> Any:
        return rows


class RoleList(ListPage):
    permission = "core.view_components"
    title = _("Roles")
    counted = ngettext_lazy("%(count)s role", "%(count)s roles", "count")
    default_sort = "code"
    page_size = 10
    search_fields = ("code", "name")
    filterset_class = RoleFilters
    columns = (
        Column("code", _("Role"), kind="code", link=lambda role: f"/roles/{role.code}/"),
        Column("name", _("Name")),
        Column("size", _("Rights"), lambda role: len(role.permissions), kind="number", hidden=True),
    )
    saved_filters = (
        SavedFilter("all", _("All roles")),
        SavedFilter("a", _("With a"), Q(code__startswith="a"), tone="bad"),
        SavedFilter("none", _("None of them"), lambda page: Q(code=f"{page.now:%Y}")),
    )
    empty = Empty(_("No roles yet"), _("Roles say who may do what."), action=Action(_("Add role"), "/roles/add/"))

    def get_rows(self) -> Any:
        return Role.objects.filter(code__regex="^[a-z]+-[0-9]+$")


class RoleDetail(DetailPage):
    permission = "core.view_components"
    template_name = "base.html"
    subject_name = "role"

    def get_subject(self) -> Role:
        role = Role.objects.filter(code=self.kwargs["code"]).first()
        if role is None:
            raise NotFound
        return role


class RoleForm(forms.Form):
    code = forms.CharField(label=_("Role"))


class RoleAdd(FormPage):
    permission = "core.view_components"
    title = _("Add a role")
    form_class = RoleForm
    submit_label = _("Add role")
    success_message = _("The role was added.")

    def submit(self, form: Any) -> str:
        code = form.cleaned_data["code"]
        if code == "taken":
            raise Conflict("There is a role of that name.")
        if code == "bad":
            raise InvalidInput({"code": ["Small letters only."]})
        return "/roles/"


def refuse(request: HttpRequest) -> HttpResponse:
    """Lets a domain error through."""
    raise Conflict(_("The lot C-1 is on hold. Take lot C-2."))


def break_down(request: HttpRequest) -> HttpResponse:
    """Lets an error of ours through."""
    raise ZeroDivisionError


urlpatterns = [
    path("roles/", RoleList.as_view(), name="role_list"),
    path("roles/add/", RoleAdd.as_view()),
    path("roles/<code>/", RoleDetail.as_view()),
    path("refuse/", refuse),
    path("api/v1/refuse/", refuse),
    path("break/", break_down),
    path("", include("mom.core.web.urls", namespace="web")),
    path("", include("mom.accounts.urls", namespace="accounts")),
]
handler400 = "mom.core.web.refusals.bad_request"
handler403 = "mom.core.web.refusals.forbidden"
handler404 = "mom.core.web.refusals.not_found"
handler500 = "mom.core.web.refusals.server_error"
