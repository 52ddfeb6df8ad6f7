"""The ledger of erasures as a file."""
