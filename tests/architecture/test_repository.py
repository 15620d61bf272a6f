"""What the repository may hold: no foreign data, no addresses of package registries, no request to third parties."""

import re
import subprocess
from itertools import islice
from pathlib import Path

import pytest

from tests.architecture.house import PACKAGES, ROOT, relative, templates

SHARED_DATA = ROOT.parent / "shared" / "data"
LOCKS = ("requirements.txt", "requirements-dev.txt")
ABSOLUTE = re.compile(r"""(?:https?:|["'(=\s])//[a-z0-9][a-z0-9.-]*\.[a-z]{2,}[^\s"')]*""", re.IGNORECASE)
NAMESPACE = "www.w3.org/"  # an XML name, never fetched


def third_party_problems(name: str, text: str) -> list[str]:
    """Addresses of other hosts that a page or its style would ask for."""
    bare = re.sub(r"/\*.*?\*/|\{#.*?#\}|<!--.*?-->", "", text, flags=re.DOTALL)
    return [f"{name} names {found.strip()}." for found in ABSOLUTE.findall(bare) if NAMESPACE not in found]


def lock_problems(name: str, text: str) -> list[str]:
    """Addresses in a lock file, and requirements without a hash."""
    problems = []
    if "://" in text or re.search(r"^--(index|extra-index|find-links|trusted-host)", text, re.MULTILINE):
        problems.append(f"{name} holds an address; the installer's own configuration says where packages come from.")
    entries = re.split(r"\n(?=[a-z0-9])", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    problems += [f"{name}: {e.split()[0]} has no hash." for e in entries if e.strip() and "--hash=sha256:" not in e]
    return problems


def copied_lines(text: str, known: set[str]) -> list[str]:
    """Lines of a file that stand in a shared data set."""
    return sorted({line.strip() for line in text.splitlines()} & known)


def tracked_files() -> list[Path]:
    """What git keeps of this project."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("This is no git checkout.")
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def static_files() -> list[Path]:
    """Styles and scripts of our own."""
    return [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).glob("**/static/**/*"))
        if path.suffix in {".css", ".js", ".svg"}
    ]


def test_page_asks_no_third_party() -> None:
    files = [*templates(), *static_files()]
    assert [problem for path in files for problem in third_party_problems(relative(path), path.read_text())] == []


@pytest.mark.parametrize("name", LOCKS)
def test_lock_has_hashes_and_no_address(name: str) -> None:
    assert lock_problems(name, (ROOT / name).read_text()) == []


def test_repository_holds_nothing_of_the_shared_data() -> None:
    if not SHARED_DATA.is_dir():
        pytest.skip("The shared data sets are not on this machine.")
    data = [path for path in SHARED_DATA.rglob("*") if path.is_file()]
    sizes = {path.stat().st_size: path for path in data if path.stat().st_size > 200}
    known: set[str] = set()
    for path in data:
        if path.suffix in {".csv", ".tsv", ".txt"}:
            with path.open(errors="replace") as lines:  # the first line names columns, which mappings name too
                known.update(line.strip() for line in islice(lines, 1, 5_000) if len(line) > 60)
    problems = []
    for path in tracked_files():
        twin = sizes.get(path.stat().st_size)
        if twin is not None and twin.read_bytes() == path.read_bytes():
            problems.append(f"{relative(path)} is {twin.name}.")
        elif path.suffix not in {".woff2", ".png"}:
            problems += [f"{relative(path)}: {line}" for line in copied_lines(path.read_text(errors="replace"), known)]
    assert problems == []


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example.com/htmx.js"></script>',
        '<link href="//fonts.example.com/css" rel="stylesheet">',
        "@import url(https://fonts.example.com/inter.css);",
    ],
)
def test_third_party_check_finds_a_request(text: str) -> None:
    assert third_party_problems("seeded.html", text)


def test_third_party_check_lets_own_addresses_through() -> None:
    text = '<svg xmlns="http://www.w3.org/2000/svg"><a href="/orders/">{# https://docs.example.com #}</a></svg>'
    assert not third_party_problems("seeded.html", text)


def test_lock_check_finds_an_address_and_a_missing_hash() -> None:
    assert lock_problems("seeded", "--index-url https://packages.example.com/simple\n")
    assert lock_problems("seeded", "django==5.2.1\n")
    assert not lock_problems("seeded", "django==5.2.1 \\\n    --hash=sha256:0123\n")


def test_copy_check_finds_a_line() -> None:
    assert copied_lines("a header\n  one long line of a data set \n", {"one long line of a data set"})
