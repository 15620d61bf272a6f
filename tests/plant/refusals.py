"""How a test says that something is refused: by the code that programs read."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mom.core.errors import MomError


@contextmanager
def refused(code: str) -> Iterator[pytest.ExceptionInfo[MomError]]:
    """The block is refused with an error of that code."""
    with pytest.raises(MomError) as found:
        yield found
    assert found.value.code == code
