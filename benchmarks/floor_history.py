"""Made-up history of machines: one state event and one count a minute each, the same for the same seed.

Runs of an hour and a half on average, stops of a few minutes with a cause and mostly a reason, some waiting behind a
breakdown; counters that count while it runs, show rejects now and then, and are reset now and then. Every message has
an instant of its own; a gap longer than `HEARTBEAT` is silence.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

SEED = 22400
MINUTE = 60_000_000
DAY = 1440 * MINUTE
FIRST = date(2026, 1, 5)
EPOCH = date(1970, 1, 1)
HEARTBEAT = 58_000_000  # microseconds; a rare gap is longer
MINOR_STOP = 120_000_000
CYCLE = 24_000_000  # the ideal one
STATES = ("run", "idle", "setup", "plan", "down")
REASONS = ("", *(f"R{number:02}" for number in range(1, 13)))
SHIFT = 480 * MINUTE


@dataclass(frozen=True)
class MachineHistory:
    """A machine's messages: two a minute, states at even places. `value` -1: none."""

    at: NDArray[np.int64]
    state: NDArray[np.int8]
    reason: NDArray[np.int8]
    is_reject: NDArray[np.bool_]
    value: NDArray[np.int64]


def machine_history(machine: int, days: int, seed: int = SEED) -> MachineHistory:
    """All of one machine's messages."""
    rng = np.random.default_rng([seed, machine])
    minutes = days * 1440
    state, reason = _said(rng, minutes)
    start = (FIRST - EPOCH).days * DAY + np.arange(minutes) * MINUTE
    told = start + rng.integers(0, 29_000_000, minutes)
    told[0] = start[0]
    counted = start + 30_000_000 + rng.integers(0, 29_000_000, minutes)
    made = np.where(state == 0, rng.integers(0, 3, minutes), 0)
    is_reject = rng.random(minutes) < 0.05
    bad = np.where(made > 0, rng.random(minutes) < 0.1, 0)
    epoch = np.cumsum(rng.random(minutes) < 1 / 20_000)
    value = np.where(is_reject, _since_reset(bad, epoch), _since_reset(made, epoch))
    return _woven(told, counted, state, reason, is_reject, value)


def _woven(
    told: NDArray[np.int64],
    counted: NDArray[np.int64],
    state: NDArray[np.int8],
    reason: NDArray[np.int8],
    is_reject: NDArray[np.bool_],
    value: NDArray[np.int64],
) -> MachineHistory:
    both = 2 * len(told)
    at, codes, why = np.empty(both, np.int64), np.full(both, -1, np.int8), np.zeros(both, np.int8)
    rejects, values = np.zeros(both, np.bool_), np.full(both, -1, np.int64)
    at[0::2], at[1::2] = told, counted
    codes[0::2], why[0::2] = state, reason
    rejects[1::2], values[1::2] = is_reject, value
    return MachineHistory(at, codes, why, rejects, values)


def _said(rng: np.random.Generator, minutes: int) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """States and reasons minute by minute: runs and stops in turn, some breakdowns with waiting behind."""
    many = minutes // 40 + 16
    kind = rng.choice([1, 2, 3, 4], many, p=[0.35, 0.15, 0.1, 0.4]).astype(np.int8)
    why = np.where(rng.random(many) < 0.8, rng.integers(1, len(REASONS), many), 0).astype(np.int8)
    waits = np.where((kind == 4) & (rng.random(many) < 0.3), rng.geometric(0.2, many), 0)
    spans = np.stack([rng.geometric(1 / 90, many), rng.geometric(1 / 8, many), waits], axis=1).ravel()
    states = np.stack([np.zeros(many, np.int8), kind, np.ones(many, np.int8)], axis=1).ravel()
    reasons = np.stack([np.zeros(many, np.int8), why, np.zeros(many, np.int8)], axis=1).ravel()
    return np.repeat(states, spans)[:minutes], np.repeat(reasons, spans)[:minutes]


def _since_reset(made: NDArray[np.int64], epoch: NDArray[np.int64]) -> NDArray[np.int64]:
    total = np.cumsum(made)
    before = np.append(0, total[:-1])
    starts = np.append(True, epoch[1:] != epoch[:-1])
    return total - np.maximum.accumulate(np.where(starts, before, 0))


def days_of(days: int) -> Iterator[tuple[int, date]]:
    """Each day with its place."""
    for number in range(days):
        yield number, FIRST + timedelta(days=number)


def day_table(history: MachineHistory, machine: int, day: int, schema: pa.Schema, source: int) -> pa.Table:
    """One day of a machine in the archive's schema."""
    rows = slice(2880 * day, 2880 * (day + 1))
    at, state, value = history.at[rows], history.state[rows], history.value[rows]
    many, is_state = len(at), state >= 0
    names = np.where(is_state, 0, np.where(history.is_reject[rows], 2, 1))
    rng = np.random.default_rng([SEED, machine, day])
    keys = pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), many, [None, pa.py_buffer(rng.bytes(16 * many))])
    ids = (machine * 1_000_000_000) + np.arange(rows.start, rows.start + many)
    micros = np.zeros((many, 2), np.int64)
    micros[:, 0] = value * 1_000_000
    valid = pa.array(~is_state).buffers()[1]
    columns = {
        "occurred_at": _instants(at),
        "kind": _words(("state", "count"), (~is_state).astype(np.int64)),
        "name": _words(("", "total", "reject"), names),
        "code": _words((*STATES, ""), np.where(is_state, state, len(STATES))),
        "mode": _words(("",), np.zeros(many, np.int64)),
        "reason": _words(REASONS, history.reason[rows].astype(np.int64)),
        "unit": _words(("", "H87"), (~is_state).astype(np.int64)),
        "value": pa.Decimal128Array.from_buffers(pa.decimal128(24, 6), many, [valid, pa.py_buffer(micros)]),
        "text": _words(("",), np.zeros(many, np.int64)),
        "received_at": _instants(at + 250_000),
        "source": _words(("gateway",), np.zeros(many, np.int64)),
        "session": pa.nulls(many, pa.string()),
        "sequence": pa.array(np.arange(rows.start, rows.start + many)),
        "key": pa.ExtensionArray.from_storage(pa.uuid(), keys),
        "id": pa.array(ids),
        "source_id": pa.array(np.full(many, source)),
        "session_id": pa.nulls(many, pa.int64()),
    }
    return pa.Table.from_arrays([columns[field.name] for field in schema], schema=schema)


def _instants(at: NDArray[np.int64]) -> pa.Array:
    return pa.array(at).cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))


def _words(words: tuple[str, ...], places: NDArray[np.int64]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), pa.array(words)).cast(pa.string())


def first_instant() -> datetime:
    """Where the history begins."""
    return datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
