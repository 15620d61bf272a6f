"""The data sets that tests may read and nobody may commit: beside the project, or where `MOM_SHARED_DATA` says."""

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_data(name: str) -> Path:
    """The folder or file `name` of the shared data. Skips the test, saying why, where it is not on this machine."""
    root = Path(os.environ.get("MOM_SHARED_DATA") or _BESIDE)
    path = root / name
    if not path.exists():
        pytest.skip(f"the shared data set {name} is not at {root}; set MOM_SHARED_DATA to where it is")
    return path
