"""The stylesheet keeps its promises: contrast in both themes, the two dark blocks in step, and weight."""

import gzip
import re
from pathlib import Path

import django_htmx
import pytest

import mom.core

STATIC = Path(mom.core.__file__).parent / "static" / "mom"
CSS = (STATIC / "mom.css").read_text()
SURFACES = ("bg", "surface", "surface-2", "sunken", "accent-soft", "warn-soft", "bad-soft", "info-soft")
STATES = ("run", "idle", "setup", "plan", "down", "off")
ON_SURFACE = (
    "st-run",
    "st-idle",
    "st-setup",
    "st-plan",
    "st-down",
    "st-off",
    "warn-solid",
    "bad-solid",
    "ok",
    "c-1",
    "accent",
    "focus",
)
TEXTS = [
    *[("text", ground) for ground in SURFACES],
    *[("text-2", ground) for ground in ("bg", "surface", "sunken", "warn-soft", "bad-soft", "accent-soft")],
    *[("text-3", ground) for ground in SURFACES if ground != "info-soft"],
    *[("accent-text", ground) for ground in ("surface", "accent-soft", "bg")],
    *[("on-accent", ground) for ground in ("accent", "accent-hover")],
    *[(tone, ground) for tone in ("ok", "warn", "bad", "info") for ground in ("surface", f"{tone}-soft", "bg")],
    *[(f"st-{state}-text", ground) for state in STATES for ground in ("surface", f"st-{state}-soft")],
    *[(f"st-{state}-on", f"st-{state}") for state in ("idle", "setup", "down")],
    ("on-bad", "bad-solid"),
    ("on-warn", "warn-solid"),
]
MARKS = [*[(mark, "surface") for mark in ON_SURFACE], ("c-1", "sunken"), ("focus", "bg")]


def tokens(start: str) -> dict[str, str]:
    """The colours of one block of the stylesheet."""
    block = CSS[CSS.index(start) :]
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", block[block.index("{") : block.index("}")]))


LIGHT = tokens(":root, [data-theme")
DARK = LIGHT | tokens('[data-theme="dark"] {')
AUTO = LIGHT | tokens(":root:not([data-theme]) {")


def luminance(colour: str) -> float:
    """Source: WCAG 2.2, relative luminance."""
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Source: WCAG 2.2, contrast ratio."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_stylesheet_text_and_marks_have_contrast(theme: dict[str, str]) -> None:
    weak = [
        (pair, need)
        for pairs, need in ((TEXTS, 4.5), (MARKS, 3.0))
        for pair in pairs
        if contrast(theme[pair[0]], theme[pair[1]]) < need
    ]
    assert weak == []


def test_contrast_of_a_weak_pair_is_seen() -> None:
    assert contrast("#ffffff", "#b9c1cb") < 4.5
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_stylesheet_dark_by_choice_and_by_device_are_the_same() -> None:
    assert DARK == AUTO


def test_stylesheet_and_scripts_stay_light() -> None:
    htmx = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"
    scripts = sum(len(gzip.compress(path.read_bytes())) for path in [htmx, *STATIC.glob("js/*.js")])
    assert len(gzip.compress(CSS.encode())) < 20_000
    assert scripts < 60_000


def test_sprite_has_every_symbol_once() -> None:
    names = re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text())
    assert len(names) == len(set(names))
    assert {"g-run", "g-idle", "g-setup", "g-plan", "g-down", "g-off", "g-warn", "g-ok", "g-info"} <= set(names)
