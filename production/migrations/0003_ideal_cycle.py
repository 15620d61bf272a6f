"""How fast a product can run on a machine."""

import datetime
import django.contrib.postgres.constraints
import django.db.models.deletion
import mom.core.db.ranges
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_first_hour'),
        ('core', '0001_ground'),
        ('plant', '0005_search'),
        ('production', '0002_definitions'),
    ]

    operations = [
        migrations.CreateModel(
            name='IdealCycle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('duration', models.DurationField(verbose_name='cycle')),
                ('pieces_per_cycle', models.DecimalField(decimal_places=6, default=1, max_digits=18, verbose_name='made in a cycle')),
                ('valid_from', models.DateTimeField(verbose_name='valid from')),
                ('valid_until', models.DateTimeField(blank=True, null=True, verbose_name='valid until')),
                ('definition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.materialdefinition', verbose_name='product')),
                ('equipment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.equipment', verbose_name='machine')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'ideal cycle',
                'verbose_name_plural': 'ideal cycles',
                'ordering': ['equipment', 'definition', 'valid_from'],
                'constraints': [models.CheckConstraint(condition=models.Q(('duration__gt', datetime.timedelta(0)), ('pieces_per_cycle__gt', 0)), name='production_idealcycle_positive'), models.CheckConstraint(condition=models.Q(('valid_until', None), ('valid_until__gt', models.F('valid_from')), _connector='OR'), name='production_idealcycle_ends_after_start'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('definition', '='), ('equipment', '='), (mom.core.db.ranges.TsTzRange('valid_from', 'valid_until'), '&&')], name='production_idealcycle_no_overlap')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='idealcycle',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='7ed61462fe9ebe1f18a3c840ed8b81dc0488488a', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_b5dc2', table='production_idealcycle', when='AFTER')),
        ),
    ]
