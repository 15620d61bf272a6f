"""Signatures, approvals and their rules in the API. Nobody signs here: a signature is given on a page, in a session."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers as drf

from mom.accounts.api.device import SiteCodeField
from mom.accounts.engine.signing import ApprovalMode
from mom.accounts.models import Approval, ApprovalPolicy, Signature, Site
from mom.accounts.permissions import MANAGE_APPROVAL_POLICY, VIEW_APPROVAL_POLICY, VIEW_SIGNATURE
from mom.accounts.services.approval import rule_set
from mom.core.actor import Actor
from mom.core.api.filters import SiteFilterSet
from mom.core.api.serializers import BooleanField, CharField, DateTimeField, IntegerField, ModelSerializer
from mom.core.api.viewsets import CreateMixin, ReadOnlyViewSet
from mom.core.errors import InvalidInput


class SignatureSerializer(ModelSerializer):
    """A signature: who, what, when, why, and the SHA-256 of what was shown."""

    site: Any = drf.SlugRelatedField(slug_field="code", read_only=True)

    class Meta:
        model = Signature
        fields = (
            "id", "site", "signer_name", "meaning", "reason", "record_class", "subject_type", "subject_id",
            "subject_label", "subject_version", "content_sha256", "signed_at", "utc_offset_minutes", "proof", "device",
            "digest",
        )  # fmt: skip
        read_only_fields = fields


class SignatureFilters(SiteFilterSet):
    """By site, record, meaning and time."""

    class Meta:
        model = Signature
        fields: ClassVar[dict[str, list[str]]] = {
            "record_class": ["exact"],
            "subject_type": ["exact"],
            "subject_id": ["exact"],
            "meaning": ["exact"],
            "signed_at": ["gte", "lt"],
        }


class SignatureViewSet(ReadOnlyViewSet):
    """The signatures given at the sites whose list you may see."""

    required_perms = {"list": VIEW_SIGNATURE, "retrieve": VIEW_SIGNATURE}
    serializer_class = SignatureSerializer
    queryset = Signature.objects.select_related("site")
    filterset_class = SignatureFilters
    ordering_fields, ordering = ("signed_at",), ("-signed_at",)


class ApprovalSerializer(ModelSerializer):
    """An approval, and how it came about: none, self (by the author or not) or four eyes."""

    site: Any = drf.SlugRelatedField(slug_field="code", read_only=True)

    class Meta:
        model = Approval
        fields = (
            "id", "site", "record_class", "subject_type", "subject_id", "subject_label", "subject_version",
            "content_sha256", "mode", "is_own", "approver_name", "signature", "reason", "approved_at",
        )  # fmt: skip
        read_only_fields = fields


class ApprovalFilters(SiteFilterSet):
    """By site and record."""

    class Meta:
        model = Approval
        fields: ClassVar[dict[str, list[str]]] = {
            "record_class": ["exact"],
            "subject_type": ["exact"],
            "subject_id": ["exact"],
            "mode": ["exact"],
        }


class ApprovalViewSet(ReadOnlyViewSet):
    """The approvals at the sites whose list you may see."""

    required_perms = {"list": VIEW_SIGNATURE, "retrieve": VIEW_SIGNATURE}
    serializer_class = ApprovalSerializer
    queryset = Approval.objects.select_related("site")
    filterset_class = ApprovalFilters
    ordering_fields, ordering = ("approved_at",), ("-approved_at",)


class RuleSiteField(SiteCodeField):
    """A site by its code: one at which the asker may change what approvals take."""

    needs = MANAGE_APPROVAL_POLICY


class ApprovalPolicySerializer(ModelSerializer):
    """What a class of records takes at a site from an instant on. A change is a new row."""

    site = RuleSiteField(max_length=20, help_text="The site's code.")
    record_class = CharField(source="record_class_id", max_length=60, help_text="As in plant.document.")
    mode = drf.ChoiceField(choices=[each.value for each in ApprovalMode])
    is_regulated = BooleanField(default=False, help_text="Four eyes are then compulsory.")
    valid_from = DateTimeField(required=False, help_text="Now, where it is left out; never in the past.")
    reason = CharField(min_length=2, max_length=500)
    id = IntegerField(read_only=True)

    class Meta:
        model = ApprovalPolicy
        fields = (
            "id",
            "site",
            "record_class",
            "mode",
            "is_regulated",
            "valid_from",
            "reason",
            "decided_by",
            "decided_at",
        )
        read_only_fields = ("decided_by", "decided_at")
        validators = ()


class ApprovalPolicyFilters(SiteFilterSet):
    """By site and class."""

    class Meta:
        model = ApprovalPolicy
        fields: ClassVar[dict[str, list[str]]] = {"record_class": ["exact"]}


class ApprovalPolicyViewSet(CreateMixin, ReadOnlyViewSet):
    """What approvals take, as each site decided: now, before and to come."""

    required_perms = {
        "list": VIEW_APPROVAL_POLICY,
        "retrieve": VIEW_APPROVAL_POLICY,
        "create": MANAGE_APPROVAL_POLICY,
    }
    serializer_class = ApprovalPolicySerializer
    queryset = ApprovalPolicy.objects.select_related("site")
    filterset_class = ApprovalPolicyFilters
    ordering_fields, ordering = ("valid_from",), ("-valid_from",)

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> ApprovalPolicy:
        site: Site = data.pop("site")
        code, mode = data.pop("record_class_id"), ApprovalMode(data.pop("mode"))
        try:
            return rule_set(actor, site=site, record_class=code, mode=mode, **data)
        except LookupError:
            raise InvalidInput({"record_class": [_("There is no such class of records.")]}) from None
