"""Files, notes and documents of a plant that can grow, and the requests that write them."""

import uuid
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client

from mom.accounts.models import Site
from mom.core.actor import system_actor
from mom.plant.engine.document import DocumentStatus
from mom.plant.models import DocumentVersion, Equipment, Person, PersonnelClass
from mom.plant.services import document as documents
from tests.accounts.matrix import Route
from tests.core.files.hostile import picture
from tests.factories.files import make_confirmation, make_document, make_file, make_note, make_version
from tests.factories.plant import make_equipment, make_person

SYSTEM = system_actor("test")
Act = Callable[[Client], Any]


class GrownFiles:
    """One of each that has a page of its own; `grow` adds more to each thing that they hang on."""

    def __init__(self, site: Site, person: Person, skill: PersonnelClass, things: list[Model]) -> None:
        self.site, self.person, self.skill, self.things = site, person, skill, things
        self.machine = next(thing for thing in things if isinstance(thing, Equipment))
        self.file, self.note = make_file(self.machine, site), make_note(self.machine, site)
        self.document = make_document(site, "SOP-0")
        self.version = make_version(self.document)
        self.reader = documents.reader_add(SYSTEM, self.document.pk)
        self.confirmation = make_confirmation(self.version, person)

    def grow(self, number: int) -> None:
        """More of every noun and of every child."""
        for thing in self.things:
            if number % 2 == 0:  # all files together stay on one page of the API
                make_file(thing, self.site)
            if number % 4 == 0:
                make_file(thing, self.site, number=f"Z-{thing._meta.model_name}-{number}", revision="A")
            make_note(thing, self.site)
        place = make_equipment(self.site, f"AREA-F{number}")
        self.reader = documents.reader_add(SYSTEM, self.document.pk, personnel_class=self.skill, equipment=place)
        make_version(self.document)
        self.confirmation = make_confirmation(self.newest(), self.person)
        make_confirmation(self.newest(), make_person(self.site, f"READ-{number}"))
        other = make_document(self.site, f"SOP-{number}")
        make_version(other)
        documents.reader_add(SYSTEM, other.pk)
        self.draft = make_version(make_document(self.site, f"SOP-D{number}"), DocumentStatus.DRAFT)
        self.reviewed = make_version(make_document(self.site, f"SOP-R{number}"), DocumentStatus.IN_REVIEW)

    def newest(self) -> DocumentVersion:
        """The version in force of the document that is watched."""
        return self.document.versions.select_related("site", "document").order_by("-number")[0]

    def query(self) -> str:
        """What a page asks for that adds to a thing."""
        return f"?on=plant.equipment:{self.machine.pk}"


def multipart(address: str, **fields: Any) -> Act:
    """One request of a program that sends a file, with a key of its own."""

    def act(client: Client) -> Any:
        file = SimpleUploadedFile("a.png", picture())
        return client.post(address, {"file": file, **fields}, headers={"Idempotency-Key": str(uuid.uuid4())})

    return act


def json_act(method: str, address: str, body: Any = None) -> Act:
    """One request of a program, with a key of its own."""
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    return lambda client: getattr(client, method)(address, body, content_type="application/json", headers=headers)


WHY = {"reason": "Not wanted"}


def on_machine(files: GrownFiles, **more: Any) -> dict[str, Any]:
    """The fields that name the machine."""
    return {"site": files.site.code, "subject_type": "plant.equipment", "subject_id": str(files.machine.pk), **more}


SPECIAL: dict[str, Callable[[Route, GrownFiles], Act]] = {
    "core/attachments/create": lambda route, files: multipart(route.path, **on_machine(files)),
    "core/attachments/withdraw": lambda route, files: json_act("post", route.address(files.file.pk), WHY),
    "core/notes/create": lambda route, files: json_act("post", route.path, on_machine(files, text="Mind the belt")),
    "core/notes/withdraw": lambda route, files: json_act("post", route.address(files.note.pk), WHY),
    "plant/document-versions/create": lambda route, files: multipart(
        route.path, document=files.document.pk, change_note="Next issue"
    ),
    "plant/document-versions/submit": lambda route, files: json_act("post", route.address(files.draft.pk)),
    "plant/document-versions/send_back": lambda route, files: json_act("post", route.address(files.reviewed.pk), WHY),
    "plant/document-versions/approve": lambda route, files: json_act("post", route.address(files.reviewed.pk), {}),
    "plant/document-versions/withdraw": lambda route, files: json_act("post", route.address(files.newest().pk), WHY),
    "plant/document-readers/create": lambda route, files: json_act(
        "post", route.path, {"document": files.document.pk, "personnel_class": files.skill.pk}
    ),
    "plant/document-readers/destroy": lambda route, files: json_act("delete", route.address(files.reader.pk)),
    "plant/read-confirmations/create": lambda route, files: json_act(
        "post", route.path, {"person": files.person.pk, "document_version": files.newest().pk}
    ),
}
