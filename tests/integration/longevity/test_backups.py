"""A backup that an older release took is put back by today's program, and the store tells what it told then."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden.files import outside_of, releases
from tests.golden.story import HERE, Player
from tests.integration.longevity.catalogue import contents, lost
from tests.integration.longevity.comparing import compare
from tests.integration.longevity.conftest import Old, PutBack
from tests.support.stores import config_of

BACKUPS = [name for name in releases() if (HERE / name / "sqlite" / "backup").is_dir()]
NOT_IN_IT = frozenset({"casus_schema", "tracking", "leaves", "tiles", "checkpoints"})
"""Which migrations ran there, how far the readers of the log are, and what the evidence log makes of the events; the run that
took the backup signed a checkpoint at its end.
"""
TOLD = {"cases", "show", "trail", "report", "rights", "access", "region", "stats"}


def test_there_are_backups_to_put_back():
    assert "seeing" in BACKUPS


@pytest.mark.parametrize("name", BACKUPS)
def test_it_is_the_same_store(name: str, back: PutBack, tmp_path: Path):
    taken_of = back(name, "sqlite")
    config = config_of("sqlite", tmp_path)
    outside_of(name, config)
    folder = HERE / name / "sqlite" / "backup"
    there = Old(name, "sqlite", config, Player(config.home))
    there.done(f"store restore --events {folder / 'events.casus'} --keys {folder / 'keys.casus'} --yes")
    there.done("rights replay-ledger")
    assert lost(contents(taken_of.config), contents(config), but=NOT_IN_IT) == []
    assert compare(there.player, name, "sqlite", TOLD)[0] == []
