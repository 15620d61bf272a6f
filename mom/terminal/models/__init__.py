"""What came from the devices of stations."""

from mom.terminal.models.entry import EntrySettlement, TerminalEntry

__all__ = ["EntrySettlement", "TerminalEntry"]
