"""The closed vocabularies of what operators enter at a station."""

from enum import StrEnum


class EntryKind(StrEnum):
    """What an operator says with one tap or one sheet."""

    START = "start"
    RESUME = "resume"
    PAUSE = "pause"
    FINISH = "finish"
    LOG = "log"  # good, scrap and rework of a job
    STOP = "stop"  # the machine stands; with a reason, or the reason of the stop that is open
    GO_ON = "go_on"  # the stop is over
    LOT = "lot"  # another lot is in place: what is made from now on is of it
    HELP = "help"
    UNDO = "undo"  # takes an entry of quantities back by its counter-entry; a start, pause or resume is as not given


UNDOABLE = frozenset({EntryKind.LOG, EntryKind.START, EntryKind.PAUSE, EntryKind.RESUME})
"""What who made it may take back with one tap, while it is their last entry."""


class EntryOutcome(StrEnum):
    """What became of an entry at the server."""

    DONE = "done"
    REFUSED = "refused"


class Settled(StrEnum):
    """What a person made of an entry that needed one."""

    CONFIRMED = "confirmed"  # the claimed person made it indeed
    BY_HAND = "by_hand"  # what it says was recorded otherwise
    DISCARDED = "discarded"
