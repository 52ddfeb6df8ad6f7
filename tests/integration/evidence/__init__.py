"""The store, one suite for both databases."""
