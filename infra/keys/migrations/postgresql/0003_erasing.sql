-- How far each erasure is, so that an interrupted one goes on; which key-encryption key is the oldest in use; and what an
-- erasure may do to the keys, for a login that may not touch them otherwise.

CREATE TABLE casus_keys.erasures (
    originator_id text COLLATE "C" NOT NULL,
    subject       text COLLATE "C" NOT NULL,
    request       text COLLATE "C" NOT NULL,
    step          text NOT NULL,
    found         text NOT NULL DEFAULT '',
    done_at       timestamptz NOT NULL,
    PRIMARY KEY (originator_id, subject, step)
);

CREATE TABLE casus_keys.keks (
    version integer PRIMARY KEY,
    since   timestamptz NOT NULL
);

-- A program that read the key file before it was changed would wrap with a key that is about to go: its key is not kept,
-- it finds that out when it reads it back, and reads the key file anew.
CREATE FUNCTION casus_keys.wrapped_now() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.kek_version < (SELECT max(version) FROM casus_keys.keks) THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER data_keys_wrapped_now BEFORE INSERT ON casus_keys.data_keys
FOR EACH ROW EXECUTE FUNCTION casus_keys.wrapped_now();
CREATE TRIGGER secrets_wrapped_now BEFORE INSERT ON casus_keys.secrets
FOR EACH ROW EXECUTE FUNCTION casus_keys.wrapped_now();

-- What an event about an erasure says of whom it is: its facts stand on the last line of its bytes.
CREATE FUNCTION casus_keys.erasure_logged(p_stream text, p_subject text, p_topic text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM casus.stored_events e,
            LATERAL (SELECT split_part(convert_from(e.state, 'UTF8'), E'\n"facts":', 2) AS rest) f
        WHERE e.originator_id = p_stream AND e.topic = p_topic AND left(f.rest, -1)::jsonb ->> 'subject' = p_subject)
$$;

