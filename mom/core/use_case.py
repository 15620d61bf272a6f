"""One use case, one transaction: who acts and why is known to the database before the first write.

    with use_case(actor, reason="Wrong machine") as act:
        act.require("work.start_job_order", site)
        ...
        act.record("work.job_order_started", subject=job_order, site=site, before={...}, after={...})
        act.publish(JobOrderStarted(...), key=f"job_order:{job_order.pk}")

A function that joins its caller's transaction takes `act: UseCase` as its first parameter.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction

from mom.core import clock, permissions
from mom.core.actor import Actor
from mom.core.canonical import to_json
from mom.core.closing import Announced, Beside, Closing, Entry
from mom.core.db.locks import Lock, advisory_locks
from mom.core.db.statements import Statement
from mom.core.errors import NotAllowed
from mom.core.models.audit import NO_SITE
from mom.core.request_id import request_id
from mom.events.registry import encode, event_name


@dataclass(frozen=True)
class Subject:
    """What an act was done to, as a soft reference that outlives the thing itself."""

    type: str
    id: str
    label: str

    @classmethod
    def of(cls, thing: "models.Model | Subject") -> "Subject":
        """A model's row by its table, key and code (or name)."""
        if isinstance(thing, Subject):
            return thing
        return cls(thing._meta.label_lower, str(thing.pk), str(getattr(thing, "code", "") or thing)[:200])


