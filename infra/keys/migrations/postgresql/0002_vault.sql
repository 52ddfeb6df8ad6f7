-- Keys, sealed texts and tokens come out through these functions alone, with the owner's rights and for a disclosure that
-- is stored. No login but the owner's own has any right on the tables.

ALTER TABLE casus_keys.tokens ADD COLUMN login text COLLATE "C" NOT NULL DEFAULT session_user;

-- What a disclosure lets out: a row for every generation of its subjects' keys, then one for each of its fields.
-- Two calls, on purpose: a function that stored the trace and gave the key at once would leave no trace after a rollback.
-- So it refuses a disclosure of the transaction it is in, savepoints included; what it sees of another one is committed.
CREATE FUNCTION casus_keys.release(p_id text) RETURNS TABLE (
    stream text, subject text, generation integer, key_id text, state text, kek_version integer, wrapped bytea,
    version bigint, field text, data bytea
) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    d casus.disclosures%ROWTYPE;
BEGIN
    SELECT * INTO d FROM casus.disclosures x WHERE x.id = p_id;
    IF NOT FOUND OR d.login <> session_user OR d.xid IS NOT DISTINCT FROM pg_current_xact_id_if_assigned()
        OR d.at < clock_timestamp() - interval '10 minutes' OR d.outcome IN ('denied', 'reported')
    THEN
        PERFORM casus.refuse('no-disclosure');
    END IF;
    RETURN QUERY SELECT d.stream, k.subject, k.generation, k.key_id, k.state, k.kek_version, k.wrapped, NULL::bigint, NULL::text, NULL::bytea
        FROM casus_keys.data_keys k WHERE k.originator_id = d.stream AND k.subject = ANY (d.subjects);
    IF cardinality(d.fields) > 0 THEN
        RETURN QUERY SELECT d.stream, NULL::text, NULL::integer, s.key_id, NULL::text, NULL::integer, NULL::bytea,
                s.originator_version, s.field, s.data
            FROM (SELECT split_part(f, '.', 1)::bigint AS v, split_part(f, '.', 2) AS f FROM unnest(d.fields) f) w
            JOIN casus.sealed_fields s ON s.originator_id = d.stream AND s.originator_version = w.v AND s.field = w.f;
    END IF;
END $$;

-- Whether the caller works in a stream: in a case they are in or were asked about, at their own table, or on a number of
-- their table's that is not there yet.
CREATE FUNCTION casus_keys.works_in(p_stream text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM casus.roster r JOIN casus.tables t ON t.team = r.team
        WHERE r.login = session_user AND r.here AND (
            p_stream = r.team
            OR (t.prefix <> '' AND p_stream LIKE t.prefix || '-%'
                AND NOT EXISTS (SELECT FROM casus.stored_events e WHERE e.originator_id = p_stream))
            OR casus.stands(r, p_stream) IN ('own', 'asked', 'glass', 'knock')
            OR casus.stands(r, p_stream) = 'table' AND 'privacy' = ANY (r.functions)))
$$;

