"""Filters in force as chips, and the addresses that add, drop or keep what the present address asks for."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.forms import Field
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from mom.core.web import printing


@dataclass(frozen=True)
class Chip:
    """One filter in force: "Status: Released", and the address without it."""

    label: str | Promise
    text: str
    clear_url: str


def address(query: QueryDict, *, keep: Iterable[str] | None = None, without: Iterable[str] = (), **set_to: str) -> str:
    """The present address with its query narrowed to `keep` (None: all), less `without`, plus `set_to`."""
    changed = query.copy()
    dropped = set(without) | {"export"} | (set() if keep is None else set(changed) - set(keep))
    for key in dropped:
        changed.pop(key, None)
    for key, value in set_to.items():
        changed[key] = value
    return f"?{changed.urlencode()}" if changed else "."


def pairs(query: QueryDict, *, without: Iterable[str]) -> list[tuple[str, str]]:
    """The query's keys and values less `without`, for the hidden fields of a form."""
    return [(key, value) for key in query if key not in {*without, "export"} for value in query.getlist(key)]


def of(filterset: Any, query: QueryDict) -> list[Chip]:
    """One chip per filter that narrows; a filter that was not understood has none and says so in its field."""
    form = filterset.form
    found = []
    for name, value in form.cleaned_data.items() if form.is_valid() or hasattr(form, "cleaned_data") else ():
        if not _is_set(value):
            continue
        field = form.fields[name]
        keys = {form.add_prefix(key) for key in keys_of(name, field)}
        found.append(Chip(form[name].label, _printed(field, value), address(query, without={*keys, "page"})))
    return found


def _is_set(value: Any) -> bool:
    if isinstance(value, slice):
        return value.start is not None or value.stop is not None
    if isinstance(value, QuerySet):
        return bool(value)
    return value not in (None, "", [], ())


def keys_of(name: str, field: Field) -> Iterable[str]:
    """The parameters of a filter: a range has two."""
    return {name, *(f"{name}_{suffix}" for suffix in getattr(field.widget, "suffixes", ()) if suffix)}


def _printed(field: Field, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, slice):
        return _range(value)
    choices = {
        str(key): str(label) for key, label in getattr(field, "choices", ()) if not isinstance(label, list | tuple)
    }
    values = list(value) if isinstance(value, list | tuple | QuerySet) else [value]
    return ", ".join(choices.get(str(each), str(each)) if not hasattr(each, "pk") else str(each) for each in values)


def _range(value: slice) -> str:
    start, stop = (_end(end) for end in (value.start, value.stop))
    if start and stop:
        return _("%(start)s to %(stop)s") % {"start": start, "stop": stop}
    return _("from %(start)s") % {"start": start} if start else _("to %(stop)s") % {"stop": stop}


def _end(value: Any) -> str:
    if value is None:
        return ""
    return printing.day(value) if hasattr(value, "isoformat") else printing.number(value)
