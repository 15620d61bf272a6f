"""The classes of records that are approved or signed. Each app declares its own in `AppConfig.ready()`.

    from mom.accounts import approval
    approval.declare("plant.document", _("Documents"), permission="plant.approve_document")

What a class takes at a site (none, self, four eyes) is decided on the page Approvals; `regulated=True` takes four eyes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from mom.accounts.engine.signing import ApprovalMode

Text = str | Promise
_NAME = re.compile(r"^[a-z_]+\.[a-z_]+$")


@dataclass(frozen=True)
class Class:
    """A class of records: how people call it, and the right that who approves it must hold ("" = the caller asks)."""

    code: str
    label: Text
    is_regulated: bool = False
    permission: str = ""

    @property
    def default(self) -> ApprovalMode:
        """What it takes where a site has decided nothing: a small shop approves its own."""
        return ApprovalMode.FOUR_EYES if self.is_regulated else ApprovalMode.SELF


_declared: dict[str, Class] = {}


def declare(code: str, label: Text, *, regulated: bool = False, permission: str = "") -> str:
    """Make a class of records known and give its code back; the same code again replaces it.

    Raises: ValueError where the code is not `app.noun`.
    """
    if not _NAME.match(code):
        raise ValueError(f"A class of records is named app.noun in small letters, not {code!r}.")
    _declared[code] = Class(code, label, regulated, permission)
    return code


def get(code: str) -> Class:
    """The class of that code. Raises: LookupError where no app declared it."""
    try:
        return _declared[code]
    except KeyError:
        raise LookupError(f"No app declares the record class {code!r}; declare it in its ready().") from None


def declared() -> Mapping[str, Class]:
    """Every class by code, sorted."""
    return dict(sorted(_declared.items()))


def label_of(code: str) -> Text:
    """What people call a class; its code where no installed app knows it any more."""
    return _declared[code].label if code in _declared else code