class UseCase:
    """An open use case: the instant, the actor, the reason, and the acts that belong to its transaction."""

    def __init__(self, actor: Actor, reason: str, now: datetime) -> None:
        self.actor, self.reason, self.now = actor, reason, now
        self.request_id = request_id.get()
        self._chains: set[str] = set()
        self._is_open = True
        self._closing = Closing(self.request_id)
        self.left_behind: list[Callable[[UseCase], None]] = []

    def require(self, permission: str, site: str) -> None:
        """Go on only where the actor holds `permission` at `site`. Raises: NotAllowed, LookupError (undeclared)."""
        permissions.get(permission)
        if not self.actor.may(permission, site):
            raise NotAllowed

    def record(
        self,
        action: str,
        *,
        subject: "models.Model | Subject",
        site: str = "",
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """The audit entry of this act, for the chain of `site`. Written when the act closes, sealed when it commits."""
        self._require_open()
        about = Subject.of(subject)
        chain = site or NO_SITE
        actor = self.actor
        self._closing.add(
            Entry(self.now, chain, actor.kind, actor.id, actor.label, action, about.type, about.id, about.label,
                  to_json(before or {}), to_json(after or {}), self.reason)
        )  # fmt: skip
        self._chains.add(chain)

    def publish(self, event: Any, *, key: str) -> None:
        """Announce `event`; events of one name and key reach their subscribers in this order."""
        self._require_open()
        self._closing.add(Announced(event_name(event), key, to_json(encode(event)), self.actor.reference, self.now))

    def if_refused(self, leave: "Callable[[UseCase], None]") -> None:
        """What stays if this use case is refused and all of it undone: `leave` then runs in a transaction of its own.

        For wrong secrets and the like, which are counted and audited although nothing came of the act.
        """
        self._require_open()
        self.left_behind.append(leave)

    def _require_open(self) -> None:
        if not self._is_open:
            raise RuntimeError("This use case is closed: its transaction is over.")

    def _close(self) -> None:
        """Write what was gathered, and take the chains' locks in one order for all: nobody waits in a ring.

        Inside an enclosing transaction it may wait for that one's last statement.
        """
        unwritten = _unwritten.get()
        if unwritten is not None and len(self._chains) <= 1:
            unwritten.append(self._closing)
            return
        self._closing.write()
        if len(self._chains) > 1:
            advisory_locks(Lock.AUDIT_CHAIN, self._chains)


Told = tuple[str, str, str, str]
"""What the triggers of a transaction are told: actor, its label, reason, request."""
Left = tuple[Actor, str, Callable[[UseCase], None]]
_is_enclosed: ContextVar[bool] = ContextVar("is_enclosed", default=False)
_told: ContextVar["list[Told] | None"] = ContextVar("told", default=None)  # what the enclosing transaction was told
_unwritten: ContextVar["list[Closing] | None"] = ContextVar("unwritten", default=None)  # of the enclosing transaction
_left: ContextVar[list[Left] | None] = ContextVar("left", default=None)  # until the enclosing transaction is over


@contextmanager
def use_case(actor: Actor, reason: str = "", *, is_all: bool = False) -> Iterator[UseCase]:
    """Open a transaction of its own for one use case of `actor`; it commits when the block ends well.

    Inside an enclosing transaction it is undone alone, by a savepoint. Where it `is_all` that the request does, and no
    caller catches a refusal to go on, all is undone with it and the savepoint's two statements are saved.
    Raises: RuntimeError inside another transaction: what joins one takes its `UseCase` instead.
    """
    durable = not _is_enclosed.get()
    token = _is_enclosed.set(False)
    left: list[Left] = []
    try:
        with transaction.atomic(durable=durable, savepoint=durable or not is_all), joined(actor, reason) as act:
            try:
                yield act
            except BaseException:
                _forget_told()
                left = [(actor, reason, leave) for leave in act.left_behind]
                raise
    finally:
        _is_enclosed.reset(token)
        enclosing = _left.get()
        if durable or enclosing is None:
            _leave_behind(left)
        else:
            enclosing.extend(left)


def _leave_behind(left: Sequence[Left]) -> None:
    """What refused use cases leave, each in a use case of its own."""
    for actor, reason, leave in left:
        with use_case(actor, reason) as act:
            leave(act)


@contextmanager
def enclosing_transaction() -> Iterator[None]:
    """One transaction around a use case that doesn't know of it: for the idempotency row beside its effect.

    Use cases inside, one after the other, become part of it.
    """
    left: list[Left] = []
    holder, told, unwritten = _left.set(left), _told.set([]), _unwritten.set([])
    try:
        with transaction.atomic(durable=True):
            token = _is_enclosed.set(True)
            try:
                yield
                if not transaction.get_rollback():
                    _write_out()
            finally:
                _is_enclosed.reset(token)
    finally:
        _left.reset(holder)
        _told.reset(told)
        _unwritten.reset(unwritten)
        _leave_behind(left)


def write_with(beside: Beside, values: Mapping[str, Any]) -> bool:
    """What the enclosing transaction's use case left to write, and the statement `beside` it, in one.

    False where there is nothing to write it with.
    """
    unwritten = _unwritten.get()
    return unwritten.pop().write(beside, values) if unwritten else False


def _write_out() -> None:
    unwritten = _unwritten.get()
    while unwritten:
        unwritten.pop(0).write()


@contextmanager
def joined(actor: Actor, reason: str = "") -> Iterator[UseCase]:
    """The same inside a transaction that is already open: for migrations and test set-up."""
    _write_out()
    act = UseCase(actor, reason, clock.now())
    act._closing.begin()
    try:
        tell_database(actor, reason, act.request_id)
        yield act
        act._close()
    finally:
        act._is_open = False
        act._closing.end()


TELLING = (
    "set_config('app.actor', %(told_actor)s, true), set_config('app.actor_label', %(told_label)s, true),"
    " set_config('app.reason', %(told_reason)s, true), set_config('app.request_id', %(told_request)s, true)"
)
"""Names actor, reason and request to the triggers, as part of any statement."""
_TELL = Statement(f"SELECT {TELLING}", "tell")


def tell_database(actor: Actor, reason: str, request: str) -> None:
    """Name actor, reason and request to the triggers of this transaction, in one statement; in none where it knows."""
    telling = (actor.reference, actor.label, reason, request)
    known = _told.get()
    if known and known[-1] == telling:
        return
    with connection.cursor() as cursor:
        _TELL.execute(cursor, _by_name(telling))
    if known is not None:
        known.append(telling)


def has_told(actor: Actor, reason: str, request: str) -> dict[str, str]:
    """The values for `TELLING`, where a statement of the enclosing transaction tells them along with its own work."""
    telling = (actor.reference, actor.label, reason, request)
    known = _told.get()
    if known is not None:
        known.append(telling)
    return _by_name(telling)


def _by_name(telling: Told) -> dict[str, str]:
    return dict(zip(("told_actor", "told_label", "told_reason", "told_request"), telling, strict=True))


def _forget_told() -> None:
    """A savepoint that is undone takes with it what was told inside."""
    known = _told.get()
    if known:
        known.clear()
