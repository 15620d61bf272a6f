"""What every page is made of: who may open it, at which site, and the frame around it.

`Page` is a page with a template of its own, `DetailPage` one thing, `FormPage` one act. Lists are in
`mom.core.web.lists.ListPage`. A page names the permission it needs; without one it cannot be mounted.

    class MachineDetail(DetailPage):
        permission = "plant.view_equipment"
        template_name = "plant/equipment/detail.html"     # {% extends "base.html" %}
        subject_name = "machine"

        def get_subject(self):
            return equipment_get(self.actor, self.site.code, code=self.kwargs["code"])   # raises NotFound

        def get_title(self):
            return self.subject.code
"""

import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import urlsplit, urlunsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.views import View

from mom.core import clock
from mom.core.db.retry import retrying
from mom.core.errors import InvalidInput, MomError, NotAllowed

Text = str | Promise
PUBLIC = "public"  # the permission of a page that everyone may open, signed in or not
SIGNED_IN = "signed in"  # the permission of a page that everyone may open who is signed in


@dataclass(frozen=True)
class Action:
    """A button in the head of a page: verb and object; `look` is "", "primary", "quiet" or "danger"."""

    label: Text
    url: str
    icon: str = ""
    look: str = ""


@dataclass(frozen=True)
class Layout:
    """One of the ways to look at the same things, as a board or as a list: a page each, side by side in their heads."""

    label: Text
    url: str
    is_current: bool = False


@dataclass(frozen=True)
class Crumb:
    """One step of the way down to a page; the page itself is not among them."""

    label: Text
    url: str


def htmx_target(request: HttpRequest) -> str:
    """The id of the element that htmx will replace by the answer; "" where a whole page is asked for."""
    return request.headers.get("HX-Target", "") if request.headers.get("HX-Request") else ""


class PageMixin(View):
    """Default deny, the site's row scope and clock, and the frame (title, crumbs, actions) of a page.

    In a view: `self.actor`, `self.site`, `self.now` (one instant per request). Raises: NotAllowed where the permission
    is missing at the site; anonymous people are sent to the sign-in.
    """

    permission: ClassVar[str] = ""
    title: ClassVar[Text] = ""
    intro: ClassVar[Text] = ""
    is_live: ClassVar[bool] = False  # parts of it refresh by themselves (`data-live`), so the head says how fresh it is

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        if not (initkwargs.get("permission") or cls.permission):
            raise ImproperlyConfigured(f"{cls.__module__}.{cls.__qualname__} names no permission.")
        return super().as_view(**initkwargs)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.site:
            timezone.activate(zoneinfo.ZoneInfo(self.site.time_zone))
        if self.permission != PUBLIC:
            if not request.user.is_authenticated:
                return self.ask_to_sign_in()
            self.check_permission()
        response = super().dispatch(request, *args, **kwargs)
        if self.permission != PUBLIC:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def ask_to_sign_in(self) -> HttpResponse:
        """To the sign-in and back; a part of a page that htmx asked for takes the whole page there."""
        if not self.request.headers.get("HX-Request"):
            return redirect_to_login(self.request.get_full_path())
        page = urlsplit(self.request.headers.get("HX-Current-URL", "/"))
        response = HttpResponse(status=HTTPStatus.UNAUTHORIZED)
        response.headers["HX-Redirect"] = redirect_to_login(urlunsplit(("", "", page.path, page.query, ""))).url
        return response

    def check_permission(self) -> None:
        """Raises: NotAllowed without a site, or without the page's permission there."""
        if not self.site:
            raise NotAllowed(_("You belong to no site yet. Ask an administrator to add you to one."))
        if self.permission != SIGNED_IN and not self.may(self.permission):
            raise NotAllowed

    def may(self, permission: str) -> bool:
        """Whether the person may do this at the site; what they may not do is not shown."""
        return bool(self.actor.may(permission, self.site.code))

    @property
    def actor(self) -> Any:
        return self.request.actor  # type: ignore[attr-defined]

    @property
    def site(self) -> Any:
        return self.request.site

    @cached_property
    def now(self) -> Any:
        return clock.now()

    def get_title(self) -> Text:
        """The page's name, in its head and in the browser's title."""
        return self.title

    def get_subtitle(self) -> Text:
        """What the thing is, dimmed after its name: "CNC-04 Machining centre"."""
        return ""

    def get_intro(self) -> Text:
        """One line under the title."""
        return self.intro

    def get_crumbs(self) -> Sequence[Crumb]:
        """The way down to this page."""
        return ()

    def get_actions(self) -> Sequence[Action]:
        """The buttons in the page's head; leave out what the person may not do."""
        return ()

    def get_layouts(self) -> Sequence[Layout]:
        """The ways to look at the same things, this page among them."""
        return ()

    def get_context(self) -> dict[str, Any]:
        """What the template needs besides the frame."""
        return {}

    def frame(self) -> dict[str, Any]:
        """The frame and the page's own context."""
        head = {
            "title": self.get_title(),
            "subtitle": self.get_subtitle(),
            "intro": self.get_intro(),
            "crumbs": self.get_crumbs(),
            "actions": self.get_actions(),
            "layouts": self.get_layouts(),
            "is_live": self.is_live,
        }
        return {"view": self, "head": head, **self.get_context()}


