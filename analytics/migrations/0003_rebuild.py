"""The rebuild and the live fold."""

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
        ('analytics', '0002_machine_buckets'),
        ('accounts', '0005_first_hour'),
        ('core', '0001_ground'),
        ('floor', '0001_shop_floor'),
        ('plant', '0005_search'),
    ]

    operations = [
        migrations.AddField(
            model_name='liveshift',
            name='class_with_order',
            field=models.CharField(choices=[('production', 'Production'), ('setup', 'Setup'), ('delay', 'Delay'), ('down', 'Down'), ('planned_maintenance', 'Planned maintenance'), ('planned_stop', 'Planned stop'), ('off_shift', 'Off shift'), ('unknown', 'Unknown')], default='unknown', max_length=20),
        ),
        migrations.AddField(
            model_name='liveshift',
            name='class_without_order',
            field=models.CharField(choices=[('production', 'Production'), ('setup', 'Setup'), ('delay', 'Delay'), ('down', 'Down'), ('planned_maintenance', 'Planned maintenance'), ('planned_stop', 'Planned stop'), ('off_shift', 'Off shift'), ('unknown', 'Unknown')], default='unknown', max_length=20),
        ),
        migrations.AddField(
            model_name='liveshift',
            name='energy_reading',
            field=models.DecimalField(decimal_places=6, max_digits=24, null=True),
        ),
        migrations.AddField(
            model_name='liveshift',
            name='is_startup',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='liveshift',
            name='is_stop_counted',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='liveshift',
            name='job_good',
            field=mom.core.fields.QuantityField(decimal_places=6, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name='liveshift',
            name='loss_class',
            field=models.CharField(choices=[('none', 'No loss'), ('breakdown', 'Breakdown'), ('setup_adjustment', 'Setup and adjustment'), ('minor_stop', 'Idling and minor stops'), ('reduced_speed', 'Reduced speed'), ('process_defect', 'Process defects'), ('startup_reject', 'Startup rejects')], default='none', max_length=20),
        ),
        migrations.AddField(
            model_name='liveshift',
            name='terms',
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name='liveshift',
            name='reject_reading',
            field=models.DecimalField(decimal_places=6, max_digits=24, null=True),
        ),
        migrations.AlterField(
            model_name='liveshift',
            name='stop',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='floor.stop'),
        ),
        migrations.AlterField(
            model_name='liveshift',
            name='total_reading',
            field=models.DecimalField(decimal_places=6, max_digits=24, null=True),
        ),
        migrations.CreateModel(
            name='DayBucket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('production', models.BigIntegerField(default=0)),
                ('setup', models.BigIntegerField(default=0)),
                ('delay', models.BigIntegerField(default=0)),
                ('down', models.BigIntegerField(default=0)),
                ('planned_maintenance', models.BigIntegerField(default=0)),
                ('planned_stop', models.BigIntegerField(default=0)),
                ('off_shift', models.BigIntegerField(default=0)),
                ('unknown', models.BigIntegerField(default=0)),
                ('minor_stop', models.BigIntegerField(default=0)),
                ('unplanned', models.BigIntegerField(default=0)),
                ('uncoded', models.BigIntegerField(default=0)),
                ('breakdown', models.BigIntegerField(default=0)),
                ('stop_count', models.IntegerField(default=0)),
                ('minor_stop_count', models.IntegerField(default=0)),
                ('failure_count', models.IntegerField(default=0)),
                ('good', mom.core.fields.QuantityField(decimal_places=6, default=0, max_digits=18)),
                ('scrap', mom.core.fields.QuantityField(decimal_places=6, default=0, max_digits=18)),
                ('rework', mom.core.fields.QuantityField(decimal_places=6, default=0, max_digits=18)),
                ('review', mom.core.fields.QuantityField(decimal_places=6, default=0, max_digits=18)),
                ('startup_scrap', mom.core.fields.QuantityField(decimal_places=6, default=0, max_digits=18)),
                ('unjudged', mom.core.fields.QuantityField(decimal_places=6, default=0, max_digits=18)),
                ('ideal', models.BigIntegerField(default=0)),
                ('ideal_good', models.BigIntegerField(default=0)),
                ('energy_production', mom.core.fields.QuantityField(decimal_places=6, default=0, max_digits=18)),
                ('energy_setup', mom.core.fields.QuantityField(decimal_places=6, default=0, max_digits=18)),
                ('energy_stopped', mom.core.fields.QuantityField(decimal_places=6, default=0, max_digits=18)),
                ('energy_other', mom.core.fields.QuantityField(decimal_places=6, default=0, max_digits=18)),
                ('day', models.DateField(verbose_name='day')),
                ('equipment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.equipment')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'day of a machine',
                'verbose_name_plural': 'days of machines',
                'indexes': [models.Index(fields=['site', 'day'], name='analytics_day_by_day')],
                'constraints': [models.UniqueConstraint(fields=('equipment', 'day'), name='analytics_daybucket_one_per_slice')],
            },
        ),
        migrations.CreateModel(
            name='LossDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('state', models.CharField(choices=[('run', 'Running'), ('idle', 'Waiting'), ('setup', 'Setup'), ('plan', 'Planned stop'), ('down', 'Down'), ('off', 'No signal')], max_length=5, verbose_name='state')),
                ('time_class', models.CharField(choices=[('production', 'Production'), ('setup', 'Setup'), ('delay', 'Delay'), ('down', 'Down'), ('planned_maintenance', 'Planned maintenance'), ('planned_stop', 'Planned stop'), ('off_shift', 'Off shift'), ('unknown', 'Unknown')], max_length=20, verbose_name='time class')),
                ('loss_class', models.CharField(choices=[('none', 'No loss'), ('breakdown', 'Breakdown'), ('setup_adjustment', 'Setup and adjustment'), ('minor_stop', 'Idling and minor stops'), ('reduced_speed', 'Reduced speed'), ('process_defect', 'Process defects'), ('startup_reject', 'Startup rejects')], max_length=20, verbose_name='loss class')),
                ('duration', models.BigIntegerField(verbose_name='microseconds')),
                ('stop_count', models.IntegerField(verbose_name='stops')),
                ('equipment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.equipment')),
                ('reason', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.reason')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'lost time of a day',
                'verbose_name_plural': 'lost times of days',
                'indexes': [models.Index(fields=['site', 'day'], name='analytics_lossday_by_day')],
                'constraints': [models.UniqueConstraint(fields=('equipment', 'day', 'state', 'time_class', 'loss_class', 'reason'), name='analytics_lossday_one_per_slice', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='Reckoning',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('without_order', models.CharField(choices=[('planned_stop', 'Planned stop'), ('lost', 'Lost time')], default='planned_stop', max_length=12, verbose_name='time without an order')),
                ('valid_from', models.DateTimeField(verbose_name='valid from')),
                ('valid_until', models.DateTimeField(blank=True, null=True, verbose_name='valid until')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'rule of reckoning',
                'verbose_name_plural': 'rules of reckoning',
                'ordering': ['site', 'valid_from'],
                'constraints': [models.CheckConstraint(condition=models.Q(('without_order__in', ['planned_stop', 'lost'])), name='analytics_reckoning_without_order_known'), models.CheckConstraint(condition=models.Q(('valid_until', None), ('valid_until__gt', models.F('valid_from')), _connector='OR'), name='analytics_reckoning_ends_after_start'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('site', '='), (mom.core.db.ranges.TsTzRange('valid_from', 'valid_until'), '&&')], name='analytics_reckoning_no_overlap')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reckoning',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='922a0bdd8526bf0b8c113c8e95e9b82ece1b2d89', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_8064d', table='analytics_reckoning', when='AFTER')),
        ),
        # Written anew with every batch of messages: room on the page keeps the indexes out of it.
        migrations.RunSQL(
            "ALTER TABLE analytics_liveshift SET (fillfactor = 40)",
            "ALTER TABLE analytics_liveshift RESET (fillfactor)",
        ),
    ]
