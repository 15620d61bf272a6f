"""The ground's database functions, as migration `0001_ground` creates them. SQL within PostgreSQL 15."""

APPEND_ONLY = """
CREATE FUNCTION core_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows: % is refused. Correct a fact by a reversal and a new fact.', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only', TABLE = TG_TABLE_NAME;
END $$;
"""

FROZEN = """
CREATE FUNCTION core_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is frozen: none of % may change any more.', TG_TABLE_NAME, TG_ARGV[0]
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_frozen', TABLE = TG_TABLE_NAME;
END $$;
"""

# SECURITY DEFINER: the application may cause a version to be written but not write one itself.
# pg_temp stands last in the path, else a temporary table of the session could take the place of ours.
ROW_HISTORY = """
CREATE FUNCTION core_row_history() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    actor text := current_setting('app.actor', true);
    why text := coalesce(current_setting('app.reason', true), '');
    ignored text[] := string_to_array(TG_ARGV[1], ',');
    hidden text[] := string_to_array(TG_ARGV[2], ',');
    before jsonb;
    after jsonb;
    field text;
BEGIN
    IF TG_OP <> 'INSERT' THEN before := to_jsonb(OLD) - ignored; END IF;
    IF TG_OP <> 'DELETE' THEN after := to_jsonb(NEW) - ignored; END IF;
    IF before IS NOT DISTINCT FROM after THEN RETURN NULL; END IF;
    IF actor IS NULL OR actor = '' THEN
        RAISE EXCEPTION '% on % names no actor: write through a use case.', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation', TABLE = TG_TABLE_NAME,
                CONSTRAINT = TG_TABLE_NAME || '_needs_actor';
    END IF;
    IF TG_ARGV[3] = 'reason' AND TG_OP <> 'INSERT' AND length(btrim(why)) < 2 THEN
        RAISE EXCEPTION '% on % gives no reason.', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation', TABLE = TG_TABLE_NAME,
                CONSTRAINT = TG_TABLE_NAME || '_needs_reason';
    END IF;
    FOREACH field IN ARRAY hidden LOOP
        IF before ? field AND after ? field AND before -> field IS DISTINCT FROM after -> field THEN
            after := after || jsonb_build_object(field, '*** changed');
        ELSIF after ? field THEN
            after := after || jsonb_build_object(field, '***');
        END IF;
        IF before ? field THEN before := before || jsonb_build_object(field, '***'); END IF;
    END LOOP;
    INSERT INTO core_rowversion
        (recorded_at, table_name, row_id, operation, old, new, actor, actor_label, reason, request_id)
    VALUES
        (now(), TG_TABLE_NAME, coalesce(after, before) ->> TG_ARGV[0], TG_OP, before, after, actor,
         coalesce(current_setting('app.actor_label', true), ''), why,
         coalesce(current_setting('app.request_id', true), ''));
    RETURN NULL;
END $$;
"""

# The canonical bytes of an entry: a JSON array (fixed order), the instant as whole microseconds since 1970.
AUDIT_CANON = """
CREATE FUNCTION core_audit_canon(e core_auditentry) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT convert_to(jsonb_build_array(
        e.id, (extract(epoch FROM e.recorded_at) * 1000000)::bigint, e.chain, e.actor_kind, e.actor_id, e.actor_label,
        e.action, e.subject_type, e.subject_id, e.subject_label, e.before, e.after,
        e.reason, e.request_id)::text, 'UTF8')
$$;
CREATE FUNCTION core_audit_genesis(chain text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(convert_to('genesis:' || chain, 'UTF8'))
$$;
"""

# Sealed at COMMIT: chaining before that forks under load, and a lock held through the whole use case would queue it.
# 7002 is mom.core.db.locks.Lock.AUDIT_CHAIN.
AUDIT_SEAL = """
CREATE FUNCTION core_audit_seal() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    last bigint;
    tail bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(7002, hashtext(NEW.chain));
    SELECT s.seq, s.hash INTO last, tail FROM core_auditseal s WHERE s.chain = NEW.chain ORDER BY s.seq DESC LIMIT 1;
    tail := coalesce(tail, core_audit_genesis(NEW.chain));
    INSERT INTO core_auditseal (entry_id, chain, seq, prev_hash, hash)
    VALUES (NEW.id, NEW.chain, coalesce(last, 0) + 1, tail, sha256(tail || core_audit_canon(NEW)));
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER core_auditentry_seal AFTER INSERT ON core_auditentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION core_audit_seal();
"""

BEFORE_TABLES = [APPEND_ONLY, FROZEN, ROW_HISTORY]
AFTER_TABLES = [AUDIT_CANON, AUDIT_SEAL]

UNDO = """
DROP TRIGGER IF EXISTS core_auditentry_seal ON core_auditentry;
DROP FUNCTION IF EXISTS core_audit_seal();
DROP FUNCTION IF EXISTS core_audit_canon(core_auditentry);
DROP FUNCTION IF EXISTS core_audit_genesis(text);
"""
UNDO_FIRST = """
DROP FUNCTION IF EXISTS core_row_history();
DROP FUNCTION IF EXISTS core_frozen();
DROP FUNCTION IF EXISTS core_append_only();
"""
