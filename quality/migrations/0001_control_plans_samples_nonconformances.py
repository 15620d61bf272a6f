"""Control plans, samples with their charts and limits, inspections, nonconformances and their dispositions."""

import django.contrib.postgres.fields
import django.db.models.deletion
import mom.core.db.guard_sql
import mom.core.fields
import pgtrigger.compiler
import pgtrigger.migrations
import quality.engine.terms
import quality.models.control_plan
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0006_demo_without_keys'),
        ('core', '0001_ground'),
        ('inventory', '0003_lot_holds'),
        ('plant', '0005_search'),
        ('work', '0009_gate_override'),
    ]

    operations = [
        migrations.CreateModel(
            name='ControlChart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('plan_code', models.CharField(max_length=64, verbose_name='control plan')),
                ('characteristic_code', models.CharField(max_length=64, verbose_name='characteristic')),
                ('points', models.PositiveIntegerField(default=0, verbose_name='points')),
                ('equipment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.equipment', verbose_name='machine')),
                ('material', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.materialdefinition', verbose_name='product')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'control chart',
                'verbose_name_plural': 'control charts',
                'ordering': ['plan_code', 'characteristic_code', 'equipment'],
            },
        ),
        migrations.CreateModel(
            name='ControlLimits',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('phase', models.PositiveIntegerField(verbose_name='phase')),
                ('kind', models.CharField(choices=[('none', 'No chart'), ('xbar_r', 'Mean and range'), ('i_mr', 'Single values')], max_length=6, verbose_name='kind')),
                ('size', models.PositiveSmallIntegerField(verbose_name='sample size')),
                ('centre', models.FloatField(verbose_name='centre')),
                ('upper', models.FloatField(verbose_name='upper limit')),
                ('lower', models.FloatField(verbose_name='lower limit')),
                ('range_centre', models.FloatField(verbose_name='mean range')),
                ('range_upper', models.FloatField(verbose_name='upper limit of the range')),
                ('range_lower', models.FloatField(verbose_name='lower limit of the range')),
                ('sigma', models.FloatField(verbose_name='spread within samples')),
                ('basis', models.PositiveIntegerField(verbose_name='samples they rest on')),
                ('valid_from', models.DateTimeField(verbose_name='valid from')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('set_at', models.DateTimeField(verbose_name='set')),
                ('set_by', models.CharField(max_length=200, verbose_name='set by')),
                ('chart', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='limits', to='quality.controlchart', verbose_name='chart')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'control limits',
                'verbose_name_plural': 'control limits',
                'ordering': ['chart', 'phase'],
            },
        ),
        migrations.CreateModel(
            name='ControlPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=64, verbose_name='control plan')),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('approved', 'Approved'), ('retired', 'Retired')], default=quality.engine.terms.PlanStatus['DRAFT'], max_length=8, verbose_name='status')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('created_by', models.CharField(max_length=200, verbose_name='created by')),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='approved')),
                ('approved_by', models.CharField(blank=True, max_length=200, verbose_name='approved by')),
                ('material', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.materialdefinition', verbose_name='product')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'control plan',
                'verbose_name_plural': 'control plans',
                'ordering': ['code', 'number'],
            },
        ),
        migrations.CreateModel(
            name='Characteristic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(verbose_name='position')),
                ('code', models.CharField(max_length=64, verbose_name='characteristic')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('kind', models.CharField(choices=[('variable', 'Measured'), ('attribute', 'Counted'), ('visual', 'Looked at')], max_length=9, verbose_name='kind')),
                ('operation', models.CharField(blank=True, max_length=200, verbose_name='operation')),
                ('nominal', mom.core.fields.QuantityField(blank=True, decimal_places=6, max_digits=18, null=True, verbose_name='nominal')),
                ('lower_limit', mom.core.fields.QuantityField(blank=True, decimal_places=6, max_digits=18, null=True, verbose_name='lower limit')),
                ('upper_limit', mom.core.fields.QuantityField(blank=True, decimal_places=6, max_digits=18, null=True, verbose_name='upper limit')),
                ('unit', mom.core.fields.UnitField(blank=True, max_length=3, verbose_name='unit')),
                ('method', models.CharField(blank=True, max_length=200, verbose_name='method')),
                ('gauge_type', models.CharField(blank=True, max_length=100, verbose_name='gauge')),
                ('sample_size', models.PositiveSmallIntegerField(default=1, verbose_name='sample size')),
                ('is_first_off', models.BooleanField(default=False, verbose_name='first piece')),
                ('every_pieces', models.PositiveIntegerField(blank=True, null=True, verbose_name='every so many pieces')),
                ('every_minutes', models.PositiveIntegerField(blank=True, null=True, verbose_name='every so many minutes')),
                ('is_after_setup', models.BooleanField(default=False, verbose_name='after a set-up')),
                ('after_stop_minutes', models.PositiveIntegerField(blank=True, null=True, verbose_name='after a stop of so many minutes')),
                ('is_blocking', models.BooleanField(default=False, verbose_name='the next start waits for it')),
                ('chart', models.CharField(choices=[('none', 'No chart'), ('xbar_r', 'Mean and range'), ('i_mr', 'Single values')], default=quality.engine.terms.ChartKind['NONE'], max_length=6, verbose_name='chart')),
                ('rules', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=quality.models.control_plan.all_rules, size=None, verbose_name='rules')),
                ('reaction', models.TextField(blank=True, verbose_name='reaction plan')),
                ('equipment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.equipment', verbose_name='machine')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
                ('control_plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='characteristics', to='quality.controlplan', verbose_name='control plan')),
            ],
            options={
                'verbose_name': 'characteristic',
                'verbose_name_plural': 'characteristics',
                'ordering': ['control_plan', 'position'],
            },
        ),
        migrations.CreateModel(
            name='Inspection',
            fields=[
                ('job_order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='inspection', serialize=False, to='work.joborder', verbose_name='job')),
                ('cause', models.CharField(choices=[('first_off', 'First piece'), ('pieces', 'So many pieces'), ('time', 'So much time'), ('setup', 'After a set-up'), ('stop', 'After a stop'), ('manual', 'Asked for')], max_length=9, verbose_name='why')),
                ('occurrence', models.CharField(max_length=60, verbose_name='occurrence')),
                ('status', models.CharField(choices=[('due', 'Due'), ('passed', 'Passed'), ('failed', 'Failed'), ('accepted', 'Accepted by disposition'), ('cancelled', 'Cancelled')], default=quality.engine.terms.InspectionStatus['DUE'], max_length=9, verbose_name='status')),
                ('is_blocking', models.BooleanField(default=False, verbose_name='the next start waits for it')),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('control_plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inspections', to='quality.controlplan', verbose_name='control plan')),
                ('inspected_job', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inspections', to='work.joborder', verbose_name='inspected job')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'inspection',
                'verbose_name_plural': 'inspections',
                'ordering': ['-due_at', '-job_order'],
            },
        ),
        migrations.CreateModel(
            name='InspectionItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('characteristic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='quality.characteristic')),
                ('inspection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='quality.inspection')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'item of an inspection',
                'verbose_name_plural': 'items of an inspection',
                'ordering': ['inspection', 'characteristic__position'],
            },
        ),
        migrations.CreateModel(
            name='Nonconformance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=64, verbose_name='NCR')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('description', models.TextField(blank=True, verbose_name='what was found')),
                ('origin', models.CharField(choices=[('signal', 'Signal on a chart'), ('out_of_limits', 'Out of tolerance'), ('person', 'Found by a person')], max_length=13, verbose_name='found by')),
                ('severity', models.CharField(choices=[('minor', 'Minor'), ('major', 'Major'), ('critical', 'Critical')], max_length=8, verbose_name='severity')),
                ('status', models.CharField(choices=[('open', 'New'), ('contained', 'Contained'), ('disposed', 'Decided'), ('closed', 'Closed')], default=quality.engine.terms.NonconformanceStatus['OPEN'], max_length=9, verbose_name='status')),
                ('since', models.DateTimeField(blank=True, null=True, verbose_name='in doubt since')),
                ('found_at', models.DateTimeField(verbose_name='found')),
                ('found_by', models.CharField(max_length=200, verbose_name='found by')),
                ('finder_id', models.CharField(blank=True, max_length=40, verbose_name='user who found it')),
                ('disposed_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('closed_by', models.CharField(blank=True, max_length=200, verbose_name='closed by')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('characteristic', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='quality.characteristic', verbose_name='characteristic')),
                ('chart', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='nonconformances', to='quality.controlchart', verbose_name='chart')),
                ('equipment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.equipment', verbose_name='machine')),
                ('job_order', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='nonconformances', to='work.joborder', verbose_name='job')),
                ('material', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.materialdefinition', verbose_name='product')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'nonconformance',
                'verbose_name_plural': 'nonconformances',
                'ordering': ['-found_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='NonconformanceLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', mom.core.fields.QuantityField(decimal_places=6, max_digits=18, verbose_name='quantity')),
                ('unit', mom.core.fields.UnitField(max_length=3, verbose_name='unit')),
                ('added_at', models.DateTimeField(verbose_name='added')),
                ('hold', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.lothold', verbose_name='hold')),
                ('job_order', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='work.joborder', verbose_name='job')),
                ('lot', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.materiallot', verbose_name='lot')),
                ('nonconformance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='quality.nonconformance', verbose_name='nonconformance')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'lot in doubt',
                'verbose_name_plural': 'lots in doubt',
                'ordering': ['nonconformance', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Disposition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('use_as_is', 'Use as is'), ('rework', 'Rework'), ('repair', 'Repair'), ('scrap', 'Scrap'), ('return', 'Return to supplier')], max_length=9, verbose_name='decision')),
                ('quantity', mom.core.fields.QuantityField(decimal_places=6, max_digits=18, verbose_name='quantity')),
                ('unit', mom.core.fields.UnitField(max_length=3, verbose_name='unit')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('decided_by', models.CharField(max_length=200, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(verbose_name='decided')),
                ('rework_job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='work.joborder', verbose_name='rework')),
                ('signature', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.signature', verbose_name='signature')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
                ('nonconformance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dispositions', to='quality.nonconformance', verbose_name='nonconformance')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dispositions', to='quality.nonconformanceline', verbose_name='lot in doubt')),
            ],
            options={
                'verbose_name': 'disposition',
                'verbose_name_plural': 'dispositions',
                'ordering': ['nonconformance', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Sample',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('op_uuid', models.UUIDField(unique=True, verbose_name='key')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                ('recorded_by', models.CharField(max_length=200, verbose_name='recorded by')),
                ('reversal_reason', models.CharField(blank=True, max_length=200, verbose_name='reason of the reversal')),
                ('number', models.PositiveIntegerField(blank=True, null=True, verbose_name='number')),
                ('gauge', models.CharField(blank=True, max_length=100, verbose_name='gauge')),
                ('taken_at', models.DateTimeField(verbose_name='taken')),
                ('values', django.contrib.postgres.fields.ArrayField(base_field=models.DecimalField(decimal_places=6, max_digits=18), blank=True, default=list, size=None, verbose_name='values')),
                ('size', models.PositiveIntegerField(verbose_name='inspected')),
                ('nonconforming', models.PositiveIntegerField(default=0, verbose_name='nonconforming')),
                ('out_of_limits', models.PositiveIntegerField(default=0, verbose_name='out of limits')),
                ('mean', models.FloatField(blank=True, null=True, verbose_name='mean')),
                ('range', models.FloatField(blank=True, null=True, verbose_name='range')),
                ('z', models.FloatField(blank=True, null=True, verbose_name='distance from the centre')),
                ('rules', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None, verbose_name='rules broken')),
                ('is_range_beyond', models.BooleanField(default=False, verbose_name='range beyond its limits')),
                ('has_signal', models.BooleanField(default=False, verbose_name='signal')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('characteristic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='samples', to='quality.characteristic', verbose_name='characteristic')),
                ('chart', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='samples', to='quality.controlchart', verbose_name='chart')),
                ('equipment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.equipment', verbose_name='machine')),
                ('inspection', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='samples', to='quality.inspection', verbose_name='inspection')),
                ('job_order', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='samples', to='work.joborder', verbose_name='inspected job')),
                ('limits', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='quality.controllimits', verbose_name='judged by')),
                ('lot', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='samples', to='plant.materiallot', verbose_name='lot')),
                ('nonconformance', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='samples', to='quality.nonconformance', verbose_name='nonconformance')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.person', verbose_name='person')),
                ('reverses', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversal', to='quality.sample', verbose_name='reverses')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'sample',
                'verbose_name_plural': 'samples',
                'ordering': ['chart', 'number', 'id'],
            },
        ),
        migrations.AddConstraint(
            model_name='controlchart',
            constraint=models.UniqueConstraint(fields=('site', 'plan_code', 'characteristic_code', 'equipment'), name='quality_controlchart_one_a_stream', nulls_distinct=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='controlchart',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', 'points', '', '')", func='RETURN NULL;', hash='3f0c586eb9eeec0a426b216521df15e289309927', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_43fca', table='quality_controlchart', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='controlchart',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='10e8a6c36a50715910fe01ab77a1d4d2c3d90648', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_f3953', table='quality_controlchart', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='controlchart',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."site_id" IS DISTINCT FROM NEW."site_id" OR OLD."plan_code" IS DISTINCT FROM NEW."plan_code" OR OLD."characteristic_code" IS DISTINCT FROM NEW."characteristic_code" OR OLD."material_id" IS DISTINCT FROM NEW."material_id" OR OLD."equipment_id" IS DISTINCT FROM NEW."equipment_id"))', execute="core_frozen('site_id, plan_code, characteristic_code, material_id, equipment_id')", func='RETURN NULL;', hash='404e3ce41315ee42f16bed265e64bda561bb8adb', operation='UPDATE', pgid='pgtrigger_frozen_f99ba', table='quality_controlchart', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='controllimits',
            constraint=models.UniqueConstraint(fields=('chart', 'phase'), name='quality_controllimits_phase_unique'),
        ),
        migrations.AddConstraint(
            model_name='controllimits',
            constraint=models.CheckConstraint(condition=models.Q(('centre__lt', models.F('upper')), ('lower__lt', models.F('centre')), ('sigma__gt', 0)), name='quality_controllimits_in_order'),
        ),
        migrations.AddConstraint(
            model_name='controllimits',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='quality_controllimits_has_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='controllimits',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='1946fe7a7d060346d095a18e3d89a73abb9805c4', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_5364e', table='quality_controllimits', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='controlplan',
            constraint=models.UniqueConstraint(fields=('site', 'code', 'number'), name='quality_controlplan_version_unique'),
        ),
        migrations.AddConstraint(
            model_name='controlplan',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'approved')), fields=('site', 'code'), name='quality_controlplan_one_approved'),
        ),
        migrations.AddConstraint(
            model_name='controlplan',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'approved')), fields=('material',), name='quality_controlplan_one_approved_a_product'),
        ),
        migrations.AddConstraint(
            model_name='controlplan',
            constraint=models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='quality_controlplan_code_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='controlplan',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'approved', 'retired'])), name='quality_controlplan_status_known'),
        ),
        migrations.AddConstraint(
            model_name='controlplan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_by', ''), ('status', 'draft')), models.Q(models.Q(('status', 'draft'), _negated=True), ('approved_at__isnull', False), models.Q(('approved_by', ''), _negated=True)), _connector='OR'), name='quality_controlplan_approved_by_somebody'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='controlplan',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='2682a824237e6d8af2e087730cdfbb20da8115d6', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_c11a8', table='quality_controlplan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='controlplan',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD.status <> \'draft\') AND (OLD."site_id" IS DISTINCT FROM NEW."site_id" OR OLD."code" IS DISTINCT FROM NEW."code" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."name" IS DISTINCT FROM NEW."name" OR OLD."material_id" IS DISTINCT FROM NEW."material_id"))', execute="core_frozen('site_id, code, number, name, material_id')", func='RETURN NULL;', hash='4e62442f6476557e8da9a05e67cd4edcb336a840', operation='UPDATE', pgid='pgtrigger_frozen_2745c', table='quality_controlplan', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='characteristic',
            constraint=models.UniqueConstraint(fields=('control_plan', 'code'), name='quality_characteristic_code_unique_in_plan'),
        ),
        migrations.AddConstraint(
            model_name='characteristic',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code', ''), _negated=True), models.Q(('name', ''), _negated=True)), name='quality_characteristic_named'),
        ),
        migrations.AddConstraint(
            model_name='characteristic',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['variable', 'attribute', 'visual'])), name='quality_characteristic_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='characteristic',
            constraint=models.CheckConstraint(condition=models.Q(('chart__in', ['none', 'xbar_r', 'i_mr'])), name='quality_characteristic_chart_known'),
        ),
        migrations.AddConstraint(
            model_name='characteristic',
            constraint=models.CheckConstraint(condition=models.Q(('lower_limit', None), ('upper_limit', None), ('lower_limit__lte', models.F('upper_limit')), _connector='OR'), name='quality_characteristic_limits_in_order'),
        ),
        migrations.AddConstraint(
            model_name='characteristic',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'variable'), models.Q(('unit', ''), _negated=True), models.Q(('lower_limit__isnull', False), ('upper_limit__isnull', False), _connector='OR')), models.Q(models.Q(('kind', 'variable'), _negated=True), ('chart', 'none'), ('lower_limit', None), ('nominal', None), ('upper_limit', None)), _connector='OR'), name='quality_characteristic_measured_has_limits'),
        ),
        migrations.AddConstraint(
            model_name='characteristic',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('chart', 'none'), ('sample_size__gte', 1)), models.Q(('chart', 'i_mr'), ('sample_size', 1)), models.Q(('chart', 'xbar_r'), ('sample_size__gte', 2), ('sample_size__lte', 25)), _connector='OR'), name='quality_characteristic_chart_fits_size'),
        ),
        migrations.AddConstraint(
            model_name='characteristic',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('every_pieces', None), ('every_pieces__gte', 1), _connector='OR'), models.Q(('every_minutes', None), ('every_minutes__gte', 1), _connector='OR')), name='quality_characteristic_frequency_positive'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='characteristic',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='74830e894bf1686050c58e54d94094968cbc9327', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_cb755', table='quality_characteristic', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='characteristic',
            trigger=pgtrigger.compiler.Trigger(name='only_in_draft', sql=mom.core.db.guard_sql.GuardSql(func="\n                    IF EXISTS (SELECT 1 FROM quality_controlplan\n                               WHERE id IN (NEW.control_plan_id, OLD.control_plan_id) AND status <> 'draft') THEN\n                        RAISE EXCEPTION 'an approved control plan is not changed: make a new version'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'quality_characteristic_in_draft';\n                    END IF;\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    RETURN NEW;\n                ", hash='58dce64b7708d804ce8c2fc36c97cd59ed3ba296', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_only_in_draft_1b2bc', table='quality_characteristic', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='inspection',
            index=models.Index(fields=['site', 'status', 'due_at'], name='quality_inspection_by_status'),
        ),
        migrations.AddIndex(
            model_name='inspection',
            index=models.Index(condition=models.Q(('status', 'due')), fields=['inspected_job'], name='quality_inspection_open_of_job'),
        ),
        migrations.AddConstraint(
            model_name='inspection',
            constraint=models.UniqueConstraint(fields=('inspected_job', 'control_plan', 'occurrence'), name='quality_inspection_due_once'),
        ),
        migrations.AddConstraint(
            model_name='inspection',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['due', 'passed', 'failed', 'accepted', 'cancelled'])), name='quality_inspection_status_known'),
        ),
        migrations.AddConstraint(
            model_name='inspection',
            constraint=models.CheckConstraint(condition=models.Q(('cause__in', ['first_off', 'pieces', 'time', 'setup', 'stop', 'manual'])), name='quality_inspection_cause_known'),
        ),
        migrations.AddConstraint(
            model_name='inspection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('status', 'due')), models.Q(models.Q(('status', 'due'), _negated=True), models.Q(('ended_at', None), _negated=True)), _connector='OR'), name='quality_inspection_open_or_ended'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='inspection',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('job_order_id', '', '', '')", func='RETURN NULL;', hash='f5675746c6b4e05fc48da24dcd9f99611af52999', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_5c649', table='quality_inspection', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='inspection',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='b3d70311c1730039a8baf321de96c326e7e96fb6', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_b9ea2', table='quality_inspection', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='inspection',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."site_id" IS DISTINCT FROM NEW."site_id" OR OLD."job_order_id" IS DISTINCT FROM NEW."job_order_id" OR OLD."control_plan_id" IS DISTINCT FROM NEW."control_plan_id" OR OLD."inspected_job_id" IS DISTINCT FROM NEW."inspected_job_id" OR OLD."cause" IS DISTINCT FROM NEW."cause" OR OLD."occurrence" IS DISTINCT FROM NEW."occurrence" OR OLD."due_at" IS DISTINCT FROM NEW."due_at"))', execute="core_frozen('site_id, job_order_id, control_plan_id, inspected_job_id, cause, occurrence, due_at')", func='RETURN NULL;', hash='82191f64fd0cc2343c04e3f6b06dd5e4f1c21def', operation='UPDATE', pgid='pgtrigger_frozen_1ae86', table='quality_inspection', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='inspection',
            trigger=pgtrigger.compiler.Trigger(name='never_passed_out_of_limits', sql=mom.core.db.guard_sql.GuardSql(condition="WHEN (NEW.status IN ('passed', 'accepted'))", func="\n                    IF NEW.status = 'passed' AND EXISTS (\n                        SELECT 1 FROM quality_sample s\n                        WHERE s.inspection_id = NEW.job_order_id AND s.out_of_limits > 0\n                    ) THEN\n                        RAISE EXCEPTION 'an inspection with a value out of limits does not pass'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'quality_inspection_out_of_limits';\n                    END IF;\n                    IF NEW.status = 'accepted' AND EXISTS (\n                        SELECT 1 FROM quality_sample s JOIN quality_nonconformance n ON n.id = s.nonconformance_id\n                        WHERE s.inspection_id = NEW.job_order_id AND s.out_of_limits > 0\n                              AND n.status NOT IN ('disposed', 'closed')\n                    ) THEN\n                        RAISE EXCEPTION 'a failed inspection is accepted by a signed disposition'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'quality_inspection_needs_disposition';\n                    END IF;\n                    RETURN NEW;\n                ", hash='79c7942c0d3720b7dda64177e4b7c2879d9b6a45', operation='INSERT OR UPDATE', pgid='pgtrigger_never_passed_out_of_limits_ee380', table='quality_inspection', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='inspectionitem',
            constraint=models.UniqueConstraint(fields=('inspection', 'characteristic'), name='quality_inspectionitem_characteristic_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='inspectionitem',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='2f894186562e940f06d374cb2ac680c30920b729', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_d923c', table='quality_inspectionitem', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='nonconformance',
            index=models.Index(condition=models.Q(('status__in', ['open', 'contained'])), fields=['site', 'material', 'equipment'], name='quality_ncr_open'),
        ),
        migrations.AddIndex(
            model_name='nonconformance',
            index=models.Index(fields=['site', '-found_at'], name='quality_ncr_newest'),
        ),
        migrations.AddConstraint(
            model_name='nonconformance',
            constraint=models.UniqueConstraint(fields=('site', 'code'), name='quality_nonconformance_code_unique_in_site'),
        ),
        migrations.AddConstraint(
            model_name='nonconformance',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['open', 'contained'])), fields=('chart',), name='quality_nonconformance_one_open_a_chart'),
        ),
        migrations.AddConstraint(
            model_name='nonconformance',
            constraint=models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='quality_nonconformance_has_title'),
        ),
        migrations.AddConstraint(
            model_name='nonconformance',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['open', 'contained', 'disposed', 'closed'])), name='quality_nonconformance_status_known'),
        ),
        migrations.AddConstraint(
            model_name='nonconformance',
            constraint=models.CheckConstraint(condition=models.Q(('origin__in', ['signal', 'out_of_limits', 'person'])), name='quality_nonconformance_origin_known'),
        ),
        migrations.AddConstraint(
            model_name='nonconformance',
            constraint=models.CheckConstraint(condition=models.Q(('severity__in', ['minor', 'major', 'critical'])), name='quality_nonconformance_severity_known'),
        ),
        migrations.AddConstraint(
            model_name='nonconformance',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('status', 'closed'), models.Q(('closed_by', ''), _negated=True)), models.Q(models.Q(('status', 'closed'), _negated=True), ('closed_at', None), ('closed_by', '')), _connector='OR'), name='quality_nonconformance_closed_by_somebody'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='nonconformance',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='c73f86148d2b350ed91de64b5a9f33db39daf8ff', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_5a4b0', table='quality_nonconformance', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='nonconformance',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='f73a9661d4b25205e36af126857d8774934968f1', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_4b1f6', table='quality_nonconformance', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='nonconformance',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."site_id" IS DISTINCT FROM NEW."site_id" OR OLD."code" IS DISTINCT FROM NEW."code" OR OLD."chart_id" IS DISTINCT FROM NEW."chart_id" OR OLD."material_id" IS DISTINCT FROM NEW."material_id" OR OLD."found_at" IS DISTINCT FROM NEW."found_at" OR OLD."found_by" IS DISTINCT FROM NEW."found_by" OR OLD."finder_id" IS DISTINCT FROM NEW."finder_id" OR OLD."origin" IS DISTINCT FROM NEW."origin"))', execute="core_frozen('site_id, code, chart_id, material_id, found_at, found_by, finder_id, origin')", func='RETURN NULL;', hash='030783b451e18fc682448b8a9fc20478f46e99ee', operation='UPDATE', pgid='pgtrigger_frozen_a9bfd', table='quality_nonconformance', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='nonconformance',
            trigger=pgtrigger.compiler.Trigger(name='searchable_ncr', sql=mom.core.db.guard_sql.GuardSql(func='\n            IF TG_OP = \'DELETE\' THEN DELETE FROM core_searchentry WHERE noun = \'ncr\' AND object_id = OLD.id; RETURN NULL; END IF;\n            \n            INSERT INTO core_searchentry AS kept (noun, object_id, site, code, title, also, folded_code, folded_also, words, is_retired)\n            SELECT \'ncr\', NEW.id, s.code, coalesce(NEW."code"::text, \'\'), left(coalesce(NEW."title"::text, \'\'), 200),\n                \'\', core_fold(coalesce(NEW."code"::text, \'\')), core_fold(\'\'),\n                core_fold_words(coalesce(NEW."code"::text, \'\') || \' \' || coalesce(NEW."title"::text, \'\') || \' \' || core_fold_tight(coalesce(NEW."code"::text, \'\'))), NEW."status" = \'closed\'\n            FROM accounts_site AS s WHERE s.id = NEW.site_id\n            ON CONFLICT (noun, object_id) DO UPDATE SET site = excluded.site, code = excluded.code, title = excluded.title, also = excluded.also, folded_code = excluded.folded_code, folded_also = excluded.folded_also, words = excluded.words, is_retired = excluded.is_retired\n            WHERE (kept.site, kept.code, kept.title, kept.also, kept.words, kept.is_retired) IS DISTINCT FROM (excluded.site, excluded.code, excluded.title, excluded.also, excluded.words, excluded.is_retired);\n            RETURN NULL;\n        ', hash='92bcf3919374b49a4807592913774795331321b8', operation='INSERT OR UPDATE OF "code", "title", "status", "site_id" OR DELETE', pgid='pgtrigger_searchable_ncr_24e51', table='quality_nonconformance', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='nonconformance',
            trigger=pgtrigger.compiler.Trigger(name='decided_by_signature', sql=mom.core.db.guard_sql.GuardSql(condition="WHEN (NEW.status IN ('disposed', 'closed'))", func="\n                    IF NOT EXISTS (SELECT 1 FROM quality_disposition d WHERE d.nonconformance_id = NEW.id)\n                       OR EXISTS (\n                        SELECT 1 FROM quality_nonconformanceline l\n                        LEFT JOIN quality_disposition d ON d.line_id = l.id\n                        WHERE l.nonconformance_id = NEW.id\n                        GROUP BY l.id HAVING count(d.id) = 0 OR coalesce(sum(d.quantity), 0) <> l.quantity\n                    ) THEN\n                        RAISE EXCEPTION 'every part of a nonconformance is decided by a signed disposition'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'quality_nonconformance_needs_disposition';\n                    END IF;\n                    RETURN NEW;\n                ", hash='d8852ecdc9656e5b4e37ea9a44f1aa0841bd0e27', operation='INSERT OR UPDATE', pgid='pgtrigger_decided_by_signature_82116', table='quality_nonconformance', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='nonconformanceline',
            constraint=models.UniqueConstraint(fields=('nonconformance', 'lot'), name='quality_nonconformanceline_lot_once'),
        ),
        migrations.AddConstraint(
            model_name='nonconformanceline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 0), models.Q(('unit', ''), _negated=True)), name='quality_nonconformanceline_quantity'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='nonconformanceline',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='b8fd2f80294ea2deb5bb798db448648d61508e82', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_18ae6', table='quality_nonconformanceline', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='disposition',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['use_as_is', 'rework', 'repair', 'scrap', 'return'])), name='quality_disposition_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='disposition',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 0), models.Q(('unit', ''), _negated=True), models.Q(('reason', ''), _negated=True)), name='quality_disposition_quantity'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='disposition',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='14ab9bc69ed1d2f0322d2eaed26882af857cd6fe', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_4a6a7', table='quality_disposition', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='disposition',
            trigger=pgtrigger.compiler.Trigger(name='within_its_line', sql=mom.core.db.guard_sql.GuardSql(declare='DECLARE total numeric; most numeric; whose bigint;', func="\n                    SELECT quantity, nonconformance_id INTO most, whose\n                    FROM quality_nonconformanceline WHERE id = NEW.line_id FOR SHARE;\n                    SELECT coalesce(sum(quantity), 0) INTO total FROM quality_disposition WHERE line_id = NEW.line_id;\n                    IF whose <> NEW.nonconformance_id OR total + NEW.quantity > most THEN\n                        RAISE EXCEPTION 'more is decided than is in doubt'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'quality_disposition_within_line';\n                    END IF;\n                    RETURN NEW;\n                ", hash='8d96d5ab9d94f0023448e164de683b548fb6fa6e', operation='INSERT', pgid='pgtrigger_within_its_line_51780', table='quality_disposition', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='sample',
            index=models.Index(fields=['site', '-taken_at'], name='quality_sample_by_time'),
        ),
        migrations.AddIndex(
            model_name='sample',
            index=models.Index(fields=['job_order'], name='quality_sample_by_job'),
        ),
        migrations.AddConstraint(
            model_name='sample',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reversal_reason', ''), ('reverses', None)), models.Q(('reverses__isnull', False), models.Q(('reversal_reason', ''), _negated=True)), _connector='OR'), name='quality_sample_reversal_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='sample',
            constraint=models.UniqueConstraint(fields=('chart', 'number'), name='quality_sample_number_unique_on_chart'),
        ),
        migrations.AddConstraint(
            model_name='sample',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('number__isnull', False), ('reverses', None)), models.Q(('number', None), ('reverses__isnull', False)), _connector='OR'), name='quality_sample_on_chart_unless_reversal'),
        ),
        migrations.AddConstraint(
            model_name='sample',
            constraint=models.CheckConstraint(condition=models.Q(('nonconforming__lte', models.F('size')), ('size__gte', 1)), name='quality_sample_counts_add_up'),
        ),
        migrations.AddConstraint(
            model_name='sample',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('has_signal', False), ('is_range_beyond', False), ('rules', [])), models.Q(('has_signal', True), models.Q(('is_range_beyond', True), models.Q(('rules', []), _negated=True), _connector='OR')), _connector='OR'), name='quality_sample_signal_is_of_chart'),
        ),
        migrations.AddConstraint(
            model_name='sample',
            constraint=models.CheckConstraint(condition=models.Q(('reverses__isnull', False), ('nonconformance__isnull', False), models.Q(('has_signal', False), ('out_of_limits', 0)), _connector='OR'), name='quality_sample_bad_has_nonconformance'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sample',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='ac521a64dd40e09e67016adceec9b39a6387ed1e', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_d469d', table='quality_sample', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sample',
            trigger=pgtrigger.compiler.Trigger(name='judged_right', sql=mom.core.db.guard_sql.GuardSql(declare='DECLARE plan quality_characteristic%ROWTYPE; outside integer;', func="\n                    SELECT * INTO plan FROM quality_characteristic WHERE id = NEW.characteristic_id;\n                    IF plan.kind = 'variable' THEN\n                        SELECT count(*) INTO outside FROM unnest(NEW.values) AS v\n                        WHERE v < plan.lower_limit OR v > plan.upper_limit;\n                        IF cardinality(NEW.values) <> NEW.size OR NEW.nonconforming <> outside THEN\n                            outside := -1;\n                        END IF;\n                    ELSE\n                        outside := NEW.nonconforming;\n                    END IF;\n                    IF outside <> NEW.out_of_limits THEN\n                        RAISE EXCEPTION 'a sample says of itself what its values say'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'quality_sample_judged_right';\n                    END IF;\n                    RETURN NEW;\n                ", hash='00273070fe4ceafe203bc978e5b2a6bee423cbe1', operation='INSERT', pgid='pgtrigger_judged_right_4ed27', table='quality_sample', when='BEFORE')),
        ),
    ]
