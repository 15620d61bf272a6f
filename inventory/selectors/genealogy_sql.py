"""The walk over the ledger as one statement: every step from what went in to what came of it, in one direction.

A node is a lot (its key) or a piece (its key, negative). Steps come from moves of one act (a piece out of its lot, a
lot into a blend), from what the jobs of an order consumed and made, and from components built into products. Facts that
were taken back, and their reversals, are no steps.

First the nodes are found, each once, by way of acts and orders, each looked at once: that may be more than can be
reached, because an order's jobs may have gone separate ways. Then come the steps between all of them, again from the
orders and acts, so that a move is read with its job and not looked up for each lot; who reads them walks them from the
start.
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
# What the walk has reached stands in a column of its kind and the others are empty: the planner takes "is not empty"
# for nearly all rows and joins by hash, where it would take a column that tells kinds apart for a handful and loop.
_KINDS = ("node", "stretch", "work_order", "act")


def _reached(**kind: str) -> str:
    return ", ".join(kind.get(each, "NULL::bigint") for each in _KINDS)


def _moves_of(node: str, side: str) -> str:
    """The moves of a node on one side, by index: of a lot (not of its pieces), or of a piece."""
    return f"""
        SELECT m.id, m.move_group, m.job_response_id FROM inventory_stockmove m
        WHERE {node} > 0 AND m.lot_id = {node} AND m.sublot_id IS NULL AND {_SIDE[side].format("m")}
        UNION ALL
        SELECT m.id, m.move_group, m.job_response_id FROM inventory_stockmove m
        WHERE {node} < 0 AND m.sublot_id = -{node} AND {_SIDE[side].format("m")}
    """


def _reach(known: str, other: str, here: str, there: str) -> str:
    """Nodes, the stretches of work and orders of their moves, and the moves whose act has another side."""
    partner = _NODE.format("o")
    return f"""
        SELECT {_reached(node="unnest(%(nodes)s::bigint[])")}
        UNION
        SELECT next.* FROM reach, LATERAL (
            SELECT found.* FROM ({_moves_of("reach.node", known)}) AS k, LATERAL (
                SELECT each.* FROM inventory_stockmove o, LATERAL (
                    VALUES ({_reached(node=partner)}), ({_reached(act="k.id")})
                ) AS each
                WHERE o.move_group = k.move_group AND {_SIDE[other].format("o")}
                UNION ALL
                SELECT {_reached(stretch="k.job_response_id")} WHERE k.job_response_id IS NOT NULL
            ) AS found WHERE reach.node IS NOT NULL
            UNION ALL
            SELECT {_reached(work_order="j.work_request_id")} FROM work_jobresponse s
            JOIN work_joborder j ON j.id = s.job_order_id WHERE s.id = reach.stretch
            UNION ALL
            SELECT {_reached(node=partner)} FROM work_joborder j JOIN work_jobresponse s ON s.job_order_id = j.id
            JOIN inventory_stockmove o ON o.job_response_id = s.id AND {_SIDE[other].format("o")}
            WHERE j.work_request_id = reach.work_order
            UNION ALL
            SELECT {_reached(node=f"-i.{there}_id")} FROM inventory_installation i WHERE i.{here}_id = -reach.node
        ) AS next
    """


def _of_orders(known: str) -> str:
    """The reached orders' moves of reached nodes, each with its job.

    Each order is looked up by itself (OFFSET 0 keeps the planner from reading all orders instead), nodes and acts in a
    hash (IS TRUE keeps it from a join). `is_for_itself`: its act made something, so what was taken is in that and in
    nothing else; where the walk came by what was taken it has looked already.
    """
    looked = f"""(SELECT 1 FROM inventory_stockmove own WHERE own.move_group = m.move_group AND own.quantity > 0
                  AND own.kind IN {_MAKES} LIMIT 1) IS NOT NULL"""
    if known == "taken":
        looked = "(m.id IN (SELECT act FROM reach WHERE act IS NOT NULL)) IS TRUE"
    return f"""
        SELECT moves.* FROM reach, LATERAL (
            SELECT m.id, m.occurred_at, m.occurred_until, m.kind, m.quantity, m.unit, m.job_response_id,
                   {_NODE.format("m")} AS node, j.id AS job_id, j.sequence, j.code, j.work_request_id,
                   m.quantity < 0 AND {looked} AS is_for_itself
            FROM work_joborder j JOIN work_jobresponse s ON s.job_order_id = j.id
            JOIN inventory_stockmove m ON m.job_response_id = s.id
            WHERE j.work_request_id = reach.work_order
              AND (({_SIDE["made"].format("m")}) OR ({_SIDE["taken"].format("m")}))
              AND ({_NODE.format("m")} IN (SELECT node FROM reach WHERE node IS NOT NULL)) IS TRUE
              AND {_STANDS.format("m")}
            OFFSET 0
        ) AS moves WHERE reach.work_order IS NOT NULL
    """


def _of_acts(taken: str, made: str, other: str) -> str:
    """The steps of one act, from its moves on the known side (k) and on the other (o)."""
    return f"""
        SELECT {_NODE.format(taken)} AS parent, {_NODE.format(made)} AS child, {taken}.id AS taken_id,
               {made}.id AS made_id, NULL::bigint AS installation_id, -{taken}.quantity AS quantity, {taken}.unit,
               {taken}.occurred_at AS at, {taken}.occurred_until AS until, {made}.kind, coalesce(j.code, '') AS job,
               '' AS position
        FROM reach JOIN inventory_stockmove k ON k.id = reach.act
        JOIN inventory_stockmove o ON o.move_group = k.move_group AND {_SIDE[other].format("o")}
        LEFT JOIN (work_jobresponse s JOIN work_joborder j ON j.id = s.job_order_id) ON s.id = {made}.job_response_id
        WHERE reach.act IS NOT NULL AND {_STANDS.format("k")} AND {_STANDS.format("o")}
    """


def _walk(*, backward: bool) -> str:
    known, other = ("made", "taken") if backward else ("taken", "made")
    here, there = ("product", "component") if backward else ("component", "product")
    of_acts = _of_acts("o", "k", other) if backward else _of_acts("k", "o", other)
    return f"""
        WITH RECURSIVE reach ({", ".join(_KINDS)}) AS ({_reach(known, other, here, there)}),
        of_orders AS MATERIALIZED ({_of_orders(known)}),
        walk AS (
            {of_acts}
            UNION ALL
            SELECT taken.node, made.node, taken.id, made.id, NULL, -taken.quantity, taken.unit, taken.occurred_at,
                   taken.occurred_until, made.kind, made.code, ''
            FROM of_orders AS taken JOIN of_orders AS made ON made.work_request_id = taken.work_request_id
            WHERE taken.quantity < 0 AND made.quantity > 0 AND {_OF_ONE_ORDER}
            UNION ALL
            SELECT -i.component_id, -i.product_id, NULL, NULL, i.id, 1, 'C62', i.installed_at, i.removed_at, '', '',
                   i.position
            FROM reach JOIN inventory_installation i ON i.{here}_id = -reach.node
        )
        SELECT * FROM walk ORDER BY walk.at, walk.taken_id, walk.made_id, walk.installation_id
    """


BACKWARD = _walk(backward=True)
FORWARD = _walk(backward=False)

# Arrays, not lists of thousands of parameters; no models, because only a few columns are wanted. Each lot is looked up
# by itself (OFFSET 0), however few others there are: what a trace costs is not to grow with the ledger.
NODES = """
SELECT 'L' || l.id, l.code, l.material, false FROM unnest(%(lots)s::bigint[]) AS n (id), LATERAL (
    SELECT l.id, l.code, d.code AS material FROM plant_materiallot l
    JOIN plant_materialdefinition d ON d.id = l.definition_id WHERE l.id = n.id OFFSET 0
) AS l
UNION ALL
SELECT 'S' || p.id, p.code, p.material, true FROM unnest(%(pieces)s::bigint[]) AS n (id), LATERAL (
    SELECT p.id, p.code, d.code AS material FROM plant_materialsublot p
    JOIN plant_materialdefinition d ON d.id = p.definition_id WHERE p.id = n.id OFFSET 0
) AS p
"""
_MOVES_OF = """
    SELECT m.* FROM unnest(%({nodes})s::bigint[]) AS n (id), LATERAL (
        SELECT m.id, m.lot_id, m.sublot_id, m.kind, m.quantity, m.occurred_at, m.partner_id FROM inventory_stockmove m
        WHERE {of_one} AND m.kind = ANY(%(kinds)s) AND m.reverses_id IS NULL
          AND (SELECT 1 FROM inventory_stockmove r WHERE r.reverses_id = m.id) IS NULL OFFSET 0
    ) AS m
"""
ENDS = f"""
SELECT coalesce('S' || m.sublot_id, 'L' || m.lot_id), m.kind, coalesce(b.code, ''), abs(m.quantity), m.occurred_at
FROM (
    {_MOVES_OF.format(nodes="lots", of_one="m.lot_id = n.id AND m.sublot_id IS NULL")}
    UNION ALL
    {_MOVES_OF.format(nodes="pieces", of_one="m.sublot_id = n.id")}
) AS m LEFT JOIN plant_businesspartner b ON b.id = m.partner_id
ORDER BY m.occurred_at, m.id
"""
