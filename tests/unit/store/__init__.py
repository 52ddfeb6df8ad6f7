"""The store's pieces that need no database."""
