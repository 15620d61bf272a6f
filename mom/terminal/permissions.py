"""What one may do with the entries of stations: rights of the work that they are about, no others.

Who may take back what others reported may settle what could not be recorded.
"""

from mom.work.permissions import CORRECT_REPORT as SETTLE_ENTRY
from mom.work.permissions import VIEW as VIEW_ENTRIES

__all__ = ["SETTLE_ENTRY", "VIEW_ENTRIES"]
