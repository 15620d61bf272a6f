"""What people read for the closed vocabularies of the shop-floor record."""

from django.utils.translation import gettext_lazy as _

from mom.core.choices import Labelled
from mom.floor.engine.terms import (
    IntervalOrigin,
    MachineState,
    MessageKind,
    PieceSource,
    QuarantineProblem,
    QuarantineStatus,
    SignalSource,
    StateModel,
)

MESSAGE_KIND = Labelled(
    MessageKind,
    {
        MessageKind.STATE: (_("State"), ""),
        MessageKind.COUNT: (_("Count"), ""),
        MessageKind.CYCLE: (_("Cycle"), ""),
        MessageKind.READING: (_("Reading"), ""),
        MessageKind.ENERGY: (_("Energy"), ""),
        MessageKind.ALARM: (_("Alarm"), ""),
        MessageKind.HEARTBEAT: (_("Sign of life"), ""),
    },
)
MACHINE_STATE = Labelled(
    MachineState,
    {
        MachineState.RUN: (_("Running"), "run"),
        MachineState.IDLE: (_("Waiting"), "idle"),
        MachineState.SETUP: (_("Setup"), "setup"),
        MachineState.PLAN: (_("Planned stop"), "plan"),
        MachineState.DOWN: (_("Down"), "down"),
        MachineState.OFF: (_("No signal"), "off"),
    },
)
STATE_MODEL = Labelled(
    StateModel,
    {
        StateModel.OWN: (_("Our own states"), ""),
        StateModel.PACKML: (_("PackML"), ""),
        StateModel.OPCUA_MACHINERY: (_("OPC UA Machinery"), ""),
        StateModel.OPCUA_MACHINE_TOOL: (_("OPC UA Machine Tools"), ""),
        StateModel.MTCONNECT: (_("MTConnect"), ""),
    },
)
PIECE_SOURCE = Labelled(
    PieceSource,
    {
        PieceSource.REPORTS: (_("Reports"), ""),
        PieceSource.COUNTERS: (_("Its counters"), ""),
        PieceSource.COUNTERS_LESS_SCRAP: (_("Its counter less reported scrap"), ""),
    },
)
SIGNAL_SOURCE = Labelled(
    SignalSource, {SignalSource.MESSAGES: (_("Signals"), ""), SignalSource.REPORTS: (_("Reports of its jobs"), "")}
)
INTERVAL_ORIGIN = Labelled(
    IntervalOrigin,
    {
        IntervalOrigin.MACHINE: (_("Machine"), ""),
        IntervalOrigin.PERSON: (_("Person"), ""),
        IntervalOrigin.REPORTS: (_("Reports"), ""),
        IntervalOrigin.SILENCE: (_("No signal"), ""),
    },
)
QUARANTINE_PROBLEM = Labelled(
    QuarantineProblem,
    {
        QuarantineProblem.UNKNOWN_MACHINE: (_("Unknown machine"), ""),
        QuarantineProblem.IMPOSSIBLE_TIME: (_("Impossible time"), ""),
        QuarantineProblem.UNREADABLE: (_("Unreadable"), ""),
        QuarantineProblem.CONFLICTING: (_("Sent before with other content"), ""),
    },
)
QUARANTINE_STATUS = Labelled(
    QuarantineStatus,
    {
        QuarantineStatus.WAITING: (_("Needs a person"), "down"),
        QuarantineStatus.RELEASED: (_("Released"), "run"),
        QuarantineStatus.DISCARDED: (_("Discarded"), "plan"),
    },
)
