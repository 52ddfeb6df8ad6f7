-- The log of one embedded store: events, their sealed fields, their places, receipts, and how far readers are.

CREATE TABLE casus_store (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    store_id   TEXT NOT NULL,
    created_at TEXT NOT NULL
);

CREATE TABLE stored_events (
    originator_id      TEXT    NOT NULL,
    originator_version INTEGER NOT NULL CHECK (originator_version > 0),
    topic              TEXT    NOT NULL,
    state              BLOB    NOT NULL,
    recorded_at        TEXT    NOT NULL,
    recorded_by        TEXT    NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
);

CREATE TABLE sealed_fields (
    originator_id      TEXT    NOT NULL,
    originator_version INTEGER NOT NULL,
    field              TEXT    NOT NULL,
    key_id             TEXT    NOT NULL,
    data               BLOB    NOT NULL,
    PRIMARY KEY (originator_id, originator_version, field),
    FOREIGN KEY (originator_id, originator_version) REFERENCES stored_events
) WITHOUT ROWID;

CREATE INDEX sealed_fields_by_key ON sealed_fields (key_id);

CREATE TABLE places (
    place              INTEGER PRIMARY KEY,
    originator_id      TEXT    NOT NULL,
    originator_version INTEGER NOT NULL,
    placed_at          TEXT    NOT NULL,
    UNIQUE (originator_id, originator_version),
    FOREIGN KEY (originator_id, originator_version) REFERENCES stored_events
);

CREATE TABLE receipts (
    command_id  TEXT PRIMARY KEY,
    digest      BLOB NOT NULL,
    result      TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE tracking (
    application_name TEXT PRIMARY KEY,
    notification_id  INTEGER NOT NULL
) WITHOUT ROWID;

-- A slip of ours is stopped here; somebody who means harm is found by the evidence log.
CREATE TRIGGER stored_events_stay BEFORE UPDATE ON stored_events
BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
CREATE TRIGGER stored_events_remain BEFORE DELETE ON stored_events
BEGIN SELECT RAISE(ABORT, 'an event is never removed'); END;
CREATE TRIGGER places_stay BEFORE UPDATE ON places
BEGIN SELECT RAISE(ABORT, 'a place is never changed'); END;
CREATE TRIGGER places_remain BEFORE DELETE ON places
BEGIN SELECT RAISE(ABORT, 'a place is never removed'); END;
