"""Rows become objects without `Model.__init__`, which sets every field through its descriptor and sends two signals.

What comes out is what the query set gives: the fields, the state, the relations that were selected along. A model that
does something of its own when it is made, or whose making somebody listens to, is made Django's way.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.query_utils import DeferredAttribute
from django.db.models.signals import post_init, pre_init

Row = Sequence[Any]


@cache
def is_plain(model: type[Model]) -> bool:
    """Whether an object of this model is its fields and nothing else."""
    return (
        model.__init__ is Model.__init__
        and getattr(model.from_db, "__func__", None) is getattr(Model.from_db, "__func__", None)
        and not pre_init.has_listeners(model)
        and not post_init.has_listeners(model)
        and all(
            field.descriptor_class in {DeferredAttribute, ForeignKeyDeferredAttribute}
            for field in model._meta.concrete_fields
        )
    )


def maker(model: type[Model], names: Sequence[str], start: int, end: int) -> Callable[[Row], Any]:
    """What makes an object of the columns `start` to `end` of a row, which are the fields `names` (attribute names)."""
    if not is_plain(model):
        return lambda row: model.from_db(DEFAULT_DB_ALIAS, names, row[start:end])
    new, state_of = model.__new__, ModelState

    def make(row: Row) -> Any:
        instance = new(model)
        state = state_of()
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        instance.__dict__ = {"_state": state, **dict(zip(names, row[start:end], strict=True))}
        return instance

    return make


class Related:
    """One relation that was selected along: Django's `RelatedPopulator` with the maker above."""

    def __init__(self, populator: Any) -> None:
        self.key = populator.cols_start + populator.pk_idx
        self.make = maker(populator.model_cls, populator.init_list, populator.cols_start, populator.cols_end)
        self.local_setter, self.remote_setter = populator.local_setter, populator.remote_setter
        self.further = [Related(each) for each in populator.related_populators]

    def populate(self, row: Row, instance: Any) -> None:
        """Make the related object and hang it on the one that was selected."""
        related = None
        if row[self.key] is not None:
            related = self.make(row)
            for each in self.further:
                each.populate(row, related)
        self.local_setter(instance, related)
        if related is not None:
            self.remote_setter(related, instance)


def related(populators: Sequence[Any]) -> list[Any]:
    """Ours in place of Django's, but where a relation is to the parent part of the same row (multi-table models)."""
    return [each if _is_of_parent(each) else Related(each) for each in populators]


def _is_of_parent(populator: Any) -> bool:
    return bool(populator.reorder_for_init) or any(_is_of_parent(each) for each in populator.related_populators)
