-- What an event of each topic holds: a login that may record something may record nothing that readers can't take apart, and no
-- text in the clear where a code, an id or a day belongs.

-- Whether a text that looks like a day or a moment is one.
CREATE FUNCTION casus.is_day(p_text text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN p_text::timestamptz IS NOT NULL AND left(p_text, 4) <> '0000';
EXCEPTION
    WHEN data_exception THEN RETURN false;
END $$;

-- Whether a value has the shape of a JSON schema: of the words of that language, those that event classes come to.
CREATE FUNCTION casus.fits(p_value jsonb, p_shape jsonb) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    t text := p_value #>> '{}';
BEGIN
    IF p_shape ? 'anyOf' THEN
        RETURN EXISTS (SELECT FROM jsonb_array_elements(p_shape -> 'anyOf') s WHERE casus.fits(p_value, s));
    END IF;
    IF jsonb_typeof(p_value) IS DISTINCT FROM (CASE p_shape ->> 'type' WHEN 'integer' THEN 'number' ELSE p_shape ->> 'type' END) THEN
        RETURN false;
    END IF;
    CASE p_shape ->> 'type'
    WHEN 'integer' THEN
        IF t !~ '^-?[0-9]{1,15}$' THEN
            RETURN false;
        END IF;
        RETURN t::bigint BETWEEN coalesce((p_shape ->> 'minimum')::bigint, t::bigint) AND coalesce((p_shape ->> 'maximum')::bigint, t::bigint);
    WHEN 'string' THEN
        IF t ~ '[\u0001-\u001f\u007f]' AND NOT p_shape ? 'document' OR t !~ coalesce(p_shape ->> 'pattern', '')
            OR length(t) > coalesce((p_shape ->> 'maxLength')::integer, 400) OR length(t) < coalesce((p_shape ->> 'minLength')::integer, 0)
            OR p_shape ? 'enum' AND NOT p_shape -> 'enum' ? t
        THEN
            RETURN false;
        END IF;
        CASE p_shape ->> 'format'
        WHEN 'date' THEN
            RETURN t ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' AND casus.is_day(t);
        WHEN 'date-time' THEN
            RETURN t ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3])(:[0-5][0-9]){2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$'
                AND casus.is_day(t);
        ELSE
            RETURN true;
        END CASE;
    WHEN 'array' THEN
        IF p_shape ? 'prefixItems' THEN
            RETURN jsonb_array_length(p_value) = jsonb_array_length(p_shape -> 'prefixItems') AND NOT EXISTS (
                SELECT FROM jsonb_array_elements(p_value) WITH ORDINALITY v(x, n) WHERE NOT casus.fits(x, p_shape -> 'prefixItems' -> (n - 1)::integer));
        END IF;
        RETURN NOT EXISTS (SELECT FROM jsonb_array_elements(p_value) v(x) WHERE NOT casus.fits(x, p_shape -> 'items'));
    WHEN 'object' THEN
        RETURN NOT EXISTS (SELECT FROM jsonb_array_elements_text(p_shape -> 'required') k WHERE NOT p_value ? k)
            AND NOT EXISTS (SELECT FROM jsonb_each(p_value) v WHERE NOT p_shape -> 'properties' ? v.key
                OR NOT casus.fits(v.value, p_shape -> 'properties' -> v.key));
    ELSE
        RETURN true; -- a truth, a number or nothing
    END CASE;
END $$;

-- Refused unless these bytes are those of an event that readers know: each of its facts of its kind, every text sealed, and
-- beside them who and why in codes. `p_fields`: the texts that came with it.
CREATE FUNCTION casus.check_shape(p_topic text, p_state bytea, p_fields text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    e casus.envelope := casus.taken_apart(p_state);
    lines text[] := string_to_array(convert_from(p_state, 'UTF8'), E'\n');
    sealed jsonb := '{}';
    known casus.event_shapes;
BEGIN
    SELECT s.* INTO known FROM casus.event_shapes s WHERE s.topic = p_topic;
    IF NOT FOUND OR e.head -> 'v' IS DISTINCT FROM to_jsonb(known.version) OR NOT casus.fits(e.facts, known.shape)
        OR NOT casus.fits(e.head -> 'occurred_at', '{"type": "string", "format": "date-time"}')
    THEN
        PERFORM casus.refuse('forged-facts');
    END IF;
    IF cardinality(lines) = 4 THEN
        sealed := substr(lines[3], 10, length(lines[3]) - 10)::jsonb;
    END IF;
    IF EXISTS (SELECT FROM jsonb_each(sealed) s WHERE NOT s.key = ANY (known.sealed)
            OR s.value ->> 'subject' IS DISTINCT FROM e.facts #>> ARRAY[s.key, 'subject'] OR NOT casus.fits(s.value,
                '{"type": "object", "required": ["subject", "key", "commitment", "digest"], "properties": {
                "subject": {"type": "string"}, "key": {"type": "string", "pattern": "^[0-9a-f]{8,64}$"},
                "commitment": {"type": "string", "pattern": "^[0-9a-f]{64}$"}, "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$"}}}'))
        OR EXISTS (SELECT FROM unnest(known.sealed) s WHERE jsonb_typeof(e.facts -> s) = 'object' AND NOT sealed ? s)
        OR ARRAY(SELECT jsonb_object_keys(sealed) ORDER BY 1) <> ARRAY(SELECT f FROM unnest(p_fields) f ORDER BY 1)
    THEN
        PERFORM casus.refuse('forged-seal');
    END IF;
    IF EXISTS (SELECT FROM jsonb_each(e.who) w WHERE jsonb_typeof(w.value) <> 'string' OR w.value #>> '{}' !~ CASE w.key
            WHEN 'actor' THEN '^[a-z0-9_][a-z0-9_-]{0,70}$'
            WHEN 'team' THEN '^([a-z][a-z0-9-]{0,59})?$'
            WHEN 'organisation' THEN '^([a-z0-9][a-z0-9-]{0,59})?$'
            WHEN 'role' THEN '^([a-z0-9][a-z0-9-]{0,59})?$'
            WHEN 'purpose' THEN '^([a-z0-9][a-z0-9-]{0,59})?$'
            WHEN 'assurance' THEN '^[a-z0-9+-]{0,60}$'
            WHEN 'profile' THEN '^[!-~]{0,80}$'
            WHEN 'profile_digest' THEN '^([0-9a-f]{64})?$'
            WHEN 'audience' THEN '^([a-z0-9-]{1,60}( [a-z0-9-]{1,60})*)?$'
            ELSE '^(?!)' END)
        OR EXISTS (SELECT FROM jsonb_each(e.head) h WHERE h.key IN ('command', 'correlation', 'causation')
            AND (jsonb_typeof(h.value) <> 'string' OR h.value #>> '{}' !~ '^[!-~]{0,128}$'))
    THEN
        PERFORM casus.refuse('forged-header');
    END IF;
END $$;

REVOKE ALL ON FUNCTION casus.is_day(text), casus.fits(jsonb, jsonb), casus.check_shape(text, bytea, text[]) FROM PUBLIC;
