"""Stops and intervals are written every minute: no index that nobody reads."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_demo_without_keys'),
        ('floor', '0009_on_line'),
        ('plant', '0005_search'),
        ('work', '0007_alert_guards'),
    ]

    operations = [
        migrations.AlterField(
            model_name='stateinterval',
            name='site',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site'),
        ),
        migrations.AlterField(
            model_name='stop',
            name='equipment',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='stops', to='plant.equipment', verbose_name='machine'),
        ),
        migrations.AlterField(
            model_name='stop',
            name='reason',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.reason', verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='stop',
            name='site',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site'),
        ),
        migrations.AddIndex(
            model_name='stop',
            index=models.Index(fields=['equipment', 'started_at'], name='floor_stop_by_machine'),
        ),
    ]
