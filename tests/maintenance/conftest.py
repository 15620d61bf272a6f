from tests.core.api.conftest import client_of

__all__ = ["client_of"]  # a client that speaks JSON and makes a new Idempotency-Key for each POST
