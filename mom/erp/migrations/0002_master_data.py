"""Imports of machines, people, materials, orders and opening stock."""

import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_accounts'),
        ('core', '0001_ground'),
        ('erp', '0001_imports'),
    ]

    operations = [
        migrations.CreateModel(
            name='TableImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('machines', 'Machines'), ('people', 'People'), ('materials', 'Materials'), ('orders', 'Orders'), ('stock', 'Opening stock')], max_length=9, verbose_name='list of')),
                ('file_name', models.CharField(max_length=200, verbose_name='file')),
                ('shape', models.JSONField(verbose_name='how the file is written')),
                ('header', models.JSONField(verbose_name='header')),
                ('columns', models.JSONField(default=dict, verbose_name='columns')),
                ('decimal', models.CharField(default='.', max_length=1, verbose_name='decimal sign')),
                ('date_format', models.CharField(default='%Y-%m-%d', max_length=20, verbose_name='dates')),
                ('rows_total', models.PositiveIntegerField(default=0, verbose_name='rows')),
                ('rows_new', models.PositiveIntegerField(default=0, verbose_name='new')),
                ('rows_changed', models.PositiveIntegerField(default=0, verbose_name='changed')),
                ('rows_same', models.PositiveIntegerField(default=0, verbose_name='same')),
                ('rows_refused', models.PositiveIntegerField(default=0, verbose_name='refused')),
                ('rows_applied', models.PositiveIntegerField(default=0, verbose_name='brought in')),
                ('applied_through', models.PositiveIntegerField(default=0, verbose_name='in up to line')),
                ('requested_by', models.CharField(max_length=200, verbose_name='asked for by')),
                ('created_at', models.DateTimeField(verbose_name='asked for')),
                ('checked_at', models.DateTimeField(blank=True, null=True, verbose_name='checked')),
                ('completed_at', models.DateTimeField(blank=True, null=True, verbose_name='completed')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('apply_task', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='table_import', to='core.taskrun', verbose_name='work')),
                ('blob', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storedblob', verbose_name='file')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'list import',
                'verbose_name_plural': 'list imports',
                'ordering': ['-created_at', '-id'],
                'indexes': [models.Index(fields=['site', '-created_at', '-id'], name='erp_table_import_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['machines', 'people', 'materials', 'orders', 'stock'])), name='erp_tableimport_kind_known'), models.CheckConstraint(condition=models.Q(('rows_total', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('rows_new'), '+', models.F('rows_changed')), '+', models.F('rows_same')), '+', models.F('rows_refused')))), name='erp_tableimport_counts_add_up'), models.CheckConstraint(condition=models.Q(models.Q(('apply_task', None), ('completed_at', None)), ('checked_at__isnull', False), _connector='OR'), name='erp_tableimport_brought_in_after_check')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='tableimport',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='9e191dc36089d81080f5a19165cb0f45a3f516c5', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_60a32', table='erp_tableimport', when='AFTER')),
        ),
    ]
