"""Documents and their versions; what a person has to read, and who has read what."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.plant import permissions
from mom.plant.engine.calendar import local_day
from mom.plant.engine.document import DocumentStatus
from mom.plant.models import (
    Document,
    DocumentReader,
    DocumentVersion,
    Equipment,
    Person,
    Qualification,
    ReadConfirmation,
)
from mom.plant.selectors.master_data import row_get, row_list
from mom.plant.selectors.scope import for_actor

MOST_READERS = 300


def in_force(at: datetime) -> Q:
    """Versions that are in force at an instant."""
    return Q(status=DocumentStatus.APPROVED.value, effective_from__lte=at) & (
        Q(effective_to=None) | Q(effective_to__gt=at)
    )


def document_list(actor: Actor, site: Site, at: datetime) -> QuerySet[Document]:
    """The site's documents, with the number and start of the version in force and whether one waits for review."""
    versions = DocumentVersion.objects.filter(document=OuterRef("pk"))
    current = versions.filter(in_force(at))
    waiting = versions.filter(status=DocumentStatus.IN_REVIEW.value)
    return row_list(actor, Document, site).annotate(
        current_number=Subquery(current.values("number")[:1]),
        current_since=Subquery(current.values("effective_from")[:1]),
        has_review=Exists(waiting),
    )


def document_get(actor: Actor, site: Site, code: str) -> Document:
    """One document by its code. Raises: NotFound."""
    return row_get(actor, Document, site, code)


def version_list(actor: Actor) -> QuerySet[DocumentVersion]:
    """Every version at sites where the actor may see the plant model."""
    rows = DocumentVersion.objects.select_related("site", "document", "attachment")
    return for_actor(rows, actor, permissions.VIEW)


def version_get(actor: Actor, site: Site, pk: int) -> DocumentVersion:
    """One version of a site. Raises: NotFound."""
    row = version_list(actor).filter(site=site, pk=pk).first()
    if row is None:
        raise NotFound
    return row


def _reading_since() -> Subquery:
    """The number of the last version, up to this one, that had to be read; None where none ever had to."""
    had_to = DocumentVersion.objects.filter(
        document=OuterRef("document"), number__lte=OuterRef("number"), needs_reading=True, approved_at__isnull=False
    )
    return Subquery(had_to.order_by("-number").values("number")[:1])


def _named(person: Person, at: datetime, equipment: Equipment | None) -> QuerySet[DocumentReader]:
    """The readers of a document (an outer reference) that this person belongs to, at work on this equipment."""
    day = local_day(at, person.site.zone)
    held = Qualification.objects.filter(person=person, valid_from__lte=day).exclude(valid_until__lte=day)
    has_skill = Q(personnel_class=None) | Q(personnel_class__in=held.values("personnel_class"))
    places = Q(equipment=None)
    if equipment is not None:
        places |= Q(equipment__in=_with_those_above(equipment))
    return DocumentReader.objects.filter(has_skill, places, document=OuterRef("document"))


def _with_those_above(equipment: Equipment) -> list[int]:
    """The keys of an equipment and of what it stands in; a statement for each step up that is not loaded."""
    keys: list[int] = []
    at: Equipment | None = equipment
    while at is not None:
        keys.append(at.pk)
        at = at.parent
    return keys


def unread_documents_for(person: Person, at: datetime, equipment: Equipment | None = None) -> QuerySet[DocumentVersion]:
    """The versions in force that this person must read and has not, by document code.

    With an equipment, those are asked too that concern who works on it or in the area that it stands in. A version
    that need not be read again counts as read by who read the one before.
    """
    confirmed = ReadConfirmation.objects.filter(
        person=person,
        document_version__document=OuterRef("document"),
        document_version__number__gte=OuterRef("reading_since"),
        document_version__number__lte=OuterRef("number"),
    )
    rows = DocumentVersion.objects.filter(in_force(at), site=person.site_id, document__is_active=True)
    rows = rows.annotate(reading_since=_reading_since()).filter(reading_since__isnull=False)
    rows = rows.filter(Exists(_named(person, at, equipment))).exclude(Exists(confirmed))
    return rows.select_related("document", "attachment").order_by("document__code")


@dataclass(frozen=True)
class Reading:
    """One reader of a document: which version they read last, and whether that is enough for the one in force."""

    person: Person
    number: int | None
    read_at: datetime | None
    is_enough: bool


def readings_of(document: Document, at: datetime) -> list[Reading]:
    """Who must read a document, and who read it anyway, those who still have to first. Three statements.

    Readers who are named by a place alone are not listed until they confirm: who works there is known at the start.
    """
    current = (
        DocumentVersion.objects.filter(in_force(at), document=document)
        .annotate(reading_since=_reading_since())
        .values_list("number", "reading_since")
        .first()
    )
    day = local_day(at, document.site.zone)
    anywhere = DocumentReader.objects.filter(document=document, equipment=None)
    held = Qualification.objects.filter(person=OuterRef("pk"), valid_from__lte=day).exclude(valid_until__lte=day)
    by_skill = Exists(held.filter(personnel_class__in=anywhere.values("personnel_class")))
    by_all = Exists(anywhere.filter(personnel_class=None))
    last = ReadConfirmation.objects.filter(person=OuterRef("pk"), document_version__document=document)
    last = last.order_by("-document_version__number")
    people = Person.objects.filter(site=document.site_id, is_active=True).annotate(
        is_named=by_skill | by_all,
        number=Subquery(last.values("document_version__number")[:1]),
        read_at=Subquery(last.values("confirmed_at")[:1]),
    )
    people = people.filter(Q(is_named=True) | Q(number__isnull=False)).order_by("code")[:MOST_READERS]
    number, since = current or (None, None)
    found = [
        Reading(
            person,
            person.number,
            person.read_at,
            since is None or (person.number is not None and since <= person.number and number is not None),
        )
        for person in people
    ]
    return sorted(found, key=lambda reading: reading.is_enough)


def own_person(actor: Actor, site: Site) -> Person | None:
    """Who the actor is among the people of a site; None where nobody of them signs in as the actor."""
    if actor.kind != "user" or not actor.id.isdigit():
        return None
    return Person.objects.select_related("site").filter(site=site, user_id=int(actor.id), is_active=True).first()


def confirmation_list(actor: Actor) -> QuerySet[ReadConfirmation]:
    """Every confirmation at sites where the actor may see the plant model."""
    rows = ReadConfirmation.objects.select_related("site", "person", "document_version__document")
    return for_actor(rows, actor, permissions.VIEW)
