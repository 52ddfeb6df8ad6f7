"""Somebody with full access to a store's database: no trigger stands in their way, and what vouches for it is theirs too."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg

from domain.events.intake import SubjectIdentified
from domain.events.rights import SubjectErased
from domain.personal import Personal
from infra.erasing.keeper import keeper_of
from infra.erasing.ledger import Ledger, Line
from infra.evidence import signer
from infra.evidence.checks.report import ALL, Check, Report
from infra.evidence.evidence import Evidence
from infra.evidence.kept import Kept
from infra.evidence.merkle import root_of
from infra.evidence.note import VerifierKey
from infra.evidence.tree import Tree
from infra.evidence.verifying import verify
from infra.store import Draft, StoreConfig, create_store, open_store
from infra.store.database import to_psycopg
from infra.store.disclosing import Permit, disclosed
from infra.store.store import Store
from tests.support.stores import header, noted, receipt, told

TABLES = ("stored_events", "sealed_fields", "places", "leaves", "tiles", "checkpoints", "evidence_keys", "casus_store")
"""Where history stands."""
TRIGGERS = {t: (f"{t}_stay", f"{t}_remain") for t in TABLES[:1] + TABLES[2:7]}
PLAIN, SEALED, CASE = "LEL-2026-0004", "LEL-2026-0002", "LEL-2026-0005"
"""A stream whose last event has no sealed field, one whose events have two, and one that is taken out whole."""
ERASED, SUBJECT = "LEL-2026-0003", "s9"
SIZES = (40, 270)
"""The checkpoints that are made along the way; one more is made at the end. An auditor holds the first of these and the last."""


@dataclass(frozen=True)
class Sown:
    """A store with a history: where it is, what an auditor was handed, and the key that signs."""

    config: StoreConfig
    held: tuple[str, ...]
    key: VerifierKey

    def moved(self, root: Path, dsn: str | None) -> Sown:
        """The same in another folder, and another database."""
        shutil.copytree(self.config.home.parent, root, dirs_exist_ok=True)
        return replace(self, config=replace(self.config, home=root / self.config.home.name, dsn=dsn))


def sow(config: StoreConfig) -> Sown:
    """Make a store with cases, sealed fields, a disclosure, somebody who was erased, and checkpoints."""
    with create_store(config) as store:
        evidence = Evidence(store, config.signer_in, config.outside)
        first = [d for n in range(1, 10) for d in _case(f"LEL-2026-{n:04}")]
        store.append_bulk(first, receipt("c1"))
        store.head()
        evidence.checkpoint(SIZES[0])
        _erase(store, Ledger(config.ledger_in))
        store.disclose(disclosed(Permit(), store.store_id, "shown", SEALED, seen_version=5), header("c3"))
        store.append_bulk([noted(f"LEL-2026-{n:04}", "c4") for n in range(100, 340)], receipt("c4"))
        store.head()
        evidence.checkpoint(SIZES[1])
        last = evidence.checkpoint()
        made = [m.checkpoint.note for m in evidence.all()]
        assert evidence.key is not None
        return Sown(config, (made[0], last.note), evidence.key)


def _erase(store: Store, ledger: Ledger) -> None:
    """Somebody's keys go, the ledger and the log say so."""
    keeper = keeper_of(store)
    keys = tuple(keeper.keys(ERASED, SUBJECT))
    line = ledger.append(Line(store.store_id, ERASED, SUBJECT, "R1", keys, store.now()))
    if store.connection().kind == "sqlite":
        keeper.destroy(ERASED, SUBJECT, keys)
    else:  # the database would ask for all that comes before it
        store.keys_connection().execute(
            "UPDATE casus_keys.data_keys SET state = 'erased', wrapped = NULL, kek_version = NULL, erased_at = clock_timestamp() "
            "WHERE originator_id = ? AND subject = ?",
            (ERASED, SUBJECT),
        )
    event = SubjectErased(right="R1", subject=SUBJECT, keys=len(keys), receipt=line.digest())
    store.append([Draft(ERASED, event, header("c2"))], expected={ERASED: 5}, receipt=receipt("c2"))


def _case(number: str) -> list[Draft]:
    subject = SUBJECT if number == ERASED else "s1"
    known = SubjectIdentified(
        subject="s3", name=Personal(subject="s3", text="Zaza"), contact=Personal(subject="s3", text="0600000000")
    )
    return [
        noted(number), told(number, "een", subject=subject), Draft(number, known, header()),
        told(number, "twee", subject=subject), noted(number, subject="s4"),
    ]  # fmt: skip


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
            return verify(store, kept, since=since, held=given, key=self.sown.key, checks=checks)

    def close(self) -> None:
        """Let go."""
        self.raw.close()


Tampering = Callable[[Attacker], None]
