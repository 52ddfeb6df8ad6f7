"""Erasing a subject: what is done to the keys, in steps that can be taken up again, and the ledger of it outside the store."""
