"""What must hold of stock at every commit. `manage.py check_invariants` runs it; rows are violations."""

from mom.core.invariants import register

register(
    "inventory.balances_are_sums",
    promise="P09",
    sentence="Every balance is the sum of its ledger, and everything in the ledger has a balance.",
    sql="""
        SELECT coalesce(b.location_id, s.location_id) AS location_id, b.quantity, s.quantity AS ledger FROM
        inventory_stockbalance b FULL JOIN (
            SELECT location_id, definition_id, coalesce(lot_id, 0) AS lot, coalesce(sublot_id, 0) AS sublot,
                   sum(quantity) AS quantity, coalesce(sum(active_quantity), 0) AS active_quantity
            FROM inventory_stockmove GROUP BY 1, 2, 3, 4
        ) s ON s.location_id = b.location_id AND s.definition_id = b.definition_id
               AND s.lot = coalesce(b.lot_id, 0) AND s.sublot = coalesce(b.sublot_id, 0)
        WHERE (b.quantity, b.active_quantity) IS DISTINCT FROM (s.quantity, s.active_quantity)
              AND NOT (s.quantity IS NULL AND b.quantity = 0 AND b.active_quantity = 0)
    """,
)
register(
    "inventory.reserved_is_sum",
    promise="P10",
    sentence="What is reserved of a balance is the sum of its open reservations, and lies there.",
    sql="""
        SELECT b.id, b.reserved, b.quantity, coalesce(sum(r.quantity - r.taken), 0) AS promised
        FROM inventory_stockbalance b
        LEFT JOIN inventory_stockreservation r ON r.balance_id = b.id AND r.released_at IS NULL
        GROUP BY b.id HAVING b.reserved <> coalesce(sum(r.quantity - r.taken), 0)
                             OR (b.reserved > 0 AND b.reserved > b.quantity)
    """,
)
register(
    "inventory.transfers_conserve",
    promise="P11",
    sentence="A transfer or blending takes as much from one place as it brings to another.",
    sql="""
        SELECT move_group, sum(quantity) AS difference FROM inventory_stockmove
        WHERE kind IN ('transferred', 'blended') GROUP BY move_group HAVING sum(quantity) <> 0
    """,
)
register(
    "inventory.sites_agree",
    promise="P33",
    sentence="A move, its place, material, lot and job belong to one site.",
    sql="""
        SELECT m.id FROM inventory_stockmove m JOIN inventory_storagelocation p ON p.id = m.location_id
        JOIN plant_materialdefinition d ON d.id = m.definition_id
        LEFT JOIN plant_materiallot l ON l.id = m.lot_id LEFT JOIN plant_materialsublot s ON s.id = m.sublot_id
        LEFT JOIN work_jobresponse r ON r.id = m.job_response_id
        WHERE m.site_id <> ANY (ARRAY[p.site_id, d.site_id, l.site_id, s.site_id, r.site_id])
    """,
)
