"""The whole store as JSON Lines: its history in the one order, and the checkpoint at exactly that place."""