-- Whether two logins stand behind an erasure that has begun: one decided what this subject asked, namely to be erased, and
-- another confirmed that; or one asked to destroy what was kept long enough and another confirmed that. Each in its order, and
-- nothing of another request, another subject or another act. By the stamps of who recorded it: an event's own word can be forged.
CREATE FUNCTION casus_keys.two_persons(p_stream text, p_subject text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH said AS (
        SELECT e.topic, e.originator_version AS version, e.recorded_at, e.recorded_by,
            (casus.taken_apart(e.state)).facts AS facts, (casus.taken_apart(e.state)).who AS who
        FROM casus.stored_events e
        WHERE e.originator_id = p_stream AND e.topic IN ('case.rights.requested', 'case.rights.decided', 'case.rights.confirmed',
            'case.rights.erasure-begun', 'case.retention.destruction-decided')),
    begun AS (
        SELECT facts ->> 'right' AS request, version FROM said
        WHERE topic = 'case.rights.erasure-begun' AND facts ->> 'subject' = p_subject),
    asked AS (
        SELECT facts ->> 'right' AS request, min(version) AS version FROM said
        WHERE topic = 'case.rights.requested' GROUP BY 1
        -- Of a number that was given out twice nobody can say what was confirmed.
        HAVING count(*) = 1 AND bool_and(facts ->> 'kind' = 'erasure' AND facts ->> 'subject' = p_subject)),
    destroyed AS (
        SELECT who ->> 'team' AS team, facts ->> 'custody' AS custody, version, recorded_at FROM said
        WHERE topic = 'case.retention.destruction-decided' AND facts -> 'subjects' ? p_subject),
    acts AS (
        SELECT e.topic, e.originator_version AS version, e.recorded_by, e.recorded_at,
            (casus.taken_apart(e.state)).facts AS facts, d.custody, d.version AS upto, d.recorded_at AS upto_at
        FROM destroyed d JOIN casus.stored_events e ON e.originator_id = d.team
        WHERE e.topic LIKE 'team.custody.%' AND (casus.taken_apart(e.state)).facts ->> 'custody' = d.custody)
    SELECT EXISTS (
            SELECT FROM asked a JOIN begun b ON b.request = a.request
            JOIN said d ON d.topic = 'case.rights.decided' AND d.facts ->> 'right' = a.request
                AND d.facts ->> 'outcome' IN ('granted', 'partly')
            JOIN said c ON c.topic = 'case.rights.confirmed' AND c.facts ->> 'right' = a.request
                AND c.recorded_by <> d.recorded_by
            WHERE a.version < d.version AND d.version < c.version AND c.version < b.version)
        OR EXISTS (
            SELECT FROM acts a
            JOIN acts c ON c.topic = 'team.custody.confirmed' AND c.custody = a.custody AND c.upto = a.upto
                AND c.recorded_by <> a.recorded_by AND a.version < c.version AND c.recorded_at <= c.upto_at
            -- As `commands.retention.destruction_of` numbers it: what nobody asked for, and no request of the subject's.
            JOIN begun b ON b.request ~ '^V[0-9]+$' AND a.upto < b.version
            WHERE a.topic = 'team.custody.requested' AND a.facts ->> 'act' = 'destroy' AND a.facts ->> 'case' = p_stream
                AND NOT EXISTS (SELECT FROM acts o WHERE o.custody = a.custody AND o.upto = a.upto AND o.recorded_at < o.upto_at
                    AND (o.topic IN ('team.custody.withdrawn', 'team.custody.carried-out')
                        OR o.topic = 'team.custody.requested' AND o.version <> a.version)))
$$;

-- Nothing below is done for a subject before the log says that the erasing has begun, and by two persons. The owner, who puts
-- backups back, does again what the log or the ledger says was done.
CREATE FUNCTION casus_keys.must_have_begun(p_stream text, p_subject text) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    bound boolean := NOT pg_has_role(session_user, current_user, 'MEMBER');
BEGIN
    IF NOT casus_keys.erasure_logged(p_stream, p_subject, 'case.rights.erasure-begun')
        AND (bound OR NOT casus_keys.erasure_logged(p_stream, p_subject, 'case.rights.subject-erased'))
    THEN
        RAISE EXCEPTION 'casus: no-erasure' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF bound AND NOT casus_keys.two_persons(p_stream, p_subject) THEN
        RAISE EXCEPTION 'casus: one-person' USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

CREATE FUNCTION casus_keys.erasure_note(
    p_stream text, p_subject text, p_request text, p_step text, p_found text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM casus_keys.must_have_begun(p_stream, p_subject);
    INSERT INTO casus_keys.erasures VALUES (p_stream, p_subject, p_request, p_step, p_found, clock_timestamp())
    ON CONFLICT DO NOTHING;
END $$;

CREATE FUNCTION casus_keys.erasure_steps() RETURNS SETOF casus_keys.erasures
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT * FROM casus_keys.erasures ORDER BY originator_id, subject, done_at
$$;

CREATE FUNCTION casus_keys.erasure_keys(p_stream text, p_subject text)
RETURNS TABLE (key_id text, alive boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT k.key_id, k.wrapped IS NOT NULL FROM casus_keys.data_keys k
    WHERE k.originator_id = p_stream AND k.subject = p_subject ORDER BY k.generation
$$;

CREATE FUNCTION casus_keys.erasure_destroy(p_stream text, p_subject text, p_keys text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM casus_keys.must_have_begun(p_stream, p_subject);
    UPDATE casus_keys.data_keys SET state = 'erased', wrapped = NULL, kek_version = NULL, erased_at = clock_timestamp()
    WHERE originator_id = p_stream AND subject = p_subject AND wrapped IS NOT NULL;
    -- That there was somebody stays to be seen: a key made anew would undo the erasure.
    INSERT INTO casus_keys.data_keys (originator_id, subject, generation, key_id, state, created_at, erased_at)
    SELECT p_stream, p_subject, n, k, 'erased', clock_timestamp(), clock_timestamp()
    FROM unnest(p_keys) WITH ORDINALITY AS given(k, n)
    WHERE NOT EXISTS (SELECT FROM casus_keys.data_keys WHERE originator_id = p_stream AND subject = p_subject);
END $$;

CREATE FUNCTION casus_keys.erasure_same_person(p_stream text, p_subject text) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM casus_keys.must_have_begun(p_stream, p_subject);
    RETURN QUERY SELECT DISTINCT b.originator_id::text COLLATE "C" AS other FROM casus_keys.tokens a
        JOIN casus_keys.tokens b ON (a.purpose, a.token) = (b.purpose, b.token)
        WHERE a.purpose = 'overlap' AND a.originator_id = p_stream AND a.subject = p_subject AND b.originator_id <> p_stream ORDER BY other;
END $$;

CREATE FUNCTION casus_keys.erasure_drop_tokens(p_stream text, p_subject text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM casus_keys.must_have_begun(p_stream, p_subject);
    DELETE FROM casus_keys.tokens WHERE originator_id = p_stream AND subject = p_subject;
END $$;

CREATE FUNCTION casus_keys.erasure_left(p_stream text, p_subject text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (SELECT count(*) FROM casus_keys.data_keys WHERE originator_id = p_stream AND subject = p_subject AND wrapped IS NOT NULL)
        + (SELECT count(*) FROM casus_keys.tokens WHERE originator_id = p_stream AND subject = p_subject)
$$;

-- How it stands here with an erasure that the ledger names: whether anything of these keys is here, and whether one of
-- them could still be opened. Random ids go in and two truths come out, so anybody who opens the store may ask.
CREATE FUNCTION casus_keys.erasure_here(p_stream text, p_keys text[], OUT known boolean, OUT alive boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM casus.stored_events WHERE originator_id = p_stream) AND (
            EXISTS (SELECT FROM casus_keys.data_keys WHERE key_id = ANY (p_keys))
            OR EXISTS (SELECT FROM casus.sealed_fields WHERE key_id = ANY (p_keys))),
        EXISTS (SELECT FROM casus_keys.data_keys WHERE key_id = ANY (p_keys) AND wrapped IS NOT NULL)
        OR NOT EXISTS (SELECT FROM casus_keys.data_keys WHERE key_id = ANY (p_keys))
$$;

CREATE FUNCTION casus_keys.erasures_outstanding(p_lines jsonb) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT l.n FROM jsonb_array_elements(p_lines) WITH ORDINALITY l(line, n),
        LATERAL (SELECT l.line ->> 'stream' AS stream, l.line ->> 'subject' AS subject,
            ARRAY(SELECT jsonb_array_elements_text(l.line -> 'keys')) AS keys) x,
        LATERAL casus_keys.erasure_here(x.stream, x.keys) h
    WHERE h.known AND CASE
        WHEN casus_keys.erasure_logged(x.stream, x.subject, 'case.rights.subject-erased') THEN h.alive
        ELSE NOT casus_keys.erasure_logged(x.stream, x.subject, 'case.rights.erasure-begun') END
    ORDER BY l.n
$$;

CREATE FUNCTION casus_keys.erasure_close(p_stream text, p_subject text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM casus_keys.must_have_begun(p_stream, p_subject);
    UPDATE casus_keys.erasures SET found = '' WHERE originator_id = p_stream AND subject = p_subject;
END $$;

CREATE FUNCTION casus_keys.keks_in_use() RETURNS TABLE (version integer, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT version, since FROM casus_keys.keks ORDER BY version
$$;

REVOKE ALL ON FUNCTION casus_keys.two_persons(text, text), casus_keys.must_have_begun(text, text), casus_keys.erasure_note(text, text, text, text, text),
    casus_keys.erasure_steps(), casus_keys.erasure_keys(text, text), casus_keys.erasure_destroy(text, text, text[]),
    casus_keys.erasure_same_person(text, text), casus_keys.erasure_drop_tokens(text, text),
    casus_keys.erasure_left(text, text), casus_keys.keks_in_use(), casus_keys.wrapped_now(),
    casus_keys.erasures_outstanding(jsonb), casus_keys.erasure_close(text, text),
    casus_keys.erasure_logged(text, text, text), casus_keys.erasure_here(text, text[]) FROM PUBLIC;
