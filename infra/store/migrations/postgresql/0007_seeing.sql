-- Seeing: an act of it is stored by one function, which is all that a disclosure rests on; who reads which rows; and the little
-- that is told of what somebody may not read.

-- Store an act of seeing. In: its id and bytes, and of what the bytes say the stream looked into, the subjects, the fields
-- and the outcome. Refused when the bytes say something else, when they are in somebody else's name, or when they name
-- what the caller may not see. Keys come with `casus_keys.release`, once this has committed.
CREATE FUNCTION casus.disclose(
    p_id text, p_state bytea, p_of text, p_subjects text[], p_fields text[], p_outcome text,
    OUT recorded_at timestamptz, OUT recorded_by text
) LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    e casus.envelope := casus.taken_apart(p_state);
    bound boolean := NOT pg_has_role(session_user, current_user, 'MEMBER');
    me casus.roster;
BEGIN
    IF e.head ->> 'stream' IS DISTINCT FROM 'access:' || p_id OR e.head -> 'version' IS DISTINCT FROM '1'
        OR e.head ->> 'topic' IS DISTINCT FROM 'access.access.disclosed'
        OR e.facts ->> 'of' IS DISTINCT FROM p_of OR e.facts ->> 'outcome' IS DISTINCT FROM p_outcome
        OR coalesce(e.facts -> 'subjects', '[]') <> to_jsonb(p_subjects)
        OR coalesce(e.facts -> 'fields', '[]') <> to_jsonb(p_fields)
    THEN
        PERFORM casus.refuse('forged-disclosure');
    END IF;
    IF bound AND p_outcome = 'denied' AND e.who ->> 'actor' = session_user AND NOT EXISTS (
        SELECT FROM casus.roster r WHERE r.team = e.who ->> 'team' AND r.login = session_user AND r.here)
    THEN
        -- Somebody who is on no roster was sent away: that is kept too, and releases nothing.
        IF cardinality(p_subjects) + cardinality(p_fields) > 0 OR e.facts -> 'seen' <> '[]' OR e.who ->> 'organisation' <> ''
            OR e.who ->> 'role' <> '' THEN
            PERFORM casus.refuse('forged-disclosure');
        END IF;
    ELSIF bound THEN
        me := casus.holder_of(e.who);
        IF p_outcome NOT IN ('denied', 'reported') AND cardinality(p_subjects) + cardinality(p_fields) > 0 THEN
            PERFORM casus.check_reach(me, p_of, p_outcome, p_fields);
        ELSIF p_outcome = 'matched' AND NOT me.functions && '{coordinator,professional,privacy}' THEN
            PERFORM casus.refuse('not-yours-to-find');
        END IF;
    END IF;
    IF bound THEN
        PERFORM casus.check_shape('access.access.disclosed', p_state, '{}');
        -- Streams are the log's own names; any other word would be one that somebody chose.
        IF EXISTS (SELECT FROM (SELECT p_of UNION ALL SELECT jsonb_array_elements_text(e.facts -> 'seen')) n(s)
            WHERE s !~ '^([A-Z]{2,4}-[0-9]{4}-[0-9]{4,6}|[a-z][a-z0-9-]{0,59})$' AND NOT EXISTS (
                SELECT FROM casus.stored_events x WHERE x.originator_id = s))
        THEN
            PERFORM casus.refuse('forged-disclosure');
        END IF;
    END IF;
    recorded_at := clock_timestamp();
    recorded_by := session_user;
    INSERT INTO casus.stored_events (originator_id, originator_version, topic, state, recorded_at, recorded_by)
        VALUES ('access:' || p_id, 1, 'access.access.disclosed', p_state, recorded_at, recorded_by);
    INSERT INTO casus.disclosures VALUES (p_id, p_of, session_user, coalesce(e.who ->> 'team', ''), pg_current_xact_id(),
        p_subjects, p_fields, p_outcome, recorded_at);
END $$;

