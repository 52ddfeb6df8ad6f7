"""A store in which something is planted in every sealed field, through the command line; and all that was said meanwhile."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from infra.store import StoreConfig, open_store
from infra.store.envelope import parse
from tests.e2e.conftest import Casus, Result
from tests.scenario import CASE, noon
from tests.support import planted
from tests.support.postgres import OwnServer, Server
from tests.support.sowing import Example, examples, store_all

ERASING = frozenset({"rights.erase", "retention.carry-out"})
"""What sweeps the files: nobody else may hold them then."""
BYTES = re.compile(rb"\\\\x((?:[0-9a-f]{2})+)")

LEGAL = """\
version = 1
[term.logbook]
duty = "keep"
years = 2
counted_from = "ended"
law = "Harbour act"
article = "7"
url = "https://harbour.example/7"
nl = "Het logboek"
en = "The logbook"
as_of = 2026-01-01
verified_by = "H. Arbour, lawyer"
verified_on = 2026-02-01
"""


@dataclass
class Field:
    """In: the program on one store, and a folder for what it writes elsewhere.

    `said` is everything it said: what was asked (its path, never what was typed), the stream, and the words.
    """

    casus: Casus
    folder: Path
    examples: list[Example] = field(default_factory=list)
    said: list[tuple[str, str, str]] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)
    written: set[tuple[str, str]] = field(default_factory=set)
    refused: list[tuple[str, Result]] = field(default_factory=list)
    began: int = 0
    server: Server | None = None

    @property
    def journals(self) -> Path:
        """A copy of the files of a store on a laptop, with the journals that it had after all was typed."""
        return self.folder / "journals"

    @property
    def temporary(self) -> Path:
        """The folder for what is temporary, and where it runs."""
        return self.folder / "temporary"

    @property
    def config(self) -> StoreConfig:
        return StoreConfig(self.casus.home, self.casus.dsn)

    def run(self, *line: str, named: str = "", **how: Any) -> Result:
        """Run the program, and keep what it says on each stream, its log too."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), self._in_temporary_folder():
            result = self.casus(*line, **({"CASUS_LEGAL": str(self.folder / "legal.toml")} | how))
        name = named or " ".join(line[:2])
        self.said += [(name, "out", result.out + out.getvalue()), (name, "err", result.err + err.getvalue())]
        for text in result.err.splitlines():
            if text.startswith('{"error"'):
                self.codes.add(json.loads(text)["error"])
        return result

    # --- sowing

    def sow(self) -> None:
        """Make the store, and what comes before each example."""
        (self.folder / "legal.toml").write_text(LEGAL, encoding="utf-8")
        self.casus.done("init")
        self.examples = examples()
        with open_store(self.config, self.casus.clock) as store:
            store_all(store, self.examples, self.login)
            self.began = store.head()

    @property
    def login(self) -> str:
        if self.casus.dsn is None:
            return f"os-{os.getuid()}"
        with psycopg.connect(self.casus.dsn) as connection:
            row = connection.execute("SELECT session_user::text").fetchone()
            assert row is not None
            return str(row[0])

    def play(self, *, erasing: bool) -> None:
        """Type each example that erases, or each that does not: in turn as JSON, in Dutch words, and with the log."""
        ways: Sequence[tuple[tuple[str, ...], str]] = ((("--json",), "en"), ((), "nl"), (("--verbose",), "en"))
        for example in (e for e in self.examples if (e.name in ERASING) is erasing):
            self.casus.clock.at = noon(example.situation.recorded or example.situation.today)
            how, lang = ways[example.own.number % len(ways)]
            result = self._typed(example, how, lang)
            if result.code != 0:
                self.refused.append((example.name, result))
        with open_store(self.config, self.casus.clock, replaying=True) as store:
            for row in store.raw_after(self.began):
                topic = parse(row.stream, row.version, bytes(row.state))
                self.written |= {(topic["topic"], name) for name in topic.get("sealed", {})}

    def _typed(self, example: Example, how: Sequence[str], lang: str) -> Result:
        """With every text there is; where a rule wants fewer, or none that names anybody, with those."""
        found = []
        for all_texts, careful in ((True, False), (True, True), (False, False), (False, True)):
            line = example.line(self.folder, all_texts=all_texts, careful=careful)
            found.append(self.run(*how, *line, named=example.name, lang=lang))
            if found[-1].code == 0:
                break
        return found[-1]

    @contextmanager
    def _in_temporary_folder(self) -> Iterator[None]:
        self.temporary.mkdir(exist_ok=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TMPDIR", str(self.temporary))
            patch.chdir(self.temporary)
            yield

    def known(self) -> dict[str, str]:
        """What to ask about, by the name or the kind of a parameter: a case that we work on, with its table."""
        example = next(e for e in self.examples if e.name == "plan.fulfil")
        return {
            "case": example.own.named(CASE), "team": example.team, "report": "cases", "region": "coast-region",
            "source": "quay", "subject": "s1", "profile": "lelystad-sit", "file": str(self.folder / "out"), "point": "2026-01-01",
        }  # fmt: skip

    # --- looking

    def stored(self) -> list[str]:
        """What is found in the store: the files and journals of a laptop's; of a server's every table there is, and its log."""
        found = planted.in_folder(self.casus.home)
        if self.casus.dsn:
            found += [hit for where, data in dumped(self.casus.dsn) for hit in planted.in_bytes(data, where)]
        if isinstance(self.server, OwnServer):
            found += planted.in_text(self.server.log(), "the server's log")
        return found

    def leaks(self) -> list[str]:
        """Everything planted that was said anywhere."""
        return [hit for name, stream, text in self.said for hit in planted.in_text(text, f"{name} ({stream})")]

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """On a laptop, hold on to both files: their journals stay for as long, and everything in them."""
        if self.casus.dsn is not None:
            yield
            return
        held = [sqlite3.connect(self.casus.home / name) for name in ("casus.db", "keys.db")]
        for each in held:
            each.execute("BEGIN")
            each.execute("SELECT count(*) FROM sqlite_master").fetchone()
        try:
            yield
        finally:
            for each in held:
                each.close()


def dumped(dsn: str) -> Iterator[tuple[str, bytes]]:
    """Every row of every table, view and sequence of a database (not of its catalogue), as text, and what is bytes as bytes."""
    with psycopg.connect(dsn) as connection:
        tables = connection.execute(
            "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind IN ('r', 'm', 'v', 'p', 'S') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') "
            "ORDER BY 1"
        ).fetchall()
        for (name,) in tables:
            with connection.cursor().copy(f"COPY (SELECT * FROM {name}) TO STDOUT") as rows:
                text = b"".join(bytes(row) for row in rows)
            yield str(name), text
            yield str(name), b"\x00".join(bytes.fromhex(each.decode()) for each in BYTES.findall(text))
        for where, sql in (
            ("statistics", "SELECT coalesce(most_common_vals::text, '') || coalesce(histogram_bounds::text, '') FROM pg_stats"),
            ("activity", "SELECT query FROM pg_stat_activity"),
            ("comments", "SELECT description FROM pg_description"),
        ):
            for (value,) in connection.execute(sql).fetchall():
                yield where, str(value).encode()


def grown(request: pytest.FixtureRequest, folder: Path) -> Iterator[Field]:
    """A store with everything planted, on the database that the fixture asks; of a laptop's a copy with its journals too."""
    server: Server | None = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    dsn = server.fresh_database() if server else None
    (folder / "elsewhere").mkdir()
    made = Field(Casus(folder / "casus", dsn), folder / "elsewhere", server=server)
    made.sow()
    with made.kept_open():
        made.play(erasing=False)
        if dsn is None:
            shutil.copytree(made.casus.home, made.journals)
    made.play(erasing=True)
    yield made
    if server and dsn:
        server.drop(dsn)
