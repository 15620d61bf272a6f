"""Holds of many lots at once; a lot in an open hold is not released beside it, whoever writes."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

KEEP = """
CREATE FUNCTION inventory_held_lot_stays() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM inventory_heldlot h WHERE h.lot_id = NEW.id AND h.released_at IS NULL) THEN
            RAISE EXCEPTION 'a lot in an open hold is not released'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_heldlot_stays_held';
        END IF;
        RETURN NEW;
    END;
$$;
CREATE TRIGGER inventory_held_lot_stays BEFORE UPDATE OF disposition ON plant_materiallot
FOR EACH ROW WHEN (OLD.disposition IS DISTINCT FROM NEW.disposition AND NEW.disposition NOT IN ('restricted', 'closed'))
EXECUTE FUNCTION inventory_held_lot_stays();
"""
KEEP_NOT = """
DROP TRIGGER inventory_held_lot_stays ON plant_materiallot;
DROP FUNCTION inventory_held_lot_stays();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_demo_without_keys'),
        ('core', '0001_ground'),
        ('inventory', '0002_reservations'),
        ('plant', '0005_search'),
    ]

    operations = [
        migrations.CreateModel(
            name='LotHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=64, verbose_name='hold')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('held_at', models.DateTimeField(verbose_name='since')),
                ('held_by', models.CharField(max_length=200, verbose_name='held by')),
                ('released_at', models.DateTimeField(blank=True, null=True, verbose_name='released')),
                ('released_by', models.CharField(blank=True, max_length=200, verbose_name='released by')),
                ('release_reason', models.CharField(blank=True, max_length=200, verbose_name='why it was released')),
                ('origin', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.materiallot', verbose_name='found from')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'hold',
                'verbose_name_plural': 'holds',
                'ordering': ['-held_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='HeldLot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('was', models.CharField(choices=[('planned', 'Planned'), ('in_process', 'In process'), ('restricted', 'Restricted'), ('unrestricted', 'Unrestricted'), ('closed', 'Closed')], max_length=14, verbose_name='was')),
                ('released_at', models.DateTimeField(blank=True, null=True, verbose_name='released')),
                ('lot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='plant.materiallot', verbose_name='lot')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
                ('hold', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lots', to='inventory.lothold', verbose_name='hold')),
            ],
            options={
                'verbose_name': 'held lot',
                'verbose_name_plural': 'held lots',
                'ordering': ['hold', 'id'],
            },
        ),
        migrations.AddIndex(
            model_name='lothold',
            index=models.Index(fields=['site', '-held_at'], name='inventory_hold_newest'),
        ),
        migrations.AddConstraint(
            model_name='lothold',
            constraint=models.UniqueConstraint(fields=('site', 'code'), name='inventory_lothold_code_unique_in_site'),
        ),
        migrations.AddConstraint(
            model_name='lothold',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='inventory_lothold_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='lothold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('release_reason', ''), ('released_at', None), ('released_by', '')), models.Q(('released_at__isnull', False), models.Q(('released_by', ''), _negated=True), models.Q(('release_reason', ''), _negated=True)), _connector='OR'), name='inventory_lothold_released_with_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lothold',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='e52b5f861cbb8fee92b6d74e331a0f3f899d1b5c', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_00a1e', table='inventory_lothold', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lothold',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='ce90538b42ba0b9a6c3868c51451ce32e5ed1c9a', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_9278c', table='inventory_lothold', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lothold',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."site_id" IS DISTINCT FROM NEW."site_id" OR OLD."code" IS DISTINCT FROM NEW."code" OR OLD."reason" IS DISTINCT FROM NEW."reason" OR OLD."origin_id" IS DISTINCT FROM NEW."origin_id" OR OLD."held_at" IS DISTINCT FROM NEW."held_at" OR OLD."held_by" IS DISTINCT FROM NEW."held_by"))', execute="core_frozen('site_id, code, reason, origin_id, held_at, held_by')", func='RETURN NULL;', hash='4428647443d3858250dce3ee4b1a06329e3c9058', operation='UPDATE', pgid='pgtrigger_frozen_0f2ae', table='inventory_lothold', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lothold',
            trigger=pgtrigger.compiler.Trigger(name='ended', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD.released_at IS NOT NULL) AND (OLD."released_at" IS DISTINCT FROM NEW."released_at" OR OLD."released_by" IS DISTINCT FROM NEW."released_by" OR OLD."release_reason" IS DISTINCT FROM NEW."release_reason"))', execute="core_frozen('released_at, released_by, release_reason')", func='RETURN NULL;', hash='dccc104a3aeafa579a04297fcaefe088d5dbeff9', operation='UPDATE', pgid='pgtrigger_ended_4c920', table='inventory_lothold', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='heldlot',
            index=models.Index(condition=models.Q(('released_at', None)), fields=['lot'], name='inventory_held_lot_open'),
        ),
        migrations.AddConstraint(
            model_name='heldlot',
            constraint=models.UniqueConstraint(fields=('hold', 'lot'), name='inventory_heldlot_once_in_hold'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='heldlot',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='11d437419927a25449e4086637c0c8794f641c60', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_9aea1', table='inventory_heldlot', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='heldlot',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='7495e37ff81211e5b3b4b935f1e01a32bb260bfc', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_eeb63', table='inventory_heldlot', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='heldlot',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."site_id" IS DISTINCT FROM NEW."site_id" OR OLD."hold_id" IS DISTINCT FROM NEW."hold_id" OR OLD."lot_id" IS DISTINCT FROM NEW."lot_id" OR OLD."was" IS DISTINCT FROM NEW."was"))', execute="core_frozen('site_id, hold_id, lot_id, was')", func='RETURN NULL;', hash='d76abf2a6f532c313b1f8e47c2fc9d486ccacfc9', operation='UPDATE', pgid='pgtrigger_frozen_a38a1', table='inventory_heldlot', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='heldlot',
            trigger=pgtrigger.compiler.Trigger(name='ended', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD.released_at IS NOT NULL) AND (OLD."released_at" IS DISTINCT FROM NEW."released_at"))', execute="core_frozen('released_at')", func='RETURN NULL;', hash='27dd6dccc1b44fb7d0af15d2acb34fc848b8f484', operation='UPDATE', pgid='pgtrigger_ended_b5913', table='inventory_heldlot', when='BEFORE')),
        ),
        migrations.RunSQL(KEEP, KEEP_NOT),
    ]
