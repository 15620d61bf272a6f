"""Names of files: the sender's is a text and nothing else, ours is made of letters, digits and hyphens. Pure."""

import re
import unicodedata

from mom.core.files import kinds
from mom.core.files.limits import LONGEST_NAME


def is_tricky(name: str) -> bool:
    """Whether a name tries more than naming: a path, a line break, NUL, or letters that turn the reading round."""
    return "/" in name or "\\" in name or any(unicodedata.category(letter) in _HIDDEN for letter in name)


_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def extension(name: str) -> str:
    """What stands behind the last point, in small letters; empty where there is none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def extension_fits(name: str, media_type: str) -> bool:
    """Whether the name's ending is one of that content; no ending at all is fine."""
    ending = extension(name)
    return not ending or ending in kinds.EXTENSIONS[media_type]


def our_name(title: str, revision: str, digest: str, media_type: str) -> str:
    """The name under which a file is handed out: `pump-housing-rev-b-3fa9c1d2.pdf`."""
    plain = unicodedata.normalize("NFKD", f"{title} rev {revision}" if revision else title)
    slug = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode().lower()).strip("-")[:60].strip("-")
    return f"{slug or 'file'}-{digest[:8]}.{kinds.EXTENSIONS[media_type][0]}"


def shown(name: str) -> str:
    """The sender's name as it is kept: at most so long."""
    return name[:LONGEST_NAME]


def next_revision(revision: str) -> str:
    """The revision after this one: A, B … Z, AA; 1, 2 …; empty where it can't be told."""
    if re.fullmatch(r"[0-9]{1,6}", revision):
        return str(int(revision) + 1).zfill(len(revision))
    if not re.fullmatch(r"[A-Z]{1,3}", revision):
        return ""
    letters, carry = list(revision), True
    for index in range(len(letters) - 1, -1, -1):
        if not carry:
            break
        carry = letters[index] == "Z"
        letters[index] = "A" if carry else chr(ord(letters[index]) + 1)
    return "A" * carry + "".join(letters)
