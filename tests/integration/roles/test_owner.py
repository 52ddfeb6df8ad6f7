"""An owner who is no superuser: makes the store and the roles, keeps working, and upgrades as before."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from infra.cli.exits import Exit
from infra.store import open_store
from infra.store.migrate import Schema
from infra.store.roles.catalogue import foreign
from infra.store.roles.checking import check
from infra.store.server import STORE
from tests.e2e.conftest import Casus, set_up
from tests.support.postgres import Server
from tests.support.stores import config_of

MADE_LATER = (
    "SELECT 'DROP FUNCTION ' || p.oid::regprocedure || ' CASCADE' FROM pg_proc p "
    "WHERE p.pronamespace = 'casus'::regnamespace AND (p.proname IN ('append', 'disclose', 'knock', 'last_number', "
    "'is_there', 'sees', 'my_streams', 'notices_due', 'notice_given', "
    "'is_day', 'fits') OR p.proname LIKE 'check_%' OR p.proname LIKE 'keep_%')"
)
"""The functions of the migration that the test takes back, to have it run again."""


@pytest.fixture
def owned(postgres_server: Server, tmp_path: Path) -> Iterator[Casus]:
    """A database of somebody who may make roles and nothing more."""
    name = f"o{secrets.token_hex(4)}"
    dsn = postgres_server.fresh_database()
    database = dsn.rpartition("/")[2]
    with psycopg.connect(dsn, autocommit=True) as owner:
        owner.execute(f"CREATE ROLE {name} LOGIN CREATEROLE".encode())
        owner.execute(f"ALTER DATABASE {database} OWNER TO {name}".encode())
        if owner.info.server_version >= 160000:  # from then on who may make roles may give away only those that they made
            owner.execute(f"GRANT casus_owner TO {name} WITH ADMIN OPTION".encode())
    yield Casus(tmp_path / "home", postgres_server.dsn_of(database, name))
    postgres_server.drop(dsn)
    with psycopg.connect(postgres_server.dsn, autocommit=True) as owner:
        owner.execute(f"DROP OWNED BY {name}".encode())
        owner.execute(f"DROP ROLE {name}".encode())


def differing(casus: Casus) -> set[str]:
    ran = casus("--json", "store", "roles", "--check")
    assert ran.code == (Exit.FAILED if ran.rows else Exit.DONE)
    return {row["matter"] for row in ran.rows}


def test_an_owner_who_is_no_superuser_makes_roles_and_goes_on(owned: Casus) -> None:
    set_up(owned)
    owned.done("store", "roles", "--yes")
    assert differing(owned) == {"owner-on-a-roster"}  # who set the table up is on its roster, and passes every lock
    owned.done("intake", "submit", "--question", "Nog steeds", "--reason", "adrift", "--name", "Ada V")
    owned.done("projections", "rebuild")
    assert differing(owned) == {"owner-on-a-roster"}
    owned.done("team", "change-roles", "harbour-table", "pilots-1", "--role", "harbour-master", "--login", "u4711")
    assert differing(owned) == set()


def test_what_an_upgrade_makes_is_the_owner_role_s(owned: Casus, tmp_path: Path) -> None:
    set_up(owned)
    owned.done("store", "roles", "--yes")
    with open_store(config_of("postgresql", tmp_path, owned.dsn)) as store:
        db = store.connection()
        assert isinstance(Schema(db, STORE, "casus").known, int)
        db.execute("SET ROLE casus_owner")
        db.execute("DELETE FROM casus.casus_schema WHERE version >= 5")
        db.execute("DROP INDEX casus.events_of_erasure")
        db.execute("DROP TABLE casus.leaves, casus.tiles, casus.checkpoints, casus.evidence_keys")
        for (what,) in db.query(MADE_LATER):
            db.execute(what)
        db.execute("RESET ROLE")
        old = (STORE / "migrations/postgresql/0002_append.sql").read_text()
        db.script(old)
    owned.done("store", "upgrade", "--yes")
    with open_store(config_of("postgresql", tmp_path, owned.dsn)) as store:
        assert foreign(store.connection()) == []
        assert {finding.matter for finding in check(store)} == {"owner-on-a-roster"}


def test_what_differs_is_told_in_words(owned: Casus) -> None:
    set_up(owned)
    owned.done("store", "roles", "--yes")
    after = owned("store", "roles", "--check", lang="nl").out
    assert "komt langs elk slot" in " ".join(after.split())
    assert "owner-on-a-roster" not in after
