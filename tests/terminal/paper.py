"""A machine and its jobs as somebody would write them down who gets each tap as it is received."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

IN_WORK = {"running", "suspended"}
TAKES_QUANTITIES = {*IN_WORK, "completed"}  # what was forgotten is said after the finish


class Refused(Exception):
    """What the server must not do."""


@dataclass
class Stretch:
    """From which slot to which (None while it is open), whether it is a stop, its reason and when that was said."""

    since: int
    until: int | None = None
    is_stop: bool = False
    reason: str = ""
    said: int = 0

    @property
    def last(self) -> int:
        return self.since if self.until is None else self.until

    def stood(self, slot: int) -> bool:
        """Whether it is a stop that was there at the tap, or began so little later that the clocks may differ."""
        is_over = self.until is not None and (self.until <= slot or self.until == self.since)
        return self.is_stop and not is_over and self.since <= slot + 1

    def row(self) -> list[object]:
        return [self.since, self.until, self.is_stop, self.reason]


@dataclass
class Job:
    """What is written of one job."""

    status: str = "ready"
    work: list[Stretch] = field(default_factory=list)
    logged: dict[str, int] = field(default_factory=dict)  # the entry's key -> pieces that still count
    acts: list[tuple[str, str]] = field(default_factory=list)  # what was done on it: the entry's key and its kind

    @property
    def good(self) -> int:
        return sum(self.logged.values())


@dataclass(frozen=True)
class Tap:
    """Who tapped what, when: `pieces` of a log, `reason` of a stop, `target` the entry that an undo takes back."""

    key: str
    who: int
    slot: int
    kind: str
    job: int
    pieces: int = 0
    reason: str = ""
    target: str = ""


@dataclass
class Paper:
    """The machine: its jobs, the stops that are of no job, and who made which entry that was done."""

    jobs: list[Job]
    alone: list[Stretch] = field(default_factory=list)
    made_by: dict[str, Tap] = field(default_factory=dict)
    withdrawn: int = 0
    explained: int = 0
    reopened: int = 0

    def tap(self, tap: Tap) -> str:
        """What the server must answer to this tap, received now."""
        try:
            getattr(self, f"_{tap.kind}")(tap, self.jobs[tap.job])
        except Refused:
            return "refused"
        self.made_by[tap.key] = tap
        return "done"

    def _start(self, tap: Tap, job: Job) -> None:
        self._begin(tap, job, "ready")

    def _resume(self, tap: Tap, job: Job) -> None:
        self._begin(tap, job, "suspended")

    def _begin(self, tap: Tap, job: Job, before: str) -> None:
        _only(job.status == before)
        job.work.append(Stretch(_told(job.work, tap.slot)))
        self._moved(tap, job, "running")

    def _pause(self, tap: Tap, job: Job) -> None:
        _only(job.status == "running")
        job.work[-1].until = _told(job.work, tap.slot)
        self._moved(tap, job, "suspended")

    def _finish(self, tap: Tap, job: Job) -> None:
        _only(job.status in IN_WORK)
        at = _told(job.work, tap.slot)
        if job.status == "running":
            job.work[-1].until = at
        self._moved(tap, job, "completed")

    def _moved(self, tap: Tap, job: Job, status: str) -> None:
        job.status = status
        job.acts.append((tap.key, tap.kind))

    def _log(self, tap: Tap, job: Job) -> None:
        _only(job.status in TAKES_QUANTITIES)
        job.logged[tap.key] = tap.pieces
        job.acts.append((tap.key, "log"))

    def _stop(self, tap: Tap, _job: Job) -> None:
        """The stop that stood at the tap gets the reason that it lacks; else one begins on the job that was begun last
        by then, or of the machine alone."""
        job, row = self._stood(tap.slot)
        if row is not None and tap.reason and not row.reason:
            row.reason, row.said = tap.reason, max(tap.slot, row.since)
            self.explained += 1
            if job is not None:
                job.acts.append((tap.key, "explain"))
            return
        job = self._running(tap.slot)
        rows = self.alone if job is None else job.work
        at = _told(rows, tap.slot)
        if rows and rows[-1].until is None:
            _only(not (rows[-1].is_stop and rows[-1].said > tap.slot + 1))  # nobody knew yet what was said of it
            rows[-1].until = at
        rows.append(Stretch(at, None, True, tap.reason))
        if job is not None:
            job.acts.append((tap.key, "stop"))

    def _stood(self, slot: int) -> tuple[Job | None, Stretch | None]:
        found = sorted((each for each in self.rows() if each[1].stood(slot)), key=lambda each: each[1].since)
        by_then = [each for each in found if each[1].since <= slot]
        return by_then[-1] if by_then else found[0] if found else (None, None)

    def _running(self, slot: int) -> Job | None:
        def begun(job: Job) -> tuple[int, int]:
            return max((row.since for row in job.work if row.since <= slot + 1), default=-1), self.jobs.index(job)

        return max((each for each in self.jobs if each.status == "running"), key=begun, default=None)

    def _go_on(self, tap: Tap, _job: Job) -> None:
        """The stop that began last is over; where none is open nothing is to be done."""
        job, row = self._open_stop()
        if row is None:
            return
        row.until = _told(self.alone if job is None else job.work, tap.slot)
        if job is not None:
            job.work.append(Stretch(row.until))
            job.acts.append((tap.key, "go_on"))

    def _open_stop(self) -> tuple[Job | None, Stretch | None]:
        found = [(job, row) for job, row in self.rows() if row.is_stop and row.until is None]
        return max(found, key=lambda pair: pair[1].since, default=(None, None))

    def rows(self) -> Iterator[tuple[Job | None, Stretch]]:
        """Every stretch with its job."""
        yield from ((job, row) for job in self.jobs for row in job.work)
        yield from ((None, row) for row in self.alone)

    def _undo(self, tap: Tap, _job: Job) -> None:
        """Of one's own entry that was done: pieces by their counter-entry, a move while nothing was done since."""
        made = self.made_by.get(tap.target)
        _only(made is not None and made.who == tap.who)
        assert made is not None
        job = self.jobs[made.job]
        if made.kind == "log":
            _only(bool(job.logged.pop(made.key, 0)))
        else:
            _only(made.kind in {"start", "pause", "resume"} and job.acts[-1] == (made.key, made.kind))
            self._undo_move(tap, job, made.kind)
        job.acts.append((tap.key, "undo"))

    def _undo_move(self, tap: Tap, job: Job, undone: str) -> None:
        last = job.work[-1]
        if undone == "pause" and last.is_stop:
            last.until = None
            self.reopened += 1
        elif undone == "pause":
            job.work.append(Stretch(last.last))
        else:
            _told(job.work, tap.slot)
            job.work.pop()
            self.withdrawn += 1
        job.status = {"start": "ready", "pause": "running", "resume": "suspended"}[undone]


def _only(holds: bool) -> None:
    if not holds:
        raise Refused


def _told(rows: Iterable[Stretch], slot: int) -> int:
    """The slot told, or that of the last act where it is one slot before. Raises: Refused for an earlier one."""
    last = max((row.last for row in rows), default=slot)
    _only(slot >= last - 1)
    return max(slot, last)
