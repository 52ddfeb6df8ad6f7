"""Where the golden stores stand, and how one is put on a database again."""

from __future__ import annotations

import json
import lzma
import shutil
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from infra.store import StoreConfig
from infra.store.roles import GROUPS
from tests.golden.story import HERE, Line, Player, people, story

FORM = "release.json"
DIGESTS = HERE / "migrations.json"
PARTS = {"casus.sql.xz": "casus.db", "keys.sql.xz": "keys.db"}
"""What a golden of a laptop's store consists of, and which file each part is again."""


def releases() -> list[str]:
    """The names of the golden stores, the oldest first."""
    return sorted((path.parent.name for path in HERE.glob(f"*/{FORM}")), key=_age)


def _age(name: str) -> list[int]:
    """By its schemas: a later release has no older one."""
    return [version for schemas in release(name)["schemas"].values() for version in schemas.values()]


def release(name: str) -> dict[str, Any]:
    """What is said of a release: when and of which commit it was made, its schemas, what of the story it did not know."""
    return dict(json.loads((HERE / name / FORM).read_text(encoding="utf-8")))


def packed(path: Path) -> Any:
    """What a packed JSON file holds."""
    return json.loads(lzma.decompress(path.read_bytes()))


def pack(path: Path, text: str) -> None:
    """Write a packed text; the same text gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


def put_back(name: str, home: Path, dsn: str | None = None) -> StoreConfig:
    """Make the store of a release again, as it was left then. In: a folder for it, and for a server a database in which its
    dump was loaded.
    """
    golden = HERE / name / ("postgresql" if dsn else "sqlite")
    config = StoreConfig(home, dsn=dsn, patience=5.0)
    outside_of(name, config)
    for part, file in () if dsn else PARTS.items():
        (home / file).touch(mode=0o600)
        connection = sqlite3.connect(home / file)
        connection.executescript(lzma.decompress((golden / part).read_bytes()).decode())
        connection.close()
    return config


def outside_of(name: str, config: StoreConfig) -> None:
    """Put the files beside and outside the store of a release where a store of today has them."""
    golden = HERE / name / ("sqlite" if config.embedded else "postgresql")
    for part, folder in (("home", config.home), ("outside", config.outside)):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in (golden / part).glob("*"):
            shutil.copy(path, folder / path.name)
            (folder / path.name).chmod(0o600)


def loaded(name: str) -> Callable[[str], None]:
    """What loads the dump of a release in an empty database, given its DSN; of a name of its own, so that it can be copied."""

    def load(dsn: str) -> None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            let_in(connection, dsn)
            connection.execute(lzma.decompress((HERE / name / "postgresql" / "casus.sql.xz").read_bytes()))

    load.__qualname__ = f"golden_{name}"
    return load


def let_in(connection: psycopg.Connection[Any], dsn: str) -> None:
    """Make the roles that a dump names: the groups, and of whoever types in the story one who may do all. The story is about
    the store, not about who is let in where.
    """
    logins = [f"{Player(Path(), dsn).login(who)} LOGIN SUPERUSER" for who in people()]
    for role in (*logins, *GROUPS):
        made = f"CREATE ROLE {role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL"
        connection.execute(f"DO $$ BEGIN {made}; END $$")


def later(name: str, kind: str) -> list[Line]:
    """What of today's story had not happened yet in the store of a release."""
    then = lzma.decompress((HERE / name / "story.play.xz").read_bytes()).decode()
    played = {line.typed for line in story(then)} - set(release(name)["unknown"][kind])
    return [line for line in story() if line.mark != "=" and line.typed not in played]


def told(name: str, kind: str) -> list[tuple[Line, Any]]:
    """What a release told of its store: each line as it was typed, with what it gave."""
    return [
        (Line(datetime.fromisoformat(each["at"]), each["who"], each["team"], "=", each["typed"]), each["rows"])
        for each in packed(HERE / name / kind / "told.json.xz")
    ]
