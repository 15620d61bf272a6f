"""What the vocabularies' codes mean at first, for every site: the rows of migration 0004. Pure.

Source: iiot.md sections 2 to 4 (ISA-TR88.00.02; MTConnect; OPC 40001-1 Annex C; OPC 40501-1). Where OPC 40001-1 and
40501-1 disagree, 40001-1 holds, because it uses order and calendar.
"""

from collections.abc import Iterator

from mom.floor.engine.terms import StateModel

Given = tuple[str, str, str, str, str, str, str]
"""State model, code, mode, state, time class, time class without order, loss class."""

_RUN = ("run", "production", "production", "none")
_WAIT = ("idle", "delay", "planned_stop", "minor_stop")
_SETUP = ("setup", "setup", "setup", "setup_adjustment")
_DOWN = ("down", "down", "down", "breakdown")
_PLANNED = ("plan", "planned_stop", "planned_stop", "none")
_SERVICE = ("plan", "planned_maintenance", "planned_maintenance", "none")
_OFF = ("off", "unknown", "unknown", "none")

_OWN = {
    "run": _RUN,
    "idle": _WAIT,
    "setup": _SETUP,
    "plan": _PLANNED,
    "down": _DOWN,
    "off": _OFF,
    "production": _RUN,  # from here on: kinds of reported work
    "waiting": _WAIT,
    "breakdown": _DOWN,
    "maintenance": _SERVICE,
    "planned_stop": _PLANNED,
    "inspection": _WAIT,
    "logistics": _WAIT,
}
_PACKML = {
    "execute": _RUN,
    "completing": _RUN,
    "suspending": _WAIT,
    "suspended": _WAIT,
    "unsuspending": _WAIT,
    "holding": _WAIT,
    "held": _WAIT,
    "unholding": _WAIT,
    "stopping": _WAIT,
    "stopped": _WAIT,
    "resetting": _WAIT,
    "idle": _WAIT,
    "starting": _WAIT,
    "complete": _WAIT,
    "aborting": _DOWN,
    "aborted": _DOWN,
    "clearing": _DOWN,
}
_MACHINERY = {
    ("Executing", ""): _RUN,
    ("Executing", "Setup"): _SETUP,
    ("Executing", "Maintenance"): _SERVICE,
    ("NotExecuting", ""): _WAIT,
    ("NotExecuting", "Setup"): _SETUP,
    ("NotExecuting", "Maintenance"): _SERVICE,
    ("OutOfService", ""): _DOWN,
    ("OutOfService", "Setup"): _SETUP,
    ("OutOfService", "Maintenance"): _SERVICE,
    ("NotAvailable", ""): _WAIT,
    ("NotAvailable", "Setup"): _SETUP,
    ("NotAvailable", "Maintenance"): _SERVICE,
}
_BY_HAND = ("MdaMdi", "JogManual", "JogIncrement", "TeachingHandle", "Reference", "Other")
_EXECUTIONS = (
    "READY",
    "INTERRUPTED",
    "FEED_HOLD",
    "STOPPED",
    "OPTIONAL_STOP",
    "PROGRAM_STOPPED",
    "PROGRAM_OPTIONAL_STOP",
    "PROGRAM_COMPLETED",
    "WAIT",
)
_EXECUTION_MODES = {
    "MAINTENANCE": _SERVICE,
    "SETUP": _SETUP,
    "TEARDOWN": _SETUP,
    "MANUAL": _SETUP,
    "MANUAL_DATA_INPUT": _SETUP,
    "EDIT": _SETUP,
    "PROCESS_DEVELOPMENT": _PLANNED,
}


def given_meanings() -> Iterator[Given]:
    """Every row, once."""
    for code, meaning in _OWN.items():
        yield (StateModel.OWN, code, "", *meaning)
    for code, meaning in _PACKML.items():
        yield (StateModel.PACKML, code, "", *meaning)
        yield (StateModel.PACKML, code, "production", *meaning)
        yield (StateModel.PACKML, code, "maintenance", *_SERVICE)
        yield (StateModel.PACKML, code, "manual", *_SETUP)
    for (code, mode), meaning in _MACHINERY.items():
        yield (StateModel.OPCUA_MACHINERY, code, mode, *meaning)
    yield (StateModel.OPCUA_MACHINE_TOOL, "Active", "", *_RUN)
    for mode in _BY_HAND:
        yield (StateModel.OPCUA_MACHINE_TOOL, "Active", mode, *_SETUP)
    yield (StateModel.OPCUA_MACHINE_TOOL, "Interrupted", "", *_WAIT)
    yield (StateModel.OPCUA_MACHINE_TOOL, "Reset", "", *_WAIT)
    yield (StateModel.MTCONNECT, "UNAVAILABLE", "", *_OFF)
    yield (StateModel.MTCONNECT, "TRIGGERED", "", *_DOWN)
    yield (StateModel.MTCONNECT, "FAULT", "", *_DOWN)
    for code in ("ACTIVE", *_EXECUTIONS):
        yield (StateModel.MTCONNECT, code, "", *(_RUN if code == "ACTIVE" else _WAIT))
        for mode, meaning in _EXECUTION_MODES.items():
            yield (StateModel.MTCONNECT, code, mode, *meaning)
