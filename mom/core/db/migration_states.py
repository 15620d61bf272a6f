"""Migrating without rendering the same models hundreds of times.

Django renders a model and all its relatives anew whenever a migration gives it a constraint, an index or a trigger. The
rendered class is the same but for its options, and on PostgreSQL nobody reads those: the operation carries what it
adds. With some 250 such operations that is most of the time of a first start.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger


def _append_option(state: Any, app_label: str, model_name: str, option_name: str, added: Any) -> None:
    options = state.models[app_label, model_name].options
    options[option_name] = [*options[option_name], added]


def _add_trigger(operation: Any, app_label: str, state: Any) -> None:
    options = state.models[app_label, operation.model_name].options
    options["triggers"] = [*options.get("triggers", []), operation.trigger]


@contextmanager
def rendering_only_what_changed() -> Iterator[None]:
    """Inside, constraints, indexes and triggers are put into the state without rendering models for them."""
    with (
        patch.object(ProjectState, "_append_option", _append_option),
        patch.object(AddTrigger, "state_forwards", _add_trigger),
    ):
        yield
