"""The rules of accessibility, asked in the page that stands: only what is broken comes back."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
# What holds is not sent: for a page with tables it is megabytes. The script is put into each page once.
ASK = """async options => (await axe.run(document, options)).violations
    .map(rule => `${rule.id}: ${JSON.stringify(rule.nodes[0].target)} ${rule.nodes[0].failureSummary}`)"""


def broken_rules(page: "Page") -> list[str]:
    """What axe-core finds, with the first element of each. The page's policy of scripts must be passed by."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_script())
    found: list[str] = page.evaluate(ASK, RULES)
    return found


@cache
def _script() -> str:
    package = find_spec("axe_playwright_python")
    assert package is not None
    assert package.origin is not None
    return (Path(package.origin).parent / "axe.min.js").read_text()
