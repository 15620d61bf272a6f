"""The walk over the ledger as one statement: every step from what went in to what came of it, in one direction.

A node is a piece (`S` and its key) or a lot (`L` and its key). Steps come from moves of one act (a piece out of its
lot, a lot into a blend), from what one job consumed and made, and from components built into products. Facts that were
taken back, and their reversals, are no steps.
"""

_NODE = "CASE WHEN {0}.sublot_id IS NOT NULL THEN 'S' || {0}.sublot_id ELSE 'L' || {0}.lot_id END"
_STANDS = "{0}.reverses_id IS NULL AND NOT EXISTS (SELECT 1 FROM inventory_stockmove r WHERE r.reverses_id = {0}.id)"
_MAKES = "('produced', 'by_product', 'co_product', 'blended')"
_TAKES = "('consumed', 'blended')"

# A consuming move belongs to a making one if both are of one act; or if both are of one job and the consuming one was
# not for a certain piece or lot (its act made nothing).
_TOGETHER = f"""
    (taken.move_group = made.move_group
     OR (taken.job_response_id = made.job_response_id AND NOT EXISTS (
            SELECT 1 FROM inventory_stockmove own
            WHERE own.move_group = taken.move_group AND own.quantity > 0 AND own.kind IN {_MAKES})))
"""


def _at(move: str, sublots: str, lots: str) -> str:
    """The moves of a set of nodes, found by index: pieces by their own key, lots by theirs."""
    return f"({move}.sublot_id = {sublots} OR ({move}.sublot_id IS NULL AND {move}.lot_id = {lots}))"


def _walk(*, backward: bool) -> str:
    known, other = ("made", "taken") if backward else ("taken", "made")
    component, product = "'S' || i.component_id", "'S' || i.product_id"
    here = "i.product_id" if backward else "i.component_id"
    follow = "walk.parent" if backward else "walk.child"
    ids = "CASE WHEN left({0}, 1) = '{1}' THEN substr({0}, 2)::bigint END"
    sublot, lot = ids.format("node", "S"), ids.format("node", "L")
    step = f"""
        SELECT {_NODE.format("taken")} AS parent, {_NODE.format("made")} AS child, taken.id AS taken_id,
               made.id AS made_id, NULL::bigint AS installation_id
        FROM inventory_stockmove {known} JOIN inventory_stockmove {other} ON {_TOGETHER}
        WHERE {_at(known, sublot, lot)}
          AND made.quantity > 0 AND made.kind IN {_MAKES} AND taken.quantity < 0 AND taken.kind IN {_TAKES}
          AND {_STANDS.format("made")} AND {_STANDS.format("taken")}
        UNION ALL
        SELECT {component}, {product}, NULL, NULL, i.id FROM inventory_installation i WHERE {here} = {sublot}
    """
    return f"""
        WITH RECURSIVE walk (parent, child, taken_id, made_id, installation_id) AS (
            SELECT first.* FROM unnest(%(nodes)s::text[]) AS node, LATERAL ({step}) AS first
            UNION
            SELECT next.* FROM walk, LATERAL (SELECT {follow} AS node) AS reached, LATERAL ({step}) AS next
        )
        SELECT walk.parent, walk.child, walk.taken_id, walk.made_id, walk.installation_id,
               coalesce(-taken.quantity, 1), coalesce(taken.unit, 'C62'),
               coalesce(taken.occurred_at, i.installed_at), coalesce(taken.occurred_until, i.removed_at),
               coalesce(made.kind, ''), coalesce(job.code, ''), coalesce(i.position, '')
        FROM walk LEFT JOIN inventory_stockmove taken ON taken.id = walk.taken_id
        LEFT JOIN inventory_stockmove made ON made.id = walk.made_id
        LEFT JOIN work_jobresponse response ON response.id = made.job_response_id
        LEFT JOIN work_joborder job ON job.id = response.job_order_id
        LEFT JOIN inventory_installation i ON i.id = walk.installation_id
        ORDER BY coalesce(taken.occurred_at, i.installed_at), walk.taken_id, walk.made_id, walk.installation_id
    """


BACKWARD = _walk(backward=True)
FORWARD = _walk(backward=False)
