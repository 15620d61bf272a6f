"""Text as the search box compares it: without case, accents and punctuation, in Latin letters where there is one.

`mom.core.db.search_functions` is the same in the database, where the triggers fold what they index; a test compares the
two. Cyrillic and Greek letters become Latin ones: PostgreSQL's trigrams know no others where its locale is C.
"""

import re
import unicodedata

_LETTERS = {
    **dict(zip("абвгдежзиклмнопрстуфхцчшщыэюя", "abvgdezziklmnoprstufhccssyeua", strict=True)),
    **dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω", "abgdezhtiklmnxoprsstyfcpo", strict=True)),
    **dict(zip("øłđıħŧæœþð", "oldihtaotd", strict=True)),
}
_TABLE = str.maketrans({**_LETTERS, "ъ": None, "ь": None})
_MARKS = re.compile("[\u0300-\u036f]")
_GAPS = re.compile("[^a-z0-9\u0080-\U0010ffff]+")


def fold(text: str) -> str:
    """Small letters without accents; punctuation stays: "Ångström-7" is "angstrom-7"."""
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", text)).lower()
    return bare.replace("ß", "ss").translate(_TABLE)


def words(text: str) -> list[str]:
    """The folded words: "Prüf-Nr. 7" is "pruf", "nr", "7"."""
    return [word for word in _GAPS.split(fold(text)) if word]


def tight(text: str) -> str:
    """Folded, with nothing between the letters and figures: "WO-24 118" is "wo24118"."""
    return _GAPS.sub("", fold(text))
