"""A mapping is checked as a whole: every mistake is named at once, with the place where it stands."""

from pathlib import Path

import pytest

from mom.erp.engine import mapping as mappings
from mom.erp.engine.problems import BadMapping, ProblemCode
from mom.erp.words import SENTENCES, sentence

SHIPPED = Path(mappings.__file__).resolve().parents[1] / "mappings"
LEAST = """
mapping: 1
source: erp
fields: {order: Order, operation: Step, started_at: Start, completed_at: End}
"""


def problems_of(text: str) -> dict[str, ProblemCode]:
    with pytest.raises(BadMapping) as caught:
        mappings.load(text)
    assert all(sentence(problem) for problem in caught.value.problems)
    return {problem.where: problem.code for problem in caught.value.problems}


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yml")), ids=lambda path: path.stem)
def test_mapping_load_takes_shipped_one(path: Path) -> None:
    assert mappings.load(path.read_text()).source


def test_mapping_load_fills_defaults() -> None:
    mapping = mappings.load(LEAST)
    assert (mapping.file.format, mapping.file.encoding, mapping.orders) == ("csv", "utf-8-sig", "completed")
    assert mapping.identity_columns() == ["End", "Order", "Start", "Step"]


def test_mapping_load_names_every_mistake_at_once() -> None:
    text = """
mapping: 2
source: "two words"
colour: red
time_zone: Mars/Olympus
file: {encoding: utf-7, decimal: ";"}
fields:
  order: {column: Order, constant: A}
  operation: {column: Step, replace: [{pattern: "(", with: ""}, {pattern: "a", with: '\\9'}]}
  started_at: {column: Start, format: "%A %d"}
  duration: {column: Span, format: fortnights}
  report_kind: {column: Kind, values: {S: sleeping}}
  good: {column: Good, format: "%d"}
  bogus: X
"""
    assert problems_of(text) == {
        "mapping": ProblemCode.MAPPING_VALUE_BAD,
        "source": ProblemCode.MAPPING_VALUE_BAD,
        "mapping.colour": ProblemCode.MAPPING_KEY_UNKNOWN,
        "time_zone": ProblemCode.MAPPING_VALUE_BAD,
        "file.encoding": ProblemCode.MAPPING_VALUE_BAD,
        "file.decimal": ProblemCode.MAPPING_VALUE_BAD,
        "fields.order.column": ProblemCode.MAPPING_KEY_MISSING,
        "fields.operation.replace[1].pattern": ProblemCode.MAPPING_PATTERN_BAD,
        "fields.operation.replace[2].with": ProblemCode.MAPPING_PATTERN_BAD,
        "fields.started_at.format": ProblemCode.MAPPING_VALUE_BAD,
        "fields.duration.format": ProblemCode.MAPPING_VALUE_BAD,
        "fields.report_kind.values": ProblemCode.MAPPING_VALUE_BAD,
        "fields.good.format": ProblemCode.MAPPING_KEY_UNKNOWN,
        "fields.bogus": ProblemCode.MAPPING_KEY_UNKNOWN,
    }


def test_mapping_load_demands_what_a_report_needs() -> None:
    assert set(problems_of("{mapping: 1, source: erp, fields: {good: Good}}")) == {
        "fields.order",
        "fields.operation",
        "fields.started_at",
        "fields.completed_at",
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", ProblemCode.MAPPING_NOT_A_TABLE),
        ("- a list", ProblemCode.MAPPING_NOT_A_TABLE),
        ("source: [", ProblemCode.MAPPING_NOT_YAML),
        ("source: a\nsource: b", ProblemCode.MAPPING_NOT_YAML),
        ("a: &x [1]\nb: *x", ProblemCode.MAPPING_NOT_YAML),
        ("a: !!python/object/apply:os.system [id]", ProblemCode.MAPPING_NOT_YAML),
        ("[" * 5_000, ProblemCode.MAPPING_NOT_YAML),
        ("#" * 70_000, ProblemCode.MAPPING_TOO_LONG),
    ],
)
def test_mapping_load_refuses_what_is_no_mapping(text: str, code: ProblemCode) -> None:
    assert code in problems_of(text).values()


def test_mapping_load_leaves_plain_words_as_text() -> None:
    text = LEAST.replace(
        "fields: {", "fields: {rework: {column: R, values: {Yes: true, no: false, 01: true, 1: true}}, "
    )
    assert mappings.load(text).fields["rework"].values == {"Yes": "true", "no": "false", "01": "true", "1": "true"}


def test_problem_codes_have_a_sentence_each() -> None:
    assert set(SENTENCES) == set(ProblemCode)


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$",
        r"(a|b1|c22)*$",
        r"(x?)+y",
        r"((\d{1,9}){1,9}){1,9}$",
        r".*.*.*.*=",
        "a?" * 13 + "a" * 13,
        r"(\w+)(?:,\1)*$",
    ],
)
def test_mapping_load_refuses_pattern_that_may_run_for_ages(pattern: str) -> None:
    text = LEAST.replace(
        "operation: Step", f"operation: {{column: Step, replace: [{{pattern: '{pattern}', with: ''}}]}}"
    )
    assert problems_of(text) == {"fields.operation.replace[1].pattern": ProblemCode.MAPPING_PATTERN_BAD}


@pytest.mark.parametrize("pattern", [r"^.*?(Machine \d+).*$", r"^(?i:setup)(?: -)? ", r"^(?:\d{3}){1,4}$", "^1899/"])
def test_mapping_load_takes_pattern_of_a_real_log(pattern: str) -> None:
    assert mappings.load(LEAST.replace("operation: Step", f"operation: {{column: Step, damaged: ['{pattern}']}}"))


@pytest.mark.parametrize("escape", ["\\0", "\\ud800", "\\U0000dfff"])
def test_mapping_load_refuses_what_no_database_stores(escape: str) -> None:
    text = LEAST.replace("operation: Step", f'operation: {{column: Step, default: "Turn{escape}"}}')
    assert set(problems_of(text).values()) == {ProblemCode.MAPPING_NOT_YAML}
