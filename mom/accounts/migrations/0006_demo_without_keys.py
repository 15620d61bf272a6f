"""A demo plant is removed from tables that hold no foreign keys too: those of machine messages."""

from importlib import import_module

from django.db import migrations

_BEFORE = import_module("mom.accounts.migrations.0005_first_hour").REMOVE_DEMO_SITE
_CODED = """        ), sited AS ("""
_KEYLESS = """        ), keyless AS (
            SELECT a.attrelid AS tbl FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid
            WHERE t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'p') AND NOT t.relispartition
              AND a.attname = 'site_id' AND NOT a.attisdropped
              AND a.attrelid NOT IN (SELECT tbl FROM named WHERE is_site)
        ), sited AS ("""
_SITED = """            SELECT tbl, format('site = %L', wanted), 'site = ''''' FROM coded
"""
_SITED_KEYLESS = (
    _SITED
    + """            UNION ALL
            SELECT tbl, format('site_id = %s', the_site), 'site_id IS NULL' FROM keyless
"""
)


def _replacing(sql: str) -> str:
    return sql.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


def _with_keyless(sql: str) -> str:
    for part in (_CODED, _SITED):
        if part not in sql:
            raise ValueError("the function of 0005 reads otherwise")
    return _replacing(sql.replace(_CODED, _KEYLESS, 1).replace(_SITED, _SITED_KEYLESS, 1))


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_first_hour'),
    ]

    operations = [
        migrations.RunSQL(_with_keyless(_BEFORE), _replacing(_BEFORE)),
    ]
