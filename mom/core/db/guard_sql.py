"""How a guard with a body of its own is written into the database. Migrations name it: never change it, add another."""

from typing import Any

from pgtrigger.compiler import UpsertTriggerSql


class GuardSql(UpsertTriggerSql):
    """A trigger that no session can switch off, in place of pgtrigger's own, which asks `pgtrigger.ignore` first.

    It runs with the rights of the tables' owner, so that a total may move with its ledger although the application may
    not write it. `pg_temp` stands last in the path, else a temporary table could take the place of one of ours.
    """

    def get_template(self) -> str:
        """The statements; the names in braces are those of pgtrigger's template."""
        return """
            CREATE OR REPLACE FUNCTION {pgid}() RETURNS TRIGGER LANGUAGE plpgsql
            SECURITY DEFINER SET search_path = public, pg_temp AS $$
                {declare}
                BEGIN
                    {func}
                END;
            $$;

            DROP TRIGGER IF EXISTS {pgid} ON {table};
            CREATE {constraint} TRIGGER {pgid}
                {when} {operation} ON {table}
                {timing}
                {referencing}
                FOR EACH {level} {condition}
                EXECUTE PROCEDURE {execute};

            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """

    @classmethod
    def of(cls, sql: UpsertTriggerSql) -> "GuardSql":
        """The same trigger, written this way."""
        kwargs: dict[str, Any] = {name: value for name, value in sql.kwargs.items() if name != "ignore_func_name"}
        return cls(**kwargs)
