"""How much each source of the can-start gate counts, by area."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_demo_without_keys'),
        ('core', '0001_ground'),
        ('plant', '0005_search'),
        ('work', '0007_alert_guards'),
    ]

    operations = [
        migrations.CreateModel(
            name='GateRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=40, verbose_name='what is asked')),
                ('level', models.CharField(choices=[('off', 'Not asked'), ('warn', 'Warns'), ('block', 'Forbids the start')], max_length=5, verbose_name='counts')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('equipment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.equipment', verbose_name='area')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'rule of the gate',
                'verbose_name_plural': 'rules of the gate',
                'ordering': ['source', 'equipment'],
                'constraints': [models.UniqueConstraint(fields=('site', 'source', 'equipment'), name='work_gaterule_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('level__in', ['off', 'warn', 'block'])), name='work_gaterule_level_known')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='gaterule',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='8000801773aa4b96178a1e1d684d640b882cbb57', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_798c2', table='work_gaterule', when='AFTER')),
        ),
    ]
