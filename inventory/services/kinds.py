"""What inventory's jobs do on the spine: a count gets its sheet and its verdict, a move moves the ledger."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from inventory.models import StorageLocation
from inventory.services import cycle_count, stock_transfer
from mom.core.errors import InvalidInput
from mom.core.use_case import UseCase
from mom.work.models import JobOrder, QuantityReport


class InventoryJobs:
    """In charge of inventory's jobs. Every method joins the caller's transaction."""

    def started(self, act: UseCase, job_order: JobOrder, at: datetime) -> None:
        """A count gets its sheet: what lies there now."""
        cycle_count.begin(act, job_order)

    def start_undone(self, act: UseCase, job_order: JobOrder) -> None:
        """A count nobody began waits with its sheet. Raises: Conflict where something was counted."""
        cycle_count.not_begun(act, job_order)

    def reported(self, act: UseCase, job_order: JobOrder, reports: list[QuantityReport]) -> None:
        """Nothing: counts and moves make nothing."""

    def finished(self, act: UseCase, job_order: JobOrder) -> None:
        """A move is posted; a count is posted where it agrees. Raises: Conflict, Shortage."""
        cycle_count.finish(act, job_order)
        stock_transfer.finish(act, job_order)

    def request(self, act: UseCase, site_id: int, wish: Mapping[str, Any]) -> JobOrder:
        """A count of `place` (a `StorageLocation`), or with `to`, `what` and `quantity` a move from it.

        Raises: InvalidInput for a place of another site or none; Conflict where it is being counted.
        """
        place = wish.get("place")
        if not isinstance(place, StorageLocation) or place.site_id != site_id:
            raise InvalidInput({"place": ["place"]})
        due_at = wish.get("due_at")
        if "to" in wish:
            move = stock_transfer.add(act, wish["what"], place, wish["to"], wish["quantity"], due_at=due_at)
            return move.job_order
        return cycle_count.add(act, place, due_at=due_at).job_order
