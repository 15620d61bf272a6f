"""The shop-floor record. One noun a file; import models from here."""

from mom.floor.models.archive import ArchivedDay, ArchivePolicy, LateMessage
from mom.floor.models.machine import MachineListening, StateMapping
from mom.floor.models.message import FloorMessage, MessageGap, QuarantinedMessage, Source, SourceSession
from mom.floor.models.timeline import MachineSignal, StateInterval, Stop, StopAnnotation

__all__ = [
    "ArchivePolicy",
    "ArchivedDay",
    "FloorMessage",
    "LateMessage",
    "MachineListening",
    "MachineSignal",
    "MessageGap",
    "QuarantinedMessage",
    "Source",
    "SourceSession",
    "StateInterval",
    "StateMapping",
    "Stop",
    "StopAnnotation",
]
