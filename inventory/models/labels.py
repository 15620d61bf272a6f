"""What inventory's vocabularies are called on screen."""

from django.utils.translation import gettext_lazy as _

from inventory.engine.terms import CountStatus, MoveKind, StockClass
from mom.core.choices import Labelled

MOVE_KIND = Labelled(
    MoveKind,
    {
        MoveKind.OPENED: (_("Opening stock"), ""),
        MoveKind.RECEIVED: (_("Received"), ""),
        MoveKind.CONSUMED: (_("Consumed"), ""),
        MoveKind.PRODUCED: (_("Produced"), ""),
        MoveKind.BY_PRODUCT: (_("By-product"), ""),
        MoveKind.CO_PRODUCT: (_("Co-product"), ""),
        MoveKind.INSTALLED: (_("Installed"), ""),
        MoveKind.REMOVED: (_("Removed"), ""),
        MoveKind.RETURNED: (_("Returned"), ""),
        MoveKind.TRANSFERRED: (_("Transferred"), ""),
        MoveKind.BLENDED: (_("Blended"), ""),
        MoveKind.SCRAPPED: (_("Scrapped"), ""),
        MoveKind.ADJUSTED: (_("Adjusted"), ""),
        MoveKind.SHIPPED: (_("Shipped"), ""),
    },
)
STOCK_CLASS = Labelled(StockClass, {StockClass.A: (_("A"), ""), StockClass.B: (_("B"), ""), StockClass.C: (_("C"), "")})
COUNT_STATUS = Labelled(
    CountStatus,
    {
        CountStatus.OPEN: (_("To count"), "plan"),
        CountStatus.COUNTED: (_("Differs: decide"), "warn"),
        CountStatus.POSTED: (_("Posted"), "ok"),
        CountStatus.CANCELLED: (_("Cancelled"), "off"),
    },
)
