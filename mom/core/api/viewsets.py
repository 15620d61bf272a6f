"""The bases of every API resource: default deny, the asker's sites only, versions, keys, field selection.

    class JobOrderViewSet(ReadOnlyViewSet):
        required_perms = {"list": "work.view", "retrieve": "work.view", "start": "work.execute_job_order"}
        serializer_class = JobOrderSerializer
        queryset = JobOrder.objects.select_related("site")
        filterset_fields = {"status": ["exact", "in"]}
        ordering_fields, ordering = ("code", "created_at"), ("-created_at",)

        @action(detail=True, methods=["post"])
        def start(self, request, pk):
            return self.answer(job_order_start(request.actor, self.get_object()))

Another site's row does not exist for the asker: 404, like a missing one. Every POST needs an `Idempotency-Key` unless
its action is in `idempotency_optional`.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import MethodNotAllowed, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from mom.core.actor import Actor
from mom.core.api import etags, idempotency, kept
from mom.core.api.filters import FilterBackend
from mom.core.api.permissions import SIGNED_IN
from mom.core.api.renderers import LenientNegotiation
from mom.core.db.retry import retrying
from mom.core.errors import NotFound

_NUL = "\x00"
LIST_PARAMETERS = frozenset({"cursor", "page_size", "ordering"})


class SiteScopedViewSet(GenericViewSet[Any]):
    """What every resource has; mix in what may be done with it."""

    required_perms: ClassVar[Mapping[str, str]] = {}
    site_path: ClassVar[str] = "site__code"
    """The way from a row to its site's code; empty for what belongs to no site."""
    ordering_fields: ClassVar[tuple[str, ...]] = ()
    ordering: ClassVar[tuple[str, ...]] = ()
    idempotency_optional: ClassVar[frozenset[str]] = frozenset()
    content_negotiation_class = LenientNegotiation
    filter_backends: Any = (FilterBackend,)
    metadata_class = None
    lookup_value_regex = r"[0-9]{1,18}"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """The door: signed in, permitted, not too often, no unknown parameter; a POST is then answered once per key.

        What had to yield to another transaction runs again.
        """
        if (request.method or "").lower() not in self.action_map:
            raise MethodNotAllowed(request.method or "")
        super().initial(request, *args, **kwargs)
        self._refuse_parameters(request)
        if request.method == "POST":
            key = idempotency.key_of(request, is_required=self.action not in self.idempotency_optional)
            if key:
                handler: Callable[..., Response] = getattr(self, self.action)
                self.post = partial(idempotency.answered_once, handler, key)
        elif request.method in {"PUT", "PATCH", "DELETE"}:
            name = request.method.lower()
            setattr(self, name, retrying()(getattr(self, name)))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Answers to one asker are nobody else's to keep."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    # Rows

    def for_actor(self, actor: Actor, permission: str) -> models.QuerySet[Any]:
        """The rows that the actor may see, at the sites where the permission is held. A selector may take its place."""
        queryset = super().get_queryset()
        sites = None if permission == SIGNED_IN else actor.sites_with(permission)
        if sites is None or not self.site_path:
            return queryset
        return queryset.filter(**{f"{self.site_path}__in": sites})

    def get_queryset(self) -> models.QuerySet[Any]:
        """What this asker may see, by the permission for reading: who may see it but not change it gets a 403."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        perms = self.required_perms
        permission = perms.get("retrieve") or perms.get("list") or perms[self.action]
        return self.for_actor(self.request.actor, permission)  # type: ignore[attr-defined]

    def get_object(self) -> Any:
        """The row at this address. Raises: NotFound (also where it is another site's), PermissionDenied."""
        value = self.kwargs[self.lookup_url_kwarg or self.lookup_field]
        # By its key: the order of lists would join tables for nothing.
        instance = self.get_queryset().filter(**{self.lookup_field: value}).order_by("pk").first()
        if instance is None:
            raise NotFound
        self.check_object_permissions(self.request, instance)
        return instance

    def site_of(self, instance: Any) -> str | None:
        """The code of the site that a row belongs to; None for what belongs to no site."""
        value = instance
        for step in self.site_path.split("__") if self.site_path else ():
            value = getattr(value, step)
        return str(value) if self.site_path else None

    # Fields

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """The serializer, narrowed to `?fields=a,b` where something is read. Raises: ValidationError."""
        serializer: Any = super().get_serializer(*args, **kwargs)
        wanted = self.request.query_params.get("fields", "") if self.request and self.request.method == "GET" else ""
        if wanted:
            fields = getattr(serializer, "child", serializer).fields
            names = {name for name in wanted.split(",") if name}
            unknown = sorted(names - set(fields))
            if unknown:
                raise ValidationError({"fields": [_("There is no such field: %(name)s.") % {"name": unknown[0][:100]}]})
            for name in set(fields) - names:
                fields.pop(name)
        return serializer

    def answer(self, instance: Any, status_code: int = status.HTTP_200_OK, **headers: str) -> Response:
        """One row as the answer, with its ETag."""
        etag = etags.etag_of(instance)
        return Response(
            self.body_of(instance), status=status_code, headers={**({"ETag": etag} if etag else {}), **headers}
        )

    def body_of(self, rows: Any, *, many: bool = False) -> Any:
        """A row, or `many`, as this action's serializer shows it."""
        if "fields" in self.request.query_params:
            return self.get_serializer(rows, many=many).data
        show = kept.all_shown if many else kept.shown
        return show(self.get_serializer_class(), rows, self.get_serializer_context())

    def understood(self, kind: type[Any], request: Request) -> dict[str, Any]:
        """The body as a serializer without a row understands it. Raises: ValidationError."""
        return kept.understood(kind, request.data, self.get_serializer_context())

    def validated(self, request: Request, **kwargs: Any) -> dict[str, Any]:
        """The body as this action's serializer understands it. Raises: ValidationError."""
        serializer = self.get_serializer(data=request.data, **kwargs)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _refuse_parameters(self, request: Request) -> None:
        """A misspelt filter must not answer with all rows. Raises: ValidationError for what nothing reads."""
        known = set(self.known_parameters())
        for name, values in request.query_params.lists():
            if name not in known:
                message = _("There is no such parameter. Known here: %(names)s.") % {
                    "names": ", ".join(sorted(known)) or "-"
                }
                raise ValidationError({re.sub(r"[^\w.-]", "?", name)[:100]: [message]})
            if any(_NUL in value for value in values):
                raise ValidationError({name: [_("A value can't hold the character NUL.")]})

    def known_parameters(self) -> set[str]:
        """The query parameters of this action."""
        if self.request.method != "GET":
            return set()
        known = {"fields"}
        if self.action == "list" or not self.detail:
            known |= LIST_PARAMETERS | set(self._filter_names())
        return known

    def _filter_names(self) -> list[str]:
        for backend in self.filter_backends:
            filterset = getattr(backend(), "get_filterset_class", lambda *_args: None)(self, self.get_queryset())
            if filterset is not None:
                return list(filterset.base_filters)
        return []


class ListMixin:
    """GET of the collection."""

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of rows."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))  # type: ignore[attr-defined]
        return self.get_paginated_response(self.body_of(page, many=True))  # type: ignore[attr-defined, no-any-return]


class RetrieveMixin:
    """GET of one row; `If-None-Match` saves the body where the row's version stands for all that is answered."""

    version_says_all = True  # False where the answer holds other rows' values, which change without a new version

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The row."""
        instance = self.get_object()  # type: ignore[attr-defined]
        etag = etags.etag_of(instance)
        is_whole = self.version_says_all and not {"fields", "include"} & set(request.query_params)
        if is_whole and etags.is_unchanged(request, etag):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": etag})
        return self.answer(instance)  # type: ignore[attr-defined, no-any-return]


class CreateMixin:
    """POST to the collection, with a service behind it."""

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> Any:
        """Call the service and give back the new row."""
        raise NotImplementedError

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The new row, at its address."""
        instance = self.perform_create(request.actor, self.validated(request))  # type: ignore[attr-defined]
        location = request.build_absolute_uri(f"{request.path.rstrip('/')}/{instance.pk}/")
        return self.answer(instance, status.HTTP_201_CREATED, Location=location)  # type: ignore[attr-defined, no-any-return]


class UpdateMixin:
    """PUT and PATCH, with a service behind them that compares the version again under its lock."""

    def perform_update(self, actor: Actor, instance: Any, data: dict[str, Any], version: int) -> Any:
        """Call the service and give back the changed row."""
        raise NotImplementedError

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The changed row. Raises: PreconditionRequired, Stale."""
        instance = self.get_object()  # type: ignore[attr-defined]
        version = etags.require_match(request, instance)
        data = self.validated(request, instance=instance, partial=request.method == "PATCH")  # type: ignore[attr-defined]
        return self.answer(self.perform_update(request.actor, instance, data, version))  # type: ignore[attr-defined, no-any-return]

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The changed row; fields that are not sent stay."""
        return self.update(request, *args, **kwargs)


class ReadOnlyViewSet(ListMixin, RetrieveMixin, SiteScopedViewSet):
    """A resource that is only read."""
