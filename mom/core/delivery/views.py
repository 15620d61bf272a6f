"""Connections: what leaves the house, what is stuck, and what a person decides about it."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from mom.core.delivery import email, overview, pausing, room
from mom.core.delivery.forms import EmailForm, PlainForm, ReasonForm
from mom.core.engine.delivery import MOST_ATTEMPTS, UNSETTLED, DeliveryState
from mom.core.errors import NotFound
from mom.core.models import Delivery
from mom.core.models.delivery import DELIVERY_CHANNEL, DELIVERY_STATE
from mom.core.permissions_declared import MANAGE_DELIVERY, MANAGE_WEBHOOKS, VIEW_DELIVERY
from mom.core.use_case import use_case
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, Tag
from mom.core.web.views import Action, Crumb, DetailPage, FormPage, Page

LIVE = "live"


def message_url(message: Delivery) -> str:
    """The one page of a message."""
    return reverse("web:delivery_detail", args=[message.pk])


def state_of(message: Delivery) -> Tag:
    """Its state as a word with a tone."""
    return Tag(DELIVERY_STATE.label(message.state), message.tone)


class Connections(Page):
    """What flows, what is stuck, what to do."""

    permission = VIEW_DELIVERY
    title = _("Connections")
    intro = _("Other systems, people and printers: what flows, what is stuck, what to do")
    template_name = "core/delivery/connections.html"
    is_live = True

    def get_actions(self) -> Sequence[Action]:
        actions = [Action(_("API reference"), reverse("api:docs"), "doc")]
        if self.may(MANAGE_DELIVERY):
            actions.append(Action(_("Test e-mail"), reverse("web:email_test"), "bell"))
        if self.may(MANAGE_WEBHOOKS):
            actions.append(Action(_("Add webhook"), reverse("web:webhook_add"), "plus", "primary"))
        return actions

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.headers.get("X-Requested-With") == LIVE:
            return TemplateResponse(request, "core/delivery/_live.html", self.frame())
        return self.render()

    def get_context(self) -> dict[str, Any]:
        local = self.now.astimezone(self.site.zone)
        midnight = datetime.combine(local.date(), time(), self.site.zone)
        found = overview.overview(self.site.code, self.now, midnight)
        stuck = overview.stuck(self.site.code) if found.dead else []
        asked = self.request.GET.get("message", "")
        chosen = next((each for each in stuck if str(each.pk) == asked), stuck[0] if stuck else None)
        waits = self.now - found.oldest_at if found.oldest_at else None
        return {
            "found": found,
            "stuck": stuck,
            "chosen": chosen,
            "waits": waits,
            "is_late": waits is not None and waits > overview.LATE,
            "mail_server": settings.EMAIL_HOST,
            "pause": pausing.present(),
            "may_manage": self.may(MANAGE_DELIVERY),
            **(message_context(chosen) if chosen else {}),
        }


def message_context(message: Delivery) -> dict[str, Any]:
    """What a message's card shows."""
    return {
        "message": message,
        "state": state_of(message),
        "channel": DELIVERY_CHANNEL.label(message.channel),
        "content": room.readable(message),
        "behind": overview.behind(message),
        "most": MOST_ATTEMPTS,
    }


class MessageList(ListPage):
    """Every message out of the site, newest first."""

    permission = VIEW_DELIVERY
    title = _("Messages out")
    counted = ngettext_lazy("%(count)s message", "%(count)s messages", "count")
    columns = (
        Column("about", _("About"), "subject", link=message_url),
        Column("to", _("To"), "destination"),
        Column("channel", _("By"), lambda row: DELIVERY_CHANNEL.label(row.channel), sort="channel", minor=True),
        Column("state", _("State"), state_of, kind="tag", sort="state"),
        Column("tries", _("Tries"), "attempts", kind="number", minor=True),
        Column("answer", _("Last answer"), "last_answer", minor=True),
        Column("created", _("Created"), "created_at", kind="moment"),
        Column("ended", _("Ended"), "ended_at", kind="moment", minor=True, hidden=True),
        Column("id", _("Message id"), "message_id", kind="code", hidden=True),
    )
    default_sort = "-created"
    search_fields = ("subject", "destination", "kind")
    search_label = _("Search messages")
    saved_filters = (
        SavedFilter("all", _("All messages")),
        SavedFilter("stuck", _("Need a person"), Q(state=DeliveryState.DEAD.value), tone="bad"),
        SavedFilter("waiting", _("Waiting"), Q(state__in=[DeliveryState.WAITING.value, DeliveryState.SENDING.value])),
        SavedFilter("discarded", _("Discarded"), Q(state=DeliveryState.DISCARDED.value)),
    )
    empty = Empty(
        _("No messages yet"),
        _("What MOM tells other systems, people and printers stands here, with the answer to it."),
        icon="connect",
    )

    def get_rows(self) -> QuerySet[Delivery]:
        return Delivery.objects.filter(site=self.site.code)


