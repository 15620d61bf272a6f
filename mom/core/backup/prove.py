"""The proof: a backup restored into a database of its own beside the living one, compared, asked and thrown away."""

import json
import re
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _
from psycopg2 import sql

from mom.core import clock
from mom.core.backup import manifest as written
from mom.core.backup import programs
from mom.core.backup.make import DATABASE, Tell, tell_nobody
from mom.core.backup.manifest import Manifest
from mom.core.backup.measure import broken_promises, differences, measure, missing_migrations
from mom.core.backup.server import Server, may_create
from mom.core.errors import Unavailable

APPLICATION = "app"
_QUICK = "-c synchronous_commit=off -c maintenance_work_mem=256MB"


@dataclass(frozen=True)
class Proof:
    """What a restore of the backup showed; `findings` is empty where all is as it was."""

    at: datetime
    findings: tuple[str, ...]
    seconds: float
    asked_everything: bool
    """Whether every invariant was asked; on an older schema only the counts and the audit chain are."""


def prove(server: Server, directory: Path, manifest: Manifest, tell: Tell = tell_nobody) -> Proof:
    """Restore, compare, ask the invariants, drop; the result is also written into the backup's folder.

    Raises: Unavailable where the role may not make a database, ProgramFailed, and whatever `tell` raises.
    """
    begun = time.monotonic()
    scratch = scratch_name(server.database, "proof")
    forget_scratch(server)
    try:
        put_back(server, directory, manifest, scratch, tell)
        tell(90, _("Comparing"))
        with server.named(scratch).cursor() as cursor:
            found = measure(cursor)
            is_current = not missing_migrations(found)
            told = differences(manifest.measure, found)
            told += broken_promises(cursor, has_schema_of_this_code=is_current)
    finally:
        server.drop(scratch)
    proof = Proof(clock.now(), tuple(told), round(time.monotonic() - begun, 2), is_current)
    body = {"at": proof.at.isoformat(), "findings": told, "seconds": proof.seconds, "asked_everything": is_current}
    written.write_synced(directory / written.PROOF, json.dumps(body, indent=1))
    return proof


def put_back(server: Server, directory: Path, manifest: Manifest, name: str, tell: Tell = tell_nobody) -> Server:
    """Make the database `name` from a backup, with the application's rights on it.

    Raises: Unavailable where the role may not make a database, ProgramFailed.
    """
    if not may_create(server):
        raise Unavailable(
            _(
                "The role that owns the tables may not make databases, so no backup can be proven or restored. "
                "As the server's administrator: ALTER ROLE owner CREATEDB; GRANT pg_signal_backend TO owner;"
            ),
            code="no_createdb",
        )
    major, _version = server.version()
    used = programs.find(max(major, manifest.programs))
    tell(60, _("Restoring"))
    fresh = server.create(name)
    has_application = _open_to_application(fresh)
    arguments = [f"--jobs={programs.JOBS}", "--no-owner", "--no-comments", "--no-tablespaces", f"--dbname={name}"]
    arguments += [] if _knows_roles(fresh, manifest) else ["--no-privileges"]
    beat = programs.every(1, lambda: tell(70, _("Restoring")))
    used.run("pg_restore", [*arguments, str(directory / DATABASE)], fresh.environment(_QUICK), beat)
    _close_functions(fresh, manifest, has_application=has_application)
    return fresh


def _knows_roles(fresh: Server, manifest: Manifest) -> bool:
    """Whether every role that holds rights in the backup is here; else the migrations give the rights anew."""
    with fresh.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles")
        return set(manifest.measure.roles) <= {name for (name,) in cursor.fetchall()}


def _close_functions(fresh: Server, manifest: Manifest, *, has_application: bool) -> None:
    """What not everybody may call stays so on a server with other roles too."""
    with fresh.cursor() as cursor:
        for signature in manifest.measure.closed:
            cursor.execute("SELECT %s::regprocedure", [signature])  # only a function that is there gets into the text
            function = sql.SQL(cursor.fetchone()[0])
            cursor.execute(sql.SQL("REVOKE ALL ON FUNCTION {} FROM PUBLIC").format(function))
            if has_application:
                cursor.execute(
                    sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(function, sql.Identifier(APPLICATION))
                )


def scratch_name(database: str, purpose: str) -> str:
    """The name of a database that we may drop."""
    return f"{database[:40]}_{purpose}"


def forget_scratch(server: Server) -> None:
    """Drop what a killed proof or restore left; the caller holds the lock of backups."""
    for name in server.names_like(re.escape(server.database[:40]) + "_(proof|restoring)"):
        server.drop(name)


def _open_to_application(fresh: Server) -> bool:
    """Let the role of the application in, as `roles.sql` does; says whether there is one."""
    with fresh.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, 1 FROM pg_roles WHERE rolname = %s AND rolname <> current_user", [APPLICATION]
        )
        found = cursor.fetchone()
        if found is None:
            return False
        app, us = sql.Identifier(APPLICATION), sql.Identifier(found[0])
        for statement in (
            sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(sql.Identifier(fresh.database), app),
            sql.SQL("REVOKE ALL ON SCHEMA public FROM PUBLIC"),
            sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(app),
            sql.SQL(
                "ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA public"
                " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}"
            ).format(us, app),
            sql.SQL(
                "ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {}"
            ).format(us, app),
        ):
            cursor.execute(statement)
    return True
