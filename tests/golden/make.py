"""Makes the golden stores of a release: plays the story with the code of a commit, on both databases, and keeps what it left.

    python -m tests.golden.make NAME [COMMIT]

The commit is the one checked out unless named. It needs `pg_dump` of the PostgreSQL that the tests run on.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from infra.store import StoreConfig
from tests.golden.files import DIGESTS, FORM, PARTS, let_in, pack
from tests.golden.story import HERE
from tests.support.postgres import running_postgres

ROOT = HERE.parents[1]
META = re.compile(r"^\\(un)?restrict .*\n", re.MULTILINE)
"""Lines for psql alone, which no server understands."""
SCHEMAS = {
    "casus": "infra/store/migrations",
    "casus_keys": "infra/keys/migrations",
}


def make(name: str, commit: str = "HEAD") -> Path:
    """Make the golden of a release. In: its name, and the commit to make it of. Out: its folder."""
    into = HERE / name
    commit = _run("git", "rev-parse", "--short", f"{commit}^{{commit}}", cwd=ROOT).strip()
    with tempfile.TemporaryDirectory(prefix="casus-golden-") as made:
        tree = Path(made) / "tree"
        archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
        with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
            packed.extractall(tree, filter="data")
        unknown = {
            "sqlite": _on_sqlite(tree, Path(made) / "sqlite" / "casus", into / "sqlite"),
            "postgresql": _on_server(tree, Path(made) / "postgresql" / "casus", into / "postgresql"),
        }
        pack(into / "story.play.xz", (HERE / "story.play").read_text(encoding="utf-8"))
        pack(into / "events.json.xz", json.dumps(_play(tree, "events", Path(made)), indent=0, sort_keys=True))
        said = {"made": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit, "unknown": unknown}
        (into / FORM).write_text(json.dumps(said | {"schemas": schemas(tree)}, indent=1) + "\n", encoding="utf-8")
        _keep_digests(tree)
    return into


def _play(tree: Path, what: str, home: Path, dsn: str = "") -> Any:
    """Run the story with the code of that tree, in a process of its own."""
    env = {**{k: v for k, v in os.environ.items() if not k.startswith("CASUS_")}, "PYTHONPATH": str(tree)}
    return json.loads(_run(sys.executable, str(HERE / "story.py"), what, str(home), dsn, cwd=tree, env=env))


def _run(*args: str, **how: Any) -> str:
    return str(subprocess.run(args, check=True, stdout=subprocess.PIPE, text=True, **how).stdout)


def _on_sqlite(tree: Path, home: Path, into: Path) -> Any:
    home.mkdir(parents=True)
    unknown = _play(tree, "play", home)
    for part, file in PARTS.items():
        connection = sqlite3.connect(home / file)
        pack(into / part, "\n".join(connection.iterdump()) + "\n")
        connection.close()
    for path in sorted(home.parent.glob("*.casus")):
        (into / "backup").mkdir(exist_ok=True)
        shutil.copy(path, into / "backup" / path.name)
    _keep(tree, home, into)
    return unknown


def _on_server(tree: Path, home: Path, into: Path) -> Any:
    home.mkdir(parents=True)
    with running_postgres() as server:
        dsn = server.fresh_database()
        with psycopg.connect(dsn, autocommit=True) as connection:
            let_in(connection, dsn)
        unknown = _play(tree, "play", home, dsn)
        dump = ["pg_dump", "--column-inserts", "--schema=casus*", dsn]
        pack(into / "casus.sql.xz", META.sub("", _run(*dump)))
        _keep(tree, home, into, dsn)
    return unknown


def _keep(tree: Path, home: Path, into: Path, dsn: str = "") -> None:
    """The files beside the databases: keys and settings, and what stands outside the store. And what the release tells of its
    store: last, for telling leaves traces.
    """
    for part, folder in (("home", home), ("outside", StoreConfig(home).outside)):
        (into / part).mkdir(parents=True)
        for path in sorted(folder.glob("*")):
            if path.name not in PARTS.values():
                shutil.copy(path, into / part / path.name)
    pack(into / "told.json.xz", json.dumps(_play(tree, "tell", home, dsn), indent=0, sort_keys=True))


def migrations(tree: Path) -> dict[str, str]:
    """The digest of every migration in a tree, by its path."""
    return {
        str(path.relative_to(tree)): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in SCHEMAS.values()
        for path in sorted((tree / folder).glob("*/*.sql"))
    }


def schemas(tree: Path) -> dict[str, dict[str, int]]:
    """The version of each schema, by database."""
    return {
        kind: {name: int(max((tree / folder / kind).glob("*.sql")).name[:4]) for name, folder in SCHEMAS.items()}
        for kind in ("sqlite", "postgresql")
    }


def _keep_digests(tree: Path) -> None:
    """Write down the released migrations. One that differs from what was written stops it: it was edited."""
    kept: dict[str, str] = json.loads(DIGESTS.read_text(encoding="utf-8")) if DIGESTS.exists() else {}
    found = migrations(tree)
    assert all(found.get(path, digest) == digest for path, digest in kept.items()), "a released migration was edited"
    DIGESTS.write_text(json.dumps(dict(sorted((kept | found).items())), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    print(make(*sys.argv[1:]))
