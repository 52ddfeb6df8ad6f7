"""Checkpoints follow one on another, and what does not follow is not signed."""

import pytest

from domain.refusal import Refused
from infra.evidence import signer
from infra.evidence.evidence import Evidence
from infra.evidence.merkle import root_of, verify_consistency, verify_inclusion
from infra.evidence.note import opened
from infra.store import StoreConfig
from infra.store.store import Store
from tests.support.stores import noted, receipt


def sow(store: Store, first: int, count: int) -> None:
    drafts = [noted(f"LEL-2026-{n:04}", f"c{first}") for n in range(first, first + count)]
    store.append_bulk(drafts, receipt(f"c{first}"))


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 300])
def test_the_tree_as_kept_is_the_tree_of_its_leaves(store: Store, evidence: Evidence, size: int):
    sow(store, 1, 300)
    evidence.checkpoint()
    tree = evidence.tree
    hashes = [leaf.hash for leaf in tree.made(0, 300)]
    assert tree.root(size) == root_of(hashes[:size]) == tree.edge(size).root()
    for place in {1, size // 2 + 1, size}:
        verify_inclusion(place - 1, size, hashes[place - 1], tree.inclusion(place, size), tree.root(size))
    verify_consistency(size, 300, tree.root(size), tree.root(300), tree.consistency(size, 300))


def test_the_checkpoint_of_a_place_is_the_same_each_time(store: Store, evidence: Evidence):
    sow(store, 1, 5)
    first = evidence.checkpoint(3)
    sow(store, 6, 5)
    evidence.checkpoint()
    assert evidence.checkpoint(3) == first
    assert [m.checkpoint.size for m in evidence.all()] == [3, 10]
    assert opened(first.note, *evidence.keys()) == first


def test_one_that_does_not_follow_on_the_last_is_not_signed(store: Store, evidence: Evidence):
    sow(store, 1, 5)
    evidence.checkpoint()
    table = "leaves" if store.connection().kind == "sqlite" else "casus.leaves"
    trigger = "leaves_stay"
    if store.connection().kind == "sqlite":
        store.connection().execute(f"DROP TRIGGER {trigger}")
    else:
        store.connection().execute(f"DROP TRIGGER {trigger} ON {table}")
    store.connection().execute(f"UPDATE {table} SET hash = ? WHERE place = 2", (b"\x01" * 32,))
    evidence.tree.forget()
    sow(store, 6, 1)
    with pytest.raises(Refused, match="evidence-inconsistent"):
        evidence.checkpoint()
    assert len(evidence.all()) == 1


def test_an_older_log_than_the_last_checkpoint_outside_is_not_signed_until_it_is_begun_anew(
    store: Store, evidence: Evidence, config: StoreConfig
):
    sow(store, 1, 5)
    evidence.checkpoint()
    key = evidence.key
    assert key is not None
    found = signer.read(config.signer_in, key)
    assert found is not None
    evidence.kept.keep(found.sign(9, b"\x02" * 32))
    sow(store, 6, 1)
    with pytest.raises(Refused, match="evidence-cut-off"):
        evidence.checkpoint()
    evidence.begin_anew("backup-put-back")
    made = evidence.checkpoint()
    assert made.size == 6
    assert made.origin != key.name
    assert evidence.kept.last() == made.note


def test_without_its_key_nothing_is_signed_and_none_is_made_anew(store: Store, evidence: Evidence, config: StoreConfig):
    sow(store, 1, 2)
    evidence.checkpoint()
    config.signer_in.unlink()
    sow(store, 3, 1)
    with pytest.raises(Refused, match="signer-missing"):
        evidence.checkpoint()
    assert not config.signer_in.exists()


def test_one_is_due_after_so_many_events_or_a_file_that_left(store: Store, evidence: Evidence):
    assert not evidence.due()
    sow(store, 1, 2)
    assert evidence.due()
    evidence.checkpoint()
    sow(store, 3, 1)
    assert not evidence.due()
