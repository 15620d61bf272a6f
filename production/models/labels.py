"""What production's vocabularies are called on screen."""

from django.utils.translation import gettext_lazy as _

from mom.core.choices import Labelled
from production.engine.terms import DefinitionStatus, OutOfLimit, QuantityBasis, StepKind

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
STEP_KIND = Labelled(
    StepKind,
    {
        StepKind.TEXT: (_("Text to read"), ""),
        StepKind.PICTURE: (_("Picture to look at"), ""),
        StepKind.CHECK: (_("Tick when done"), ""),
        StepKind.NUMBER: (_("Number"), ""),
        StepKind.CHOICE: (_("Choice"), ""),
        StepKind.SCAN: (_("Scan"), ""),
    },
)
OUT_OF_LIMIT = Labelled(
    OutOfLimit, {OutOfLimit.REFUSE: (_("Is refused"), ""), OutOfLimit.FLAG: (_("Is taken and marked"), "warn")}
)
