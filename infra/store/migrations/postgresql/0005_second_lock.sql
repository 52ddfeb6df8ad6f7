-- What the function that appends checks and keeps: it binds every login that is not the owner's own to its place on a roster,
-- to the cases it is in and to the topics of its function; and it keeps who is who and who is in which case.
--
-- Functions that are called from outside have the owner's rights and a search path of their own; the others are called by
-- those alone, and nobody may execute them.

-- Refused unless this act is the caller's to record. Of one act all events have one header.
CREATE FUNCTION casus.check_act(
    p_command text, p_watch text[], p_watch_at bigint[], p_watch_mine boolean[],
    p_stream text[], p_version bigint[], p_topic text[], p_state bytea[], p_members jsonb
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    place integer;
    e casus.envelope;
    who jsonb;
    me casus.roster;
    shares boolean;
    stand text;
    opened text[] := '{}';
BEGIN
    IF p_command IS NULL THEN
        PERFORM casus.refuse('no-receipt');
    END IF;
    FOR i IN 1 .. cardinality(p_stream) LOOP
        -- Each event follows the last of its stream, which was watched and held: no version is left out.
        place := array_position(p_watch, p_stream[i]);
        IF place IS NULL OR NOT p_watch_mine[place] OR p_version[i] IS DISTINCT FROM p_watch_at[place] + 1 + (
            SELECT count(*) FROM unnest(p_stream[1:i - 1]) s WHERE s = p_stream[i])
        THEN
            PERFORM casus.refuse('version-left-out');
        END IF;
        e := casus.taken_apart(p_state[i]);
        IF e.head ->> 'stream' IS DISTINCT FROM p_stream[i] OR e.head -> 'version' IS DISTINCT FROM to_jsonb(p_version[i])
            OR e.head ->> 'topic' IS DISTINCT FROM p_topic[i] OR e.head ->> 'command' IS DISTINCT FROM p_command
        THEN
            PERFORM casus.refuse('forged-envelope');
        END IF;
        IF who IS NULL THEN
            who := e.who - 'audience'; -- for whom its texts are meant may differ from one event to the next
            me := casus.holder_of(who);
            shares := casus.shares(me);
        ELSIF who <> e.who - 'audience' THEN
            PERFORM casus.refuse('forged-header');
        END IF;
        IF p_topic[i] LIKE 'team.%' THEN
            stand := CASE WHEN p_stream[i] = me.team THEN 'own' ELSE 'other' END;
        ELSIF p_topic[i] NOT LIKE 'case.%' THEN
            stand := 'other';
        ELSIF p_stream[i] = ANY (opened) THEN
            stand := 'own';
        ELSIF p_version[i] = 1 THEN
            -- A number of the own table's, for a case of the own table. One that was received was given away in the same act.
            IF e.facts ->> 'team' IS DISTINCT FROM me.team OR NOT EXISTS (
                    SELECT FROM casus.tables t WHERE t.team = me.team AND t.prefix <> ''
                        AND p_stream[i] ~ ('^' || t.prefix || '-[0-9]{4}-[0-9]{4,6}$'))
                OR (p_topic[i] = 'case.escalation.received' AND NOT EXISTS (
                    SELECT FROM unnest(p_stream, p_topic) g(s, t)
                    WHERE g.s = e.facts ->> 'predecessor' AND g.t = 'case.escalation.transferred'))
            THEN
                PERFORM casus.refuse('not-a-case-to-open');
            END IF;
            opened := opened || p_stream[i];
            stand := 'new';
        ELSE
            stand := casus.stands(me, p_stream[i]);
        END IF;
        -- Whoever is said to be erased has no key any more: else one row would have the whole store refused.
        IF p_topic[i] = 'case.rights.subject-erased' AND EXISTS (
            SELECT FROM casus_keys.data_keys k
            WHERE k.originator_id = p_stream[i] AND k.subject = e.facts ->> 'subject' AND k.state <> 'erased')
        THEN
            PERFORM casus.refuse('not-erased');
        END IF;
        IF NOT EXISTS (SELECT FROM casus.topic_rights r WHERE r.function = ANY (me.functions) AND r.relation = stand
                       AND p_topic[i] LIKE r.topic) THEN
            PERFORM casus.refuse(CASE WHEN stand IN ('own', 'new') THEN 'topic-not-yours' ELSE 'not-in-this-case' END);
        END IF;
        IF stand IN ('own', 'asked', 'glass', 'knock') AND p_topic[i] LIKE 'case.%' AND NOT shares
            AND me.functions && '{coordinator,professional}' AND NOT p_stream[i] = ANY (opened)
        THEN
            PERFORM casus.refuse('no-sharing-agreement');
        END IF;
        -- Whoever takes a duplicate in reads it: it is one of the same table, merged into this case in the same act.
        IF p_topic[i] = 'case.closing.duplicate-taken-in' AND NOT EXISTS (
            SELECT FROM unnest(p_stream, p_topic, p_state) g(s, t, b)
            JOIN casus.cases gone ON gone.number = g.s JOIN casus.cases kept ON kept.number = p_stream[i] AND kept.team = gone.team
            WHERE g.s = e.facts ->> 'duplicate' AND g.s <> p_stream[i] AND g.t = 'case.closing.merged'
                AND (casus.taken_apart(g.b)).facts ->> 'into' = p_stream[i])
        THEN
            PERFORM casus.refuse('not-a-duplicate');
        END IF;
        IF p_topic[i] = 'case.access.glass-broken' AND (e.facts ->> 'professional' IS DISTINCT FROM me.professional
            OR e.facts ->> 'team' IS DISTINCT FROM me.team
            OR (e.facts ->> 'until')::timestamptz > clock_timestamp() + interval '61 minutes')
        THEN
            PERFORM casus.refuse('forged-glass');
        END IF;
    END LOOP;
    PERFORM casus.check_members(me, p_stream, p_version, p_topic, p_state, p_members);
END $$;

-- Refused when a part in a case begins or ends otherwise than by a topic of this act there which may bring that about, recorded
-- by somebody in that case, or by a table that answers what it was asked. Who comes in is named where that topic names them.
CREATE FUNCTION casus.check_members(
    me casus.roster, p_stream text[], p_version bigint[], p_topic text[], p_state bytea[], p_members jsonb
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    given record;
    stand text;
    home text;
BEGIN
    IF EXISTS (SELECT FROM unnest(p_stream, p_version, p_topic) u(s, v, t) WHERE t LIKE 'case.%' AND v = 1
               AND NOT coalesce(p_members, '{}') ? s) THEN
        PERFORM casus.refuse('members-missing');
    END IF;
    FOR given IN SELECT key AS number, value AS grains FROM jsonb_each(coalesce(p_members, '{}')) LOOP
        IF NOT given.number = ANY (p_stream) THEN
            PERFORM casus.refuse('self-admission');
        END IF;
        IF EXISTS (SELECT FROM jsonb_array_elements(given.grains) g
                   WHERE g ->> 0 IS NULL OR g ->> 0 !~ '^((professional|partner):[^:/]+/[^:/]+|table:[^:/]+)$') THEN
            PERFORM casus.refuse('self-admission');
        END IF;
        SELECT CASE WHEN bool_or(v = 1) THEN 'new' ELSE casus.stands(me, given.number) END INTO stand
            FROM unnest(p_stream, p_version) u(s, v) WHERE s = given.number;
        SELECT coalesce((SELECT c.team FROM casus.cases c WHERE c.number = given.number), me.team) INTO home;
        IF EXISTS (
            WITH now AS (
                SELECT g ->> 0 AS grain, coalesce((g ->> 1)::date, '-infinity') AS starts, coalesce((g ->> 2)::date, 'infinity') AS ends
                FROM jsonb_array_elements(given.grains) g),
            was AS (
                SELECT m.grain, m.starts, m.ends FROM casus.case_members m
                WHERE m.number = given.number AND m.until IS NULL AND m.grain ~ '^(professional|partner|table):'),
            changed AS (
                SELECT 'begun' AS what, b.grain FROM (SELECT * FROM now EXCEPT SELECT * FROM was) b
                UNION SELECT 'ended', e.grain FROM (SELECT * FROM was EXCEPT SELECT * FROM now) e),
            told AS (
                SELECT r.kind, r.how, u.b AS state FROM unnest(p_stream, p_topic, p_state) u(s, t, b)
                JOIN casus.member_topics r ON r.topic = u.t
                WHERE u.s = given.number AND (stand IN ('own', 'new') OR stand = 'asked' AND EXISTS (
                    SELECT FROM casus.topic_rights a WHERE a.relation = 'asked' AND a.function = ANY (me.functions) AND u.t LIKE a.topic)))
            SELECT FROM changed c, LATERAL (SELECT
                regexp_replace(c.grain, '^.*[:/]', '') AS id, substring(c.grain FROM '^[a-z]+:([^/]+)') AS team) g
            WHERE NOT EXISTS (
                SELECT FROM told t WHERE t.kind = CASE split_part(c.grain, ':', 1)
                        WHEN 'professional' THEN CASE WHEN g.team = home THEN 'professional' ELSE 'elsewhere' END
                        WHEN 'partner' THEN CASE WHEN g.team = home THEN 'partner' END
                        ELSE CASE WHEN g.team = home THEN 'home' ELSE 'table' END END
                    AND CASE
                        -- That a part gets other days is an end and a beginning of the same.
                        WHEN t.how = 'ended' THEN c.what = 'ended' OR EXISTS (SELECT FROM was w WHERE w.grain = c.grain)
                        WHEN c.what = 'ended' THEN false
                        WHEN t.how = 'before' THEN EXISTS (
                            SELECT FROM casus.case_members m WHERE m.number = given.number AND m.grain = c.grain)
                        ELSE (stand <> 'asked' OR g.team = me.team)
                            -- Somebody elsewhere directs with their table, which an event of its own brought in.
                            AND (t.kind <> 'elsewhere' OR EXISTS (SELECT FROM now n WHERE n.grain = 'table:' || g.team))
                            AND EXISTS (
                                SELECT FROM jsonb_path_query((casus.taken_apart(t.state)).facts, t.how::jsonpath) w
                                WHERE w #>> '{}' = g.id OR t.kind = 'elsewhere' AND w #>> '{}' = g.team) END))
        THEN
            PERFORM casus.refuse('self-admission');
        END IF;
    END LOOP;
END $$;

-- Keep who is in which case: in `p_members` for each case whose people changed all the parts that there are now.
CREATE FUNCTION casus.keep_members(p_members jsonb, p_at timestamptz) RETURNS void
LANGUAGE sql AS $$
    UPDATE casus.case_members m SET until = p_at
        WHERE m.until IS NULL AND m.number IN (SELECT jsonb_object_keys(p_members)) AND NOT EXISTS (
            SELECT FROM jsonb_array_elements(p_members -> m.number) g WHERE g ->> 0 = m.grain
                AND coalesce((g ->> 1)::date, '-infinity') = m.starts AND coalesce((g ->> 2)::date, 'infinity') = m.ends);
    INSERT INTO casus.case_members
        SELECT c.key, g ->> 0, coalesce((g ->> 1)::date, '-infinity'), coalesce((g ->> 2)::date, 'infinity'), p_at, NULL,
               g ->> 0 NOT LIKE 'professional:%' AND EXISTS (SELECT FROM casus.cases k WHERE k.number = c.key AND k.restricted)
        FROM jsonb_each(p_members) c, jsonb_array_elements(c.value) g
        ON CONFLICT (number, grain, starts, ends) DO UPDATE SET until = NULL WHERE case_members.until IS NOT NULL;
$$;

-- Keep what follows from events of these few topics: who is on a roster, whose a case is, which it goes on from, glass.
CREATE FUNCTION casus.keep_up(p_stream text[], p_topic text[], p_state bytea[], p_at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    e record;
BEGIN
    FOR e IN SELECT u.s, u.t, (casus.taken_apart(u.b)).facts AS f FROM unnest(p_stream, p_topic, p_state) u(s, t, b)
             WHERE u.t IN ('case.intake.submitted', 'case.intake.taken-up', 'case.escalation.received',
                           'case.closing.duplicate-taken-in', 'case.access.clearance-set', 'case.access.glass-broken')
    LOOP
        CASE e.t
        WHEN 'case.closing.duplicate-taken-in' THEN
            PERFORM casus.keep_going_on(e.s, e.f ->> 'duplicate');
            IF e.f ->> 'clearance' = 'restricted' THEN
                PERFORM casus.keep_clearance(e.s, true);
            END IF;
        WHEN 'case.access.clearance-set' THEN
            PERFORM casus.keep_clearance(e.s, e.f ->> 'level' = 'restricted');
        WHEN 'case.access.glass-broken' THEN
            INSERT INTO casus.case_members VALUES (e.s, 'glass:' || (e.f ->> 'team') || '/' || (e.f ->> 'professional'),
                    '-infinity', 'infinity', p_at, (e.f ->> 'until')::timestamptz)
                ON CONFLICT (number, grain, starts, ends) DO UPDATE SET until = excluded.until;
        ELSE
            INSERT INTO casus.cases VALUES (e.s, e.f ->> 'team', coalesce(e.f ->> 'clearance', '') = 'restricted')
                ON CONFLICT DO NOTHING; -- whose a case is never changes
            IF e.t = 'case.escalation.received' THEN
                PERFORM casus.keep_going_on(e.s, e.f ->> 'predecessor');
            END IF;
        END CASE;
    END LOOP;
    PERFORM casus.refold_table(u.s) FROM (
        SELECT DISTINCT s FROM unnest(p_stream, p_topic) u(s, t) WHERE t IN (
            'team.team.profile-adopted', 'team.team.partner-admitted', 'team.team.partner-left', 'team.team.sharing-signed',
            'team.team.sharing-expired', 'team.team.professional-added', 'team.team.roles-changed',
            'team.team.professional-left', 'team.team.chair-appointed')) u;
END $$;

CREATE FUNCTION casus.keep_clearance(p_number text, p_restricted boolean) RETURNS void
LANGUAGE sql AS $$
    UPDATE casus.cases c SET restricted = p_restricted WHERE c.number = p_number;
    UPDATE casus.case_members m SET closed = p_restricted WHERE m.number = p_number AND m.grain ~ '^(partner|table):'
$$;

CREATE FUNCTION casus.keep_going_on(p_number text, p_earlier text) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO casus.goes_on
        SELECT p_number, p_earlier
        UNION SELECT p_number, g.earlier FROM casus.goes_on g WHERE g.number = p_earlier
        ON CONFLICT DO NOTHING
$$;

-- Keep for the follower what another table's case is to know of this act: that it named somebody who is known there, or that
-- an asker may be told. Whoever records it may not read that case.
CREATE FUNCTION casus.keep_notices(p_command text, p_stream text[], p_topic text[], p_state bytea[], p_at timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO casus.pending_notices
        SELECT DISTINCT t.originator_id, 'noticed', o.originator_id, p_command, p_at
        FROM casus_keys.tokens t
        JOIN casus_keys.tokens o ON o.purpose = t.purpose AND o.token = t.token AND o.originator_id <> t.originator_id
        JOIN casus.receipts r ON r.command_id = o.command_id
        JOIN casus.cases mine ON mine.number = t.originator_id
        JOIN casus.cases c ON c.number = o.originator_id AND c.team <> mine.team
        WHERE t.command_id = p_command AND t.purpose = 'overlap' -- of the others, one value alone is no person
        ON CONFLICT DO NOTHING;
    INSERT INTO casus.pending_notices
        SELECT u.s, 'told', a.facts ->> 'probe', p_command, p_at
        FROM unnest(p_stream, p_topic, p_state) u(s, t, b), LATERAL casus.taken_apart(u.b) a
        WHERE u.t = 'case.consent.overlap-answered' AND (a.facts ->> 'tell')::boolean
        ON CONFLICT DO NOTHING;
END $$;

-- What waits to be said, and that it was. For the follower.
CREATE FUNCTION casus.notices_due() RETURNS SETOF casus.pending_notices
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT * FROM casus.pending_notices WHERE NOT done ORDER BY at, stream, about LIMIT 100
$$;

CREATE FUNCTION casus.notice_given(p_stream text, p_kind text, p_about text) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE casus.pending_notices SET done = true WHERE stream = p_stream AND kind = p_kind AND about = p_about
$$;

-- The follower's own login records these two alone, and each only while something waits for it.
CREATE FUNCTION casus.check_follower(p_command text, p_stream text[], p_version bigint[], p_topic text[], p_state bytea[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    e casus.envelope;
BEGIN
    FOR i IN 1 .. cardinality(p_stream) LOOP
        e := casus.taken_apart(p_state[i]);
        IF p_command IS NULL OR e.head ->> 'stream' IS DISTINCT FROM p_stream[i]
            OR e.head -> 'version' IS DISTINCT FROM to_jsonb(p_version[i]) OR e.head ->> 'topic' IS DISTINCT FROM p_topic[i]
            OR NOT (
                p_topic[i] = 'case.consent.overlap-noticed' AND EXISTS (SELECT FROM casus.pending_notices n
                    WHERE NOT n.done AND n.kind = 'noticed' AND n.stream = e.facts ->> 'case'
                    AND EXISTS (SELECT FROM casus.cases c WHERE c.number = n.stream AND c.team = e.facts ->> 'team')
                    -- In the case that knows them, or in the one as which it went on.
                    AND (n.about = p_stream[i] OR EXISTS (
                        SELECT FROM casus.goes_on g WHERE g.number = p_stream[i] AND g.earlier = n.about)))
                OR p_topic[i] = 'case.consent.overlap-told' AND EXISTS (SELECT FROM casus.pending_notices n
                    JOIN casus.cases c ON c.number = n.stream WHERE NOT n.done AND n.kind = 'told' AND c.team = e.facts ->> 'team'
                        -- In the case that asked: the one which that probe is of.
                        AND EXISTS (SELECT FROM casus.stored_events s, LATERAL casus.taken_apart(s.state) a
                            WHERE s.originator_id = n.stream AND s.topic = 'case.consent.overlap-noticed'
                                AND a.facts ->> 'probe' = n.about AND a.facts ->> 'case' = p_stream[i])))
        THEN
            PERFORM casus.refuse('not-the-follower-s');
        END IF;
    END LOOP;
END $$;

-- Whoever left must have handed over all that they held: also in cases that the one who let them go may not read.
CREATE FUNCTION casus.check_left(p_stream text[], p_topic text[], p_state bytea[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    e record;
BEGIN
    FOR e IN SELECT u.s, (casus.taken_apart(u.b)).facts AS f FROM unnest(p_stream, p_topic, p_state) u(s, t, b)
             WHERE u.t IN ('team.team.professional-left', 'team.team.partner-left')
    LOOP
        IF EXISTS (
            SELECT FROM casus.roster r JOIN casus.case_members m
                ON m.grain = 'professional:' || r.team || '/' || r.professional AND m.until IS NULL
            WHERE r.team = e.s AND NOT r.here AND (CASE WHEN e.f ? 'successor' AND e.f ? 'partner' THEN r.partner = e.f ->> 'partner'
                ELSE r.professional = e.f ->> 'professional' END))
        THEN
            PERFORM casus.refuse('still-in-cases');
        END IF;
    END LOOP;
END $$;
