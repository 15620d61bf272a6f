"""`manage.py reset`: delete the embedded servers' data and everything else MOM keeps, after asking."""

import shutil
import sys

from mom.runtime.messages import Refusal, say
from mom.runtime.places import Places, data_places, homes_of_tests
from mom.runtime.postgres import data_homes
from mom.runtime.stop import stop_running


def main(argv: list[str]) -> int:
    """Returns 0 when all is gone, 1 when the answer was no."""
    if argv not in ([], ["--yes"]):
        raise Refusal("`reset` takes no arguments but --yes.")
    places = data_places()
    if not argv and not _agreed(places):
        say("Nothing was deleted")
        return 1
    stop_running(places)
    delete(places)
    if (places.data / "backups").is_dir():
        say(f"Backups stay in {places.data / 'backups'}: delete them yourself if you don't want them")
    say("Deleted; `python3 manage.py run` starts over")
    return 0


def delete(places: Places) -> None:
    """Delete what we made in the data directory, piece by piece: the directory may be one that the user named."""
    of_tests = homes_of_tests(places.data)
    directories = (places.broker, places.log, places.pids, places.files)
    clusters = [home for each in (places.data, *of_tests) for home in data_homes(Places(each).postgres)]
    for directory in (*clusters, *directories, *of_tests):
        shutil.rmtree(directory, ignore_errors=True)
        shutil.rmtree(directory.with_name(f"{directory.name}.unfinished"), ignore_errors=True)
    files = (places.secret_key, places.state, places.migrated, places.demo_signins, places.begun, places.start_code)
    for file in (*files, *places.data.glob("beat-schedule*")):
        file.unlink(missing_ok=True)


def _agreed(places: Places) -> bool:
    """Raises: Refusal where nobody can be asked."""
    if not sys.stdin.isatty():
        raise Refusal("`reset` deletes all data and nobody can be asked here: say so with --yes.")
    print(f"This deletes the embedded database and every file that MOM keeps in {places.data}.")
    return input("Delete all data? Type yes: ").strip().lower() == "yes"
