-- The one way in which events come into the log: checks, receipt, stamps and events in one round trip.
--
-- In: the command's id, the digest of its content and its result (an id of null: no receipt is kept); the streams it
-- watches, sorted, each with the version it saw and whether it appends there; its events; their sealed fields, each
-- by the index of its event. `p_bulk` checks the versions of streams that are not watched all at once.
-- Out: `stored`; `known` with the digest and result that were stored before; or `moved` with the stream.
--
-- Locks are taken in the order of the streams' names, so that no two acts wait for each other; a stream only read is
-- held shared. Every statement here sees what was committed before it, so a version holds once its lock is had.

CREATE FUNCTION casus.append(
    p_command text, p_digest bytea, p_result text,
    p_watch text[], p_watch_at bigint[], p_watch_mine boolean[],
    p_stream text[], p_version bigint[], p_topic text[], p_state bytea[],
    p_sealed_event integer[], p_field text[], p_key text[], p_data bytea[],
    p_bulk boolean,
    OUT outcome text, OUT stream text, OUT digest bytea, OUT result text,
    OUT recorded_at timestamptz, OUT recorded_by text
) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    found_version bigint;
    found_at timestamptz;
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
        INSERT INTO casus.stored_events
                (originator_id, originator_version, topic, state, recorded_at, recorded_by)
            SELECT s, v, t, b, append.recorded_at, append.recorded_by
            FROM unnest(p_stream, p_version, p_topic, p_state) AS u(s, v, t, b);
        IF cardinality(p_field) > 0 THEN
            INSERT INTO casus.sealed_fields
                SELECT p_stream[e], p_version[e], f, k, d
                FROM unnest(p_sealed_event, p_field, p_key, p_data) AS u(e, f, k, d);
        END IF;
        outcome := 'stored';
        RETURN;
    END IF;
    -- A command that comes again finds its stream moved by itself: its receipt says so.
    SELECT r.digest, r.result, r.recorded_at, r.recorded_by INTO digest, result, recorded_at, recorded_by
        FROM casus.receipts r WHERE r.command_id = p_command;
    IF FOUND THEN
        outcome := 'known';
    END IF;
END $$;
