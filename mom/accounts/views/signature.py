"""Setup, Signatures and Rights: who signed what, and who may do what at the site."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.accounts.approval import declared, label_of
from mom.accounts.models import Membership, Signature
from mom.accounts.models.signature import MEANING
from mom.accounts.permissions import VIEW_SIGNATURE, VIEW_USER
from mom.accounts.selectors.rights import membership_list_for_site
from mom.accounts.selectors.signature import signature_list
from mom.core import permissions
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, Tag
from mom.core.web.views import Action


def record_classes(_request: Any = None) -> list[tuple[str, Any]]:
    """The classes that apps declare."""
    return [(code, klass.label) for code, klass in declared().items()]


class SignatureFilters(django_filters.FilterSet):
    """By signer, meaning, class of records and dates."""

    person = django_filters.CharFilter(label=_("Signed by"), field_name="signer_name", lookup_expr="icontains")
    meaning = django_filters.ChoiceFilter(label=_("Meaning"), choices=MEANING.choices)
    records = django_filters.ChoiceFilter(label=_("Records"), field_name="record_class_id", choices=record_classes)
    when = django_filters.DateFromToRangeFilter(label=_("When"), field_name="signed_at")

    class Meta:
        model = Signature
        fields: tuple[str, ...] = ()


class SignatureList(ListPage):
    """Every signature given at the site."""

    permission = VIEW_SIGNATURE
    title = _("Signatures")
    intro = _("Each is bound to the exact content that was shown; a record that changed later shows it as not valid.")
    counted = ngettext_lazy("%(count)s signature", "%(count)s signatures", "count")
    filterset_class = SignatureFilters
    search_fields = ("signer_name", "subject_label", "reason")
    columns = (
        Column("when", _("When"), "signed_at", kind="moment"),
        Column("person", _("Signed by"), "signer_name"),
        Column("meaning", _("Meaning"), lambda row: Tag(MEANING.label(row.meaning), MEANING.state(row.meaning)),
               kind="tag", sort="meaning"),
        Column("record", _("Record"), "subject_label", note="subject_version"),
        Column("records", _("Kind"), lambda row: label_of(row.record_class_id), sort="record_class_id", minor=True),
        Column("reason", _("Reason"), minor=True),
        Column("device", _("Device"), minor=True, hidden=True),
        Column("content", _("Content (SHA-256)"), "content_sha256", kind="code", hidden=True),
    )  # fmt: skip
    default_sort = "-when"
    empty = Empty(
        _("No signatures yet"), _("Whoever signs a record shows up here, with what was signed."), icon="badge"
    )

    def get_rows(self) -> QuerySet[Signature]:
        return signature_list(self.actor, self.site.code)


class RightFilters(django_filters.FilterSet):
    """By person and by a right: who may sign, who may change machines."""

    right = django_filters.ChoiceFilter(
        label=_("Right"),
        choices=lambda: [(name, right.label) for name, right in permissions.declared().items()],
        method="with_right",
    )

    class Meta:
        model = Membership
        fields: tuple[str, ...] = ()

    def with_right(self, rows: QuerySet[Membership], name: str, right: str) -> QuerySet[Membership]:
        """Those whose role holds it."""
        return rows.filter(role__permissions__contains=[right])


class RightList(ListPage):
    """Who has which role here, since when and until when; the roles' rights narrow it."""

    permission = VIEW_USER
    title = _("Rights")
    intro = _("Who may do what here. Narrow it by a right to see who holds it; every change of it is in the audit log.")
    counted = ngettext_lazy("%(count)s role held", "%(count)s roles held", "count")
    filterset_class = RightFilters
    search_fields = ("user__display_name", "user__username", "role__name")
    columns = (
        Column("person", _("Person"), "user.display_name", note="user.username"),
        Column("role", _("Role"), "role.name"),
        Column("where", _("Where"), lambda row: row.site.code if row.site else _("every site"), sort="site__code"),
        Column("since", _("Since"), "valid_from", kind="moment"),
        Column("until", _("Until"), "valid_to", kind="moment"),
        Column("rights", _("Rights"), lambda row: len(row.role.permissions), kind="number", sort=None),
        Column("names", _("Rights by name"), lambda row: ", ".join(row.role.permissions), sort=None, hidden=True),
    )
    default_sort = "person"
    empty = Empty(_("Nobody has a role here yet"), _("An administrator gives roles to people."), icon="user")

    @cached_property
    def saved_filters(self) -> Sequence[SavedFilter]:  # type: ignore[override]
        return (
            SavedFilter(
                "now",
                _("Now"),
                lambda page: Q(valid_from__lte=page.now) & (Q(valid_to=None) | Q(valid_to__gt=page.now)),
            ),
            SavedFilter("ended", _("Ended"), lambda page: Q(valid_to__lte=page.now)),
            SavedFilter("all", _("All")),
        )

    def get_actions(self) -> Sequence[Action]:
        if not self.may("core.view_audit_trail"):
            return ()
        return (Action(_("Changes"), f"{reverse('web:audit_log')}?view=rights"),)

    def get_rows(self) -> QuerySet[Membership]:
        return membership_list_for_site(self.site)
