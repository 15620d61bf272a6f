"""Days in the archive: what counters showed last in them, and messages that come late for them."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('floor', '0005_archive'),
    ]

    operations = [
        migrations.AddField(
            model_name='archivedday',
            name='last_readings',
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name='LateMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day (UTC)')),
                ('key', models.UUIDField(verbose_name='key')),
                ('sequence', models.BigIntegerField(null=True, verbose_name='number')),
                ('is_known', models.BooleanField()),
                ('raw', models.JSONField(verbose_name='as it came')),
                ('received_at', models.DateTimeField(verbose_name='received')),
                ('equipment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.equipment', verbose_name='machine')),
                ('session', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='floor.sourcesession')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='floor.source', verbose_name='source')),
            ],
            options={
                'verbose_name': 'late message of an archived day',
                'verbose_name_plural': 'late messages of archived days',
                'ordering': ['id'],
                'indexes': [models.Index(fields=['equipment', 'day', 'source'], name='floor_late_by_day')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='latemessage',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."site_id" IS DISTINCT FROM NEW."site_id" OR OLD."source_id" IS DISTINCT FROM NEW."source_id" OR OLD."equipment_id" IS DISTINCT FROM NEW."equipment_id" OR OLD."day" IS DISTINCT FROM NEW."day" OR OLD."key" IS DISTINCT FROM NEW."key" OR OLD."session_id" IS DISTINCT FROM NEW."session_id" OR OLD."sequence" IS DISTINCT FROM NEW."sequence" OR OLD."raw" IS DISTINCT FROM NEW."raw"))', execute="core_frozen('site_id, source_id, equipment_id, day, key, session_id, sequence, raw')", func='RETURN NULL;', hash='72d3065800d3447421cb65aacadbfa86fc6e2cfd', operation='UPDATE', pgid='pgtrigger_frozen_a5a6c', table='floor_latemessage', when='BEFORE')),
        ),
    ]
