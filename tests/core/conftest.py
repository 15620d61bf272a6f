from tests.core.database import as_owner, owner

__all__ = ["as_owner", "owner"]
