"""A store in which something is planted in every sealed field, through the command line; and all that was said meanwhile."""

from __future__ import annotations

import io
import json
import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from domain.personal import Ref
from infra.store import StoreConfig, open_store
from infra.store.envelope import parse
from tests.e2e.conftest import Casus, Result
from tests.scenario import noon
from tests.support import planted
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
        with redirect_stdout(out), redirect_stderr(err):
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

    # --- looking

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

    def opened(self, example: Example, name: str) -> Any:
        """A text of the example's case as the store opens it: to see that something was planted at all."""
        number = example.own.named(example.command.own_stream() or "")
        return Ref(number, 1, name)


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
