"""Rows that every batch writes: room on their pages for the next version, and no index that nobody reads."""

import django.db.models.deletion
from django.db import migrations, models

# With half of each page free the next version of a row stays on its page, and no index is written for it.
ROOM = """
ALTER TABLE floor_machinesignal SET (fillfactor = 50);
ALTER TABLE floor_stateinterval SET (fillfactor = 90);
"""
WITHOUT_INDEXES = """
DROP INDEX floor_stateinterval_equipment_id_62c6cfe9;
DROP INDEX floor_stateinterval_reason_id_9dcc13b4;
"""
WITH_INDEXES = """
CREATE INDEX floor_stateinterval_equipment_id_62c6cfe9 ON floor_stateinterval (equipment_id);
CREATE INDEX floor_stateinterval_reason_id_9dcc13b4 ON floor_stateinterval (reason_id);
"""
NO_ROOM = """
ALTER TABLE floor_machinesignal RESET (fillfactor);
ALTER TABLE floor_stateinterval RESET (fillfactor);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('floor', '0006_days'),
        ('plant', '0005_search'),
    ]

    operations = [
        # Left to itself Django would drop every index on the column, the one that keeps one interval open included.
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(WITHOUT_INDEXES, WITH_INDEXES)],
            state_operations=[
                migrations.AlterField(
                    model_name='stateinterval',
                    name='equipment',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.equipment', verbose_name='machine'),
                ),
                migrations.AlterField(
                    model_name='stateinterval',
                    name='reason',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.reason', verbose_name='reason'),
                ),
            ],
        ),
        migrations.RunSQL(ROOM, NO_ROOM),
    ]
