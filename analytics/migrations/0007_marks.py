"""Hours know the stretch that they are of, and changes of what past time means leave a mark."""

from django.db import migrations, models

# The history of rows sees every write of these tables, by whatever way; one WHEN keeps all others free of it.
# Which versions matter and what they touch is worked out by a worker: the writer only leaves one small row.
HEAR = """
CREATE FUNCTION analytics_hear_redefinition() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO analytics_redefinition (version_id, table_name, recorded_at)
    VALUES (NEW.id, NEW.table_name, NEW.recorded_at);
    RETURN NULL;
END $$;
CREATE TRIGGER analytics_redefinition AFTER INSERT ON core_rowversion FOR EACH ROW
WHEN (NEW.table_name IN (
    'accounts_site', 'analytics_reckoning', 'floor_machinelistening', 'floor_statemapping', 'plant_assetassignment',
    'plant_cavityblock', 'plant_equipment', 'plant_mouldcavity', 'plant_physicalasset', 'plant_reason',
    'plant_reasonclassification', 'plant_shift', 'plant_shiftbreak', 'plant_workcalendar', 'plant_workcalendarentry',
    'production_idealcycle', 'work_equipmentreservation'
) AND (NEW.operation <> 'INSERT' OR NEW.table_name NOT IN (
    'accounts_site', 'plant_equipment', 'plant_physicalasset', 'plant_reason', 'plant_workcalendar'
)))
EXECUTE FUNCTION analytics_hear_redefinition();
"""
UNHEAR = """
DROP TRIGGER analytics_redefinition ON core_rowversion;
DROP FUNCTION analytics_hear_redefinition();
"""


def _fill(table: str) -> str:
    return f"""
UPDATE {table} h SET started_at = s.started_at
FROM (SELECT DISTINCT equipment_id, day, shift, started_at, ended_at FROM analytics_shiftbucket) s
WHERE s.equipment_id = h.equipment_id AND s.day = h.day AND s.shift = h.shift
  AND s.started_at < h.hour + interval '1 hour' AND s.ended_at > h.hour;
UPDATE {table} SET started_at = hour WHERE started_at IS NULL;
"""  # noqa: S608 - the names of our own tables


def _started(model: str, table: str) -> list[object]:
    column = models.DateTimeField(verbose_name="started")
    empty = models.DateTimeField(verbose_name="started", null=True)
    return [
        migrations.AddField(model_name=model, name="started_at", field=empty),
        migrations.RunSQL(_fill(table), migrations.RunSQL.noop),
        migrations.AlterField(model_name=model, name="started_at", field=column),
    ]


class Migration(migrations.Migration):

    dependencies = [
        ("analytics", "0006_board"),
    ]

    operations = [
        *_started("hourbucket", "analytics_hourbucket"),
        *_started("lossbucket", "analytics_lossbucket"),
        migrations.RemoveConstraint(model_name="hourbucket", name="analytics_hourbucket_one_per_slice"),
        migrations.RemoveConstraint(model_name="lossbucket", name="analytics_lossbucket_one_per_slice"),
        migrations.AddConstraint(
            model_name="hourbucket",
            constraint=models.UniqueConstraint(
                fields=["equipment", "hour", "started_at", "job_order", "definition", "unit"],
                name="analytics_hourbucket_one_per_slice",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="lossbucket",
            constraint=models.UniqueConstraint(
                fields=[
                    "equipment", "hour", "started_at", "job_order", "definition", "state", "time_class", "loss_class",
                    "reason",
                ],
                name="analytics_lossbucket_one_per_slice",
                nulls_distinct=False,
            ),
        ),
        migrations.CreateModel(
            name="Redefinition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version_id", models.BigIntegerField(unique=True, verbose_name="version")),
                ("table_name", models.CharField(max_length=63, verbose_name="table")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded")),
                ("reached", models.DateTimeField(null=True, verbose_name="reached")),
            ],
            options={
                "verbose_name": "change of what time means",
                "verbose_name_plural": "changes of what time means",
            },
        ),
        migrations.RunSQL(HEAR, UNHEAR),
    ]
