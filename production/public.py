"""Production's door for the storeys above: what joins their transactions."""

from production.services.bulk import RequestedQuantity, add_requests

__all__ = ["RequestedQuantity", "add_requests"]
