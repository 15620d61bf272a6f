"""Query sets whose SQL is worked out once a process, and planned once a connection, instead of once a request.

Building, compiling and planning a query set with its joins costs several times what the database takes to answer it.
What an act reads by a key, again and again, is prepared:

    _JOB = Prepared(lambda pk: JobOrder.objects.select_related("site").filter(pk=pk))

    job_order = _JOB.first(pk=17)

The builder is called once, with a placeholder for each of its parameters; a placeholder stands where a filter takes one
plain value (no None, no model's row), and `one_of(keys)` where it takes a list of keys (`pk__in`). Rows come out as the
query set would give them, without prefetches.
"""

import inspect
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Expression, Model, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.query import ModelIterable, get_related_populators

from mom.core.db.instances import maker, related
from mom.core.db.statements import Statement
from mom.core.db.transactions import require_transaction

Row = TypeVar("Row", bound=Model)


class _Placeholder(Expression):
    """A value that is not known yet; the database takes its type from what it is compared with.

    It is its own mark among the parameters of the compiled statement.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, _compiler: Any, _connection: Any) -> Any:
        return "%s", [self]

    def __deepcopy__(self, _memo: Any) -> "_Placeholder":
        return self


def one_of(keys: Any, kind: str = "bigint") -> RawSQL:
    """A placeholder for a list of keys, or of another `kind` of the database, to stand behind `__in`."""
    return RawSQL(f"SELECT unnest(%s::{kind}[])", [keys])  # noqa: S611 - a kind of ours


# Of a subquery the server knows nothing and may read the whole table for it; an array it looks up in the index.
_KEYS = re.compile(r"IN \(SELECT unnest\((%\(\w+\)s::\w+\[\])\)\)")


class _Compiled:
    """The statement, and how its columns become objects: what `ModelIterable` finds out anew each time."""

    def __init__(self, queryset: QuerySet[Any]) -> None:
        if queryset._prefetch_related_lookups:  # type: ignore[attr-defined]
            raise ValueError("A prepared query set has no prefetches.")
        if queryset._iterable_class is not ModelIterable:
            raise ValueError("A prepared query set gives whole rows.")
        compiler = queryset.query.get_compiler(using=connection.alias)
        self.statement = _statement(compiler, queryset.model._meta.db_table)
        self.locks = queryset.query.select_for_update
        select, klass_info = compiler.select, compiler.klass_info
        self.compiler = compiler
        self.converters = compiler.get_converters([column[0] for column in select])
        start, end = klass_info["select_fields"][0], klass_info["select_fields"][-1] + 1
        self.make = maker(klass_info["model"], [column[0].target.attname for column in select[start:end]], start, end)
        populators = get_related_populators(klass_info, select, connection.alias)  # type: ignore[call-arg]  # of Django 6
        self.populators = related(populators)
        self.annotations = list((compiler.annotation_col_map or {}).items())

    def rows(self, values: dict[str, Any]) -> Iterator[Any]:
        """The rows for these values."""
        if self.locks:
            require_transaction()
        found: Any = self.statement.rows(values)
        converted = self.compiler.apply_converters(found, self.converters) if self.converters else found
        for row in converted:
            instance = self.make(row)
            for populator in self.populators:
                populator.populate(row, instance)
            for name, column in self.annotations:
                setattr(instance, name, row[column])
            yield instance


def _statement(compiler: Any, table: str) -> Statement:
    """What a compiler made, its constants written into it and its placeholders named."""
    sql, parameters = compiler.as_sql()
    with connection.cursor() as cursor:
        constants = [
            f"%({each.name})s"
            if isinstance(each, _Placeholder)
            else cursor.mogrify("%s", [each]).decode().replace("%", "%%")
            for each in parameters
        ]
    # The compiler wrote %% for a percent sign, which is to stay so.
    whole = sql.replace("%%", "%%%%") % tuple(constants)
    return Statement(_KEYS.sub(r"= ANY (\1)", whole), table)


class Prepared(Generic[Row]):
    """A query set to be read again and again with other values. Built at its first use, for models must be there."""

    def __init__(self, build: Callable[..., QuerySet[Row]]) -> None:
        self._build = build
        self._compiled: _Compiled | None = None
        self._compiling = threading.Lock()

    def rows(self, **values: Any) -> list[Row]:
        """Every row, in the order of the query set."""
        return list(self._statement().rows(values))

    def first(self, **values: Any) -> Row | None:
        """The first row, or None. The query set itself says how many the database is asked for."""
        return next(self._statement().rows(values), None)

    def _statement(self) -> _Compiled:
        if self._compiled is None:
            with self._compiling:
                names = inspect.signature(self._build).parameters
                self._compiled = self._compiled or _Compiled(
                    self._build(**{name: _Placeholder(name) for name in names})
                )
        return self._compiled
