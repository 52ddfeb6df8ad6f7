"""Backup of a store and putting one back: events in one file, keys in another, the same on both databases."""

from infra.backup.restoring import Restored, restore
from infra.backup.taking import Kept, take

__all__ = ["Kept", "Restored", "restore", "take"]
