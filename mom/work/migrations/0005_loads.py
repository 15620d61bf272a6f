"""Loads of several orders, energy, and cavities."""

import datetime
import django.db.models.deletion
import mom.core.fields
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_accounts'),
        ('core', '0001_ground'),
        ('plant', '0002_guards'),
        ('work', '0004_first_hour'),
    ]

    operations = [
        migrations.CreateModel(
            name='EnergyUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('op_uuid', models.UUIDField(unique=True, verbose_name='key')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                ('recorded_by', models.CharField(max_length=200, verbose_name='recorded by')),
                ('reversal_reason', models.CharField(blank=True, max_length=200, verbose_name='reason of the reversal')),
                ('carrier', models.CharField(choices=[('electricity', 'Electricity'), ('gas', 'Gas'), ('heat', 'Heat'), ('compressed_air', 'Compressed air'), ('other', 'Other')], max_length=14, verbose_name='carrier')),
                ('quantity', mom.core.fields.QuantityField(decimal_places=6, max_digits=18, verbose_name='quantity')),
                ('unit', mom.core.fields.UnitField(default='KWH', max_length=3, verbose_name='unit')),
                ('started_at', models.DateTimeField(verbose_name='from')),
                ('ended_at', models.DateTimeField(verbose_name='until')),
                ('job_response', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='energy_uses', to='work.jobresponse', verbose_name='job response')),
                ('reverses', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversal', to='work.energyuse', verbose_name='reverses')),
                ('run', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='energy_uses', to='work.run', verbose_name='run')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'energy use',
                'verbose_name_plural': 'energy uses',
                'ordering': ['started_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='CleaningRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('clean_hold', models.DurationField(blank=True, null=True, verbose_name='clean for')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('equipment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='cleaning_rule', to='plant.equipment', verbose_name='machine')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'cleaning rule',
                'verbose_name_plural': 'cleaning rules',
                'ordering': ['equipment'],
                'constraints': [models.CheckConstraint(condition=models.Q(('clean_hold', None), ('clean_hold__gt', datetime.timedelta(0)), _connector='OR'), name='work_cleaningrule_hold_positive')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cleaningrule',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='526314c9bbb52845748427c6a23f7c47e2632031', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_223c6', table='work_cleaningrule', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='energyuse',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reversal_reason', ''), ('reverses', None)), models.Q(('reverses__isnull', False), models.Q(('reversal_reason', ''), _negated=True)), _connector='OR'), name='work_energyuse_reversal_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='energyuse',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('job_response', None), ('run__isnull', False)), models.Q(('job_response__isnull', False), ('run', None)), _connector='OR'), name='work_energyuse_run_or_response'),
        ),
        migrations.AddConstraint(
            model_name='energyuse',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__gt', models.F('started_at'))), name='work_energyuse_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='energyuse',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('quantity__gt', 0), ('reverses', None)), models.Q(('quantity__lt', 0), ('reverses__isnull', False)), _connector='OR'), name='work_energyuse_sign_matches_reversal'),
        ),
        migrations.AddConstraint(
            model_name='energyuse',
            constraint=models.CheckConstraint(condition=models.Q(('carrier__in', ['electricity', 'gas', 'heat', 'compressed_air', 'other'])), name='work_energyuse_carrier_known'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='energyuse',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='6b9c0e054fbbe55f1444ae214c7dfc9a7f1451f1', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_d2a7a', table='work_energyuse', when='BEFORE')),
        ),
    ]
