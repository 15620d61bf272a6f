"""Use cases of printers: added, changed, taken out of use."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.errors import InvalidInput, NotFound, Stale
from mom.core.labels.raw_printer import is_allowed
from mom.core.models import Printer
from mom.core.permissions_declared import MANAGE_PRINTERS
from mom.core.use_case import use_case

FIELDS = ("name", "kind", "host", "port", "dots", "asks_status", "is_active")


def create(actor: Actor, site: str, **values: Any) -> Printer:
    """Add a printer. Raises: NotAllowed, InvalidInput."""
    with use_case(actor) as act:
        act.require(MANAGE_PRINTERS, site)
        row = Printer(site=site, created_at=act.now)
        _set(row, values)
        _save(row)
        act.record("core.printer_added", subject=row, site=site, after=_shown(row))
        return row


def change(actor: Actor, site: str, pk: int, version: int | None, **changes: Any) -> Printer:
    """Change a printer; labels that wait go to its new address. Raises: NotAllowed, NotFound, Stale, InvalidInput."""
    with use_case(actor) as act:
        act.require(MANAGE_PRINTERS, site)
        row = Printer.objects.select_for_update().filter(site=site, pk=pk).first()
        if row is None:
            raise NotFound
        if version is not None and version != row.version:
            raise Stale
        before = _shown(row)
        _set(row, changes)
        if _shown(row) != before:
            row.version += 1
            _save(row)
            act.record("core.printer_changed", subject=row, site=site, before=before, after=_shown(row))
        return row


def _set(row: Printer, changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        if name not in FIELDS:
            raise TypeError(f"A printer has no {name} that people may set.")
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    if not row.name:
        raise InvalidInput({"name": [_("A name is needed.")]})
    if not 1 <= row.port <= 65535:
        raise InvalidInput({"port": [_("A port is a number from 1 to 65535.")]})
    if not is_allowed(row.host):
        sentence = _("%(host)s is not among PRINTER_HOSTS. Ask who runs this system.")
        raise InvalidInput({"host": [sentence % {"host": row.host[:100]}]})


def _save(row: Printer) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "core_printer_name_in_site" not in str(error):
            raise
        raise InvalidInput({"name": [_("This name is taken in this site. Choose another one.")]}) from None


def _shown(row: Printer) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}
