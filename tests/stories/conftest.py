from tests.core.api.conftest import client_of
from tests.core.database import as_owner

__all__ = ["as_owner", "client_of"]  # a client that speaks JSON and makes a new Idempotency-Key for each POST
