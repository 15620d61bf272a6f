"""The search box and the scan box in the API, with the asker's rights."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core import search
from mom.core.actor import EVERY_SITE
from mom.core.api.permissions import SIGNED_IN
from mom.core.api.viewsets import SiteScopedViewSet
from mom.core.errors import NotFound
from mom.core.scan import ScanAnswer, resolve_scan
from mom.core.selectors.search import MOST_CHARACTERS

MOST_OF_A_KIND = 50


class HitSerializer(serializers.Serializer[Any]):
    """One thing found. `match`: exact, prefix, word, part or near; `address` is its page."""

    kind = serializers.CharField()
    id = serializers.IntegerField(source="key")
    site = serializers.CharField()
    code = serializers.CharField()
    title = serializers.CharField()
    also = serializers.CharField(source="subtitle")
    match = serializers.SerializerMethodField()
    note = serializers.CharField()
    address = serializers.CharField(source="url")

    def get_match(self, hit: search.SearchHit) -> str:
        """The match by name."""
        return search.Match(hit.match).name.lower()


class FoundSerializer(serializers.Serializer[Any]):
    """The hits, best first within each kind."""

    results = HitSerializer(many=True)


class AskSerializer(serializers.Serializer[Any]):
    """What to look for, as in the address's query."""

    q = serializers.CharField(max_length=MOST_CHARACTERS)
    site = serializers.CharField(required=False, max_length=32)
    kind = serializers.CharField(required=False, max_length=32)
    limit = serializers.IntegerField(required=False, default=8, min_value=1, max_value=MOST_OF_A_KIND)


class ScanSerializer(serializers.Serializer[Any]):
    """What the scanner sent, byte by byte as text (FNC1 is U+001D), and the site where it was scanned."""

    text = serializers.CharField(max_length=400, trim_whitespace=False)
    site = serializers.CharField(required=False, max_length=32)


class ElementSerializer(serializers.Serializer[Any]):
    """One GS1 element."""

    ai = serializers.CharField()
    name = serializers.CharField()
    text = serializers.CharField()
    value = serializers.CharField()


class ScannedSerializer(serializers.Serializer[Any]):
    """What was read, and what it means here: `address` where it is exactly one thing, else `results` to choose from."""

    kind = serializers.CharField()
    text = serializers.CharField()
    elements = ElementSerializer(many=True)
    address = serializers.CharField()
    results = HitSerializer(many=True)
    sentence = serializers.CharField()


class SearchViewSet(SiteScopedViewSet):
    """Finds anything that has a number or a name, at your sites, among what you may see."""

    required_perms = {"list": SIGNED_IN}
    serializer_class = FoundSerializer
    pagination_class = None
    queryset = None
    site_path = ""

    def known_parameters(self) -> set[str]:
        """Of a search."""
        return {"q", "site", "kind", "limit"}

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, required=True, description="A number, its beginning, or words of a name."),
            OpenApiParameter("site", str, description="A site's code; without it all of yours are searched."),
            OpenApiParameter("kind", str, description="Only things of this kind: order, job, lot, machine ..."),
            OpenApiParameter("limit", int, description="At most so many of each kind (1 to 50, else 8)."),
        ],
        responses=FoundSerializer,
    )
    def list(self, request: Request) -> Response:
        """The hits."""
        asked = AskSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        kinds = {source.kind for source in search.sources()}
        if data.get("kind") and data["kind"] not in kinds:
            raise ValidationError(
                {"kind": [_("There is no such kind. Known here: %(names)s.") % {"names": ", ".join(sorted(kinds))}]}
            )
        groups = search.find(
            request.actor,  # type: ignore[attr-defined]
            sites_of(request, data.get("site")),
            data["q"],
            limit=data["limit"],
            kinds=[data["kind"]] if data.get("kind") else None,
        )
        return Response({"results": HitSerializer([hit for group in groups for hit in group.hits], many=True).data})


class ScanViewSet(SiteScopedViewSet):
    """Reads what a scanner sent and says what it names. It changes nothing, so it needs no key."""

    required_perms = {"create": SIGNED_IN}
    serializer_class = ScanSerializer
    queryset = None
    site_path = ""
    idempotency_optional = frozenset({"create"})

    @extend_schema(request=ScanSerializer, responses={200: ScannedSerializer})
    def create(self, request: Request) -> Response:
        """What the scan means at the site; without one, at the only site of yours."""
        asked = ScanSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        sites = sites_of(request, asked.validated_data.get("site"))
        if len(sites) != 1:
            raise ValidationError({"site": [_("Say at which of your sites this was scanned.")]})
        answer = resolve_scan(request.actor, sites[0], asked.validated_data["text"], hosts=[request.get_host()])  # type: ignore[attr-defined]
        return Response(ScannedSerializer(plain(answer)).data)


def sites_of(request: Request, code: str | None) -> list[str]:
    """The asked site, or all of the asker's. Raises: NotFound for a site that is not theirs; ValidationError."""
    held = request.actor.permissions  # type: ignore[attr-defined]
    own = sorted(site for site, names in held.items() if names and site != EVERY_SITE)
    if code is not None:
        if code not in own and EVERY_SITE not in held:
            raise NotFound
        return [code]
    if EVERY_SITE in held:
        raise ValidationError({"site": [_("Say at which site; you belong to all.")]})
    return own


def plain(answer: ScanAnswer) -> dict[str, Any]:
    """The answer as the API gives it."""
    return {
        "kind": answer.read.kind,
        "text": answer.read.text,
        "elements": [
            {"ai": each.code, "name": each.name, "text": each.text, "value": str(each.value)}
            for each in answer.read.elements
        ],
        "address": answer.url,
        "results": answer.hits,
        "sentence": str(answer.sentence),
    }
