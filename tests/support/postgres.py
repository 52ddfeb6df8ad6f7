"""Runs a real PostgreSQL for tests, bench and fault runs, and hands out fresh databases.

    with running_postgres() as server:
        dsn = server.fresh_database()

CASUS_TEST_POSTGRES chooses: `postgresql://...` is a running server (as a superuser), `installed` or `embedded` says
whose programs to start, and left out it is whichever is there. Nothing of it outlives this process, however that ends.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.support import guardian
from tests.support.binaries import Binaries, NoPostgres, find, unprivileged

SUPERUSER = "postgres"
ALWAYS = {"timezone": "UTC", "max_connections": "100", "shared_buffers": "128MB", "log_error_verbosity": "terse"}
THROWN_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}

GROUPS = ("casus_professional", "casus_privacy", "casus_auditor", "casus_reporting", "casus_projector", "casus_sequencer")
PEOPLE = "".join(f"host all +{group} all scram-sha-256\n" for group in GROUPS)
"""Whoever was made a login of a store proves who they are; everybody else on a test's own server is trusted."""


@dataclass
class Server:
    """A PostgreSQL server that can be reached at `dsn` by a superuser."""

    dsn: str
    templates: dict[str, str] = field(default_factory=dict)

    def run(self, statement: sql.SQL | sql.Composed) -> None:
        """Run one statement as superuser, outside a transaction."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(statement)

    def dsn_of(self, database: str, user: str | None = None) -> str:
        """The DSN of one database, for the superuser or for a login role of that name."""
        parts = urlsplit(self.dsn)
        place = parts.netloc if user is None else f"{user}@{parts.netloc.rpartition('@')[2]}"
        return urlunsplit(parts._replace(netloc=place, path=f"/{database}"))

    def fresh_database(self, prepare: Callable[[str], object] | None = None) -> str:
        """The DSN of a new database: empty, or a copy of one that `prepare(dsn)` filled (once for each function)."""
        template = "template0" if prepare is None else self._template(prepare)
        return self._create(template)

    def copied(self, dsn: str) -> str:
        """The DSN of a copy of a database, which nobody may be connected to."""
        return self._create(urlsplit(dsn).path.lstrip("/"))

    def keep(self, dsn: str) -> None:
        """Leave a database, to be copied from, until the templates are dropped."""
        name = urlsplit(dsn).path.lstrip("/")
        self.templates[name] = name

    def drop(self, dsn: str) -> None:
        """Remove a database of `fresh_database`, with whatever is still connected to it."""
        name = sql.Identifier(urlsplit(dsn).path.lstrip("/"))
        self.run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    def drop_templates(self) -> None:
        """Remove what `fresh_database` keeps to copy from."""
        while self.templates:
            self.drop(self.dsn_of(self.templates.popitem()[1]))

    def _template(self, prepare: Callable[[str], object]) -> str:
        key = f"{prepare.__module__}.{prepare.__qualname__}"
        if key not in self.templates:
            dsn = self._create("template0")
            prepare(dsn)
            self.templates[key] = urlsplit(dsn).path.lstrip("/")
        return self.templates[key]

    def _create(self, template: str) -> str:
        name = f"casus_{uuid.uuid4().hex[:16]}"
        new, old = sql.Identifier(name), sql.Identifier(template)
        self.run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(new, old))
        return self.dsn_of(name)


@dataclass
class OwnServer(Server):
    """A server that this process started, so that it may also be stopped, killed and started again."""

    folder: Path = Path()
    binaries: Binaries = field(default_factory=lambda: Binaries(Path(), ""))
    settings: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[Any] | None = None

    def start(self, patience: float = 60) -> None:
        """Start it and wait until it answers."""
        port = urlsplit(self.dsn).port
        options = {**self.settings, "port": str(port), "unix_socket_directories": str(self.folder)}
        given = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "server.log").open("ab") as log:
            process: subprocess.Popen[Any] = subprocess.Popen(
                [str(self.binaries.folder / "postgres"), "-D", str(self.folder / "data"), *given],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
                **self.binaries.run_as,
            )
        self.process = process
        until = time.monotonic() + patience
        while process.poll() is None and time.monotonic() < until:
            try:
                psycopg.connect(self.dsn, connect_timeout=5).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise NoPostgres(f"PostgreSQL {self.binaries.version} did not start:\n{self.log()[-2000:]}")

    def stop(self) -> None:
        """Stop it at once, as a power cut would; `start` brings it back."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(timeout=30)

    def log(self) -> str:
        """What the server wrote to its log."""
        return (self.folder / "server.log").read_text(errors="replace")


def free_port() -> int:
    """A port of the loopback interface that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def initialise(folder: Path, binaries: Binaries) -> None:
    """Make an empty cluster in `folder`/data."""
    command = [str(binaries.folder / "initdb"), "-D", str(folder / "data"), "-U", SUPERUSER, "--auth=trust"]
    done = subprocess.run(
        [*command, "--encoding=UTF8", "--locale=C", "--no-sync"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        **binaries.run_as,
    )
    if done.returncode:
        raise NoPostgres(f"initdb of PostgreSQL {binaries.version} failed:\n{done.stderr[-2000:]}")
    rules = folder / "data" / "pg_hba.conf"
    rules.write_text(PEOPLE + rules.read_text())


@contextmanager
def running_postgres(
    *, durable: bool = False, settings: Mapping[str, str] | None = None, which: str | None = None
) -> Iterator[Server]:
    """A server for as long as the block lasts.

    `durable` keeps PostgreSQL's own promises about a power cut (for bench and faults); `settings` go into its
    configuration; `which` overrules CASUS_TEST_POSTGRES.
    """
    which = os.environ.get("CASUS_TEST_POSTGRES", "") if which is None else which
    if "://" in which:
        running = Server(which)
        yield running
        running.drop_templates()
    elif which in {"", "installed", "embedded"}:
        with own_postgres(which, {**ALWAYS, **({} if durable else THROWN_AWAY), **(settings or {})}) as own:
            yield own
    else:
        raise NoPostgres("CASUS_TEST_POSTGRES is `installed`, `embedded` or the DSN of a running server")


@contextmanager
def own_postgres(which: str, settings: Mapping[str, str]) -> Iterator[OwnServer]:
    """A server of our own in a folder of its own; both are gone afterwards, also when this process is killed."""
    folder = Path(tempfile.mkdtemp(prefix="casus-postgres-"))
    watch = [sys.executable, "-I", guardian.__file__, str(folder)]
    with subprocess.Popen(watch, stdin=subprocess.PIPE, start_new_session=True):
        run_as = unprivileged()
        if run_as:
            shutil.chown(folder, run_as["user"], run_as["group"])
        binaries = find(folder, run_as, which)
        initialise(folder, binaries)
        server = OwnServer(
            f"postgresql://{SUPERUSER}@127.0.0.1:{free_port()}/postgres",
            folder=folder,
            binaries=binaries,
            settings={"listen_addresses": "127.0.0.1", **settings},
        )
        try:
            server.start()
            yield server
        finally:
            server.stop()
