"""Pages of files and notes: adding, looking, handing out, withdrawing. What is not one's to see is not there."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mom.core.engine.attachment import RevisionState
from mom.core.errors import MomError, NotFound
from mom.core.files import limits, names, panel, selectors, services, subjects
from mom.core.files.forms import FileForm, NoteForm, WithdrawForm
from mom.core.files.refusals import refusal
from mom.core.models import Attachment, Note
from mom.core.models.attachment import ATTACHMENT_KIND
from mom.core.permissions_declared import (
    ADD_DRAWING,
    ADD_FILE,
    ADD_NOTE,
    VIEW_ATTACHMENT,
    VIEW_NOTE,
    WITHDRAW_FILE,
)
from mom.core.web.views import Action, Crumb, DetailPage, FormPage, PageMixin, show_error

UPLOAD = "upload"  # who asks by script: it wants JSON and keeps the form as it is
SIDES = {"screen": limits.PAGE_SIDE, "detail": limits.LARGE_SIDE}


def guarded(content: bytes, media_type: str, file_name: str = "") -> HttpResponse:
    """Bytes that came from outside, or were made of such: never sniffed, never run, never kept by a cache."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "no-store"
    if file_name:
        response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


class OnSubject(PageMixin):
    """A page that adds to the thing named by `?on=plant.equipment:12`."""

    @cached_property
    def found(self) -> subjects.Found:
        """The thing. Raises: NotFound."""
        kind, _colon, key = self.request.GET.get("on", "").partition(":")
        return subjects.subject_get(self.actor, self.site.code, kind, key)

    def get_intro(self) -> str:
        return self.found.subject.label

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(self.found.subject.label, self.found.url),)

    @property
    def cancel_url(self) -> str:
        return self.found.url


class FileAdd(OnSubject, FormPage):  # type: ignore[override]
    """Puts a file on a thing, or the next revision of one."""

    permission = ADD_FILE
    template_name = "core/file/add.html"
    form_class = FileForm
    submit_label = _("Add file")
    success_message = _("The file was added.")

    @cached_property
    def replaced(self) -> Attachment | None:
        """The revision that is to be replaced, where one was named. Raises: NotFound."""
        key = self.request.GET.get("replaces", "")
        if not key:
            return None
        if not (key.isascii() and key.isdigit() and len(key) < 19):
            raise NotFound
        return selectors.attachment_get(self.actor, self.site.code, int(key))

    def get_title(self) -> Any:
        if self.replaced is None:
            return _("Add a file")
        return _t("New revision of %(drawing)s") % {"drawing": self.replaced.number or self.replaced.title}

    def get_initial(self) -> dict[str, Any]:
        old = self.replaced
        return {} if old is None else {"title": old.title, "revision": names.next_revision(old.revision)}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"takes_drawings": self.may(ADD_DRAWING), "replaces": self.replaced}

    def get_context(self) -> dict[str, Any]:
        return {"on": self.found, "replaced": self.replaced}

    def submit(self, form: Any) -> str:
        data = form.cleaned_data
        sent = data["sent"]
        if sent.size > limits.MOST_BYTES:
            raise refusal("file_too_large")
        new = services.NewFile(
            title=data["title"],
            kind=form.kind,
            number=data.get("number", ""),
            revision=data.get("revision", ""),
            valid_from=data.get("valid_from"),
            replaces=self.replaced.pk if self.replaced else None,
        )
        on = self.found.subject
        services.attach(self.actor, self.site.code, on.type, on.id, name=sent.name or "", content=sent.read(), new=new)
        return f"{self.found.url}#files"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.headers.get("X-Requested-With") != UPLOAD:
            return super().post(request, *args, **kwargs)
        form = self.get_form()
        if form.is_valid():
            try:
                address = self.perform(form)
                messages.success(request, str(self.success_message))
                return JsonResponse({"location": address}, status=201)
            except MomError as error:
                show_error(form, error)
        fields = {name: [str(sentence) for sentence in sentences] for name, sentences in form.errors.items()}
        return JsonResponse({"fields": fields}, status=422)


class OneFile(PageMixin):
    """Anything at the address of one file."""

    permission = VIEW_ATTACHMENT

    @cached_property
    def row(self) -> Attachment:
        """Raises: NotFound."""
        return selectors.attachment_get(self.actor, self.site.code, self.kwargs["pk"])


class FileContent(OneFile):
    """Hands out the file itself, to be saved."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return guarded(selectors.content_of(self.row), self.row.media_type, self.row.file_name)


class FileThumb(OneFile):
    """A small picture of it, made by us."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        kind = "image/jpeg" if self.row.media_type == "image/jpeg" else "image/png"
        return guarded(selectors.thumb_of(self.row), kind)


class FilePage(OneFile):
    """One page of it as a picture, made by us."""

    def get(self, request: HttpRequest, pk: int, page: int, side: str) -> HttpResponse:
        if side not in SIDES:
            raise NotFound
        media_type, picture = selectors.page_picture(self.row, page, SIDES[side], self.now)
        return guarded(picture, media_type)


