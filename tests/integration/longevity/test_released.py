"""What was released stays as it was: no migration of a release is edited, and each has its golden store on both databases."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.golden.files import DIGESTS, release, releases
from tests.golden.make import ROOT, migrations, schemas
from tests.golden.story import story


def kept() -> dict[str, str]:
    """The digest of every migration that was released, by its path."""
    return dict(json.loads(DIGESTS.read_text(encoding="utf-8")))


def edited(tree: Path) -> set[str]:
    """The released migrations that are not in a tree as they were released."""
    found = migrations(tree)
    return {path for path, digest in kept().items() if found.get(path) != digest}


def test_no_released_migration_was_edited():
    """A store that has run one is never shown another: write a new migration instead."""
    assert edited(ROOT) == set()


def test_every_migration_up_to_a_golden_store_is_released():
    for name in releases():
        for kind, found in release(name)["schemas"].items():
            for schema, folder in (("casus", "store"), ("casus_keys", "keys")):
                numbered = [Path(p).name[:4] for p in kept() if p.startswith(f"infra/{folder}/migrations/{kind}/")]
                assert numbered[: found[schema]] == [f"{n:04}" for n in range(1, found[schema] + 1)], (name, kind, schema)


def test_the_latest_release_played_the_whole_story():
    """Else a line of it is mistyped, and what it should leave in a store is in none. Once there is a migration that none of
    them has, what came with it may be in the story before its golden is made.
    """
    *_, last = releases()
    assert release(last)["unknown"] == {"sqlite": [], "postgresql": []} or release(last)["schemas"] != schemas(ROOT)
    assert {line.mark for line in story()} >= {"$", "+", "&", "~", "="}


@pytest.mark.parametrize("change", ["a space", "removed"])
def test_a_migration_that_is_edited_is_caught(change: str, tmp_path: Path):
    for folder in ("infra/store/migrations", "infra/keys/migrations"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    assert edited(tmp_path) == set()
    path = "infra/store/migrations/postgresql/0003_sequencer.sql"
    if change == "removed":
        (tmp_path / path).unlink()
    else:
        (tmp_path / path).write_text((tmp_path / path).read_text() + " ")
    assert edited(tmp_path) == {path}
