"""A backup of either database, put back on either, is the same store."""

import gzip
import json
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic_core import to_json

from infra.backup import restore, take
from infra.backup.following import derive
from infra.backup.parts import DERIVED, PARTS
from infra.evidence.evidence import Evidence
from infra.readmodels import ReadModels
from infra.store import StoreConfig, open_store
from infra.store.store import Store
from tests.integration.backup.conftest import NewPlace, fill, whole
from tests.support.stores import DATABASES, receipt, told


def quiet(_rows: int) -> None:
    """Nobody is told."""


def backed_up(config: StoreConfig, folder: Path) -> dict[str, Path]:
    files = {"events": folder / "events.casus", "keys": folder / "keys.casus"}
    take(config, files, quiet)  # type: ignore[arg-type]
    return files


def keys_of(config: StoreConfig) -> list[tuple[object, ...]]:
    with open_store(config) as store:
        db = store.keys_connection()
        prefix = "casus_keys." if db.kind == "postgresql" else ""
        rows = db.query(f"SELECT originator_id, subject, generation, key_id, state, kek_version, wrapped FROM {prefix}data_keys")
        tokens = db.query(f"SELECT purpose, token, originator_id, subject, command_id FROM {prefix}tokens")
    return sorted((*map(str, row[:6]), bytes(row[6])) for row in rows) + sorted(
        (row[0], bytes(row[1]), *row[2:]) for row in tokens
    )


@pytest.mark.parametrize("kind", DATABASES)
def test_it_is_the_same_store_on_either_database(config: StoreConfig, kind: str, new_place: NewPlace, tmp_path: Path):
    files, there = backed_up(config, tmp_path), new_place(kind)
    found = restore(there, files, quiet)  # type: ignore[arg-type]
    assert whole(there) == whole(config)
    assert keys_of(there) == keys_of(config)
    with open_store(config) as old, open_store(there) as new:
        assert new.store_id == old.store_id == found.store
        assert [new.receipt(c) for c in ("c1", "c2")] == [old.receipt(c) for c in ("c1", "c2")]
    assert (found.keyless, found.versions) == (0, ())
    assert found.key_file is not None
    assert found.key_file.code == "key-file-missing"


@pytest.mark.parametrize("kind", DATABASES)
def test_checkpoints_come_along_and_still_hold(config: StoreConfig, kind: str, new_place: NewPlace, tmp_path: Path):
    with open_store(config) as store:
        evidence = Evidence(store, config.signer_in, config.outside)
        made = [evidence.checkpoint(place) for place in (2, 5)]
    files, there = backed_up(config, tmp_path), new_place(kind)
    restore(there, files, quiet)  # type: ignore[arg-type]
    with open_store(there) as store:
        evidence = Evidence(store, config.signer_in, there.outside)
        assert [each.checkpoint for each in evidence.all()] == made
        assert [evidence.checkpoint(place) for place in (2, 5)] == made
        assert evidence.checkpoint().size == 6, "and the next one follows on them"


@pytest.mark.parametrize("kind", DATABASES)
def test_a_backup_of_before_checkpoints_is_put_back_as_it_was(
    config: StoreConfig, kind: str, new_place: NewPlace, tmp_path: Path
):
    files, there = backed_up(config, tmp_path), new_place(kind)
    first_format(files["events"])
    restore(there, files, quiet)  # type: ignore[arg-type]
    assert whole(there) == whole(config)
    assert set(restore(there, files, quiet).there) == {"events", "keys"}  # type: ignore[arg-type]


def first_format(path: Path) -> None:
    """Make a backup file one of before there were checkpoints in it."""
    held = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    later = {part.name for part in PARTS["events"] if part.format > 1}
    kept, part = [], ""
    for line in held:
        part = line.get("part", part) if isinstance(line, dict) else part
        if part not in later or (isinstance(line, dict) and "manifest" in line):
            kept.append(line)
    assert later == {"checkpoints", "evidence_keys"}
    kept[0]["format"] = 1
    kept[-1] = {"manifest": {name: s for name, s in kept[-1]["manifest"].items() if name not in later}}
    path.write_bytes(gzip.compress(b"".join(to_json(line) + b"\n" for line in kept)))


