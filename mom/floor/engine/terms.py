"""The closed vocabularies of the shop-floor record. Pure: no Django here."""

from enum import StrEnum


class MessageKind(StrEnum):
    """What a message from Level 2 says."""

    STATE = "state"  # from now on the machine is in `code` (and `mode`), because of `reason`
    COUNT = "count"  # a counter's reading (`total` or `reject`), or an increment
    CYCLE = "cycle"  # a cycle was completed; `value` is its length in seconds where the machine knows it
    READING = "reading"  # a signal: `name`, `value`, `unit`
    ENERGY = "energy"  # kWh used since the last such message, or a meter's reading
    ALARM = "alarm"  # `code`, `text`; ended by the same code with mode "cleared"
    HEARTBEAT = "heartbeat"  # the machine is there and nothing changed


class CountName(StrEnum):
    """Which pieces a count is of, and whether it is a counter's reading or what was added."""

    TOTAL = "total"  # reading of the counter of all pieces
    REJECT = "reject"  # reading of the counter of bad ones
    TOTAL_ADDED = "total_added"
    REJECT_ADDED = "reject_added"


class MachineState(StrEnum):
    """The six states that people see. Source: DESIGN.md section 4."""

    RUN = "run"
    IDLE = "idle"  # waiting: able, but starved, blocked or unattended
    SETUP = "setup"
    PLAN = "plan"  # planned stop
    DOWN = "down"
    OFF = "off"  # no signal


class StateModel(StrEnum):
    """Which vocabulary a machine's state codes are of."""

    OWN = "own"  # run, idle, setup, plan, down, off
    PACKML = "packml"  # ISA-TR88.00.02
    OPCUA_MACHINERY = "opcua_machinery"  # OPC 40001-1
    OPCUA_MACHINE_TOOL = "opcua_machine_tool"  # OPC 40501-1
    MTCONNECT = "mtconnect"


class PieceSource(StrEnum):
    """Where a machine's pieces are taken from; printed with every figure made of them."""

    REPORTS = "reports"  # what people reported on its jobs
    COUNTERS = "counters"  # its total counter, less its reject counter
    COUNTERS_LESS_SCRAP = "counters_less_scrap"  # its total counter, less the scrap and rework that people reported


class SignalSource(StrEnum):
    """What a machine's timeline is made of."""

    MESSAGES = "messages"
    REPORTS = "reports"  # a machine without signals: its jobs' responses


class IntervalOrigin(StrEnum):
    """Who says that the machine was in this state."""

    MACHINE = "machine"
    PERSON = "person"
    REPORTS = "reports"
    SILENCE = "silence"


class QuarantineProblem(StrEnum):
    """Why a message waits for a person."""

    UNKNOWN_MACHINE = "unknown_machine"
    IMPOSSIBLE_TIME = "impossible_time"
    UNREADABLE = "unreadable"  # a field is missing or has no meaning
    CONFLICTING = "conflicting"  # the same key came before with another content


class QuarantineStatus(StrEnum):
    """What became of a message in quarantine."""

    WAITING = "waiting"
    RELEASED = "released"
    DISCARDED = "discarded"
