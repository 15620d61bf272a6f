"""Lists from spreadsheets: a file is taken in, its columns are chosen, it is checked, and then brought in by pieces."""

import hashlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core import long_work
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotFound, Stale, TooLarge
from mom.core.long_work import Progress
from mom.core.models import StoredBlob
from mom.core.use_case import use_case
from mom.erp.engine.mapping import FileShape
from mom.erp.engine.problems import BrokenFile, ProblemCode
from mom.erp.engine.table_fields import FIELDS, CellKind, TableKind
from mom.erp.engine.table_guess import DATE_FORMATS, columns_of, guess_columns, guess_dates, guess_decimal, guess_shape
from mom.erp.engine.table_rows import TableMapping, TableReader
from mom.erp.models import TableImport
from mom.erp.permissions import RUN_IMPORT
from mom.erp.readers import open_table
from mom.erp.services.running import on_behalf_of
from mom.erp.services.tables.master import Machines, Materials, People
from mom.erp.services.tables.orders import Orders
from mom.erp.services.tables.planned import Fate, Planned, Target, readable
from mom.erp.services.tables.plans import Plans
from mom.erp.services.tables.properties import (
    apply_properties,
    definitions_for,
    guess_property_columns,
    plan_properties,
)
from mom.erp.services.tables.routings import Routings
from mom.erp.services.tables.stock import Stock
from mom.erp.words import sentence

APPLY = long_work.declare("erp.apply_table_import", task="mom.erp.tasks.apply_table_import", queue="imports")
MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 20_000
PIECE = 200
SAMPLE = 200
PROPERTY = "property:"
"""What a choice of columns puts before the code of a property."""
TARGETS: dict[TableKind, Target] = {
    TableKind.MACHINES: Machines(),
    TableKind.PEOPLE: People(),
    TableKind.MATERIALS: Materials(),
    TableKind.ORDERS: Orders(),
}


def target_of(run: TableImport) -> Target:
    """What the rows of this list go into."""
    if run.kind == TableKind.STOCK:
        return Stock(run.blob.sha256)
    if run.kind == TableKind.ROUTINGS:
        return Routings(lambda: _read(run, 0, MOST_ROWS))
    if run.kind == TableKind.PLANS:
        return Plans(lambda: _read(run, 0, MOST_ROWS))
    return TARGETS[TableKind(run.kind)]


def take_in(actor: Actor, site: Site, kind: TableKind, *, file_name: str, content: bytes) -> TableImport:
    """Keep a file and propose which of its columns is which field.

    Raises: NotAllowed; InvalidInput for a file that cannot be read, with the reason; TooLarge above 20 MB.
    """
    if len(content) > MOST_BYTES:
        raise TooLarge(_("The file is larger than 20 MB. Bring in a part of it."), code="file_too_large")
    shape = guess_shape(content)
    try:
        header, sample = _first_lines(content, shape)
    except BrokenFile as broken:
        raise InvalidInput({"file": [sentence(broken.problem)]}, code=broken.problem.code.value) from None
    columns = guess_columns(kind, header)
    known = guess_property_columns(site.code, kind, header, columns)
    texts = _texts(header, sample)
    numbers = [text for name in columns_of(kind, CellKind.NUMBER, columns) for text in texts[name]]
    dates = [text for name in columns_of(kind, CellKind.DATE, columns) for text in texts[name]]
    with use_case(actor) as act:
        act.require(RUN_IMPORT, site.code)
        digest = hashlib.sha256(content).hexdigest()
        stored = {"size": len(content), "content": content, "created_at": act.now}
        run = TableImport.objects.create(
            site=site,
            kind=kind,
            blob=StoredBlob.objects.get_or_create(sha256=digest, defaults=stored)[0],
            file_name=file_name[-200:],
            shape=asdict(shape),
            header=header,
            columns=columns | {f"{PROPERTY}{code}": name for code, name in known.items()},
            decimal=guess_decimal(numbers, shape.delimiter),
            date_format=next(iter(guess_dates(dates)), DATE_FORMATS[0]),
            requested_by=act.actor.label[:200],
            created_at=act.now,
        )
        act.record("erp.table_taken_in", subject=run, site=site.code, after={"kind": kind, "file": run.file_name})
        return run


