"""What a role allows, remembered by the version of its row: hundreds of words are not sent again with each request.

The database stays the place of truth. With each request it says which versions of which roles a person holds, and sends
along what a role allows where the asker does not know that version yet. A version is the row itself: the transaction
that wrote it and where it lies. Nothing is remembered for longer than a minute, whatever it says.
"""

import time
from collections.abc import Iterable
from sys import intern

VERSION = "r.id || ':' || r.xmin || ':' || r.ctid"
"""The version of the row `r` of a role, as SQL."""
_LONGEST = 60.0  # seconds
_MOST = 64

_known: dict[str, tuple[float, frozenset[str]]] = {}


def known() -> dict[str, frozenset[str]]:
    """What need not be sent: what each version of a role allows."""
    oldest = time.monotonic() - _LONGEST
    return {version: names for version, (at, names) in list(_known.items()) if at > oldest}


def learn(version: str, sent: Iterable[str]) -> frozenset[str]:
    """What the database sent of a version."""
    if len(_known) >= _MOST:
        _known.clear()
    names = frozenset(intern(name) for name in sent)
    _known[version] = (time.monotonic(), names)
    return names
