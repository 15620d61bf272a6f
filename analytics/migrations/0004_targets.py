"""Targets and the KPI book."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import mom.core.db.ranges
import mom.core.fields


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_first_hour'),
        ('analytics', '0003_rebuild'),
        ('core', '0001_ground'),
        ('plant', '0005_search'),
    ]

    operations = [
        migrations.CreateModel(
            name='KpiTarget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kpi', models.CharField(max_length=64, verbose_name='figure')),
                ('period', models.CharField(choices=[('any', 'any stretch'), ('shift', 'a shift'), ('day', 'a day'), ('week', 'a week'), ('month', 'a month')], default='any', max_length=5, verbose_name='of')),
                ('value', mom.core.fields.QuantityField(decimal_places=6, max_digits=18, verbose_name='target')),
                ('valid_from', models.DateTimeField(verbose_name='valid from')),
                ('valid_until', models.DateTimeField(blank=True, null=True, verbose_name='valid until')),
                ('definition', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.materialdefinition', verbose_name='material')),
                ('equipment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.equipment', verbose_name='machine, line or area')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'target',
                'verbose_name_plural': 'targets',
                'ordering': ['kpi', 'valid_from'],
                'constraints': [models.CheckConstraint(condition=models.Q(('period__in', ['any', 'shift', 'day', 'week', 'month'])), name='analytics_kpitarget_period_known'), models.CheckConstraint(condition=models.Q(('kpi', ''), _negated=True), name='analytics_kpitarget_has_kpi'), models.CheckConstraint(condition=models.Q(('valid_until', None), ('valid_until__gt', models.F('valid_from')), _connector='OR'), name='analytics_kpitarget_ends_after_start'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('site', '='), ('kpi', '='), ('period', '='), (django.db.models.functions.comparison.Coalesce(models.F('equipment_id'), models.Value(0, output_field=models.BigIntegerField())), '='), (django.db.models.functions.comparison.Coalesce(models.F('definition_id'), models.Value(0, output_field=models.BigIntegerField())), '='), (mom.core.db.ranges.TsTzRange('valid_from', 'valid_until'), '&&')], name='analytics_kpitarget_one_at_a_time')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='kpitarget',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='bea849ad1e29f52764d30a4368e337643c44e716', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_f73a7', table='analytics_kpitarget', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='kpitarget',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='3119cd877818c05a8c7cf99224fd8c0f864b41fa', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_9732d', table='analytics_kpitarget', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='kpitarget',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."site_id" IS DISTINCT FROM NEW."site_id" OR OLD."kpi" IS DISTINCT FROM NEW."kpi" OR OLD."equipment_id" IS DISTINCT FROM NEW."equipment_id" OR OLD."definition_id" IS DISTINCT FROM NEW."definition_id" OR OLD."period" IS DISTINCT FROM NEW."period" OR OLD."value" IS DISTINCT FROM NEW."value" OR OLD."valid_from" IS DISTINCT FROM NEW."valid_from"))', execute="core_frozen('site_id, kpi, equipment_id, definition_id, period, value, valid_from')", func='RETURN NULL;', hash='a796ed89b62011f59b46afd468abb9972dd5919e', operation='UPDATE', pgid='pgtrigger_frozen_795ec', table='analytics_kpitarget', when='BEFORE')),
        ),
    ]
