"""Foreign keys point into the own app or down the storeys; references by string escape the import linter, not this."""

from collections.abc import Iterable

from django.apps import apps
from django.db import models

from tests.architecture.house import storey_of_app

FRAMEWORK = -1  # Django's and its neighbours' own tables, below the ground


def direction_problem(model: str, field: str, own: str, target: str) -> str:
    """What is wrong with a key from a model of app `own` into app `target`; empty where nothing is."""
    if own == target:
        return ""
    storeys = storey_of_app()
    if own == "core":
        return f"{model}.{field} leaves core for {target}: the ground names others by soft reference."
    if storeys.get(target, FRAMEWORK) < storeys[own]:
        return ""
    return f"{model}.{field} points from {own} to {target}, which is not below it."


def key_problems(all_models: Iterable[type[models.Model]]) -> list[str]:
    """Every key of our models that points up, sideways, or out of core."""
    problems = []
    for model in all_models:
        own = model._meta.app_label
        if own not in storey_of_app():
            continue
        for field in [*model._meta.fields, *model._meta.many_to_many]:
            if field.remote_field is not None and isinstance(field.remote_field.model, type):
                target = field.remote_field.model._meta.app_label
                problems.append(direction_problem(model._meta.label, field.name, own, target))
    return [problem for problem in problems if problem]


def test_every_app_of_ours_has_a_storey() -> None:
    ours = [config.label for config in apps.get_app_configs() if config.name.partition(".")[0] != "django"]
    third_party = {"rest_framework", "django_filters", "drf_spectacular", "drf_spectacular_sidecar", "pgtrigger"}
    third_party |= {"tree_queries", "axes", "django_htmx", "csp"}
    assert set(ours) - third_party <= set(storey_of_app())


def test_foreign_key_points_down() -> None:
    assert key_problems(apps.get_models(include_auto_created=True)) == []


def test_foreign_key_check_finds_each_wrong_direction() -> None:
    assert direction_problem("work.JobOrder", "order", "work", "production")
    assert direction_problem("quality.Inspection", "asset", "quality", "maintenance")
    assert direction_problem("core.AuditEntry", "user", "core", "accounts")
    assert direction_problem("core.AuditEntry", "kind", "core", "contenttypes")
    assert not direction_problem("production.ProductionRequest", "request", "production", "work")
    assert not direction_problem("accounts.User", "groups", "accounts", "auth")
