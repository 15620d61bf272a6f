"""What can be wrong with a mapping, a file or a value, as stable codes; the sentences stand in `mom.erp.words`."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class ProblemCode(StrEnum):
    """Every reason an import gives. Codes are stored with the issue, so they never change their meaning."""

    # the mapping
    MAPPING_NOT_YAML = "mapping_not_yaml"
    MAPPING_TOO_LONG = "mapping_too_long"
    MAPPING_NOT_A_TABLE = "mapping_not_a_table"
    MAPPING_KEY_UNKNOWN = "mapping_key_unknown"
    MAPPING_KEY_MISSING = "mapping_key_missing"
    MAPPING_VALUE_BAD = "mapping_value_bad"
    MAPPING_PATTERN_BAD = "mapping_pattern_bad"
    # the whole file
    FILE_EMPTY = "file_empty"
    FILE_TOO_LARGE = "file_too_large"
    FILE_ENCODING = "file_encoding"
    FILE_NUL = "file_nul"
    FILE_NOT_CSV = "file_not_csv"
    FILE_NOT_XLSX = "file_not_xlsx"
    FILE_ARCHIVE_TOO_LARGE = "file_archive_too_large"
    FILE_FORMULA = "file_formula"
    FILE_SHEET_MISSING = "file_sheet_missing"
    FILE_COLUMN_MISSING = "file_column_missing"
    FILE_COLUMN_TWICE = "file_column_twice"
    FILE_TOO_MANY_ROWS = "file_too_many_rows"
    # one row: refused
    ROW_WIDTH = "row_width"
    VALUE_MISSING = "value_missing"
    VALUE_TOO_LONG = "value_too_long"
    VALUE_UNKNOWN = "value_unknown"
    NUMBER_BAD = "number_bad"
    NUMBER_NEGATIVE = "number_negative"
    DURATION_BAD = "duration_bad"
    TIME_BAD = "time_bad"
    TIME_AMBIGUOUS = "time_ambiguous"
    TIME_NOT_ON_CLOCK = "time_not_on_clock"
    END_BEFORE_START = "end_before_start"
    END_MISSING = "end_missing"
    UNIT_DIFFERS = "unit_differs"
    ORDER_OF_OTHER_DOMAIN = "order_of_other_domain"
    STANDS_TWICE = "stands_twice"
    WORD_UNKNOWN = "word_unknown"
    PROPERTY_BAD = "property_bad"
    NOT_THERE = "not_there"
    EXISTS_OTHERWISE = "exists_otherwise"
    NUMBER_ZERO = "number_zero"
    NUMBER_NOT_WHOLE = "number_not_whole"
    GROUP_REFUSED = "group_refused"
    GROUP_DIFFERS = "group_differs"
    OPERATION_MISSING = "operation_missing"
    CHARACTERISTIC_BAD = "characteristic_bad"
    # one row: taken, with a change that is reported
    DAMAGED_DROPPED = "damaged_dropped"
    TIME_AMBIGUOUS_TAKEN = "time_ambiguous_taken"
    TIME_SHIFTED = "time_shifted"
    ORDER_DIFFERS = "order_differs"


CHANGES = frozenset(
    {
        ProblemCode.DAMAGED_DROPPED,
        ProblemCode.TIME_AMBIGUOUS_TAKEN,
        ProblemCode.TIME_SHIFTED,
        ProblemCode.ORDER_DIFFERS,
    }
)
"""Problems that change a row but do not refuse it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where (a column, a line, a key of the mapping), the value met, what was expected."""

    code: ProblemCode
    where: str = ""
    value: str = ""
    detail: str = ""


class BadMapping(Exception):
    """The mapping cannot be used. All its problems at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{problem.where}: {problem.code}" for problem in problems))
        self.problems = list(problems)


class BrokenFile(Exception):
    """The file as a whole cannot be read, so none of its rows may take effect."""

    def __init__(self, code: ProblemCode, *, where: str = "", value: str = "", detail: str = "") -> None:
        super().__init__(f"{code} {where} {detail}".strip())
        self.problem = Problem(code, where, value, detail)


class RefusedValue(Exception):
    """A cell whose text does not say what its field needs."""

    def __init__(self, code: ProblemCode, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
