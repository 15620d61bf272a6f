"""A database counted: every table, every sequence, the guards, the schema's state, the end of every audit chain."""

from typing import Any

from django.db.migrations.loader import MigrationLoader
from psycopg2 import sql

from mom.core import audit, invariants
from mom.core.backup.manifest import Measure
from mom.core.backup.server import rows

_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY c.relname
"""
_SEQUENCES = "SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"
# Inherited and internal ones are left out: they are counted where they come from.
_OBJECTS = """
SELECT 'constraints', count(*) FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
    WHERE n.nspname = 'public' AND c.contype <> 'n' UNION ALL
SELECT 'indexes', count(*) FROM pg_indexes WHERE schemaname = 'public' UNION ALL
SELECT 'triggers', count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND NOT t.tgisinternal UNION ALL
SELECT 'functions', count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'public' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
_HEADS = "SELECT DISTINCT ON (chain) chain, seq, encode(hash, 'hex') FROM core_auditseal ORDER BY chain, seq DESC"
_ROLES = r"""
SELECT DISTINCT r.rolname FROM (
    SELECT (aclexplode(relacl)).grantee AS id FROM pg_class WHERE relnamespace = 'public'::regnamespace UNION ALL
    SELECT (aclexplode(proacl)).grantee FROM pg_proc WHERE pronamespace = 'public'::regnamespace UNION ALL
    SELECT (aclexplode(nspacl)).grantee FROM pg_namespace WHERE nspname = 'public' UNION ALL
    SELECT (aclexplode(defaclacl)).grantee FROM pg_default_acl UNION ALL
    SELECT defaclrole FROM pg_default_acl
) g JOIN pg_roles r ON r.oid = g.id WHERE r.rolname NOT LIKE 'pg\_%' ORDER BY 1
"""
_CLOSED = """
SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proacl IS NOT NULL
AND NOT EXISTS (SELECT FROM aclexplode(p.proacl) a WHERE a.grantee = 0 AND a.privilege_type = 'EXECUTE') ORDER BY 1
"""


def measure(cursor: Any) -> Measure:
    """Everything that a restore is compared by, as the cursor's transaction sees it."""
    tables = {}
    for (name,) in rows(cursor, _TABLES):
        ((tables[name],),) = rows(cursor, _counting(name))
    has = tables.keys()
    applied = rows(cursor, "SELECT app, name FROM django_migrations ORDER BY id") if "django_migrations" in has else []
    heads = rows(cursor, _HEADS) if "core_auditseal" in has else []
    return Measure(
        tables=tables,
        sequences=dict(rows(cursor, _SEQUENCES)),
        objects=dict(rows(cursor, _OBJECTS)),
        migrations=tuple((app, name) for app, name in applied),
        heads=tuple(audit.Head(*head) for head in heads),
        roles=tuple(name for (name,) in rows(cursor, _ROLES)),
        closed=tuple(name for (name,) in rows(cursor, _CLOSED)),
    )


def differences(expected: Measure, found: Measure) -> list[str]:
    """What is not as it was, in sentences; empty means equal."""
    told = [
        f"{table}: {found.tables.get(table, 0):,} rows instead of {expected.tables.get(table, 0):,}"
        for table in sorted({*expected.tables, *found.tables})
        if expected.tables.get(table) != found.tables.get(table)
    ]
    told += [
        f"{kind}: {found.objects.get(kind, 0):,} instead of {count:,}"
        for kind, count in expected.objects.items()
        if found.objects.get(kind) != count
    ]
    # pg_dump reads a sequence outside the snapshot: it may have gone on, never back.
    told += [
        f"sequence {name} stands at {found.sequences.get(name, 0):,}, before {value:,}"
        for name, value in expected.sequences.items()
        if found.sequences.get(name, -1) < value
    ]
    if set(expected.migrations) != set(found.migrations):
        told.append("the list of migrations differs")
    if set(expected.closed) != set(found.closed):
        told.append("other functions are open to everybody")
    if set(expected.heads) != set(found.heads):
        told.append("the ends of the audit chains differ")
    return told


def unknown_migrations(found: Measure) -> list[str]:
    """Migrations in the data that this code does not have: the data are newer than the code."""
    known, apps = _of_this_code()
    return [f"{app}.{name}" for app, name in found.migrations if app in apps and (app, name) not in known]


def missing_migrations(found: Measure) -> list[str]:
    """Migrations of this code that the data have not seen."""
    known, _apps = _of_this_code()
    return [f"{app}.{name}" for app, name in sorted(known - set(found.migrations))]


def _of_this_code() -> tuple[set[tuple[str, str]], set[str]]:
    loader = MigrationLoader(None)
    return set(loader.disk_migrations), set(loader.migrated_apps)


def broken_promises(cursor: Any, *, has_schema_of_this_code: bool) -> list[str]:
    """The invariants that do not hold, in sentences. On an older schema only the audit chain can be asked."""
    if not has_schema_of_this_code:
        found = rows(cursor, audit.FINDINGS)
        return [f"core.audit_chain: {len(found):,} findings"] if found else []
    told = []
    for invariant in invariants.registered():
        cursor.execute(invariant.sql)
        if cursor.rowcount:
            told.append(f"{invariant.name}: {cursor.rowcount:,} violations. {invariant.sentence}")
    return told


def _counting(table: str) -> sql.Composed:
    return sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(table))
