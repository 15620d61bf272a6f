"""The closed vocabularies of the spine, in the standards' own words. Pure: no Django here."""

from enum import StrEnum


class OperationsType(StrEnum):
    """Which of the four domains a request or job belongs to. Source: B2MML 0701 `OperationsType`."""

    PRODUCTION = "production"
    MAINTENANCE = "maintenance"
    QUALITY = "quality"
    INVENTORY = "inventory"


class WorkRequestStatus(StrEnum):
    """State of a request. Source: B2MML 0701 `RequestState`."""

    FORECAST = "forecast"
    RELEASED = "released"
    WAITING = "waiting"
    CANCELLED = "cancelled"
    READY = "ready"
    RUNNING = "running"
    COMPLETED = "completed"
    ABORTED = "aborted"
    HELD = "held"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class WorkRequestCommand(StrEnum):
    """What somebody asks of a request. It starts and completes through its jobs."""

    RELEASE = "release"
    START = "start"
    HOLD = "hold"
    RESUME = "resume"
    COMPLETE = "complete"
    REOPEN = "reopen"
    CLOSE = "close"
    ABORT = "abort"
    CANCEL = "cancel"


class JobOrderStatus(StrEnum):
    """State of a job. Source: B2MML 0701 `DispatchStatus`; Pending and Dispatched come in as Waiting and Ready."""

    WAITING = "waiting"
    READY = "ready"
    RUNNING = "running"
    SUSPENDED = "suspended"
    HELD = "held"
    COMPLETED = "completed"
    CLOSED = "closed"
    ABORTED = "aborted"
    CANCELLED = "cancelled"


class JobOrderCommand(StrEnum):
    """What somebody asks of a job. Source: isa95.md section 8; Reset is not offered, a new job order is made."""

    RELEASE = "release"
    REVOKE = "revoke"
    START = "start"
    PAUSE = "pause"
    HOLD = "hold"
    RESUME = "resume"
    FINISH = "finish"
    CLOSE = "close"
    ABORT = "abort"
    CANCEL = "cancel"


class JobOrigin(StrEnum):
    """Why a job was made of another one, after its order was planned."""

    SPLIT = "split"  # part of its quantity, to run beside it
    REMAINDER = "remainder"  # what it left unmade when it was finished early
    REWORK = "rework"  # pieces of it that must be worked on again
    REPLACEMENT = "replacement"  # the pieces again that were lost with it


PARTS = frozenset({JobOrigin.SPLIT, JobOrigin.REMAINDER})
"""What was taken out of a job: it is for what that one was for."""


OPEN_JOB_ORDER_STATUSES = frozenset(
    {
        JobOrderStatus.WAITING,
        JobOrderStatus.READY,
        JobOrderStatus.RUNNING,
        JobOrderStatus.SUSPENDED,
        JobOrderStatus.HELD,
    }
)
BEGUN_JOB_ORDER_STATUSES = frozenset({JobOrderStatus.RUNNING, JobOrderStatus.SUSPENDED, JobOrderStatus.HELD})
OPEN_WORK_REQUEST_STATUSES = frozenset(
    {
        WorkRequestStatus.RELEASED,
        WorkRequestStatus.WAITING,
        WorkRequestStatus.READY,
        WorkRequestStatus.RUNNING,
        WorkRequestStatus.HELD,
        WorkRequestStatus.SUSPENDED,
    }
)


class ResourceKind(StrEnum):
    """Which of the four resource models a requirement asks for. Source: IEC 62264-2 section 5."""

    PERSONNEL = "personnel"
    EQUIPMENT = "equipment"
    PHYSICAL_ASSET = "physical_asset"
    MATERIAL = "material"


class MaterialUse(StrEnum):
    """What a job does with a material. Source: B2MML 0701 `MaterialUse`."""

    CONSUMABLE = "consumable"
    CONSUMED = "consumed"
    PRODUCED = "produced"
    BY_PRODUCT = "by_product"
    CO_PRODUCT = "co_product"
    DESTRUCTIVE_SAMPLE = "destructive_sample"
    RETURNED_SAMPLE = "returned_sample"
    RETAINED_SAMPLE = "retained_sample"


OUTPUT_USES = frozenset({MaterialUse.PRODUCED, MaterialUse.BY_PRODUCT, MaterialUse.CO_PRODUCT})


class DependencyKind(StrEnum):
    """How one job waits for another. Source: IEC 62264-2 segment dependency; B2MML 0701 `Dependency`."""

    AFTER_END = "after_end"
    AFTER_START = "after_start"
    AT_START = "at_start"
    NOT_IN_PARALLEL = "not_in_parallel"


class WorkKind(StrEnum):
    """What the time of a job response was spent on."""

    SETUP = "setup"
    PRODUCTION = "production"
    BREAKDOWN = "breakdown"
    MAINTENANCE = "maintenance"
    INSPECTION = "inspection"
    LOGISTICS = "logistics"
    WAITING = "waiting"  # able, but starved, blocked or unattended
    PLANNED_STOP = "planned_stop"  # a break, no work planned


class QuantityKind(StrEnum):
    """What became of a reported quantity. `review` is held for the material review board's verdict."""

    GOOD = "good"
    SCRAP = "scrap"
    REWORK = "rework"
    REVIEW = "review"


class RunKind(StrEnum):
    """Why several jobs share one run of an equipment."""

    LOAD = "load"  # a furnace, a washer
    CYCLE = "cycle"  # a family mould
    NEST = "nest"  # one sheet, parts of several orders
    CAMPAIGN = "campaign"


class ShareRule(StrEnum):
    """How the time and energy of a run are shared among its jobs: each gets its weight over the sum of weights."""

    EQUAL = "equal"
    QUANTITY = "quantity"
    MASS = "mass"
    AREA = "area"
    STATED = "stated"


class GateLevel(StrEnum):
    """How much something in the way of a start counts, in an area: it is not asked, only told, or it forbids."""

    OFF = "off"
    WARN = "warn"
    BLOCK = "block"


class ConditionAspect(StrEnum):
    """A state that an equipment has beside running or standing."""

    CLEANING = "cleaning"
    SETUP = "setup"


class CleaningState(StrEnum):
    """The value of the cleaning aspect. Where a rule asks, a job starts only on a clean machine, in its hold time."""

    CLEAN = "clean"
    DIRTY = "dirty"


class EnergyCarrier(StrEnum):
    """In which form energy was used."""

    ELECTRICITY = "electricity"
    GAS = "gas"
    HEAT = "heat"
    COMPRESSED_AIR = "compressed_air"
    OTHER = "other"
