"""JSON Lines without a ciphertext that an event names are put back only where an erasure further on explains it."""

from pathlib import Path

import pytest

from domain.events.rights import SubjectErased
from domain.refusal import Refused
from infra.backup import restore
from infra.erasing import replaying
from infra.evidence.evidence import Evidence
from infra.evidence.kept import Kept
from infra.evidence.verifying import verify
from infra.exports.lines.absent import Absent
from infra.exports.lines.form import written
from infra.store import Draft, StoreConfig, create_store, open_store
from tests.integration.backup.conftest import NewPlace, fill, whole
from tests.integration.backup.lines import exported, lines, summed_anew, without_sum
from tests.integration.backup.test_there_and_back import quiet
from tests.support.stores import header, noted, receipt

CASE = "LEL-2026-0001"


@pytest.fixture(autouse=True)
def _no_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is erased here stands in no ledger."""
    monkeypatch.setattr(replaying, "check_replayed", lambda *_, **__: None)


def store_of(new_place: NewPlace, *, erased: str = "") -> StoreConfig:
    """A store with texts of s1 and s2, of which one was erased in the first case."""
    made = new_place("sqlite")
    with create_store(made) as store:
        fill(store)
        if erased:
            draft = Draft(CASE, SubjectErased(right="R1", subject=erased, keys=1, receipt="0" * 64), header("erase"))
            store.append([draft, noted(CASE, "erase")], expected={CASE: 3}, receipt=receipt("erase"))
    return made


def without(path: Path, *spots: int) -> None:
    """The file without what is sealed on these lines, with sums that fit."""
    held = lines(path)
    for at in spots:
        made = without_sum(held[at])
        assert made.pop("sealed")
        held[at] = written(made)
    path.write_bytes(b"".join(summed_anew(held)))


def sealed_at(path: Path) -> list[int]:
    return [n for n, line in enumerate(lines(path)) if "sealed" in without_sum(line) and line.startswith(b'{"place"')]


def test_a_ciphertext_taken_away_is_named_by_its_line(new_place: NewPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    config, path, there = store_of(new_place), tmp_path / "all.jsonl", new_place("sqlite")
    exported(config, path)
    spots = sealed_at(path)
    without(path, *spots[1:])
    with pytest.raises(Refused) as refused:
        restore(there, {"events": path}, quiet)
    assert (refused.value.code, refused.value.facts) == ("lines-sealed-missing", {"field": "events", "line": spots[1] + 1})
    with pytest.raises(Refused, match="no-store"):
        open_store(there)
    monkeypatch.setattr(Absent, "first", lambda _: None)  # the control: with no such check it is put back
    restore(there, {"events": path}, quiet)
    assert whole(there) == whole(config)


def test_what_was_put_back_from_lines_verifies_without_a_fault(new_place: NewPlace, tmp_path: Path):
    config, there = store_of(new_place), new_place("sqlite")
    exported(config, tmp_path / "all.jsonl")
    restore(there, {"events": tmp_path / "all.jsonl"}, quiet)
    with open_store(there) as store:
        Evidence(store, there.signer_in, there.outside).tree.grow(store.head())
        report = verify(store, Kept(there.outside, store.store_id))
    assert (report.faults, report.sealed) == ((), 4)


def test_of_whom_was_erased_later_it_may_be_missing_and_is_counted(new_place: NewPlace, tmp_path: Path):
    config, path = store_of(new_place, erased="s1"), tmp_path / "all.jsonl"
    exported(config, path)
    of_s1, of_s2, other_case, _ = sealed_at(path)
    assert restore(new_place("sqlite"), {"events": path}, quiet).erased == 0
    for also in (of_s2, other_case):  # somebody else's, and the same subject's in another case
        exported(config, path)
        without(path, of_s1, also)
        with pytest.raises(Refused) as refused:
            restore(new_place("sqlite"), {"events": path}, quiet)
        assert (refused.value.code, refused.value.facts["line"]) == ("lines-sealed-missing", also + 1)
    exported(config, path)
    without(path, of_s1)
    assert restore(new_place("sqlite"), {"events": path}, quiet).erased == 1


def test_what_was_told_after_an_erasure_that_erasure_does_not_explain():
    state = b'{"topic":"x",\n"sealed":{"name":{"subject":"s1","key":"k","digest":""}}}'
    erasure = b'{"facts":{"subject":"s1"}}'
    found = Absent()
    found.add(1, CASE, 1, "x", state, ())
    found.add(2, CASE, 2, SubjectErased.TOPIC, erasure, ())
    assert (found.first(), found.erased) == (None, 1)
    found.add(3, CASE, 3, "x", state, ())
    missing = found.first()
    assert missing is not None
    assert (missing.place, missing.field, found.erased) == (3, "name", 1)
    found.add(4, CASE, 4, "x", state, ["name"])
    for odd in (b'"sealed":', b'["sealed":1]', b'{"sealed":[1]}', b'{"sealed":{"x":{"subject":["s1"]}}}'):
        found.add(5, CASE, 5, "x", odd, ())
        found.add(6, CASE, 6, SubjectErased.TOPIC, odd, ())


@pytest.mark.parametrize("erased", ["", "s1"])
def test_lines_that_would_not_be_put_back_are_not_written(new_place: NewPlace, tmp_path: Path, erased: str):
    config = store_of(new_place, erased=erased)
    with open_store(config) as store:
        gone = "DELETE FROM sealed_fields WHERE originator_id = ? AND originator_version = 1"
        store.connection().execute(gone, (CASE,))
    if erased:
        assert exported(config, tmp_path / "all.jsonl").sealed == 3
        return
    with pytest.raises(Refused) as refused:
        exported(config, tmp_path / "all.jsonl")
    assert (refused.value.code, refused.value.facts["version"]) == ("event-damaged", 1)
