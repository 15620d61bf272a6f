"""Acts on many rows of a list: chosen, counted, confirmed; each row by its own use case, its outcome told.

    bulk_actions = (
        BulkAction("hold", _("Hold"), "work.execute_job_order", hold, confirm=ngettext_lazy(...), form_class=Reason),
    )

`hold(actor, row, values)` does one row and raises a `MomError` where it is refused. What was confirmed is one piece of
long work with the asker's rights: up to `AT_ONCE` rows done while one waits, more by a worker, who can be stopped.
Sent twice, it is done once: the confirmation carries a key.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from mom.core import long_work
from mom.core.db.locks import Lock, advisory_lock
from mom.core.db.retry import retrying
from mom.core.errors import Conflict, MomError, NotAllowed, NotFound
from mom.core.long_work import Progress
from mom.core.models import TaskRun
from mom.core.use_case import use_case

Text = str | Promise
BULK = long_work.declare("core.bulk", task="mom.core.tasks.act_in_bulk", queue="default")
AT_ONCE = 200  # rows
MOST = 10_000  # rows of one act
REMEMBERED = timedelta(days=1)


@dataclass(frozen=True)
class BulkAction:
    """One act on many rows. `confirm` is a plural form with the count ("Hold %(count)s job"); `form_class` asks more.

    A form class that names a `site` in its constructor gets it.
    """

    key: str
    label: Text
    permission: str
    run: Callable[[Any, Any, Mapping[str, Any]], object]
    confirm: Any
    form_class: type[forms.Form] | None = None
    look: str = ""
    icon: str = ""


class ReasonForm(forms.Form):
    """Why: it stands in the history of each row."""

    reason = forms.CharField(max_length=200, min_length=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("Reason")


def allowed(page: Any) -> list[BulkAction]:
    """The acts that the person may do on this list."""
    return [action for action in page.bulk_actions if page.may(action.permission)]


def posted(page: Any) -> HttpResponse:
    """The answer to a press in the bulk bar, or to its confirmation. Raises: NotFound, NotAllowed."""
    sent = page.request.POST
    action = next((each for each in page.bulk_actions if each.key == sent.get("bulk")), None)
    if action is None:
        raise NotFound
    if not page.may(action.permission):
        raise NotAllowed
    keys = chosen_keys(page)
    is_confirmed = "confirmed" in sent and sent.get("counted") == str(len(keys))
    form = form_of(action, page, sent if "confirmed" in sent else None)
    if not keys or len(keys) > MOST or not is_confirmed or (form is not None and not form.is_valid()):
        return confirmation(page, action, keys, form)
    run = begin(page, action, keys, form, sent.get("token", ""))
    return HttpResponseRedirect(page.run_address(run))


def chosen_keys(page: Any) -> list[int]:
    """The keys of the chosen rows that are in this view now, in its order; of all its rows where all are chosen."""
    sent, rows = page.request.POST, page.narrowed
    if not isinstance(rows, QuerySet):
        raise NotFound
    if "all" not in sent:
        asked = [int(key) for key in sent.getlist("row")[: MOST + 1] if key.isdigit() and len(key) < 18]
        rows = rows.filter(pk__in=asked)
    return list(dict.fromkeys(rows.values_list("pk", flat=True)[: MOST + 1]))


def form_of(action: BulkAction, page: Any, sent: Any) -> Any:
    """The act's own form, bound where something was sent."""
    if action.form_class is None:
        return None
    takes_site = "site" in getattr(action.form_class.__init__, "__annotations__", {})
    return action.form_class(sent, **({"site": page.site} if takes_site else {}))


