"""Counts of places, jobs that move stock, homes of materials; no place promises more than lies there."""

import django.db.models.deletion
import inventory.engine.terms
import mom.core.fields
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_demo_without_keys'),
        ('core', '0001_ground'),
        ('inventory', '0003_lot_holds'),
        ('plant', '0005_search'),
        ('work', '0009_gate_override'),
    ]

    operations = [
        migrations.CreateModel(
            name='CountClass',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('letter', models.CharField(choices=[('A', 'A'), ('B', 'B'), ('C', 'C')], max_length=1, verbose_name='class')),
                ('interval_days', models.PositiveSmallIntegerField(help_text='Days.', verbose_name='counted every')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
            ],
            options={
                'verbose_name': 'count class',
                'verbose_name_plural': 'count classes',
                'ordering': ['letter'],
            },
        ),
        migrations.CreateModel(
            name='CountEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('op_uuid', models.UUIDField(unique=True, verbose_name='key')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                ('recorded_by', models.CharField(max_length=200, verbose_name='recorded by')),
                ('reversal_reason', models.CharField(blank=True, max_length=200, verbose_name='reason of the reversal')),
                ('quantity', mom.core.fields.QuantityField(decimal_places=6, max_digits=18, verbose_name='counted')),
                ('counted_at', models.DateTimeField(verbose_name='counted at')),
            ],
            options={
                'verbose_name': 'counted quantity',
                'verbose_name_plural': 'counted quantities',
                'ordering': ['line', 'counted_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='CountLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_found', models.BooleanField(default=False, help_text='It did not stand on the sheet.', verbose_name='found there')),
                ('book', mom.core.fields.QuantityField(blank=True, decimal_places=6, max_digits=18, null=True, verbose_name='book')),
                ('difference', mom.core.fields.QuantityField(blank=True, decimal_places=6, max_digits=18, null=True, verbose_name='difference')),
            ],
            options={
                'verbose_name': 'line of a count',
                'verbose_name_plural': 'lines of a count',
                'ordering': ['count', 'id'],
            },
        ),
        migrations.CreateModel(
            name='CycleCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=64, verbose_name='count')),
                ('status', models.CharField(choices=[('open', 'To count'), ('counted', 'Differs: decide'), ('posted', 'Posted'), ('cancelled', 'Cancelled')], default=inventory.engine.terms.CountStatus['OPEN'], max_length=9, verbose_name='status')),
                ('is_planned', models.BooleanField(default=False, verbose_name='by the plan')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('posted_at', models.DateTimeField(blank=True, null=True, verbose_name='posted')),
                ('posted_by', models.CharField(blank=True, max_length=200, verbose_name='posted by')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='why it differed')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
            ],
            options={
                'verbose_name': 'count',
                'verbose_name_plural': 'counts',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='HomePlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
            ],
            options={
                'verbose_name': 'home of a material',
                'verbose_name_plural': 'homes of materials',
                'ordering': ['definition'],
            },
        ),
        migrations.CreateModel(
            name='StockTransfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=64, verbose_name='move')),
                ('quantity', mom.core.fields.QuantityField(decimal_places=6, max_digits=18, verbose_name='quantity')),
                ('moved', mom.core.fields.QuantityField(blank=True, decimal_places=6, max_digits=18, null=True, verbose_name='moved')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='done')),
            ],
            options={
                'verbose_name': 'move job',
                'verbose_name_plural': 'move jobs',
                'ordering': ['-id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='stockbalance',
            name='inventory_stockbalance_reserved_is_there',
        ),
        migrations.AddField(
            model_name='storagelocation',
            name='count_class',
            field=models.CharField(blank=True, choices=[('A', 'A'), ('B', 'B'), ('C', 'C')], db_default='', default='', max_length=1, verbose_name='count class'),
        ),
        migrations.AddField(
            model_name='storagelocation',
            name='count_interval_days',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Days. Blank: as its class says.', null=True, verbose_name='counted every'),
        ),
        migrations.AddField(
            model_name='storagelocation',
            name='is_inbound',
            field=models.BooleanField(db_default=False, default=False, help_text='What lies here waits to be put away.', verbose_name='receiving place'),
        ),
        migrations.AddConstraint(
            model_name='stockbalance',
            constraint=models.CheckConstraint(condition=models.Q(('reserved', 0), models.Q(('reserved__gt', 0), ('reserved__lte', models.F('quantity'))), _connector='OR'), name='inventory_stockbalance_reserved_is_there', violation_error_message='It is reserved for another job.'),
        ),
        migrations.AddConstraint(
            model_name='storagelocation',
            constraint=models.CheckConstraint(condition=models.Q(('count_class', ''), ('count_class__in', ['A', 'B', 'C']), _connector='OR'), name='inventory_storagelocation_class_known'),
        ),
        migrations.AddConstraint(
            model_name='storagelocation',
            constraint=models.CheckConstraint(condition=models.Q(('count_interval_days', None), ('count_interval_days__gt', 0), _connector='OR'), name='inventory_storagelocation_interval_positive'),
        ),
        migrations.AddField(
            model_name='countclass',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site'),
        ),
        migrations.AddField(
            model_name='countentry',
            name='reverses',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversal', to='inventory.countentry', verbose_name='reverses'),
        ),
        migrations.AddField(
            model_name='countentry',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site'),
        ),
        migrations.AddField(
            model_name='countline',
            name='definition',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.materialdefinition', verbose_name='material'),
        ),
        migrations.AddField(
            model_name='countline',
            name='lot',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.materiallot', verbose_name='lot'),
        ),
        migrations.AddField(
            model_name='countline',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site'),
        ),
        migrations.AddField(
            model_name='countline',
            name='sublot',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.materialsublot', verbose_name='number'),
        ),
        migrations.AddField(
            model_name='countentry',
            name='line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='inventory.countline', verbose_name='line'),
        ),
        migrations.AddField(
            model_name='cyclecount',
            name='job_order',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='cycle_count', to='work.joborder', verbose_name='job'),
        ),
        migrations.AddField(
            model_name='cyclecount',
            name='location',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='counts', to='inventory.storagelocation', verbose_name='place'),
        ),
        migrations.AddField(
            model_name='cyclecount',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site'),
        ),
        migrations.AddField(
            model_name='countline',
            name='count',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='inventory.cyclecount', verbose_name='count'),
        ),
        migrations.AddField(
            model_name='homeplace',
            name='definition',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='home_place', to='plant.materialdefinition', verbose_name='material'),
        ),
        migrations.AddField(
            model_name='homeplace',
            name='location',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='homes', to='inventory.storagelocation', verbose_name='place'),
        ),
        migrations.AddField(
            model_name='homeplace',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site'),
        ),
        migrations.AddField(
            model_name='stocktransfer',
            name='definition',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.materialdefinition', verbose_name='material'),
        ),
        migrations.AddField(
            model_name='stocktransfer',
            name='job_order',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='stock_transfer', to='work.joborder', verbose_name='job'),
        ),
        migrations.AddField(
            model_name='stocktransfer',
            name='lot',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.materiallot', verbose_name='lot'),
        ),
        migrations.AddField(
            model_name='stocktransfer',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site'),
        ),
        migrations.AddField(
            model_name='stocktransfer',
            name='source',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.storagelocation', verbose_name='from'),
        ),
        migrations.AddField(
            model_name='stocktransfer',
            name='target',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.storagelocation', verbose_name='to'),
        ),
        migrations.AddConstraint(
            model_name='countclass',
            constraint=models.UniqueConstraint(fields=('site', 'letter'), name='inventory_countclass_once_in_site'),
        ),
        migrations.AddConstraint(
            model_name='countclass',
            constraint=models.CheckConstraint(condition=models.Q(('letter__in', ['A', 'B', 'C'])), name='inventory_countclass_letter_known'),
        ),
        migrations.AddConstraint(
            model_name='countclass',
            constraint=models.CheckConstraint(condition=models.Q(('interval_days__gt', 0)), name='inventory_countclass_interval_positive'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='countclass',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='a2363933bdc8b2287b9714f2a57f21925b1b371c', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_16aa4', table='inventory_countclass', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='countentry',
            index=models.Index(fields=['line', '-counted_at', '-id'], name='inventory_count_latest'),
        ),
        migrations.AddConstraint(
            model_name='countentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reversal_reason', ''), ('reverses', None)), models.Q(('reverses__isnull', False), models.Q(('reversal_reason', ''), _negated=True)), _connector='OR'), name='inventory_countentry_reversal_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='countentry',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 0)), name='inventory_countentry_not_negative'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='countentry',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='3841714c9f6a6aa7913a63d98639c220ae0bae29', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_7826e', table='inventory_countentry', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='cyclecount',
            index=models.Index(fields=['site', '-created_at'], name='inventory_count_newest'),
        ),
        migrations.AddConstraint(
            model_name='cyclecount',
            constraint=models.UniqueConstraint(fields=('site', 'code'), name='inventory_cyclecount_code_unique_in_site'),
        ),
        migrations.AddConstraint(
            model_name='cyclecount',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['open', 'counted', 'posted', 'cancelled'])), name='inventory_cyclecount_status_known'),
        ),
        migrations.AddConstraint(
            model_name='cyclecount',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', [inventory.engine.terms.CountStatus['OPEN'], inventory.engine.terms.CountStatus['COUNTED']])), fields=('location',), name='inventory_cyclecount_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='cyclecount',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('posted_at__isnull', False), ('status', inventory.engine.terms.CountStatus['POSTED']), models.Q(('posted_by', ''), _negated=True)), models.Q(models.Q(('status', inventory.engine.terms.CountStatus['POSTED']), _negated=True), ('posted_at', None), ('posted_by', '')), _connector='OR'), name='inventory_cyclecount_posted_by_somebody'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cyclecount',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='bf2f9cddf342ffff09ab3984935ed9f7ccba0f36', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_fe5ab', table='inventory_cyclecount', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cyclecount',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='5376dc8367d90f2b2b0bf85e99dca49ac958e1ad', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_af002', table='inventory_cyclecount', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cyclecount',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."site_id" IS DISTINCT FROM NEW."site_id" OR OLD."code" IS DISTINCT FROM NEW."code" OR OLD."job_order_id" IS DISTINCT FROM NEW."job_order_id" OR OLD."location_id" IS DISTINCT FROM NEW."location_id" OR OLD."is_planned" IS DISTINCT FROM NEW."is_planned" OR OLD."created_at" IS DISTINCT FROM NEW."created_at"))', execute="core_frozen('site_id, code, job_order_id, location_id, is_planned, created_at')", func='RETURN NULL;', hash='3a8cdaf46e78506b19289844608b24a49f1bf7b2', operation='UPDATE', pgid='pgtrigger_frozen_9efcc', table='inventory_cyclecount', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cyclecount',
            trigger=pgtrigger.compiler.Trigger(name='done', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD.status IN (\'posted\', \'cancelled\')) AND (OLD."status" IS DISTINCT FROM NEW."status" OR OLD."posted_at" IS DISTINCT FROM NEW."posted_at" OR OLD."posted_by" IS DISTINCT FROM NEW."posted_by" OR OLD."reason" IS DISTINCT FROM NEW."reason"))', execute="core_frozen('status, posted_at, posted_by, reason')", func='RETURN NULL;', hash='e1feb1e9d2dd9b57938c4035367e85de0e19f1a9', operation='UPDATE', pgid='pgtrigger_done_b8cdc', table='inventory_cyclecount', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='countline',
            constraint=models.UniqueConstraint(fields=('count', 'definition', 'lot', 'sublot'), name='inventory_countline_once_on_sheet', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='countline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('book', None), ('difference', None)), models.Q(('book__isnull', False), ('difference__isnull', False)), _connector='OR'), name='inventory_countline_book_with_difference'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='countline',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='39a732c3de4b18d289eb4336562907d7edb681de', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_1d3ac', table='inventory_countline', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='countline',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='ad6076affa5aa0cd37cf9704cc75bd54c2b94155', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_b81ac', table='inventory_countline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='countline',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."site_id" IS DISTINCT FROM NEW."site_id" OR OLD."count_id" IS DISTINCT FROM NEW."count_id" OR OLD."definition_id" IS DISTINCT FROM NEW."definition_id" OR OLD."lot_id" IS DISTINCT FROM NEW."lot_id" OR OLD."sublot_id" IS DISTINCT FROM NEW."sublot_id" OR OLD."is_found" IS DISTINCT FROM NEW."is_found"))', execute="core_frozen('site_id, count_id, definition_id, lot_id, sublot_id, is_found')", func='RETURN NULL;', hash='5a05bb9c03dc9e55e7179c401cb6897c3342e124', operation='UPDATE', pgid='pgtrigger_frozen_2e51f', table='inventory_countline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='countline',
            trigger=pgtrigger.compiler.Trigger(name='result', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD.book IS NOT NULL) AND (OLD."book" IS DISTINCT FROM NEW."book" OR OLD."difference" IS DISTINCT FROM NEW."difference"))', execute="core_frozen('book, difference')", func='RETURN NULL;', hash='04011fbdac69d7d73c08695b6d2bf8a2b553b44c', operation='UPDATE', pgid='pgtrigger_result_03434', table='inventory_countline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='homeplace',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='b4137649932949d1f7409a40debe9f639f925377', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_8716f', table='inventory_homeplace', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='stocktransfer',
            constraint=models.UniqueConstraint(fields=('site', 'code'), name='inventory_stocktransfer_code_unique_in_site'),
        ),
        migrations.AddConstraint(
            model_name='stocktransfer',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0), models.Q(('moved', None), ('moved__gt', 0), _connector='OR')), name='inventory_stocktransfer_moves_something'),
        ),
        migrations.AddConstraint(
            model_name='stocktransfer',
            constraint=models.CheckConstraint(condition=models.Q(('source', models.F('target')), _negated=True), name='inventory_stocktransfer_to_another_place'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stocktransfer',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='9bd378b7e5f6a7917180b990ccaca11ca740883a', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_c1c71', table='inventory_stocktransfer', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stocktransfer',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='388de07f543d15a02958bd638b879a03ad4d25a1', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_2cbe1', table='inventory_stocktransfer', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stocktransfer',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."site_id" IS DISTINCT FROM NEW."site_id" OR OLD."code" IS DISTINCT FROM NEW."code" OR OLD."job_order_id" IS DISTINCT FROM NEW."job_order_id" OR OLD."definition_id" IS DISTINCT FROM NEW."definition_id" OR OLD."lot_id" IS DISTINCT FROM NEW."lot_id" OR OLD."quantity" IS DISTINCT FROM NEW."quantity" OR OLD."source_id" IS DISTINCT FROM NEW."source_id"))', execute="core_frozen('site_id, code, job_order_id, definition_id, lot_id, quantity, source_id')", func='RETURN NULL;', hash='d4f002b6c2dd813d10d8e73623dc49c055d3469f', operation='UPDATE', pgid='pgtrigger_frozen_30f00', table='inventory_stocktransfer', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stocktransfer',
            trigger=pgtrigger.compiler.Trigger(name='done', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD.done_at IS NOT NULL) AND (OLD."moved" IS DISTINCT FROM NEW."moved" OR OLD."done_at" IS DISTINCT FROM NEW."done_at" OR OLD."target_id" IS DISTINCT FROM NEW."target_id"))', execute="core_frozen('moved, done_at, target_id')", func='RETURN NULL;', hash='36a3dfc58bcc3b97edd1532a7d29aaeab870634b', operation='UPDATE', pgid='pgtrigger_done_0a406', table='inventory_stocktransfer', when='BEFORE')),
        ),
    ]
