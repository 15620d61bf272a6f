"""What people read about a message that could not be taken."""

from django.utils.translation import gettext_lazy as _

from mom.floor.engine.message import Refused, Why

_SENTENCES = {
    Why.NOT_AN_OBJECT: _("This is no message: %(value)s"),
    Why.UNKNOWN_FIELD: _("There is no field %(field)s."),
    Why.MISSING: _("%(field)s is missing."),
    Why.NOT_TEXT: _("%(field)s is no text: %(value)s"),
    Why.TOO_LONG: _("%(field)s is too long: %(value)s"),
    Why.NOT_A_KIND: _("There is no kind %(value)s."),
    Why.NOT_A_COUNT: _("A count is total, reject, total_added or reject_added, not %(value)s."),
    Why.NOT_A_NUMBER: _("%(field)s is no number that can be kept: %(value)s"),
    Why.NEGATIVE: _("%(field)s is below zero: %(value)s"),
    Why.NOT_A_UNIT: _("There is no unit %(value)s. Use a code such as C62, KWH or CEL."),
    Why.TWO_STATES: _("state and code say different things."),
    Why.NO_IDENTITY: _("It has neither an id nor a number, so a repeat could not be told from a new message."),
    Why.NO_SESSION: _("It has a number, but its batch names no session."),
    Why.NOT_A_TIME: _("%(value)s is no time."),
    Why.NO_OFFSET: _("%(value)s has no offset from UTC."),
    Why.TOO_EARLY: _("%(value)s is too long ago."),
    Why.TOO_LATE: _("%(value)s has not come yet. Check the clock of the sender."),
    Why.UNKNOWN_MACHINE: _("There is no machine %(value)s, and no alias of one."),
    Why.OTHER_CONTENT: _("A message with this identity came before and says something else."),
}


def sentence_of(refused: Refused) -> str:
    """Why a message waits, in one sentence."""
    return (str(_SENTENCES[refused.why]) % {"field": refused.field, "value": refused.value})[:300]
