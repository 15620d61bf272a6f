"""What production's vocabularies are called on screen."""

from django.utils.translation import gettext_lazy as _

from mom.core.choices import Labelled
from production.engine.terms import DefinitionStatus, QuantityBasis

DEFINITION_STATUS = Labelled(
    DefinitionStatus,
    {
        DefinitionStatus.DRAFT: (_("Draft"), "plan"),
        DefinitionStatus.APPROVED: (_("Approved"), "ok"),
        DefinitionStatus.RETIRED: (_("Retired"), "off"),
    },
)
QUANTITY_BASIS = Labelled(
    QuantityBasis,
    {QuantityBasis.NOMINAL: (_("As weighed"), ""), QuantityBasis.ACTIVE: (_("Active substance"), "")},
)
