"""Migrating without rendering relatives gives the tables and the models that Django's own way gives."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection, migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from mom.core.db.migration_states import rendering_only_what_changed
from tests.core.database import as_owner

__all__ = ["as_owner"]

pytestmark = pytest.mark.usefixtures("as_owner")

KEY = ("id", models.BigAutoField(primary_key=True))


def foreign_key(to: str, **more: Any) -> Any:
    return models.ForeignKey(to, on_delete=models.PROTECT, **more)


def join_in_python(apps: Any, editor: Any) -> None:
    """What a data migration does: rows of models that point at each other, both ways."""
    sites, lots = apps.get_model("toys", "Site").objects, apps.get_model("toys", "Lot").objects
    lots.create(code="L-1", site=sites.create(name="North"), weight=3)
    assert lots.select_related("site").get(site__name="North").site.lot_set.get().weight == 3


PLAIN = [
    migrations.CreateModel(
        "Site", [("id", models.AutoField(primary_key=True)), ("name", models.CharField(max_length=9))]
    ),
    migrations.CreateModel("Lot", [KEY, ("code", models.CharField(max_length=9)), ("site", foreign_key("toys.Site"))]),
    migrations.AddField("Site", "rank", models.IntegerField(default=1)),
    migrations.AddField("Lot", "weight", models.IntegerField(default=0)),
    migrations.AddField("Lot", "parent", foreign_key("toys.Lot", null=True)),
    migrations.AlterField("Site", "rank", models.BigIntegerField(default=2)),
    migrations.AddConstraint(
        "Lot", models.UniqueConstraint(fields=["site", "code"], name="toys_lot_code_unique_in_site")
    ),
    migrations.AddIndex("Lot", models.Index(fields=["site", "-weight"], name="toys_lot_heavy")),
    migrations.RemoveField("Site", "rank"),
]
WITH_PYTHON = [migrations.RunPython(join_in_python), migrations.AddField("Lot", "note", models.TextField(default=""))]
WIDER_KEY = [migrations.AlterField("Site", "id", models.BigAutoField(primary_key=True))]
RENAMED = [migrations.RenameModel("Site", "Plant"), migrations.RenameField("Lot", "weight", "mass")]


def migrated(steps: Sequence[Sequence[Operation]]) -> ProjectState:
    state = ProjectState(real_apps=set())
    for number, operations in enumerate(steps):
        step = migrations.Migration(f"{number:04}", "toys")
        step.operations = list(operations)
        with connection.schema_editor(atomic=False) as editor:
            state = step.apply(state, editor)
            assert state.apps, "rendered, as the executor has it"
    return state


def catalogue() -> list[tuple[Any, ...]]:
    """The columns, constraints and indexes of the toys."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull FROM pg_attribute a"
            " JOIN pg_class c ON c.oid = a.attrelid WHERE c.relname LIKE 'toys_%' AND a.attnum > 0"
            " AND NOT a.attisdropped UNION ALL"
            " SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), true FROM pg_constraint"
            " WHERE conrelid::regclass::text LIKE 'toys_%' UNION ALL"
            " SELECT tablename, indexname, indexdef, true FROM pg_indexes WHERE tablename LIKE 'toys_%'"
            " ORDER BY 1, 2, 3"
        )
        return cursor.fetchall()


def dropped() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS toys_lot, toys_site, toys_plant CASCADE")


@pytest.mark.parametrize(
    "steps",
    [[PLAIN], [PLAIN, WITH_PYTHON], [PLAIN, WIDER_KEY, WITH_PYTHON], [PLAIN, RENAMED]],
    ids=["plain", "python", "key", "renamed"],
)
def test_tables_are_those_of_djangos_own_way(steps: list[list[Operation]]) -> None:
    migrated(steps)
    plain = catalogue()
    dropped()
    with rendering_only_what_changed():
        state = migrated(steps)
    assert catalogue() == plain
    assert len(plain) > 10
    state.clear_delayed_apps_cache()
    site = state.apps.get_model("toys", "Lot")._meta.get_field("site").related_model
    assert site is state.apps.get_model(site._meta.label)


def test_a_change_renders_one_model_and_not_its_relatives(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[str] = []
    render_multiple = type(ProjectState().apps).render_multiple

    def counted(apps: Any, states: Sequence[Any]) -> None:
        rendered.extend(each.name for each in states)
        render_multiple(apps, states)

    monkeypatch.setattr(type(ProjectState().apps), "render_multiple", counted)
    with rendering_only_what_changed():
        migrated([PLAIN[:2], [migrations.AddField("Site", "rank", models.IntegerField(default=1))]])
    assert rendered == ["Site", "Lot", "Site"]
