-- When a backup was put back, after which the ledger of erasures has to be asked; and when somebody said that the store is to be
-- served without what the ledger lacks. The owner alone writes it.

CREATE TABLE casus_keys.ledger_checks (
    n           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    what        text NOT NULL CHECK (what IN ('restored', 'without')),
    at          timestamptz NOT NULL,
    recorded_by text NOT NULL
);

-- The erasures that these lines of the ledger do not name: those of which the log says that they are done, by the digest of
-- their line; and those whose keys went though the log, put back from before, does not know of them.
CREATE FUNCTION casus_keys.erasures_unlisted(p_lines jsonb) RETURNS TABLE (stream text, subject text, request text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH accepted AS (
        SELECT coalesce(max(at), '-infinity') AS until FROM casus_keys.ledger_checks WHERE what = 'without'),
    lines AS (
        SELECT x ->> 'stream' AS stream, x ->> 'subject' AS subject, x ->> 'receipt' AS receipt
        FROM jsonb_array_elements(p_lines) x),
    said AS (
        SELECT e.originator_id AS stream, left(f.rest, -1)::jsonb AS facts
        FROM casus.stored_events e, accepted a,
            LATERAL (SELECT split_part(convert_from(e.state, 'UTF8'), E'\n"facts":', 2) AS rest) f
        WHERE e.topic = 'case.rights.subject-erased' AND e.recorded_at > a.until)
    SELECT s.stream, s.facts ->> 'subject', s.facts ->> 'right' FROM said s
    WHERE EXISTS (SELECT FROM casus_keys.data_keys k WHERE k.originator_id = s.stream AND k.subject = s.facts ->> 'subject')
        AND NOT EXISTS (SELECT FROM lines l WHERE l.receipt = s.facts ->> 'receipt')
    UNION
    SELECT j.originator_id, j.subject, j.request FROM casus_keys.erasures j, accepted a
    WHERE j.step = 'keys' AND j.done_at > a.until
        AND NOT EXISTS (SELECT FROM lines l WHERE (l.stream, l.subject) = (j.originator_id, j.subject))
        AND NOT casus_keys.erasure_logged(j.originator_id, j.subject, 'case.rights.erasure-begun')
        AND NOT casus_keys.erasure_logged(j.originator_id, j.subject, 'case.rights.subject-erased')
    ORDER BY 1, 2
$$;

-- How many those are, and whether a backup was put back since it was last said that there is no ledger: for anybody who opens
-- the store.
CREATE FUNCTION casus_keys.ledger_standing(p_lines jsonb, OUT unlisted bigint, OUT unchecked boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (SELECT count(*) FROM casus_keys.erasures_unlisted(p_lines)),
        coalesce((SELECT what = 'restored' FROM casus_keys.ledger_checks ORDER BY n DESC LIMIT 1), false)
$$;

REVOKE ALL ON FUNCTION casus_keys.erasures_unlisted(jsonb), casus_keys.ledger_standing(jsonb) FROM PUBLIC;
