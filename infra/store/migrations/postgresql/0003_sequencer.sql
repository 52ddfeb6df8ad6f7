-- The sequencer: gives committed events their place, one at a time, without a lock on the writers.
--
-- Below the snapshot's minimum every transaction has ended, so no event can still appear there; in that order,
-- (transaction id, id), events get the next places. Called by every reader of the order and by the follower: with the
-- owner's rights, for who may only read needs places too and may write none.

-- In: how many at most; whether to wait for one that is at work (else its work is left to it).
-- Out: the last place given, and whether there may be more to do.
CREATE FUNCTION casus.place_new(
    p_most integer DEFAULT 20000, p_wait boolean DEFAULT false, OUT last bigint, OUT more boolean
) LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    h casus.place_head%ROWTYPE;
    taken bigint;
    last_xid xid8;
    last_id bigint;
    moment timestamptz;
BEGIN
    SELECT * INTO h FROM casus.place_head;
    -- Looking is free; locking the head would cost every idle reader a transaction id. The first in order tells: asked
    -- whether there is any, the planner reads the whole log of a store that was not analysed yet.
    IF NOT p_wait AND NOT EXISTS (
        SELECT FROM (
            SELECT e.xid FROM casus.stored_events e WHERE (e.xid, e.id) > (h.xid, h.id) AND e.id > h.base
                ORDER BY e.xid, e.id LIMIT 1) first_due
            WHERE first_due.xid < pg_snapshot_xmin(pg_current_snapshot()))
    THEN
        last := h.place;
        more := false;
        RETURN;
    END IF;
    IF p_wait THEN
        SELECT * INTO h FROM casus.place_head FOR UPDATE;
    ELSE
        SELECT * INTO h FROM casus.place_head FOR UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            last := (SELECT place FROM casus.place_head);
            more := false;
            RETURN;
        END IF;
    END IF;
    IF h.xid >= pg_snapshot_xmax(pg_current_snapshot()) THEN
        RAISE EXCEPTION 'this log was restored from another cluster: run casus store upgrade'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    moment := greatest(h.placed_at, clock_timestamp());
    WITH due AS MATERIALIZED (
        SELECT e.originator_id, e.originator_version, e.xid, e.id
            FROM casus.stored_events e
            WHERE (e.xid, e.id) > (h.xid, h.id) AND e.id > h.base
                AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
            ORDER BY e.xid, e.id LIMIT p_most),
    put AS (
        INSERT INTO casus.places
            SELECT h.place + row_number() OVER (ORDER BY d.xid, d.id), d.originator_id, d.originator_version, moment
            FROM due d)
    SELECT count(*) OVER (), d.xid, d.id INTO taken, last_xid, last_id
        FROM due d ORDER BY d.xid DESC, d.id DESC LIMIT 1;
    IF taken > 0 THEN
        UPDATE casus.place_head SET place = h.place + taken, xid = last_xid, id = last_id, placed_at = moment;
    END IF;
    last := h.place + coalesce(taken, 0);
    more := coalesce(taken, 0) = p_most;
END $$;

-- For a log that was restored into another cluster, whose transaction ids start below those in it. By the owner,
-- before anybody writes: places what had none yet and starts counting by this cluster's own ids.
CREATE FUNCTION casus.place_restored() RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    h casus.place_head%ROWTYPE;
    last_place bigint;
BEGIN
    SELECT * INTO h FROM casus.place_head FOR UPDATE;
    -- What a snapshot shows was written below its maximum, unless it was written elsewhere.
    IF h.xid < pg_snapshot_xmax(pg_current_snapshot()) AND NOT EXISTS (
        SELECT FROM casus.stored_events e WHERE e.xid >= pg_snapshot_xmax(pg_current_snapshot()))
    THEN
        RETURN h.place;
    END IF;
    INSERT INTO casus.places
        SELECT h.place + row_number() OVER (ORDER BY e.id), e.originator_id, e.originator_version,
               greatest(h.placed_at, clock_timestamp())
        FROM casus.stored_events e LEFT JOIN casus.places p
            ON p.originator_id = e.originator_id AND p.originator_version = e.originator_version
        WHERE p.place IS NULL;
    SELECT max(place) INTO last_place FROM casus.places;
    UPDATE casus.place_head SET place = coalesce(last_place, 0), xid = '0', id = 0,
        base = (SELECT coalesce(max(id), 0) FROM casus.stored_events), placed_at = greatest(h.placed_at, clock_timestamp());
    RETURN coalesce(last_place, 0);
END $$;
