-- Who somebody is and which cases they are in, as the log itself tells it: kept by the function that appends, in the same
-- transaction, and never from a read model, which may lag.

-- What a table agreed on: its prefix, who directs cases there, who shares data and until when.
CREATE TABLE casus.tables (
    team          text COLLATE "C" PRIMARY KEY,
    prefix        text NOT NULL DEFAULT '',
    coordinating  text[] NOT NULL DEFAULT '{}',
    seated        text[] NOT NULL DEFAULT '{}',
    sharing       text[] NOT NULL DEFAULT '{}',
    sharing_from  date,
    sharing_until date
);

CREATE TABLE casus.roster (
    team         text COLLATE "C" NOT NULL,
    professional text COLLATE "C" NOT NULL,
    partner      text COLLATE "C" NOT NULL,
    roles        text[] NOT NULL,
    functions    text[] NOT NULL,
    login        text COLLATE "C",
    here         boolean NOT NULL,
    PRIMARY KEY (team, professional)
);
CREATE INDEX roster_by_login ON casus.roster (login) WHERE here;

-- The roles that every table has, as infra/policy/policy.toml names them; every other role is the profile's own.
CREATE TABLE casus.known_roles (role text PRIMARY KEY, function text NOT NULL);
INSERT INTO casus.known_roles VALUES
    ('privacy-officer', 'privacy'), ('auditor', 'auditor'), ('reporting', 'reporting'), ('administrator', 'administrator');

CREATE TABLE casus.cases (
    number     text COLLATE "C" PRIMARY KEY,
    team       text COLLATE "C" NOT NULL,
    restricted boolean NOT NULL DEFAULT false
);

-- A case that went on under another number: whoever is in the later one reads what stayed in the earlier one.
CREATE TABLE casus.goes_on (
    number  text COLLATE "C" NOT NULL,
    earlier text COLLATE "C" NOT NULL,
    PRIMARY KEY (earlier, number)
);

-- Who is in a case. `grain`: `professional:<team>/<id>`, `partner:<team>/<id>` or `table:<team>`, from a day to a day;
-- `glass:<team>/<id>` while broken glass lasts, `knock:<team>/<id>` while somebody is about to break it. `until` says when
-- a part ended, or that it will. `closed`: the case is restricted, and this part is not one by name.
CREATE TABLE casus.case_members (
    number text COLLATE "C" NOT NULL,
    grain  text COLLATE "C" NOT NULL,
    starts date NOT NULL DEFAULT '-infinity',
    ends   date NOT NULL DEFAULT 'infinity',
    since  timestamptz NOT NULL,
    until  timestamptz,
    closed boolean NOT NULL DEFAULT false,
    PRIMARY KEY (number, grain, starts, ends)
);
CREATE INDEX case_members_of ON casus.case_members (grain, number);

-- Which function may record which topic, standing how to the case: `own`, `table`, `asked`, `new` (it opens the case) or
-- `other`; of a team's topics `own` is the own table. From the policy: tests/integration/roles holds the two together.
CREATE TABLE casus.topic_rights (
    function text NOT NULL,
    relation text NOT NULL,
    topic    text NOT NULL,
    PRIMARY KEY (function, relation, topic)
);

-- Each time that somebody said to be about to break glass. Rows are added and never changed: what was looked at without glass
-- being broken within the ten minutes stays to be seen.
CREATE TABLE casus.knocks (
    number text COLLATE "C" NOT NULL,
    place  text COLLATE "C" NOT NULL,
    login  text COLLATE "C" NOT NULL,
    at     timestamptz NOT NULL,
    until  timestamptz NOT NULL
);

