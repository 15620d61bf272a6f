"""What is made of material in a hold of everything affected joins it; holds of before know no such thing.

Which of them were of everything affected was not written down, so none takes in what is made later.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# Looks after it has waited, in a statement of its own. 7051 is `mom.core.db.locks.Lock.LOTS_MADE`.
MAKES = """
CREATE FUNCTION inventory_makes_lots(of_site bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE
SET search_path = public, pg_temp AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock_shared(7051, of_site::integer);
        RETURN EXISTS (
            SELECT 1 FROM inventory_lothold h
            WHERE h.site_id = of_site AND h.is_everything_affected AND h.released_at IS NULL
        );
    END;
$$;
"""
MAKES_NOT = "DROP FUNCTION inventory_makes_lots(bigint);"


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_demo_without_keys'),
        ('core', '0001_ground'),
        ('inventory', '0005_lot_in_place'),
        ('plant', '0005_search'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='heldlot',
            name='frozen',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='lothold',
            name='frozen',
        ),
        migrations.AddField(
            model_name='heldlot',
            name='joined_at',
            field=models.DateTimeField(blank=True, help_text='When it was made, where that was after the hold.', null=True, verbose_name='joined'),
        ),
        migrations.AddField(
            model_name='lothold',
            name='is_everything_affected',
            field=models.BooleanField(default=False, help_text='What is made of its lots later joins it.', verbose_name='everything affected'),
        ),
        migrations.AddIndex(
            model_name='lothold',
            index=models.Index(condition=models.Q(('is_everything_affected', True), ('released_at', None)), fields=['site'], name='inventory_hold_joined'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='heldlot',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."site_id" IS DISTINCT FROM NEW."site_id" OR OLD."hold_id" IS DISTINCT FROM NEW."hold_id" OR OLD."lot_id" IS DISTINCT FROM NEW."lot_id" OR OLD."was" IS DISTINCT FROM NEW."was" OR OLD."joined_at" IS DISTINCT FROM NEW."joined_at"))', execute="core_frozen('site_id, hold_id, lot_id, was, joined_at')", func='RETURN NULL;', hash='38d8199275c13ae9cddf7d0d3508ee78a14331b7', operation='UPDATE', pgid='pgtrigger_frozen_a38a1', table='inventory_heldlot', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lothold',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."site_id" IS DISTINCT FROM NEW."site_id" OR OLD."code" IS DISTINCT FROM NEW."code" OR OLD."reason" IS DISTINCT FROM NEW."reason" OR OLD."origin_id" IS DISTINCT FROM NEW."origin_id" OR OLD."is_everything_affected" IS DISTINCT FROM NEW."is_everything_affected" OR OLD."held_at" IS DISTINCT FROM NEW."held_at" OR OLD."held_by" IS DISTINCT FROM NEW."held_by"))', execute="core_frozen('site_id, code, reason, origin_id, is_everything_affected, held_at, held_by')", func='RETURN NULL;', hash='89b6ec58bf046a839e14b6c03bd545c60dc9d697', operation='UPDATE', pgid='pgtrigger_frozen_0f2ae', table='inventory_lothold', when='BEFORE')),
        ),
        migrations.RunSQL(MAKES, MAKES_NOT),
    ]
