"""Production's own records. One noun a file; import models from here."""

from production.models.production_request import ProductionRequest

__all__ = ["ProductionRequest"]