-- By which topics parts in a case begin and end: the events that change `domain.membership.parts`. `kind`: `professional` and
-- `partner` of the case's own table, `home` that table itself, `table` another one, `elsewhere` a professional there. `how`:
-- where the facts name who comes in, `before` for who was in it before, or `ended`. tests/integration/roles holds it against the domain.
CREATE TABLE casus.member_topics (
    topic text NOT NULL,
    kind  text NOT NULL,
    how   text NOT NULL,
    PRIMARY KEY (topic, kind, how)
);
INSERT INTO casus.member_topics
    SELECT DISTINCT 'case.' || topic, kind, how FROM (VALUES
        ('intake.submitted', 'home', '$.team'), ('intake.submitted', 'professional', '$.holder'),
        ('intake.submitted', 'partner', '$.submitter'),
        ('intake.taken-up', 'home', '$.team'), ('intake.taken-up', 'professional', '$.holder'),
        ('escalation.received', 'home', '$.team'), ('escalation.received', 'professional', '$.holder'),
        ('escalation.received', 'professional', '$.agreements[*].responsible'),
        ('escalation.received', 'partner', '$.agreements[*].partner'),
        ('triage.accepted', 'professional', '$.holder'), ('triage.accepted', 'professional', 'ended'),
        ('triage.accepted', 'partner', 'ended'),
        ('triage.declined', 'partner', 'ended'), ('triage.declined', 'table', 'ended'),
        ('parties.partner-invited', 'partner', '$.partner'), ('parties.partner-joined', 'partner', '$.partner'),
        ('parties.partner-declined', 'partner', 'ended'),
        ('parties.partner-left', 'partner', '$.successor'), ('parties.partner-left', 'partner', 'ended'),
        ('parties.partner-left', 'professional', '$.professional'), ('parties.partner-left', 'professional', 'ended'),
        ('parties.contact-point-assigned', 'professional', '$.professional'),
        ('parties.contact-point-assigned', 'professional', 'ended'),
        ('parties.director-assigned', 'professional', '$.professional'), ('parties.director-assigned', 'professional', 'ended'),
        ('parties.holder-assigned', 'professional', '$.professional'), ('parties.holder-assigned', 'professional', 'ended'),
        ('parties.professional-assigned', 'professional', '$.professional'),
        ('parties.professional-replaced', 'professional', '$.successor'),
        ('parties.professional-replaced', 'professional', 'ended'),
        ('parties.professional-replaced', 'elsewhere', '$.successor'), ('parties.professional-replaced', 'elsewhere', 'ended'),
        ('parties.absence-covered', 'professional', '$.cover'),
        ('meeting.subgroup-formed', 'professional', '$.members[*]'), ('meeting.subgroup-dissolved', 'professional', 'ended'),
        ('plan.intervention-agreed', 'partner', '$.partner'), ('plan.intervention-agreed', 'professional', '$.responsible'),
        ('plan.agreement-accepted', 'professional', '$.responsible'), ('plan.agreement-accepted', 'professional', 'ended'),
        ('plan.agreement-amended', 'partner', '$.partner'), ('plan.agreement-amended', 'partner', 'ended'),
        ('plan.agreement-amended', 'professional', '$.responsible'), ('plan.agreement-amended', 'professional', 'ended'),
        ('plan.agreement-refused', 'partner', 'ended'), ('plan.agreement-refused', 'professional', 'ended'),
        ('plan.agreement-fulfilled', 'partner', 'ended'), ('plan.agreement-fulfilled', 'professional', 'ended'),
        ('plan.agreement-lapsed', 'partner', 'ended'), ('plan.agreement-lapsed', 'professional', 'ended'),
        ('plan.agreement-withdrawn', 'partner', 'ended'), ('plan.agreement-withdrawn', 'professional', 'ended'),
        ('escalation.raised', 'table', '$.to'), ('escalation.declined', 'table', 'ended'),
        ('escalation.withdrawn', 'table', 'ended'), ('escalation.resolved', 'table', 'ended'),
        ('escalation.direction-offered', 'table', '$.to'), ('escalation.direction-offered', 'table', 'ended'),
        ('escalation.direction-accepted', 'table', '$.by'), ('escalation.direction-accepted', 'table', 'ended'),
        ('escalation.direction-accepted', 'elsewhere', '$.director'), ('escalation.direction-accepted', 'elsewhere', 'ended'),
        ('escalation.direction-accepted', 'professional', 'ended'),
        ('escalation.direction-declined', 'table', 'ended'), ('escalation.direction-withdrawn', 'table', 'ended'),
        ('escalation.direction-returned', 'table', 'ended'), ('escalation.direction-returned', 'elsewhere', 'ended'),
        ('escalation.transfer-offered', 'table', '$.to'), ('escalation.transfer-offered', 'table', 'ended'),
        ('escalation.transfer-declined', 'table', 'ended'), ('escalation.transfer-withdrawn', 'table', 'ended'),
        ('escalation.transferred', 'table', 'ended'), ('escalation.transferred', 'partner', 'ended'),
        ('closing.closed', 'table', 'ended'),
        ('closing.reopened', 'professional', '$.holder'), ('closing.reopened', 'professional', 'ended'),
        ('closing.reopened', 'partner', 'before'),
        ('closing.merged', 'partner', 'ended'),
        ('closing.merge-undone', 'professional', '$.holder'), ('closing.merge-undone', 'professional', 'ended'),
        ('closing.merge-undone', 'partner', 'before'),
        ('closing.duplicate-taken-in', 'partner', '$.agreements[*].partner'),
        ('closing.duplicate-taken-in', 'professional', '$.agreements[*].responsible'),
        ('closing.duplicate-released', 'partner', 'ended'), ('closing.duplicate-released', 'professional', 'ended')
    ) AS t(topic, kind, how)
    UNION
    SELECT topic, kind, how FROM
        (VALUES ('case.correcting.entry-corrected', '$.value[*]'), ('case.correcting.entry-corrected', 'before'),
            ('case.correcting.entry-corrected', 'ended'), ('case.correcting.entry-withdrawn', 'before'),
            ('case.correcting.entry-withdrawn', 'ended')) AS c(topic, how),
        unnest('{professional,partner,table,elsewhere}'::text[]) AS kind;

