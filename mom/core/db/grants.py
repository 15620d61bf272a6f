"""What the application's database role may do follows from the models: all rows, but never those that only grow.

Two roles (reliability, P21): the owner migrates, `app` works. Where there is no role `app`, the triggers still guard.
"""

from typing import Any

from django.apps import AppConfig
from django.db import connections, models

from mom.core.db.triggers import AppendOnly, KeptByDatabase, NoDelete, WrittenByDatabase

APPLICATION_ROLE = "app"


def grant_to_application(sender: AppConfig, using: str, **_kwargs: Any) -> None:
    """After the migrations of an app, give the role `app` its rights on that app's tables."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s AND rolname <> current_user", [APPLICATION_ROLE])
        if cursor.fetchone() is None:
            return
        tables = set(connection.introspection.table_names(cursor))
        quote = connection.ops.quote_name
        for model in sender.get_models(include_auto_created=True):
            table = model._meta.db_table
            if table not in tables or not model._meta.managed:
                continue
            cursor.execute(f"REVOKE ALL ON {quote(table)} FROM {APPLICATION_ROLE}")
            cursor.execute(f"GRANT {rights(model)} ON {quote(table)} TO {APPLICATION_ROLE}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {APPLICATION_ROLE}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APPLICATION_ROLE}")


def rights(model: type[models.Model]) -> str:
    """The rights of the application on a model's table; TRUNCATE is in none of them."""
    guards = getattr(model._meta, "triggers", ())
    if any(isinstance(guard, WrittenByDatabase) for guard in guards):
        return "SELECT"
    if any(isinstance(guard, AppendOnly | KeptByDatabase) for guard in guards):
        return "SELECT, INSERT"
    if any(isinstance(guard, NoDelete) for guard in guards):
        return "SELECT, INSERT, UPDATE"
    return "SELECT, INSERT, UPDATE, DELETE"
