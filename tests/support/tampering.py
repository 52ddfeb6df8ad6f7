"""Somebody with full access to a store's database: no trigger stands in their way, and what vouches for it is theirs too."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from infra.erasing.ledger import Ledger
from infra.evidence import signer
from infra.evidence.checks.report import ALL, Check, Report
from infra.evidence.kept import Kept
from infra.evidence.merkle import root_of
from infra.evidence.note import VerifierKey
from infra.evidence.tree import Tree
from infra.evidence.verifying import verify
from infra.store import open_store
from infra.store.database import to_psycopg
from infra.store.store import Store
from tests.support.sown import Sown

TABLES = ("stored_events", "sealed_fields", "places", "leaves", "tiles", "checkpoints", "evidence_keys", "casus_store")
"""Where history stands."""
TRIGGERS = {t: (f"{t}_stay", f"{t}_remain") for t in TABLES[:1] + TABLES[2:7]}


class Attacker:
    """A connection of whoever has the database, and the files beside it."""

    def __init__(self, sown: Sown) -> None:
        self.sown, self.config = sown, sown.config
        self.server = self.config.dsn is not None
        self.raw: Any = (
            psycopg.connect(str(self.config.dsn), autocommit=True, options="-c search_path=casus")
            if self.server
            else sqlite3.connect(self.config.events_file, isolation_level=None)
        )
        for table, names in TRIGGERS.items():
            for name in names:
                self.do(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if self.server else ""))

    def do(self, sql: str, *params: Any) -> None:
        """Run a statement."""
        self.raw.execute(to_psycopg(sql) if self.server else sql, params)

    def ask(self, sql: str, *params: Any) -> list[Any]:
        """The rows of a query."""
        return list(self.raw.execute(to_psycopg(sql) if self.server else sql, params).fetchall())

    def one(self, sql: str, *params: Any) -> Any:
        """The one value of a query."""
        return self.ask(sql, *params)[0][0]

    def nullable(self, table: str, column: str) -> None:
        """Let a column be without a value."""
        if self.server:
            self.do(f"ALTER TABLE {table} ALTER {column} DROP NOT NULL")
            return
        sql = re.sub(rf"(\b{column} +\w+) +NOT NULL", r"\1", self.one("SELECT sql FROM sqlite_schema WHERE name = ?", table))
        self.do("PRAGMA writable_schema = ON")
        self.do("UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", sql, table)
        self.raw.close()
        self.raw = sqlite3.connect(self.config.events_file, isolation_level=None)

    def place_of(self, stream: str, version: int) -> int:
        """Where an event stands."""
        found = self.one("SELECT place FROM places WHERE originator_id = ? AND originator_version = ?", stream, version)
        return int(found)

    def drop_event(self, stream: str, version: int, *, place: bool = True) -> None:
        """Take an event out, with what hangs on it."""
        at = "WHERE originator_id = ? AND originator_version = ?"
        for table in ("sealed_fields", *(("places",) if place else ()), "stored_events"):
            self.do(f"DELETE FROM {table} {at}", stream, version)

    def close_ranks(self) -> None:
        """Number all places anew, so that none is missing."""
        found = self.ask("SELECT place FROM places ORDER BY place")
        for expected, (place,) in enumerate(found, start=1):
            if place != expected:
                self.do("UPDATE places SET place = ? WHERE place = ?", expected, place)
        if self.server:
            self.do("UPDATE place_head SET place = ?", len(found))

    def cut_back(self, place: int) -> None:
        """Put the store back as it was at a place: an older backup."""
        for stream, version in self.ask("SELECT originator_id, originator_version FROM places WHERE place > ?", place):
            self.drop_event(stream, version)
        self.do("DELETE FROM leaves WHERE place > ?", place)
        self.do("DELETE FROM tiles WHERE (number + 1) * 256 > ?", place)
        self.do("DELETE FROM checkpoints WHERE size > ?", place)
        if self.server:
            self.do("UPDATE place_head SET place = ?", place)

    def rebuild(self) -> None:
        """Make leaves and tiles anew of the events as they stand now."""
        self.do("DELETE FROM leaves")
        self.do("DELETE FROM tiles")
        with self.opened() as store:
            tree = Tree(store.connection(), store.store_id)
            tree.grow(self.one("SELECT max(place) FROM places"))

    def resign(self, key: VerifierKey | None = None, *, outside: bool = True) -> None:
        """Sign the checkpoints anew: with the store's own key if they have it, else with one that they make known."""
        sizes = [size for (size,) in self.ask("SELECT size FROM checkpoints ORDER BY size")]
        last = self.one("SELECT max(place) FROM places")
        hand = signer.read(self.config.signer_in, key) if key else signer.Signer(self.sown.key.name, signer.new_seed())
        assert hand is not None
        self.do("UPDATE evidence_keys SET vkey = ?", str(hand.key))
        hashes = [bytes(h) for (h,) in self.ask("SELECT hash FROM leaves ORDER BY place")]
        for size in sizes:
            now = min(size, last)
            root = root_of(hashes[:now])
            note = hand.sign(now, root)
            self.do("UPDATE checkpoints SET size = ?, root = ?, note = ? WHERE size = ?", now, root, note, size)
            if outside:
                self.kept.keep(note)

    @property
    def kept(self) -> Kept:
        """What is kept outside the store."""
        return Kept(self.config.outside, self.sown.key.name.split("/")[1])

    @contextmanager
    def opened(self) -> Iterator[Store]:
        """The store as the program opens it."""
        with open_store(self.config, replaying=True) as store:
            yield store

    def verified(self, checks: frozenset[Check] = ALL, *, held: Sequence[str] | None = None, since: str | None = None) -> Report:
        """What an auditor finds, who holds two checkpoints and the key."""
        with self.opened() as store:
            kept = Kept(self.config.outside, store.store_id)
            given = self.sown.held if held is None else held
            ledger = Ledger(self.config.ledger_in)
            return verify(store, kept, since=since, held=given, key=self.sown.key, checks=checks, ledger=ledger)

    def close(self) -> None:
        """Let go."""
        self.raw.close()
