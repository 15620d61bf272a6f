"""The running shifts, which every batch writes: room on their pages, and no index on what changes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', '0007_marks'),
        ('floor', '0005_archive'),
        ('plant', '0005_search'),
        ('work', '0007_alert_guards'),
    ]

    operations = [
        migrations.AlterField(
            model_name='liveshift',
            name='definition',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.materialdefinition'),
        ),
        migrations.AlterField(
            model_name='liveshift',
            name='job_order',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='work.joborder'),
        ),
        migrations.AlterField(
            model_name='liveshift',
            name='reason',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.reason'),
        ),
        migrations.AlterField(
            model_name='liveshift',
            name='stop',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='floor.stop'),
        ),
        migrations.RunSQL(
            "ALTER TABLE analytics_liveshift SET (fillfactor = 50)", "ALTER TABLE analytics_liveshift RESET (fillfactor)"
        ),
    ]
