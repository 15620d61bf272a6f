"""The words of the delivery room: channels, states, and how long a failed message rests."""

from enum import StrEnum


class DeliveryChannel(StrEnum):
    """How a message leaves the house."""

    EMAIL = "email"
    WEBHOOK = "webhook"
    PRINTER = "printer"


class DeliveryState(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    DISCARDED = "discarded"


class PrinterKind(StrEnum):
    """The language that a printer reads at its raw port."""

    ZPL = "zpl"
    PDF = "pdf"


OPEN = (DeliveryState.WAITING, DeliveryState.SENDING)
"""States that a worker may still end."""
UNSETTLED = (*OPEN, DeliveryState.DEAD)
"""States that hold the messages behind them."""
MOST_ATTEMPTS = 10
FIRST_PAUSE, LONGEST_PAUSE = 60.0, 3600.0


def pause_after(attempts: int, asked: float = 0.0) -> float:
    """Seconds until the next try after so many: a minute, doubled each time up to an hour; at least what was asked."""
    return max(min(FIRST_PAUSE * 2.0 ** max(attempts - 1, 0), LONGEST_PAUSE), min(asked, LONGEST_PAUSE))