-- How it stands with the keys of these streams and subjects: the latest generation of each, without the key.
CREATE FUNCTION casus_keys.states(p_streams text[], p_subjects text[]) RETURNS TABLE (
    stream text, subject text, generation integer, key_id text, state text
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT ON (k.originator_id, k.subject) k.originator_id, k.subject, k.generation, k.key_id, k.state
    FROM unnest(p_streams, p_subjects) w(s, p)
    JOIN casus_keys.data_keys k ON k.originator_id = w.s AND k.subject = w.p
    WHERE pg_has_role(session_user, current_user, 'MEMBER') OR casus_keys.works_in(w.s)
    ORDER BY k.originator_id, k.subject, k.generation DESC
$$;

-- Whether a key says of itself what a wrapped key is: of the version in use (or the next, which is in the key file for a moment
-- before a change of it is stored here), and as long as one is. The first version is 1.
CREATE FUNCTION casus_keys.wrapped_well(p_kek integer, p_wrapped bytea) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    used integer := coalesce((SELECT max(k.version) FROM casus_keys.keks k), (SELECT max(s.kek_version) FROM casus_keys.secrets s), 1);
BEGIN
    -- Of an older one the trigger keeps nothing: whoever brought it reads the key file anew.
    RETURN coalesce(p_kek BETWEEN 1 AND used + 1 AND length(p_wrapped) = 60, false);
END $$;

-- Keep new keys where there never was one; the first stays. A key after an erasure is the owner's to make.
CREATE FUNCTION casus_keys.add(
    p_streams text[], p_subjects text[], p_generations integer[], p_ids text[], p_states text[], p_keks integer[],
    p_wrapped bytea[]
) RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    bound boolean := NOT pg_has_role(session_user, current_user, 'MEMBER');
BEGIN
    IF bound AND (EXISTS (SELECT FROM unnest(p_generations, p_states) u(g, s) WHERE g <> 1 OR s <> 'active')
        OR EXISTS (SELECT FROM (SELECT DISTINCT s FROM unnest(p_streams) s) u WHERE NOT casus_keys.works_in(u.s)))
    THEN
        PERFORM casus.refuse('not-in-this-case');
    END IF;
    IF bound AND EXISTS (SELECT FROM unnest(p_keks, p_wrapped) u(v, w) WHERE NOT casus_keys.wrapped_well(v, w)) THEN
        PERFORM casus.refuse('forged-key');
    END IF;
    INSERT INTO casus_keys.data_keys (originator_id, subject, generation, key_id, state, kek_version, wrapped, created_at)
        SELECT s, p, g, i, t, v, w, clock_timestamp()
        FROM unnest(p_streams, p_subjects, p_generations, p_ids, p_states, p_keks, p_wrapped) u(s, p, g, i, t, v, w)
        WHERE g > 1 OR NOT EXISTS (SELECT FROM casus_keys.data_keys k WHERE k.originator_id = s AND k.subject = p)
        ON CONFLICT DO NOTHING;
END $$;

-- Keep what a command brings to find its subjects again; what the same login brought for it in an earlier try is dropped.
CREATE FUNCTION casus_keys.put_tokens(
    p_command text, p_purposes text[], p_tokens bytea[], p_streams text[], p_subjects text[]
) RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    bound boolean := NOT pg_has_role(session_user, current_user, 'MEMBER');
BEGIN
    IF bound AND (EXISTS (SELECT FROM casus.receipts r WHERE r.command_id = p_command)
        OR EXISTS (SELECT FROM (SELECT DISTINCT s FROM unnest(p_streams) s) u WHERE NOT casus_keys.works_in(u.s)))
    THEN
        PERFORM casus.refuse('not-in-this-case');
    END IF;
    DELETE FROM casus_keys.tokens t WHERE t.command_id = p_command AND (NOT bound OR t.login = session_user);
    INSERT INTO casus_keys.tokens (purpose, token, originator_id, subject, command_id, login)
        SELECT p, t, s, j, p_command, session_user FROM unnest(p_purposes, p_tokens, p_streams, p_subjects) u(p, t, s, j)
        ON CONFLICT DO NOTHING;
END $$;

-- Where somebody with this token is known, and by which of the commands that were stored, for a disclosure of outcome `matched`. Of cases
-- that the caller is not in nothing is told: that a table knows somebody is itself content.
CREATE FUNCTION casus_keys.find(p_purpose text, p_token bytea, p_disclosure text)
RETURNS TABLE (stream text, subject text, command text) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    bound boolean := NOT pg_has_role(session_user, current_user, 'MEMBER');
BEGIN
    IF NOT EXISTS (SELECT FROM casus.disclosures d WHERE d.id = p_disclosure AND d.outcome = 'matched' AND d.login = session_user
        AND d.xid IS DISTINCT FROM pg_current_xact_id_if_assigned() AND d.at >= clock_timestamp() - interval '10 minutes')
    THEN
        PERFORM casus.refuse('no-disclosure');
    END IF;
    RETURN QUERY SELECT DISTINCT t.originator_id, t.subject, t.command_id FROM casus_keys.tokens t
        JOIN casus.receipts r ON r.command_id = t.command_id
        WHERE t.purpose = p_purpose AND t.token = p_token AND (NOT bound OR EXISTS (
            SELECT FROM casus.roster m WHERE m.login = session_user AND m.here AND (
                casus.stands(m, t.originator_id) IN ('own', 'glass') AND casus.shares(m)
                OR casus.stands(m, t.originator_id) = 'table' AND 'privacy' = ANY (m.functions))))
        ORDER BY 1, 2, 3;
END $$;

-- A wrapped secret of the store. Without the key-encryption key it opens nothing; with it, it makes tokens and digests.
CREATE FUNCTION casus_keys.secret(p_name text) RETURNS TABLE (kek_version integer, wrapped bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.kek_version, s.wrapped FROM casus_keys.secrets s WHERE s.name = p_name
$$;

CREATE FUNCTION casus_keys.keep_secret(p_name text, p_kek integer, p_wrapped bytea) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT pg_has_role(session_user, current_user, 'MEMBER') AND NOT (p_name = 'tokens' AND casus_keys.wrapped_well(p_kek, p_wrapped)) THEN
        PERFORM casus.refuse('forged-key');
    END IF;
    INSERT INTO casus_keys.secrets VALUES (p_name, p_kek, p_wrapped) ON CONFLICT DO NOTHING;
END $$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA casus_keys FROM PUBLIC;
