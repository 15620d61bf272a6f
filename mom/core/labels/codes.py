"""Codes as modules: what a scanner will read is decided here, how it is drawn elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import segno
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mom.core import clock
from mom.core.engine import code128, datamatrix, gs1
from mom.core.errors import InvalidInput

Text = str | Promise


class Symbology(StrEnum):
    """The codes that a label may carry."""

    QR = "qr"
    DATAMATRIX = "datamatrix"
    CODE128 = "code128"
    GS1_DATAMATRIX = "gs1-datamatrix"
    GS1_128 = "gs1-128"


NAMES: dict[Symbology, Text] = {
    Symbology.QR: gettext_lazy("QR code"),
    Symbology.DATAMATRIX: gettext_lazy("Data Matrix"),
    Symbology.CODE128: gettext_lazy("Code 128"),
    Symbology.GS1_DATAMATRIX: gettext_lazy("GS1 Data Matrix"),
    Symbology.GS1_128: gettext_lazy("GS1-128"),
}
LINEAR = frozenset({Symbology.CODE128, Symbology.GS1_128})
GS1 = frozenset({Symbology.GS1_DATAMATRIX, Symbology.GS1_128})
_QUIET = {Symbology.QR: 4, Symbology.DATAMATRIX: 2, Symbology.GS1_DATAMATRIX: 2}


@dataclass(frozen=True)
class Symbol:
    """A code: rows of `1` and `0` (one row for bars), the quiet zone in modules, and what people read under it."""

    rows: tuple[str, ...]
    quiet: int
    human: str
    is_linear: bool

    @property
    def width(self) -> int:
        """Modules across, quiet zones included."""
        return len(self.rows[0]) + 2 * self.quiet

    @property
    def height(self) -> int:
        """Modules down, quiet zones included; bars are as high as their place."""
        return 1 if self.is_linear else len(self.rows) + 2 * self.quiet


Elements = Sequence[tuple[str, str]]


def symbol(kind: Symbology, data: str | Elements) -> Symbol:
    """The code that holds `data`: a text, or for GS1 kinds pairs of identifier and value. Raises: InvalidInput."""
    if not data:
        raise InvalidInput(sentence=_("There is nothing to put into the code."))
    human = data if isinstance(data, str) else "".join(f"({code}){value}" for code, value in data)
    try:
        content = data if isinstance(data, str) else _gs1(data)
        if kind == Symbology.QR:
            made = segno.make(content, error="m", micro=False)
            rows = tuple("".join("1" if module else "0" for module in row) for row in made.matrix)
        elif kind in {Symbology.DATAMATRIX, Symbology.GS1_DATAMATRIX}:
            rows = tuple(datamatrix.encode(content, is_gs1=kind in GS1))
        else:
            rows = (code128.encode(content, is_gs1=kind in GS1),)
    except gs1.NotGs1 as fault:
        raise InvalidInput(sentence=_("This is no GS1 element string: %(fault)s") % {"fault": fault}) from None
    except (code128.NotEncodable, datamatrix.TooMuchData, segno.DataOverflowError):
        sentence = _("%(data)s does not fit into a %(code)s. Choose another code or a shorter field.")
        raise InvalidInput(sentence=sentence % {"data": human[:40], "code": NAMES[kind]}) from None
    return Symbol(rows, _QUIET.get(kind, 10), human, kind in LINEAR)


def _gs1(elements: Elements) -> str:
    """The elements one after the other, each checked by its own rule. Raises: NotGs1."""
    today = clock.now().date()
    return gs1.encode([(each.code, each.text) for each in (gs1.element(*pair, today) for pair in elements)])
