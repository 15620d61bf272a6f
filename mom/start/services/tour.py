"""How far a person is on a tour: kept with the person, so that it goes on at another device and never comes twice."""

from mom.accounts.models import TourProgress
from mom.core.actor import Actor
from mom.core.errors import NotAllowed
from mom.core.use_case import use_case


def keep_place(actor: Actor, tour: str, step: int, *, is_ended: bool) -> TourProgress:
    """Note the step to go on with; ended, seen or skipped, the tour does not come by itself again.

    Raises: NotAllowed for what is no person.
    """
    if actor.kind != "user":
        raise NotAllowed
    with use_case(actor) as act:
        progress, _made = TourProgress.objects.select_for_update().get_or_create(user_id=int(actor.id), tour=tour)
        progress.step = step
        if is_ended and progress.ended_at is None:
            progress.ended_at = act.now
        progress.save(update_fields=["step", "ended_at"])
        return progress
