"""The closed vocabularies of inventory. Pure: no Django here."""

from enum import StrEnum


class MoveKind(StrEnum):
    """Why stock changed. Source: B2MML 0701 `MaterialUse`, and what storage adds to it."""

    OPENED = "opened"  # what lay there when the system began
    RECEIVED = "received"
    CONSUMED = "consumed"
    PRODUCED = "produced"
    BY_PRODUCT = "by_product"
    CO_PRODUCT = "co_product"
    INSTALLED = "installed"  # a component with a number, into a product with one
    REMOVED = "removed"
    RETURNED = "returned"
    TRANSFERRED = "transferred"
    BLENDED = "blended"
    SCRAPPED = "scrapped"
    ADJUSTED = "adjusted"
    SHIPPED = "shipped"


MAKES = frozenset({MoveKind.PRODUCED, MoveKind.BY_PRODUCT, MoveKind.CO_PRODUCT})
"""The kinds that bring a lot into being from what a job consumed."""


class StockClass(StrEnum):
    """How often the store counts a place: A most often, C least."""

    A = "A"
    B = "B"
    C = "C"


class CountStatus(StrEnum):
    """How far a count is."""

    OPEN = "open"  # to be counted, or being counted
    COUNTED = "counted"  # differs from the book: somebody decides
    POSTED = "posted"
    CANCELLED = "cancelled"


class CountCommand(StrEnum):
    """What moves a count on."""

    FINISH = "finish"
    POST = "post"
    CANCEL = "cancel"
