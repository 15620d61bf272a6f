"""The demo's drawings and procedures: a part with two revisions, a procedure in force, its next version in review."""

from datetime import timedelta

from mom.core.engine.attachment import AttachmentKind
from mom.core.files import services as files
from mom.core.files.intake import take_in
from mom.core.files.subjects import Found
from mom.core.models import Note
from mom.core.use_case import Subject, UseCase
from mom.demo.engine import papers
from mom.demo.services.plant import DemoPlant
from mom.plant.engine.document import DocumentStatus
from mom.plant.models import DocumentVersion, PersonnelClass
from mom.plant.services import document as documents
from mom.plant.services import rows

PART, DRAWING, MACHINE = "P-4410", "Z-4410-01", "CNC-04"
REVISIONS = (
    ("A", 220, "Ø38 H8", ("A  First issue",)),
    ("B", 21, "Ø38 H7", ("B  Bore Ø38 H7, was H8", "A  First issue")),
)
STEPS = (
    "Clamp the blank against the stop and check that no chips lie under it.",
    "Run the first piece at half feed. Keep a hand near the feed hold.",
    "Measure the bore Ø38 H7 with the plug gauge and log the result.",
    "Show the first piece to the measuring room before going on.",
)
NOTE = "Chip conveyor sticks after long pauses: run it by hand once before the first part."


def add_papers(act: UseCase, built: DemoPlant) -> None:
    """Drawing, procedure and a note. Joins the transaction."""
    part = Found(Subject.of(built.materials[PART]), built.site.code, "")
    before = None
    for revision, days, bore, changes in REVISIONS:
        name = built.materials[PART].name
        new = files.NewFile(
            title=name,
            kind=AttachmentKind.DRAWING,
            number=DRAWING,
            revision=revision,
            valid_from=act.now - timedelta(days=days),
            replaces=before,
        )
        sheet = papers.drawing(DRAWING, name, revision, bore, changes)
        before = files.add(act, part, take_in(f"{DRAWING}_{revision}.pdf", sheet), new).pk
    _add_procedure(act, built)
    machine = Subject.of(built.equipment[MACHINE])
    Note.objects.create(
        site=built.site.code,
        subject_type=machine.type,
        subject_id=machine.id,
        text=NOTE,
        added_at=act.now - timedelta(days=2),
        added_by=act.actor.reference,
        added_by_label=built.people["1042"].name,
    )


def _add_procedure(act: UseCase, built: DemoPlant) -> None:
    sop = documents.add(act, built.site, code="SOP-014", name="First piece", kind="sop")
    skill = PersonnelClass.objects.get(site=built.site, code="CNC")
    documents.readers_named(act, sop, personnel_class=skill)
    for number, (note, steps) in enumerate((("First issue.", STEPS[:3]), ("Step 4 is new.", STEPS)), start=1):
        content = papers.procedure(sop.code, sop.name, steps, f"Norrtal Pump Works · version {number}")
        new = files.NewFile(title=f"{sop.name} v{number}")
        file = files.add(act, Found(Subject.of(sop), built.site.code, ""), take_in("sop-014.pdf", content), new)
        draft = DocumentVersion(
            site=built.site, document=sop, number=number, attachment=file, sha256=file.sha256, change_note=note,
            author_name=built.people["1003"].name, created_at=act.now,
        )  # fmt: skip
        row = rows.insert(act, draft, action="plant.document_version_added")
        status = {"status": DocumentStatus.IN_REVIEW.value}
        row = rows.update(act, row, status, action="plant.document_version_submit")
        if number == 1:
            documents.approved(act, row, reason="First issue")
