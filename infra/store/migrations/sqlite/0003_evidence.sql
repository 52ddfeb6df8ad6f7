-- The evidence log: a leaf for every place, the hashes above them, signed checkpoints, and the keys that signed them.

-- `digest` is that of the stored bytes, so that a leaf can be checked once they are gone.
CREATE TABLE leaves (
    place  INTEGER PRIMARY KEY,
    digest BLOB NOT NULL,
    hash   BLOB NOT NULL
);

-- A whole subtree of 256 to the power `level` leaves, counted from 0.
CREATE TABLE tiles (
    level  INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hash   BLOB NOT NULL,
    PRIMARY KEY (level, number)
) WITHOUT ROWID;

CREATE TABLE checkpoints (
    origin  TEXT    NOT NULL,
    size    INTEGER NOT NULL,
    root    BLOB    NOT NULL,
    note    TEXT    NOT NULL,
    made_at TEXT    NOT NULL,
    made_by TEXT    NOT NULL,
    PRIMARY KEY (origin, size)
) WITHOUT ROWID;

-- The last one signs.
CREATE TABLE evidence_keys (
    number INTEGER PRIMARY KEY,
    vkey   TEXT NOT NULL UNIQUE,
    since  TEXT NOT NULL
);

CREATE TRIGGER leaves_stay BEFORE UPDATE ON leaves
BEGIN SELECT RAISE(ABORT, 'a leaf is never changed'); END;
CREATE TRIGGER leaves_remain BEFORE DELETE ON leaves
BEGIN SELECT RAISE(ABORT, 'a leaf is never removed'); END;
CREATE TRIGGER tiles_stay BEFORE UPDATE ON tiles
BEGIN SELECT RAISE(ABORT, 'a tile is never changed'); END;
CREATE TRIGGER tiles_remain BEFORE DELETE ON tiles
BEGIN SELECT RAISE(ABORT, 'a tile is never removed'); END;
CREATE TRIGGER checkpoints_stay BEFORE UPDATE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'a checkpoint is never changed'); END;
CREATE TRIGGER checkpoints_remain BEFORE DELETE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'a checkpoint is never removed'); END;
CREATE TRIGGER evidence_keys_stay BEFORE UPDATE ON evidence_keys
BEGIN SELECT RAISE(ABORT, 'a key is never changed'); END;
CREATE TRIGGER evidence_keys_remain BEFORE DELETE ON evidence_keys
BEGIN SELECT RAISE(ABORT, 'a key is never removed'); END;
