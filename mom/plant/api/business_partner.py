"""Customers and suppliers in the API."""

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view

from mom.plant.api.base import COMMON, COMMON_READ_ONLY, MasterDataViewSet, RowSerializer, filters_for
from mom.plant.models import BusinessPartner


class PartnerSerializer(RowSerializer):
    """A company we buy from or make for."""

    class Meta:
        model = BusinessPartner
        fields = (*COMMON, "is_customer", "is_supplier")
        read_only_fields = COMMON_READ_ONLY
        validators: list[object] = []


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample(
                "A supplier",
                value={"site": "NORRTAL", "code": "SEALCO", "name": "Seal Company", "is_supplier": True},
                request_only=True,
            )
        ]
    )
)
class PartnerViewSet(MasterDataViewSet):
    """Business partners."""

    noun = "partner"
    queryset = BusinessPartner.objects.select_related("site")
    serializer_class = PartnerSerializer
    filterset_class = filters_for(
        BusinessPartner, code=["exact", "in"], is_customer=["exact"], is_supplier=["exact"], is_active=["exact"]
    )
