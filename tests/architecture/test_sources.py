"""What no source file may hold: a second clock, a field list left open, a settings import, a foreign package."""

import ast
import sys
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, bench_files, relative, source_files, tree_of

CLOCKS = {
    ("timezone", "now"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
}
OWN_CLOCK = ROOT / "mom" / "core" / "clock.py"
RUNTIME = ROOT / "mom" / "runtime"


def clock_problems(name: str, tree: ast.AST) -> list[str]:
    """Reads of the time that don't go through mom.core.clock."""
    return [
        f"{name}:{node.lineno} reads the time by {node.value.id}.{node.attr}; mom.core.clock.now() is the only clock."
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and (node.value.id, node.attr) in CLOCKS
    ]


def told_clock_problems(name: str, tree: ast.AST) -> list[str]:
    """Places that let the clock tell another time; only the demo's past may."""
    return [
        f"{name}:{node.lineno} sets the clock; only mom.demo may."
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr == "telling") or _imports_telling(node)
    ]


def _imports_telling(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and any(each.name == "telling" for each in node.names)


def open_field_list_problems(name: str, tree: ast.AST) -> list[str]:
    """Serializers, forms and filters that show every field, also the one that comes tomorrow."""
    return [
        f"{name}:{node.lineno} leaves its list of fields open."
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id in {"fields", "exclude"} for target in node.targets)
        and (
            (isinstance(node.value, ast.Constant) and node.value.value == "__all__")
            or any(isinstance(target, ast.Name) and target.id == "exclude" for target in node.targets)
        )
    ]


def imported(tree: ast.AST) -> list[tuple[int, str]]:
    """Line and module of every import of a file."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.lineno, node.module or ""))
    return found


def without_functions(tree: ast.AST) -> ast.AST:
    """The part of a file that runs when it is imported."""

    class Cut(ast.NodeTransformer):
        def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
            return None

    return Cut().visit(ast.parse(ast.unparse(tree)))


def settings_import_problems(name: str, tree: ast.AST) -> list[str]:
    """Imports of the settings package; only DJANGO_SETTINGS_MODULE names it."""
    return [f"{name}:{line} imports {module}." for line, module in imported(tree) if module.startswith("mom.settings")]


def runtime_import_problems(name: str, tree: ast.AST) -> list[str]:
    """What loading the launcher imports beyond Python: it runs before anything is installed.

    What a function of it imports when the environment stands is its own affair.
    """
    allowed = sys.stdlib_module_names
    return [
        f"{name}:{line} imports {module}, which isn't there before the environment stands."
        for line, module in imported(without_functions(tree))
        if module.partition(".")[0] not in allowed and not module.startswith("mom.runtime")
    ]


def test_clock_is_read_in_one_place() -> None:
    files = [path for path in source_files() if path != OWN_CLOCK and RUNTIME not in path.parents]
    assert [problem for path in files for problem in clock_problems(relative(path), tree_of(path))] == []


def test_clock_is_set_by_the_demo_only() -> None:
    files = [path for path in source_files() if not path.is_relative_to(ROOT / "mom" / "demo") and path != OWN_CLOCK]
    assert [problem for path in files for problem in told_clock_problems(relative(path), tree_of(path))] == []


def test_field_list_is_closed() -> None:
    found = [problem for path in source_files() for problem in open_field_list_problems(relative(path), tree_of(path))]
    assert found == []


def test_settings_are_imported_by_settings_only() -> None:
    files = [path for path in [*source_files(), *bench_files()] if "settings" not in path.relative_to(ROOT).parts]
    files = [path for path in files if not path.name.startswith("test_settings")]
    assert [problem for path in files for problem in settings_import_problems(relative(path), tree_of(path))] == []


def test_launcher_needs_python_only() -> None:
    files = [ROOT / "manage.py", *sorted(RUNTIME.rglob("*.py"))]
    assert [problem for path in files for problem in runtime_import_problems(relative(path), tree_of(path))] == []


def test_project_package_is_empty() -> None:
    assert (ROOT / "mom" / "__init__.py").read_text().strip() == ""


def migration_name_problems(path: Path) -> list[str]:
    """A migration that Django named for us says nothing."""
    number, _, idea = path.stem.partition("_")
    is_named = number.isdigit() and idea and not idea.startswith(("auto", "initial", "alter_", "remove_"))
    return [] if is_named else [f"{path.parent.parent.name}/{path.name}: name the migration after its idea."]


def test_migration_is_named_after_its_idea() -> None:
    files = [*ROOT.glob("*/migrations/[0-9]*.py"), *ROOT.glob("mom/*/migrations/[0-9]*.py")]
    assert files
    assert [problem for path in files for problem in migration_name_problems(path)] == []


@pytest.mark.parametrize(
    ("check", "source"),
    [
        (clock_problems, "from django.utils import timezone\nnow = timezone.now()\n"),
        (told_clock_problems, "with clock.telling(then):\n    pass\n"),
        (told_clock_problems, "from mom.core.clock import telling\n"),
        (clock_problems, "import datetime as d\nfrom datetime import date\ntoday = date.today()\n"),
        (clock_problems, "class M:\n    at = DateTimeField(default=timezone.now)\n"),
        (open_field_list_problems, 'class S:\n    class Meta:\n        fields = "__all__"\n'),
        (open_field_list_problems, 'class S:\n    class Meta:\n        exclude = ["password"]\n'),
        (settings_import_problems, "from mom.settings.base import DEBUG\n"),
        (runtime_import_problems, "import django\n"),
        (runtime_import_problems, "from mom.core import clock\n"),
    ],
)
def test_source_check_finds_a_planted_one(check, source: str) -> None:
    assert check("seeded.py", ast.parse(source))


@pytest.mark.parametrize("name", ["0002_auto_20261124.py", "0001_initial.py", "0003_alter_user_email.py", "notes.py"])
def test_migration_check_finds_a_name_that_says_nothing(name: str) -> None:
    assert migration_name_problems(Path("work/migrations") / name)
