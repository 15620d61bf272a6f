"""What the exchange with other systems announces."""

from dataclasses import dataclass

from mom.events.registry import event


@event("erp.import_completed")
@dataclass(frozen=True)
class ImportCompleted:
    """A file is in: all its rows that were new have taken effect."""

    site: str
    import_run_id: int
    source: str
    rows_applied: int
    rows_refused: int
