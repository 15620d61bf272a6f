"""The delivery room: e-mails, webhooks and labels leave the house in order, signed, once, and only when they may.

    from mom.core.delivery import deliver_email, is_paused, pause, resume

A message is stored in the transaction of what it tells of. Workers send it later; `pause` holds everything back.
"""

from mom.core.delivery.email import deliver_email
from mom.core.delivery.pausing import is_paused, pause, resume

__all__ = ["deliver_email", "is_paused", "pause", "resume"]
