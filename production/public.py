"""Production's door for the storeys above: what joins their transactions."""

from production.services.bulk import RequestedQuantity, add_requests
from production.services.production_request import NewOrder
from production.services.production_request import add as add_order
from production.services.production_request import released as release_order

__all__ = ["NewOrder", "RequestedQuantity", "add_order", "add_requests", "release_order"]
