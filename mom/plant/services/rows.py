"""What adding and changing a row of the plant model has in common. All functions join the caller's transaction."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import ForeignKey, ManyToManyField, Model
from django.utils.translation import gettext as _

from mom.core.db import rows
from mom.core.db.constraints import translating
from mom.core.errors import InvalidInput, NotFound, Stale
from mom.core.use_case import UseCase
from mom.core.web import printing
from mom.plant.models import SiteOwned
from mom.plant.selectors.history import last_change
from mom.plant.services.refusals import REFUSALS

M = TypeVar("M", bound=SiteOwned)
Values = Mapping[str, Any]


def insert(
    act: UseCase,
    row: M,
    *,
    action: str,
    links: Mapping[str, Collection[Model]] | None = None,
    ends_act: bool = False,
) -> M:
    """Add `row`, with what it is linked to (`classes`), and its audit entry.

    `ends_act`: a refusal ends the caller's act, as of `translating`, and no savepoint is made for it.
    Raises: InvalidInput with a sentence at each field, also where the database refuses.
    """
    links = links or {}
    check(row, links)
    with translating(REFUSALS, ends_act=ends_act):
        rows.add(row)
        for name, others in links.items():
            getattr(row, name).set(others)
    named = [field.name for field in row._meta.concrete_fields if not field.primary_key and field.name != "site"]
    after = {name: plain(value) for name in named if (value := getattr(row, name)) not in (None, "")}
    act.record(action, subject=row, site=row.site.code, after=after | {name: plain(links[name]) for name in links})
    return row


def locked(model: type[M], pk: int, version: int | None = None) -> M:
    """The row, locked for the rest of the transaction. `version` is the one the change was made from (None: any).

    Raises: NotFound; Stale, naming who changed it meanwhile.
    """
    held = model._default_manager.select_for_update(of=("self",)).select_related("site")
    row = held.filter(pk=pk).first()
    if row is None:
        raise NotFound(_("There is no such %(noun)s.") % {"noun": model._meta.verbose_name})
    if version is not None and version != getattr(row, "version", version):
        raise Stale(_who_was_faster(row))
    return row


def _who_was_faster(row: SiteOwned) -> str:
    last = last_change(row)
    if last is None:
        return str(Stale.default_sentence)
    return _("%(who)s changed %(row)s meanwhile (%(when)s). Load it again, then repeat your change.") % {
        "who": last.by,
        "row": row,
        "when": printing.moment(last.at),
    }


def update(act: UseCase, row: M, changes: Values, *, action: str) -> M:
    """Change a locked row; what is as before is left out, and where nothing differs nothing is written.

    Raises: InvalidInput with a sentence at each field, also where the database refuses.
    """
    links = {name: list(changes[name]) for name in _link_names(row) if name in changes}
    before = {name: getattr(row, name) for name in changes if name not in links}
    differing = {name: changes[name] for name in before if before[name] != changes[name]}
    linked = {name: list(getattr(row, name).all()) for name in links}
    differing_links = {name: links[name] for name in links if set(links[name]) != set(linked[name])}
    if not differing and not differing_links:
        return row
    for name, value in differing.items():
        setattr(row, name, value)
    check(row, differing_links)
    touched = list(differing)
    if hasattr(row, "version"):
        row.version += 1
        touched.append("version")
    if hasattr(row, "changed_at"):
        touched.append("changed_at")
    with translating(REFUSALS):
        row.save(update_fields=touched)
        for name, others in differing_links.items():
            getattr(row, name).set(others)
    was = {name: before[name] for name in differing} | {name: linked[name] for name in differing_links}
    act.record(
        action,
        subject=row,
        site=row.site.code,
        before={name: plain(value) for name, value in was.items()},
        after={name: plain(value) for name, value in {**differing, **differing_links}.items()},
    )
    return row


def check(row: SiteOwned, links: Mapping[str, Collection[Model]] | None = None) -> None:
    """Raises: InvalidInput with everything that is wrong in the row itself, and for whatever lies at another site."""
    relations = [field for field in row._meta.concrete_fields if isinstance(field, ForeignKey)]
    wrong: dict[str, list[Any]] = {}
    try:
        row.clean_fields(exclude=[field.name for field in relations])
    except ValidationError as error:
        wrong |= {name: list(messages) for name, messages in error.message_dict.items()}
    for field in row._meta.concrete_fields:
        moment = getattr(row, field.attname)
        if isinstance(moment, datetime) and not 1970 <= moment.year <= 2199:
            wrong[field.name] = [_("Give a year from 1970 to 2199.")]
    named = {field.name: [getattr(row, field.name)] for field in relations if field.name != "site"} | dict(links or {})
    for name, others in named.items():
        if any(isinstance(other, SiteOwned) and other.site_id != row.site_id for other in others):
            wrong[name] = [_("This belongs to another site.")]
    if wrong:
        raise InvalidInput(wrong)


def plain(value: Any) -> Any:
    """How the audit trail writes a value: rows by their code."""
    if isinstance(value, Model):
        return str(getattr(value, "code", None) or value.pk)
    if isinstance(value, list | tuple | set):
        return sorted(str(plain(each)) for each in value)
    return value


def _link_names(row: Model) -> list[str]:
    return [field.name for field in row._meta.many_to_many if isinstance(field, ManyToManyField)]
