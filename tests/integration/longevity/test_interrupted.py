"""An upgrade that is broken off anywhere is taken up again, and ends where one that was not ends."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing

import psycopg
import pytest

from infra.store import _backend, store_status, upgrade_store
from infra.store.migrate import Migration
from infra.store.roles import installing
from tests.golden.files import releases
from tests.integration.longevity.breaking_off import SLEEP, BrokenOff, broken_off, raising, statements
from tests.integration.longevity.catalogue import Catalogue, catalogue, contents, lost
from tests.integration.longevity.comparing import compare
from tests.integration.longevity.conftest import Old, PutBack
from tests.integration.longevity.test_folds import GROWN
from tests.support.stores import DATABASES
from tests.support.together import run_together

OLDEST = "log"
"""Of this one every migration since is still to run."""


def to_run(old: Old) -> list[tuple[str, Migration]]:
    """The migrations that an old store lacks, in the order in which they run."""
    backend = _backend(old.config, None)
    with closing(backend):
        return [
            (schema.name, migration)
            for schema in backend.schemas()
            for migration in schema.migrations
            if migration.version > schema.status().found
        ]


def found(old: Old) -> dict[str, int]:
    return {name: status.found for name, status in store_status(old.config).items()}


def test_broken_off_in_each_migration_it_ends_as_if_it_never_was(older: Old, fresh: Callable[[Old], Catalogue]):
    """Halfway, and after its last statement: what it began is gone, and what came before it stays."""
    before = contents(older.config)
    for schema, migration in to_run(older):
        many = len(statements(migration, older.kind))
        stood: list[Catalogue] = []
        for after in sorted({many // 2, many}):
            with broken_off(schema, migration.version, after, raising), pytest.raises(BrokenOff):
                upgrade_store(older.config)
            stood.append(catalogue(older.config))
            assert stood[-1] == stood[0], (migration.name, after)
            assert found(older)[schema] == migration.version - 1
        refused_still(older)
    older.done("store upgrade --yes")
    assert catalogue(older.config) ^ fresh(older) == frozenset()
    assert lost(before, contents(older.config), but=GROWN) == []
    assert compare(older.player, older.name, older.kind, {"show", "report"})[0] == []


def refused_still(old: Old) -> None:
    """Half upgraded is not upgraded: neither schema may lag behind."""
    told = old.typed("show HBR-2026-0001")
    assert (told.code, '"store-needs-upgrade"' in told.said) == (3, True), told


@pytest.mark.parametrize("kind", DATABASES)
def test_killed_in_the_middle_it_is_taken_up_again(kind: str, back: PutBack, fresh: Callable[[Old], Catalogue]):
    """By SIGKILL, once in a migration of each schema."""
    old = back(OLDEST, kind)
    before = contents(old.config)
    last = dict(to_run(old))
    for schema, migration in last.items():
        after = len(statements(migration, kind)) // 2
        killed = [str(old.config.home), old.config.dsn or "", schema, str(migration.version), str(after)]
        died = subprocess.run([sys.executable, "-m", "tests.integration.longevity.breaking_off", *killed], check=False)
        assert died.returncode == -9
        assert found(old)[schema] == migration.version - 1
        refused_still(old)
    old.done("store upgrade --yes")
    assert catalogue(old.config) ^ fresh(old) == frozenset()
    assert lost(before, contents(old.config), but=GROWN) == []


def test_killed_while_the_server_works_on_the_next_one_waits_for_it(back: PutBack, fresh: Callable[[Old], Catalogue]):
    """The server notices that nobody is there any more only when it is done with what it was asked."""
    old = back(OLDEST, "postgresql")
    assert old.config.dsn is not None
    schema, migration = to_run(old)[1]
    asked = [str(old.config.home), old.config.dsn, schema, str(migration.version), "1", "--sleeping"]
    with subprocess.Popen([sys.executable, "-m", "tests.integration.longevity.breaking_off", *asked]) as upgrading:
        wait_until_it_sleeps(old.config.dsn)
        upgrading.kill()
    began = time.monotonic()
    old.done("store upgrade --yes")
    assert time.monotonic() - began > SLEEP / 4, "it did not wait"
    assert catalogue(old.config) ^ fresh(old) == frozenset()


def wait_until_it_sleeps(dsn: str, patience: float = 30) -> None:
    """Until the server is in the middle of a migration."""
    with psycopg.connect(dsn, autocommit=True) as watching:
        until = time.monotonic() + patience
        while not watching.execute(
            "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
        ).fetchall():
            assert time.monotonic() < until
            time.sleep(0.05)


def test_broken_off_before_rights_were_given_they_are_given_afterwards(back: PutBack, fresh: Callable[[Old], Catalogue]):
    """The migrations have run then, and nothing but what follows on them is left to do."""
    old = next(o for name in reversed(releases()) if (o := back(name, "postgresql")).roles and to_run(o))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(installing, "install", raising)
        with pytest.raises(BrokenOff):
            upgrade_store(old.config)
    assert to_run(old) == []
    assert catalogue(old.config) != fresh(old)
    old.done("store upgrade --yes")
    assert catalogue(old.config) ^ fresh(old) == frozenset()


@pytest.mark.parametrize("kind", DATABASES)
def test_broken_off_before_its_read_models_were_made_it_says_how_to_go_on(kind: str, back: PutBack):
    old = back(OLDEST, kind)
    upgrade_store(old.config)
    told = old.typed("cases --team harbour-table")
    assert (told.code, '"read-models-missing"' in told.said, "casus store upgrade" in told.said) == (3, True, True)
    old.done("store upgrade --yes")
    assert [row["number"] for row in old.done("cases --team harbour-table").rows] == [f"HBR-2026-000{n}" for n in range(1, 6)]


@pytest.mark.parametrize("kind", DATABASES)
def test_two_who_upgrade_at_once_run_each_migration_once(kind: str, back: PutBack, fresh: Callable[[Old], Catalogue]):
    old = back(OLDEST, kind)
    wanted = [migration.name for _, migration in to_run(old)]
    ran: list[str] = []
    run_together(lambda: ran.extend(upgrade_store(old.config)), 2)
    assert sorted(ran) == sorted(wanted)
    old.done("store upgrade --yes")
    assert catalogue(old.config) ^ fresh(old) == frozenset()
