"""Messages in: a day opens while others read and write, and no part of the record can be changed by its own name."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

# A part that is made by itself and then attached: CREATE TABLE ... PARTITION OF would make all readers and writers of
# the record wait until the opening transaction ends. Behind the lock the catalog itself is asked: to_regclass may answer
# from a cache that has not heard of the transaction that held it.
OPEN_DAY = """
CREATE OR REPLACE FUNCTION floor_open_day(wanted date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    part text := 'floor_floormessage_' || to_char(wanted, 'YYYYMMDD');
BEGIN
    IF to_regclass(part) IS NOT NULL THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(7040);
    IF EXISTS (SELECT FROM pg_class WHERE relname = part AND relnamespace = 'public'::regnamespace) THEN RETURN; END IF;
    EXECUTE format('CREATE TABLE %I (LIKE floor_floormessage INCLUDING DEFAULTS INCLUDING CONSTRAINTS'
                   ' INCLUDING INDEXES)', part);
    EXECUTE format('ALTER TABLE floor_floormessage ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   part, wanted::timestamp AT TIME ZONE 'UTC', (wanted + 1)::timestamp AT TIME ZONE 'UTC');
END $$;
"""

OPENED_BEFORE = """
CREATE OR REPLACE FUNCTION floor_open_day(wanted date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    part text := 'floor_floormessage_' || to_char(wanted, 'YYYYMMDD');
BEGIN
    IF to_regclass(part) IS NOT NULL THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(7040);
    IF to_regclass(part) IS NOT NULL THEN RETURN; END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF floor_floormessage FOR VALUES FROM (%L) TO (%L)',
                   part, wanted::timestamp AT TIME ZONE 'UTC', (wanted + 1)::timestamp AT TIME ZONE 'UTC');
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0001_ground'),
        ('floor', '0001_shop_floor'),
    ]

    operations = [
        migrations.RunSQL(OPEN_DAY, OPENED_BEFORE),
        pgtrigger.migrations.AddTrigger(
            model_name='floormessage',
            trigger=pgtrigger.compiler.Trigger(name='append_only_rows', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='ebbd2eee58a0b610c1d8a31480a3366fcb507c80', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_rows_a95e3', table='floor_floormessage', when='BEFORE')),
        ),
    ]
