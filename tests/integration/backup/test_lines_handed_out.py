"""JSON Lines follow from their place alone, whenever its checkpoint was signed, and carry those that were handed out by then."""

import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from domain.refusal import Refused
from infra.backup import restore
from infra.evidence.evidence import Evidence
from infra.exports.lines import checking
from infra.exports.lines.form import written
from infra.store import StoreConfig, create_store, open_store
from infra.store.disclosing import Permit, disclosed
from tests.integration.backup.conftest import NewPlace, fill
from tests.integration.backup.lines import exported, lines, parsed, summed_anew, without_sum
from tests.integration.backup.test_there_and_back import quiet
from tests.support.seeing import READER
from tests.support.stores import DATABASES

SIZE = 4


def hand_out(config: StoreConfig, size: int | None = None) -> str:
    """Give a checkpoint away, as `casus evidence hand-out` does. Out: its note."""
    with open_store(config) as store:
        note = Evidence(store, config.signer_in, config.outside).checkpoint(size).note
        permit, digest = Permit("hand-out", "evidence-hand-out"), sha256(note.encode()).hexdigest()
        store.disclose(disclosed(permit, store.store_id, "exported", recipient="audit", digest=digest), READER)
    return note


def notes(config: StoreConfig) -> set[str]:
    with open_store(config) as store:
        return {made.checkpoint.note for made in Evidence(store, config.signer_in, config.outside).all()}


@pytest.mark.parametrize("kind", DATABASES)
def test_a_place_of_which_a_checkpoint_is_signed_only_later_gives_the_same_bytes(
    config: StoreConfig, kind: str, new_place: NewPlace, tmp_path: Path
):
    hand_out(config, 2)
    exported(config, tmp_path / "all.jsonl")
    there = new_place(kind)
    restore(there, {"events": tmp_path / "all.jsonl"}, quiet)
    there.signer_in.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copy(config.signer_in, there.signer_in)
    for of, name in ((config, "here"), (there, "there")):
        exported(of, tmp_path / name, SIZE)
    assert (tmp_path / "there").read_bytes() == (tmp_path / "here").read_bytes()


@pytest.mark.parametrize("kind", DATABASES)
def test_what_was_handed_out_up_to_the_place_comes_back(config: StoreConfig, kind: str, new_place: NewPlace, tmp_path: Path):
    given = hand_out(config, SIZE)
    with open_store(config) as store:
        before = store.head()
        fill(store, first=9)
        Evidence(store, config.signer_in, config.outside).checkpoint(before)  # never handed out
    last = exported(config, tmp_path / "all.jsonl").events
    later = hand_out(config, before)
    held = parsed(tmp_path / "all.jsonl")
    assert [(n, line["handed_out"]["note"]) for n, line in enumerate(held) if "handed_out" in line] == [(SIZE + 1, given)]
    there = new_place(kind)
    restore(there, {"events": tmp_path / "all.jsonl"}, quiet)
    assert notes(there) == {given, held[-1]["checkpoint"]["note"]}
    exported(config, tmp_path / "again.jsonl", last)
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "all.jsonl").read_bytes(), (
        "what was handed out later is not in it"
    )
    exported(config, tmp_path / "more.jsonl")
    assert later in {line["handed_out"]["note"] for line in parsed(tmp_path / "more.jsonl") if "handed_out" in line}


def test_after_it_was_begun_anew_both_keys_come_back(config: StoreConfig, new_place: NewPlace, tmp_path: Path):
    given = hand_out(config, SIZE)
    with open_store(config) as store:
        Evidence(store, config.signer_in, config.outside).begin_anew("restored")
    last = exported(config, tmp_path / "all.jsonl")
    there = new_place("sqlite")
    restore(there, {"events": tmp_path / "all.jsonl"}, quiet)
    with open_store(there) as store, open_store(config) as before:
        evidence, old = (Evidence(s, config.signer_in, config.outside) for s in (store, before))
        assert (evidence.keys(), [m.checkpoint.size for m in evidence.all()]) == (old.keys(), [SIZE, last.events])
        assert given in {made.checkpoint.note for made in evidence.all()}


def harmed(held: list[bytes], note: str | None) -> list[bytes]:
    """The note that was handed out left out, or another in its place, by somebody who knows how sums are made."""
    at = next(n for n, line in enumerate(held) if line.startswith(b'{"handed_out"'))
    if note is None:
        return [*held[:at], *held[at + 1 :]]
    made = without_sum(held[at])
    made["handed_out"]["note"] = note
    return summed_anew([*held[:at], written(made), *held[at + 1 :]])


def test_another_note_in_its_place_is_refused_with_its_line(
    config: StoreConfig, new_place: NewPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    hand_out(config, SIZE)
    exported(config, tmp_path / "all.jsonl")
    held = lines(tmp_path / "all.jsonl")
    note = hand_out(config, SIZE + 1)
    for each, code, line in ((None, "lines-out-of-order", len(held) - 2), (note, "lines-other-root", SIZE + 2)):
        (tmp_path / "harmed.jsonl").write_bytes(b"".join(harmed(held, each)))
        with pytest.raises(Refused) as refused:
            restore(new_place("sqlite"), {"events": tmp_path / "harmed.jsonl"}, quiet)
        assert (refused.value.code, refused.value.facts["line"]) == (code, line)
    monkeypatch.setattr(checking.Checker, "_handed_out", lambda self, found, _: self.handed_out.append((found, self.placed_at)))
    restore(new_place("sqlite"), {"events": tmp_path / "harmed.jsonl"}, quiet)


EARLIER = "2020-01-01T00:00:00.000000Z"


@pytest.mark.parametrize(("at", "line"), [("handed_out", SIZE + 2), ("checkpoint", None)])
@pytest.mark.parametrize("harm", ["since", " vkey", "vkey "])
def test_a_key_is_written_one_way_and_signs_since_one_moment(
    new_place: NewPlace, tmp_path: Path, harm: str, at: str, line: int | None
):
    config, path, there = new_place("sqlite"), tmp_path / "all.jsonl", new_place("sqlite")
    with create_store(config) as store:
        fill(store)
    hand_out(config, SIZE)
    exported(config, path)
    held = lines(path)
    n = next(n for n, each in enumerate(held) if each.startswith(f'{{"{at}"'.encode()))
    made = without_sum(held[n])
    made["key"] |= {"since": EARLIER} if harm == "since" else {"vkey": harm.replace("vkey", made["key"]["vkey"])}
    path.write_bytes(b"".join(summed_anew([*held[:n], written(made), *held[n + 1 :]])))
    with pytest.raises(Refused) as refused:
        restore(there, {"events": path}, quiet)
    first = len(held) if line is None or harm == "since" else line
    assert (refused.value.code, refused.value.facts) == ("lines-damaged", {"field": "events", "line": first})
    with pytest.raises(Refused, match="no-store"):
        open_store(there)