-- What an event of each topic holds: from the event classes, as infra/store/roles/shapes.py makes it of them, put here together
-- with the rights.
CREATE TABLE casus.event_shapes (
    topic   text COLLATE "C" PRIMARY KEY,
    version integer NOT NULL,
    sealed  text[] NOT NULL,
    shape   jsonb NOT NULL
);

CREATE TABLE casus.disclosures (
    id       text COLLATE "C" PRIMARY KEY CHECK (id ~ '^[0-9a-f]{32}$'),
    stream   text COLLATE "C",
    login    text COLLATE "C" NOT NULL,
    team     text COLLATE "C" NOT NULL,
    xid      xid8 NOT NULL,
    subjects text[] NOT NULL,
    fields   text[] NOT NULL,
    outcome  text NOT NULL,
    at       timestamptz NOT NULL
);

-- What somebody's act has to let another table's case know, which they may not read: the follower says it there. `noticed`:
-- `about` knows a person whom this act named in `stream`; `told`: `about` is the probe in `stream` that was answered with yes.
CREATE TABLE casus.pending_notices (
    stream  text COLLATE "C" NOT NULL,
    kind    text NOT NULL CHECK (kind IN ('noticed', 'told')),
    about   text COLLATE "C" NOT NULL,
    command text NOT NULL,
    at      timestamptz NOT NULL,
    done    boolean NOT NULL DEFAULT false,
    PRIMARY KEY (stream, kind, about)
);

