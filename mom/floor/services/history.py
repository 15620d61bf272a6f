"""Bringing past messages in from files, as long work: piece by piece, each a transaction, none of it twice.

Rows are messages like any other: known ones count as repeated, what can't be taken waits in quarantine and stands in
the report. A row without id and number is known by its content.
"""

import hashlib
import io
from collections.abc import Callable
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core import clock, long_work
from mom.core.actor import Actor
from mom.core.errors import InvalidInput, NotAllowed, TooLarge
from mom.core.long_work import Progress
from mom.core.models import StoredBlob, TaskRun
from mom.core.use_case import UseCase, use_case
from mom.floor.engine.message import Window
from mom.floor.engine.message_reading import read
from mom.floor.permissions import SEND_MESSAGE
from mom.floor.services.history_files import History, Row, opened
from mom.floor.services.ingest import Receipt, check_names, take_in_window
from mom.floor.services.ingest_words import sentence_of

LOAD = long_work.declare("floor.load_history", task="mom.floor.tasks.load_history", queue="floor")
LOAD_HERE = "floor.load_history_here"
"""A load whose file only one process can reach: no worker is rung for it."""

MOST_BYTES = 20 * 1024 * 1024  # of a file that is sent; the command takes any size
MOST_NOTED = 10_000  # rows in the report; all of them are in quarantine
LOOKED_AT_FIRST = 1_000
NOTHING = {"accepted": 0, "repeated": 0, "quarantined": 0, "late": 0}

Tell = Callable[[int, int | None], None]


def request(actor: Actor, site: Site, source: str, *, file_name: str, content: bytes) -> TaskRun:
    """Take a file in and have a worker bring its messages in. Raises: NotAllowed, InvalidInput, TooLarge."""
    if len(content) > MOST_BYTES:
        raise TooLarge(_("The file is larger than 20 MB. Send it in parts."), code="file_too_large")
    check_names(source, "", 0)
    if not actor.may(SEND_MESSAGE, site.code):  # before the file is read
        raise NotAllowed
    _look(opened(io.BytesIO(content), file_name))
    digest = hashlib.sha256(content).hexdigest()
    with use_case(actor) as act:
        act.require(SEND_MESSAGE, site.code)
        stored = {"size": len(content), "content": content, "created_at": act.now}
        blob, _is_new = StoredBlob.objects.get_or_create(sha256=digest, defaults=stored)
        return _start(act, LOAD, site, source, file_name, sha256=digest, blob=blob.pk)


def load(progress: Progress) -> dict[str, Any]:
    """Bring a stored file in, from where the worker before stopped. For `long_work.work`."""
    parameters = progress.run.parameters
    content = bytes(StoredBlob.objects.get(pk=parameters["blob"]).content)
    return _load(progress, opened(io.BytesIO(content), parameters["file"]))


def load_here(actor: Actor, site: Site, source: str, path: Path, *, tell: Tell | None = None) -> TaskRun:
    """Bring a file of any size in, in this process, while somebody looks on; what a broken-off run did is passed over.

    Raises: NotAllowed, InvalidInput, OSError.
    """
    check_names(source, "", 0)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    with path.open("rb") as file:
        _look(opened(file, path.name))
    with use_case(actor) as act:
        act.require(SEND_MESSAGE, site.code)
        before = _broken_off(site, source, digest)
        run = _start(act, LOAD_HERE, site, source, path.name, sha256=digest, counts=before.get("counts"))
        held = long_work.claim(run.pk)
        if held is not None and before:
            held.advance(before["done"])
    with path.open("rb") as file:
        long_work.work(run.pk, partial(_load, history=opened(file, path.name), tell=tell), held=held)
    run.refresh_from_db()
    return run


def _start(act: UseCase, kind: str, site: Site, source: str, file_name: str, **more: Any) -> TaskRun:
    title = _("Past messages from %(file)s") % {"file": file_name[:150]}
    parameters = {"source": source, "file": file_name[:200], **{name: value for name, value in more.items() if value}}
    return long_work.start(act, kind, site.code, title, parameters=parameters)


