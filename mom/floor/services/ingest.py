"""Taking messages of machines in: once each, whatever the order, and nothing is dropped (P15, P18).

    receipt = take_in(actor, site, "gateway-1", [{"machine": "CNC-01", "kind": "state", "at": "…", "state": "run",
                                                  "sequence": 17}], session="boot-4")

One transaction a batch: the messages, the numbers that are missing, what needs a person, the timeline and what is
folded from it. When it returns, all of that is committed.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from django.db import IntegrityError

from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import Actor
from mom.core.db.retry import retrying
from mom.core.errors import InvalidInput
from mom.core.live.change import tell
from mom.core.use_case import UseCase, use_case
from mom.floor import applied
from mom.floor.archive.at_hand import ArchiveNotAtHand
from mom.floor.engine.heard import by_machine
from mom.floor.engine.message import Message, Parsed, Refused, Why, Window, days_of, key_of_content, storable
from mom.floor.engine.message_numbers import Numbers, Range, with_numbers
from mom.floor.engine.message_reading import read
from mom.floor.permissions import SEND_MESSAGE
from mom.floor.services import ingest_rows as rows
from mom.floor.services import late_rows, timeline
from mom.floor.services.ingest_words import sentence_of

MOST_MESSAGES = 50_000
NO_PLACE, _TWICE = "23514", "23505"


@dataclass(frozen=True, slots=True)
class InQuarantine:
    """A message of the batch, by its place in it, that waits for a person."""

    index: int
    problem: str
    detail: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a batch: each message was accepted, came before (`repeated`), or waits for a person.

    `late`: kept for days that only the archive has; whether they are new a worker finds out there. `gaps` are the
    numbers of the session that are missing within the range of this batch or right before it.
    """

    accepted: int = 0
    repeated: int = 0
    waiting: Sequence[InQuarantine] = ()
    gaps: Sequence[Range] = ()
    late: int = 0

    @property
    def quarantined(self) -> int:
        """How many wait for a person."""
        return len(self.waiting)


@dataclass(slots=True)
class _Batch:
    """A batch on its way: what is new of it, what came before, what needs a person."""

    site: Site
    source_code: str
    session_code: str
    received_at: datetime
    parsed: list[Parsed]
    refused: list[Refused]
    source_id: int = 0
    session: rows.Session | None = None
    needs_archive: Collection[int] = ()  # machines
    repeated: int = 0
    late: int = 0
    still_waiting: list[InQuarantine] = field(default_factory=list)

    def refuse(self, each: Parsed, why: Why, value: str = "") -> None:
        """Put a message that could be read among those that need a person."""
        key = key_of_content(each.raw, each.key) if why is Why.OTHER_CONTENT else each.key
        self.refused.append(Refused(each.index, key, each.sequence, why, "machine", value, each.raw))

    def numbers(self) -> set[int]:
        """The numbers of all that came, readable or not."""
        came = {each.sequence for each in self.parsed}
        came.update([each.sequence for each in self.refused])
        came.discard(None)
        return cast(set[int], came)


def take_in(
    actor: Actor,
    site: Site,
    source_code: str,
    batch: Sequence[Mapping[str, Any] | Message | Any],
    *,
    session: str = "",
    now: datetime | None = None,
) -> Receipt:
    """Take a batch of a source in, in a transaction of its own, and say what became of it.

    Raises: NotAllowed; InvalidInput for a source or session without a name, or too many messages at once.
    """
    received_at = now or clock.now()
    return take_in_window(actor, site, source_code, batch, Window.live(received_at), session, received_at)


