-- When a backup was put back, after which the ledger of erasures has to be asked; and when somebody said that the store is to be
-- served without what the ledger lacks.

CREATE TABLE ledger_checks (
    n           INTEGER PRIMARY KEY,
    what        TEXT NOT NULL CHECK (what IN ('restored', 'without')),
    at          TEXT NOT NULL,
    recorded_by TEXT NOT NULL
);
