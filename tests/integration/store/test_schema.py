"""A store of another version is refused, never changed at start; upgrading is asked for, and can be taken up again."""

import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from domain.refusal import Refused
from infra.store import StoreConfig, create_store, open_store, store_status, upgrade_store
from infra.store.migrate import Schema
from infra.store.store import Store
from tests.support.stores import noted, receipt
from tests.support.together import run_together

CASE = "LEL-2026-0001"


def code_of(config: StoreConfig) -> str:
    with pytest.raises(Refused) as refused:
        open_store(config)
    return refused.value.code


def version_table(store: Store) -> str:
    return "casus.casus_schema" if store.connection().kind == "postgresql" else "casus_schema"


def test_no_store_is_said_so(config: StoreConfig):
    assert code_of(config) == "no-store"
    with pytest.raises(Refused) as refused:
        upgrade_store(config)
    assert refused.value.code == "no-store"


def test_a_store_is_not_made_twice(config: StoreConfig):
    create_store(config).close()
    with pytest.raises(Refused) as refused:
        create_store(config)
    assert refused.value.code == "store-exists"


def test_each_store_has_an_id_of_its_own_and_keeps_it(config: StoreConfig, tmp_path: Path):
    with create_store(config) as made, create_store(StoreConfig(tmp_path / "other")) as other:
        assert made.store_id != other.store_id
        with open_store(config) as again:
            assert again.store_id == made.store_id


def test_an_older_store_is_refused_until_it_is_upgraded(config: StoreConfig, monkeypatch: pytest.MonkeyPatch):
    whole = Schema.__init__

    def only_first(self: Schema, *args: object) -> None:
        whole(self, *args)  # type: ignore[arg-type]
        self.migrations = self.migrations[:1]

    if config.embedded:
        older_by(1, config, monkeypatch)
    else:
        with monkeypatch.context() as patch:
            patch.setattr(Schema, "__init__", only_first)
            with pytest.raises(Refused, match="store-needs-upgrade"):  # it is made; opened it was by a program of today
                create_store(config)
    assert code_of(config) == "store-needs-upgrade"
    before = store_status(config)["casus"]
    assert before.found < before.known
    assert upgrade_store(config)
    assert store_status(config)["casus"].found == before.known
    with open_store(config) as store:
        store.append([noted(CASE)], expected={CASE: 0}, receipt=receipt("c1"))
        assert store.version(CASE) == 1
    assert upgrade_store(config) == []


def older_by(steps: int, config: StoreConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Embedded there is one migration so far: let this program know one more."""
    from infra.store.migrate import Migration

    create_store(config).close()
    more = config.home / "0002_more.sql"
    more.write_text("CREATE TABLE more (one INTEGER);\n")
    whole = Schema.__init__

    def with_more(self: Schema, *args: object) -> None:
        whole(self, *args)  # type: ignore[arg-type]
        if self.name == "casus":
            self.migrations = (*self.migrations, Migration(self.known + steps, "0002_more", more))

    monkeypatch.setattr(Schema, "__init__", with_more)


def test_a_newer_store_is_refused_and_left_alone(config: StoreConfig):
    with create_store(config) as store:
        store.connection().execute(f"INSERT INTO {version_table(store)} VALUES (99, 'later', 'then')")
    assert code_of(config) == "store-too-new"
    with pytest.raises(Refused) as refused:
        upgrade_store(config)
    assert refused.value.code == "store-too-new"


def test_a_migration_that_fails_leaves_nothing_of_itself(config: StoreConfig, monkeypatch: pytest.MonkeyPatch):
    from infra.store.migrate import Migration

    create_store(config).close()
    name = "casus.half" if not config.embedded else "half"
    broken = config.home / "0099_half.sql"
    broken.write_text(f"CREATE TABLE {name} (one INTEGER);\nINSERT INTO nowhere VALUES (1);\n")
    whole = Schema.__init__

    def with_broken(self: Schema, *args: object) -> None:
        whole(self, *args)  # type: ignore[arg-type]
        if self.name == "casus":
            self.migrations = (*self.migrations, Migration(99, "0099_half", broken))

    with monkeypatch.context() as patch:
        patch.setattr(Schema, "__init__", with_broken)
        with pytest.raises(Exception, match="nowhere"):
            upgrade_store(config)
    with open_store(config) as store:
        assert not store.connection().has_table(name)


def test_two_who_make_a_store_at_once_make_one(config: StoreConfig):
    ids: set[str] = set()

    def make() -> None:
        with suppress(Refused):
            create_store(config).close()
        with open_store(config) as store:
            ids.add(store.store_id)

    run_together(make, 3)
    assert len(ids) == 1


def test_a_store_that_was_half_made_is_finished(embedded: StoreConfig):
    embedded.keys_db.unlink()
    embedded.keys_in.unlink()
    with open_store(embedded) as store:
        store.connection().execute("DELETE FROM casus_store")
    assert code_of(embedded) == "no-store"
    with create_store(embedded) as store:
        assert len(store.store_id) == 32


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused) as refused:
        create_store(StoreConfig(tmp_path / "file" / "casus"))
    assert refused.value.code == "store-unwritable"


def test_a_store_whose_file_is_something_else_is_refused(embedded: StoreConfig):
    embedded.events_file.write_bytes(b"this is not a database" * 100)
    assert code_of(embedded) == "store-damaged"


def test_a_folder_of_somebody_else_is_refused(embedded: StoreConfig):
    """Run as another user where we are root, whom no mode stops."""
    program = (
        "import os, sys\n"
        "import infra.store.embedded, infra.store.store, infra.keys.keyfile\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "else: os.chmod(sys.argv[1], 0o500)\n"
        "from domain.refusal import Refused\n"
        "from infra.store import StoreConfig, create_store\n"
        "from pathlib import Path\n"
        "try: create_store(StoreConfig(Path(sys.argv[1]) / 'casus'))\n"
        "except Refused as refused: print(refused.code)\n"
    )
    locked = embedded.home / "locked"
    locked.mkdir(mode=0o700)
    for parent in (embedded.home, *list(embedded.home.parents)[:3]):
        parent.chmod(parent.stat().st_mode | 0o011)
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    told = subprocess.run([sys.executable, "-c", program, str(locked)], capture_output=True, text=True, env=env, check=True)
    locked.chmod(0o700)
    assert told.stdout.strip() in {"store-unwritable", "store-unreadable"}


def test_the_migrations_ship_with_the_package():
    import infra.keys
    import infra.store

    for package in (infra.store, infra.keys):
        folder = Path(package.__path__[0]) / "migrations"
        for kind in ("sqlite", "postgresql"):
            numbers = [int(path.name[:4]) for path in sorted((folder / kind).glob("*.sql"))]
            assert numbers == list(range(1, len(numbers) + 1))
            assert numbers


def test_a_server_without_rights_is_said_so(on_server: StoreConfig):
    assert on_server.dsn is not None
    with psycopg.connect(on_server.dsn, autocommit=True) as owner:
        owner.execute("DROP ROLE IF EXISTS nobody_here")
        owner.execute("CREATE ROLE nobody_here LOGIN")
    stranger = psycopg.conninfo.make_conninfo(on_server.dsn, user="nobody_here")
    assert code_of(replace(on_server, dsn=stranger)) == "store-forbidden"
    with psycopg.connect(on_server.dsn, autocommit=True) as owner:
        owner.execute("DROP ROLE nobody_here")