CREATE FUNCTION casus.refuse(p_why text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'casus: %', p_why USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TYPE casus.envelope AS (head jsonb, who jsonb, facts jsonb);

-- An event's bytes taken apart as readers take them apart, line by line. Refused when they are not the lines that readers
-- expect: whole JSON with a second "by" in it would say one thing to the database and another to them.
CREATE FUNCTION casus.taken_apart(p_state bytea, OUT it casus.envelope)
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    lines text[];
    n integer;
BEGIN
    lines := string_to_array(convert_from(p_state, 'UTF8'), E'\n');
    n := cardinality(lines);
    IF n NOT IN (3, 4) OR right(lines[1], 1) <> ',' OR left(lines[2], 5) <> '"by":' OR right(lines[2], 1) <> ','
        OR left(lines[n], 8) <> '"facts":' OR right(lines[n], 1) <> '}'
        OR (n = 4 AND (left(lines[3], 9) <> '"sealed":' OR right(lines[3], 1) <> ','))
    THEN
        PERFORM casus.refuse('forged-envelope');
    END IF;
    it.head := left(lines[1], -1) || '}';
    it.who := substr(lines[2], 6, length(lines[2]) - 6);
    it.facts := substr(lines[n], 9, length(lines[n]) - 9);
    -- Of a name that is said twice readers may take the first and the database the last.
    IF (SELECT count(*) > count(DISTINCT k) FROM json_object_keys((left(lines[1], -1) || '}')::json) k)
        OR (SELECT count(*) > count(DISTINCT k) FROM json_object_keys(substr(lines[2], 6, length(lines[2]) - 6)::json) k)
        OR (SELECT count(*) > count(DISTINCT k) FROM json_object_keys(substr(lines[n], 9, length(lines[n]) - 9)::json) k)
    THEN
        PERFORM casus.refuse('forged-envelope');
    END IF;
    IF n = 4 AND jsonb_typeof(substr(lines[3], 10, length(lines[3]) - 10)::jsonb) <> 'object'
        OR jsonb_typeof(it.head) <> 'object' OR jsonb_typeof(it.who) <> 'object' OR jsonb_typeof(it.facts) <> 'object'
        OR EXISTS (SELECT FROM jsonb_object_keys(it.head) k WHERE k <> ALL
            ('{stream,version,topic,v,occurred_at,command,correlation,causation}'::text[]))
    THEN
        PERFORM casus.refuse('forged-envelope');
    END IF;
EXCEPTION
    WHEN data_exception OR invalid_parameter_value THEN PERFORM casus.refuse('forged-envelope');
END $$;

-- What somebody's roles come to: as `domain.profile.functions_of` has it.
CREATE FUNCTION casus.functions_of(p_roles text[], p_coordinating text[]) RETURNS text[]
LANGUAGE sql STABLE AS $$
    SELECT ARRAY(
        SELECT k.function FROM casus.known_roles k WHERE k.role = ANY (p_roles)
        UNION
        SELECT CASE WHEN bool_or(o.role = ANY (p_coordinating)) THEN 'coordinator' ELSE 'professional' END
        FROM unnest(p_roles) o(role)
        WHERE o.role <> 'cleared' AND NOT EXISTS (SELECT FROM casus.known_roles k WHERE k.role = o.role)
        HAVING count(*) > 0
        ORDER BY 1)
$$;

-- A table's roster and agreements folded anew from its events, in the order in which they happened: few events, and rarely.
CREATE FUNCTION casus.refold_table(p_team text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    e record;
    t casus.tables%ROWTYPE;
    document jsonb;
    chair text;
BEGIN
    DELETE FROM casus.roster r WHERE r.team = p_team;
    t.team := p_team; t.prefix := ''; t.coordinating := '{}'; t.seated := '{}'; t.sharing := '{}';
    FOR e IN
        SELECT s.topic, a.facts AS f, (a.head ->> 'occurred_at')::timestamptz AS at
        FROM casus.stored_events s, LATERAL casus.taken_apart(s.state) a
        WHERE s.originator_id = p_team AND s.topic IN (
            'team.team.profile-adopted', 'team.team.partner-admitted', 'team.team.partner-left', 'team.team.sharing-signed',
            'team.team.sharing-expired', 'team.team.professional-added', 'team.team.roles-changed',
            'team.team.professional-left', 'team.team.chair-appointed')
        ORDER BY 3, s.originator_version
    LOOP
        CASE e.topic
        WHEN 'team.team.profile-adopted' THEN
            document := (e.f ->> 'document')::jsonb;
            t.prefix := e.f ->> 'prefix';
            t.coordinating := array_remove(ARRAY[document #>> '{chair_role,value}', document #>> '{triage,role,value}']
                || ARRAY(SELECT r ->> 'id' FROM jsonb_array_elements(document -> 'roles') r
                         WHERE (r ->> 'mandated')::boolean), NULL);
        WHEN 'team.team.partner-admitted' THEN
            t.seated := array_append(array_remove(t.seated, e.f ->> 'partner'), e.f ->> 'partner');
        WHEN 'team.team.partner-left' THEN
            t.seated := array_remove(t.seated, e.f ->> 'partner');
            UPDATE casus.roster r SET here = false, login = NULL WHERE r.team = p_team AND r.partner = e.f ->> 'partner';
            IF EXISTS (SELECT FROM casus.roster r WHERE r.team = p_team AND r.professional = chair AND NOT r.here) THEN
                chair := e.f ->> 'professional';
            END IF;
        WHEN 'team.team.chair-appointed' THEN
            chair := e.f ->> 'professional';
        WHEN 'team.team.sharing-signed' THEN
            t.sharing := ARRAY(SELECT jsonb_array_elements_text(e.f -> 'partners'));
            t.sharing_from := (e.at AT TIME ZONE 'Europe/Amsterdam')::date;
            t.sharing_until := (e.f ->> 'until')::date;
        WHEN 'team.team.sharing-expired' THEN
            t.sharing := '{}';
        WHEN 'team.team.professional-added' THEN
            INSERT INTO casus.roster VALUES (p_team, e.f ->> 'professional', e.f ->> 'partner',
                    ARRAY(SELECT jsonb_array_elements_text(e.f -> 'roles')), '{}', e.f ->> 'login', true)
                ON CONFLICT (team, professional) DO UPDATE SET partner = excluded.partner, roles = excluded.roles,
                    login = excluded.login, here = true;
        WHEN 'team.team.roles-changed' THEN
            UPDATE casus.roster r SET roles = ARRAY(SELECT jsonb_array_elements_text(e.f -> 'roles')),
                    login = coalesce(e.f ->> 'login', r.login)
                WHERE r.team = p_team AND r.professional = e.f ->> 'professional';
        ELSE
            UPDATE casus.roster r SET here = false, login = NULL
                WHERE r.team = p_team AND r.professional = e.f ->> 'professional';
            IF FOUND AND chair = e.f ->> 'professional' THEN
                chair := e.f ->> 'successor';
            END IF;
        END CASE;
    END LOOP;
    -- Numbers begin with it: it is one table's, and stays while a case has it. The owner takes histories in as they are.
    IF NOT pg_has_role(session_user, current_user, 'MEMBER') AND (t.prefix !~ '^([A-Z]{2,4})?$'
        OR t.prefix <> '' AND EXISTS (SELECT FROM casus.tables o WHERE o.team <> p_team AND o.prefix = t.prefix)
        OR EXISTS (SELECT FROM casus.tables o JOIN casus.cases c ON c.team = o.team AND c.number LIKE o.prefix || '-%'
            WHERE o.team = p_team AND o.prefix <> '' AND o.prefix <> t.prefix))
    THEN
        PERFORM casus.refuse('prefix-taken');
    END IF;
    UPDATE casus.roster r SET functions = casus.functions_of(r.roles, t.coordinating) WHERE r.team = p_team;
    -- As `domain.membership.functions_in`: who chairs directs; where nobody does, everybody does who works on cases.
    UPDATE casus.roster r SET functions = array_replace(r.functions, 'professional', 'coordinator')
        WHERE r.team = p_team AND r.here AND (r.professional = chair OR NOT EXISTS (
            SELECT FROM casus.roster d WHERE d.team = p_team AND d.here AND (d.professional = chair OR d.roles && t.coordinating)));
    INSERT INTO casus.tables VALUES (t.*) ON CONFLICT (team) DO UPDATE SET prefix = excluded.prefix,
        coordinating = excluded.coordinating, seated = excluded.seated, sharing = excluded.sharing,
        sharing_from = excluded.sharing_from, sharing_until = excluded.sharing_until;
END $$;

-- Whose place on a roster an event's header claims. Refused unless it is the session's own, word for word.
CREATE FUNCTION casus.holder_of(p_who jsonb, OUT me casus.roster)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    SELECT r.* INTO me FROM casus.roster r
        WHERE r.team = p_who ->> 'team' AND r.professional = p_who ->> 'actor' AND r.login = session_user AND r.here;
    IF NOT FOUND OR p_who ->> 'organisation' IS DISTINCT FROM me.partner OR NOT (p_who ->> 'role' = ANY (me.roles))
        OR p_who ->> 'role' IS NULL OR p_who ->> 'assurance' IS DISTINCT FROM 'database-login'
    THEN
        PERFORM casus.refuse('forged-header');
    END IF;
END $$;

-- The grains under which a place on a roster is in cases. (Without a search path of its own, so that it is written into the
-- queries that use it: those have one.)
CREATE FUNCTION casus.grains_of(r casus.roster) RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN r.functions && '{coordinator,professional}'::text[]
            THEN ARRAY['professional:' || r.team || '/' || r.professional, 'partner:' || r.team || '/' || r.partner,
                'glass:' || r.team || '/' || r.professional, 'knock:' || r.team || '/' || r.professional]
            ELSE '{}'::text[] END
        || CASE WHEN r.functions && '{coordinator,privacy,auditor}'::text[] THEN ARRAY['table:' || r.team] ELSE '{}'::text[] END
$$;

-- The tables where whoever is logged in has a place now; where somebody's id is given, those where they have it.
CREATE FUNCTION casus.homes() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT r.team FROM casus.roster r WHERE r.login = session_user AND r.here ORDER BY 1
$$;

-- How a place on a roster stands to a case: `own`, `glass`, `knock`, `table`, `asked` or `other`.
CREATE FUNCTION casus.stands(me casus.roster, p_number text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    home boolean := EXISTS (SELECT FROM casus.cases c WHERE c.number = p_number AND c.team = me.team);
    found text[];
BEGIN
    SELECT array_agg(split_part(m.grain, ':', 1)) INTO found FROM casus.case_members m
        WHERE m.number = p_number AND m.grain = ANY (casus.grains_of(me))
            AND (m.until IS NULL OR m.until > clock_timestamp())
            AND (clock_timestamp() AT TIME ZONE 'Europe/Amsterdam')::date BETWEEN m.starts AND m.ends
            AND (NOT m.closed OR 'cleared' = ANY (me.roles) OR me.functions && '{privacy,auditor}');
    RETURN CASE
        WHEN found && '{professional,partner}' THEN 'own'
        WHEN 'table' = ANY (found) AND home AND 'coordinator' = ANY (me.functions) THEN 'own'
        WHEN 'glass' = ANY (found) THEN 'glass'
        WHEN 'table' = ANY (found) AND NOT home AND 'coordinator' = ANY (me.functions) THEN 'asked'
        WHEN 'knock' = ANY (found) THEN 'knock'
        WHEN home THEN 'table'
        ELSE 'other' END;
END $$;

CREATE FUNCTION casus.shares(me casus.roster) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM casus.tables t WHERE t.team = me.team AND me.partner = ANY (t.sharing) AND me.partner = ANY (t.seated)
        AND (clock_timestamp() AT TIME ZONE 'Europe/Amsterdam')::date BETWEEN t.sharing_from AND coalesce(t.sharing_until, 'infinity'));
END $$;
