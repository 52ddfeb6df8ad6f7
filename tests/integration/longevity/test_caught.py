"""What the tests of old stores hold would fail: each thing that an upgrade could do wrong is done here, and is caught."""

from __future__ import annotations

import pytest

from infra.store.migrate import Migration, Schema
from tests.integration.longevity.conftest import Old

FREE = {
    "sqlite": "DROP TRIGGER IF EXISTS {0}_stay; DROP TRIGGER IF EXISTS {0}_remain",
    "postgresql": "SET LOCAL session_replication_role = replica",
}
EVENTS = {"sqlite": "stored_events", "postgresql": "casus.stored_events"}


def upgraded_with(old: Old, monkeypatch: pytest.MonkeyPatch, *statements: str) -> None:
    """Upgrade with a last migration that does this besides."""
    whole = Schema._run

    def run(self: Schema, migration: Migration) -> None:
        whole(self, migration)
        if self.name == "casus" and migration.version == self.known:
            for statement in statements:
                self.database.execute(statement)

    monkeypatch.setattr(Schema, "_run", run)
    old.done("store upgrade --yes")


BREAKING = {
    "an event is gone": (
        "DELETE FROM {events} WHERE originator_id = 'HBR-2026-0002' AND originator_version = 9",
        "stored_events",
    ),
    "an event says something else": (
        "UPDATE {events} SET recorded_by = 'nobody' WHERE originator_id = 'HBR-2026-0002' AND originator_version = 9",
        "stored_events",
    ),
}
