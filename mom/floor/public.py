"""The shop-floor record's door for the storeys above: what joins their transactions."""

from mom.floor.applied import Applied, Change
from mom.floor.applied import register as register_fold
from mom.floor.services.machine_signals import lock_signals
from mom.floor.services.stop import Said, add_word
from mom.floor.services.timeline import refold_and_run

__all__ = ["Applied", "Change", "Said", "add_word", "lock_signals", "refold_and_run", "register_fold"]
