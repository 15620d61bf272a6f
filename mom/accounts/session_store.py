"""Sessions in the database as Django keeps them, without the reads that its writes don't need.

A key has 165 random bits and the insert refuses one that is taken, so nobody asks before; what is deleted is not read
first. A change of persons at a tablet costs two statements less in each direction.
"""

from typing import Any

from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils.crypto import get_random_string

KEY_LENGTH = 32


class SessionStore(DatabaseStore):
    """Django's store; the name is kept, because it salts the signature of what is stored."""

    def _get_new_session_key(self) -> str:
        return get_random_string(KEY_LENGTH, VALID_KEY_CHARS)

    async def _aget_new_session_key(self) -> str:
        return self._get_new_session_key()

    def delete(self, session_key: Any = None) -> None:
        """Delete the session, or the one of that key; nothing where there is none."""
        key = session_key or self.session_key
        if key is not None:
            self.model(session_key=key).delete()

    async def adelete(self, session_key: Any = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            await self.model(session_key=key).adelete()