def confirmation(page: Any, action: BulkAction, keys: list[int], form: Any) -> HttpResponse:
    """The page that says how many rows it is about."""
    sent, count = page.request.POST, len(keys)
    refusal = ""
    if not keys:
        refusal = _("None of the chosen rows is in this view any more. Choose again.")
    elif count > MOST:
        refusal = _("That is more than %(most)d rows. Narrow the view first.") % {"most": MOST}
    elif "confirmed" in sent and sent.get("counted") != str(count):
        refusal = _("The view has changed meanwhile: it is about another number of rows now. Look and confirm again.")
    shown = page.narrowed.filter(pk__in=keys[:12])
    context = {
        **page.frame(),
        "action": action,
        "sentence": action.confirm % {"count": count},
        "count": count,
        "names": [str(getattr(row, "code", "") or row) for row in shown],
        "more": max(count - 12, 0),
        "keys": [] if "all" in sent else keys,
        "is_all": "all" in sent,
        "token": sent.get("token") or uuid.uuid4(),
        "form": form,
        "refusal": refusal,
        "is_possible": 0 < count <= MOST,
        "address": page.request.get_full_path(),
    }
    return TemplateResponse(page.request, "_components/bulk_confirm.html", context, status=422 if refusal else 200)


def begin(page: Any, action: BulkAction, keys: list[int], form: Any, token: str) -> TaskRun:
    """Queue the act, once per token; a small one is done at once."""
    sent = {name: page.request.POST.get(name, "") for name in form.fields} if form is not None else {}
    values = form.cleaned_data if form is not None else {}
    run, held = _queued(page, action, keys, sent, token[:64])
    if held is not None:
        long_work.work(run.pk, lambda progress: _each(progress, page, action, keys, values), held=held)
    return run


@retrying()
def _queued(
    page: Any, action: BulkAction, keys: list[int], sent: Mapping[str, str], token: str
) -> tuple[TaskRun, Progress | None]:
    with use_case(page.actor) as act:
        if token:
            advisory_lock(Lock.BULK, f"{page.actor.reference} {token}")
            mine = TaskRun.objects.filter(kind=BULK, site=page.site.code, requested_by=page.actor.reference)
            known = mine.filter(created_at__gt=act.now - REMEMBERED, parameters__token=token).first()
            if known is not None:
                return known, None
        parameters = {
            "address": page.request.get_full_path(),
            "action": action.key,
            "keys": keys,
            "values": dict(sent),
            "token": token,
        }
        title = str(action.confirm % {"count": len(keys)})
        run = long_work.start(act, BULK, page.site.code, title, parameters=parameters, total=len(keys))
        # Held before anybody can see it: the bell that the start rings finds nothing to do.
        return run, long_work.claim(run.pk) if len(keys) <= AT_ONCE else None


def run_queued(progress: Progress) -> dict[str, Any]:
    """What a worker does: the same page, with the asker's rights of this moment. Raises: Cancelled, NotAllowed."""
    from mom.core.web.long_exports import asked_as, page_at  # which knows lists, which know this

    task = progress.run
    request = asked_as(task.requested_by, task.site, task.parameters["address"])
    page = page_at(request, task.parameters["address"])
    action = next((each for each in page.bulk_actions if each.key == task.parameters["action"]), None)
    if action is None:
        raise NotFound
    if not page.may(action.permission):
        raise NotAllowed
    form = form_of(action, page, task.parameters["values"])
    if form is not None and not form.is_valid():
        raise Conflict(_("What was asked is not possible any more. Ask again."))
    values = form.cleaned_data if form is not None else {}
    return _each(progress, page, action, task.parameters["keys"], values)


def _each(
    progress: Progress, page: Any, action: BulkAction, keys: list[int], values: Mapping[str, Any]
) -> dict[str, Any]:
    """Row by row behind what is done; one that is refused stays as it was and says why."""
    refused = progress.run.issues.count() if progress.done else 0
    for number in range(progress.done, len(keys)):
        row = page.rows.filter(pk=keys[number]).first()
        name = str(getattr(row, "code", "") or row or keys[number])
        try:
            if row is None:
                raise NotFound(_("It is no longer in the list."))
            _once(action, page.actor, row, values)
        except MomError as refusal:
            refused += 1
            sentences = [str(each) for said in getattr(refusal, "fields", {}).values() for each in said]
            progress.issue(number + 1, name, "", refusal.code, " ".join(sentences) or refusal.sentence)
        progress.advance(number + 1)
        if number % 10 == 9:
            progress.check_cancelled()
    return {"done": len(keys) - refused, "refused": refused}


@retrying()
def _once(action: BulkAction, actor: Any, row: Any, values: Mapping[str, Any]) -> None:
    action.run(actor, row, values)
