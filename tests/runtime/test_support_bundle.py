"""The support bundle: what a helper needs, and none of the secrets that were sown everywhere."""

import json
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mom.runtime import support_bundle
from mom.runtime.messages import Refusal
from mom.runtime.support_bundle import Veil

KEY = "zK3-the_secret_key_of_this_plant_0123456789abcdefABCDEF"
PEPPER = "pepper9zzz8yyy7xxx6www5vvv4uuu3ttt2sss1rrr"
OWNER_PASSWORD = "0wner-pass"
SOWN = {
    "secret key": KEY,
    "pepper": PEPPER,
    "database password": "Str0ng+pass",
    "owner's password": OWNER_PASSWORD,
    "broker's password": "f00dbabe" * 6,
    "environment's secret": "env-only-secret-that-nobody-may-see-1234567890123456",
    "API token": "mom_Hq3kZt9vB1xN7cL5sJ2wYp8rT4dF6gA0eU3iO9mK1nV",
    "e-mail address": "mira.lindqvist@norrtal.example",
    "PIN": "730462",
    "session": "k3j4h5g6f7d8s9a0q1w2e3r4t5y6u7i8",
    "demo password": "norrtal-2026-demo",
    "setup code": "blue-heron-seven-lamp",
    "bearer": "bearer-badge-secret",
}


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory whose files and logs hold every secret."""
    home = tmp_path / "data"
    (home / "log").mkdir(parents=True)
    (home / "broker").mkdir()
    (home / "secret_key").write_text(KEY)
    (home / "pin_pepper").write_text(PEPPER)
    (home / "broker" / "password").write_text(SOWN["broker's password"])
    (home / "demo_signins").write_text(
        f"  planner  {SOWN['demo password']}  Mira\n badge X or a name, PIN {SOWN['PIN']}\n"
    )
    (home / "start_code").write_text(SOWN["setup code"] + "\n")
    lines = [f"{name} went wrong: {value}" for name, value in SOWN.items() if name != "bearer"]
    lines += [
        f"connecting to postgresql://app:{SOWN['database password']}@db/mom",
        f"connecting to postgresql://owner:{OWNER_PASSWORD}@db/mom",
        f"Authorization: Bearer {SOWN['bearer']}",
        '{"password": "Str0ng+pass", "pin": "999888", "kept": "the job WO-24118 at CNC-04"}',
        "a traceback line",
    ]
    (home / "log" / "web.log").write_text("\n".join(lines))
    monkeypatch.setenv("MOM_DATA_DIR", str(home))
    monkeypatch.setenv("SECRET_KEY", SOWN["environment's secret"])
    monkeypatch.setenv("DATABASE_URL", f"postgresql://app:{SOWN['database password']}@db/mom")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner:0wner-pass@db/mom")
    monkeypatch.setenv("PORT", "8123")
    return home


@pytest.fixture
def packed(plant: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[zipfile.ZipFile]:
    said = json.dumps({"ok": False, "lines": [{"text": f"mail {SOWN['e-mail address']}, key {KEY}"}]})
    monkeypatch.setattr(support_bundle, "_said", lambda *_arguments: said)
    target = tmp_path / "bundle.zip"
    assert support_bundle.main([str(target)]) == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with zipfile.ZipFile(target) as archive:
        yield archive


@pytest.mark.parametrize("name", SOWN)
def test_bundle_holds_no_secret(packed: zipfile.ZipFile, name: str) -> None:
    for inside in packed.namelist():
        text = packed.read(inside).decode()
        assert SOWN[name] not in text, inside
        assert SOWN[name].upper() not in text.upper()
    assert SOWN[name].encode() not in Path(str(packed.filename)).read_bytes()


def test_bundle_holds_what_a_helper_needs(packed: zipfile.ZipFile) -> None:
    assert {"versions.json", "settings.json", "status.json", "backups.json", "log/web.log"} <= set(packed.namelist())
    log = packed.read("log/web.log").decode()
    assert "a traceback line" in log
    assert "the job WO-24118 at CNC-04" in log
    settings = json.loads(packed.read("settings.json"))
    assert settings["open"]["PORT"] == "8123"
    assert "SECRET_KEY" in settings["set, not shown"]
    assert "SOURCE_URL" in settings["not set"]
    assert json.loads(packed.read("versions.json"))["mom"]


def test_bundle_is_packed_where_nothing_runs(plant: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(support_bundle, "_said", lambda *_arguments: "The database does not answer.")
    target = tmp_path / "bundle.zip"
    assert support_bundle.main([str(target)]) == 0
    with zipfile.ZipFile(target) as archive:
        told = json.loads(archive.read("status.json"))
    assert told["said"] == "The database does not answer."
    assert [line["key"] for line in told["lines"]] == ["running", "disk", "backup"]


def test_bundle_overwrites_nothing(plant: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(support_bundle, "_said", lambda *_arguments: "")
    (tmp_path / "bundle.zip").write_text("mine")
    with pytest.raises(Refusal, match="can't be written"):
        support_bundle.main([str(tmp_path / "bundle.zip")])
    assert (tmp_path / "bundle.zip").read_text() == "mine"


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-16 10:42 job WO-24118 on CNC-04 ended after 18 min",
        "relation core_auditentry has 5409 rows",
        'File "/srv/mom/mom/core/relay.py", line 192, in deliver',
        "psycopg2.errors.UniqueViolation: duplicate key value violates unique constraint",
    ],
)
def test_veil_leaves_what_is_no_secret(text: str) -> None:
    assert Veil({KEY}).over(text) == text