def take_in_window(
    actor: Actor,
    site: Site,
    source_code: str,
    batch: Sequence[Any],
    window: Window,
    session: str,
    received_at: datetime,
    *,
    by_content: bool = False,
    beside: Callable[[UseCase, Receipt], None] | None = None,
) -> Receipt:
    """The same for messages that may have happened within `window`. `beside` runs in the transaction of the batch."""
    check_names(source_code, session, len(batch))
    parsed, refused = read(batch, session, window, by_content=by_content)
    is_sure = True
    needs_archive: set[int] = set()

    def once() -> Receipt:
        while True:
            try:
                return at_once()
            except ArchiveNotAtHand as needed:  # a batch reads no files: what needs them is kept for a worker
                if needed.machines <= needs_archive:
                    raise
                needs_archive.update(needed.machines)

    def at_once() -> Receipt:
        rows.open_days(days_of(parsed))
        with use_case(actor) as act:
            act.require(SEND_MESSAGE, site.code)
            act.now = received_at
            coming = _Batch(site, source_code, session, received_at, list(parsed), list(refused))
            coming.needs_archive = needs_archive
            receipt = stored(act, coming, is_sure=is_sure)
            if beside:
                beside(act, receipt)
        return receipt

    try:
        return retrying()(once)()
    except IntegrityError as error:  # a day left the database, or numbers are not what the record holds
        code = getattr(error.__cause__, "pgcode", "")
        if code not in {NO_PLACE, _TWICE}:
            raise
        rows.forget_open_days()
        is_sure = False
        return retrying()(once)()


def stored(act: UseCase, batch: _Batch, *, is_sure: bool = True) -> Receipt:
    """Store a batch that was read. Joins the caller's transaction; its days are open.

    `is_sure`: numbers that the session doesn't know are new without being looked up.
    """
    batch.source_id = rows.source_of(act, batch.site, batch.source_code, batch.received_at)
    _name_machines(batch)
    numbers = batch.numbers()
    if numbers and batch.session_code:
        batch.session = rows.session_of(batch.source_id, batch.site, batch.session_code, numbers, batch.received_at)
    batch.late = _set_aside(batch)
    new = _without_known(batch, _without_twins(batch), is_sure=is_sure)
    _without_settled(batch)
    if rows.keep_in_quarantine(batch.site, batch.source_id, batch.session_code, batch.refused, batch.received_at):
        tell(batch.site.code, "quarantine", batch.source_id)
    gaps = _keep_numbers(batch, numbers)
    if new:
        session_id = batch.session.id if batch.session else None
        apply(act, batch.site, new, rows.Storing(batch.site, batch.source_id, session_id, new, batch.received_at))
    return Receipt(len(new), batch.repeated, _waiting(batch), gaps, batch.late)


def _set_aside(batch: _Batch) -> int:
    """Keep what needs the archive for a worker; gives how many."""
    many = len(batch.parsed)
    batch.parsed = late_rows.set_aside(
        batch.site, batch.source_id, batch.session, batch.parsed, batch.needs_archive, batch.received_at
    )
    return many - len(batch.parsed)


def _waiting(batch: _Batch) -> tuple[InQuarantine, ...]:
    """What of the batch waits for a person, in its order."""
    found = [InQuarantine(each.index, each.problem.value, sentence_of(each)) for each in batch.refused]
    return tuple(sorted([*found, *batch.still_waiting], key=lambda each: each.index))


def apply(act: UseCase, site: Site, new: Sequence[Parsed], store: timeline.Store = timeline.STORED) -> None:
    """Bring the timeline, and what is folded from it, to what the new messages say. Joins the caller's transaction.

    `store` stores them, where they are not yet, and does meanwhile what it is given.
    """
    applied.run(act, timeline.apply(act, site, by_machine(new), store))


def check_names(source_code: str, session: str, many: int) -> None:
    """Raises: InvalidInput for names that can't be kept, or too many messages at once."""
    for name, value in (("source", source_code), ("session", session)):
        if (name == "source" and not value) or len(value) > 64 or (value and not value.isprintable()):
            raise InvalidInput({name: ["1 to 64 characters that can be printed."]})
    if many > MOST_MESSAGES:
        raise InvalidInput({"messages": [f"At most {MOST_MESSAGES} at once."]})


