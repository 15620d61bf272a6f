"""Migrating without rendering the same models hundreds of times.

Django renders a model and all its relatives anew whenever a migration changes it. The relatives come out as they were,
only that they point at the new class and not at the one before it; here, where nearly everything belongs to a site,
they are half of all models, and rendering them is most of the time of a first start. So:

- Constraints, indexes and triggers are put into the state without rendering anything: on PostgreSQL nobody reads those
  options, the operation carries what it adds.
- In a migration of nothing but operations whose statements are made of the changed model alone, only that model is
  rendered. What needs all models to know each other (Python of a migration, signals) has them rendered whole first, by
  Django's own means for models that are rendered late.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db.migrations import Migration, operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

_ALONE = (
    operations.AddConstraint,
    operations.AddField,
    operations.AddIndex,
    operations.AlterField,
    operations.AlterModelOptions,
    operations.CreateModel,
    operations.RemoveConstraint,
    operations.RemoveField,
    operations.RemoveIndex,
    operations.RunPython,
    operations.RunSQL,
    AddTrigger,
    RemoveTrigger,
)
"""Their statements name the changed model's columns and what these point at, not what points at it."""

_apply = Migration.apply


def _append_option(state: Any, app_label: str, model_name: str, option_name: str, added: Any) -> None:
    options = state.models[app_label, model_name].options
    options[option_name] = [*options[option_name], added]


def _add_trigger(operation: Any, app_label: str, state: Any) -> None:
    options = state.models[app_label, operation.model_name].options
    options["triggers"] = [*options.get("triggers", []), operation.trigger]


def _reload_alone(state: Any, app_label: str, model_name: str, delay: bool = False) -> None:  # noqa: ARG001
    """In place of `ProjectState.reload_model`: the model and what inherits from it, not what is related to it."""
    if "apps" not in state.__dict__:
        return
    state.is_delayed = True  # who needs all models whole has them rendered
    family = {(app_label, model_name)}
    while heirs := {key for key, model in state.models.items() if family & _bases(key, model)} - family:
        family |= heirs
    state._reload(family)


def _bases(key: tuple[str, str], model: Any) -> set[tuple[str, str]]:
    names = [base.lower().split(".") for base in model.bases if isinstance(base, str)]
    return {(name[0], name[1]) if len(name) > 1 else (key[0], name[0]) for name in names}


def _apply_alone(migration: Any, project_state: Any, schema_editor: Any, collect_sql: bool = False) -> Any:
    """In place of `Migration.apply`."""
    if all(_changes_alone(each, migration.app_label, project_state) for each in migration.operations):
        with patch.object(ProjectState, "reload_model", _reload_alone):
            return _apply(migration, project_state, schema_editor, collect_sql)
    project_state.clear_delayed_apps_cache()
    return _apply(migration, project_state, schema_editor, collect_sql)


def _changes_alone(operation: Operation, app_label: str, state: Any) -> bool:
    if isinstance(operation, operations.SeparateDatabaseAndState):
        inner = [*operation.database_operations, *operation.state_operations]
        return all(_changes_alone(each, app_label, state) for each in inner)
    if isinstance(operation, operations.AlterField):
        model = state.models.get((app_label, operation.model_name_lower))
        before = model.fields.get(operation.name) if model is not None else None
        return not any(field is not None and field.unique for field in (before, operation.field))  # keys point at it
    return isinstance(operation, _ALONE)


@contextmanager
def rendering_only_what_changed() -> Iterator[None]:
    """Inside, a migration renders the models that it changes, and relatives only where they matter."""
    with (
        patch.object(ProjectState, "_append_option", _append_option),
        patch.object(AddTrigger, "state_forwards", _add_trigger),
        patch.object(Migration, "apply", _apply_alone),
    ):
        yield
