"""The sentence for each problem of an import: the fact first, then what to do."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mom.erp.engine.problems import Problem, ProblemCode

SENTENCES: Mapping[ProblemCode, Promise] = {
    ProblemCode.MAPPING_NOT_YAML: _("The mapping is not valid YAML (%(where)s): %(detail)s."),
    ProblemCode.MAPPING_TOO_LONG: _("The mapping is longer than %(detail)s characters."),
    ProblemCode.MAPPING_NOT_A_TABLE: _("%(where)s must be a table of keys and values, not “%(value)s”."),
    ProblemCode.MAPPING_KEY_UNKNOWN: _("%(where)s is not a key of a mapping. Known here: %(detail)s."),
    ProblemCode.MAPPING_KEY_MISSING: _("%(where)s is missing. %(detail)s"),
    ProblemCode.MAPPING_VALUE_BAD: _("%(where)s cannot be “%(value)s”. Expected: %(detail)s."),
    ProblemCode.MAPPING_PATTERN_BAD: _("%(where)s is not a usable pattern (“%(value)s”): %(detail)s."),
    ProblemCode.FILE_EMPTY: _("The file has no header and no rows."),
    ProblemCode.FILE_TOO_LARGE: _("The file is larger than %(detail)s MB. Export a shorter period."),
    ProblemCode.FILE_ENCODING: _(
        "Line %(where)s is not %(value)s (found %(detail)s). State the file's encoding in the mapping or save it again."
    ),
    ProblemCode.FILE_NUL: _("There is a NUL character at %(where)s. The file is damaged or not a text file."),
    ProblemCode.FILE_NOT_CSV: _("The file cannot be read as CSV from line %(where)s: %(detail)s."),
    ProblemCode.FILE_NOT_XLSX: _("The file cannot be read as an XLSX workbook (%(detail)s)."),
    ProblemCode.FILE_ARCHIVE_TOO_LARGE: _(
        "The workbook unpacks to more than is allowed: %(value)s, at most %(detail)s."
    ),
    ProblemCode.FILE_FORMULA: _("Cell %(where)s holds a formula (%(value)s). Save the sheet with values only."),
    ProblemCode.FILE_SHEET_MISSING: _("There is no sheet “%(value)s”. The workbook has: %(detail)s."),
    ProblemCode.FILE_COLUMN_MISSING: _("The file has no column “%(value)s”. It has: %(detail)s."),
    ProblemCode.FILE_COLUMN_TWICE: _(
        "The column “%(value)s” stands twice in the header, so nobody can tell which is meant."
    ),
    ProblemCode.FILE_TOO_MANY_ROWS: _("The file has more than %(detail)s rows. Export a shorter period."),
    ProblemCode.ROW_WIDTH: _("The row has %(value)s cells, the header has %(detail)s."),
    ProblemCode.VALUE_MISSING: _("A value is needed here."),
    ProblemCode.VALUE_TOO_LONG: _("The text is longer than %(detail)s characters."),
    ProblemCode.VALUE_UNKNOWN: _("“%(value)s” is not known. Translate it in the mapping to one of: %(detail)s."),
    ProblemCode.NUMBER_BAD: _("“%(value)s” is not a number like %(detail)s."),
    ProblemCode.NUMBER_NEGATIVE: _("%(value)s is less than zero. A correction is a reversal, not a negative report."),
    ProblemCode.DURATION_BAD: _("“%(value)s” is not a duration (%(detail)s)."),
    ProblemCode.TIME_BAD: _("“%(value)s” is not a time in the form %(detail)s."),
    ProblemCode.TIME_AMBIGUOUS: _("The clock showed %(value)s twice that day, and the mapping refuses such times."),
    ProblemCode.TIME_NOT_ON_CLOCK: _("The clock jumped over %(value)s that day, and the mapping refuses such times."),
    ProblemCode.END_BEFORE_START: _("The work ends (%(value)s) before it starts."),
    ProblemCode.END_MISSING: _("The row has neither an end nor a duration."),
    ProblemCode.UNIT_DIFFERS: _("The unit is %(value)s, the material is kept in %(detail)s."),
    ProblemCode.ORDER_OF_OTHER_DOMAIN: _(
        "%(value)s is an order of another kind here (%(detail)s), so no production report of it."
    ),
    ProblemCode.WORD_UNKNOWN: _("“%(value)s” is not known here. Known: %(detail)s."),
    ProblemCode.PROPERTY_BAD: _("“%(value)s” does not fit the property. %(detail)s"),
    ProblemCode.STANDS_TWICE: _("“%(value)s” stands in line %(detail)s already. Keep one of the two."),
    ProblemCode.NOT_THERE: _("There is no %(detail)s “%(value)s” yet. Bring it in first, or correct the cell."),
    ProblemCode.EXISTS_OTHERWISE: _(
        "“%(value)s” is there already with other values (%(detail)s). Change it on its page."
    ),
    ProblemCode.NUMBER_ZERO: _("A quantity must be more than zero."),
    ProblemCode.NUMBER_NOT_WHOLE: _("Pieces are whole: %(value)s is a part of one."),
    ProblemCode.GROUP_REFUSED: _("“%(value)s” is not taken as long as line %(detail)s is wrong. Mend that line."),
    ProblemCode.GROUP_DIFFERS: _(
        "%(where)s is “%(value)s” here and something else in line %(detail)s. Make them the same."
    ),
    ProblemCode.OPERATION_MISSING: _("Name the operation. A row without number and name belongs to the row above it."),
    ProblemCode.CHARACTERISTIC_BAD: _("%(detail)s"),
    ProblemCode.DAMAGED_DROPPED: _("“%(value)s” is damaged. The row is taken without it; a lost time counts as zero."),
    ProblemCode.TIME_AMBIGUOUS_TAKEN: _(
        "The clock showed %(value)s twice that day. The mapping says which one is taken."
    ),
    ProblemCode.TIME_SHIFTED: _("The clock jumped over %(value)s that day. It is read as the time after the jump."),
    ProblemCode.ORDER_DIFFERS: _(
        "The order says “%(value)s” here and “%(detail)s” elsewhere. The most frequent one is taken."
    ),
}


def sentence(problem: Problem) -> str:
    """The problem in words, in the language that is active."""
    words = {"where": problem.where, "value": problem.value, "detail": problem.detail}
    return str(SENTENCES[problem.code]) % words
