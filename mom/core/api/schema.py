"""The OpenAPI document: it says what the door really does, every refusal included."""

import re
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import force_instance, get_doc
from drf_spectacular.utils import OpenApiParameter

from mom.core.api.errors import PROBLEM
from mom.core.api.permissions import SIGNED_IN
from mom.core.api.serializers import ProblemSerializer, RefusesUnknown

_SENTENCES = {
    "400": "The request is malformed; `fields` says where.",
    "401": "Not signed in, or the token is not (any more) valid.",
    "403": "Signed in, but without the right to do this here.",
    "404": "There is none, or none that you may see: the two look the same.",
    "405": "This address does not take this method.",
    "409": "The present state stands against it, or the same request is still being worked on.",
    "412": "Somebody changed it since it was read.",
    "413": "The body is too large.",
    "415": "The body is not application/json.",
    "422": "The request is well-formed, but its values can't be; or the Idempotency-Key was used for another request.",
    "428": "The header If-Match is missing.",
    "429": "Too many requests; Retry-After says when to come back.",
    "503": "A part that is needed does not answer at the moment; nothing was changed.",
}
_KEY = "A key of your own, new for each act: the same key with the same body is answered once and replayed."
_VERSION = "The ETag of the version that the change was made from."
_HEADER = {"in": "header", "schema": {"type": "string"}}


class Schema(AutoSchema):
    """Adds to every operation the headers that it reads and each way in which it may refuse."""

    def _door_parameters(self) -> list[dict[str, Any]]:
        """`Idempotency-Key`, `If-Match`, `fields` and `ordering`, where they count."""
        found: list[dict[str, Any]] = []
        view: Any = self.view
        action = getattr(view, "action", "")
        if not hasattr(view, "idempotency_optional"):
            return found
        if self.method == "POST":
            found.append(_header("Idempotency-Key", _KEY, 200, is_required=action not in view.idempotency_optional))
        if self.method in {"PUT", "PATCH"}:
            found.append(_header("If-Match", _VERSION, 100))
        if self.method == "GET":
            found.append(_several("fields", "Only these fields, separated by commas.", self._field_names()))
            if getattr(view, "includes", ()) and action in {"list", "retrieve"}:
                found.append(_several("include", "Embed these too.", list(view.includes)))
            if self._is_list_view() and view.ordering_fields:
                names = [sign + name for name in view.ordering_fields for sign in ("", "-")]
                found.append(_several("ordering", "At most three; a minus in front turns it round.", names, most=3))
        return found

    def _is_list_view(self, serializer: Any = None) -> bool:
        """A collection is paged; what is not paged is one document."""
        is_paged = getattr(self.view, "pagination_class", None) is not None
        return is_paged and bool(super()._is_list_view(serializer))

    def get_operation_id(self) -> str:
        """A collection that is one document is still listed."""
        name = str(super().get_operation_id())
        is_listed = getattr(self.view, "action", "") == "list"
        return re.sub("_retrieve$", "_list", name) if is_listed else name

    def _field_names(self) -> list[str]:
        """The fields of the answer, by name."""
        serializer: Any = self._get_serializer()  # type: ignore[no-untyped-call]
        return list(getattr(serializer, "child", serializer).fields) if serializer is not None else []

    def _get_parameters(self) -> list[Any]:
        found = [*super()._get_parameters(), *self._door_parameters()]
        if not hasattr(self.view, "known_parameters"):
            return found
        known = self.view.known_parameters()
        told = [each for each in self.get_override_parameters() if isinstance(each, OpenApiParameter)]
        if wrong := [each.name for each in told if each.location == OpenApiParameter.QUERY and each.name not in known]:
            where = f"{type(self.view).__name__}.{getattr(self.view, 'action', '')}"
            raise LookupError(f"{where} tells of parameters that it refuses: {', '.join(wrong)}.")
        return [parameter for parameter in found if parameter["in"] != "query" or parameter["name"] in known]

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        """A body that refuses unknown keys says so; an answer that `fields` may shorten requires none."""
        schema: Any = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        serializer = force_instance(serializer)  # type: ignore[no-untyped-call]
        if direction == "request" and isinstance(serializer, RefusesUnknown):
            schema["additionalProperties"] = False
        elif direction == "response" and not isinstance(serializer, ProblemSerializer):
            schema.pop("required", None)
        return schema

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for code in self._refusals():
            answer = self._get_response_for_code(  # type: ignore[no-untyped-call]
                ProblemSerializer, code, media_types=[PROBLEM]
            )
            bodies.setdefault(code, {**answer, "description": _SENTENCES[code]})
        return bodies

    def _refusals(self) -> list[str]:
        """The codes with which this operation may refuse."""
        codes = ["400", "404", "405", "429", "503"]
        if not getattr(self.view, "public_because", ""):
            codes += ["401", "403"]
        if self.method in {"POST", "PUT", "PATCH", "DELETE"}:
            codes += ["409", "413", "415", "422"]
        if self.method in {"PUT", "PATCH"}:
            codes += ["412", "428"]
        elif any(getattr(each, "name", "") == "If-Match" for each in self.get_override_parameters()):
            codes += ["412"]
        return sorted(codes)

    def get_description(self) -> str:  # as drf-spectacular has it
        """What the resource is, what the action does, and the right that it needs."""
        about, text = str(get_doc(type(self.view)) or ""), str(super().get_description() or "")
        if about and about != text:
            text = f"{about}\n\n{text}".strip()
        declared = getattr(self.view, "required_perms", {})
        permission = declared.get(getattr(self.view, "action", None) or self.method.lower(), "")
        if permission and permission != SIGNED_IN:
            text = f"{text}\n\nNeeds `{permission}`.".strip()
        return text


def _header(name: str, description: str, longest: int, *, is_required: bool = True) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": longest, "pattern": r"^[\x21-\x7e]+$"}
    return {**_HEADER, "name": name, "required": is_required, "description": description, "schema": schema}


def _several(name: str, description: str, words: list[str], most: int = 0) -> dict[str, Any]:
    """A query parameter that holds some of these words, separated by commas."""
    schema: dict[str, Any] = {"type": "array", "items": {"type": "string", "enum": words}}
    if most:
        schema["maxItems"] = most
    where = {"name": name, "in": "query", "required": False, "style": "form", "explode": False}
    return {**where, "description": description, "schema": schema}
