"""What people read for the closed vocabularies of a station."""

from django.utils.translation import gettext_lazy as _

from mom.core.choices import Labelled
from mom.terminal.engine.terms import EntryKind, EntryOutcome, Settled

ENTRY_KIND = Labelled(
    EntryKind,
    {
        EntryKind.START: (_("Start"), ""),
        EntryKind.RESUME: (_("Resume"), ""),
        EntryKind.PAUSE: (_("Pause"), ""),
        EntryKind.FINISH: (_("Finish"), ""),
        EntryKind.LOG: (_("Quantities"), ""),
        EntryKind.STOP: (_("Stop"), ""),
        EntryKind.GO_ON: (_("Go on"), ""),
        EntryKind.LOT: (_("Lot change"), ""),
        EntryKind.HELP: (_("Call for help"), ""),
        EntryKind.UNDO: (_("Undo"), ""),
    },
)
ENTRY_OUTCOME = Labelled(
    EntryOutcome, {EntryOutcome.DONE: (_("Done"), "ok"), EntryOutcome.REFUSED: (_("Refused"), "bad")}
)
SETTLED = Labelled(
    Settled,
    {
        Settled.CONFIRMED: (_("Confirmed"), "ok"),
        Settled.BY_HAND: (_("Recorded by hand"), "ok"),
        Settled.DISCARDED: (_("Discarded"), ""),
    },
)