def _name_machines(batch: _Batch) -> None:
    """Find the machine of each message; those without one need a person."""
    unknown = rows.find_machines(batch.site, batch.source_code, batch.parsed)
    for each in unknown:
        batch.refuse(each, Why.UNKNOWN_MACHINE, each.machine[:80])
    if unknown:
        batch.parsed = [each for each in batch.parsed if each.equipment_id]


def _without_twins(batch: _Batch) -> dict[str, Parsed]:
    """The messages by identity; one that came twice in the batch counts once."""
    found = {each.key: each for each in batch.parsed}
    if len(found) == len(batch.parsed):
        return found
    found = {}
    for each in batch.parsed:
        first = found.setdefault(each.key, each)
        if first is not each:
            _meet(batch, each, first.content())
    return found


def _meet(batch: _Batch, each: Parsed, before: tuple[Any, ...]) -> None:
    """A message whose identity is known: a repeat, or one that says something else."""
    if each.content() == before:
        batch.repeated += 1
    else:
        batch.refuse(each, Why.OTHER_CONTENT)


def _without_known(batch: _Batch, coming: dict[str, Parsed], *, is_sure: bool) -> list[Parsed]:
    """The messages that are new. A number that the session doesn't know yet can't have come before."""
    known = batch.session.numbers if batch.session else None
    last = known.last if known is not None else -1
    if is_sure and all(each.is_numbered and (each.sequence or 0) > last for each in coming.values()):
        return list(coming.values())  # nearly every batch
    asked, came = {}, set()
    for key, each in coming.items():
        if each.is_numbered and known is not None and known.has(each.sequence or 0):
            came.add(key)
        elif each.is_numbered and is_sure:
            continue
        asked[key] = each
    if not asked:
        return list(coming.values())
    times = [each.at for each in asked.values()]
    before = rows.stored(batch.source_id, list(asked), (min(times) - rows.NEARBY, max(times) + rows.NEARBY))
    far = [key for key, each in asked.items() if each.is_numbered and key not in before]
    before |= rows.stored(batch.source_id, far, None)
    held = rows.held(batch.source_id, [key for key in asked if key not in before])
    for key, each in asked.items():
        if key in before:
            _meet(batch, each, before[key])
        elif key in held and held[key].raw == storable(each.raw):
            _meet_held(batch, each, held[key])
        elif key in came and key not in held:
            batch.repeated += 1  # its day has left the database since
        else:
            continue
        del coming[key]
    return list(coming.values())


def _meet_held(batch: _Batch, each: Parsed, held: rows.Held) -> None:
    """What a person has to decide, or has decided, isn't taken behind their back when it is sent again."""
    if held.is_waiting:
        batch.still_waiting.append(InQuarantine(each.index, held.problem, held.detail))
    else:
        batch.repeated += 1


def _without_settled(batch: _Batch) -> None:
    """Of what needs a person: what a person has settled came before; another content under one key keeps apart."""
    if not batch.refused:
        return
    held = rows.held(batch.source_id, [each.key for each in batch.refused])
    raws: dict[str, Any] = {key: found.raw for key, found in held.items()}
    still, apart = [], []
    for each in batch.refused:
        raw = storable(each.raw)
        if raws.setdefault(each.key, raw) != raw:
            each.key = key_of_content(each.raw, each.key)
            apart.append(each)
        elif each.key in held and not held[each.key].is_waiting:
            batch.repeated += 1
        else:
            still.append(each)
    if apart:
        batch.refused = apart
        _without_settled(batch)  # under its content's key nothing else can stand
    batch.refused = [*still, *(batch.refused if apart else ())]


def _keep_numbers(batch: _Batch, numbers: set[int]) -> Sequence[Range]:
    """Store the session's range and gaps; the gaps that this batch saw."""
    if batch.session is None:
        return ()
    after = with_numbers(batch.session.numbers, numbers)
    assert isinstance(after, Numbers)  # noqa: S101 - there are numbers
    rows.keep_numbers(batch.site, batch.session, after, batch.received_at)
    return after.gaps
