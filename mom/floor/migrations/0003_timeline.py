"""Timeline and stops: where each machine stands, and words about whole stops."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('floor', '0002_messages_in'),
    ]

    operations = [
        migrations.CreateModel(
            name='MachineSignal',
            fields=[
                ('equipment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='plant.equipment', verbose_name='machine')),
                ('last_seen_at', models.DateTimeField(null=True, verbose_name='last seen')),
                ('state_at', models.DateTimeField(null=True, verbose_name='state told')),
                ('code', models.CharField(blank=True, max_length=64, verbose_name='state code')),
                ('mode', models.CharField(blank=True, max_length=32, verbose_name='mode')),
                ('reason', models.CharField(blank=True, max_length=64, verbose_name='reason')),
                ('words_until', models.DateTimeField(null=True, verbose_name='words until')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'signal of a machine',
                'verbose_name_plural': 'signals of machines',
            },
        ),
        migrations.AddConstraint(
            model_name='machinesignal',
            constraint=models.CheckConstraint(condition=models.Q(('state_at', None), ('last_seen_at__gte', models.F('state_at')), _connector='OR'), name='floor_machinesignal_seen_not_before_state'),
        ),
        migrations.AddField(
            model_name='stopannotation',
            name='is_whole',
            field=models.BooleanField(default=False, verbose_name='the whole stop'),
        ),
        migrations.AddConstraint(
            model_name='stopannotation',
            constraint=models.CheckConstraint(condition=models.Q(('is_whole', False), ('ended_at', None), _connector='OR'), name='floor_stopannotation_whole_has_no_end'),
        ),
    ]
