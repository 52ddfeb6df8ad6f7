"""The server that other tests stand on: it starts from either kind of programs, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.support.binaries import NoPostgres, find
from tests.support.postgres import OwnServer, Server, running_postgres

HOLD = """
import sys
from tests.support.postgres import running_postgres
with running_postgres(which="") as server:
    print(server.folder, server.process.pid, flush=True)
    sys.stdin.read()
"""


def filled(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("create table noted (word text)")


def tables(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as connection:
        return [name for (name,) in connection.execute("select tablename from pg_tables where schemaname = 'public'")]


def test_a_database_is_new_and_empty(postgres_server: Server, postgres_database: str):
    assert tables(postgres_database) == []
    assert postgres_server.fresh_database() != postgres_database


def test_a_prepared_database_is_a_copy_each_time(postgres_server: Server):
    one, other = postgres_server.fresh_database(filled), postgres_server.fresh_database(filled)
    with psycopg.connect(one) as connection:
        connection.execute("drop table noted")
    assert (tables(one), tables(other)) == ([], ["noted"])


def test_the_server_is_recent_enough(postgres_database: str):
    with psycopg.connect(postgres_database) as connection:
        assert connection.info.server_version >= 150000


def test_it_starts_from_the_programs_of_the_development_dependency():
    with running_postgres(which="embedded") as server, psycopg.connect(server.dsn) as connection:
        assert connection.execute("show server_encoding").fetchone() == ("UTF8",)


def test_a_durable_server_can_be_stopped_and_started_again():
    with running_postgres(which="", durable=True) as server:
        assert isinstance(server, OwnServer)
        dsn = server.fresh_database()
        filled(dsn)
        server.stop()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(dsn)
        server.start()
        assert tables(dsn) == ["noted"]


def test_it_is_gone_when_whoever_started_it_is_killed():
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    with holder:
        assert holder.stdout is not None
        folder, pid = holder.stdout.readline().split()
        assert Path(folder, "data").is_dir()
        os.killpg(holder.pid, signal.SIGKILL)
    until = time.monotonic() + 20
    while Path(folder).exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not Path(folder).exists()
    assert not Path(f"/proc/{pid}/cmdline").exists() or not Path(f"/proc/{pid}/cmdline").read_bytes()


def test_without_any_server_there_is_an_error_that_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tests.support.binaries.installed_folders", lambda: iter(()))
    monkeypatch.setattr("tests.support.binaries.embedded_folder", lambda: None)
    with pytest.raises(NoPostgres, match="CASUS_TEST_POSTGRES"):
        find(tmp_path, {})
