-- The one way in, now with the owner's rights: nobody else may insert, so that stamps, names and members can't be forged.

DROP FUNCTION casus.append(text, bytea, text, text[], bigint[], boolean[], text[], bigint[], text[], bytea[], integer[], text[],
    text[], bytea[], boolean);

-- As before (0002), and `p_members`: for each case whose people this act changes all the parts that there are then, each
-- `[grain, first day, last day]`.
CREATE FUNCTION casus.append(
    p_command text, p_digest bytea, p_result text,
    p_watch text[], p_watch_at bigint[], p_watch_mine boolean[],
    p_stream text[], p_version bigint[], p_topic text[], p_state bytea[],
    p_sealed_event integer[], p_field text[], p_key text[], p_data bytea[],
    p_bulk boolean, p_members jsonb DEFAULT NULL,
    OUT outcome text, OUT stream text, OUT digest bytea, OUT result text,
    OUT recorded_at timestamptz, OUT recorded_by text
) LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found_version bigint;
    found_at timestamptz;
    bound boolean := NOT pg_has_role(session_user, current_user, 'MEMBER');
BEGIN
    recorded_at := '-infinity';
    FOR i IN 1 .. cardinality(p_watch) LOOP
        IF p_watch_mine[i] THEN
            PERFORM pg_advisory_xact_lock(hashtextextended(p_watch[i], 4071));
        ELSE
            PERFORM pg_advisory_xact_lock_shared(hashtextextended(p_watch[i], 4071));
        END IF;
        SELECT e.originator_version, e.recorded_at INTO found_version, found_at
            FROM casus.stored_events e WHERE e.originator_id = p_watch[i]
            ORDER BY e.originator_version DESC LIMIT 1;
        IF coalesce(found_version, 0) <> p_watch_at[i] THEN
            outcome := 'moved';
            stream := p_watch[i];
            EXIT;
        END IF;
        IF p_watch_mine[i] THEN
            recorded_at := greatest(recorded_at, found_at);
        END IF;
    END LOOP;
    IF outcome IS NULL AND p_bulk THEN
        SELECT n.s INTO stream
            FROM (SELECT s, min(v) AS first FROM unnest(p_stream, p_version) AS u(s, v) GROUP BY s) n
            LEFT JOIN LATERAL (
                SELECT e.originator_version AS last FROM casus.stored_events e
                WHERE e.originator_id = n.s ORDER BY e.originator_version DESC LIMIT 1) l ON true
            WHERE coalesce(l.last, 0) + 1 <> n.first LIMIT 1;
        IF FOUND THEN
            outcome := 'moved';
        END IF;
    END IF;
    IF outcome IS NULL THEN
        -- A stream's times never go back, not even when the server's clock does: they are part of its order.
        recorded_at := greatest(recorded_at, clock_timestamp());
        recorded_by := session_user;
        IF p_command IS NOT NULL THEN
            INSERT INTO casus.receipts VALUES (p_command, p_digest, p_result, recorded_at, recorded_by)
                ON CONFLICT DO NOTHING;
            IF NOT FOUND THEN
                outcome := 'known';
            END IF;
        END IF;
    END IF;
    IF outcome IS NULL THEN
        IF bound AND EXISTS (SELECT FROM pg_roles WHERE rolname = 'casus_projector' AND pg_has_role(session_user, oid, 'MEMBER')) THEN
            PERFORM casus.check_follower(p_command, p_stream, p_version, p_topic, p_state);
            p_members := NULL;
        ELSIF bound THEN
            PERFORM casus.check_act(p_command, p_watch, p_watch_at, p_watch_mine, p_stream, p_version, p_topic, p_state, p_members);
        END IF;
        IF bound THEN
            PERFORM casus.check_shape(u.t, u.b, ARRAY(SELECT f FROM unnest(p_sealed_event, p_field) s(e, f) WHERE s.e = u.n))
                FROM unnest(p_topic, p_state) WITH ORDINALITY u(t, b, n);
        END IF;
        INSERT INTO casus.stored_events
                (originator_id, originator_version, topic, state, recorded_at, recorded_by)
            SELECT s, v, t, b, append.recorded_at, append.recorded_by
            FROM unnest(p_stream, p_version, p_topic, p_state) AS u(s, v, t, b);
        IF cardinality(p_field) > 0 THEN
            INSERT INTO casus.sealed_fields
                SELECT p_stream[e], p_version[e], f, k, d
                FROM unnest(p_sealed_event, p_field, p_key, p_data) AS u(e, f, k, d);
        END IF;
        IF p_topic && '{case.intake.submitted,case.intake.taken-up,case.escalation.received,case.closing.duplicate-taken-in,
                case.access.clearance-set,case.access.glass-broken,team.team.profile-adopted,team.team.partner-admitted,
                team.team.partner-left,team.team.sharing-signed,team.team.sharing-expired,team.team.professional-added,
                team.team.roles-changed,team.team.professional-left,team.team.chair-appointed}'::text[] THEN
            PERFORM casus.keep_up(p_stream, p_topic, p_state, recorded_at);
        END IF;
        IF p_members IS NOT NULL THEN
            PERFORM casus.keep_members(p_members, recorded_at);
        END IF;
        IF bound AND p_topic && '{team.team.professional-left,team.team.partner-left}'::text[] THEN
            PERFORM casus.check_left(p_stream, p_topic, p_state);
        END IF;
        IF bound AND p_topic && '{case.intake.subject-identified,case.consent.named,case.consent.overlap-answered}'::text[] THEN
            PERFORM casus.keep_notices(p_command, p_stream, p_topic, p_state, recorded_at);
        END IF;
        outcome := 'stored';
        RETURN;
    END IF;
    -- A command that comes again finds its stream moved by itself: its receipt says so. Of somebody else's command it says
    -- no more than that the id was used.
    SELECT CASE WHEN bound AND r.recorded_by <> session_user THEN ''::bytea ELSE r.digest END,
           CASE WHEN bound AND r.recorded_by <> session_user THEN '{}' ELSE r.result END, r.recorded_at, r.recorded_by
        INTO digest, result, recorded_at, recorded_by
        FROM casus.receipts r WHERE r.command_id = p_command;
    IF FOUND THEN
        outcome := 'known';
    END IF;
END $$;
