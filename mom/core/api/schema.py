"""The OpenAPI document: it says what the door really does, every refusal included."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from mom.core.api.errors import PROBLEM
from mom.core.api.permissions import SIGNED_IN
from mom.core.api.serializers import ProblemSerializer

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
            found.append(_query("fields", "Only these fields, separated by commas."))
            if self._is_list_view() and view.ordering_fields:
                found.append(
                    _query("ordering", f"Any of {', '.join(view.ordering_fields)}; a minus in front turns it round.")
                )
        return found

    def _get_parameters(self) -> list[Any]:
        return [*super()._get_parameters(), *self._door_parameters()]

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
        return sorted(codes)

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular has it
        """The docstring, and the right that is needed."""
        text = str(super().get_description() or "")
        declared = getattr(self.view, "required_perms", {})
        permission = declared.get(getattr(self.view, "action", None) or self.method.lower(), "")
        if permission and permission != SIGNED_IN:
            text = f"{text}\n\nNeeds `{permission}`.".strip()
        return text


def _header(name: str, description: str, longest: int, *, is_required: bool = True) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": longest, "pattern": r"^[\x21-\x7e]+$"}
    return {**_HEADER, "name": name, "required": is_required, "description": description, "schema": schema}


def _query(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": {"type": "string"}, "description": description}
