"""The small parts of a page as HTML: icon, glyph, state, mark, tag, avatar, progress. Never colour alone.

Larger parts are templates in `templates/_components/`. `mom.core.templatetags.mom` offers both to templates.
"""

import datetime as dt
from typing import Any

from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mom.core import clock
from mom.core.web import printing

Text = str | Promise

STATES = {
    "run": gettext_lazy("Running"),
    "idle": gettext_lazy("Waiting"),
    "setup": gettext_lazy("Setup"),
    "plan": gettext_lazy("Planned stop"),
    "down": gettext_lazy("Down"),
    "off": gettext_lazy("No signal"),
}
TONES = {"bad": "down", "warn": "warn", "ok": "ok", "info": "info"}  # tone -> shape


def icon(name: str, size: str = "") -> SafeString:
    """A line icon from the sprite, hidden from screen readers; `size` is "", "s", "l" or "xl"."""
    css = f"icon icon--{size}" if size else "icon"
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" aria-hidden="true"><use href="{}#i-{}"/></svg>', css, sprite(), name
    )


def glyph(name: str) -> SafeString:
    """A state or severity shape from the sprite."""
    return format_html(
        '<svg class="glyph" viewBox="0 0 16 16" aria-hidden="true"><use href="{}#g-{}"/></svg>', sprite(), name
    )


def sprite() -> str:
    """The address of the icon sprite."""
    return static("mom/icons.svg")


def state_word(code: str) -> str:
    """The word of a machine state; "" for none."""
    return str(STATES.get(code, ""))


def running_since(started: dt.datetime, look: str = "dur", *, face: bool = False) -> SafeString:
    """How long something has lasted; it counts on by itself on a live page, with `face` as 18:04."""
    length = max(dt.timedelta(0), clock.now() - started)
    words = printing.duration(length)
    return format_html(
        '<span class="{}" data-since="{}"{}>{}</span>',
        look,
        int(started.timestamp()),
        SafeString(" data-face") if face else "",
        words,
    )


def state(
    code: str, text: Text = "", since: dt.timedelta | dt.datetime | str | None = None, look: str = ""
) -> SafeString:
    """A machine state with its shape, word and duration, which counts on if `since` is the instant it began.

    `look` is "", "pill" or "solid".
    """
    tail: Any = ""
    if isinstance(since, dt.datetime):
        tail = format_html(" {}", running_since(since))
    elif since is not None and since != "":
        tail = format_html(
            ' <span class="dur">{}</span>', since if isinstance(since, str) else printing.duration(since)
        )
    css = f"state state--{look}" if look else "state"
    word = text or state_word(code)
    return format_html('<span class="{}" data-state="{}">{}{}{}</span>', css, code, glyph(code), word, tail)


def mark(tone: str, text: Text) -> SafeString:
    """A severity mark: shape and words ("bad", "warn", "ok", "info")."""
    return format_html('<span class="mark mark--{}">{}{}</span>', tone, glyph(TONES[tone]), text)


def tag(text: Text, tone: str = "") -> SafeString:
    """A short word on a tinted ground; a toned one carries its shape."""
    if not tone:
        return format_html('<span class="tag">{}</span>', text)
    return format_html('<span class="tag tag--{}">{}{}</span>', tone, glyph(TONES[tone]), text)


def initials(name: str) -> str:
    """The two letters on an avatar: "Mira Lindqvist" is ML, "ID4882" is 82, "Line" is LI."""
    words = name.split()
    if len(words) > 1:
        return (words[0][:1] + words[-1][:1]).upper()
    word = words[0] if words else ""
    return (word[-2:] if word[-2:].isdigit() else word[:2]).upper()


def avatar(name: str, small: bool = False) -> SafeString:
    """A person's initials; the name itself stands beside it, so it is hidden from screen readers."""
    return format_html(
        '<span class="avatar{}" aria-hidden="true">{}</span>', " avatar--s" if small else "", initials(name)
    )


def progress(
    value: Any, expected: Any = None, of: Any = 100, status: str = "", label: Text = "", look: str = ""
) -> SafeString:
    """A bar of `value` of `of` with a tick where it should be by now; `label` says both numbers to screen readers."""
    whole = float(of or 0)
    share = [
        None if each is None else min(100.0, max(0.0, float(each) / whole * 100)) if whole else 0.0
        for each in (value, expected)
    ]
    tick = format_html('<b style="--x:{}"></b>', f"{share[1]:.1f}") if share[1] is not None else ""
    spoken = label or _("%(share)s %% done") % {"share": f"{share[0] or 0:.0f}"}
    return format_html(
        '<div class="prog{}" data-status="{}" role="img" aria-label="{}"><i style="--v:{}"></i>{}</div>',
        f" prog--{look}" if look else "",
        status,
        spoken,
        f"{share[0] or 0:.1f}",
        tick,
    )
