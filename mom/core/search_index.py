"""The entries of the search box against the things they stand for: compared as an invariant, made anew on request."""

from mom.core import invariants
from mom.core.db.searchable import searchables
from mom.core.db.transactions import require_transaction

NOTHING = "SELECT NULL::bigint AS object_id, NULL AS thing, NULL AS entry WHERE false"


def register_invariant() -> None:
    """What the box finds is what there is. Called when all models are known."""
    drifts = [f"({trigger.drift_sql(model)})" for model, trigger in searchables()]
    invariants.register(
        "core.search_entries",
        promise="P33",
        sentence="Everything that has a number or a name is found by it, and nothing else is found.",
        sql=" UNION ALL ".join([NOTHING, *drifts]),
    )


def rebuild() -> int:
    """Make all entries anew and say how many there are. Joins the caller's transaction."""
    require_transaction()
    return sum(trigger.rebuild(model) for model, trigger in searchables())