@pytest.mark.parametrize("kind", DATABASES)
def test_counting_goes_on_after_the_places_of_before(config: StoreConfig, kind: str, new_place: NewPlace, tmp_path: Path):
    files, there = backed_up(config, tmp_path), new_place(kind)
    restore(there, files, quiet)  # type: ignore[arg-type]
    there.keys_in.parent.mkdir(parents=True, exist_ok=True)
    there.keys_in.write_bytes(config.keys_in.read_bytes())
    there.keys_in.chmod(0o600)
    before = whole(there)
    with open_store(there) as store:
        fill(store, first=7)
        again = store.append([told("LEL-2026-0001", "x")], expected={"LEL-2026-0001": 0}, receipt=receipt("c1"))
        assert again.again, "a command of before is known"
        head = store.head()
        assert store.place_at(store.now() + timedelta(minutes=1)) == head > len(before)
    after = whole(there)
    assert after[: len(before)] == before
    assert [row[-1] for row in after] == list(range(1, len(after) + 1))


@pytest.mark.parametrize("kind", DATABASES)
def test_read_models_are_made_anew(config: StoreConfig, kind: str, new_place: NewPlace, tmp_path: Path):
    files, there = backed_up(config, tmp_path), new_place(kind)
    restore(there, files, quiet)  # type: ignore[arg-type]
    place = derive(there, lambda _: None)
    with open_store(there) as store:
        assert {s.place for s in ReadModels(store).status()} == {place} == {store.head()}


def test_what_had_no_place_yet_gets_the_next(new_place: NewPlace, tmp_path: Path):
    import psycopg

    from infra.store import create_store

    config = new_place("postgresql")
    assert config.dsn is not None
    with create_store(config) as store:
        fill(store)
        before = store.head()
        with psycopg.connect(config.dsn) as slow:  # an older transaction that is still open holds places back
            slow.execute("SELECT pg_current_xact_id()")
            store.append([told("LEL-2026-0001", "later")], expected={"LEL-2026-0001": 3}, receipt=receipt("late"))
            files = backed_up(config, tmp_path)
    for kind in DATABASES:
        there = new_place(kind)
        restore(there, files, quiet)  # type: ignore[arg-type]
        rows = whole(there)
        late = rows[before:]
        assert [row[-1] for row in rows] == list(range(1, len(rows) + 1))
        assert ("LEL-2026-0001", 4) in [row[:2] for row in late]