class Page(PageMixin):
    """A page with a template of its own."""

    template_name: ClassVar[str] = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render()

    def render(self, status: int = 200, **more: Any) -> HttpResponse:
        """The page, answered with `status`."""
        return TemplateResponse(self.request, self.template_name, {**self.frame(), **more}, status=status)


class DetailPage(Page):
    """One thing at its one address: `get_subject` reads it within the actor's rights and the site, once."""

    subject_name: ClassVar[str] = "subject"

    def get_subject(self) -> Any:
        """The thing itself. Raises: NotFound."""
        raise NotImplementedError

    @cached_property
    def subject(self) -> Any:
        return self.get_subject()

    def get_title(self) -> Text:
        return self.title or str(self.subject)

    def frame(self) -> dict[str, Any]:
        return {self.subject_name: self.subject, **super().frame()}


class FormPage(Page):
    """One act by a form: what was typed stays until the service has answered, and its sentence stands where it belongs.

    class EquipmentAdd(FormPage):
        permission = "plant.change_equipment"
        title = _("Add a machine")
        form_class = EquipmentForm
        submit_label = _("Add machine")
        success_message = _("The machine was added.")

        def submit(self, form):
            machine = equipment_create(self.actor, site=self.site.code, **form.cleaned_data)
            return reverse("plant:equipment_detail", args=[machine.code])
    """

    template_name = "_components/form_page.html"
    form_class: ClassVar[type[BaseForm]]
    submit_label: ClassVar[Text] = ""
    success_message: ClassVar[Text] = ""
    cancel_url: ClassVar[str] = ""

    def get_initial(self) -> dict[str, Any]:
        """What the form shows at first."""
        return {}

    def get_form_kwargs(self) -> dict[str, Any]:
        """What the form's constructor takes besides data and files."""
        return {}

    def get_form(self) -> Any:
        """The form, bound where something was sent."""
        sent: dict[str, Any] = {}
        if self.request.method == "POST":
            sent = {"data": self.request.POST, "files": self.request.FILES}
        return self.form_class(**sent, initial=self.get_initial(), **self.get_form_kwargs())

    def submit(self, form: Any) -> str:
        """Does it through one use case and names the address to go to. Raises: MomError, shown in the form."""
        raise NotImplementedError

    @retrying()
    def perform(self, form: Any) -> str:
        """`submit`, and again where its transaction had to yield to another. Raises: MomError."""
        for _name, files in self.request.FILES.lists():
            for file in files:
                file.seek(0)
        return self.submit(form)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render(form=self.get_form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        if not form.is_valid():
            return self.render(status=422, form=form)
        try:
            address = self.perform(form)
        except NotAllowed:
            raise
        except MomError as error:
            show_error(form, error)
            return self.render(status=error.status, form=form)
        if self.success_message:
            messages.success(request, str(self.success_message))
        return HttpResponseRedirect(address)


def show_error(form: Any, error: MomError) -> None:
    """Puts a refusal into the form: each field's sentences at the field, everything else above."""
    placed = False
    if isinstance(error, InvalidInput):
        for name, sentences in error.fields.items():
            for sentence in sentences:
                form.add_error(name if name in form.fields else None, sentence)
                placed = True
    if not placed:
        form.add_error(None, str(error.sentence))
