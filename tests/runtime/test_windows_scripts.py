"""The Windows scripts agree with the commands and paths of the product. They are read, not run: no Windows is here."""

import re

import pytest

from mom.runtime import front, install_service
from mom.runtime.places import CHECKOUT

FOLDER = CHECKOUT / "deploy" / "windows"


@pytest.mark.parametrize("name", ["install.ps1", "uninstall.ps1"])
def test_script_calls_commands_and_options_that_exist(name: str) -> None:
    text = (FOLDER / name).read_text()
    called = re.findall(r"manage\.py ([a-z-]+)((?: --?[a-z-]+(?: \$\w+)?)*)", text)
    assert called
    for command, options in called:
        assert command in front.COMMANDS
        if command == "install-service":
            arguments = [part.replace("$User", "mom") for part in options.split()]
            install_service._options(arguments)
    assert "NOT TESTED BY US" in text


def test_script_is_plain_ascii_with_balanced_brackets() -> None:
    for path in FOLDER.glob("*.ps1"):
        text = path.read_text(encoding="ascii")  # Windows PowerShell reads other bytes by the system's code page
        for opening, closing in ("{}", "()"):
            assert text.count(opening) == text.count(closing), path.name
