"""A store of an older release is refused, loses nothing, is upgraded, and then tells what it told; and work on it goes on."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.refusal import Refused
from infra.store import open_store, store_status
from infra.store.roles.filling import differing
from tests.golden.files import later, release, releases
from tests.integration.longevity.catalogue import Catalogue, catalogue, contents, lost
from tests.integration.longevity.comparing import compare
from tests.integration.longevity.conftest import Old, PutBack
from tests.support.stores import DATABASES

GROWN = frozenset({"casus_schema", "place_head", "tracking", "event_shapes", "topic_rights"})
"""What upgrading is about: which migrations ran, from where places are counted on, and what is made of today's program."""


def needs_upgrade(old: Old) -> bool:
    return any(s.found < s.known for s in store_status(old.config).values())


def test_it_is_refused_until_it_is_upgraded_and_nothing_is_lost(older: Old):
    assert {name: s.found for name, s in store_status(older.config).items()} == release(older.name)["schemas"][older.kind]
    before = contents(older.config)
    with pytest.raises(Refused, match="store-needs-upgrade"):
        open_store(older.config)
    for asked in ("cases", "show HBR-2026-0001", "intake submit --question x --reason adrift --anonymous", "projections rebuild"):
        refused = older.typed(asked)
        assert (refused.code, refused.rows) == (3, []), asked
        assert '"store-needs-upgrade"' in refused.said, asked
    assert contents(older.config) == before


def test_upgraded_it_tells_what_it_told_and_has_all_it_had(old: Old, fresh: Callable[[Old], Catalogue]):
    before = contents(old.config)
    old.done("store upgrade --yes")
    assert not needs_upgrade(old)
    assert lost(before, contents(old.config), but=GROWN) == []
    assert catalogue(old.config) ^ fresh(old) == frozenset()
    wrong, _ = compare(old.player, old.name, old.kind)
    assert wrong == []
    assert old.done("store upgrade --yes").rows == []


def test_work_on_it_goes_on(older: Old):
    """What its program did not know yet is done now, on what was there then: glass, rights, an erasure."""
    older.done("store upgrade --yes")
    assert older.player.play(later(older.name, older.kind)) == []
    trail = {row["version"]: row for row in older.done("trail HBR-2026-0001 --texts").rows}
    assert trail[1]["texts"]["question"] == "Het schip ligt los"
    erased = older.done("trail HBR-2026-0003 --texts").rows[0]["texts"]
    assert set(erased.values()) == {"[gewist]"}, "what is erased stays erased"
    assert older.done("rights status", "pilots-2").rows[0]["state"] == "done"
    [seen] = older.done("intake submit --question 'Nog een schip' --reason adrift --name 'Nel Nieuw'").rows
    assert seen["number"] == "HBR-2026-0006"
    older.done("monitoring plan-check HBR-2026-0002 --on 2026-12-01")
    log = older.done("access log --case HBR-2026-0001", "pilots-2").rows
    assert {row["what"] for row in log} >= {"trail"}
    assert older.done("evidence verify", "pilots-2").rows
    if older.kind == "postgresql":
        with open_store(older.config) as store:
            assert list(differing(store)) == [], "the server has kept who is in which case"
    live = older.done("cases --team harbour-table").rows
    older.done("projections rebuild")
    assert older.done("cases --team harbour-table").rows == live


@pytest.mark.parametrize("kind", DATABASES)
def test_a_history_of_before_there_were_proofs_is_proved(kind: str, back: PutBack, tmp_path: Path):
    """What was stored by the first release has its leaves after upgrading: an auditor holds it against a checkpoint of today."""
    old = back(releases()[0], kind)
    old.done("store upgrade --yes")
    held, pack, verifier = (tmp_path / name for name in ("held.checkpoint", "pack.zip", "verify.py"))
    old.done(f"evidence checkpoint -o {held}")
    old.done("monitoring plan-check HBR-2026-0002 --on 2026-12-01")
    old.done("evidence checkpoint")
    old.done(f"evidence pack HBR-2026-0001 --texts --since {held} -o {pack}")
    old.done(f"evidence verifier -o {verifier}")
    [key] = old.done("evidence key").rows
    asked = [str(verifier), str(pack), "--checkpoint", str(held), "--key", key["key"]]
    proved = subprocess.run([sys.executable, *asked], capture_output=True, text=True, check=False)
    assert proved.returncode == 0, proved
    assert "Het schip" in zipfile.ZipFile(pack).read("pack.json").decode()
