"""`manage.py status`: how it is. Of a stack that runs it asks everything; of one that doesn't, what lies on disk."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from mom.runtime.places import Places, data_places
from mom.runtime.run import read_state

LEAST_FREE = 2_000_000_000  # bytes


def main(argv: list[str]) -> int:
    """Returns 0 where all is well, 1 where a line says that something is wrong."""
    places = data_places()
    if os.environ.get("DATABASE_URL") or read_state(places) is not None:
        from mom.runtime.django_command import execute  # it imports Django

        return execute(["status", *argv])
    lines = at_rest(places)
    if "--json" in argv:
        print(json.dumps({"ok": False, "lines": lines}, indent=1))
    else:
        for line in lines:
            print(f"{line['state']:5} {line['label']}: {line['text']}" + (f" {line['todo']}" if line["todo"] else ""))
    return 1


def at_rest(places: Places) -> list[dict[str, Any]]:
    """What can be known while nothing runs: that it doesn't, the disk, the last backup."""
    lines = [_line("running", "Running", "bad", "MOM does not run here.", "Start it: python3 manage.py run")]
    existing = next(path for path in (places.data, *places.data.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    is_low = free < LEAST_FREE
    todo = "Make room or move MOM_DATA_DIR." if is_low else ""
    lines.append(_line("disk", "Disk", "bad" if is_low else "ok", f"{free / 1e9:.1f} GB free in {places.data}.", todo))
    lines.append(_last_backup(backup_directory(places)))
    return lines


def backup_directory(places: Places) -> Path:
    """Where backups lie: the same rule as in the settings."""
    return Path(os.environ.get("BACKUP_DIR", "").strip() or places.data / "backups")


def backups(directory: Path) -> list[dict[str, Any]]:
    """The whole backups below a directory as their manifests say, newest first, each with its `proof`."""
    found = []
    for manifest in directory.glob("*/manifest.json") if directory.is_dir() else ():
        if not manifest.parent.name.endswith(".unfinished"):
            told = _read(manifest)
            if told:
                found.append({**told, "proof": _read(manifest.with_name("proof.json"))})
    return sorted(found, key=lambda told: str(told.get("started_at")), reverse=True)


def _last_backup(directory: Path) -> dict[str, Any]:
    found = backups(directory)
    if not found:
        return _line("backup", "Backup", "bad", f"There is no backup in {directory}.", "Make one: manage.py backup")
    newest = found[0]
    is_proven = newest["proof"].get("findings") == []
    text = f"{newest['name']}, {'proven by a restore' if is_proven else 'not proven'}."
    return _line("backup", "Backup", "ok" if is_proven else "warn", text, "" if is_proven else "manage.py backup")


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError):
        return {}


def _line(key: str, label: str, state: str, text: str, todo: str = "") -> dict[str, Any]:
    return {"key": key, "label": label, "state": state, "text": text, "todo": todo}
