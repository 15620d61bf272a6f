"""Demo plants that can be removed, the first steps of a site, and what a person has seen of the tours."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

# The only way in which facts ever leave the database: all rows of one site that was made as a demo, in one
# transaction. It runs with the owner's rights and asks for the mark itself, which a trigger keeps as it was given.
# The guards stand aside within the transaction only, whose locks keep every other writer of these tables out
# meanwhile. The audit trail and the history of rows stay, and hold the removal itself.
REMOVE_DEMO_SITE = """
CREATE FUNCTION accounts_remove_demo_site(wanted text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    the_site bigint;
    people bigint[];
    names text[] := '{}';        -- tables, those that hang on others last
    conditions text[] := '{}';   -- which of their rows go
    guards text[];               -- statements that switch the guards of these tables, but for the last word
    guard text;
    known integer;
    part record;
    person bigint;
    many bigint;
    removed jsonb := '{}';
BEGIN
    IF coalesce(current_setting('app.actor', true), '') = '' THEN
        RAISE EXCEPTION 'a demo plant is removed by somebody: no actor is named'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'accounts_site_removed_by_nobody';
    END IF;
    SELECT id INTO the_site FROM accounts_site WHERE code = wanted AND is_demo FOR UPDATE;
    IF the_site IS NULL THEN
        RAISE EXCEPTION 'only a demo plant can be removed, and % is none', wanted
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'accounts_site_is_no_demo';
    END IF;
    IF EXISTS (SELECT 1 FROM accounts_site WHERE is_demo AND id <> the_site) THEN
        people := '{}';
    ELSE
        people := ARRAY(SELECT id FROM accounts_user WHERE is_demo ORDER BY id);
    END IF;

    -- Rows that name the site, by key or by code; and those of its people that belong to no other site.
    FOR part IN
        WITH named AS (
            SELECT c.conrelid AS tbl, a.attname AS col, c.confrelid = 'accounts_site'::regclass AS is_site
            FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
            WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
              AND c.confrelid IN ('accounts_site'::regclass, 'accounts_user'::regclass)
              AND c.conrelid NOT IN ('accounts_site'::regclass, 'accounts_user'::regclass)
        ), coded AS (
            SELECT a.attrelid AS tbl FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid
            WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r' AND a.attname = 'site'
              AND a.atttypid IN ('text'::regtype, 'varchar'::regtype) AND NOT a.attisdropped
        ), sited AS (
            SELECT tbl, string_agg(format('%I = %s', col, the_site), ' OR ' ORDER BY col) AS rule,
                   string_agg(format('%I IS NULL', col), ' AND ' ORDER BY col) AS no_site
            FROM named WHERE is_site GROUP BY tbl
            UNION ALL
            SELECT tbl, format('site = %L', wanted), 'site = ''''' FROM coded
        ), owned AS (
            SELECT n.tbl, string_agg(format('%I = ANY(%L::bigint[])', n.col, people), ' OR ' ORDER BY n.col) AS rule
            FROM named n WHERE NOT n.is_site GROUP BY n.tbl
        )
        SELECT coalesce(s.tbl, o.tbl)::regclass::text AS tbl,
               concat_ws(' OR ', '(' || s.rule || ')',
                         '((' || o.rule || ')' || coalesce(' AND ' || s.no_site, '') || ')') AS rule
        FROM sited s FULL JOIN owned o ON o.tbl = s.tbl ORDER BY 1
    LOOP
        names := names || part.tbl;
        conditions := conditions || part.rule;
    END LOOP;

    -- Rows without a site of their own that hang on those, and what hangs on them in turn.
    LOOP
        known := cardinality(names);
        FOR part IN
            SELECT c.conrelid::regclass::text AS tbl, string_agg(
                       format('%I IN (SELECT %I FROM %s WHERE %s)', a.attname, p.attname, names[i], conditions[i]),
                       ' OR ' ORDER BY a.attname) AS rule
            FROM pg_constraint c
            JOIN generate_subscripts(names, 1) AS i ON names[i]::regclass = c.confrelid
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
            JOIN pg_attribute p ON p.attrelid = c.confrelid AND p.attnum = c.confkey[1]
            WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
              AND c.conrelid::regclass::text <> ALL (names)
              AND c.conrelid NOT IN ('accounts_site'::regclass, 'accounts_user'::regclass)
            GROUP BY c.conrelid ORDER BY 1
        LOOP
            names := names || part.tbl;
            conditions := conditions || part.rule;
        END LOOP;
        EXIT WHEN cardinality(names) = known;
    END LOOP;

    PERFORM set_config('lock_timeout', '10s', true);
    FOR part IN SELECT unnest(names) AS tbl ORDER BY 1 LOOP
        EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', part.tbl);
    END LOOP;
    -- All guards but the history of rows: it says that each row went, who took it away and why.
    guards := ARRAY(
        SELECT format('ALTER TABLE %s %%s TRIGGER %I', tgrelid::regclass, tgname)
        FROM pg_trigger WHERE tgrelid = ANY(names::regclass[]) AND NOT tgisinternal AND tgenabled = 'O'
          AND tgfoid <> 'core_row_history'::regproc ORDER BY 1);
    FOREACH guard IN ARRAY guards LOOP EXECUTE format(guard, 'DISABLE'); END LOOP;
    FOR i IN REVERSE cardinality(names) .. 1 LOOP
        EXECUTE format('DELETE FROM %s WHERE %s', names[i], conditions[i]);
        GET DIAGNOSTICS many = ROW_COUNT;
        IF many > 0 THEN removed := removed || jsonb_build_object(names[i], many); END IF;
    END LOOP;
    DELETE FROM core_eventreceipt WHERE event_id IN
        (SELECT id FROM core_outboxevent WHERE payload ->> 'site' = wanted);
    DELETE FROM core_outboxevent WHERE payload ->> 'site' = wanted;
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    FOREACH guard IN ARRAY guards LOOP EXECUTE format(guard, 'ENABLE'); END LOOP;

    DELETE FROM accounts_site WHERE id = the_site;
    -- Whoever has left a trace at another site stays, locked, so that the trace keeps its name.
    FOREACH person IN ARRAY people LOOP
        BEGIN
            DELETE FROM accounts_user WHERE id = person;
            SET CONSTRAINTS ALL IMMEDIATE;
        EXCEPTION WHEN foreign_key_violation THEN
            UPDATE accounts_user SET is_active = false, password = '!' WHERE id = person;
        END;
    END LOOP;
    SET CONSTRAINTS ALL DEFERRED;
    RETURN removed;
END $$;
REVOKE ALL ON FUNCTION accounts_remove_demo_site(text) FROM PUBLIC;
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'app') THEN
        GRANT EXECUTE ON FUNCTION accounts_remove_demo_site(text) TO app;
    END IF;
END $$;
"""

# A demo plant that was made before there was a mark: the audit trail knows who made it.
MARK_EARLIER_DEMO = """
SELECT set_config('app.actor', 'system:migrate', true), set_config('app.actor_label', 'migrate', true),
       set_config('app.reason', 'Demo plants carry a mark', true);
UPDATE accounts_site SET is_demo = true WHERE code IN (
    SELECT chain FROM core_auditentry
    WHERE action = 'accounts.site_created' AND actor_kind = 'system' AND actor_id = 'demo');
UPDATE accounts_user SET is_demo = true WHERE id::text IN (
    SELECT subject_id FROM core_auditentry
    WHERE action = 'accounts.user_created' AND actor_kind = 'system' AND actor_id = 'demo');
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_saved_views'),
        ('core', '0001_ground'),
    ]

    operations = [
        migrations.CreateModel(
            name='SiteSetup',
            fields=[
                ('site', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='setup', serialize=False, to='accounts.site', verbose_name='site')),
                ('answers', models.JSONField(default=dict, verbose_name='answers')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
            ],
            options={
                'verbose_name': 'first steps of a site',
                'verbose_name_plural': 'first steps of sites',
            },
        ),
        migrations.CreateModel(
            name='TourProgress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tour', models.CharField(max_length=40, verbose_name='tour')),
                ('step', models.PositiveSmallIntegerField(default=0, verbose_name='step')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tours', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'tour of a person',
                'verbose_name_plural': 'tours of people',
            },
        ),
        migrations.AddConstraint(
            model_name='tourprogress',
            constraint=models.UniqueConstraint(fields=('user', 'tour'), name='accounts_tourprogress_once_per_person'),
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='site',
            name='frozen',
        ),
        migrations.AddField(
            model_name='site',
            name='is_demo',
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name='demo plant'),
        ),
        migrations.AddField(
            model_name='user',
            name='is_demo',
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name='of the demo plant'),
        ),
        migrations.RunSQL(MARK_EARLIER_DEMO, migrations.RunSQL.noop),
        pgtrigger.migrations.AddTrigger(
            model_name='site',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."code" IS DISTINCT FROM NEW."code" OR OLD."is_demo" IS DISTINCT FROM NEW."is_demo"))', execute="core_frozen('code, is_demo')", func='RETURN NULL;', hash='c2031802a1a7ba49222560a55ee91ca5369755a6', operation='UPDATE', pgid='pgtrigger_frozen_b9320', table='accounts_site', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."is_demo" IS DISTINCT FROM NEW."is_demo"))', execute="core_frozen('is_demo')", func='RETURN NULL;', hash='1a8c5afb194e1488659dbfd9a8b4e358dabfe107', operation='UPDATE', pgid='pgtrigger_frozen_32da3', table='accounts_user', when='BEFORE')),
        ),
        migrations.RunSQL(REMOVE_DEMO_SITE, 'DROP FUNCTION accounts_remove_demo_site(text)'),
    ]
