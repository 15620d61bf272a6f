"""Entries of stations: written once with what came of them, and settled by a person where one is needed."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from mom.accounts.models import Device, User
from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.use_case import use_case
from mom.terminal.engine.terms import EntryKind, EntryOutcome, Settled
from mom.terminal.models import EntrySettlement, TerminalEntry
from mom.terminal.permissions import SETTLE_ENTRY


@dataclass(frozen=True)
class Sent:
    """An entry as a device sent it: `made_at` by the device's clock, `occurred_at` the same by ours."""

    key: uuid.UUID
    kind: EntryKind
    payload: dict[str, Any]
    number: int
    made_at: datetime
    occurred_at: datetime
    user: User | None


class SentAlready(Conflict):
    """The same entry is known by now: somebody sent it at the same moment."""


def keep(
    actor: Actor, device: Device, sent: Sent, by: User, now: datetime, *, code: str = "", sentence: str = ""
) -> TerminalEntry:
    """Write what was sent with what came of it: done, or refused where there is a `sentence`.

    Written before the act itself and in its transaction, so that the same entry sent twice at once waits here for the
    first one. Raises: SentAlready.
    """
    known = SentAlready(_("This entry was sent already."))
    with use_case(actor) as act, translating({"terminal_terminalentry_key_key": lambda: known}):
        entry = TerminalEntry.objects.create(
            site=device.site,
            key=sent.key,
            device=device,
            station=device.station,
            user=sent.user,
            session_user=by,
            is_claimed=sent.user is None or sent.user.pk != by.pk,
            number=sent.number,
            kind=sent.kind,
            payload=sent.payload,
            made_at=sent.made_at,
            occurred_at=min(sent.occurred_at, now),
            received_at=now,
            outcome=EntryOutcome.REFUSED if sentence else EntryOutcome.DONE,
            code=code[:64],
            sentence=sentence[:500],
        )
        if sentence:
            after = {"key": str(sent.key), "kind": sent.kind, "why": entry.sentence}
            act.record("terminal.entry_refused", subject=entry, site=device.site.code, after=after)
    return entry


def settle(actor: Actor, entry_id: int, settled_as: Settled, *, note: str) -> EntrySettlement:
    """Say what became of an entry that was refused, or whose person was not proven.

    Raises: NotAllowed, NotFound; InvalidInput without a reason; Conflict where nothing is to be settled, or no more.
    """
    if not 2 <= len(note.strip()) <= 200:
        raise InvalidInput({"note": [_("Say why, in 2 to 200 characters.")]})
    twice = Conflict(_("This entry was settled already. Load the page again."), code="settled_already")
    with use_case(actor, note) as act, translating({"terminal_entrysettlement_entry_id_key": lambda: twice}):
        entry = TerminalEntry.objects.select_related("site").filter(pk=entry_id).first()
        if entry is None:
            raise NotFound(_("There is no such entry at this site."))
        act.require(SETTLE_ENTRY, entry.site.code)
        if entry.outcome == EntryOutcome.DONE and not entry.is_claimed:
            raise Conflict(_("This entry needs nobody: it was recorded."), code="nothing_to_settle")
        if settled_as == Settled.CONFIRMED and entry.outcome == EntryOutcome.REFUSED:
            sentence = _("A refused entry was not recorded: record it by hand, or discard it.")
            raise InvalidInput({"settled_as": [sentence]})
        settlement = EntrySettlement.objects.create(
            site=entry.site,
            entry=entry,
            settled_as=settled_as,
            note=note.strip(),
            settled_at=act.now,
            settled_by=act.actor.label,
        )
        after = {"settled_as": settled_as, "words": entry.words}
        act.record("terminal.entry_settled", subject=entry, site=entry.site.code, after=after)
    return settlement
