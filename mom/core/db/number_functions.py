"""Counting without gaps forbidden: a sequence per range and period. Migrations name this: never change it, add another.

The application may not create sequences, so the functions run with the owner's rights. The advisory lock (7012) is held
only by who makes a new period's sequence, until that commits.
"""

CREATE = """
CREATE FUNCTION core_fast_number(range_id bigint, period text, first bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    name text := format('core_number_%s_%s', range_id, regexp_replace(period, '[^0-9]', '', 'g'));
BEGIN
    IF to_regclass(quote_ident(name)) IS NULL THEN
        PERFORM pg_advisory_xact_lock(7012, range_id::integer);
        IF to_regclass(quote_ident(name)) IS NULL THEN
            -- IF NOT EXISTS looks again: who waited for the lock still remembers that there was none.
            EXECUTE format('CREATE SEQUENCE IF NOT EXISTS %I MINVALUE 0 START %s', name, first);
        END IF;
    END IF;
    RETURN nextval(quote_ident(name)::regclass);
END $$;

CREATE FUNCTION core_fast_number_last(range_id bigint, period text) RETURNS bigint
LANGUAGE sql SECURITY DEFINER STABLE SET search_path = public, pg_temp AS $$
    SELECT last_value FROM pg_sequences WHERE schemaname = 'public'
    AND sequencename = format('core_number_%s_%s', range_id, regexp_replace(period, '[^0-9]', '', 'g'));
$$;
"""
UNDO = """
DROP FUNCTION IF EXISTS core_fast_number(bigint, text, bigint);
DROP FUNCTION IF EXISTS core_fast_number_last(bigint, text);
"""
