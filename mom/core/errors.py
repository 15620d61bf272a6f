"""The one error family: a code for programs, a translated sentence for people, one problem shape (RFC 9457)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class MomError(Exception):
    """Something that was asked can't be done, and the asker can be told why in one sentence.

    The sentence says what, where and how to mend it. It is translated when it is read, in the reader's language.
    """

    status: ClassVar[int] = 400
    default_code: ClassVar[str] = "refused"
    default_sentence: ClassVar[Text] = _("This can't be done.")
    title: ClassVar[Text] = _("Refused")

    def __init__(self, sentence: Text = "", *, code: str = "") -> None:
        self.code = code or self.default_code
        self._sentence = sentence or self.default_sentence
        super().__init__(self.code)

    def __str__(self) -> str:
        return self.sentence

    @property
    def sentence(self) -> str:
        """What, where, how to mend, in the reader's language."""
        return str(self._sentence)

    def details(self) -> dict[str, Any]:
        """Members that this kind of problem adds to the common shape."""
        return {}

    def as_problem(self) -> dict[str, Any]:
        """The body of an `application/problem+json` answer. Source: RFC 9457."""
        return {
            "type": f"urn:mom:problem:{self.code}",
            "title": str(self.title),
            "status": self.status,
            "code": self.code,
            "detail": self.sentence,
            **self.details(),
        }


class NotAllowed(MomError):
    """The actor doesn't hold the permission at that site."""

    status = 403
    default_code = "not_allowed"
    default_sentence = _("You may not do this here. Ask an administrator of this site for the right.")
    title = _("Not allowed")


class NotFound(MomError):
    """There is no such thing, or none that this actor may see: the two look the same."""

    status = 404
    default_code = "not_found"
    default_sentence = _("There is nothing here under this name. Check the code and the site.")
    title = _("Not found")


class Conflict(MomError):
    """The present state of the thing stands against it."""

    status = 409
    default_code = "conflict"
    default_sentence = _("This contradicts what is already stored. Reload and look at the present state.")
    title = _("Conflict")


class IllegalTransition(Conflict):
    """A command that the present status doesn't allow."""

    default_code = "illegal_transition"
    title = _("Not in this state")

    def __init__(self, noun: Text, status: str, command: str, *, allowed: Sequence[str] = ()) -> None:
        self.noun, self.current, self.command, self.allowed = noun, str(status), str(command), tuple(map(str, allowed))
        super().__init__()

    @property
    def sentence(self) -> str:
        words = {"noun": self.noun, "status": self.current, "command": self.command, "allowed": ", ".join(self.allowed)}
        if self.allowed:
            return gettext("%(noun)s is %(status)s: %(command)s is not possible. Possible now: %(allowed)s.") % words
        return gettext("%(noun)s is %(status)s: %(command)s is not possible, and neither is anything else.") % words

    def details(self) -> dict[str, Any]:
        return {"current_status": self.current, "command": self.command, "allowed_commands": list(self.allowed)}


class Shortage(Conflict):
    """Something needed is not there: every shortage at once, so that the asker mends them in one go."""

    default_code = "shortage"
    title = _("Not enough")

    def __init__(self, items: Sequence[Mapping[str, Any]], sentence: Text = "", *, code: str = "") -> None:
        self.items = [dict(item) for item in items]
        super().__init__(sentence, code=code)
        if not sentence:
            self._sentence = ""

    @property
    def sentence(self) -> str:
        if self._sentence:
            return str(self._sentence)
        many = len(self.items)
        return ngettext(
            "%(many)d thing is missing; it is listed below.",
            "%(many)d things are missing; they are listed below.",
            many,
        ) % {"many": many}

    def details(self) -> dict[str, Any]:
        return {"items": [{key: str(value) for key, value in item.items()} for item in self.items]}


class Stale(MomError):
    """Somebody else changed the thing since it was read."""

    status = 412
    default_code = "stale"
    default_sentence = _("Somebody changed this after you opened it. Reload, look at the change and try again.")
    title = _("Out of date")


class PreconditionRequired(MomError):
    """A change must say which version it was made from."""

    status = 428
    default_code = "precondition_required"
    default_sentence = _("This change must name the version it was made from: send the ETag you read as If-Match.")
    title = _("Version needed")


class InvalidInput(MomError):
    """What was sent is not right, field by field. `status=400` for a wrong shape, 422 for a wrong meaning."""

    default_code = "invalid_input"
    default_sentence = _("Some fields are not right; each says what is wrong.")
    title = _("Not right")

    def __init__(
        self,
        fields: Mapping[str, Sequence[Text]] | None = None,
        sentence: Text = "",
        *,
        code: str = "",
        status: int = 422,
    ) -> None:
        self.fields = {name: list(messages) for name, messages in (fields or {}).items()}
        self.status = status  # type: ignore[misc]
        super().__init__(sentence, code=code)

    def details(self) -> dict[str, Any]:
        return {"fields": {name: [str(message) for message in messages] for name, messages in self.fields.items()}}


class TooLarge(MomError):
    """More than one request or file may hold."""

    status = 413
    default_code = "too_large"
    default_sentence = _("This is larger than can be taken at once. Send it in smaller parts.")
    title = _("Too large")


class Unavailable(MomError):
    """A part that is needed doesn't answer at the moment; nothing was changed."""

    status = 503
    default_code = "unavailable"
    default_sentence = _("The system can't answer at the moment; nothing was changed. Try again in a few seconds.")
    title = _("Not available")
    retry_after: int = 5
