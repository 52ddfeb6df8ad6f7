-- The evidence log: a leaf for every place, the hashes above them, signed checkpoints, and the keys that signed them.

-- `digest` is that of the stored bytes, so that a leaf can be checked once they are gone.
CREATE TABLE casus.leaves (
    place  bigint PRIMARY KEY,
    digest bytea NOT NULL,
    hash   bytea NOT NULL
);

-- A whole subtree of 256 to the power `level` leaves, counted from 0.
CREATE TABLE casus.tiles (
    level  integer NOT NULL,
    number bigint NOT NULL,
    hash   bytea NOT NULL,
    PRIMARY KEY (level, number)
);

CREATE TABLE casus.checkpoints (
    origin  text COLLATE "C" NOT NULL,
    size    bigint NOT NULL,
    root    bytea NOT NULL,
    note    text NOT NULL,
    made_at timestamptz NOT NULL,
    made_by text NOT NULL,
    PRIMARY KEY (origin, size)
);

-- The last one signs.
CREATE TABLE casus.evidence_keys (
    number integer PRIMARY KEY,
    vkey   text NOT NULL UNIQUE,
    since  timestamptz NOT NULL
);

CREATE TRIGGER leaves_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON casus.leaves
    FOR EACH STATEMENT EXECUTE FUNCTION casus.refuse_change();
CREATE TRIGGER tiles_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON casus.tiles
    FOR EACH STATEMENT EXECUTE FUNCTION casus.refuse_change();
CREATE TRIGGER checkpoints_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON casus.checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION casus.refuse_change();
CREATE TRIGGER evidence_keys_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON casus.evidence_keys
    FOR EACH STATEMENT EXECUTE FUNCTION casus.refuse_change();
