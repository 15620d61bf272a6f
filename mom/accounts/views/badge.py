"""Setup, Badges: who holds which, who has a PIN; and one's own PIN."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.accounts.forms.badge import BadgeForm, OneTimePinForm, OwnPinForm, ReplaceForm
from mom.accounts.forms.device import ReasonForm
from mom.accounts.models import Badge, User
from mom.accounts.permissions import MANAGE_BADGES, VIEW_USER
from mom.accounts.selectors.badge import PIN_NONE, PIN_ONCE, PIN_OWN, badges_of, person_get, person_list
from mom.accounts.services import badge as badges
from mom.accounts.services.pin import pin_choose, pin_give_once
from mom.accounts.services.secret import TooManyTries, check_secret
from mom.core.actor import EVERY_SITE
from mom.core.api.client import client_address
from mom.core.errors import InvalidInput, NotAllowed, NotFound
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, Tag
from mom.core.web.views import SIGNED_IN, Action, Crumb, DetailPage, FormPage

PIN_WORDS = {PIN_OWN: (_("PIN set"), "ok"), PIN_ONCE: (_("PIN for one time"), "warn"), PIN_NONE: (_("No PIN"), "")}


def person_url(user: User) -> str:
    """The page of a person's badges."""
    return reverse("accounts:badges_of", args=[user.username])


def pin_tag(user: Any) -> Tag:
    """Whether the person has a PIN."""
    words, tone = PIN_WORDS[user.pin_state]
    return Tag(words, tone)


class BadgeList(ListPage):
    """The people of the site, with badges and PINs."""

    permission = VIEW_USER
    title = _("Badges")
    intro = _("A badge says who somebody is, the PIN proves it. Nobody can read a PIN, only give a new one.")
    counted = ngettext_lazy("%(count)s person", "%(count)s people", "count")
    columns = (
        Column("name", _("Person"), "display_name", link=person_url),
        Column("username", _("Signs in as"), minor=True),
        Column("badges", _("Badges"), lambda user: ", ".join(user.badge_codes), kind="code", sort=None),
        Column("pin", _("PIN"), pin_tag, kind="tag", sort="pin_state"),
        Column(
            "locked",
            _("May sign in"),
            lambda user: "" if user.is_active else Tag(_t("Locked"), "bad"),
            kind="tag",
            sort="is_active",
        ),
    )
    default_sort = "name"
    search_fields = ("display_name", "username")
    empty = Empty(
        _("Nobody signs in at this site yet"), _("People are added under Administration, Users."), icon="badge"
    )

    def get_rows(self) -> Any:
        return person_list(self.actor, self.site)


class PersonBadges(DetailPage):
    """One person's badges and PIN."""

    permission = VIEW_USER
    template_name = "accounts/badge/detail.html"
    subject_name = "person"

    def get_subject(self) -> User:
        return person_get(self.actor, self.site, self.kwargs["username"])

    def get_title(self) -> str:
        return str(self.subject)

    def get_subtitle(self) -> str:
        return str(self.subject.username)

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Badges"), reverse("accounts:badge_list")),)

    @property
    def may_manage(self) -> bool:
        """Whether badges and PINs of this person may be given here: a person is the same at every site."""
        return bool(self.actor.may(MANAGE_BADGES, EVERY_SITE))

    def get_actions(self) -> Sequence[Action]:
        if not (self.may_manage and self.subject.is_active):
            return ()
        name = self.subject.username
        return (
            Action(_("Give one-time PIN"), reverse("accounts:pin_give", args=[name]), "lock"),
            Action(_("Issue badge"), reverse("accounts:badge_issue", args=[name]), "badge", "primary"),
        )

    def get_context(self) -> dict[str, Any]:
        held = badges_of(self.subject, self.site, self.actor)
        return {"badges": held, "may_manage": self.may_manage, "pin": pin_tag(self.subject)}


class OfPerson(FormPage):
    """A form about one person; a person is the same at every site, so the right is asked for at every site."""

    permission = MANAGE_BADGES

    def check_permission(self) -> None:
        super().check_permission()
        if not self.actor.may(MANAGE_BADGES, EVERY_SITE):
            raise NotAllowed(_("Badges and PINs are given by who may do so at every site."))

    @property
    def person(self) -> User:
        """The person. Raises: NotFound."""
        if not hasattr(self, "_person"):
            self._person = person_get(self.actor, self.site, self.kwargs["username"])
        return self._person

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return person_url(self.person)

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Badges"), reverse("accounts:badge_list")), Crumb(str(self.person), person_url(self.person)))


class BadgeIssue(OfPerson):
    """A badge for a person."""

    title = _("Issue badge")
    form_class = BadgeForm
    submit_label = _("Issue badge")
    success_message = _("The badge is issued.")

    def submit(self, form: Any) -> str:
        badges.badge_issue(self.actor, self.person.pk, form.cleaned_data["code"])
        return person_url(self.person)


class OfBadge(OfPerson):
    """A form about one valid badge of the person."""

    @property
    def badge(self) -> Badge:
        """The badge. Raises: NotFound."""
        for held in badges_of(self.person, self.site, self.actor):
            if held.pk == self.kwargs["pk"]:
                return held
        raise NotFound

    def get_subtitle(self) -> str:
        return self.badge.code


class BadgeRevoke(OfBadge):
    """Out of use, for good; the person's sessions end."""

    title = _("Revoke badge")
    intro = _("It is not known any more from now on, and sessions of the person end.")
    form_class = ReasonForm
    submit_label = _("Revoke badge")
    success_message = _("The badge is revoked.")

    def submit(self, form: Any) -> str:
        badges.badge_revoke(self.actor, self.badge.pk, form.cleaned_data["reason"])
        return person_url(self.person)


class BadgeReplace(OfBadge):
    """A new one for a lost or broken one."""

    title = _("Replace badge")
    form_class = ReplaceForm
    submit_label = _("Replace badge")
    success_message = _("The badge is replaced.")

    def submit(self, form: Any) -> str:
        badges.badge_replace(self.actor, self.badge.pk, form.cleaned_data["code"], form.cleaned_data["reason"])
        return person_url(self.person)


class PinGive(OfPerson):
    """A PIN for one time."""

    title = _("Give one-time PIN")
    intro = _("It opens nothing but the page at a station where the person chooses their own. Their sessions end.")
    form_class = OneTimePinForm
    submit_label = _("Give PIN")
    success_message = _("The PIN is given. Tell it to the person; nobody can read it here.")

    def submit(self, form: Any) -> str:
        pin_give_once(self.actor, self.person.pk, form.cleaned_data["pin"], form.cleaned_data["reason"])
        return person_url(self.person)


class OwnPin(FormPage):
    """One's own PIN, proved by the password; sessions on other devices end."""

    permission = SIGNED_IN
    title = _("Your PIN")
    intro = _("For tablets at stations, and for signatures. Your sessions on other devices end when you set it.")
    form_class = OwnPinForm
    submit_label = _("Keep PIN")
    success_message = _("Your PIN is set.")

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("accounts:preferences")

    def submit(self, form: Any) -> str:
        user: User = self.request.user  # type: ignore[assignment]
        password = form.cleaned_data["password"]
        check = check_secret(self.actor, user, password, address=client_address(self.request), purpose="own_pin")
        if not check.is_right or check.kind != "password":
            error = check.error()
            raise error if isinstance(error, TooManyTries) else InvalidInput({"password": [error.sentence]})
        update_session_auth_hash(self.request, pin_choose(self.actor, user, form.cleaned_data["pin"]))
        return reverse("accounts:preferences")
