"""Where a station's device sends what was entered on it: in order, each once, each with what came of it."""

import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _

from mom.accounts.models import Device, User
from mom.core import clock
from mom.core.actor import Actor
from mom.core.db.retry import retrying
from mom.core.errors import Conflict, InvalidInput, MomError
from mom.core.use_case import enclosing_transaction
from mom.terminal.engine.sent import MOST, Read, by_our_clock, instant_of, key_of, read_entry
from mom.terminal.models import TerminalEntry
from mom.terminal.selectors.entry import entry_known, refused_at
from mom.terminal.selectors.station import person_at
from mom.terminal.services.entry import Sent, SentAlready, keep
from mom.terminal.views.entry_acts import Doing, actor_of, perform
from mom.terminal.views.parts import DevicePage

LONGEST_PAYLOAD = 4_000


class Entries(DevicePage):
    """Takes the queue of the device, from whoever is signed in: nobody signed in, nothing is taken and all is kept.

    The answer names each entry with its outcome; a device forgets an entry only when it reads it there.
    """

    http_method_names = ["post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A script asks: where a page would lead elsewhere, it is told so."""
        answer = super().dispatch(request, *args, **kwargs)
        if isinstance(answer, HttpResponseRedirect):
            return JsonResponse({"code": "other_station", "home": answer.url}, status=409)
        return answer

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return JsonResponse({"code": "nobody_signed_in"}, status=401)
        try:
            sent = json.loads(request.body)
            entries = sent["entries"]
            if not isinstance(entries, list) or len(entries) > MOST:
                raise TypeError
        except (ValueError, KeyError, TypeError):
            return JsonResponse({"code": "unreadable"}, status=422)
        sent_at = instant_of(sent.get("sent_at"))
        results = [self.taken(each, user, sent_at) for each in entries]
        return JsonResponse({"entries": results, "refused": len(refused_at(self.device))})

    def taken(self, sent: Any, user: User, sent_at: datetime | None) -> dict[str, str]:
        """What came of one entry. What is none is refused and stays with the device, which shows it."""
        read = read_entry(sent)
        if read is None or len(json.dumps(read.payload)) > LONGEST_PAYLOAD:
            words = _("This entry can't be read. Show it to your supervisor.")
            return {"key": key_of(sent), "outcome": "unreadable", "sentence": words}
        entry = take(self.device, self.actor, user, read, sent_at)
        return {"key": str(entry.key), "outcome": entry.outcome, "sentence": entry.sentence}


def take(device: Device, actor: Actor, by: User, read: Read, sent_at: datetime | None) -> TerminalEntry:
    """Do one entry and keep it, in one transaction; refused, it is kept with why. Known, it stays as it was."""
    known = entry_known(read.key)
    if known is not None:
        return known
    now = clock.now()
    person = by if read.user == by.pk else person_at(device, str(read.user), now)
    happened = by_our_clock(read.made_at, sent_at, now)
    sent = Sent(read.key, read.kind, read.payload, read.number, read.made_at, happened, person)
    try:
        return _done(device, actor, by, sent, read.station, now)
    except SentAlready:
        pass
    except MomError as error:
        try:
            return keep(actor, device, sent, by, now, code=error.code, sentence=words_of(error))
        except SentAlready:
            pass
    return TerminalEntry.objects.get(key=read.key)


@retrying()
def _done(device: Device, actor: Actor, by: User, sent: Sent, station: str, now: datetime) -> TerminalEntry:
    """Raises: SentAlready, and whatever the act is refused by."""
    with enclosing_transaction():
        entry = keep(actor, device, sent, by, now)
        if station != device.station:
            words = _("It was made at %(station)s, and this device stands at %(here)s now.")
            raise Conflict(words % {"station": station, "here": device.station}, code="other_station")
        perform(Doing(actor_of(sent.user, by, actor, device), device, entry))
        return entry


def words_of(error: MomError) -> str:
    """Why it was refused, as a sentence also for somebody who sees no form."""
    fields = error.fields if isinstance(error, InvalidInput) else {}
    return " ".join(str(each) for found in fields.values() for each in found) or error.sentence