def test_a_backup_sees_one_moment(config: StoreConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from infra.backup import rows, taking

    real = rows.rows_of

    def meanwhile(db: object, part: object) -> object:
        if getattr(part, "name", "") == "sealed_fields":
            with open_store(config) as store:
                fill(store, first=5)
        return real(db, part)  # type: ignore[arg-type]

    monkeypatch.setattr(taking, "rows_of", meanwhile)
    files = {"events": tmp_path / "e", "keys": tmp_path / "k"}
    events, keys = take(config, files, quiet)  # type: ignore[arg-type]
    assert events.rows["sealed_fields"] == 4
    assert events.rows["places"] == events.rows["stored_events"]
    assert events.rows["receipts"] == 2
    if config.embedded:
        assert keys.rows["data_keys"] >= 4, "the keys are read after the events: none is missing"
    else:
        assert keys.rows["data_keys"] == 4


def test_files_are_for_their_owner_alone_and_nothing_lies_around(config: StoreConfig, tmp_path: Path):
    folder = tmp_path / "kept"
    folder.mkdir()
    backed_up(config, folder)
    assert {p.name: f"{p.stat().st_mode & 0o777:o}" for p in folder.iterdir()} == {"events.casus": "600", "keys.casus": "600"}


def test_neither_file_holds_a_key_encryption_key_or_a_text(config: StoreConfig, tmp_path: Path):
    import base64
    import gzip
    import json

    files = backed_up(config, tmp_path)
    kek = base64.b64decode(json.loads(config.keys_in.read_text())["keys"]["1"])
    for path in files.values():
        held = gzip.decompress(path.read_bytes())
        for secret in (kek, base64.b64encode(kek).rstrip(b"="), kek.hex().encode(), b"Text of", b"Name in", b"Wilma"):
            assert secret not in held
    assert b"data_keys" not in gzip.decompress(files["events"].read_bytes())
    assert b"stored_events" not in gzip.decompress(files["keys"].read_bytes())


def test_a_store_that_hides_part_of_its_log_is_not_backed_up(config: StoreConfig, tmp_path: Path):
    from domain.refusal import Refused

    with open_store(config) as store:
        assert store.head() == 6
        db = store.connection()
        if db.kind == "postgresql":
            db.execute("ALTER TABLE casus.places DISABLE TRIGGER USER")
        else:
            db.execute("DROP TRIGGER places_remain")
        db.execute(f"DELETE FROM {'casus.' if db.kind == 'postgresql' else ''}places WHERE place = 2")
    with pytest.raises(Refused, match="store-damaged"):
        backed_up(config, tmp_path)
    assert not (tmp_path / "events.casus").exists()


KEPT_BY_A_SERVER = ("tables", "roster", "cases", "goes_on", "case_members", "disclosures", "pending_notices")


def test_a_server_lets_in_the_same_people_as_before(new_place: NewPlace, tmp_path: Path):
    """Played through commands: rosters, cases, who is in them and who saw what, all kept by the server beside the log."""
    from tests.e2e.conftest import Casus, set_up

    config, there = new_place("postgresql"), new_place("postgresql")
    casus = set_up(Casus(config.home, config.dsn))
    number = casus.json("intake", "submit", "--question", "x", "--reason", "adrift", "--name", "Wilma Waterman")[0]["number"]
    casus.done("triage", "assess", number, "storm", "--met", "--motivation", "x")
    casus.done("triage", "accept", number)
    casus.done("show", number)
    files = backed_up(config, tmp_path)
    restore(there, files, quiet)  # type: ignore[arg-type]
    derive(there, lambda _: None)
    assert kept_by(there) == kept_by(config)
    assert all(kept_by(config)[name] for name in ("roster", "cases", "case_members", "disclosures"))


def kept_by(config: StoreConfig) -> dict[str, list[str]]:
    """What a server keeps, but for when it was written there, and for who was in a case once."""
    with open_store(config) as store:
        db = store.connection()
        plain = "SELECT (to_jsonb(t) - 'xid' - 'since')::text FROM casus.{} t WHERE to_jsonb(t) ->> 'until' IS NULL"
        return {name: sorted(str(row[0]) for row in db.query(plain.format(name))) for name in KEPT_BY_A_SERVER}


def test_every_table_of_a_store_is_in_a_backup_or_named_as_made_anew(config: StoreConfig):
    with open_store(config) as store:
        found = {**columns(store, "casus"), **columns(store, "casus_keys")}
    parts = {part.name: set(part.columns) for each in PARTS.values() for part in each}
    by_itself = {"one", "xid", "id", "login"}  # what a database fills in
    kept = {name: held - by_itself for name, held in found.items() if name not in DERIVED}
    on_server = {part.name for each in PARTS.values() for part in each if part.server}
    assert kept == {name: held for name, held in parts.items() if not config.embedded or name not in on_server}


def columns(store: Store, schema: str) -> dict[str, set[str]]:
    db = store.connection() if schema == "casus" else store.keys_connection()
    if db.kind == "postgresql":
        rows = db.query("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = ?", (schema,))
    else:
        tables = [r[0] for r in db.query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        rows = [(t, c[1]) for t in tables for c in db.query(f"PRAGMA table_info({t})")]
    found: dict[str, set[str]] = {}
    for table, column in rows:
        found.setdefault(table, set()).add(column)
    return found


def test_owner_alone_makes_the_folder_it_needs(new_place: NewPlace, config: StoreConfig, tmp_path: Path):
    files, there = backed_up(config, tmp_path), new_place("sqlite")
    restore(there, files, quiet)  # type: ignore[arg-type]
    assert {p.stat().st_mode & 0o077 for p in there.home.iterdir()} == {0}
    assert there.home.stat().st_mode & 0o077 == 0
    assert not there.keys_in.exists(), "a new key file would open nothing"
