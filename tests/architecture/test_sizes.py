"""Files and functions stay small enough to read in one go."""

import ast
from pathlib import Path

from tests.architecture.house import bench_files, relative, source_files

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 60


def size_problems(name: str, source: str) -> list[str]:
    """What is too long in a file."""
    problems = []
    lines = source.count("\n") + 1
    if lines > MOST_LINES_OF_A_FILE:
        problems.append(f"{name} has {lines} lines; split it by noun (at most {MOST_LINES_OF_A_FILE}).")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MOST_LINES_OF_A_FUNCTION:
                problems.append(
                    f"{name}:{node.lineno} {node.name} has {length} lines (at most {MOST_LINES_OF_A_FUNCTION})."
                )
    return problems


def name_problems(path: Path) -> list[str]:
    """Names that say nothing."""
    return (
        [f"{relative(path)}: name it after what it does."]
        if path.stem in {"utils", "helpers", "misc", "common"}
        else []
    )


def test_file_and_function_fit_a_reader() -> None:
    files = [*source_files(), *bench_files()]
    assert [problem for path in files for problem in size_problems(relative(path), path.read_text())] == []


def test_file_is_named_after_what_it_does() -> None:
    assert [problem for path in source_files() for problem in name_problems(path)] == []


def test_size_check_finds_what_is_too_long() -> None:
    assert size_problems("long.py", "x = 1\n" * MOST_LINES_OF_A_FILE)
    assert size_problems("f.py", "def f():\n" + "    x = 1\n" * MOST_LINES_OF_A_FUNCTION)
    assert not size_problems("short.py", "def f():\n    return 1\n")


def test_name_check_finds_a_drawer() -> None:
    from tests.architecture.house import ROOT

    assert name_problems(ROOT / "mom" / "core" / "utils.py")
