"""Every model is listed by what may become of its rows, and carries the triggers, site and names that follow."""

from collections.abc import Iterable, Mapping, Sequence

import pgtrigger
import pytest
from django.apps import apps
from django.db import connection, models
from django.db.models.constraints import BaseConstraint

from mom.core.db.triggers import AppendOnly, History, NoDelete
from tests.architecture.house import storey_of_app
from tests.architecture.models_listed import LISTED, WITHOUT_SITE, Kind

NEEDED_TRIGGER: dict[Kind, type[pgtrigger.Trigger]] = {
    Kind.MASTER: History,
    Kind.TRANSACTIONAL: History,
    Kind.FACT: AppendOnly,
    Kind.STRETCH: NoDelete,
}
# Who did it goes with when: `x_by` with `x_at`, but for these.
INSTANT_OF = {"requested_by": "created_at"}


def our_models() -> list[type[models.Model]]:
    """Every table of ours, links between tables included."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in storey_of_app() and model._meta.managed and not model._meta.proxy
    ]


def triggers_of(model: type[models.Model]) -> list[pgtrigger.Trigger]:
    """The triggers on a model's table, those declared on a proxy of it included."""
    return [trigger for owner, trigger in pgtrigger.registered() if owner._meta.db_table == model._meta.db_table]


def listing_problems(labels: Iterable[str], listed: Mapping[str, Kind]) -> list[str]:
    """Models without an entry, and entries without a model."""
    found = set(labels)
    missing = [f"{label} is not in tests/architecture/models_listed.py." for label in sorted(found - set(listed))]
    return missing + [f"{label} is listed, but is no model any more." for label in sorted(set(listed) - found)]


def trigger_problem(label: str, kind: Kind, triggers: Sequence[pgtrigger.Trigger]) -> str:
    """The guard that a row of this kind lacks; empty where it has it."""
    needed = NEEDED_TRIGGER.get(kind)
    if needed is None or any(isinstance(trigger, needed) for trigger in triggers):
        return ""
    return f"{label} is {kind.name} ({kind}) and lacks the trigger {needed.__name__}."


def constraint_name_problems(label: str, constraints: Sequence[BaseConstraint | models.Index]) -> list[str]:
    """Names that don't say app, model and rule (an index, whose name has 30 characters at most, says its app)."""
    app, model = label.lower().split(".")
    problems = []
    for constraint in constraints:
        prefix = f"{app}_" if isinstance(constraint, models.Index) else f"{app}_{model}_"
        if not constraint.name.startswith(prefix) or constraint.name == prefix:
            problems.append(f"{label}: {constraint.name} should begin with {prefix}.")
    return problems


def fields_of(condition: models.Q) -> set[str]:
    """The fields that a condition names."""
    names = set()
    for child in condition.children:
        names |= fields_of(child) if isinstance(child, models.Q) else {child[0].partition("__")[0]}
    return names


def pair_problems(
    label: str, fields: Mapping[str, bool], constraints: Sequence[BaseConstraint | models.Index]
) -> list[str]:
    """`x_by` without `x_at`, or a pair that may be half empty. `fields`: name -> may be null or blank."""
    held = [fields_of(check.condition) for check in constraints if isinstance(check, models.CheckConstraint)]
    problems = []
    for by in fields:
        if not by.endswith("_by"):
            continue
        at = INSTANT_OF.get(by, by.removesuffix("_by") + "_at")
        if at not in fields:
            problems.append(f"{label}.{by} has no {at}.")
        elif (fields[by] or fields[at]) and not any({by, at} <= names for names in held):
            problems.append(f"{label}: no constraint keeps {by} and {at} in step.")
    return problems


def test_model_is_listed() -> None:
    assert listing_problems([model._meta.label for model in our_models()], LISTED) == []


def test_model_has_the_trigger_of_its_kind() -> None:
    found = [trigger_problem(m._meta.label, LISTED[m._meta.label], triggers_of(m)) for m in our_models()]
    assert [problem for problem in found if problem] == []


@pytest.mark.django_db
def test_model_has_its_triggers_in_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text, count(*) FROM pg_trigger WHERE NOT tgisinternal GROUP BY 1")
        installed = dict(cursor.fetchall())
    declared = {model._meta.db_table: len(triggers_of(model)) for model in our_models() if triggers_of(model)}
    lacking = {table: number for table, number in declared.items() if installed.get(table, 0) < number}
    assert lacking == {}


def test_model_has_a_site_or_a_reason() -> None:
    without = {model._meta.label for model in our_models() if "site" not in {f.name for f in model._meta.fields}}
    assert without == set(WITHOUT_SITE)


def test_model_constraint_is_named_after_its_rule() -> None:
    problems = []
    for model in our_models():
        problems += constraint_name_problems(model._meta.label, [*model._meta.constraints, *model._meta.indexes])
    assert problems == []


def test_model_says_when_where_it_says_who() -> None:
    problems = []
    for model in our_models():
        fields = {field.name: field.null or field.blank for field in model._meta.fields}
        problems += pair_problems(model._meta.label, fields, model._meta.constraints)
    assert problems == []


def test_listing_check_finds_both_sides() -> None:
    assert len(listing_problems(["work.New"], {"work.Gone": Kind.FACT})) == 2


def test_trigger_check_finds_an_unguarded_row() -> None:
    assert trigger_problem("work.QuantityReport", Kind.FACT, [History()])
    assert trigger_problem("plant.Equipment", Kind.MASTER, [])
    assert not trigger_problem("plant.Equipment", Kind.MASTER, [History()])
    assert not trigger_problem("core.OutboxEvent", Kind.TECHNICAL, [])


def test_name_check_finds_a_nameless_rule() -> None:
    check = models.CheckConstraint(condition=models.Q(code=""), name="code_not_empty")
    index = models.Index(fields=["site"], name="by_site")
    assert len(constraint_name_problems("work.JobOrder", [check, index])) == 2


def test_pair_check_finds_half_a_pair() -> None:
    both = models.CheckConstraint(
        condition=models.Q(closed_at=None, closed_by="") | models.Q(closed_at__isnull=False) & ~models.Q(closed_by=""),
        name="work_joborder_closed_pair",
    )
    assert pair_problems("work.JobOrder", {"closed_by": True}, [])
    assert pair_problems("work.JobOrder", {"closed_by": True, "closed_at": True}, [])
    assert not pair_problems("work.JobOrder", {"closed_by": True, "closed_at": True}, [both])
    assert not pair_problems("work.JobOrder", {"recorded_by": False, "recorded_at": False}, [])
