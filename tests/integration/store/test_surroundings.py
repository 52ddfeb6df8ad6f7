"""What the store does to its surroundings and they to it: what it imports, settings of the disk, a disk that is full."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.store import StoreConfig, open_store
from tests.support.stores import noted, receipt

ROOT = Path(__file__).parents[3]
CASE = "LEL-2026-0001"


def told_by(program: str, *arguments: str) -> str:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = [sys.executable, "-c", program, *arguments]
    return subprocess.run(run, capture_output=True, text=True, env=env, check=True).stdout.strip()


def test_a_laptop_needs_no_driver_of_a_server(embedded: StoreConfig):
    program = (
        "import sys; from pathlib import Path\n"
        "from infra.store import StoreConfig, open_store\n"
        "with open_store(StoreConfig(Path(sys.argv[1]))) as store: store.load('LEL-2026-0001'); store.head()\n"
        "print([m for m in ('psycopg', 'psycopg_pool', 'cryptography', 'click') if m in sys.modules])\n"
    )
    assert told_by(program, str(embedded.home)) == "[]"


def test_asking_for_the_package_loads_neither_database():
    program = (
        "import sys, infra.store\nprint([m for m in ('psycopg', 'sqlite3', 'eventsourcing', 'cryptography') if m in sys.modules])"
    )
    assert told_by(program) == "[]"


def test_a_laptops_file_is_written_through_to_the_disk(embedded: StoreConfig):
    with open_store(embedded) as store:
        asked = {name: store.connection().query(f"PRAGMA {name}")[0][0] for name in ("journal_mode", "synchronous")}
        assert asked == {"journal_mode": "wal", "synchronous": 2}
        assert store.connection().query("PRAGMA foreign_keys") == [(1,)]
        assert store.keys_connection().query("PRAGMA secure_delete") == [(1,)]


def test_a_full_disk_refuses_and_stores_nothing(embedded: StoreConfig):
    program = (
        "import resource, sys; from pathlib import Path\n"
        "from domain.refusal import Refused\n"
        "from infra.store import StoreConfig, open_store\n"
        "from tests.support.stores import noted, receipt\n"
        "store = open_store(StoreConfig(Path(sys.argv[1])))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))\n"
        "n = 0\n"
        "try:\n"
        "    while True:\n"
        "        store.append([noted('LEL-2026-0001')] * 3, expected={'LEL-2026-0001': 3 * n}, receipt=receipt(str(n)))\n"
        "        n += 1\n"
        "except Refused as refused: print(n, refused.code)\n"
    )
    done, code = told_by(program, str(embedded.home)).split()
    assert code in {"store-full", "store-failing"}
    with open_store(embedded) as store:
        assert store.version(CASE) == 3 * int(done) == store.head()
        assert store.receipt(done) is None
        store.append([noted(CASE)], expected={CASE: 3 * int(done)}, receipt=receipt(done))


@pytest.mark.parametrize("statement", ["UPDATE stored_events SET topic = 'x'", "DELETE FROM places"])
def test_a_slip_of_ours_does_not_change_the_log(config: StoreConfig, statement: str):
    from infra.store import create_store

    with create_store(config) as store:
        store.append([noted(CASE)], expected={CASE: 0}, receipt=receipt("c1"))
        store.head()
        with pytest.raises(Exception, match=r"never|forbidden"):
            store.connection().execute(statement)
        assert store.load(CASE)[0].topic == "case.intake.subject-noted"
