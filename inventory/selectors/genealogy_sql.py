"""The walk over the ledger as one statement: every step from what went in to what came of it, in one direction.

A node is a piece (`S` and its key) or a lot (`L` and its key). Steps come from moves of one act (a piece out of its
lot, a lot into a blend), from what the jobs of an order consumed and made, and from components built into products.
Facts that were taken back, and their reversals, are no steps.
"""

_NODE = "CASE WHEN {0}.sublot_id IS NOT NULL THEN 'S' || {0}.sublot_id ELSE 'L' || {0}.lot_id END"
_STANDS = "{0}.reverses_id IS NULL AND NOT EXISTS (SELECT 1 FROM inventory_stockmove r WHERE r.reverses_id = {0}.id)"
_MAKES = "('produced', 'by_product', 'co_product', 'blended')"
_TAKES = "('consumed', 'blended')"

# What a job consumed is in what it made, unless it was taken for a certain piece or lot (its act made something). Work
# that was paused is one job of several stretches: what was taken in an earlier one is in what came of a later one. A
# job that made nothing itself handed on to the later jobs of its order: what it had taken is in what they make.
_OF_ONE_ORDER = f"""
    NOT EXISTS (SELECT 1 FROM inventory_stockmove own
                WHERE own.move_group = taken.move_group AND own.quantity > 0 AND own.kind IN {_MAKES})
    AND (taken.job_response_id = made.job_response_id OR (
        taken.occurred_at <= made.occurred_at
        AND (taken_job.id = made_job.id OR (
            taken_job.sequence < made_job.sequence AND NOT EXISTS (
                SELECT 1 FROM work_jobresponse stretch JOIN inventory_stockmove own ON own.job_response_id = stretch.id
                WHERE stretch.job_order_id = taken_job.id AND own.quantity > 0 AND own.kind IN {_MAKES}
                  AND {_STANDS.format("own")})))))
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
    pair = f"""
        SELECT {_NODE.format("taken")} AS parent, {_NODE.format("made")} AS child, taken.id AS taken_id,
               made.id AS made_id, NULL::bigint AS installation_id
        FROM inventory_stockmove {known}
    """
    counts = f"""
        WHERE {_at(known, sublot, lot)}
          AND made.quantity > 0 AND made.kind IN {_MAKES} AND taken.quantity < 0 AND taken.kind IN {_TAKES}
          AND {_STANDS.format("made")} AND {_STANDS.format("taken")}
    """
    step = f"""
        {pair} JOIN inventory_stockmove {other} ON taken.move_group = made.move_group {counts}
        UNION
        {pair}
        JOIN work_jobresponse {known}_stretch ON {known}_stretch.id = {known}.job_response_id
        JOIN work_joborder {known}_job ON {known}_job.id = {known}_stretch.job_order_id
        JOIN work_joborder {other}_job ON {other}_job.work_request_id = {known}_job.work_request_id
        JOIN work_jobresponse {other}_stretch ON {other}_stretch.job_order_id = {other}_job.id
        JOIN inventory_stockmove {other} ON {other}.job_response_id = {other}_stretch.id
        {counts} AND {_OF_ONE_ORDER}
        UNION
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
