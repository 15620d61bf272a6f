"""What the application's database role may do follows from the models: all rows, but never those that only grow.

Two roles (reliability, P21): the owner migrates, `app` works. Where there is no role `app`, the triggers still guard.
"""

from typing import Any

from django.apps import AppConfig
from django.db import connections

from mom.core.db.triggers import AppendOnly

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
            cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {quote(table)} TO {APPLICATION_ROLE}")
            if any(isinstance(trigger, AppendOnly) for trigger in getattr(model._meta, "triggers", ())):
                cursor.execute("SELECT core_protect(%s::regclass)", [quote(table)])
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {APPLICATION_ROLE}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APPLICATION_ROLE}")
