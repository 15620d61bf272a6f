"""Why a file was not taken, in one sentence each: what it is, and what to do instead."""

from django.utils.translation import gettext_lazy as _

from mom.core.errors import InvalidInput, MomError, TooLarge

SENTENCES = {
    "file_empty": _("The file is empty: 0 bytes arrived. Choose it again."),
    "file_too_large": _("The file is larger than 20 MB. Make it smaller, for example by a lower resolution."),
    "file_is_program": _("This is a program, not a picture or a document. Programs are not taken."),
    "file_is_archive": _("This is an archive or an office file. Send what is in it as a PDF or as photos."),
    "file_is_heic": _("This is a HEIC or AVIF picture, which not every screen can show. Send it as JPEG."),
    "file_is_svg": _("This is an SVG, which can run programs. Send it as a PDF or as a PNG."),
    "file_is_markup": _("This is a web page or XML, not a picture or a document. Send a PDF or a screen photo."),
    "file_is_two_things": _("This file is two things at once: a document begins behind something else. Save it anew."),
    "file_hides_archive": _("An archive hangs on the end of this file. Save the picture or document anew, alone."),
    "file_kind_unknown": _("This is neither a photo (JPEG, PNG, WebP) nor a PDF; other kinds are not taken."),
    "file_name_differs": _("The name's ending does not fit the content. Give the file its right ending."),
    "file_name_tricky": _("The file's name holds a path or hidden characters. Rename the file and send it again."),
    "file_too_costly": _("The file can't be opened within the memory and time that one file may take. Save it anew."),
    "image_unreadable": _("The picture is damaged or was cut off on its way. Send it again."),
    "image_too_many_pixels": _("The picture has more than 40 million pixels. Save it smaller."),
    "pdf_unreadable": _("The PDF is damaged or was cut off on its way. Save or print it as PDF anew."),
    "pdf_encrypted": _("The PDF is locked by a password. Save it without one."),
    "pdf_too_many_pages": _("The PDF has more than 200 pages. Split it."),
    "pdf_has_script": _("The PDF holds JavaScript. Print it to a new PDF, which leaves that behind."),
    "pdf_launches": _("The PDF starts programs. Print it to a new PDF, which leaves that behind."),
    "pdf_holds_files": _("The PDF holds other files. Print it to a new PDF and send those files one by one."),
    "pdf_has_media": _("The PDF holds video, sound or Flash. Print it to a new PDF, which leaves that behind."),
    "pdf_is_form": _("The PDF is an XFA form, which screens show differently. Print it to a new PDF."),
    "pdf_sends": _("The PDF sends or fetches data. Print it to a new PDF, which leaves that behind."),
    "drawing_number_missing": _("A drawing needs its number."),
    "drawing_revision_missing": _("A drawing needs its revision, for example A."),
}


def refusal(code: str) -> MomError:
    """The refusal of that code, at the field `file` of whatever form or body it came in."""
    sentence = SENTENCES[code]
    if code == "file_too_large":
        return TooLarge(sentence, code=code)
    return InvalidInput({"file": [sentence]}, sentence, code=code)
