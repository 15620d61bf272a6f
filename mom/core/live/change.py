"""One change as it travels: `site|topic|key|version`, through NOTIFY and out as a server-sent event."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mom.core.closing import tell_at_close

LONGEST = 1_000  # characters; NOTIFY takes less than 8,000 bytes
_TOPIC = re.compile(r"[a-z][a-z0-9_]{0,49}")


@dataclass(frozen=True, slots=True)
class Change:
    """Something at a site changed: which kind of thing (topic), which one (key), and to which version."""

    site: str
    topic: str
    key: str
    version: str

    def as_payload(self) -> str:
        """The NOTIFY payload. Raises: ValueError for a part that would not come back as it went."""
        parts = (self.site, self.topic, self.key, self.version)
        payload = "|".join(parts)
        if not _TOPIC.fullmatch(self.topic) or payload.count("|") != 3 or len(payload) > LONGEST:
            raise ValueError(f"not a change that can be told: {parts!r}")
        if any(not part.isprintable() for part in parts):
            raise ValueError(f"control characters in a change: {parts!r}")
        return payload


def as_event(number: int, topic: str, changes: Iterable[Change]) -> bytes:
    """The server-sent event of what changed at once in one topic: the topic is its name, each change a line of data."""
    lines = "".join(f"data: {change.key}:{change.version}\n" for change in changes)
    return f"id: {number}\nevent: {topic}\n{lines}\n".encode()


def parse(payload: str) -> Change | None:
    """A payload as a change; None for what isn't one."""
    parts = payload.split("|")
    return Change(*parts) if len(parts) == 4 and _TOPIC.fullmatch(parts[1]) else None


def tell(site: str, topic: str, key: object, version: object = "") -> None:
    """Tell open pages of `site`. Joins the caller's transaction: sent at commit, never on a rollback."""
    tell_at_close(Change(site, topic, str(key), str(version)).as_payload())
