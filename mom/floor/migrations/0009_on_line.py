"""A machine's stretches never overlap, at half the cost: one comparison of lines instead of a key and a range.

`floor_on_line` is a line in the plane of machine and time, from the start to half a microsecond before the end, so that
stretches that touch don't meet. Microseconds since 2000 are whole numbers that a float holds exactly.
"""

import django.contrib.postgres.constraints
import django.db.models.constraints
import mom.floor.models.timeline
from django.db import migrations, models

ON_LINE = """
CREATE FUNCTION floor_on_line(machine bigint, started_at timestamptz, ended_at timestamptz) RETURNS box
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN box(
    point(machine, round(date_part('epoch', started_at - '2000-01-01 00:00:00+00'::timestamptz) * 1000000)),
    point(machine, CASE WHEN ended_at IS NULL THEN 1e18
        ELSE round(date_part('epoch', ended_at - '2000-01-01 00:00:00+00'::timestamptz) * 1000000) - 0.5 END)
)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("floor", "0008_words_in_order"),
        ("plant", "0005_search"),
    ]

    operations = [
        migrations.RunSQL(ON_LINE, "DROP FUNCTION floor_on_line(bigint, timestamptz, timestamptz)"),
        migrations.RemoveConstraint("stateinterval", "floor_stateinterval_no_overlap"),
        migrations.RemoveConstraint("stop", "floor_stop_no_overlap"),
        migrations.AddConstraint(
            "stop",
            django.contrib.postgres.constraints.ExclusionConstraint(
                name="floor_stop_no_overlap",
                condition=models.Q(withdrawn_at=None),
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                expressions=[(mom.floor.models.timeline.OnLine("equipment", "started_at", "ended_at"), "&&")],
            ),
        ),
        migrations.AddConstraint(
            "stateinterval",
            django.contrib.postgres.constraints.ExclusionConstraint(
                name="floor_stateinterval_no_overlap",
                expressions=[(mom.floor.models.timeline.OnLine("equipment", "started_at", "ended_at"), "&&")],
            ),
        ),
    ]
