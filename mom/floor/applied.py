"""What one batch of messages changed, for those above who fold it in the same transaction (house.md, section 3 rule 4).

`floor` owns the registry; `analytics` registers its fold of the running shift in `apps.ready()`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mom.accounts.models import Site
from mom.core.use_case import UseCase
from mom.floor.engine.heard import Heard
from mom.floor.engine.meaning import Meanings
from mom.floor.engine.timeline_settings import ListeningLine


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of a machine's timeline that is another one now; `ended_at` None reaches to the open end."""

    equipment_id: int
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Applied:
    """A stored batch: what was heard of machines by their keys, and the stretches that changed.

    `lines` and `meanings`: how its machines are listened to and what codes mean, as they were read for it. `prepared`:
    what each fold made ready of what was heard, by its name.
    """

    site: Site
    heard: Mapping[int, Heard]
    changes: Sequence[Change]
    lines: Mapping[int, ListeningLine]
    meanings: Meanings
    prepared: Mapping[str, Any]


Fold = Callable[[UseCase, Applied], None]
Prepare = Callable[[Mapping[int, Heard]], Any]
_folds: dict[str, Fold] = {}
_prepares: dict[str, Prepare] = {}


def register(name: str, fold: Fold, prepare: Prepare | None = None) -> None:
    """Have `fold` run in every transaction that changes a timeline or takes pieces in.

    `prepare` needs no database: it is called before, while the database stores the messages.
    """
    _folds[name] = fold
    if prepare is not None:
        _prepares[name] = prepare


def prepare(heard: Mapping[int, Heard]) -> dict[str, Any]:
    """What the folds can make ready of what was heard."""
    return {name: each(heard) for name, each in _prepares.items()}


def run(act: UseCase, applied: Applied) -> None:
    """Every fold, in the order of registration. Joins the caller's transaction."""
    for fold in _folds.values():
        fold(act, applied)
