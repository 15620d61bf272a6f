"""The service: an ordinary user's, started at boot, shown before it is done, refused politely where it can't be."""

import os
import plistlib
import pwd
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mom.runtime import install_service
from mom.runtime.messages import Refusal


@pytest.fixture
def ordinary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An ordinary user whose home is empty, on a machine with systemd; what would be run is only noted."""
    ran = tmp_path / "ran"
    found = pwd.getpwuid(os.geteuid())
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(
        pwd, "getpwuid", lambda _uid: pwd.struct_passwd(("mira", "x", 1000, 1000, "", str(tmp_path), "/bin/sh"))
    )
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(install_service, "SYSTEMD_RUNS", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda _name: "/bin/systemctl")
    monkeypatch.setattr(sys, "platform", "linux")

    def run(command: list[str], **_options: object) -> "subprocess.CompletedProcess[str]":
        with ran.open("a") as file:
            file.write(" ".join(command) + "\n")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setenv("MOM_DATA_DIR", str(tmp_path / "my data"))
    monkeypatch.setenv("PORT", "8123")
    monkeypatch.setenv("SECRET_KEY", 'hush "and" $hush')
    assert found.pw_name
    return tmp_path


def test_dry_run_shows_everything_and_does_nothing(ordinary: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert install_service.main(["--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "nothing is done now" in told
    for part in ("mom.service", "loginctl enable-linger mira", "systemctl --user enable --now", "Restart=on-failure"):
        assert part in told
    assert "hush" not in told
    assert not (ordinary / "ran").exists()
    assert not (ordinary / ".config").exists()


def test_ordinary_user_gets_a_unit_of_his_own_with_linger(ordinary: Path) -> None:
    assert install_service.main([]) == 0
    unit = (ordinary / ".config" / "systemd" / "user" / "mom.service").read_text()
    assert "User=" not in unit
    assert "WantedBy=default.target" in unit
    assert " run\n" in unit
    assert (ordinary / "ran").read_text().splitlines() == [
        "systemctl --user daemon-reload",
        "loginctl enable-linger mira",
        "systemctl --user enable --now mom.service",
    ]


def test_settings_are_kept_for_their_owner_alone(ordinary: Path) -> None:
    install_service.main([])
    settings = ordinary / "my data" / "service.env"
    assert stat.S_IMODE(settings.stat().st_mode) == 0o600
    lines = settings.read_text().splitlines()
    assert 'PORT="8123"' in lines
    assert 'SECRET_KEY="hush \\"and\\" \\$hush"' in lines
    assert f'MOM_DATA_DIR="{ordinary / "my data"}"' in lines


def test_uninstall_stops_it_and_leaves_the_data(ordinary: Path) -> None:
    install_service.main([])
    (ordinary / "my data" / "postgres").mkdir()
    install_service.main(["--uninstall"])
    assert not (ordinary / ".config" / "systemd" / "user" / "mom.service").exists()
    assert not (ordinary / "my data" / "service.env").exists()
    assert (ordinary / "my data" / "postgres").is_dir()
    assert "systemctl --user disable --now mom.service" in (ordinary / "ran").read_text()


def test_failed_step_says_what_an_administrator_has_to_do(ordinary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **_options: object) -> "subprocess.CompletedProcess[str]":
        return subprocess.CompletedProcess(command, int(command[0] == "loginctl"), "", "Access denied")

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(Refusal, match=r"(?s)Access denied.*sudo loginctl enable-linger mira"):
        install_service.main([])


def test_service_of_root_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(Refusal, match="more than MOM needs"):
        install_service.main(["--dry-run", "--user", "root"])
    with pytest.raises(Refusal, match="no user nobody-of-that-name"):
        install_service.main(["--dry-run", "--user", "nobody-of-that-name"])


def test_root_installs_a_system_unit_for_the_owner_of_the_checkout(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout = tmp_path / "100 % mom"
    checkout.mkdir()
    owner = pwd.struct_passwd(("mom", "x", checkout.stat().st_uid or 998, 998, "", "/home/mom", "/bin/sh"))
    os.chown(checkout, owner.pw_uid, -1) if os.geteuid() == 0 else None
    monkeypatch.setattr(pwd, "getpwuid", lambda _uid: owner)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(install_service, "CHECKOUT", checkout)
    monkeypatch.setattr(install_service, "MANAGE", checkout / "manage.py")
    monkeypatch.setattr(sys, "platform", "linux")
    install_service.main(["--dry-run"])
    told = capsys.readouterr().out
    assert "/etc/systemd/system/mom.service" in told
    assert "User=mom\n" in told
    assert "100 %% mom" in told
    assert "WantedBy=multi-user.target" in told


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_unit_is_one_that_systemd_understands(tmp_path: Path) -> None:
    unit = tmp_path / "mom.service"
    unit.write_text(install_service._unit("daemon", tmp_path / "service.env"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    complaints = [line for line in done.stderr.splitlines() if "mom.service" in line and "Failed to open" not in line]
    assert complaints == []


def test_machine_without_systemd_is_told_what_to_do(ordinary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install_service, "SYSTEMD_RUNS", ordinary / "not there")
    with pytest.raises(Refusal, match=r"(?s)not started by systemd.*manage.py'? run"):
        install_service.main([])


def test_windows_is_sent_to_its_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(Refusal, match=r"deploy/windows/install\.ps1"):
        install_service.main([])


def test_macos_gets_a_property_list(
    ordinary: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert install_service.main([]) == 0
    body = plistlib.loads((ordinary / "Library" / "LaunchAgents" / "org.mom.mom.plist").read_bytes())
    assert body["ProgramArguments"][-1] == "run"
    assert body["KeepAlive"] == {"SuccessfulExit": False}
    assert "launchctl bootstrap gui/1000" in (ordinary / "ran").read_text()
    install_service.main(["--dry-run"])
    assert "hush" not in capsys.readouterr().out
