"""What the walls are measured on: the storeys, the apps, the source files."""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("mom", "production", "quality", "maintenance", "inventory", "analytics")


@cache
def contracts() -> dict[str, dict[str, object]]:
    """The import contracts of pyproject.toml by id."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return {contract["id"]: contract for contract in project["tool"]["importlinter"]["contracts"]}


@cache
def storey_of_app() -> dict[str, int]:
    """App label -> its storey, 0 at the bottom; read from the import contract, so that both say the same."""
    layers = contracts()["storeys"]["layers"]
    assert isinstance(layers, list)
    storeys = {}
    for storey, layer in enumerate(reversed(layers)):
        for module in layer.split("|"):
            storeys[module.strip(" ()").rpartition(".")[2]] = storey
    return storeys


def source_files() -> Iterator[Path]:
    """Every Python file of the product, migrations left out."""
    for package in PACKAGES:
        yield from sorted(path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts)
    yield ROOT / "manage.py"


def bench_files() -> Iterator[Path]:
    """Every Python file of the tests and benchmarks."""
    for folder in ("tests", "benchmarks"):
        yield from sorted((ROOT / folder).rglob("*.py"))


def templates() -> Iterator[Path]:
    """Every template, wherever an app keeps it."""
    yield from sorted((ROOT / "templates").rglob("*.html"))
    for package in PACKAGES:
        yield from sorted((ROOT / package).glob("**/templates/**/*.html"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))
