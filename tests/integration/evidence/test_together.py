"""Several who grow the tree and sign at once, and one who is killed while growing: one tree, and notes that follow."""

import subprocess
import sys
import threading
from contextlib import nullcontext
from pathlib import Path

import psycopg
import pytest

from domain.refusal import Conflict
from infra.evidence import evidence as making
from infra.evidence.evidence import Evidence
from infra.evidence.merkle import root_of
from infra.evidence.note import opened
from infra.store import StoreConfig, create_store, open_store
from infra.store.store import Store
from tests.integration.evidence.test_checkpoints import sow
from tests.support.stores import noted, receipt
from tests.support.together import run_together

ROOT = Path(__file__).parents[3]


def evidence_of(store: Store, config: StoreConfig) -> Evidence:
    return Evidence(store, config.signer_in, config.outside)


def is_one_log(config: StoreConfig) -> list[int]:
    """The sizes that were signed, once each note is seen to be of the one tree that stands there."""
    with open_store(config) as store:
        log = evidence_of(store, config)
        made = log.all()
        leaves = [leaf.hash for leaf in log.tree.made(0, log.tree.size)]
        stored = log.tree.leaves(range(1, len(leaves) + 1))
        assert [stored[place].hash for place in sorted(stored)] == leaves
        for each in made:
            opened(each.checkpoint.note, *log.keys())
            assert each.checkpoint.root == root_of(leaves[: each.checkpoint.size])
            assert log.tree.root(each.checkpoint.size) == each.checkpoint.root
        sizes = [each.checkpoint.size for each in made]
        assert len(set(sizes)) == len(sizes)
        last = log.outside()
        assert last is not None
        assert last.size == max(sizes), "what is kept outside is the last one"
        return sizes


def test_who_sign_at_once_keep_one_log(config: StoreConfig):
    create_store(config).close()
    names = iter("abcd")
    begun = threading.Barrier(4)

    def work() -> None:
        name = next(names)
        with open_store(config) as store:
            log = evidence_of(store, config)
            begun.wait()
            for n in range(6):
                sow_one(store, f"{name}{n}")
                if store.head():  # on a server another may be giving places just now
                    log.checkpoint()

    run_together(work, 4)
    assert len(is_one_log(config)) >= 6
    with open_store(config) as store:
        assert len(evidence_of(store, config).keys()) == 1, "the first to make a key is the one"
        assert store.head() == 24


def sow_one(store: Store, name: str) -> None:
    stream = f"LEL-2026-{sum(map(ord, name)) * 17 % 9000 + int(name[1:]):04}"
    while True:
        try:
            store.append([noted(stream, name)], expected={stream: store.version(stream)}, receipt=receipt(name))
        except Conflict:
            continue
        return


def test_without_signing_alone_an_older_note_would_stand_outside(config: StoreConfig, monkeypatch: pytest.MonkeyPatch):
    """The control: what the lock is for. One is slow to keep its note, and another signs meanwhile."""
    monkeypatch.setattr(making, "alone", lambda _database: nullcontext())
    with create_store(config) as store, open_store(config) as second:
        sow(store, 1, 3)
        slow, quick = evidence_of(store, config), evidence_of(second, config)
        slow.checkpoint()
        sow(store, 4, 3)
        keep = slow.kept.keep

        def late(note: str) -> None:
            sow(second, 7, 3)
            quick.checkpoint()
            keep(note)

        monkeypatch.setattr(slow.kept, "keep", late)
        slow.checkpoint()
    with pytest.raises(AssertionError, match="is the last one"):
        is_one_log(config)


KILLED = """
import os, signal, sys
from pathlib import Path
from infra.evidence import tree
from infra.evidence.evidence import Evidence
from infra.store import StoreConfig, open_store

home, dsn, batch, at = Path(sys.argv[1]), sys.argv[2] or None, int(sys.argv[3]), int(sys.argv[4])
tree.BATCH = batch
leaf_of, made = tree.leaf_of, []

def killing(*args):
    made.append(1)
    if len(made) == at:
        os.kill(os.getpid(), signal.SIGKILL)
    return leaf_of(*args)

tree.leaf_of = killing
config = StoreConfig(home, dsn=dsn)
with open_store(config) as store:
    Evidence(store, config.signer_in, config.outside).checkpoint()
"""


@pytest.mark.parametrize("at", [1, 150, 256, 300, 599])
def test_who_is_killed_while_growing_leaves_a_tree_that_goes_on(config: StoreConfig, at: int):
    with create_store(config) as store:
        sow(store, 1, 600)
    line = [sys.executable, "-c", KILLED, str(config.home), config.dsn or "", "100", str(at)]
    assert subprocess.run(line, cwd=ROOT, check=False).returncode == -9
    with open_store(config) as store:
        log = evidence_of(store, config)
        assert log.tree.size == (at - 1) // 100 * 100, "all of a batch, or nothing of it"
        assert log.all() == []
        log.checkpoint()
    assert is_one_log(config) == [600]


def test_what_has_no_place_yet_waits_and_the_checkpoint_says_how_far_it_goes(postgres_database: str, tmp_path: Path):
    config = StoreConfig(tmp_path / "casus", dsn=postgres_database, patience=5.0)
    with create_store(config) as store, psycopg.connect(postgres_database) as other:
        log = evidence_of(store, config)
        sow(store, 1, 3)
        first = log.checkpoint()
        other.execute("SELECT pg_current_xact_id()")  # an open transaction that has written holds the order back
        sow(store, 4, 2)
        held = log.checkpoint()
        lag = store.lag()
        assert (held, lag.waiting) == (first, 2)
        assert lag.held_by == other.info.backend_pid
        other.rollback()
        assert log.checkpoint().size == 5
    assert is_one_log(config) == [3, 5]
