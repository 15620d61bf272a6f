"""Pages of webhooks: who hears of what, how the last message fared, and the secret, shown once."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core.delivery import endpoints
from mom.core.delivery.forms import PlainForm, WebhookChangeForm, WebhookForm
from mom.core.delivery.views import message_url
from mom.core.errors import MomError, NotFound
from mom.core.models import Delivery, WebhookEndpoint
from mom.core.permissions_declared import MANAGE_WEBHOOKS, VIEW_DELIVERY
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, Tag
from mom.core.web.views import Action, Crumb, DetailPage, FormPage, show_error


def webhook_url(row: WebhookEndpoint) -> str:
    """The one page of a webhook."""
    return reverse("web:webhook_detail", args=[row.pk])


def last_result(row: WebhookEndpoint) -> Tag:
    """How the last message fared, in a word."""
    if not row.is_active:
        return Tag(_("Off"), "warn")
    if row.last_at is None:
        return Tag(_("Nothing sent yet"))
    is_good = row.last_status is not None and 200 <= row.last_status < 300
    return Tag(_("Working"), "ok") if is_good else Tag(_("Last message failed"), "bad")


class WebhookList(ListPage):
    """The site's webhooks."""

    permission = VIEW_DELIVERY
    title = _("Webhooks")
    intro = _("Addresses of other systems that hear of events here, signed and in order.")
    counted = ngettext_lazy("%(count)s webhook", "%(count)s webhooks", "count")
    columns = (
        Column("name", _("Name"), link=webhook_url),
        Column("url", _("Address"), minor=True),
        Column("events", _("Events"), lambda row: len(row.events), kind="number", sort=None),
        Column("result", _("State"), last_result, kind="tag", sort=None),
        Column("last", _("Last message"), "last_at", kind="moment", minor=True),
    )
    default_sort = "name"
    search_fields = ("name", "url")
    saved_filters = (
        SavedFilter("on", _("On"), Q(is_active=True)),
        SavedFilter("off", _("Off"), Q(is_active=False)),
    )

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        return Empty(
            _("No webhooks yet"),
            _("A webhook tells another system at once what happens here, instead of it asking again and again."),
            icon="connect",
            action=self._add("primary"),
        )

    def _add(self, look: str) -> Action | None:
        may = self.may(MANAGE_WEBHOOKS)
        return Action(_("Add webhook"), reverse("web:webhook_add"), "plus", look) if may else None

    def get_actions(self) -> Sequence[Action]:
        add = self._add("primary")
        return (add,) if add else ()

    def get_rows(self) -> QuerySet[WebhookEndpoint]:
        return WebhookEndpoint.objects.filter(site=self.site.code)


class WebhookPage:
    """One webhook of the site, read once."""

    @cached_property
    def row(self) -> WebhookEndpoint:
        """Raises: NotFound, also for another site's."""
        found = WebhookEndpoint.objects.filter(site=self.site.code, pk=self.kwargs["pk"]).first()  # type: ignore[attr-defined]
        if found is None:
            raise NotFound
        return found


class WebhookDetail(WebhookPage, DetailPage):
    """One webhook: its address, what it hears, its last messages, and its test."""

    permission = VIEW_DELIVERY
    template_name = "core/delivery/webhook.html"

    def get_subject(self) -> WebhookEndpoint:
        return self.row

    def get_title(self) -> str:
        return self.row.name

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_t("Webhooks"), reverse("web:webhook_list")),)

    def get_actions(self) -> Sequence[Action]:
        if not self.may(MANAGE_WEBHOOKS):
            return ()
        key = [self.row.pk]
        return (
            Action(_("New secret"), reverse("web:webhook_secret", args=key), "lock"),
            Action(_("Change"), reverse("web:webhook_change", args=key), "admin"),
            Action(_("Send test message"), reverse("web:webhook_test", args=key), "", "primary"),
        )

    def get_context(self) -> dict[str, Any]:
        return {
            "row": self.row,
            "result": last_result(self.row),
            "recent": Delivery.objects.filter(endpoint=self.row).order_by("-pk")[:10],
        }


class TellsSecret(FormPage):
    """An act whose answer shows a secret, this once: the page itself, so that no address leads to it again."""

    permission = MANAGE_WEBHOOKS

    def told(self, form: Any) -> tuple[WebhookEndpoint, str]:
        """Does it. Raises: MomError."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        if not form.is_valid():
            return self.render(status=422, form=form)
        try:
            row, secret = self.told(form)
        except MomError as error:
            show_error(form, error)
            return self.render(status=error.status, form=form)
        self.template_name = "core/delivery/secret.html"  # type: ignore[misc]
        return self.render(form=form, row=row, secret=secret, row_url=webhook_url(row))


class WebhookAdd(TellsSecret):
    """A new webhook."""

    title = _("Add webhook")
    form_class = WebhookForm
    submit_label = _("Add webhook")
    cancel_url = reverse_lazy("web:webhook_list")  # type: ignore[assignment]

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_t("Webhooks"), reverse("web:webhook_list")),)

    def told(self, form: Any) -> tuple[WebhookEndpoint, str]:
        return endpoints.create(self.actor, self.site.code, **form.cleaned_data)


class WebhookAct(WebhookPage, FormPage):
    """An act on one webhook."""

    permission = MANAGE_WEBHOOKS

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return webhook_url(self.row)

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_t("Webhooks"), reverse("web:webhook_list")), Crumb(self.row.name, webhook_url(self.row)))


class WebhookChange(WebhookAct):
    """Change name, address, events, or whether it is on."""

    title = _("Change webhook")
    form_class = WebhookChangeForm
    submit_label = _("Save changes")
    success_message = _("The webhook was changed.")

    def get_initial(self) -> dict[str, Any]:
        names = ("name", "url", "events", "is_active", "version")
        return {name: getattr(self.row, name) for name in names}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        endpoints.change(self.actor, self.site.code, self.row.pk, **form.cleaned_data)
        return webhook_url(self.row)


class WebhookSecret(WebhookAct, TellsSecret):
    """A new secret beside the old one."""

    title = _("New secret")
    intro = _("For seven days messages are signed with both secrets. Then only the new one counts.")
    form_class = PlainForm
    submit_label = _("Make new secret")

    def told(self, form: Any) -> tuple[WebhookEndpoint, str]:
        return endpoints.rotate_secret(self.actor, self.site.code, self.row.pk)


class WebhookTest(WebhookAct):
    """A message that means nothing, to see whether it arrives."""

    title = _("Send test message")
    form_class = PlainForm
    submit_label = _("Send test message")

    def get_intro(self) -> str:
        return _t("It goes to %(url)s like any other message, with the event core.webhook_test.") % {
            "url": self.row.url
        }

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        return message_url(endpoints.send_test(self.actor, self.site.code, self.row.pk))
