-- Keys of subjects, wrapped; and tokens to find the same person again. A file of its own, backed up apart from events.

-- No row: there never was a key. `erased` keeps its row without the key, so that it is not made again unseen;
-- `reopened` is a key of a later generation, made on purpose after an erasure.
CREATE TABLE data_keys (
    originator_id TEXT    NOT NULL,
    subject       TEXT    NOT NULL,
    generation    INTEGER NOT NULL DEFAULT 1,
    key_id        TEXT    NOT NULL UNIQUE,
    state         TEXT    NOT NULL CHECK (state IN ('active', 'erased', 'reopened')),
    kek_version   INTEGER,
    wrapped       BLOB,
    created_at    TEXT    NOT NULL,
    erased_at     TEXT,
    PRIMARY KEY (originator_id, subject, generation),
    CHECK ((state = 'erased') = (wrapped IS NULL))
) WITHOUT ROWID;

CREATE TABLE secrets (
    name        TEXT PRIMARY KEY,
    kek_version INTEGER NOT NULL,
    wrapped     BLOB    NOT NULL
) WITHOUT ROWID;

-- A token counts once the command that brought it is stored.
CREATE TABLE tokens (
    purpose       TEXT NOT NULL,
    token         BLOB NOT NULL,
    originator_id TEXT NOT NULL,
    subject       TEXT NOT NULL,
    command_id    TEXT NOT NULL,
    PRIMARY KEY (purpose, token, originator_id, subject, command_id)
) WITHOUT ROWID;

CREATE INDEX tokens_of_subject ON tokens (originator_id, subject);
CREATE INDEX tokens_of_command ON tokens (command_id);
