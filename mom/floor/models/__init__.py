"""The shop-floor record. One noun a file; import models from here."""

from mom.floor.models.archive import ArchivedDay
from mom.floor.models.machine import MachineListening, StateMapping
from mom.floor.models.message import FloorMessage, MessageGap, QuarantinedMessage, Source, SourceSession
from mom.floor.models.timeline import StateInterval, Stop, StopAnnotation

__all__ = [
    "ArchivedDay",
    "FloorMessage",
    "MachineListening",
    "MessageGap",
    "QuarantinedMessage",
    "Source",
    "SourceSession",
    "StateInterval",
    "StateMapping",
    "Stop",
    "StopAnnotation",
]
