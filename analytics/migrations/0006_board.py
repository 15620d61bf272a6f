"""Hour-by-hour board and shift report."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_first_hour'),
        ('analytics', '0005_rules'),
        ('core', '0001_ground'),
        ('plant', '0005_search'),
    ]

    operations = [
        migrations.CreateModel(
            name='ShiftNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('shift', models.CharField(max_length=16, verbose_name='shift')),
                ('text', models.CharField(max_length=500, verbose_name='note')),
                ('written_at', models.DateTimeField(verbose_name='written')),
                ('written_by', models.CharField(max_length=200, verbose_name='written by')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'shift note',
                'verbose_name_plural': 'shift notes',
                'ordering': ['written_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='BoardEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.DateTimeField(verbose_name='hour')),
                ('cause', models.CharField(blank=True, max_length=200, verbose_name='cause')),
                ('action', models.CharField(blank=True, max_length=200, verbose_name='action')),
                ('written_at', models.DateTimeField(verbose_name='written')),
                ('written_by', models.CharField(max_length=200, verbose_name='written by')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('equipment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.equipment', verbose_name='line or machine')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'board entry',
                'verbose_name_plural': 'board entries',
                'ordering': ['hour', 'equipment'],
                'indexes': [models.Index(fields=['site', 'hour'], name='analytics_board_by_hour')],
                'constraints': [models.UniqueConstraint(fields=('equipment', 'hour'), name='analytics_boardentry_one_per_hour'), models.CheckConstraint(condition=models.Q(('written_by', ''), _negated=True), name='analytics_boardentry_has_writer')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='boardentry',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='0b313d85c3ef058aae22b7f5663430060d05b47c', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_03d9a', table='analytics_boardentry', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='boardentry',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='37bfc96439049e550ef3c78a4ee4155345bc7958', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_00e95', table='analytics_boardentry', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='shiftnote',
            index=models.Index(fields=['site', 'day', 'shift'], name='analytics_note_by_shift'),
        ),
        migrations.AddConstraint(
            model_name='shiftnote',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='analytics_shiftnote_text_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='shiftnote',
            constraint=models.CheckConstraint(condition=models.Q(('written_by', ''), _negated=True), name='analytics_shiftnote_has_writer'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='shiftnote',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='a4e83a4c019d86152bc0bfed8441312309d6b6e7', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_226e6', table='analytics_shiftnote', when='BEFORE')),
        ),
    ]
