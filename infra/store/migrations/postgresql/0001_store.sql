-- The log of one store on a server: events, their sealed fields, their places, receipts, and how far readers are.

CREATE TABLE casus.casus_store (
    one        boolean PRIMARY KEY DEFAULT true CHECK (one),
    store_id   text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE casus.stored_events (
    originator_id      text COLLATE "C" NOT NULL,
    originator_version bigint NOT NULL CHECK (originator_version > 0),
    topic              text NOT NULL,
    state              bytea NOT NULL,
    recorded_at        timestamptz NOT NULL,
    recorded_by        text NOT NULL,
    xid                xid8 NOT NULL DEFAULT pg_current_xact_id(),
    id                 bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (originator_id, originator_version)
) WITH (autovacuum_analyze_scale_factor = 0.01);

-- The order in which the sequencer takes them.
CREATE UNIQUE INDEX stored_events_order ON casus.stored_events (xid, id);

CREATE TABLE casus.sealed_fields (
    originator_id      text COLLATE "C" NOT NULL,
    originator_version bigint NOT NULL,
    field              text NOT NULL,
    key_id             text NOT NULL,
    data               bytea NOT NULL,
    PRIMARY KEY (originator_id, originator_version, field)
);

CREATE INDEX sealed_fields_by_key ON casus.sealed_fields (key_id);

CREATE TABLE casus.places (
    place              bigint PRIMARY KEY,
    originator_id      text COLLATE "C" NOT NULL,
    originator_version bigint NOT NULL,
    placed_at          timestamptz NOT NULL,
    UNIQUE (originator_id, originator_version)
);

-- Up to where places were given. `base` is the last id that came from another cluster (a restored dump): transaction
-- ids start anew there, so that everything above it is ordered by this cluster's own.
CREATE TABLE casus.place_head (
    one       boolean PRIMARY KEY DEFAULT true CHECK (one),
    place     bigint NOT NULL,
    xid       xid8 NOT NULL,
    id        bigint NOT NULL,
    base      bigint NOT NULL,
    placed_at timestamptz NOT NULL
);

INSERT INTO casus.place_head VALUES (true, 0, '0', 0, 0, '-infinity');

CREATE TABLE casus.receipts (
    command_id  text COLLATE "C" PRIMARY KEY,
    digest      bytea NOT NULL,
    result      text NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL
);

CREATE TABLE casus.tracking (
    application_name text PRIMARY KEY,
    notification_id  bigint NOT NULL
);

CREATE SCHEMA casus_read;

CREATE FUNCTION casus.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is never changed' USING ERRCODE = 'insufficient_privilege';
END $$;

-- A slip of ours is stopped here; somebody who means harm is found by the evidence log.
CREATE TRIGGER stored_events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON casus.stored_events
    FOR EACH STATEMENT EXECUTE FUNCTION casus.refuse_change();
CREATE TRIGGER places_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON casus.places
    FOR EACH STATEMENT EXECUTE FUNCTION casus.refuse_change();
