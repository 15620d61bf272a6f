"""How numbers, quantities, durations and times are printed (DESIGN.md 6.5).

Locale formats, a true minus, the unit after a no-break space, unknown as "n/a" and never as 0. Rounding happens here
and only here, half-even. Times print in the active time zone: a page activates its site's.
"""

import datetime as dt
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from mom.core import clock
from mom.core.engine.units import PIECES, UNITS

MINUS = "\N{MINUS SIGN}"
SPACE = "\N{NO-BREAK SPACE}"


def unknown() -> str:
    """What stands where a value is not known."""
    return _("n/a")


def unit(code: str) -> str:
    """The printed form of a unit code: `C62` is "pcs", `KGM` is "kg"; an unlisted code prints as it is."""
    if code in PIECES:
        return _("pcs")
    return UNITS[code].symbol if code in UNITS else code


def number(value: Any, decimals: int | None = None) -> str:
    """A number in the reader's locale; `decimals` None keeps what is significant and drops trailing zeros."""
    if value is None or value == "":
        return unknown()
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    if not exact.is_finite():
        return unknown()
    if decimals is None:
        exact = exact.normalize()
        decimals = max(0, -int(exact.as_tuple().exponent))
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
    text = formats.number_format(abs(rounded), decimal_pos=decimals, use_l10n=True, force_grouping=True)
    return f"{MINUS}{text}" if rounded < 0 else text


def signed(value: Any, decimals: int | None = None) -> str:
    """A difference with its sign, zero without one: "+12", "−2.1", "0"."""
    text = number(value, decimals)
    return f"+{text}" if value not in {None, ""} and Decimal(str(value)) > 0 else text


def percent(ratio: Any, decimals: int = 1) -> str:
    """A ratio (0.809) as "80.9 %"."""
    return unknown() if ratio is None else f"{number(Decimal(str(ratio)) * 100, decimals)}{SPACE}%"


def quantity(value: Any, code: str = "", decimals: int | None = None) -> str:
    """A quantity with its unit, from a `Quantity` or from a number and a unit code."""
    if value is None:
        return unknown()
    if hasattr(value, "unit") and hasattr(value, "value"):
        value, code = value.value, code or str(value.unit)
    return f"{number(value, decimals)}{SPACE}{unit(code)}" if code else number(value, decimals)


def seconds_of(value: Any) -> Decimal:
    """A `timedelta` or a number of seconds as exact seconds."""
    if isinstance(value, dt.timedelta):
        return Decimal(value // dt.timedelta(microseconds=1)) / 1_000_000
    return Decimal(str(value))


def duration(value: Any) -> str:
    """A length of time as people say it: "40 s", "18 min", "2 h 31", "3 d 4 h"."""
    if value is None:
        return unknown()
    seconds = int(seconds_of(value).to_integral_value(ROUND_HALF_EVEN))
    sign, seconds = (MINUS, -seconds) if seconds < 0 else ("", seconds)
    minutes = (seconds + 30) // 60
    if seconds < 60:
        text = _("%(seconds)d s") % {"seconds": seconds}
    elif minutes < 60:
        text = _("%(minutes)d min") % {"minutes": minutes}
    elif minutes < 24 * 60:
        text = _("%(hours)d h %(minutes)02d") % {"hours": minutes // 60, "minutes": minutes % 60}
    else:
        days, hours = divmod((minutes + 30) // 60, 24)
        text = (
            _("%(days)d d %(hours)d h") % {"days": days, "hours": hours} if hours else _("%(days)d d") % {"days": days}
        )
    return f"{sign}{text.replace(' ', SPACE)}"


def age(value: dt.timedelta) -> str:
    """How old something is, in its largest unit, never rounded up: "25 min", "5 h", "4 d"."""
    minutes = max(0, value // dt.timedelta(minutes=1))
    if minutes < 60:
        return _("%(minutes)d min").replace(" ", SPACE) % {"minutes": minutes}
    if minutes < 24 * 60:
        return f"{minutes // 60}{SPACE}h"
    return _("%(days)d d").replace(" ", SPACE) % {"days": minutes // (24 * 60)}


def hours(value: Any, decimals: int = 1) -> str:
    """A length of time in hours for sums that are compared: "131.5 h"."""
    return unknown() if value is None else f"{number(seconds_of(value) / 3600, decimals)}{SPACE}h"


def day(value: dt.date | dt.datetime | None) -> str:
    """A date in the reader's locale, in the plant's zone where it was an instant."""
    if value is None:
        return unknown()
    return formats.date_format(timezone.localtime(value) if isinstance(value, dt.datetime) else value, "j M Y")


def moment(value: dt.datetime | None) -> str:
    """An instant in the plant's zone to the minute: "16 Apr 2026 10:42"."""
    return unknown() if value is None else formats.date_format(timezone.localtime(value), "j M Y H:i")


def short_moment(value: dt.datetime) -> str:
    """An instant for a narrow column: without its year where that is this year, "16 Apr 10:42"."""
    local = timezone.localtime(value)
    is_this_year = local.year == timezone.localtime(clock.now()).year
    return formats.date_format(local, "j M H:i" if is_this_year else "j M Y H:i")


def card_moment(value: dt.datetime) -> str:
    """An instant for the head of a card: today's by the clock, "10:42", any other by its day, "16 Apr"."""
    local, today = timezone.localtime(value), timezone.localtime(clock.now())
    if local.date() == today.date():
        return formats.date_format(local, "H:i")
    return formats.date_format(local, "j M" if local.year == today.year else "j M Y")


def iso(value: dt.date | dt.datetime) -> str:
    """The exact value for hover, attributes and exports: ISO 8601 with offset, in the plant's zone."""
    return timezone.localtime(value).isoformat() if isinstance(value, dt.datetime) else value.isoformat()
