"""Bills and recipes."""

import django.db.models.deletion
import mom.core.db.guard_sql
import mom.core.fields
import pgtrigger.compiler
import pgtrigger.migrations
import production.engine.terms
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_accounts'),
        ('core', '0001_ground'),
        ('plant', '0002_guards'),
        ('production', '0001_production_request'),
    ]

    operations = [
        migrations.CreateModel(
            name='OperationsDefinition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=64, verbose_name='definition')),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('batch_quantity', mom.core.fields.QuantityField(decimal_places=6, max_digits=18, verbose_name='batch')),
                ('unit', mom.core.fields.UnitField(max_length=3, verbose_name='unit')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('approved', 'Approved'), ('retired', 'Retired')], default=production.engine.terms.DefinitionStatus['DRAFT'], max_length=8, verbose_name='status')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='approved')),
                ('approved_by', models.CharField(blank=True, max_length=200, verbose_name='approved by')),
                ('material', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.materialdefinition', verbose_name='product')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'definition',
                'verbose_name_plural': 'definitions',
                'ordering': ['code', 'number'],
            },
        ),
        migrations.CreateModel(
            name='OperationsSegment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence', models.PositiveIntegerField(verbose_name='sequence')),
                ('name', models.CharField(max_length=200, verbose_name='operation')),
                ('equipment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.equipment', verbose_name='machine')),
                ('operations_definition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='segments', to='production.operationsdefinition', verbose_name='definition')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'operation',
                'verbose_name_plural': 'operations',
                'ordering': ['operations_definition', 'sequence'],
            },
        ),
        migrations.CreateModel(
            name='MaterialSpecification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(verbose_name='position')),
                ('material_use', models.CharField(choices=[('consumable', 'Consumable'), ('consumed', 'Consumed'), ('produced', 'Produced'), ('by_product', 'By-product'), ('co_product', 'Co-product'), ('destructive_sample', 'Destructive sample'), ('returned_sample', 'Returned sample'), ('retained_sample', 'Retained sample')], max_length=20, verbose_name='use')),
                ('quantity', mom.core.fields.QuantityField(decimal_places=6, max_digits=18, verbose_name='quantity')),
                ('unit', mom.core.fields.UnitField(max_length=3, verbose_name='unit')),
                ('basis', models.CharField(choices=[('nominal', 'As weighed'), ('active', 'Active substance')], default=production.engine.terms.QuantityBasis['NOMINAL'], max_length=7, verbose_name='basis')),
                ('is_scaled', models.BooleanField(default=True, verbose_name='scales with the batch')),
                ('material', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.materialdefinition', verbose_name='material')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
                ('segment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='materials', to='production.operationssegment', verbose_name='operation')),
            ],
            options={
                'verbose_name': 'material of an operation',
                'verbose_name_plural': 'materials of an operation',
                'ordering': ['segment', 'position'],
            },
        ),
        migrations.AddConstraint(
            model_name='operationsdefinition',
            constraint=models.UniqueConstraint(fields=('site', 'code', 'number'), name='production_operationsdefinition_version_unique'),
        ),
        migrations.AddConstraint(
            model_name='operationsdefinition',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'approved')), fields=('site', 'code'), name='production_operationsdefinition_one_approved'),
        ),
        migrations.AddConstraint(
            model_name='operationsdefinition',
            constraint=models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='production_operationsdefinition_code_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='operationsdefinition',
            constraint=models.CheckConstraint(condition=models.Q(('batch_quantity__gt', 0)), name='production_operationsdefinition_batch_positive'),
        ),
        migrations.AddConstraint(
            model_name='operationsdefinition',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'approved', 'retired'])), name='production_operationsdefinition_status_known'),
        ),
        migrations.AddConstraint(
            model_name='operationsdefinition',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_by', ''), ('status', 'draft')), models.Q(models.Q(('status', 'draft'), _negated=True), ('approved_at__isnull', False), models.Q(('approved_by', ''), _negated=True)), _connector='OR'), name='production_operationsdefinition_approved_by_somebody'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operationsdefinition',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='95f67dcdfb6c83c3616f7f5158540b0b9881e348', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_c2f49', table='production_operationsdefinition', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operationsdefinition',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD.status <> \'draft\') AND (OLD."site_id" IS DISTINCT FROM NEW."site_id" OR OLD."code" IS DISTINCT FROM NEW."code" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."name" IS DISTINCT FROM NEW."name" OR OLD."material_id" IS DISTINCT FROM NEW."material_id" OR OLD."batch_quantity" IS DISTINCT FROM NEW."batch_quantity" OR OLD."unit" IS DISTINCT FROM NEW."unit"))', execute="core_frozen('site_id, code, number, name, material_id, batch_quantity, unit')", func='RETURN NULL;', hash='7c58be3c0da008865063dc043c857a1634f60793', operation='UPDATE', pgid='pgtrigger_frozen_2a013', table='production_operationsdefinition', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='operationssegment',
            constraint=models.UniqueConstraint(fields=('operations_definition', 'sequence'), name='production_operationssegment_sequence_unique'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operationssegment',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='aa2644d95aa78406166b28305658aa86a398373f', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_b406a', table='production_operationssegment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operationssegment',
            trigger=pgtrigger.compiler.Trigger(name='only_in_draft', sql=mom.core.db.guard_sql.GuardSql(declare='DECLARE kept text;', func="\n            SELECT status INTO kept FROM production_operationsdefinition\n            WHERE id IN (NEW.operations_definition_id, OLD.operations_definition_id) AND status <> 'draft' LIMIT 1;\n            IF kept IS NOT NULL THEN\n                RAISE EXCEPTION 'an approved definition is not changed: make a new version'\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'production_operationssegment_in_draft';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='0b83c278ccc5d88791201e14975088015dd61da9', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_only_in_draft_a2db5', table='production_operationssegment', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='materialspecification',
            constraint=models.UniqueConstraint(fields=('segment', 'position'), name='production_materialspecification_position_unique'),
        ),
        migrations.AddConstraint(
            model_name='materialspecification',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='production_materialspecification_quantity_positive'),
        ),
        migrations.AddConstraint(
            model_name='materialspecification',
            constraint=models.CheckConstraint(condition=models.Q(('basis__in', ['nominal', 'active'])), name='production_materialspecification_basis_known'),
        ),
        migrations.AddConstraint(
            model_name='materialspecification',
            constraint=models.CheckConstraint(condition=models.Q(('material_use__in', ['consumable', 'consumed', 'produced', 'by_product', 'co_product', 'destructive_sample', 'returned_sample', 'retained_sample'])), name='production_materialspecification_use_known'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='materialspecification',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='5f08ebdba99ffff7d085a2f1968fe92fa5943c4b', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_2f260', table='production_materialspecification', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='materialspecification',
            trigger=pgtrigger.compiler.Trigger(name='only_in_draft', sql=mom.core.db.guard_sql.GuardSql(declare='DECLARE kept text;', func="\n            SELECT status INTO kept FROM production_operationsdefinition\n            WHERE id IN (SELECT operations_definition_id FROM production_operationssegment WHERE id IN (NEW.segment_id, OLD.segment_id)) AND status <> 'draft' LIMIT 1;\n            IF kept IS NOT NULL THEN\n                RAISE EXCEPTION 'an approved definition is not changed: make a new version'\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'production_materialspecification_in_draft';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='4a5230409204e545041f7a5edb91743c91bb5e09', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_only_in_draft_2063d', table='production_materialspecification', when='BEFORE')),
        ),
    ]
