"""The wall: bytes of strangers become a file of ours, or a sentence says why not. No database here."""

import hashlib
from dataclasses import dataclass

from mom.core.files import isolated, kinds, limits, names
from mom.core.files.refusals import refusal


@dataclass(frozen=True)
class TakenIn:
    """What is kept: the content (pictures written anew), what it is, and a small picture of it."""

    content: bytes
    media_type: str
    thumb: bytes
    width: int
    height: int
    pages: int
    original_name: str

    @property
    def sha256(self) -> str:
        """The content's digest, which signatures are bound to."""
        return hashlib.sha256(self.content).hexdigest()


def take_in(name: str, content: bytes) -> TakenIn:
    """Judge a file by its content and take what is good of it.

    Raises: InvalidInput, TooLarge, each with the reason; Unavailable where too many files are being opened.
    """
    media_type = _judged(name, content)
    job = "document" if media_type == kinds.PDF else "image"
    done = isolated.run(job, content, type=media_type)
    if done.refused:
        raise refusal(done.refused)
    kept = content if media_type == kinds.PDF else done.pieces[0]
    if len(kept) > limits.MOST_BYTES:  # a picture may grow when it is written anew
        raise refusal("file_too_large")
    facts = done.facts
    return TakenIn(
        content=kept,
        media_type=str(facts["type"]),
        thumb=done.pieces[-1],
        width=int(facts["width"]),
        height=int(facts["height"]),
        pages=int(facts["pages"]),
        original_name=names.shown(name),
    )


def _judged(name: str, content: bytes) -> str:
    """The media type of a file that looks right from outside. Raises: InvalidInput, TooLarge."""
    if not content:
        raise refusal("file_empty")
    if len(content) > limits.MOST_BYTES:
        raise refusal("file_too_large")
    if names.is_tricky(name):
        raise refusal("file_name_tricky")
    media_type = kinds.media_type(content)
    if not media_type:
        raise refusal(kinds.unwanted(content))
    if not names.extension_fits(name, media_type):
        raise refusal("file_name_differs")
    if kinds.holds_archive(content):
        raise refusal("file_hides_archive")
    return media_type
