-- How far each erasure is, so that an interrupted one goes on; and which key-encryption key is the oldest in use.

CREATE TABLE erasures (
    originator_id TEXT NOT NULL,
    subject       TEXT NOT NULL,
    request       TEXT NOT NULL,
    step          TEXT NOT NULL,
    found         TEXT NOT NULL DEFAULT '',
    done_at       TEXT NOT NULL,
    PRIMARY KEY (originator_id, subject, step)
) WITHOUT ROWID;

CREATE TABLE keks (
    version INTEGER PRIMARY KEY,
    since   TEXT    NOT NULL
);

-- A program that read the key file before it was changed would wrap with a key that is about to go: its key is not kept,
-- it finds that out when it reads it back, and reads the key file anew.
CREATE TRIGGER data_keys_wrapped_now BEFORE INSERT ON data_keys
WHEN NEW.kek_version < (SELECT max(version) FROM keks)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER secrets_wrapped_now BEFORE INSERT ON secrets
WHEN NEW.kek_version < (SELECT max(version) FROM keks)
BEGIN SELECT RAISE(IGNORE); END;
