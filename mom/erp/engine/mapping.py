"""The mapping file: which column of a foreign file is which field, and how its text is read.

A mapping is YAML, versioned, and complete: nothing about a file is guessed that the mapping could say.
"""

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from mom.erp.engine.fields import FIELDS, REQUIRED, WORK_KINDS, FieldKind
from mom.erp.engine.patterns import LONGEST_PATTERN, bad_pattern
from mom.erp.engine.problems import BadMapping, Problem, ProblemCode
from mom.erp.engine.values import bad_duration_format, bad_moment_format

VERSION = 1
LONGEST_MAPPING = 65_536

ENCODINGS = ("utf-8", "utf-8-sig", "cp1252")


@dataclass(frozen=True)
class FieldMap:
    """How one canonical field is filled: from a column or a constant, through stated translations.

    In this order: fold white space, `damaged`, `replace`, `values`, `as_code`, `default` where the text is empty, and
    then the field's own kind.
    """

    name: str
    column: str | None = None
    constant: str | None = None
    default: str | None = None
    format: str = ""
    fold_whitespace: bool = True
    damaged: tuple[re.Pattern[str], ...] = ()
    replace: tuple[tuple[re.Pattern[str], str], ...] = ()
    values: Mapping[str, str] | None = None
    as_code: bool = False


@dataclass(frozen=True)
class FileShape:
    """How the file is written. `decimal` and `thousands` hold for every number in it."""

    format: str = "csv"
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    quote: str = '"'
    sheet: str = ""
    header_row: int = 1
    decimal: str = "."
    thousands: str = ""


@dataclass(frozen=True)
class ExecutionMapping:
    """A checked mapping. `source` is the name space of row identities: one per exporting system, for ever.

    `places` names the shared stations by code, with how many jobs each takes side by side; the rest are exclusive.
    """

    source: str
    title: str = ""
    file: FileShape = field(default_factory=FileShape)
    time_zone: str = ""
    ambiguous_time: str = "earlier"
    missing_time: str = "shift"
    orders: str = "completed"
    identity: tuple[str, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)
    fields: Mapping[str, FieldMap] = field(default_factory=dict)

    def columns(self) -> list[str]:
        """The columns that this mapping reads, each once, in the order of the canonical fields."""
        named = [self.fields[name].column for name in FIELDS if name in self.fields]
        return list(dict.fromkeys(column for column in named if column))

    def identity_columns(self) -> list[str]:
        """The columns whose raw texts are a row's identity: those stated, else all that are read, by name."""
        return sorted(self.identity or self.columns())


def load(text: str) -> ExecutionMapping:
    """Reads and checks a mapping. Raises: BadMapping with every problem found."""
    if len(text) > LONGEST_MAPPING:
        raise BadMapping([Problem(ProblemCode.MAPPING_TOO_LONG, "mapping", detail=str(LONGEST_MAPPING))])
    try:
        document = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader, see below
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "mapping"
        detail = str(getattr(error, "problem", "") or type(error).__name__)
        raise BadMapping([Problem(ProblemCode.MAPPING_NOT_YAML, where, detail=detail)]) from None
    return _Checker().mapping(document)


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class _StrictLoader(yaml.SafeLoader):
    """Safe YAML without aliases (they can blow up) and without a key given twice (one would be lost silently).

    Plain words stay text: `Yes`, `01` and `2012-01-02` are texts of the foreign file, not YAML's truths and dates.
    """

    yaml_implicit_resolvers: dict[str, Any] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="aliases are not allowed", problem_mark=event.start_mark)
        return super().compose_node(parent, index)

    def construct_scalar(self, node: Any) -> Any:
        text = super().construct_scalar(node)
        if isinstance(text, str) and _UNSTORABLE.search(text):  # written as an escape, so YAML lets it pass
            raise yaml.MarkedYAMLError(problem="NUL and half characters are not text", problem_mark=node.start_mark)
        return text

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value!r} stands twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^(?:0|[1-9][0-9]{0,8})$"), list("0123456789"))
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])


