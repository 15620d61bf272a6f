"""Rates with validity, classes of assets, and how far people are with their skills."""

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
        ('accounts', '0001_accounts'),
        ('core', '0001_ground'),
        ('plant', '0003_documents'),
    ]

    operations = [
        migrations.CreateModel(
            name='AssetInClass',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'verbose_name': 'asset in a class',
                'verbose_name_plural': 'assets in classes',
            },
        ),
        migrations.CreateModel(
            name='EquipmentClassSkill',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('least_level', models.PositiveSmallIntegerField(choices=[(1, 'learns it'), (2, 'under supervision'), (3, 'alone'), (4, 'teaches it')], default=3, verbose_name='least level')),
            ],
            options={
                'verbose_name': 'skill of a machine class',
                'verbose_name_plural': 'skills of machine classes',
                'ordering': ['equipment_class', 'personnel_class'],
            },
        ),
        migrations.CreateModel(
            name='PhysicalAssetClass',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=64, verbose_name='code')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('changed_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
            ],
            options={
                'verbose_name': 'asset class',
                'verbose_name_plural': 'asset classes',
                'ordering': ['code'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Rate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('machine', 'Machine'), ('labour', 'Labour'), ('material', 'Material'), ('scrap', 'Scrap'), ('energy', 'Energy')], max_length=8, verbose_name='kind')),
                ('state', models.CharField(blank=True, choices=[('running', 'Running'), ('setup', 'Setup'), ('waiting', 'Waiting'), ('planned', 'Planned stop'), ('down', 'Down')], max_length=8, verbose_name='state')),
                ('tariff', models.CharField(blank=True, max_length=32, verbose_name='tariff')),
                ('amount', mom.core.fields.QuantityField(decimal_places=6, max_digits=18, verbose_name='amount')),
                ('currency', models.CharField(editable=False, max_length=3, verbose_name='currency')),
                ('unit', mom.core.fields.UnitField(max_length=3, verbose_name='per')),
                ('valid_from', models.DateTimeField(verbose_name='valid from')),
                ('valid_until', models.DateTimeField(blank=True, null=True, verbose_name='valid until')),
            ],
            options={
                'verbose_name': 'rate',
                'verbose_name_plural': 'rates',
                'ordering': ['kind', 'state', 'valid_from'],
            },
        ),
        migrations.AddField(
            model_name='person',
            name='shift',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='people', to='plant.shift', verbose_name='usual shift'),
        ),
        migrations.AddField(
            model_name='person',
            name='workplace',
            field=models.ForeignKey(blank=True, help_text='The area, line or machine where this person usually works.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='people', to='plant.equipment', verbose_name='works at'),
        ),
        migrations.AddField(
            model_name='qualification',
            name='level',
            field=models.PositiveSmallIntegerField(choices=[(1, 'learns it'), (2, 'under supervision'), (3, 'alone'), (4, 'teaches it')], default=3, verbose_name='level'),
        ),
        migrations.AddField(
            model_name='qualification',
            name='trainer',
            field=models.ForeignKey(blank=True, help_text='Who saw that the person can do it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='trained', to='plant.person', verbose_name='signed off by'),
        ),
        migrations.AddConstraint(
            model_name='qualification',
            constraint=models.CheckConstraint(condition=models.Q(('level__in', [1, 2, 3, 4])), name='plant_qualification_level_known'),
        ),
        migrations.AddConstraint(
            model_name='qualification',
            constraint=models.CheckConstraint(condition=models.Q(('trainer', None), models.Q(('trainer', models.F('person')), _negated=True), _connector='OR'), name='plant_qualification_signed_off_by_another'),
        ),
        migrations.AddField(
            model_name='assetinclass',
            name='asset',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.physicalasset', verbose_name='asset'),
        ),
        migrations.AddField(
            model_name='equipmentclassskill',
            name='equipment_class',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='skills', to='plant.equipmentclass', verbose_name='equipment class'),
        ),
        migrations.AddField(
            model_name='equipmentclassskill',
            name='personnel_class',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='asked_by', to='plant.personnelclass', verbose_name='skill'),
        ),
        migrations.AddField(
            model_name='equipmentclassskill',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site'),
        ),
        migrations.AddField(
            model_name='physicalassetclass',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site'),
        ),
        migrations.AddField(
            model_name='assetinclass',
            name='asset_class',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.physicalassetclass', verbose_name='asset class'),
        ),
        migrations.AddField(
            model_name='physicalasset',
            name='classes',
            field=models.ManyToManyField(blank=True, related_name='assets', through='plant.AssetInClass', to='plant.physicalassetclass', verbose_name='classes'),
        ),
        migrations.AddField(
            model_name='rate',
            name='definition',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rates', to='plant.materialdefinition', verbose_name='material'),
        ),
        migrations.AddField(
            model_name='rate',
            name='equipment',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rates', to='plant.equipment', verbose_name='machine or area'),
        ),
        migrations.AddField(
            model_name='rate',
            name='equipment_class',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rates', to='plant.equipmentclass', verbose_name='equipment class'),
        ),
        migrations.AddField(
            model_name='rate',
            name='personnel_class',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rates', to='plant.personnelclass', verbose_name='skill'),
        ),
        migrations.AddField(
            model_name='rate',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site'),
        ),
        migrations.AddConstraint(
            model_name='equipmentclassskill',
            constraint=models.UniqueConstraint(fields=('equipment_class', 'personnel_class'), name='plant_equipmentclassskill_once'),
        ),
        migrations.AddConstraint(
            model_name='equipmentclassskill',
            constraint=models.CheckConstraint(condition=models.Q(('least_level__in', [1, 2, 3, 4])), name='plant_equipmentclassskill_level_known'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='equipmentclassskill',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='d256d441221f2f93e119d6331cdae9abe8955a63', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_c9edd', table='plant_equipmentclassskill', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='physicalassetclass',
            constraint=models.UniqueConstraint(fields=('site', 'code'), name='plant_physicalassetclass_code_unique_in_site', violation_error_message='This code is taken in this site. Choose another one.'),
        ),
        migrations.AddConstraint(
            model_name='physicalassetclass',
            constraint=models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='plant_physicalassetclass_code_not_empty', violation_error_message='A code is needed.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='physicalassetclass',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='badebd3407dec0505ecacefe615be0020d726673', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_2747a', table='plant_physicalassetclass', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='assetinclass',
            constraint=models.UniqueConstraint(fields=('asset', 'asset_class'), name='plant_assetinclass_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assetinclass',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='1c9d7c84c8c417a9dd370a401f33517d55dcc5b0', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_a72da', table='plant_assetinclass', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='rate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('definition', None), ('kind', 'machine'), ('personnel_class', None), ('tariff', ''), ('unit', 'HUR'), models.Q(('state', ''), _negated=True), models.Q(('equipment', None), ('equipment_class', None), _connector='OR')), models.Q(('definition', None), ('equipment', None), ('equipment_class', None), ('kind', 'labour'), ('state', ''), ('tariff', ''), ('unit', 'HUR')), models.Q(('definition__isnull', False), ('equipment', None), ('equipment_class', None), ('kind', 'material'), ('personnel_class', None), ('state', ''), ('tariff', '')), models.Q(('equipment', None), ('equipment_class', None), ('kind', 'scrap'), ('personnel_class', None), ('state', ''), ('tariff', '')), models.Q(('definition', None), ('equipment', None), ('equipment_class', None), ('kind', 'energy'), ('personnel_class', None), ('state', ''), ('unit', 'KWH')), _connector='OR'), name='plant_rate_target_fits_kind'),
        ),
        migrations.AddConstraint(
            model_name='rate',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'scrap'), ('amount__gte', 0), _connector='OR'), name='plant_rate_amount_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='rate',
            constraint=models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}\\Z')), name='plant_rate_currency_shape'),
        ),
        migrations.AddConstraint(
            model_name='rate',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until', None), ('valid_until__gt', models.F('valid_from')), _connector='OR'), name='plant_rate_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='rate',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('site', '='), ('kind', '='), ('state', '='), ('tariff', '='), (django.db.models.functions.comparison.Coalesce(models.F('equipment_id'), models.Value(0, output_field=models.BigIntegerField())), '='), (django.db.models.functions.comparison.Coalesce(models.F('equipment_class_id'), models.Value(0, output_field=models.BigIntegerField())), '='), (django.db.models.functions.comparison.Coalesce(models.F('personnel_class_id'), models.Value(0, output_field=models.BigIntegerField())), '='), (django.db.models.functions.comparison.Coalesce(models.F('definition_id'), models.Value(0, output_field=models.BigIntegerField())), '='), (mom.core.db.ranges.TsTzRange('valid_from', 'valid_until'), '&&')], name='plant_rate_one_at_a_time'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rate',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='6b5618aa5a4ca112cbeb9dc2ea3ff423be85bf21', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_33774', table='plant_rate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rate',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='91054ac15c0231d92ae76dd5d54a0ee7741cb829', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_0ab51', table='plant_rate', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rate',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."site_id" IS DISTINCT FROM NEW."site_id" OR OLD."kind" IS DISTINCT FROM NEW."kind" OR OLD."state" IS DISTINCT FROM NEW."state" OR OLD."equipment_id" IS DISTINCT FROM NEW."equipment_id" OR OLD."equipment_class_id" IS DISTINCT FROM NEW."equipment_class_id" OR OLD."personnel_class_id" IS DISTINCT FROM NEW."personnel_class_id" OR OLD."definition_id" IS DISTINCT FROM NEW."definition_id" OR OLD."tariff" IS DISTINCT FROM NEW."tariff" OR OLD."amount" IS DISTINCT FROM NEW."amount" OR OLD."currency" IS DISTINCT FROM NEW."currency" OR OLD."unit" IS DISTINCT FROM NEW."unit" OR OLD."valid_from" IS DISTINCT FROM NEW."valid_from"))', execute="core_frozen('site_id, kind, state, equipment_id, equipment_class_id, personnel_class_id, definition_id, tariff, amount, currency, unit, valid_from')", func='RETURN NULL;', hash='6d26a9b43792421a1e36d86fb341672361b7411c', operation='UPDATE', pgid='pgtrigger_frozen_f9f6e', table='plant_rate', when='BEFORE')),
        ),
    ]
