-- Who was erased is looked up at every opening, to hold it against the ledger: a store without any has an index without rows.

CREATE INDEX events_of_erasure ON stored_events (topic) WHERE topic = 'case.rights.subject-erased';
