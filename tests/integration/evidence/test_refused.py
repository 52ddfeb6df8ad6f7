"""What is not signed: a log that does not follow on what was signed before, in the store or outside it; and with which key."""

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.refusal import Refused
from infra.evidence import signer
from infra.evidence.due import Often
from infra.evidence.evidence import Evidence
from infra.store import StoreConfig, create_store, open_store
from infra.store.store import Store
from tests.integration.evidence.test_checkpoints import sow


def noted_outside(evidence: Evidence, config: StoreConfig, size: int, root: bytes) -> None:
    """Put a note outside that the key of this store signed."""
    key = evidence.key
    assert key is not None
    found = signer.read(config.signer_in, key)
    assert found is not None
    evidence.kept.keep(found.sign(size, root))


def refused(evidence: Evidence) -> str:
    with pytest.raises(Refused) as told:
        evidence.checkpoint()
    problem = evidence.problem()
    assert problem is not None, "and it can be seen without signing"
    assert problem.code == told.value.code
    return told.value.code


def test_a_note_outside_that_nobody_signed(store: Store, evidence: Evidence):
    sow(store, 1, 3)
    note = evidence.checkpoint().note
    sow(store, 4, 1)
    origin, _, rest = note.split("\n", 2)
    evidence.kept.keep(f"{origin}\n2\n{rest}")
    assert refused(evidence) == "outside-forged"


@pytest.mark.parametrize("text", ["", "x", "\n\n— a b\n"], ids=["empty", "a word", "no heading"])
def test_a_note_outside_that_is_none(store: Store, evidence: Evidence, text: str):
    sow(store, 1, 3)
    evidence.checkpoint()
    sow(store, 4, 1)
    evidence.kept.keep(text)
    if not text:
        assert evidence.checkpoint().size == 4, "an empty file says as much as none"
    else:
        assert refused(evidence) == "outside-malformed"


def test_a_note_outside_of_another_history(store: Store, evidence: Evidence, config: StoreConfig):
    sow(store, 1, 3)
    evidence.checkpoint()
    noted_outside(evidence, config, 3, b"\x05" * 32)
    sow(store, 4, 1)
    assert refused(evidence) == "evidence-inconsistent"


def test_a_note_outside_of_more_than_the_tree_has_is_held_against_the_events(
    store: Store, evidence: Evidence, config: StoreConfig
):
    sow(store, 1, 3)
    evidence.checkpoint()
    sow(store, 4, 3)
    assert store.head() == 6
    noted_outside(evidence, config, 5, evidence.tree.root_ahead(5))
    assert evidence.problem() is None
    noted_outside(evidence, config, 5, b"\x05" * 32)
    problem = evidence.problem()
    assert problem is not None
    assert (problem.code, problem.facts) == ("evidence-inconsistent", {"place": 5, "agrees": 3})
    assert evidence.tree.size == 3, "and nothing is stored by looking"
    assert refused(evidence) == "evidence-inconsistent"


def test_one_that_is_there_already_is_not_given_either(store: Store, evidence: Evidence, config: StoreConfig):
    sow(store, 1, 3)
    first = evidence.checkpoint()
    noted_outside(evidence, config, 9, b"\x05" * 32)
    assert evidence._known(3) == first
    assert refused(evidence) == "evidence-cut-off"


def test_a_note_outside_of_another_store(store: Store, evidence: Evidence, tmp_path: Path):
    sow(store, 1, 3)
    evidence.checkpoint()
    sow(store, 4, 1)
    seed = signer.keep(tmp_path / "other.key", "casusregie/other", signer.new_seed())
    evidence.kept.keep(seed.sign(3, b"\x05" * 32))
    assert refused(evidence) == "outside-other-key"


def test_a_note_in_the_store_under_another_size(store: Store, evidence: Evidence):
    sow(store, 1, 3)
    made = evidence.checkpoint()
    table = "checkpoints" if store.connection().kind == "sqlite" else "casus.checkpoints"
    sow(store, 4, 2)
    store.connection().execute(
        f"INSERT INTO {table} SELECT origin, 4, root, note, made_at, made_by FROM {table} WHERE size = ?", (made.size,)
    )
    with pytest.raises(Refused, match="checkpoint-forged"):
        evidence.checkpoint(4)
    assert refused(evidence) == "checkpoint-forged"


def test_without_looking_back_another_history_would_be_signed(
    store: Store, evidence: Evidence, config: StoreConfig, monkeypatch: pytest.MonkeyPatch
):
    """The control: what looking back is for."""
    sow(store, 1, 3)
    evidence.checkpoint()
    noted_outside(evidence, config, 3, b"\x05" * 32)
    sow(store, 4, 1)
    monkeypatch.setattr(Evidence, "_follows", lambda *_a, **_k: None)
    assert evidence.checkpoint().size == 4


