"""What state codes mean at a site, from an instant on. A site's own meaning goes before everybody's."""

from datetime import datetime

from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.use_case import UseCase, use_case
from mom.floor import permissions
from mom.floor.engine.meaning import Meaning, mode_spelling, spelling
from mom.floor.engine.terms import MachineState, StateModel
from mom.floor.models import MachineListening, StateInterval, StateMapping
from mom.floor.services import timeline
from mom.floor.services.listening import check_since
from mom.plant.engine.terms import TimeClass

_CLASSES = {
    MachineState.RUN: {TimeClass.PRODUCTION},
    MachineState.OFF: {TimeClass.UNKNOWN},
}
"""States that leave no choice: running is production and no signal is unknown, whoever sets it."""


def set_meaning(
    actor: Actor,
    site: Site,
    state_model: StateModel,
    code: str,
    mode: str,
    meaning: Meaning,
    *,
    valid_from: datetime | None = None,
    reason: str = "",
) -> StateMapping:
    """Say what a code means at the site from `valid_from` (now) on; what the site said before ends there.

    Timelines that hold the code from there on are folded again. Raises: NotAllowed; InvalidInput for an empty code, a
    time class that can't be that state's, or an instant too far back.
    """
    with use_case(actor, reason) as act:
        act.require(permissions.SET_LISTENING, site.code)
        Site.objects.select_for_update(of=("self",), no_key=True).get(pk=site.pk)
        code, mode = code.strip(), mode.strip()
        _check(code, meaning)
        since = valid_from or act.now
        machines = _machines_with(site, state_model, code, since)
        check_since(since, act.now, machines)
        own = _own(site, state_model, code, mode)
        present = next((row for row in reversed(own) if row.valid_from <= since and _reaches(row, since)), None)
        following = next((row.valid_from for row in own if row.valid_from > since), None)
        values = {name: str(getattr(meaning, name)) for name in Meaning.__dataclass_fields__}
        if present is not None and all(getattr(present, name) == value for name, value in values.items()):
            return present
        if present is not None and present.valid_from == since:
            StateMapping.objects.filter(pk=present.pk).update(**values)
            present.refresh_from_db()
            row = present
        else:
            if present is not None:
                following = present.valid_until or following
                _end(present, since)
            row = _added(site, state_model, code, mode, values, since, following)
        after = {"codes": str(state_model), "code": code, "mode": mode, "from": since.isoformat(), **values}
        act.record("floor.meaning_set", subject=row, site=site.code, after=after)
        _refold(act, site, machines, since)
        return row


def end_meaning(actor: Actor, row_id: int, *, at: datetime | None = None, reason: str = "") -> StateMapping:
    """From `at` (now) on everybody's meaning holds again. Raises: NotAllowed, NotFound, Conflict, InvalidInput."""
    with use_case(actor, reason) as act:
        row = StateMapping.objects.select_for_update(of=("self",)).select_related("site").filter(pk=row_id).first()
        if row is None or row.site is None:
            raise NotFound(_("The site has no such meaning of its own."))
        act.require(permissions.SET_LISTENING, row.site.code)
        at = at or act.now
        if at <= row.valid_from or not _reaches(row, at):
            raise Conflict(_("It does not hold at that instant."), code="meaning_ended")
        machines = _machines_with(row.site, StateModel(row.state_model), row.code, at)
        check_since(at, act.now, machines)
        _end(row, at)
        act.record("floor.meaning_ended", subject=row, site=row.site.code, after={"until": at.isoformat()})
        _refold(act, row.site, machines, at)
        return row


def _check(code: str, meaning: Meaning) -> None:
    if not code:
        raise InvalidInput({"code": [_("Give the code as the machine sends it.")]})
    allowed = _CLASSES.get(meaning.state)
    classes = {meaning.time_class, meaning.time_class_without_order}
    wrong = not classes <= allowed if allowed else bool(classes & {TimeClass.PRODUCTION, TimeClass.UNKNOWN})
    if wrong:
        raise InvalidInput({"time_class": [_("This time class does not fit the state.")]})


def _own(site: Site, state_model: str, code: str, mode: str) -> list[StateMapping]:
    rows = StateMapping.objects.filter(site=site, state_model=state_model).order_by("valid_from")
    wanted = (spelling(state_model, code), mode_spelling(state_model, mode))
    return [row for row in rows if (spelling(state_model, row.code), mode_spelling(state_model, row.mode)) == wanted]


def _reaches(row: StateMapping, instant: datetime) -> bool:
    return row.valid_until is None or row.valid_until > instant


def _end(row: StateMapping, at: datetime) -> None:
    row.valid_until = at
    row.save(update_fields=["valid_until"])


def _added(
    site: Site,
    state_model: str,
    code: str,
    mode: str,
    values: dict[str, str],
    since: datetime,
    until: datetime | None,
) -> StateMapping:
    taken = InvalidInput({"valid_from": [_("Another meaning begins at that instant.")]})
    with translating({"floor_statemapping_no_overlap": lambda: taken}):
        return StateMapping.objects.create(
            site=site, state_model=state_model, code=code, mode=mode, valid_from=since, valid_until=until, **values
        )


def _machines_with(site: Site, state_model: StateModel, code: str, since: datetime) -> list[int]:
    """The machines whose timeline holds the code at or after an instant, in this vocabulary or without a setting."""
    rows = StateInterval.objects.filter(site=site).exclude(ended_at__lte=since).exclude(code="")
    wanted = spelling(state_model, code)
    found = {
        machine for machine, sent in rows.values_list("equipment_id", "code").distinct()
        if spelling(state_model, sent) == wanted
    }  # fmt: skip
    other = MachineListening.objects.filter(site=site, equipment__in=found).exclude(valid_until__lte=since)
    models: dict[int, set[str]] = {}
    for machine, model in other.values_list("equipment_id", "state_model"):
        models.setdefault(machine, set()).add(model)
    return sorted(each for each in found if state_model in models.get(each, {StateModel.OWN.value}))


def _refold(act: UseCase, site: Site, machines: list[int], since: datetime) -> None:
    if since <= act.now:
        timeline.refold_and_run(act, site, dict.fromkeys(machines, (since, act.now)))
