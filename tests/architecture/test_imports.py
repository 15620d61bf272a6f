"""The import contracts hold, and each of them is seen to break."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.house import PACKAGES, ROOT, contracts

# One violation for each contract: the module that imports, and what it writes.
SEEDS = {
    "storeys": ("mom/plant/seeded.py", "import mom.work.models"),
    "rooms": ("mom/plant/selectors/seeded.py", "import mom.plant.services"),
    "engine-purity": ("mom/work/engine/seeded.py", "from django.db import models"),
    "events-purity": ("mom/events/seeded.py", "import django"),
    "runtime-alone": ("mom/core/seeded.py", "import mom.runtime"),
    "accounts-services": ("mom/plant/services/seeded.py", "import mom.accounts.services"),
    "plant-services": ("mom/work/services/seeded.py", "import mom.plant.services"),
    "work-services": ("production/services/seeded.py", "import mom.work.services"),
    "floor-services": ("analytics/services/seeded_floor.py", "import mom.floor.services"),
    "production-door": ("mom/erp/services/seeded.py", "import production.models"),
    "maintenance-door": ("mom/erp/services/seeded_maintenance.py", "import maintenance.apps"),
    "quality-door": ("mom/erp/services/seeded_quality.py", "import quality.apps"),
    "inventory-door": ("mom/erp/services/seeded_inventory.py", "import inventory.apps"),
    "analytics-reads": ("analytics/services/seeded.py", "import production.services"),
}
LINT = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"]


def lint(folder: Path) -> str:
    """What import-linter says about the house in that folder."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200", "NO_COLOR": "1"}
    done = subprocess.run(LINT, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.fixture
def seeded_house(tmp_path: Path) -> Path:
    """A copy of the house with every seed planted."""
    for package in PACKAGES:
        keep = shutil.ignore_patterns("static", "templates", "locale", "__pycache__", "migrations")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=keep)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path, statement in SEEDS.values():
        seed = tmp_path / path
        seed.parent.mkdir(parents=True, exist_ok=True)
        for folder in [seed.parent, *seed.parent.parents]:
            if folder == tmp_path:
                break
            (folder / "__init__.py").touch()
        seed.write_text(statement + "\n")
    return tmp_path


def test_imports_keep_every_contract() -> None:
    report = lint(ROOT)
    assert f"{len(contracts())} kept, 0 broken" in report, report


def test_imports_break_every_contract_where_seeded(seeded_house: Path) -> None:
    assert set(SEEDS) == set(contracts()), "Each contract has one seed."
    report = " ".join(lint(seeded_house).split())
    kept = [name for name, contract in contracts().items() if f"{contract['name']} BROKEN" not in report]
    assert kept == [], report


def test_imports_hold_no_exception_but_the_doors() -> None:
    exceptions = {name: contract.get("ignore_imports", []) for name, contract in contracts().items()}
    doors = {f"{app}-door": [f"** -> {app}.public"] for app in ("production", "maintenance", "quality", "inventory")}
    assert {name: found for name, found in exceptions.items() if found} == doors
