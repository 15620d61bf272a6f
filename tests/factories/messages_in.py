"""A message in the record, one that waits for a person, a gap, a file of past ones; made inside any transaction."""

import uuid
from typing import Any

from mom.accounts.models import Site
from mom.core import clock, long_work
from mom.core.models import StoredBlob
from mom.core.testing import acting
from mom.floor.models import FloorMessage, MessageGap, QuarantinedMessage, Source, SourceSession
from mom.floor.services.history import LOAD
from mom.floor.services.ingest_rows import forget_open_days, open_days
from tests.factories.plant import make_equipment, next_code


def make_source(site: Site) -> Source:
    """A gateway."""
    with acting():
        now = clock.now()
        return Source.objects.create(site=site, code=next_code("gw"), first_seen_at=now, last_seen_at=now)


def make_message(site: Site) -> FloorMessage:
    """A reading in the record."""
    now = clock.now()
    forget_open_days()  # another test may have dropped the day
    open_days([now.date()])
    return FloorMessage.objects.create(
        site=site, source=make_source(site), equipment=make_equipment(site), kind="reading", name="spindle", value=1,
        occurred_at=now, received_at=now, key=uuid.uuid4(),
    )  # fmt: skip


def make_waiting(site: Site, machine: str = "NOBODY") -> QuarantinedMessage:
    """A sign of life of a machine that nobody knows."""
    sent = {"id": str(uuid.uuid4()), "machine": machine, "kind": "heartbeat", "at": clock.now().isoformat()}
    with acting():
        return QuarantinedMessage.objects.create(
            site=site, source=make_source(site), key=uuid.uuid4(), problem="unknown_machine", raw=sent, content=sent,
            detail=f"There is no machine {machine}, and no alias of one.", received_at=clock.now(),
        )  # fmt: skip


def make_gap(site: Site) -> MessageGap:
    """A number that never came."""
    now = clock.now()
    with acting():
        session = SourceSession.objects.create(
            site=site, source=make_source(site), code="s", first_sequence=1, last_sequence=3, started_at=now
        )
        return MessageGap.objects.create(site=site, session=session, first_sequence=2, last_sequence=2, found_at=now)


def make_history_load(site: Site) -> Any:
    """A file that waits for its worker."""
    content = f"machine,kind,at,state\nA,state,{clock.now().isoformat()},run\n".encode()
    with acting() as act:
        given = {"size": len(content), "content": content, "created_at": act.now}
        blob, _is_new = StoredBlob.objects.get_or_create(sha256=uuid.uuid4().hex * 2, defaults=given)
        parameters = {"source": "plc", "file": "old.csv", "blob": blob.pk}
        return long_work.start(act, LOAD, site.code, "Past messages", parameters=parameters)
