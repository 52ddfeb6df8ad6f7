"""A follower that is killed in the middle of a turn: the next goes on, and of one size there are never two notes."""

import subprocess
import sys

import pytest

from domain.refusal import Refused
from infra.evidence.due import Often
from infra.evidence.evidence import Evidence
from infra.evidence.following import Following
from infra.evidence.kept import Kept
from infra.evidence.verifying import verify
from infra.store import StoreConfig, create_store, open_store
from tests.integration.evidence.test_checkpoints import sow
from tests.integration.evidence.test_together import ROOT, evidence_of, is_one_log

KILLED = """
import os, signal, sys
from pathlib import Path
from infra.evidence import keyring, kept, tree
from infra.evidence.due import Often
from infra.evidence.evidence import Evidence
from infra.evidence.following import Following
from infra.store import StoreConfig, open_store

home, dsn, at = Path(sys.argv[1]), sys.argv[2] or None, sys.argv[3]

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def before(owner, name, which=lambda *_: True):
    act = getattr(owner, name)
    setattr(owner, name, lambda *a, **k: die() if which(*a) else act(*a, **k))

def after(owner, name):
    act = getattr(owner, name)
    setattr(owner, name, lambda *a, **k: (act(*a, **k), die()))

match at:
    case "the tree has grown": after(tree.Tree, "grow")
    case "it is stored and not kept outside": before(kept.Kept, "keep")
    case "it is half kept outside": before(Path, "replace", lambda _, to: to.suffix == ".checkpoint")
    case "it is kept outside and not stored for good": after(kept.Kept, "keep")
    case "its key is in the file and not in the store":
        from infra.evidence import signer
        after(signer, "keep")

config = StoreConfig(home, dsn=dsn)
with open_store(config) as store:
    Following(Evidence(store, config.signer_in, config.outside, Often(events=1)), print, print).turn()
"""
MOMENTS = {
    "the tree has grown": 3,
    "it is stored and not kept outside": 3,
    "it is half kept outside": 3,
    "it is kept outside and not stored for good": 6,
}
"""When it is killed, and the size of the checkpoint outside the store then."""


def killed(config: StoreConfig, at: str) -> None:
    """Have a follower take a turn that it does not end."""
    line = [sys.executable, "-c", KILLED, str(config.home), config.dsn or "", at]
    assert subprocess.run(line, cwd=ROOT, check=False).returncode == -9


@pytest.mark.parametrize("at", MOMENTS)
def test_the_next_turn_goes_on_and_no_size_is_signed_twice(config: StoreConfig, at: str):
    with create_store(config) as store:
        sow(store, 1, 3)
        held = [evidence_of(store, config).checkpoint().note]
        sow(store, 4, 3)
    killed(config, at)
    with open_store(config) as store:
        log = evidence_of(store, config)
        assert (log.tree.size, [made.checkpoint.size for made in log.all()]) == (6, [3])
        outside = log.outside()
        assert outside is not None
        assert outside.size == MOMENTS[at]
        held.append(outside.note)
        kept = Kept(config.outside, store.store_id)
        assert verify(store, kept, held=held).faults == ()
        sow(store, 7, 2)
        stopped: list[Refused] = []
        Following(Evidence(store, config.signer_in, config.outside, Often(events=1)), print, stopped.append).turn()
        assert stopped == []
        held += [made.checkpoint.note for made in log.all()]
        assert log.checkpoint(outside.size) == outside, "of one size there is one note"
        report = verify(store, kept, held=held, key=log.key)
        assert (report.faults, report.signed) == ((), 8)
    assert set(is_one_log(config)) == {3, outside.size, 8}


def test_a_first_key_that_the_store_never_knew_is_told_and_nothing_is_signed_with_another_unseen(config: StoreConfig):
    """It looks the same as a store whose log somebody emptied."""
    with create_store(config) as store:
        sow(store, 1, 3)
    killed(config, "its key is in the file and not in the store")
    with open_store(config) as store:
        log = evidence_of(store, config)
        assert log.keys() == []
        stopped: list[Refused] = []
        Following(log, print, stopped.append).turn()
        assert [(refused.code, refused.facts) for refused in stopped] == [
            ("evidence-begun-before", {"path": str(config.signer_in)})
        ]
        log.begin_anew("broken-off")
        assert log.checkpoint().size == 3
        assert verify(store, log.kept, key=log.key).faults == ()