class MessagePage:
    """One message of the site, read once."""

    @cached_property
    def message(self) -> Delivery:
        """Raises: NotFound, also for another site's."""
        found = Delivery.objects.filter(site=self.site.code, pk=self.kwargs["pk"]).first()  # type: ignore[attr-defined]
        if found is None:
            raise NotFound
        return found


class MessageDetail(MessagePage, DetailPage):
    """One message: what it says, how often it was tried, what came back."""

    permission = VIEW_DELIVERY
    template_name = "core/delivery/message.html"
    is_live = True

    def get_subject(self) -> Delivery:
        return self.message

    def get_title(self) -> str:
        return self.message.subject

    def get_crumbs(self) -> Sequence[Crumb]:
        return (
            Crumb(_t("Connections"), reverse("web:connections")),
            Crumb(_t("Messages out"), reverse("web:delivery_list")),
        )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.headers.get("X-Requested-With") == LIVE:
            return TemplateResponse(request, "core/delivery/_message.html", self.frame())
        return self.render()

    def get_context(self) -> dict[str, Any]:
        is_open = self.message.state in UNSETTLED
        return {**message_context(self.message), "may_manage": self.may(MANAGE_DELIVERY), "is_open": is_open}


class Decide(MessagePage, FormPage):
    """What a person decides about a message that was given up."""

    permission = MANAGE_DELIVERY

    def get_crumbs(self) -> Sequence[Crumb]:
        return (
            Crumb(_t("Connections"), reverse("web:connections")),
            Crumb(self.message.subject, message_url(self.message)),
        )

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return message_url(self.message)


class SendAgain(Decide):
    """Give it a fresh row of tries."""

    title = _("Send again")
    form_class = PlainForm
    submit_label = _("Send again")
    success_message = _("The message goes out again.")

    def get_intro(self) -> str:
        return _t("The receiver gets it under the same message id, so that twice is once. %(many)s") % {
            "many": _behind(self.message)
        }

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        with use_case(self.actor) as act:
            room.send_again(act, self.message.pk, self.site.code)
        return message_url(self.message)


class Discard(Decide):
    """Let it go undelivered."""

    title = _("Discard message")
    form_class = ReasonForm
    submit_label = _("Discard message")
    submit_look = "danger"
    success_message = _("The message was discarded.")

    def get_intro(self) -> str:
        return _t("The receiver never gets it. This can't be undone. %(many)s") % {"many": _behind(self.message)}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        with use_case(self.actor, form.cleaned_data["reason"]) as act:
            room.discard(act, self.message.pk, self.site.code)
        return message_url(self.message)


def _behind(message: Delivery) -> str:
    many = overview.behind(message)
    if not many:
        return ""
    return ngettext("%(many)d message waits behind it.", "%(many)d messages wait behind it.", many) % {"many": many}


class WholePage(FormPage):
    """An act on all messages of the site."""

    permission = MANAGE_DELIVERY
    cancel_url = reverse_lazy("web:connections")  # type: ignore[assignment]

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_t("Connections"), reverse("web:connections")),)


class SendAllAgain(WholePage):
    """All that were given up, in their order."""

    title = _("Send all again")
    intro = _("Every message that needs a person gets a fresh row of tries; each key keeps its order.")
    form_class = PlainForm
    submit_label = _("Send all again")
    success_message = _("The messages go out again.")

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        with use_case(self.actor) as act:
            room.send_all_again(act, self.site.code)
        return reverse("web:connections")


class Pause(WholePage):
    """Hold everything back."""

    title = _("Pause sending")
    intro = _("No e-mail, no webhook and no label leaves, at any site, until somebody resumes. What comes up waits.")
    form_class = ReasonForm
    submit_label = _("Pause sending")
    success_message = _("Sending is paused.")

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        reason = form.cleaned_data["reason"]
        with use_case(self.actor, reason) as act:
            pausing.pause(act, reason)
        return reverse("web:connections")


class Resume(WholePage):
    """Let messages go again."""

    title = _("Resume sending")
    form_class = PlainForm
    submit_label = _("Resume sending")
    success_message = _("Messages go out again.")

    def get_intro(self) -> str:
        many = Delivery.objects.filter(state=DeliveryState.WAITING).count()
        waiting = ngettext("%(many)d message waits.", "%(many)d messages wait.", many) % {"many": many}
        return f"{waiting} " + _t(
            "After a restore some may have been sent before: receivers know them by their message id."
        )

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        with use_case(self.actor) as act:
            pausing.resume(act)
        return reverse("web:connections")


class EmailTest(WholePage):
    """Prove the mail settings."""

    title = _("Test e-mail")
    form_class = EmailForm
    submit_label = _("Send test message")

    def get_intro(self) -> str:
        if not settings.EMAIL_HOST:
            return _t("No mail server is set (EMAIL_HOST). The message waits until there is one.")
        return _t("By %(server)s:%(port)d, as %(sender)s.") % {
            "server": settings.EMAIL_HOST,
            "port": settings.EMAIL_PORT,
            "sender": settings.DEFAULT_FROM_EMAIL,
        }

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        with use_case(self.actor) as act:
            return message_url(email.send_test(act, form.cleaned_data["to"], self.site.code))
