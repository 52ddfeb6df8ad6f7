"""The standalone verifier: a pack that holds, each meddling that it notices, and what is false though it was signed."""

from __future__ import annotations

from typing import Any

import pytest

from infra.evidence.pack import verify
from tests.support.packed import ERASED, FORGE, GOOD, SEEN, forged
from tests.support.packs import CASE, MEDDLING, OTHER, at, fault_of, meddled, stored, weakened


def test_a_pack_holds():
    found = verify.check(GOOD, {}, str(FORGE.signer.key), FORGE.note(4))
    assert (found.last, found.since, len(found.said), found.note.size) == (5, 4, 6, 9)


@pytest.mark.parametrize("since", [*range(1, 9), 9])
@pytest.mark.parametrize("size", [8, 9])
def test_it_goes_on_from_each_checkpoint_before_it(since: int, size: int):
    pack = FORGE.pack(since=min(since, size), size=size)
    assert fault_of(pack, held=FORGE.note(min(since, size))) == ""


@pytest.mark.parametrize("name", MEDDLING)
def test_meddling_is_noticed_by_the_check_that_is_there_for_it(name: str):
    bad = meddled(GOOD, MEDDLING[name].how)
    assert fault_of(bad) == MEDDLING[name].says
    with weakened(*MEDDLING[name].without):
        assert (fault_of(bad) == "") is bool(MEDDLING[name].without)


@pytest.mark.parametrize("name", [n for n, m in MEDDLING.items() if len(m.without) > 1])
def test_of_several_checks_that_notice_it_the_first_is_enough(name: str):
    bad = meddled(GOOD, MEDDLING[name].how)
    with weakened(*MEDDLING[name].without[1:]):
        assert fault_of(bad) == MEDDLING[name].says


# --- what is signed, and false all the same


@pytest.mark.parametrize(
    "says",
    [
        {"stream": OTHER},
        {"version": 9},
        {"version": True},
        {"topic": "case.closing.closed"},
        {"facts": []},
        {"facts": None},
        {"by": None},
        {"by": "kwintes-2"},
    ],
)
def test_bytes_that_say_something_else_than_what_stands_beside_them(says: dict[str, Any]):
    pack = forged(stored(4, CASE, 3, says=says))
    assert fault_of(pack) == "envelope"
    with weakened("check_envelope"):
        assert fault_of(pack) == ""


def test_an_event_of_another_case_is_none_of_this_one():
    pack = FORGE.pack(also=(2, 6, 9))
    assert fault_of(pack) == "stream"
    with weakened("check_streams"):
        assert fault_of(pack) == ""


def test_what_says_that_it_is_of_this_case_is_so_when_somebody_saw_it():
    assert fault_of(forged(stored(5, "access:aa", 1, "access.access.other", SEEN), also=(5,))) == "stream"


@pytest.mark.parametrize("seen", [f"{OTHER} {CASE}", {CASE: 1}, 5, None])
def test_what_was_seen_is_a_list(seen: Any):
    assert fault_of(forged(stored(5, "access:aa", 1, verify.DISCLOSED, {"of": None, "seen": seen}), also=(5,))) == "stream"


def test_what_was_placed_later_is_not_of_before():
    assert fault_of(forged(stored(4, CASE, 3)._replace(placed_at=at(2)))) == "order"


def test_a_version_that_was_seen_of_another_case_says_nothing_of_this_one():
    seen = {"of": OTHER, "seen_version": 99, "seen": [CASE]}
    assert fault_of(forged(stored(5, "access:aa", 1, verify.DISCLOSED, seen), also=(5,))) == ""


def test_a_version_that_the_log_itself_has_twice_is_refused():
    assert fault_of(forged(stored(7, CASE, 3, texts={"text": ERASED}))) == "twice"


def test_who_saw_another_case_is_not_of_this_one():
    pack = forged(stored(5, "access:aa", 1, verify.DISCLOSED, SEEN | {"of": OTHER}), also=(5,))
    assert fault_of(pack) == "stream"
    listed = forged(stored(5, "access:aa", 1, verify.DISCLOSED, {"of": None, "seen": [OTHER, CASE]}), also=(5,))
    assert fault_of(listed) == ""


def test_a_tail_that_somebody_saw_is_missed():
    whole = forged(stored(9, "access:bb", 1, verify.DISCLOSED, SEEN | {"seen_version": 5}), also=(5, 9))
    assert fault_of(whole) == ""
    without = meddled(whole, lambda p: p["events"].pop(-2))
    assert fault_of(without) == "erasure"  # of whom the last event said that they were erased
    for event in without["events"]:
        event.get("texts", {}).update({f: {"withheld": "role"} for f, t in event.get("texts", {}).items() if "by" in t})
    assert fault_of(without) == "tail"
    with weakened("check_streams"):
        assert fault_of(without) == ""