def test_begun_anew_on_one_machine_another_that_signs_goes_on_with_its_own_note_aside(
    store: Store, evidence: Evidence, config: StoreConfig, tmp_path: Path
):
    """As on a server: the owner begins anew, and whoever follows has a key file and a folder outside of its own."""
    file, outside = tmp_path / "follower" / "signer.key", tmp_path / "follower" / "outside"
    sow(store, 1, 3)
    follower = Evidence(store, file, outside)
    old = follower.checkpoint().origin
    noted = signer.read(file, follower.begin())
    assert noted is not None
    follower.kept.keep(noted.sign(9, b"\x05" * 32))  # an older backup was put back
    sow(store, 4, 1)
    assert refused(follower) == "evidence-cut-off"
    key = evidence.begin_anew("backup-put-back")
    assert refused(follower) == "signer-other-keys"
    file.write_text(file.read_text() + config.signer_in.read_text())
    file.chmod(0o600)
    made = follower.checkpoint()
    assert (made.origin, made.size) == (key.name, 4)
    [aside] = outside.glob("*.before-*")
    assert aside.read_text().startswith(f"{old}\n9\n")
    assert follower.kept.last() == made.note


# --- keys


def test_a_key_file_of_another_store(store: Store, evidence: Evidence, config: StoreConfig):
    sow(store, 1, 2)
    evidence.checkpoint()
    config.signer_in.unlink()
    signer.keep(config.signer_in, "casusregie/other", signer.new_seed())
    sow(store, 3, 1)
    assert refused(evidence) == "signer-other-keys"


def test_a_key_under_the_name_of_ours(store: Store, evidence: Evidence, config: StoreConfig):
    sow(store, 1, 2)
    key = evidence.begin()
    other = signer.Signer(key.name, signer.new_seed())
    line = config.signer_in.read_text()
    config.signer_in.write_text(line.replace(line.rsplit("+", 1)[1], f"{'A' * 43}=\n"))
    assert other.key != key
    assert refused(evidence) == "signer-file-malformed"


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660])
def test_a_key_file_that_others_can_read(store: Store, evidence: Evidence, config: StoreConfig, mode: int):
    sow(store, 1, 2)
    evidence.checkpoint()
    sow(store, 3, 1)
    config.signer_in.chmod(mode)
    assert refused(evidence) == "signer-file-open-to-others"


def test_a_key_file_of_another_user(store: Store, evidence: Evidence, monkeypatch: pytest.MonkeyPatch):
    sow(store, 1, 2)
    evidence.checkpoint()
    sow(store, 3, 1)
    file = evidence.keyring.file
    if os.geteuid() == 0:
        os.chown(file, 12345, -1)
    else:
        monkeypatch.setattr("infra.evidence.signer.os.geteuid", lambda: os.getuid() + 1)
    assert refused(evidence) == "signer-file-of-another"


def test_a_new_key_is_not_put_into_a_file_that_others_can_read(store: Store, evidence: Evidence, config: StoreConfig):
    sow(store, 1, 2)
    config.signer_in.parent.mkdir(parents=True, exist_ok=True)
    config.signer_in.touch()
    config.signer_in.chmod(0o644)
    with pytest.raises(Refused, match="signer-file-open-to-others"):
        evidence.checkpoint()
    assert (evidence.keys(), config.signer_in.read_text()) == ([], "")


def test_the_key_is_its_owners_alone_from_the_first_moment(store: Store, evidence: Evidence, config: StoreConfig):
    sow(store, 1, 2)
    evidence.checkpoint()
    assert stat.S_IMODE(config.signer_in.stat().st_mode) == 0o600
    assert stat.S_IMODE(evidence.kept.path.stat().st_mode) == 0o600


@pytest.mark.parametrize("cut", [1, 9], ids=["its line break", "half its line"])
def test_a_key_file_that_lost_its_end_takes_another_key_all_the_same(
    store: Store, evidence: Evidence, config: StoreConfig, cut: int
):
    sow(store, 1, 2)
    first = evidence.checkpoint()
    config.signer_in.write_bytes(config.signer_in.read_bytes()[:-cut])
    key = evidence.begin_anew("key-lost")
    sow(store, 3, 1)
    made = evidence.checkpoint()
    assert (made.origin, made.size) == (key.name, 3)
    former = evidence.keys()[0]
    assert former.name == first.origin
    if cut == 1:
        assert signer.read(config.signer_in, former) is not None
    else:
        with pytest.raises(Refused, match="signer-file-malformed"):
            signer.read(config.signer_in, former)


def test_a_key_that_can_not_be_read_back_is_not_known_to_the_store(
    store: Store, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
):
    sow(store, 1, 2)
    evidence.checkpoint()
    monkeypatch.setattr("infra.evidence.signer.os.write", lambda _file, data: len(data))
    with pytest.raises(Refused, match="signer-file-unwritable"):
        evidence.begin_anew("key-lost")
    assert len(evidence.keys()) == 1


# --- clocks


class SetClock:
    """Says what a test sets."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


def test_a_clock_that_goes_back_keeps_no_checkpoint_waiting(config: StoreConfig):
    create_store(config).close()
    clock = SetClock()
    with open_store(config, clock) as store:
        log = Evidence(store, config.signer_in, config.outside, Often(1000, timedelta(minutes=15)))
        sow(store, 1, 2)
        log.checkpoint()
        clock.at += timedelta(minutes=1)
        sow(store, 3, 1)
        assert not log.due()
        clock.at -= timedelta(days=400)
        sow(store, 4, 1)
        assert log.due()
        made = log.checkpoint()
        assert made.size == 4
        assert [m.checkpoint.size for m in log.all()] == [2, 4]
        assert log.due() is False
        assert log.checkpoint(3).size == 3, "an earlier one still follows"
        last = log.outside()
        assert last is not None
        assert last.size == 4, "and takes no later one's place outside"