def check(
    actor: Actor,
    run_id: int,
    *,
    columns: Mapping[str, str],
    decimal: str,
    date_format: str,
    version: int | None = None,
) -> TableImport:
    """Choose the columns and count what the list would do. Nothing takes effect.

    Raises: NotAllowed, NotFound, Stale; Conflict where it is in or on its way; InvalidInput for a field without column,
    a column that the file lacks or that is chosen twice, or a file that breaks off.
    """
    with use_case(actor) as act:
        run = locked(run_id)
        act.require(RUN_IMPORT, run.site.code)
        if version is not None and version != run.version:
            raise Stale(_("Somebody else chose other columns meanwhile. Load the page again."))
        if run.apply_task_id is not None:
            raise Conflict(_("This list is in already. Take the file in again to correct it."), code="table_begun")
        run.columns = {key: name for key, name in columns.items() if name}
        run.decimal, run.date_format = decimal, date_format
        _check_choice(run)
        counted = Counter(each.fate for each in plan(run))
        run.rows_total = counted.total()
        run.rows_new, run.rows_changed = counted[Fate.NEW], counted[Fate.CHANGED]
        run.rows_same, run.rows_refused = counted[Fate.SAME], counted[Fate.REFUSED]
        run.checked_at = act.now
        run.version += 1
        run.save()
        act.record("erp.table_checked", subject=run, site=run.site.code, after=summary(run))
        return run


def _check_choice(run: TableImport) -> None:
    wrong: dict[str, list[str]] = {}
    kind = TableKind(run.kind)
    used = Counter(run.columns.values())
    for field in FIELDS[kind]:
        name = run.columns.get(field.key)
        if name is None and field.is_required:
            wrong[field.key] = [_("Choose the column.")]
        elif name is not None and name not in run.header:
            wrong[field.key] = [_("The file has no column “%(column)s”.") % {"column": name}]
        elif name is not None and used[name] > 1:
            wrong[field.key] = [_("“%(column)s” is chosen twice.") % {"column": name}]
    properties = {f"{PROPERTY}{each.code}" for each in definitions_for(run.site.code, kind)}
    for key in sorted(run.columns.keys() & properties):
        if run.columns[key] not in run.header:
            wrong[key] = [_("The file has no column “%(column)s”.") % {"column": run.columns[key]}]
    unknown = run.columns.keys() - {field.key for field in FIELDS[kind]} - properties
    if unknown:
        wrong["columns"] = [_("There is no field %(field)s.") % {"field": ", ".join(sorted(unknown))}]
    if run.decimal not in {".", ","} or run.date_format not in DATE_FORMATS:
        wrong["date_format"] = [_("Choose how numbers and dates are written.")]
    if wrong:
        raise InvalidInput(wrong)


def plan(run: TableImport, after: int = 0, most: int | None = None) -> list[Planned]:
    """The rows behind line `after` (at most `most`), each with what would become of it. No write.

    Raises: InvalidInput for a file that breaks off or has more rows than a list may have.
    """
    planned = _read(run, after, (MOST_ROWS + 1) if most is None else most)
    if most is None and len(planned) > MOST_ROWS:
        limit = {"limit": MOST_ROWS}
        raise InvalidInput(
            {"file": [_("The list has more than %(limit)d rows. Part it.") % limit]}, code="too_many_rows"
        )
    target_of(run).plan(run.site, planned)
    plan_properties(run, planned, mapping_of(run).properties)
    return planned


def _read(run: TableImport, after: int, most: int) -> list[Planned]:
    """At most so many rows behind a line, as they can be read. Raises: InvalidInput for a file that breaks off."""
    reader = TableReader(mapping_of(run), run.header)
    try:
        with open_table(io.BytesIO(bytes(run.blob.content)), FileShape(**run.shape)) as table:
            lines = ((line, cells) for line, cells in table.lines if line > after)
            return readable([reader.read(line, cells) for line, cells in islice(lines, most)])
    except BrokenFile as broken:
        raise InvalidInput({"file": [sentence(broken.problem)]}, code=broken.problem.code.value) from None


def mapping_of(run: TableImport) -> TableMapping:
    """The choices of a list, as its reader takes them."""
    properties = {key.removeprefix(PROPERTY): name for key, name in run.columns.items() if key.startswith(PROPERTY)}
    return TableMapping(TableKind(run.kind), run.columns, run.decimal, run.date_format, properties)


