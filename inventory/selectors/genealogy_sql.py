"""The walk over the ledger as one statement: every step from what went in to what came of it, in one direction.

A node is a lot (its key) or a piece (its key, negative). Steps come from moves of one act (a piece out of its lot, a
lot into a blend), from what the jobs of an order consumed and made, and from components built into products. Facts that
were taken back, and their reversals, are no steps.

First the nodes are found, each once, by way of acts and orders, each looked at once: that may be more than can be
reached, because an order's jobs may have gone separate ways. Then come the steps between all of them; who reads them
walks them from the start.
"""

_NODE = "coalesce(-{0}.sublot_id, {0}.lot_id)"
_MAKES = "('produced', 'by_product', 'co_product', 'blended')"
_SIDE = {
    "made": f"{{0}}.quantity > 0 AND {{0}}.kind IN {_MAKES} AND {{0}}.reverses_id IS NULL",
    "taken": "{0}.quantity < 0 AND {0}.kind IN ('consumed', 'blended') AND {0}.reverses_id IS NULL",
}
# A look into an index for each move, however many the ledger has: an anti-join would read all of it.
_STANDS = "(SELECT 1 FROM inventory_stockmove r WHERE r.reverses_id = {0}.id) IS NULL"

# What a job consumed is in what it made, unless it was taken for a certain piece or lot (its act made something). Work
# that was paused is one job of several stretches: what was taken in an earlier one is in what came of a later one. A
# job that made nothing itself handed on to the later jobs of its order: what it had taken is in what they make.
_OF_ONE_ORDER = f"""
    NOT taken.is_for_itself AND (taken.job_response_id = made.job_response_id OR (
        taken.occurred_at <= made.occurred_at
        AND (taken.job_id = made.job_id OR (
            taken.sequence < made.sequence AND NOT EXISTS (
                SELECT 1 FROM work_jobresponse stretch JOIN inventory_stockmove own ON own.job_response_id = stretch.id
                WHERE stretch.job_order_id = taken.job_id AND {_SIDE["made"].format("own")}
                  AND {_STANDS.format("own")})))))
"""
_STEP = """
    taken.node AS parent, made.node AS child, taken.id AS taken_id, made.id AS made_id, NULL::bigint AS installation_id,
    -taken.quantity AS quantity, taken.unit, taken.occurred_at AS at, taken.occurred_until AS until,
    made.kind, coalesce(made.code, '') AS job
"""


def _moves_of(node: str, side: str) -> str:
    """The moves of a node on one side, by index."""
    return f"""
        SELECT m.* FROM inventory_stockmove m WHERE m.lot_id = {node} AND m.sublot_id IS NULL
          AND {_SIDE[side].format("m")}
        UNION ALL
        SELECT m.* FROM inventory_stockmove m WHERE m.sublot_id = -{node} AND {_SIDE[side].format("m")}
    """


def _side(side: str) -> str:
    """All moves of the reached nodes on one side that stand, each with its job and order.

    `is_for_itself`: its act made something, so what was taken is in that and in nothing else.
    """
    own = "false"
    if side == "taken":
        own = f"""(SELECT 1 FROM inventory_stockmove own WHERE own.move_group = m.move_group AND own.quantity > 0
                   AND own.kind IN {_MAKES} LIMIT 1) IS NOT NULL"""
    return f"""
        SELECT m.id, m.move_group, m.occurred_at, m.occurred_until, m.kind, m.quantity, m.unit, m.job_response_id,
               {_NODE.format("m")} AS node, job.id AS job_id, job.sequence, job.code, job.work_request_id,
               {own} AS is_for_itself
        FROM reach, LATERAL ({_moves_of("reach.id", side)}) AS m
        LEFT JOIN LATERAL (
            SELECT j.id, j.sequence, j.code, j.work_request_id FROM work_jobresponse s
            JOIN work_joborder j ON j.id = s.job_order_id WHERE s.id = m.job_response_id OFFSET 0
        ) AS job ON true
        WHERE NOT reach.is_order AND {_STANDS.format("m")}
    """


def _walk(*, backward: bool) -> str:
    known, other = ("made", "taken") if backward else ("taken", "made")
    here, there = ("product", "component") if backward else ("component", "product")
    return f"""
        WITH RECURSIVE reach (is_order, id) AS (
            SELECT false, unnest(%(nodes)s::bigint[])
            UNION
            SELECT next.is_order, next.id FROM reach, LATERAL (
                SELECT found.is_order, found.id FROM ({_moves_of("reach.id", known)}) AS k, LATERAL (
                    SELECT false AS is_order, {_NODE.format("o")} AS id FROM inventory_stockmove o
                    WHERE o.move_group = k.move_group AND {_SIDE[other].format("o")}
                    UNION ALL
                    SELECT true, j.work_request_id FROM work_jobresponse s JOIN work_joborder j ON j.id = s.job_order_id
                    WHERE s.id = k.job_response_id
                ) AS found WHERE NOT reach.is_order
                UNION ALL
                SELECT false, {_NODE.format("o")} FROM work_joborder j JOIN work_jobresponse s ON s.job_order_id = j.id
                JOIN inventory_stockmove o ON o.job_response_id = s.id AND {_SIDE[other].format("o")}
                WHERE reach.is_order AND j.work_request_id = reach.id
                UNION ALL
                SELECT false, -i.{there}_id FROM inventory_installation i
                WHERE NOT reach.is_order AND i.{here}_id = -reach.id
            ) AS next
        ), taken AS MATERIALIZED ({_side("taken")}), made AS MATERIALIZED ({_side("made")}), walk AS (
            SELECT {_STEP} FROM taken JOIN made ON made.move_group = taken.move_group
            UNION
            SELECT {_STEP} FROM taken JOIN made ON made.work_request_id = taken.work_request_id WHERE {_OF_ONE_ORDER}
            UNION ALL
            SELECT -i.component_id, -i.product_id, NULL, NULL, i.id, 1, 'C62', i.installed_at, i.removed_at, '', ''
            FROM reach JOIN inventory_installation i ON i.{here}_id = -reach.id WHERE NOT reach.is_order
        )
        SELECT walk.*, coalesce(i.position, '')
        FROM walk LEFT JOIN inventory_installation i ON i.id = walk.installation_id
        ORDER BY walk.at, walk.taken_id, walk.made_id, walk.installation_id
    """


BACKWARD = _walk(backward=True)
FORWARD = _walk(backward=False)
