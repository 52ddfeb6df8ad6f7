-- Keys of subjects, wrapped; and tokens to find the same person again. A schema of its own, backed up apart from events.

-- No row: there never was a key. `erased` keeps its row without the key, so that it is not made again unseen;
-- `reopened` is a key of a later generation, made on purpose after an erasure.
CREATE TABLE casus_keys.data_keys (
    originator_id text COLLATE "C" NOT NULL,
    subject       text COLLATE "C" NOT NULL,
    generation    integer NOT NULL DEFAULT 1,
    key_id        text COLLATE "C" NOT NULL UNIQUE,
    state         text NOT NULL CHECK (state IN ('active', 'erased', 'reopened')),
    kek_version   integer,
    wrapped       bytea,
    created_at    timestamptz NOT NULL,
    erased_at     timestamptz,
    PRIMARY KEY (originator_id, subject, generation),
    CHECK ((state = 'erased') = (wrapped IS NULL))
);

CREATE TABLE casus_keys.secrets (
    name        text PRIMARY KEY,
    kek_version integer NOT NULL,
    wrapped     bytea NOT NULL
);

-- A token counts once the command that brought it is stored.
CREATE TABLE casus_keys.tokens (
    purpose       text NOT NULL,
    token         bytea NOT NULL,
    originator_id text COLLATE "C" NOT NULL,
    subject       text NOT NULL,
    command_id    text NOT NULL,
    PRIMARY KEY (purpose, token, originator_id, subject, command_id)
);

CREATE INDEX tokens_of_subject ON casus_keys.tokens (originator_id, subject);
CREATE INDEX tokens_of_command ON casus_keys.tokens (command_id);