def start(actor: Actor, run_id: int, *, version: int | None = None) -> TableImport:
    """Bring a checked list in; a worker does it. The rows that were refused stay out.

    Raises: NotAllowed (also without the right to change what the list changes), NotFound, Stale; Conflict where it was
    not checked, was begun already, or has nothing to bring in.
    """
    with use_case(actor) as act:
        run = locked(run_id)
        act.require(RUN_IMPORT, run.site.code)
        for permission in target_of(run).permissions:
            act.require(permission, run.site.code)
        if version is not None and version != run.version:
            raise Stale(_("Somebody else chose other columns meanwhile. Load the page again."))
        if run.checked_at is None or run.apply_task_id is not None:
            raise Conflict(_("This list is not waiting to be brought in."), code="table_not_checked")
        if not run.rows_new + run.rows_changed:
            raise Conflict(_("This list has nothing new to bring in."), code="nothing_new")
        title = _("Bring in %(file)s") % {"file": run.file_name[:150]}
        run.apply_task = long_work.start(act, APPLY, run.site.code, title, total=run.rows_total)
        run.version += 1
        run.save(update_fields=["apply_task", "version"])
        act.record("erp.table_started", subject=run, site=run.site.code, after=summary(run))
        return run


def apply(progress: Progress, size: int = PIECE) -> dict[str, Any]:
    """The long work: piece by piece, each whole, from where committed pieces end. Raises: Cancelled between pieces."""
    task = progress.run
    run = TableImport.objects.select_related("site", "blob").get(apply_task=task)
    actor = on_behalf_of(task)
    while planned := plan(run, after=run.applied_through, most=size):
        progress.check_cancelled()
        with use_case(actor) as act:
            target_of(run).apply(act, run.site, planned)
            apply_properties(act, run, planned)
            done = sum(each.fate in {Fate.NEW, Fate.CHANGED} for each in planned)
            run.applied_through = planned[-1].row.line
            TableImport.objects.filter(pk=run.pk).update(
                applied_through=run.applied_through, rows_applied=F("rows_applied") + done
            )
            act.record("erp.table_piece_applied", subject=run, site=run.site.code, after={"rows": done})
            progress.advance(progress.done + len(planned))
    with use_case(actor) as act:
        progress.advance()
        run = locked(run.pk)
        run.completed_at = run.completed_at or act.now
        run.save(update_fields=["completed_at"])
        act.record("erp.table_completed", subject=run, site=run.site.code, after=summary(run))
        return summary(run)


def locked(pk: int) -> TableImport:
    """The list, locked for the rest of the transaction. Raises: NotFound."""
    rows = TableImport.objects.select_for_update(of=("self",)).select_related("site", "blob")
    run = rows.filter(pk=pk).first()
    if run is None:
        raise NotFound(_("There is no such list."))
    return run


def summary(run: TableImport) -> dict[str, Any]:
    """The counts, for the result of the work and the audit trail."""
    names = ("rows_total", "rows_new", "rows_changed", "rows_same", "rows_refused", "rows_applied")
    return {name: getattr(run, name) for name in names}


def samples(run: TableImport, many: int = 3) -> dict[str, list[str]]:
    """The first texts of each column that are not empty, so that people see what they choose."""
    _header, lines = _first_lines(bytes(run.blob.content), FileShape(**run.shape))
    return {name: [text for text in texts if text][:many] for name, texts in _texts(run.header, lines).items()}


def _first_lines(content: bytes, shape: FileShape) -> tuple[list[str], list[list[str]]]:
    with open_table(io.BytesIO(content), shape) as table:
        header = [" ".join(name.split()) for name in table.header]
        twice = [name for name, count in Counter(name for name in header if name).items() if count > 1]
        if twice:
            raise BrokenFile(ProblemCode.FILE_COLUMN_TWICE, value=twice[0])
        return header, [cells for _line, cells in islice(table.lines, SAMPLE)]


def _texts(header: Sequence[str], lines: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    return {
        name: [cells[place].strip() for cells in lines if place < len(cells)]
        for place, name in enumerate(header)
        if name
    }


def problem_rows(planned: Sequence[Planned]) -> list[tuple[int, str, str, str]]:
    """Line, column, value and reason of everything that was refused."""
    return [
        (each.row.line, problem.where, problem.value, sentence(problem))
        for each in planned
        for problem in each.problems
    ]


def joined_problems(each: Planned) -> str:
    """The reasons of one row as one text."""
    return " ".join(sentence(problem) for problem in each.problems)
