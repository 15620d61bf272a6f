"""How the system is, for monitoring: the same lines as on the page and in `manage.py status`."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.api.serializers import CharField, Serializer
from mom.core.api.viewsets import SiteScopedViewSet
from mom.core.permissions_declared import VIEW_STATUS
from mom.core.status import BAD, INFO, OK, WARN, status

STATES = (OK, INFO, WARN, BAD)


class StatusLineSerializer(Serializer):
    """One thing that was looked at."""

    key = CharField(
        help_text="Stable: database, schema, disk, backup, anchor, broker, workers, outbox, sending, time, archive."
    )
    label = CharField()
    state = serializers.ChoiceField(choices=STATES)
    text = CharField(help_text="How it is, in the reader's language.")
    todo = CharField(help_text="What to do; empty where nothing is wrong.")


class StatusSerializer(Serializer):
    """All lines, and the worst of them."""

    ok = serializers.BooleanField()
    state = serializers.ChoiceField(choices=STATES)
    at = serializers.DateTimeField()
    lines = StatusLineSerializer(many=True)


class StatusViewSet(SiteScopedViewSet):
    """How each part of the system is."""

    required_perms = {"list": VIEW_STATUS}
    serializer_class = StatusSerializer
    pagination_class = None
    filter_backends = ()
    site_path = ""

    def known_parameters(self) -> set[str]:
        """None."""
        return set()

    @extend_schema(operation_id="status_retrieve", responses=StatusSerializer)
    def list(self, request: Request, **_kwargs: Any) -> Response:
        """What is wrong and what to do. 200 also where something is wrong: look at `ok`."""
        return Response(StatusSerializer(status().as_plain()).data)
