"""What the tests of old stores hold can fail: what an upgrade could do wrong is done here, and is found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from domain.events.closing import CaseClosed
from infra.store import open_store, upgrade_store
from infra.store.migrate import Migration, Schema
from infra.store.postgresql import PostgreSQLDatabase
from infra.store.sqlite import SQLiteDatabase
from tests.integration.longevity import comparing
from tests.integration.longevity.breaking_off import BrokenOff, broken_off, raising
from tests.integration.longevity.catalogue import catalogue, contents, lost
from tests.integration.longevity.comparing import ADDED, compare, listed
from tests.integration.longevity.conftest import GOLDENS, PutBack
from tests.integration.longevity.test_folds import GROWN
from tests.integration.longevity.test_interrupted import OLDEST, to_run
from tests.support.stores import DATABASES

WRONG = {
    "an event": "UPDATE {0}stored_events SET topic = 'case.intake.subject-noted' WHERE originator_id = 'HBR-2026-0002'",
    "who recorded it": "UPDATE {0}stored_events SET recorded_by = 'nobody' WHERE originator_id = 'HBR-2026-0002'",
    "a text": "UPDATE {0}sealed_fields SET data = (SELECT data FROM {0}sealed_fields ORDER BY data LIMIT 1)",
    "a place": "UPDATE {0}places SET placed_at = (SELECT max(placed_at) FROM {0}places) WHERE place = 3",
    "a key": "UPDATE {1}data_keys SET wrapped = (SELECT wrapped FROM {1}data_keys ORDER BY wrapped LIMIT 1)",
    "a receipt": "DELETE FROM {0}receipts WHERE recorded_at = (SELECT min(recorded_at) FROM {0}receipts)",
}
FREE = {
    "sqlite": ("DROP TRIGGER stored_events_stay", "DROP TRIGGER places_stay"),
    "postgresql": ("SET LOCAL session_replication_role = replica",),
}  # fmt: skip
"""What lets a migration do what nobody else may."""


@pytest.mark.parametrize(
    ("what", "kind"), [*((what, "sqlite") for what in WRONG), ("a text", "postgresql"), ("a key", "postgresql")]
)
def test_a_migration_that_changes_what_was_stored(what: str, kind: str, back: PutBack, monkeypatch: pytest.MonkeyPatch):
    old = back(OLDEST, kind)
    before = contents(old.config)
    schema = "casus_keys" if "{1}" in WRONG[what] else "casus"
    whole = Schema._run

    def run(self: Schema, migration: Migration) -> None:
        whole(self, migration)
        if self.name == schema and migration.version == self.known:
            for statement in (*(FREE[kind] if schema == "casus" else ()), WRONG[what]):
                self.database.execute(statement.format(*(("", "") if kind == "sqlite" else ("casus.", "casus_keys."))))

    monkeypatch.setattr(Schema, "_run", run)
    upgrade_store(old.config)
    assert lost(before, contents(old.config), but=GROWN) != []


def test_a_fold_that_is_another_now(back: PutBack, monkeypatch: pytest.MonkeyPatch):
    """A case that was closed then is open today."""
    old = back(OLDEST, "sqlite")
    monkeypatch.setattr(CaseClosed, "apply", lambda self, case: case)
    old.done("store upgrade --yes")
    wrong, _ = compare(old.player, old.name, "sqlite", {"report"})
    assert "report cases: [0].result 'moored' then, None now" in wrong


def test_a_field_that_is_told_since_and_not_listed_and_one_that_is_listed_and_not_told(
    back: PutBack, monkeypatch: pytest.MonkeyPatch
):
    needed = set()
    for name, kind in GOLDENS:
        if kind == "sqlite":
            old = back(name, kind)
            old.done("store upgrade --yes")
            needed |= compare(old.player, name, kind, ADDED)[1]
    assert needed == {(command, entry) for command, entries in ADDED.items() for entry in entries}, "an entry nobody needs"
    monkeypatch.setitem(comparing.ADDED, "show", [entry for entry in ADDED["show"] if entry != "clearance"])
    assert listed("show", "[0].clearance") is None
    assert listed("trail", "[3].facts.clearance") == "facts.clearance"


@pytest.mark.parametrize(
    ("kind", "what"), [("sqlite", "DROP TRIGGER places_stay"), ("postgresql", "DROP TRIGGER places_stay ON casus.places")]
)
def test_a_protection_that_an_upgrade_forgot(kind: str, what: str, back: PutBack):
    old = back(OLDEST, kind)
    upgrade_store(old.config)
    whole = catalogue(old.config)
    with open_store(old.config) as store:
        store.connection().execute(what)
    assert len(whole - catalogue(old.config)) == 1


@contextmanager
def by_itself(_: object) -> Iterator[None]:
    """Each statement commits by itself."""
    yield


@pytest.mark.parametrize("kind", DATABASES)
def test_a_migration_of_which_a_part_stays(kind: str, back: PutBack, monkeypatch: pytest.MonkeyPatch):
    """As it would be without a transaction around it."""
    old = back(OLDEST, kind)
    for cls in (SQLiteDatabase, PostgreSQLDatabase):
        monkeypatch.setattr(cls, "transaction", by_itself)
    schema, migration = to_run(old)[0]
    before = catalogue(old.config)
    with broken_off(schema, migration.version, 1, raising), pytest.raises(BrokenOff):
        upgrade_store(old.config)
    assert catalogue(old.config) != before