class _Checker:
    """Walks the document once and collects every problem before it raises."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def mapping(self, document: object) -> ExecutionMapping:
        known = ("mapping", "source", "title", "file", "time_zone", "ambiguous_time", "missing_time")
        top = self.table(document, "mapping", (*known, "orders", "identity", "places", "fields"))
        if not top:
            raise BadMapping(self.problems or [Problem(ProblemCode.MAPPING_NOT_A_TABLE, "mapping")])
        if top.get("mapping") != VERSION:
            self.bad("mapping", top.get("mapping"), str(VERSION))
        source = self.text(top, "source", "source", required=True)
        if source and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", source):
            self.bad("source", source, "letters, digits, . _ -")
        mapped = ExecutionMapping(
            source=source,
            title=self.text(top, "title", "title"),
            file=self.file(top.get("file", {})),
            time_zone=self.zone(top),
            ambiguous_time=self.choice(top, "ambiguous_time", "ambiguous_time", ("earlier", "later", "refuse")),
            missing_time=self.choice(top, "missing_time", "missing_time", ("shift", "refuse")),
            orders=self.choice(top, "orders", "orders", ("completed", "open")),
            identity=self.names(top.get("identity", []), "identity"),
            places=self.places(top.get("places", {})),
            fields=self.fields(top.get("fields")),
        )
        if self.problems:
            raise BadMapping(self.problems)
        return mapped

    def file(self, value: object) -> FileShape:
        keys = ("format", "encoding", "delimiter", "quote", "sheet", "header_row", "decimal", "thousands")
        table = self.table(value, "file", keys) or {}
        header_row = table.get("header_row", 1)
        if not isinstance(header_row, int) or isinstance(header_row, bool) or not 1 <= header_row <= 100:
            self.bad("file.header_row", header_row, "1 … 100")
            header_row = 1
        return FileShape(
            format=self.choice(table, "format", "file.format", ("csv", "xlsx")),
            encoding=self.choice(table, "encoding", "file.encoding", ("utf-8-sig", *ENCODINGS)),
            delimiter=self.choice(table, "delimiter", "file.delimiter", (",", ";", "\t", "|")),
            quote=self.choice(table, "quote", "file.quote", ('"', "'")),
            sheet=self.text(table, "sheet", "file.sheet"),
            header_row=header_row,
            decimal=self.choice(table, "decimal", "file.decimal", (".", ",")),
            thousands=self.choice(table, "thousands", "file.thousands", ("", ".", ",", " ", "'")),
        )

    def fields(self, value: object) -> dict[str, FieldMap]:
        table = self.table(value, "fields", tuple(FIELDS)) or {}
        for name in REQUIRED:
            if name not in table:
                self.problems.append(Problem(ProblemCode.MAPPING_KEY_MISSING, f"fields.{name}"))
        if "completed_at" not in table and "duration" not in table:
            self.problems.append(Problem(ProblemCode.MAPPING_KEY_MISSING, "fields.completed_at"))
        return {name: self.field(name, entry) for name, entry in table.items()}

    def field(self, name: str, entry: object) -> FieldMap:
        where = f"fields.{name}"
        if isinstance(entry, str):
            entry = {"column": entry}
        keys = ("column", "constant", "default", "format", "fold_whitespace", "damaged", "replace", "values", "as_code")
        table = self.table(entry, where, keys) or {}
        column, constant = self.text(table, "column", f"{where}.column"), self.scalar(table, "constant", where)
        if table and bool(column) == (constant is not None):
            self.problems.append(
                Problem(ProblemCode.MAPPING_KEY_MISSING, f"{where}.column", detail="column | constant")
            )
        found = FieldMap(
            name=name,
            column=column or None,
            constant=constant,
            default=self.scalar(table, "default", where),
            format=self.format(table, name, where),
            fold_whitespace=self.flag(table, "fold_whitespace", where, default=True),
            damaged=self.patterns(table.get("damaged", []), f"{where}.damaged"),
            replace=self.replacements(table.get("replace", []), f"{where}.replace"),
            values=self.translations(table.get("values"), f"{where}.values"),
            as_code=self.flag(table, "as_code", where, default=False),
        )
        if FIELDS.get(name) is FieldKind.CHOICE:
            given = [*(found.values or {}).values(), *([found.constant] if found.constant is not None else [])]
            for choice in (*given, *([found.default] if found.default is not None else [])):
                if choice not in WORK_KINDS:
                    self.bad(f"{where}.values", choice, ", ".join(WORK_KINDS))
        return found

    def format(self, table: Mapping[str, Any], name: str, where: str) -> str:
        text = self.text(table, "format", f"{where}.format")
        checks = {FieldKind.MOMENT: bad_moment_format, FieldKind.DURATION: bad_duration_format}
        check = checks.get(FIELDS.get(name, FieldKind.TEXT))
        if check is None:
            if text:
                self.problems.append(Problem(ProblemCode.MAPPING_KEY_UNKNOWN, f"{where}.format"))
            return ""
        if problem := check(text):
            self.bad(f"{where}.format", text, problem)
        return text

    def replacements(self, value: object, where: str) -> tuple[tuple[re.Pattern[str], str], ...]:
        found = []
        for number, entry in enumerate(self.sequence(value, where), start=1):
            table = self.table(entry, f"{where}[{number}]", ("pattern", "with")) or {}
            pattern = self.pattern(table.get("pattern"), f"{where}[{number}].pattern")
            replacement = table.get("with", "")
            if pattern is None or not isinstance(replacement, str):
                continue
            if len(replacement) > LONGEST_PATTERN:
                self.bad(f"{where}[{number}].with", replacement, f"0 … {LONGEST_PATTERN}")
                continue
            try:
                pattern.sub(replacement, "")
                re.compile(f"{pattern.pattern}|").sub(replacement, "")  # an empty match proves the group references
            except (re.error, IndexError) as error:
                self.problems.append(
                    Problem(ProblemCode.MAPPING_PATTERN_BAD, f"{where}[{number}].with", replacement, str(error))
                )
                continue
            found.append((pattern, replacement))
        return tuple(found)

    def patterns(self, value: object, where: str) -> tuple[re.Pattern[str], ...]:
        entries = [value] if isinstance(value, str) else self.sequence(value, where)
        return tuple(pattern for entry in entries if (pattern := self.pattern(entry, where)) is not None)

    def pattern(self, value: object, where: str) -> re.Pattern[str] | None:
        wrong = bad_pattern(value) if isinstance(value, str) else f"1 … {LONGEST_PATTERN}"
        if wrong:
            self.problems.append(Problem(ProblemCode.MAPPING_PATTERN_BAD, where, str(value)[:80], wrong))
            return None
        return re.compile(str(value))

    def translations(self, value: object, where: str) -> dict[str, str] | None:
        if value is None:
            return None
        if not isinstance(value, dict):
            self.bad(where, value, "text: text")
            return None
        return {_as_text(key): _as_text(word) for key, word in value.items()}

    def zone(self, top: Mapping[str, Any]) -> str:
        name = self.text(top, "time_zone", "time_zone")
        if name:
            try:
                ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                self.bad("time_zone", name, "Europe/Berlin")
        return name

    def places(self, value: object) -> dict[str, int]:
        if not isinstance(value, dict) or not all(isinstance(n, int) and 1 <= n <= 10_000 for n in value.values()):
            self.bad("places", value, "STATION: 2")
            return {}
        return {_as_text(code): number for code, number in value.items()}

    def names(self, value: object, where: str) -> tuple[str, ...]:
        found = self.sequence(value, where)
        for entry in found:
            if not isinstance(entry, str) or not entry.strip():
                self.bad(where, entry, "column names")
        return tuple(entry for entry in found if isinstance(entry, str))

    def table(self, value: object, where: str, keys: tuple[str, ...]) -> dict[str, Any] | None:
        if not isinstance(value, dict):
            self.problems.append(Problem(ProblemCode.MAPPING_NOT_A_TABLE, where, str(value)[:80]))
            return None
        for key in [key for key in value if key not in keys]:
            self.problems.append(Problem(ProblemCode.MAPPING_KEY_UNKNOWN, f"{where}.{key}", detail=", ".join(keys)))
        return {key: item for key, item in value.items() if key in keys}

    def sequence(self, value: object, where: str) -> list[Any]:
        if isinstance(value, list) and len(value) <= 100:
            return value
        self.bad(where, value, "[ … ]")
        return []

    def text(self, table: Mapping[str, Any], key: str, where: str, *, required: bool = False) -> str:
        value = table.get(key, "")
        if not isinstance(value, str):
            self.bad(where, value, "text")
            return ""
        if required and not value.strip():
            self.problems.append(Problem(ProblemCode.MAPPING_KEY_MISSING, where))
        return value

    def scalar(self, table: Mapping[str, Any], key: str, where: str) -> str | None:
        value = table.get(key)
        if value is None:
            return None
        if isinstance(value, dict | list):
            self.bad(f"{where}.{key}", value, "text")
            return None
        return _as_text(value)

    def flag(self, table: Mapping[str, Any], key: str, where: str, *, default: bool) -> bool:
        value = table.get(key, default)
        if not isinstance(value, bool):
            self.bad(f"{where}.{key}", value, "true, false")
            return default
        return value

    def choice(self, table: Mapping[str, Any], key: str, where: str, allowed: tuple[str, ...]) -> str:
        value = table.get(key, allowed[0])
        if value not in allowed:
            self.bad(where, value, " ".join(dict.fromkeys(repr(word) for word in allowed)))
            return allowed[0]
        return str(value)

    def bad(self, where: str, value: object, expected: str) -> None:
        self.problems.append(Problem(ProblemCode.MAPPING_VALUE_BAD, where, str(value)[:80], expected))


def _as_text(value: object) -> str:
    """A translation always means the text: the few values that YAML types here are spelled as they were written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
