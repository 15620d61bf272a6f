"""Guards that live in the database, declared beside the model in `Meta.triggers`.

They call the ground's own functions (migration `0001_ground`) or, with a body of their own, are written by `GuardSql`;
never the wrappers that pgtrigger writes, because those can be switched off by any session that sets `pgtrigger.ignore`.
"""

from collections.abc import Sequence
from typing import Any

import pgtrigger
import pgtrigger.compiler
from django.db import models

from mom.core.db.guard_sql import GuardSql

_UNUSED_BODY = "RETURN NULL;"


def _columns(model: type[models.Model], names: Sequence[str]) -> list[str]:
    by_name = {field.name: str(field.column) for field in model._meta.local_concrete_fields}
    missing = set(names) - set(by_name)
    if missing:
        raise TypeError(f"{model.__name__} has no column of its own for {', '.join(sorted(missing))}.")
    return [by_name[name] for name in names]


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class _GroundTrigger(pgtrigger.Trigger):
    """A trigger that runs a function of the ground with fixed arguments."""

    function: str = ""
    func = _UNUSED_BODY

    def arguments(self, model: type[models.Model]) -> Sequence[str]:
        return ()

    def render_execute(self, model: Any) -> str:
        return f"{self.function}({', '.join(_literal(argument) for argument in self.arguments(model))})"


class Guard(pgtrigger.Trigger):
    """A trigger with a body of its own. It runs with the owner's rights, and nobody can switch it off."""

    def compile(self, model: Any) -> pgtrigger.compiler.Trigger:
        written = super().compile(model)
        return pgtrigger.compiler.Trigger(name=written.name, sql=GuardSql.of(written.sql))


class History(_GroundTrigger):
    """Keeps every version of a row in `core_rowversion`, with who and why; refuses a write that names no actor.

    `ignore`: fields whose change is no change (a last sign-in). `redact`: fields whose change is kept, but not their
    value (a password). `needs_reason`: a change or deletion must also say why. Bulk statements, raw SQL and COPY are
    caught too.
    """

    name = "history"
    when = pgtrigger.After
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete
    function = "core_row_history"

    def __init__(
        self, *, ignore: Sequence[str] = (), redact: Sequence[str] = (), needs_reason: bool = False, **kwargs: Any
    ) -> None:
        self.ignore, self.redact, self.needs_reason = tuple(ignore), tuple(redact), needs_reason
        super().__init__(**kwargs)

    def arguments(self, model: type[models.Model]) -> Sequence[str]:
        (key,) = _columns(model, [model._meta.pk.name if model._meta.pk else "primary key"])
        ignored, redacted = (",".join(_columns(model, names)) for names in (self.ignore, self.redact))
        return (key, ignored, redacted, "reason" if self.needs_reason else "")


class AppendOnly(_GroundTrigger):
    """Refuses UPDATE, DELETE and TRUNCATE: what is written stays. The `app` role loses those grants as well."""

    name = "append_only"
    level = pgtrigger.Statement
    when = pgtrigger.Before
    operation = pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate
    function = "core_append_only"


class WrittenByDatabase(AppendOnly):
    """Only grows, and only a trigger of ours lets it grow: the `app` role may read it and nothing else."""


class NoDelete(_GroundTrigger):
    """Refuses DELETE and TRUNCATE of rows that change only as their other guards allow."""

    name = "no_delete"
    level = pgtrigger.Statement
    when = pgtrigger.Before
    operation = pgtrigger.Delete | pgtrigger.Truncate
    function = "core_append_only"


class KeptByDatabase(Guard):
    """Figures that only triggers of ours move: whoever makes the row may set none of them, and nobody may change one.

    The `app` role may read and make rows, and nothing else. `fields` start at zero.
    """

    name = "kept_by_database"
    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete

    def __init__(self, *, fields: Sequence[str], **kwargs: Any) -> None:
        self.fields = tuple(fields)
        super().__init__(**kwargs)

    def get_func(self, model: Any) -> str:
        columns = _columns(model, self.fields)
        is_set = " OR ".join(f'NEW."{column}" <> 0' for column in columns)
        # Depth 1 is this trigger, fired by a statement of a session; deeper, by another trigger.
        return f"""
            IF pg_trigger_depth() < 2 AND (TG_OP <> 'INSERT' OR {is_set}) THEN
                RAISE EXCEPTION '% is kept by the database: % is refused. Add to the ledger.', TG_TABLE_NAME, TG_OP
                    USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_kept_by_database',
                        TABLE = TG_TABLE_NAME;
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """


class Frozen(_GroundTrigger):
    """Refuses a change of the named fields, always or `when` a condition in SQL over OLD and NEW holds."""

    name = "frozen"
    when = pgtrigger.Before
    operation = pgtrigger.Update
    function = "core_frozen"

    def __init__(self, *, fields: Sequence[str], when: str = "", **kwargs: Any) -> None:
        self.fields, self.holds_when = tuple(fields), when
        super().__init__(**kwargs)

    def arguments(self, model: type[models.Model]) -> Sequence[str]:
        return (", ".join(_columns(model, self.fields)),)

    def get_condition(self, model: Any) -> pgtrigger.Condition:
        changed = " OR ".join(
            f'OLD."{column}" IS DISTINCT FROM NEW."{column}"' for column in _columns(model, self.fields)
        )
        return pgtrigger.Condition(f"(({self.holds_when or 'true'}) AND ({changed}))")