-- Refused unless keys and texts of this stream are within somebody's reach.
CREATE FUNCTION casus.check_reach(me casus.roster, p_of text, p_outcome text, p_fields text[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    stand text;
BEGIN
    IF p_of IS NULL OR (p_outcome = 'written' AND cardinality(p_fields) > 0) THEN
        PERFORM casus.refuse('forged-disclosure');
    END IF;
    IF p_of ~ '^[a-z][a-z0-9-]*$' THEN -- the names on a roster
        IF p_of <> me.team OR NOT me.functions && '{coordinator,professional,privacy,administrator}' THEN
            PERFORM casus.refuse('not-your-table');
        END IF;
        RETURN;
    END IF;
    IF p_outcome = 'written' AND NOT EXISTS (SELECT FROM casus.stored_events s WHERE s.originator_id = p_of) THEN
        -- A key that an earlier try left behind for a case that is about to be opened.
        IF NOT EXISTS (SELECT FROM casus.tables t WHERE t.team = me.team AND t.prefix <> '' AND p_of LIKE t.prefix || '-%') THEN
            PERFORM casus.refuse('not-in-this-case');
        END IF;
        RETURN;
    END IF;
    stand := casus.stands(me, p_of);
    IF stand = 'own' AND me.functions && '{coordinator,professional}' THEN
        NULL;
    ELSIF p_outcome = 'written' AND (stand IN ('asked', 'knock', 'glass') OR stand = 'table' AND 'privacy' = ANY (me.functions)) THEN
        NULL; -- to answer, to say why glass is broken, to decide a right: what is sealed comes back to nobody by it
    ELSIF p_outcome = 'shown' AND stand = 'glass' THEN
        NULL;
    ELSIF p_outcome IN ('shown', 'exported') AND 'privacy' = ANY (me.functions)
        AND EXISTS (SELECT FROM casus.cases c WHERE c.number = p_of AND c.team = me.team)
    THEN
        NULL; -- why glass was broken, and a subject's own copy: which texts those are the policy decides
    ELSIF p_outcome IN ('shown', 'exported') AND EXISTS (
        SELECT FROM casus.goes_on g WHERE g.earlier = p_of AND casus.stands(me, g.number) = 'own'
            AND ('cleared' = ANY (me.roles) OR NOT EXISTS (SELECT FROM casus.cases c WHERE c.number = p_of AND c.restricted)
                OR EXISTS (SELECT FROM casus.case_members m WHERE m.number = g.number AND m.until IS NULL
                    AND m.grain = 'professional:' || me.team || '/' || me.professional
                    AND (clock_timestamp() AT TIME ZONE 'Europe/Amsterdam')::date BETWEEN m.starts AND m.ends)))
    THEN
        NULL; -- a case that went on elsewhere: its texts stayed here, for those whom its own clearance lets in
    ELSE
        PERFORM casus.refuse('not-in-this-case');
    END IF;
    IF NOT casus.shares(me) AND me.functions && '{coordinator,professional}' THEN
        PERFORM casus.refuse('no-sharing-agreement');
    END IF;
END $$;

-- Whoever is about to break glass in a case they are not in says so first: for ten minutes they then read its facts, and may
-- record that they broke it. What was knocked at and not broken stays here to be seen.
CREATE FUNCTION casus.knock(p_number text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known boolean := EXISTS (SELECT FROM casus.cases c WHERE c.number = p_number);
BEGIN
    INSERT INTO casus.knocks
        SELECT p_number, r.team || '/' || r.professional, session_user, clock_timestamp(), clock_timestamp() + interval '10 minutes'
        FROM casus.roster r WHERE known AND r.login = session_user AND r.here AND r.functions && '{coordinator,professional}';
    INSERT INTO casus.case_members (number, grain, since, until)
        SELECT p_number, 'knock:' || r.team || '/' || r.professional, clock_timestamp(), clock_timestamp() + interval '10 minutes'
        FROM casus.roster r WHERE known AND r.login = session_user AND r.here AND r.functions && '{coordinator,professional}'
        ON CONFLICT (number, grain, starts, ends) DO UPDATE SET until = excluded.until;
    RETURN known;
END $$;

-- The highest number with a prefix, and whether there is such a stream: of what the caller may not read these two are told.
CREATE FUNCTION casus.last_number(p_prefix text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT e.originator_id FROM casus.stored_events e
        WHERE e.originator_id >= p_prefix AND e.originator_id < p_prefix || chr(1114111) AND e.originator_version = 1
            AND e.originator_id ~ '^[A-Z]{2,4}-[0-9]{4}-[0-9]{4,6}$'
        ORDER BY length(e.originator_id) DESC, e.originator_id DESC LIMIT 1
$$;

CREATE FUNCTION casus.is_there(p_stream text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM casus.stored_events e WHERE e.originator_id = p_stream AND e.originator_version = 1)
$$;

-- For row security, on the log and on every read model. First: the streams whose facts whoever is logged in may read. A table's
-- stream is for everybody on a roster; a case for those in it, its coordinators, and privacy officers and auditors of its
-- table; what it went on from with it. Asked once a statement, not once a row.
CREATE FUNCTION casus.my_streams() RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 100 AS $$
DECLARE
    mine text[];
    cleared boolean;
    today date := (statement_timestamp() AT TIME ZONE 'Europe/Amsterdam')::date;
BEGIN
    SELECT array_agg(g.g), bool_or('cleared' = ANY (r.roles) OR r.functions && '{privacy,auditor}'::text[]) INTO mine, cleared
        FROM casus.roster r, unnest(casus.grains_of(r) || ''::text) g(g) WHERE r.login = session_user AND r.here;
    IF mine IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT t.team FROM casus.tables t;
    RETURN QUERY SELECT m.number FROM casus.case_members m WHERE m.grain = ANY (mine)
        AND (m.until IS NULL OR m.until > statement_timestamp()) AND today BETWEEN m.starts AND m.ends
        AND (NOT m.closed OR cleared);
    RETURN QUERY SELECT g.earlier FROM casus.goes_on g JOIN casus.case_members m ON m.number = g.number
        WHERE m.grain = ANY (mine) AND (m.until IS NULL OR m.until > statement_timestamp())
            AND today BETWEEN m.starts AND m.ends AND (NOT m.closed OR cleared)
            -- The earlier case keeps a clearance of its own, which the later one may have lowered.
            AND (cleared OR m.grain !~ '^(partner|table):'
                OR NOT EXISTS (SELECT FROM casus.cases c WHERE c.number = g.earlier AND c.restricted));
END $$;

-- Second: whether they may read a disclosure: who made it; privacy officers and auditors also where it was made from their
-- table, or into it or a case of it.
CREATE FUNCTION casus.sees(p_stream text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp COST 2000 AS $$
DECLARE
    d casus.disclosures%ROWTYPE;
BEGIN
    SELECT * INTO d FROM casus.disclosures x WHERE x.id = substr(p_stream, 8);
    RETURN d.login = session_user OR EXISTS (
        SELECT FROM casus.roster r WHERE r.login = session_user AND r.here AND r.functions && '{privacy,auditor}'::text[]
            AND (r.team = d.team OR r.team = d.stream
                OR EXISTS (SELECT FROM casus.cases c WHERE c.number = d.stream AND c.team = r.team)));
END $$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA casus FROM PUBLIC;