def _broken_off(site: Site, source: str, digest: str) -> dict[str, Any]:
    """How far an earlier load of the same file for the same source came, if it did not end well."""
    runs = TaskRun.objects.filter(kind=LOAD_HERE, site=site.code, parameters__sha256=digest, parameters__source=source)
    last = runs.order_by("-pk").first()
    if last is None or last.status == "succeeded" or not last.done:
        return {}
    return {"done": last.done, "counts": last.parameters.get("counts")}


def _look(history: History) -> None:
    """Refuse a file of whose first rows none can be read: it is another file. Raises: InvalidInput."""
    for piece in history.pieces(0):
        first = piece[:LOOKED_AT_FIRST]
        rows = [{name: value for name, value in row.items() if name != "session"} for row in first]
        parsed, refused = read(rows, "looked at", Window.history(clock.now()), by_content=True)
        if not parsed:
            raise InvalidInput({"file": [_("None of its first rows can be read: %(why)s")
                                         % {"why": sentence_of(refused[0])}]})  # fmt: skip
        return
    raise InvalidInput({"file": [_("The file holds no messages.")]})


def _load(progress: Progress, history: History, tell: Tell | None = None) -> dict[str, Any]:
    run = progress.run
    site = Site.objects.get(code=run.site)
    progress.advance(total=history.total)
    counts: dict[str, int] = {**NOTHING, **(run.parameters.get("counts") or {})}
    for piece in history.pieces(progress.done):
        _take(progress, site, run, piece, history.first_line + progress.done, counts)
        if tell:
            tell(progress.done, history.total)
        progress.check_cancelled()
    return counts


def _take(progress: Progress, site: Site, run: TaskRun, piece: list[Row], line: int, counts: dict[str, int]) -> None:
    """Take a piece in, session by session; how far the load is commits with the last of them."""
    received_at = clock.now()
    numbered = sorted(enumerate(piece), key=lambda each: str(each[1].get("session", "")))
    groups = [(code, list(rows)) for code, rows in groupby(numbered, key=lambda each: str(each[1].get("session", "")))]
    end = progress.done + len(piece)
    for place, (session, rows) in enumerate(groups):
        lines = [line + index for index, _row in rows]
        messages = [{name: value for name, value in row.items() if name != "session"} for _index, row in rows]

        def beside(_act: UseCase, receipt: Receipt, lines: list[int] = lines, place: int = place) -> None:
            so_far = _plus(counts, receipt)
            TaskRun.objects.filter(pk=run.pk).update(parameters={**run.parameters, "counts": so_far})
            _note(progress, receipt, lines, counts["quarantined"])
            progress.advance(end if place == len(groups) - 1 else None, note=_sentence(so_far))

        receipt = take_in_window(
            progress.actor, site, run.parameters["source"], messages, Window.history(received_at), session[:64],
            received_at, by_content=True, beside=beside,
        )  # fmt: skip
        counts.update(_plus(counts, receipt))


def _plus(counts: dict[str, int], receipt: Receipt) -> dict[str, int]:
    return {
        "accepted": counts["accepted"] + receipt.accepted,
        "repeated": counts["repeated"] + receipt.repeated,
        "quarantined": counts["quarantined"] + receipt.quarantined,
        "late": counts["late"] + receipt.late,
    }


def _note(progress: Progress, receipt: Receipt, lines: list[int], noted: int) -> None:
    """Rows that wait for a person, in the report."""
    left = max(0, MOST_NOTED - noted)
    progress.issues((lines[each.index], "", "", each.problem, each.detail) for each in receipt.waiting[:left])


def _sentence(counts: dict[str, int]) -> str:
    words = {name: f"{number:,}" for name, number in counts.items()}
    said = _("%(accepted)s new, %(repeated)s known, %(quarantined)s in quarantine") % words
    return said + (_(", %(late)s kept for archived days") % words if counts["late"] else "")
