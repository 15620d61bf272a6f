"""`manage.py lock`: requirements*.txt from requirements*.in, hashed, for every platform, without addresses."""

import os
import subprocess

from mom.runtime.environment import index_settings, uv_command
from mom.runtime.messages import Refusal, step
from mom.runtime.places import CHECKOUT

NAMES = ("requirements", "requirements-dev", "requirements-boot")


def main(argv: list[str]) -> int:
    """Compile each lock; arguments go on to uv (`--upgrade`, `--upgrade-package NAME`)."""
    uv = uv_command()
    for name in NAMES:
        with step(f"Locking {name}.txt"):
            done = subprocess.run(
                [
                    str(uv),
                    "--system-certs",
                    "pip",
                    "compile",
                    "--quiet",
                    *_OPTIONS,
                    *argv,
                    f"{name}.in",
                    "-o",
                    f"{name}.txt",
                ],
                cwd=CHECKOUT,
                env={**os.environ, **_main_index(), "UV_NO_CONFIG": "1"},
                check=False,
            )
        if done.returncode != 0:
            raise Refusal(f"{name}.in could not be locked; {name}.txt is as it was.")
    return 0


def _main_index() -> dict[str, str]:
    """Only the main index: what extra folders of this machine offer is nobody else's business."""
    return {name: value for name, value in index_settings().items() if name == "UV_DEFAULT_INDEX"}


_OPTIONS = (
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-annotate",
    "--no-header",
)
