"""What production does when other domains announce something: a nonconformance asks for rework."""

from mom.core.errors import InvalidInput, MomError
from mom.core.outbox import subscribe
from mom.core.use_case import UseCase
from mom.events.production import ReworkRefused
from mom.events.quality import ReworkAsked
from production.services.job_change import Rework, make_rework_job


@subscribe(ReworkAsked, name="production.make_rework_job")
def make_rework(act: UseCase, event: ReworkAsked) -> None:
    """The pieces get a rework job, or quality hears why not: a refusal would only be refused again."""
    wish = Rework(event.quantity, reference=event.nonconformance)
    try:
        make_rework_job(act, event.job_order, wish)
    except MomError as refused:
        sentence = refused.sentence
        if isinstance(refused, InvalidInput):
            sentence = " ".join(str(words) for found in refused.fields.values() for words in found)
        told = ReworkRefused(event.site, event.nonconformance, event.job_order, sentence)
        act.publish(told, key=f"nonconformance:{event.nonconformance}")
