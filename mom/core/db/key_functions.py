"""Claiming an `Idempotency-Key` in one round trip. Migrations name this: never change it, add another.

A statement sees what was committed before it began, so one that waits for a lock and looks would not see what the other
committed meanwhile. Inside a function of PL/pgSQL each statement begins anew: the look comes after the wait.
"""

CREATE = """
CREATE FUNCTION core_claim_key(lock_space integer, of_principal text, of_key text) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(lock_space, hashtext(of_principal || ' ' || of_key));
    RETURN NOT EXISTS (SELECT FROM public.core_idempotencykey WHERE principal = of_principal AND key = of_key);
END $$;
"""
UNDO = "DROP FUNCTION IF EXISTS core_claim_key(integer, text, text);"
