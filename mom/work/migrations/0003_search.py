"""Things are kept findable: a trigger on each table that the search box looks through, and the entries of now."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

import mom.core.db.guard_sql

FILL = [
    """
    INSERT INTO core_searchentry (noun, object_id, site, code, title, also, folded_code, folded_also, words, is_retired)
    SELECT entry.* FROM work_joborder AS thing CROSS JOIN LATERAL (SELECT 'job', thing.id, s.code, coalesce(thing.code::text, ''), left(coalesce(thing.operation::text, ''), 200), '', core_fold(coalesce(thing.code::text, '')), core_fold(''), core_fold_words(coalesce(thing.code::text, '') || ' ' || coalesce(thing.operation::text, '') || ' ' || core_fold_tight(coalesce(thing.code::text, ''))), thing.status IN ('closed', 'cancelled', 'aborted') FROM accounts_site AS s WHERE s.id = thing.site_id) AS entry(noun, object_id, site, code, title, also, folded_code, folded_also, words, is_retired)
    """,
    """
    INSERT INTO core_searchentry (noun, object_id, site, code, title, also, folded_code, folded_also, words, is_retired)
    SELECT entry.* FROM work_workrequest AS thing CROSS JOIN LATERAL (SELECT 'order', thing.id, s.code, coalesce(thing.code::text, ''), left(coalesce(thing.description::text, ''), 200), '', core_fold(coalesce(thing.code::text, '')), core_fold(''), core_fold_words(coalesce(thing.code::text, '') || ' ' || coalesce(thing.description::text, '') || ' ' || core_fold_tight(coalesce(thing.code::text, ''))), thing.status IN ('closed', 'cancelled', 'aborted') FROM accounts_site AS s WHERE s.id = thing.site_id) AS entry(noun, object_id, site, code, title, also, folded_code, folded_also, words, is_retired) WHERE thing.operations_type = 'production'
    """,
]


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0005_search'),
        ('work', '0002_guards'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='joborder',
            trigger=pgtrigger.compiler.Trigger(name='searchable_job', sql=mom.core.db.guard_sql.GuardSql(func='\n            IF TG_OP = \'DELETE\' THEN DELETE FROM core_searchentry WHERE noun = \'job\' AND object_id = OLD.id; RETURN NULL; END IF;\n            \n            INSERT INTO core_searchentry AS kept (noun, object_id, site, code, title, also, folded_code, folded_also, words, is_retired)\n            SELECT \'job\', NEW.id, s.code, coalesce(NEW."code"::text, \'\'), left(coalesce(NEW."operation"::text, \'\'), 200),\n                \'\', core_fold(coalesce(NEW."code"::text, \'\')), core_fold(\'\'),\n                core_fold_words(coalesce(NEW."code"::text, \'\') || \' \' || coalesce(NEW."operation"::text, \'\') || \' \' || core_fold_tight(coalesce(NEW."code"::text, \'\'))), NEW."status" IN (\'closed\', \'cancelled\', \'aborted\')\n            FROM accounts_site AS s WHERE s.id = NEW.site_id\n            ON CONFLICT (noun, object_id) DO UPDATE SET site = excluded.site, code = excluded.code, title = excluded.title, also = excluded.also, folded_code = excluded.folded_code, folded_also = excluded.folded_also, words = excluded.words, is_retired = excluded.is_retired\n            WHERE (kept.site, kept.code, kept.title, kept.also, kept.words, kept.is_retired) IS DISTINCT FROM (excluded.site, excluded.code, excluded.title, excluded.also, excluded.words, excluded.is_retired);\n            RETURN NULL;\n        ', hash='2f2d75ac284bec0da8ba16d956e5df300de3738f', operation='INSERT OR UPDATE OF "code", "operation", "status", "site_id" OR DELETE', pgid='pgtrigger_searchable_job_f23e8', table='work_joborder', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workrequest',
            trigger=pgtrigger.compiler.Trigger(name='searchable_order', sql=mom.core.db.guard_sql.GuardSql(func='\n            IF TG_OP = \'DELETE\' THEN DELETE FROM core_searchentry WHERE noun = \'order\' AND object_id = OLD.id; RETURN NULL; END IF;\n            IF NOT (NEW."operations_type" = \'production\') THEN DELETE FROM core_searchentry WHERE noun = \'order\' AND object_id = NEW.id; RETURN NULL; END IF;\n            INSERT INTO core_searchentry AS kept (noun, object_id, site, code, title, also, folded_code, folded_also, words, is_retired)\n            SELECT \'order\', NEW.id, s.code, coalesce(NEW."code"::text, \'\'), left(coalesce(NEW."description"::text, \'\'), 200),\n                \'\', core_fold(coalesce(NEW."code"::text, \'\')), core_fold(\'\'),\n                core_fold_words(coalesce(NEW."code"::text, \'\') || \' \' || coalesce(NEW."description"::text, \'\') || \' \' || core_fold_tight(coalesce(NEW."code"::text, \'\'))), NEW."status" IN (\'closed\', \'cancelled\', \'aborted\')\n            FROM accounts_site AS s WHERE s.id = NEW.site_id\n            ON CONFLICT (noun, object_id) DO UPDATE SET site = excluded.site, code = excluded.code, title = excluded.title, also = excluded.also, folded_code = excluded.folded_code, folded_also = excluded.folded_also, words = excluded.words, is_retired = excluded.is_retired\n            WHERE (kept.site, kept.code, kept.title, kept.also, kept.words, kept.is_retired) IS DISTINCT FROM (excluded.site, excluded.code, excluded.title, excluded.also, excluded.words, excluded.is_retired);\n            RETURN NULL;\n        ', hash='090ad659f015c62eedee4fee988661bfd0a13a19', operation='INSERT OR UPDATE OF "code", "description", "status", "operations_type", "site_id" OR DELETE', pgid='pgtrigger_searchable_order_db3a9', table='work_workrequest', when='AFTER')),
        ),
        migrations.RunSQL("SET LOCAL statement_timeout = 0", migrations.RunSQL.noop),
        *(migrations.RunSQL(entries, migrations.RunSQL.noop) for entries in FILL),
    ]
