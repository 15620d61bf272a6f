"""Jobs that bring stock from one place to another: asked for by people, or because something came in."""

import uuid
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from inventory import permissions
from inventory.models import HomePlace, StockMove, StockTransfer, StorageLocation
from inventory.services.bringing import Stuff, bring, stuff
from inventory.services.inventory_job import add_job
from inventory.services.issue import latest_response
from inventory.services.posting import Occasion
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.use_case import UseCase, use_case
from mom.plant.models import MaterialDefinition
from mom.work.models import JobOrder


def ask(
    actor: Actor,
    what: Stuff,
    source: StorageLocation,
    target: StorageLocation,
    quantity: Decimal,
    *,
    due_at: datetime | None = None,
) -> StockTransfer:
    """Have stock brought from one place to another: a job on the dispatch list.

    Raises: NotAllowed; InvalidInput for nothing or less, the same place, another site, a lot that isn't named, or a
    numbered piece, which is moved at once.
    """
    with use_case(actor) as act:
        act.require(permissions.MOVE_STOCK, source.site.code)
        return add(act, what, source, target, quantity, due_at=due_at)


def add(
    act: UseCase,
    what: Stuff,
    source: StorageLocation,
    target: StorageLocation,
    quantity: Decimal,
    *,
    due_at: datetime | None = None,
) -> StockTransfer:
    """The same within the caller's transaction; rights are the caller's to ask."""
    named = stuff(what, quantity)
    definition, lot = named.definition, named.lot
    if named.sublot is not None:
        raise InvalidInput({"number": [_("A numbered piece is moved at once, not by a job.")]})
    if quantity <= 0:
        raise InvalidInput({"quantity": [_("A quantity must be more than zero.")]})
    if source.pk == target.pk:
        raise InvalidInput({"to": [_("It lies there already. Choose another place.")]})
    if len({source.site_id, target.site_id, definition.site_id}) != 1:
        raise InvalidInput({"to": [_("A place, lot or material belongs to another site.")]})
    words = {"what": named.code, "from": source.equipment.code, "to": target.equipment.code}
    kind = _("Put %(what)s away: %(from)s to %(to)s") if source.is_inbound else _("Move %(what)s: %(from)s to %(to)s")
    job = add_job(act, source.site, "move", kind % words, source.equipment, due_at=due_at)
    return StockTransfer.objects.create(
        site=source.site,
        code=job.code,
        job_order=job,
        definition=definition,
        lot=lot,
        quantity=quantity,
        source=source,
        target=target,
    )


def put_away(act: UseCase, moves: list[StockMove]) -> StockTransfer | None:
    """The job that brings a receipt to its material's home; None where it wasn't received on an inbound place, or the
    material has no home. Joins the caller's transaction.
    """
    move = moves[0]
    if not move.location.is_inbound:
        return None
    homes = HomePlace.objects.select_related("location__equipment", "location__site")
    home = homes.filter(definition=move.definition_id).exclude(location=move.location_id).first()
    if home is None:
        return None
    what: Stuff = move.lot if move.lot is not None else move.definition
    return add(act, what, move.location, home.location, move.quantity)


def say_moved(
    actor: Actor, code: str, site: str, quantity: Decimal | None, *, target: StorageLocation | None = None
) -> StockTransfer:
    """Say before the end how much is brought, or where else to, where that is not as planned.

    Raises: NotAllowed, NotFound, InvalidInput; Conflict where it is done.
    """
    with use_case(actor) as act:
        act.require(permissions.MOVE_STOCK, site)
        rows = StockTransfer.objects.select_for_update(of=("self",)).select_related("site")
        row = rows.filter(site__code=site, code=code).first()
        if row is None:
            raise NotFound(_("There is no such move."))
        if row.done_at is not None:
            raise Conflict(_("Move %(move)s is done.") % {"move": row.code}, code="move_done")
        if quantity is not None and quantity <= 0:
            raise InvalidInput({"quantity": [_("A quantity must be more than zero.")]})
        if target is not None and (target.site_id != row.site_id or target.pk == row.source_id):
            raise InvalidInput({"to": [_("Choose another place.")]})
        row.moved, row.target = quantity, target or row.target
        row.save(update_fields=["moved", "target"])
        after = {"quantity": str(quantity or row.quantity)}
        act.record("inventory.move_changed", subject=row, site=site, after=after)
        return row


def finish(act: UseCase, job_order: JobOrder) -> None:
    """The ledger follows a move job that is finished. Joins the caller's transaction.

    Raises: Shortage where it is not there any more, or promised to a job.
    """
    rows = StockTransfer.objects.select_for_update(of=("self",)).select_related(
        "definition", "lot__definition", "source__site", "source__equipment", "target__site", "target__equipment"
    )
    row = rows.filter(job_order=job_order, done_at=None).first()
    if row is None:
        return
    what: Stuff = row.lot if row.lot is not None else row.definition
    key = uuid.uuid5(uuid.NAMESPACE_OID, f"stock_transfer:{row.pk}")
    occasion = Occasion(key, act.now, job_response=latest_response(job_order))
    bring(act, what, row.source, row.target, row.moved or row.quantity, occasion)
    row.done_at = act.now
    row.save(update_fields=["done_at"])


def set_home(actor: Actor, definition: MaterialDefinition, location: StorageLocation | None) -> HomePlace | None:
    """Say where a material belongs; None: nowhere special. Raises: NotAllowed, InvalidInput for another site."""
    with use_case(actor) as act:
        act.require(permissions.ADJUST_STOCK, definition.site.code)
        row = HomePlace.objects.select_for_update().filter(definition=definition).first()
        if location is not None and location.site_id != definition.site_id:
            raise InvalidInput({"place": [_("This belongs to another site.")]})
        before = row.location_id if row is not None else None
        if location is None:
            if row is not None:
                row.delete()
                row = None
        elif row is None:
            row = HomePlace.objects.create(site=definition.site, definition=definition, location=location)
        else:
            row.location = location
            row.version += 1
            row.save(update_fields=["location", "version"])
        act.record(
            "inventory.home_set",
            subject=definition,
            site=definition.site.code,
            before={"place": before},
            after={"place": None if location is None else location.equipment.code},
        )
        return row
