"""The print queue: a label asked for is a message to its printer, with the same rests, tries and dead letter.

Who printed what, by which version of a template, and why again, is kept for ever.
"""

import base64
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from mom.core import clock
from mom.core.actor import Actor
from mom.core.delivery import room
from mom.core.engine.delivery import DeliveryChannel, PrinterKind
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.labels import pdf, registry, templates, zpl
from mom.core.labels.registry import LabelSubject
from mom.core.models import LabelTemplate, LabelTemplateVersion, Printer, PrintJob
from mom.core.permissions_declared import PRINT_LABEL
from mom.core.use_case import UseCase, use_case

MOST_COPIES = 200


@dataclass(frozen=True)
class Wanted:
    """What is asked for: the thing's noun and code, a template, a printer, how many."""

    noun: str
    code: str
    template_id: int
    printer_id: int
    copies: int = 1


def subject_of(actor: Actor, site: str, noun: str, code: str) -> LabelSubject:
    """The thing with its fields, within the actor's rights. Raises: NotFound."""
    kind = registry.noun(noun)
    if not actor.may(kind.permission, site):
        raise NotFound
    return kind.find(actor, site, code)


def template_of(site: str, noun: str, pk: int) -> LabelTemplate:
    """A template in use for the noun at the site; 0 takes the first. Raises: NotFound."""
    rows = LabelTemplate.objects.filter(site=site, noun=noun, is_active=True).order_by("name", "pk")
    found = (rows.filter(pk=pk) if pk else rows).first()
    if found is None:
        raise NotFound
    return found


def print_label(actor: Actor, site: str, wanted: Wanted) -> PrintJob:
    """Queue a label. Raises: NotAllowed, NotFound, InvalidInput, Conflict where the printer is out of use."""
    with use_case(actor) as act:
        act.require(PRINT_LABEL, site)
        subject = subject_of(actor, site, wanted.noun, wanted.code)
        version = templates.newest(template_of(site, wanted.noun, wanted.template_id))
        printer = _printer(site, wanted.printer_id)
        job = _queue(act, printer, version, wanted.noun, subject, wanted.copies)
        act.record("core.label_printed", subject=job, site=site, after=_told(job))
        return job


def reprint(actor: Actor, site: str, job_id: int, *, copies: int, reason: str) -> PrintJob:
    """Print the same label again, as it was, for a reason. Raises: NotAllowed, NotFound, InvalidInput, Conflict."""
    with use_case(actor, reason) as act:
        act.require(PRINT_LABEL, site)
        if len(reason.strip()) < 2:
            raise InvalidInput({"reason": [_("Say why it is printed again.")]})
        first = PrintJob.objects.select_related("printer", "template__template").filter(site=site, pk=job_id).first()
        if first is None:
            raise NotFound
        subject = LabelSubject(first.subject_id, first.subject_label, "", first.fields)
        printer = _printer(site, first.printer_id)
        job = _queue(act, printer, first.template, first.noun, subject, copies, again=first, reason=reason)
        act.record("core.label_reprinted", subject=job, site=site, after=_told(job))
        return job


def document(actor: Actor, site: str, wanted: Wanted, *, on_sheets: bool) -> bytes:
    """The label as PDF, which needs no printer: single labels, or sheets of A4. Raises: NotAllowed, NotFound."""
    with use_case(actor) as act:  # nothing is written; the rights are asked in one place
        act.require(PRINT_LABEL, site)
    subject = subject_of(actor, site, wanted.noun, wanted.code)
    version = templates.newest(template_of(site, wanted.noun, wanted.template_id))
    drawing = templates.drawn(version, dict(subject.values))
    copies = max(1, min(wanted.copies, MOST_COPIES))
    return (pdf.sheets if on_sheets else pdf.singles)([drawing] * copies, subject.label)


def _printer(site: str, pk: int) -> Printer:
    printer = Printer.objects.filter(site=site, pk=pk).first()
    if printer is None:
        raise NotFound
    if not printer.is_active:
        raise Conflict(_("%(printer)s is out of use. Choose another printer.") % {"printer": printer.name})
    return printer


def _queue(
    act: UseCase,
    printer: Printer,
    version: LabelTemplateVersion,
    noun: str,
    subject: LabelSubject,
    copies: int,
    *,
    again: PrintJob | None = None,
    reason: str = "",
) -> PrintJob:
    if not 1 <= copies <= MOST_COPIES:
        raise InvalidInput({"copies": [_("1 to %(most)d copies at once.") % {"most": MOST_COPIES}]})
    values = {name: str(value) for name, value in subject.values.items()}
    drawing = templates.drawn(version, values)
    if printer.kind == PrinterKind.ZPL:
        content_type, payload = "application/zpl", zpl.render(drawing, dots=printer.dots, copies=copies)
    else:
        content_type = "application/pdf;base64"
        payload = base64.b64encode(pdf.singles([drawing] * copies, subject.label)).decode()
    message = room.Message(
        channel=DeliveryChannel.PRINTER,
        destination=printer.name,
        subject=f"{subject.label} ({version.template.name})",
        key=f"printer:{printer.pk}",
        content_type=content_type,
        site=printer.site,
        kind=noun,
        printer=printer,
    )
    return PrintJob.objects.create(
        site=printer.site,
        printer=printer,
        template=version,
        delivery=room.put(act, message, payload),
        noun=noun,
        subject_id=subject.id,
        subject_label=subject.label[:200],
        fields=values,
        copies=copies,
        reprint_of=again,
        reason=reason.strip(),
        requested_by=act.actor.label,
        created_at=act.now,
    )


def _told(job: PrintJob) -> dict[str, Any]:
    return {
        "noun": job.noun,
        "printer": job.printer.name,
        "template": f"{job.template.template.name} {job.template.number}",
        "copies": job.copies,
    }


def printed_at() -> str:
    """The moment that stands on a label, in the plant's clock."""
    from mom.core.web import printing  # pages' way to write a moment; the ground's room above this one

    return printing.moment(clock.now())
