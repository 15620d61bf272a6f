from tests.core.database import owner

__all__ = ["owner"]
