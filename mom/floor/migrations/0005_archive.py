"""The archive: what it holds of the tables, what waits to be written, and the only way for messages to leave."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


# Whether the file of a machine's day holds all of them is told by their number and the exclusive or of their keys.
KEY_CHECK = """
CREATE FUNCTION floor_key_check(key uuid) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ('x' || substr(encode(uuid_send(key), 'hex'), 1, 16))::bit(64)::bigint
         # ('x' || substr(encode(uuid_send(key), 'hex'), 17, 16))::bit(64)::bigint
$$;
"""

# The only way for messages to leave: a whole day, each machine's messages in a verified file. Writers of that day wait
# meanwhile; who waits for the lock of the whole table gives up before PostgreSQL looks for rings of locks (1 s).
DROP_DAY = """
CREATE FUNCTION floor_drop_day(wanted date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '500ms' AS $$
DECLARE
    part text := 'floor_floormessage_' || to_char(wanted, 'YYYYMMDD');
    uncovered bigint;
    many bigint;
BEGIN
    IF to_regclass(part) IS NULL THEN RETURN 0; END IF;
    EXECUTE format('LOCK TABLE %I IN SHARE ROW EXCLUSIVE MODE', part);
    EXECUTE format('
        SELECT coalesce(sum(m.many), 0), count(*) FILTER (WHERE a.id IS NULL OR a.verified_at IS NULL OR length(a.problem) > 0
            OR a.table_count <> m.many OR a.table_check <> m.checked)
        FROM (SELECT equipment_id, count(*) AS many, bit_xor(floor_key_check(key)) AS checked FROM %I GROUP BY 1) m
        LEFT JOIN floor_archivedday a ON a.equipment_id = m.equipment_id AND a.day = $1', part)
    INTO many, uncovered USING wanted;
    IF uncovered > 0 THEN
        RAISE EXCEPTION 'floor_drop_day: % machines have messages of % that no verified archive holds', uncovered, wanted
            USING ERRCODE = 'check_violation';
    END IF;
    EXECUTE format('UPDATE floor_archivedday SET dropped_at = now() WHERE day = $1
        AND equipment_id IN (SELECT equipment_id FROM %I)', part) USING wanted;
    EXECUTE format('ALTER TABLE floor_floormessage DETACH PARTITION %I', part);
    EXECUTE format('DROP TABLE %I', part);
    RETURN many;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_first_hour'),
        ('plant', '0005_search'),
        ('floor', '0004_meanings'),
    ]

    operations = [
        migrations.CreateModel(
            name='ArchivePolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('close_after_days', models.PositiveSmallIntegerField(default=2, help_text='Late messages of these days come in without a rewrite.', verbose_name='archive after days')),
                ('keep_days', models.PositiveSmallIntegerField(blank=True, help_text='Empty: for ever.', null=True, verbose_name='keep in the database for days')),
            ],
            options={
                'verbose_name': 'archive settings',
                'verbose_name_plural': 'archive settings',
            },
        ),
        migrations.AddField(
            model_name='archivedday',
            name='claimed_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='archivedday',
            name='due_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='due'),
        ),
        migrations.AddField(
            model_name='archivedday',
            name='last_id',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='archivedday',
            name='problem',
            field=models.CharField(blank=True, max_length=300, verbose_name='problem'),
        ),
        migrations.AddField(
            model_name='archivedday',
            name='table_check',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='archivedday',
            name='table_count',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='archivedday',
            name='address',
            field=models.CharField(blank=True, max_length=500, verbose_name='address'),
        ),
        migrations.AlterField(
            model_name='archivedday',
            name='byte_count',
            field=models.BigIntegerField(default=0, verbose_name='bytes'),
        ),
        migrations.AlterField(
            model_name='archivedday',
            name='row_count',
            field=models.BigIntegerField(default=0, verbose_name='messages'),
        ),
        migrations.AlterField(
            model_name='archivedday',
            name='sha256',
            field=models.CharField(blank=True, max_length=64, verbose_name='SHA-256'),
        ),
        migrations.AlterField(
            model_name='archivedday',
            name='written_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='written'),
        ),
        migrations.AddIndex(
            model_name='archivedday',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='floor_archive_due'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='archivedday',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='631ae0157c8a12e1ea1bb22cae05c41b49085292', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_adc49', table='floor_archivedday', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='archivedday',
            constraint=models.CheckConstraint(condition=models.Q(('verified_at', None), models.Q(('written_at__isnull', False), models.Q(('address', ''), _negated=True)), _connector='OR'), name='floor_archivedday_verified_after_written'),
        ),
        migrations.AddField(
            model_name='archivepolicy',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site'),
        ),
        migrations.AddConstraint(
            model_name='archivepolicy',
            constraint=models.UniqueConstraint(fields=('site',), name='floor_archivepolicy_one_per_site'),
        ),
        migrations.AddConstraint(
            model_name='archivepolicy',
            constraint=models.CheckConstraint(condition=models.Q(('close_after_days__gte', 1)), name='floor_archivepolicy_closes_after_the_day'),
        ),
        migrations.AddConstraint(
            model_name='archivepolicy',
            constraint=models.CheckConstraint(condition=models.Q(('keep_days', None), ('keep_days__gte', models.F('close_after_days')), _connector='OR'), name='floor_archivepolicy_keeps_until_closed'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='archivepolicy',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='091e6f0139acaba7fb3d17fb5e90d92c28931a39', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_1cfd5', table='floor_archivepolicy', when='AFTER')),
        ),
        migrations.RunSQL(KEY_CHECK, "DROP FUNCTION floor_key_check(uuid)"),
        migrations.RunSQL(DROP_DAY, "DROP FUNCTION floor_drop_day(date)"),
    ]
