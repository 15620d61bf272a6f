"""The next number of a noun at a site, where somebody leaves a code blank.

code = code or numbers.next_number(act, site, "order")
"""

from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import gettext as _

from mom.core import nouns
from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.db.prepared import Prepared
from mom.core.db.statements import Statement
from mom.core.db.transactions import require_transaction
from mom.core.engine import numbering
from mom.core.engine.numbering import Resets, WrongPattern
from mom.core.errors import Conflict, InvalidInput, NotFound, Stale
from mom.core.models import NumberCounter, NumberRange
from mom.core.permissions_declared import CHANGE_NUMBER_RANGE
from mom.core.use_case import UseCase, use_case

MOST_TAKEN = 1000
"""So many numbers that somebody gave by hand are passed over before it is said that the range is full of them."""


class Plant(Protocol):
    """What a site must say: its code, and the zone in which its years begin."""

    @property
    def code(self) -> str: ...

    @property
    def zone(self) -> ZoneInfo: ...


def next_number(act: UseCase, site: Plant, noun: str) -> str:
    """The next free number; one that somebody gave by hand is passed over. Joins the caller's transaction.

    In a gapless range the count stays locked until the act commits: others that number the same noun wait, and a
    rolled back number is given again. Raises: LookupError for a noun without a pattern, Conflict.
    """
    require_transaction()
    kind = nouns.get(noun)
    day = act.now.astimezone(site.zone).date()
    for _try in range(MOST_TAKEN):
        pattern, count = _counted(site.code, noun, day)
        code = numbering.number(pattern, count, day, site.code)
        if not kind.has(site.code, code):
            return code
    raise Conflict(
        _("The next %(count)d numbers are taken. Raise the number range under Setup.") % {"count": MOST_TAKEN},
        code="numbers_taken",
    )


_RANGE = Prepared(lambda site, noun: NumberRange.objects.filter(site=site, noun=noun))


def range_of(site: str, noun: str) -> NumberRange:
    """The range of a noun at a site; where it has none, a new one by the noun's own pattern, not stored.

    Raises: LookupError for a noun that is not numbered.
    """
    return _RANGE.first(site=site, noun=noun) or _of_its_noun(site, noun)


def _of_its_noun(site: str, noun: str) -> NumberRange:
    kind = nouns.get(noun)
    if not kind.pattern:
        raise LookupError(f"{noun} has no pattern to number by.")
    return _fresh(site, kind)


# The range is read and counted in one statement: `period` is the one that it counts by.
_COUNTED = Statement(
    """
WITH numbered AS (
    SELECT id, pattern, is_gapless, first,
           CASE resets WHEN 'year' THEN %(year)s::text WHEN 'month' THEN %(month)s::text ELSE '' END AS period
    FROM core_numberrange WHERE site = %(site)s AND noun = %(noun)s
), counted AS (
    INSERT INTO core_numbercounter (number_range_id, period, last)
    SELECT id, period, first FROM numbered WHERE is_gapless
    ON CONFLICT (number_range_id, period)
    DO UPDATE SET last = greatest(core_numbercounter.last + 1, excluded.last) RETURNING last
)
SELECT pattern, coalesce((SELECT last FROM counted), core_fast_number(id, period, first)) FROM numbered
""",
    "count_number",
)


def _counted(site: str, noun: str, day: date) -> tuple[str, int]:
    """The pattern of a site's range and its next count; a site that has no range of this noun yet gets one."""
    values = {"site": site, "noun": noun}
    periods = {each.value: numbering.period(each, day) for each in (Resets.YEAR, Resets.MONTH)}
    found = _COUNTED.rows({**values, **periods})
    if not found:
        NumberRange.objects.bulk_create([_of_its_noun(site, noun)], ignore_conflicts=True)
        found = _COUNTED.rows({**values, **periods})
    [(pattern, count)] = found
    return pattern, int(count)


def preview(row: NumberRange, site: Plant, now: datetime) -> str:
    """The number that would come next, without taking it; others may be faster."""
    day = now.astimezone(site.zone).date()
    period = numbering.period(Resets(row.resets), day)
    last = None
    if row.pk and row.is_gapless:
        last = NumberCounter.objects.filter(number_range=row, period=period).values_list("last", flat=True).first()
    elif row.pk:
        with connection.cursor() as cursor:
            cursor.execute("SELECT core_fast_number_last(%s, %s)", [row.pk, period])
            found = cursor.fetchone()
            last = found[0] if found else None
    follows = row.first if last is None else max(last + 1, row.first if row.is_gapless else 0)
    return numbering.number(row.pattern, follows, day, site.code)


def number_range_set(
    actor: Actor, site: str, noun: str, *, version: int | None = None, reason: str = "", **values: Any
) -> NumberRange:
    """Change how a noun is numbered; `values`: pattern, resets, first, and (only before the first number) is_gapless.

    A higher `first` lets the count jump there; it never goes back. Raises: NotAllowed, Stale, Conflict, InvalidInput.
    """
    with use_case(actor, reason) as act:
        act.require(CHANGE_NUMBER_RANGE, site)
        try:
            present = range_of(site, noun)
        except LookupError:
            raise NotFound from None
        row = NumberRange.objects.select_for_update().filter(site=site, noun=noun).first() or present
        if version is not None and row.pk and version != row.version:
            raise Stale
        before = {name: getattr(row, name) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
        _check(row)
        if row.pk and "is_gapless" in values and before["is_gapless"] != values["is_gapless"]:
            raise Conflict(_("A range that has counted keeps its way of counting."), code="range_counts_already")
        row.version += 1 if row.pk else 0
        with translating({"core_numberrange_one_per_noun": Stale}):
            row.save()
        act.record("core.number_range_changed", subject=row, site=site, before=before, after=values)
        return row


def _check(row: NumberRange) -> None:
    try:
        numbering.check(row.pattern, Resets(row.resets))
    except WrongPattern as error:
        why = {
            "part": _("Known parts are {seq}, {seq:05}, {yy}, {yyyy}, {mm} and {site}."),
            "sequence": _("A pattern has the counter {seq} once, with 12 digits at most."),
            "period": _("A count that starts again needs its year in the pattern (and its month, if monthly)."),
        }
        raise InvalidInput({"pattern": [why[error.kind]]}) from None
    if len(numbering.number(row.pattern, 10**6, date(2000, 1, 1), "X" * 20)) > 64 or row.pattern != row.pattern.strip():
        raise InvalidInput({"pattern": [_("A number has 64 characters at most and no blank at its ends.")]})
    if not 0 <= row.first < 10**12:
        raise InvalidInput({"first": [_("Give a number from 0 to 999 999 999 999.")]})


def ranges_of(site: str) -> list[NumberRange]:
    """The range of every noun that is numbered, stored or by its own pattern. One statement."""
    stored = {row.noun: row for row in NumberRange.objects.filter(site=site)}
    numbered = [noun for noun in nouns.registered() if noun.pattern or noun.key in stored]
    return [stored.get(noun.key) or _fresh(site, noun) for noun in numbered]


def _fresh(site: str, noun: nouns.Noun) -> NumberRange:
    resets = Resets.YEAR if "{yy" in noun.pattern else Resets.NEVER
    return NumberRange(site=site, noun=noun.key, pattern=noun.pattern, resets=resets)
