"""The export of a large view as long work: made by a worker with the asker's rights of that moment, kept to be fetched.

The worker opens the very page that was asked for, so a long export and a short one can't differ.
"""

import contextlib
import hashlib
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db.models import ProtectedError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import resolve
from django.utils.translation import gettext as _

from mom.core import long_work
from mom.core.errors import NotFound
from mom.core.long_work import Progress
from mom.core.models import StoredBlob, TaskRun
from mom.core.use_case import use_case
from mom.core.web import exports
from mom.core.web.lists import ListPage
from mom.core.web.task_runs import run_url
from mom.core.web.views import SIGNED_IN, PageMixin

EXPORT = long_work.declare("core.export", task="mom.core.tasks.export_view", queue="default")
WRITERS = {"csv": exports.write_csv, "xlsx": exports.write_xlsx}

RequestBuilder = Callable[[str, str, str], HttpRequest]
_builder: list[RequestBuilder] = []


def register_request_builder(builder: RequestBuilder) -> None:
    """Say how a worker asks as a person: actor's reference, site and address give a request with that person's rights.

    Called by accounts when it is ready. Raises (the builder): NotFound for a person or program that is no more.
    """
    _builder[:] = [builder]


def asked_as(reference: str, site: str, address: str) -> HttpRequest:
    """A request of a person for an address of ours, with their rights of this moment. Raises: NotFound."""
    return _builder[0](reference, site, address)


def page_at(request: HttpRequest, address: str) -> ListPage:
    """The list at an address of ours, set up for `request` and its rights asked. Raises: NotFound, NotAllowed."""
    try:
        match = resolve(urlsplit(address).path)
    except Http404:
        raise NotFound from None
    view = getattr(match.func, "view_class", None)
    if view is None or not issubclass(view, ListPage):
        raise NotFound(_("There is no list at this address."))
    page: ListPage = view(**match.func.view_initkwargs)  # type: ignore[attr-defined]
    page.setup(request, *match.args, **match.kwargs)
    page.check_permission()
    return page


class StartExport(PageMixin):
    """Queue the export of a view; the work is followed on its own page."""

    permission = SIGNED_IN

    def post(self, request: HttpRequest) -> HttpResponse:
        address = request.POST.get("address", "")[:2_000]
        asked = _builder[0](self.actor.reference, self.site.code, address)
        page = page_at(asked, address)
        if asked.GET.get("export") not in page.export_formats:
            raise NotFound(_("This list is not exported in that form."))
        with use_case(self.actor) as act:
            title = _("Export of %(list)s") % {"list": page.get_title()}
            total = page.narrowed.count()
            run = long_work.start(act, EXPORT, self.site.code, title, parameters={"address": address}, total=total)
        return HttpResponseRedirect(run_url(run))


def run(progress: Progress) -> dict[str, Any]:
    """Write the file, telling how far it is, and keep it. Raises: Cancelled, NotAllowed (the right ended)."""
    task = progress.run
    address = task.parameters["address"]
    request = _builder[0](task.requested_by, task.site, address)
    page, kind = page_at(request, address), request.GET["export"]
    with tempfile.TemporaryFile() as file:
        WRITERS[kind](file, page.shown_columns, _watched(progress, page.narrowed))
        file.seek(0)
        content = file.read()
    with use_case(progress.actor) as act:
        digest = hashlib.sha256(content).hexdigest()
        stored = {"size": len(content), "content": content, "created_at": act.now}
        blob, _is_new = StoredBlob.objects.get_or_create(sha256=digest, defaults=stored)
    return {"file": exports.file_name(kind, page.get_title()), "blob": blob.pk}


def _watched(progress: Progress, rows: Any) -> Iterator[Any]:
    """The rows; every chunk the work says how far it is and hears whether it should stop. It begins anew if it died."""
    for number, row in enumerate(exports.each(rows), start=1):
        yield row
        if number % exports.CHUNK == 0:
            progress.advance(max(number, progress.done))
            progress.check_cancelled()
    progress.advance(max(progress.run.total or 0, progress.done))


class FetchExport(PageMixin):
    """The finished file, for the one who asked for it."""

    permission = SIGNED_IN

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        mine = TaskRun.objects.filter(pk=pk, kind=EXPORT, site=self.site.code, requested_by=self.actor.reference)
        task = mine.filter(result__has_key="blob").first()
        blob = StoredBlob.objects.filter(pk=task.result["blob"]).first() if task is not None else None
        if task is None or blob is None:
            raise NotFound
        response = HttpResponse(bytes(blob.content), content_type="application/octet-stream")
        response["Content-Disposition"] = f'attachment; filename="{task.result["file"]}"'
        response["Content-Security-Policy"] = "sandbox"
        return response


def forget(before: datetime) -> int:
    """Let go the files of exports that ended before an instant and that no younger one holds; gives how many."""
    ended = TaskRun.objects.filter(kind=EXPORT, result__has_key="blob")
    kept = {run.result["blob"] for run in ended.filter(finished_at__gte=before)}
    old = {run.result["blob"] for run in ended.filter(finished_at__lt=before)} - kept
    gone = 0
    for blob in StoredBlob.objects.filter(pk__in=old):
        with contextlib.suppress(ProtectedError):  # an import has read the very same bytes
            gone += blob.delete()[0]
    return gone
