"""What people do with views of lists: keep, change, share, delete, open a list with one."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mom.accounts.models import Role, SavedView
from mom.accounts.permissions import SHARE_VIEW
from mom.accounts.requests import request_as
from mom.accounts.selectors.saved_view import view_get
from mom.accounts.services import saved_view
from mom.core.errors import MomError, NotFound
from mom.core.web.long_exports import page_at
from mom.core.web.saved_views import ASKED, plain_query
from mom.core.web.views import SIGNED_IN, Crumb, FormPage, PageMixin

ONLY_ME, EVERYBODY = "me", "all"


class KeepView(PageMixin):
    """From a list: keep this view, put it under the name of the open one, or open the list with it."""

    permission = SIGNED_IN

    def post(self, request: HttpRequest) -> HttpResponse:
        address = request.POST.get("address", "")[:3_000]
        page_at(request_as(self.actor.reference, self.site.code, address), address)  # the list exists and may be opened
        path, _mark, asked = address.partition("?")
        page, query = resolve(path).view_name, QueryDict(asked)
        act, kept = request.POST.get("act", "keep"), query.get(ASKED, "")
        key = int(kept) if kept.isdigit() and len(kept) < 18 else 0
        try:
            if act == "keep":
                key = self.keep(page, plain_query(query))
            elif act == "update":
                saved_view.change(self.actor, self.site, key, query=plain_query(query))
                messages.success(request, _("The view was changed."))
            else:
                saved_view.set_default(self.actor, self.site, page, key if act == "default" else None)
                messages.success(request, _("The list opens this way from now on."))
        except MomError as refusal:
            if refusal.status in {403, 404}:
                raise
            sentences = [str(each) for said in getattr(refusal, "fields", {}).values() for each in said]
            messages.error(request, " ".join(sentences) or str(refusal.sentence))
        shown = QueryDict(plain_query(query), mutable=True)
        if key:
            shown[ASKED] = str(key)
        return HttpResponseRedirect(f"{path}?{shown.urlencode()}")

    def keep(self, page: str, query: str) -> int:
        """Keep it and say its key. Raises: MomError."""
        sent = self.request.POST
        view = saved_view.keep(
            self.actor, self.site, page, name=sent.get("name", ""), query=query, shared="shared" in sent
        )
        if "default" in sent:
            saved_view.set_default(self.actor, self.site, page, view.pk)
        messages.success(self.request, _("The view %(name)s was saved.") % {"name": view.name})
        return int(view.pk)


class ViewForm(forms.Form):
    """Name of a view, and who sees it."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    shared_with = forms.ChoiceField(label=gettext_lazy("Who sees it"))

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(ONLY_ME, _("Only me"))]
        if may_share:
            choices.append((EVERYBODY, _("Everybody at this site")))
            choices += [(str(role.pk), role.name) for role in Role.objects.order_by("name")]
        self.fields["shared_with"].choices = choices  # type: ignore[attr-defined]


class ChangeView(FormPage):
    """Rename a view, or change who sees it."""

    permission = SIGNED_IN
    title = gettext_lazy("Change view")
    form_class = ViewForm
    submit_label = gettext_lazy("Change view")
    success_message = gettext_lazy("The view was changed.")
    template_name = "accounts/saved_view.html"

    @cached_property
    def saved(self) -> SavedView:
        """Raises: NotFound, also for a view that may not be changed."""
        view = view_get(self.actor, self.site, self.kwargs["pk"])
        is_own = view is not None and str(view.owner_id) == self.actor.id
        if view is None or not (self.may(SHARE_VIEW) if view.is_shared else is_own):
            raise NotFound
        return view

    @property
    def list_url(self) -> str:
        """The list with this view. Raises: NotFound where the list is no more."""
        try:
            return f"{reverse(self.saved.page)}?{self.saved.query}&{ASKED}={self.saved.pk}"
        except NoReverseMatch:
            raise NotFound from None

    def get_intro(self) -> str:
        return str(self.saved.name)

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Back to the list"), self.list_url),)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"may_share": self.may(SHARE_VIEW)}

    def get_initial(self) -> dict[str, Any]:
        view = self.saved
        shared = (str(view.role_id) if view.role_id else EVERYBODY) if view.is_shared else ONLY_ME
        return {"name": view.name, "shared_with": shared}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        chosen = form.cleaned_data["shared_with"]
        role = Role.objects.filter(pk=chosen).first() if chosen.isdigit() else None
        changes = {"name": form.cleaned_data["name"], "is_shared": chosen != ONLY_ME, "role": role}
        saved_view.change(self.actor, self.site, self.saved.pk, **changes)
        return self.list_url


class DeleteView(PageMixin):
    """Let a view go."""

    permission = SIGNED_IN

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        view = view_get(self.actor, self.site, pk)
        if view is None:
            raise NotFound
        saved_view.delete(self.actor, self.site, pk)
        messages.success(request, _("The view %(name)s was deleted.") % {"name": view.name})
        try:
            return HttpResponseRedirect(reverse(view.page) + "?view=")
        except NoReverseMatch:
            return HttpResponseRedirect("/")
