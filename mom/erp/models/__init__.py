"""The import's own records. One noun a file; import models from here."""

from mom.erp.models.import_run import ImportRun
from mom.erp.models.source_row import SourceRow
from mom.erp.models.staged_row import StagedRow
from mom.erp.models.table_import import TableImport

__all__ = ["ImportRun", "SourceRow", "StagedRow", "TableImport"]
