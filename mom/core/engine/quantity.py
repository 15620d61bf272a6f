"""Exact quantities: a decimal and its unit, which is never left out. Different kinds of quantity don't add."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from fractions import Fraction
from functools import total_ordering

from mom.core.engine.units import UNITS, Unit

__all__ = ["UNITS", "DifferentKinds", "Quantity", "Unit", "UnknownUnit", "unit"]

_CONTEXT = Context(prec=40, rounding=ROUND_HALF_EVEN)


class UnknownUnit(LookupError):
    """A unit code that is not in the table."""


class DifferentKinds(TypeError):
    """Two units that can't be converted into each other, such as kilograms and pieces."""


def unit(code: str) -> Unit:
    """The unit with that UN/ECE code. Raises: UnknownUnit."""
    try:
        return UNITS[code]
    except KeyError:
        raise UnknownUnit(f"{code!r} is not a unit code of UN/ECE Recommendation 20 that we know.") from None


@total_ordering
@dataclass(frozen=True, eq=False)
class Quantity:
    """So much of something, in a unit. Equal means the same amount: 1 kg equals 1000 g.

    Raises: UnknownUnit for a code that is not in the table, TypeError for a float, ValueError for NaN or infinity.
    """

    value: Decimal
    unit: str

    def __post_init__(self) -> None:
        given: object = self.value
        if isinstance(given, int) and not isinstance(given, bool):
            object.__setattr__(self, "value", Decimal(given))
        elif not isinstance(given, Decimal):
            raise TypeError(f"A quantity is an exact Decimal, not {type(given).__name__}.")
        if not self.value.is_finite():
            raise ValueError("A quantity is a finite number.")
        unit(self.unit)

    def __str__(self) -> str:
        return f"{self.value} {unit(self.unit).symbol}"

    @property
    def in_base(self) -> Fraction:
        """The exact amount in the base unit of its family."""
        return Fraction(self.value) * unit(self.unit).factor

    def to(self, code: str) -> "Quantity":
        """The same amount in another unit of the family.

        Exact wherever a decimal of 40 digits can be; one that never ends (seconds in hours) is rounded half-even there.

        Raises: DifferentKinds.
        """
        self._same_family(code)
        if code == self.unit:
            return self
        exact = self.in_base / unit(code).factor
        with localcontext(_CONTEXT):
            return Quantity(Decimal(exact.numerator) / Decimal(exact.denominator), code)

    def __add__(self, other: "Quantity") -> "Quantity":
        """The sum in the left unit. Raises: DifferentKinds."""
        return Quantity(_CONTEXT.add(self.value, other.to(self.unit).value), self.unit)

    def __sub__(self, other: "Quantity") -> "Quantity":
        """The difference in the left unit. Raises: DifferentKinds."""
        return Quantity(_CONTEXT.subtract(self.value, other.to(self.unit).value), self.unit)

    def __neg__(self) -> "Quantity":
        return Quantity(self.value.copy_negate(), self.unit)

    def __mul__(self, times: Decimal | int) -> "Quantity":
        return Quantity(_CONTEXT.multiply(self.value, Decimal(times)), self.unit)

    def ratio_to(self, other: "Quantity") -> Fraction:
        """This divided by `other`, exact and without unit. Raises: DifferentKinds, ZeroDivisionError."""
        self._same_family(other.unit)
        return self.in_base / other.in_base

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Quantity):
            return NotImplemented
        return self._family == other._family and self.in_base == other.in_base

    def __lt__(self, other: "Quantity") -> bool:
        self._same_family(other.unit)
        return self.in_base < other.in_base

    def __hash__(self) -> int:
        return hash((self._family, self.in_base))

    @property
    def _family(self) -> str:
        return unit(self.unit).family

    def _same_family(self, code: str) -> None:
        if unit(code).family != self._family:
            raise DifferentKinds(
                f"{self.unit} ({self._family}) and {code} ({unit(code).family}) are different kinds of quantity."
            )