class FileView(DetailPage):
    """One file, zoomed and turned over; a drawing says which revision it is and which is the valid one."""

    permission = VIEW_ATTACHMENT
    template_name = "core/file/view.html"
    subject_name = "file"

    def get_subject(self) -> Attachment:
        return selectors.attachment_get(self.actor, self.site.code, self.kwargs["pk"])

    @cached_property
    def found(self) -> subjects.Found:
        """The thing that it hangs on. Raises: NotFound."""
        row = self.subject
        return subjects.subject_get(self.actor, self.site.code, row.subject_type, row.subject_id)

    def get_title(self) -> str:
        row = self.subject
        return f"{row.number} {row.revision}" if row.number else str(row.title)

    def get_subtitle(self) -> str:
        return str(self.subject.title) if self.subject.number else ""

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(self.found.subject.label, self.found.url),)

    def get_actions(self) -> Sequence[Action]:
        row, on = self.subject, self.found.subject
        actions = [Action(_("Download"), reverse("web:file_content", args=[row.pk]), "down")]
        is_open = row.withdrawn_at is None and subjects.kinds()[row.subject_type].takes_files
        state = selectors.state_of(row, self.now)
        if is_open and row.number and state == RevisionState.CURRENT and self.may(ADD_DRAWING) and self.may(ADD_FILE):
            query = urlencode({"on": f"{on.type}:{on.id}", "replaces": row.pk})
            actions.append(Action(_("New revision"), f"{reverse('web:file_add')}?{query}", "up"))
        if is_open and (self.may(WITHDRAW_FILE) or row.added_by == self.actor.reference):
            actions.append(Action(_("Withdraw"), reverse("web:file_withdraw", args=[row.pk]), "trash", "quiet"))
        return actions

    def get_context(self) -> dict[str, Any]:
        row: Attachment = self.subject
        asked = self.request.GET.get("page", "1")
        page = int(asked) if asked.isascii() and asked.isdigit() and 1 <= int(asked[:6]) <= row.pages else 1
        others = selectors.revisions_of(row)
        states = [(each, panel.state_tag(each, self.now)) for each in others]
        current = next((each for each in others if selectors.state_of(each, self.now) == RevisionState.CURRENT), None)
        return {
            "page": page,
            "state": selectors.state_of(row, self.now).value,
            "current": current if current and current.pk != row.pk else None,
            "revisions": states if row.number else [],
            "kind": ATTACHMENT_KIND.label(row.kind),
        }


class FileWithdraw(FormPage):
    """Takes a file out of sight."""

    permission = VIEW_ATTACHMENT
    title = _("Withdraw file")
    form_class = WithdrawForm
    submit_label = _("Withdraw file")
    submit_look = "danger"
    success_message = _("The file was withdrawn. It stays in the record.")

    @cached_property
    def row(self) -> Attachment:
        """Raises: NotFound."""
        return selectors.attachment_get(self.actor, self.site.code, self.kwargs["pk"])

    @cached_property
    def found(self) -> subjects.Found:
        """Raises: NotFound."""
        return subjects.subject_get(self.actor, self.site.code, self.row.subject_type, self.row.subject_id)

    def get_intro(self) -> str:
        return f"{self.row} · {self.found.subject.label}"

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("web:file_view", args=[self.row.pk])

    def submit(self, form: Any) -> str:
        services.withdraw(self.actor, self.site.code, self.row.pk, **form.cleaned_data)
        return self.found.url


class NoteAdd(OnSubject, FormPage):  # type: ignore[override]
    """Leaves a note on a thing."""

    permission = ADD_NOTE
    title = _("Add a note")
    form_class = NoteForm
    submit_label = _("Add note")
    success_message = _("The note was added.")

    def submit(self, form: Any) -> str:
        on = self.found.subject
        services.note_add(self.actor, self.site.code, on.type, on.id, text=form.cleaned_data["text"])
        return f"{self.found.url}#notes"


class NoteWithdraw(FormPage):
    """Takes a note out of sight."""

    permission = VIEW_NOTE
    title = _("Withdraw note")
    form_class = WithdrawForm
    submit_label = _("Withdraw note")
    submit_look = "danger"
    success_message = _("The note was withdrawn. It stays in the record.")

    @cached_property
    def row(self) -> Note:
        """Raises: NotFound."""
        row = selectors.note_list(self.actor).filter(site=self.site.code, pk=self.kwargs["pk"]).first()
        if row is None:
            raise NotFound
        return row

    def get_intro(self) -> str:
        return self.row.text[:200]

    def submit(self, form: Any) -> str:
        found = subjects.subject_get(self.actor, self.site.code, self.row.subject_type, self.row.subject_id)
        services.note_withdraw(self.actor, self.site.code, self.row.pk, **form.cleaned_data)
        return found.url
