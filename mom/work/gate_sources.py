"""What the spine asks before a start beside the state of order and jobs: is the machine free, may the person begin."""

from datetime import datetime

from django.db.models import Max, OuterRef, Subquery
from django.utils import formats
from django.utils.translation import gettext as _

from mom.plant.engine.calendar import local_day
from mom.plant.models import EquipmentClassSkill, Person, Qualification
from mom.plant.selectors.document import unread_documents_for
from mom.work.gate import Blocker
from mom.work.models import EquipmentReservation, JobOrder

IS_RESERVED = """EXISTS (
    SELECT FROM work_equipmentreservation
    WHERE equipment_id = %(equipment)s AND is_exclusive AND started_at <= %(at)s AND ended_at > %(at)s
      AND job_order_id <> %(job)s)"""
ASKS_FOR_SKILLS = """(%(person)s::bigint IS NOT NULL AND EXISTS (
    SELECT FROM plant_equipmentinclass c JOIN plant_equipmentclassskill s USING (equipment_class_id)
    WHERE c.equipment_id = %(equipment)s))"""
IS_KNOWN = "%(person)s::bigint IS NOT NULL"


def machine_reserved(job_order: JobOrder, at: datetime, _person: Person | None = None) -> list[Blocker]:
    """The whole machine is reserved for another job now. One statement."""
    if job_order.equipment_id is None:
        return []
    taken = (
        EquipmentReservation.objects.filter(
            equipment=job_order.equipment_id, is_exclusive=True, started_at__lte=at, ended_at__gt=at
        )
        .exclude(job_order=job_order.pk)
        .select_related("job_order", "equipment", "site")
        .first()
    )
    if taken is None:
        return []
    machine = taken.equipment.code
    words = {
        "machine": machine,
        "job": taken.job_order.code,
        "until": formats.date_format(taken.ended_at.astimezone(taken.site.zone), "j M H:i T"),
    }
    sentence = _("%(machine)s is reserved for job %(job)s until %(until)s.") % words
    return [Blocker("equipment_reserved", sentence, machine, cleared_by=str(_("Planner")), clears_at=taken.ended_at)]


def not_qualified(job_order: JobOrder, at: datetime, person: Person | None) -> list[Blocker]:
    """Skills that this machine asks for and the person doesn't hold today, or not well enough. One statement."""
    if person is None or job_order.equipment_id is None:
        return []
    day = local_day(at, job_order.site.zone)
    held = (
        Qualification.objects.filter(person=person, personnel_class=OuterRef("personnel_class"), valid_from__lte=day)
        .exclude(valid_until__lte=day)
        .order_by()
        .values("personnel_class")
        .annotate(best=Max("level"))
    )
    asked = (
        EquipmentClassSkill.objects.filter(equipment_class__equipment=job_order.equipment_id)
        .annotate(held=Subquery(held.values("best")[:1]))
        .select_related("personnel_class")
        .order_by("personnel_class__code", "-least_level")
    )
    found: dict[int, Blocker] = {}
    for each in asked:
        if each.personnel_class_id in found or (each.held is not None and each.held >= each.least_level):
            continue
        skill = each.personnel_class
        words = {"person": person.name or person.code, "skill": skill.name or skill.code}
        if each.held is None:
            sentence = _("%(person)s has no valid qualification for %(skill)s.") % words
        else:
            sentence = _("%(person)s may not do %(skill)s alone yet.") % words
        found[skill.pk] = Blocker("not_qualified", sentence, skill.code, cleared_by=str(_("Supervisor")))
    return list(found.values())


def documents_unread(job_order: JobOrder, at: datetime, person: Person | None) -> list[Blocker]:
    """Documents that whoever works here must have read and this person has not. One statement a step up the tree."""
    if person is None:
        return []
    blockers = []
    for version in unread_documents_for(person, at, job_order.equipment):
        words = {"person": person.name or person.code, "document": version.document.code, "number": version.number}
        sentence = _("%(person)s has not read %(document)s, version %(number)s.") % words
        blockers.append(
            Blocker("document_unread", sentence, version.document.code, cleared_by=person.name or person.code)
        )
    return blockers
