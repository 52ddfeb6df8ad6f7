"""Packs of stores on both databases: what is in one, that it holds, and that whatever is done to it is noticed."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from typing import NamedTuple

import pytest

from domain.refusal import Refused
from infra.evidence.evidence import Evidence
from infra.evidence.note import Checkpoint
from infra.evidence.pack import packing, verify
from infra.keys.sealing import Opened
from infra.store import StoreConfig, create_store
from infra.store.store import Store
from infra.store.texts import Withheld
from tests.support.packs import MEDDLING, Pack, fault_of, meddled, weakened
from tests.support.seeing import under
from tests.support.stores import config_of, noted, receipt, told

CASE, OTHER = "LEL-2026-0001", "LEL-2026-0002"
TOLD = ("Er is hulp nodig", "Het gaat iets beter", "Weer thuis")


class World(NamedTuple):
    """A store with two cases in turn, the checkpoint that was handed out half-way, and how it is now."""

    store: Store
    evidence: Evidence
    held: Checkpoint
    now: Checkpoint

    def contents(self, upto: int | None = None, texts: bool = True) -> packing.Contents:
        upto = upto or self.now.size
        events = packing.stored(self.evidence, [CASE], upto)
        refs = packing.sealed_in(events) if texts else []
        found = self.store.texts.open_with_salts(refs, under(self.store, refs)) if refs else {}
        checkpoint = self.evidence.checkpoint(upto)
        return packing.Contents(CASE, upto, checkpoint, events, found, {}, self.held if upto >= self.held.size else None)

    def pack(self, **how: int) -> Pack:
        made: Pack = json.loads(packing.pack(self.evidence, self.contents(**how)))  # type: ignore[arg-type]
        return made


def prefix_of(store: Store, schema: str = "casus") -> str:
    return f"{schema}." if store.connection().kind == "postgresql" else ""


@pytest.fixture
def world(store: Store, evidence: Evidence) -> World:
    marks = []
    for round_, text in enumerate(TOLD):
        for stream in (CASE, OTHER):
            drafts = [told(stream, f"{text} {stream}", f"c{round_}{stream}")]
            store.append(drafts, expected={stream: round_}, receipt=receipt(f"c{round_}{stream}"))
        store.head()
        marks.append(evidence.checkpoint())
    store.append([noted(CASE, "last")], expected={CASE: 3}, receipt=receipt("last"))
    store.append([noted(OTHER, "end")], expected={OTHER: 3}, receipt=receipt("end"))
    return World(store, evidence, marks[1], evidence.checkpoint())


def test_a_pack_of_a_store_holds_with_the_checkpoint_that_was_handed_out(world: World):
    found = verify.check(world.pack(), {}, str(world.evidence.key), world.held.note)
    assert (found.last, found.since, found.note.size) == (4, world.held.size, world.now.size)
    texts = [t["text"] for e, _ in found.said.values() for t in e.get("texts", {}).values()]
    assert texts == [f"{text} {CASE}" for text in TOLD]
    rows = packing.stored(world.evidence, [CASE], world.now.size)
    assert [b64decode(e["state"]) for e, _ in found.said.values()] == [bytes(r.state or b"") for r in rows]


def test_the_same_pack_is_the_same_bytes_whatever_came_after(world: World):
    first = packing.pack(world.evidence, contents := world.contents())
    whole = packing.zipped(first, world.now, world.held, "nl", case=CASE, size=world.now.size, sha256="")
    world.store.append([noted(CASE, "more")], expected={CASE: 4}, receipt=receipt("more"))
    world.evidence.checkpoint()
    again = packing.pack(world.evidence, world.contents(world.now.size))
    assert first == again
    assert whole == packing.zipped(again, world.now, world.held, "nl", case=CASE, size=world.now.size, sha256="")
    assert contents.since == world.held


def test_no_key_leaves_the_house(world: World):
    data = packing.pack(world.evidence, world.contents())
    keys = world.store.keys_connection().query(f"SELECT wrapped FROM {prefix_of(world.store, 'casus_keys')}data_keys")
    sealed = world.store.connection().query(f"SELECT data FROM {prefix_of(world.store)}sealed_fields")
    assert keys
    assert sealed
    for (secret,) in [*keys, *sealed]:
        assert packing._base64(bytes(secret)).encode() not in data
        assert bytes(secret).hex().encode() not in data


def test_whatever_is_done_to_it_is_noticed(world: World):
    good = world.pack()
    bad = {name: meddled(good, meddling.how) for name, meddling in MEDDLING.items()}
    assert fault_of(good) == ""
    assert {name: fault_of(pack) for name, pack in bad.items()} == {name: m.says for name, m in MEDDLING.items()}
    unseen = set()
    for name, meddling in MEDDLING.items():
        with weakened(*meddling.without):
            unseen |= {name} if fault_of(bad[name]) == "" else set()
    assert unseen == {name for name, meddling in MEDDLING.items() if meddling.without}


def test_each_bit_of_an_event_counts(world: World):
    pack = world.pack()
    whole, taken = b64decode(pack["events"][2]["state"]), []
    for bit in range(0, len(whole) * 8, 13):
        state = bytearray(whole)
        state[bit // 8] ^= 1 << bit % 8
        pack["events"][2]["state"] = packing._base64(bytes(state))
        if fault_of(pack) != "inclusion":
            taken.append(bit)
    assert taken == []


def test_what_was_not_asked_for_is_said_to_be(world: World):
    pack = json.loads(packing.pack(world.evidence, world.contents(texts=False)))
    assert [t for e in pack["events"] for t in e.get("texts", {}).values()] == [{"withheld": "not-asked"}] * 3
    assert fault_of(pack) == ""


def test_up_to_a_place_the_case_is_as_it_was_then(world: World):
    pack = world.pack(upto=world.held.size)
    assert fault_of(pack, held=world.held.note) == ""
    assert [e["version"] for e in pack["events"]] == [1, 2]


def test_an_event_that_is_not_the_one_of_its_leaf_is_packed_for_nobody(world: World):
    contents = world.contents()
    for changed in ({"recorded_by": "somebody"}, {"state": b"{}"}, {"version": 7}):
        events = [contents.events[0]._replace(**changed), *contents.events[1:]]
        with pytest.raises(Refused, match="event-damaged"):
            packing.pack(world.evidence, contents._replace(events=events, texts={}))


def test_bytes_that_were_removed_go_along_as_their_digest_with_the_erasure(world: World):
    contents = world.contents(texts=False)
    events = [contents.events[0]._replace(state=None), *contents.events[1:]]
    with pytest.raises(Refused, match="event-damaged"):
        packing.pack(world.evidence, contents._replace(events=events))
    with pytest.raises(Refused, match="erased-since"):
        packing.pack(world.evidence, contents._replace(events=events, erased={"s1": [world.now.size + 5]}))
    by = contents.events[-1].place
    made = json.loads(packing.pack(world.evidence, contents._replace(events=events, erased={"s1": [by]})))
    assert made["events"][0]["withheld"] == {"withheld": "erased", "by": by}
    assert fault_of(made) == "erasure", "what is said to erase them does not"


def test_a_checkpoint_of_another_log_or_of_later_is_no_beginning(world: World, tmp_path_factory: pytest.TempPathFactory):
    contents = world.contents(world.held.size)
    with pytest.raises(Refused, match="checkpoint-newer"):
        packing.pack(world.evidence, contents._replace(since=world.now))
    with pytest.raises(Refused, match="evidence-inconsistent"):
        packing.pack(world.evidence, contents._replace(since=world.held._replace(root=b"\x00" * 32)))
    config: StoreConfig = config_of("sqlite", tmp_path_factory.mktemp("other"))
    with create_store(config) as store:
        store.append([noted(CASE)], expected={CASE: 0}, receipt=receipt("c1"))
        other = Evidence(store, config.signer_in, config.outside).checkpoint()
    with pytest.raises(Refused, match="checkpoint-other-log"):
        packing.pack(world.evidence, contents._replace(since=other))
    assert fault_of(world.pack(), held=other.note) == "other-log"
    assert fault_of(meddled(world.pack(), lambda p: p.update(checkpoint=other.note))) == "other-log"


def test_what_was_begun_anew_goes_on_from_a_checkpoint_of_before_and_says_so(world: World):
    former = world.evidence.begin()
    key = world.evidence.begin_anew("older-backup")
    anew = world._replace(now=world.evidence.checkpoint())
    contents = anew.contents()._replace(checkpoint=anew.now)
    pack = json.loads(packing.pack(world.evidence, contents))
    found = verify.check(pack, {}, f"{former}\n{key}", world.held.note)
    assert (found.since, found.minds) == (world.held.size, ["begun-anew"])
    assert verify.check(pack, {}, str(key), world.held.note).minds == ["begun-anew", "own-former-key"]
    lost = world.held._replace(root=b"\x00" * 32)
    with pytest.raises(Refused, match="checkpoint-other-log"):
        packing.pack(world.evidence, contents._replace(since=lost))
    without = meddled(pack, lambda p: p["since"].pop("key"))
    assert fault_of(without, key=str(key), held=world.held.note) == "no-key"


@pytest.mark.parametrize(("back", "why"), [(0, "erased"), (1, "not-asked")])
def test_what_was_not_asked_for_of_who_is_erased_by_then_is_erased(world: World, back: int, why: str):
    """Up to a place before the erasure the pack stays the one that it was."""
    contents = world.contents(texts=False)._replace(erased={"s1": [world.now.size]})
    contents = contents._replace(upto=world.now.size - back, events=contents.events[:-1])
    pack = json.loads(packing.pack(world.evidence, contents))
    assert {t["withheld"] for e in pack["events"] for t in e.get("texts", {}).values()} == {why}


def test_withheld_texts_say_why_and_an_erasure_says_where(world: World):
    refs = packing.sealed_in(packing.stored(world.evidence, [CASE], world.now.size))
    said: list[Opened | Withheld] = [Withheld("role"), Withheld("no-consent"), Withheld("erased")]
    contents = world.contents(texts=False)._replace(texts=dict(zip(refs, said, strict=True)), erased={"s1": [99]})
    pack = json.loads(packing.pack(world.evidence, contents))
    found = [t for e in pack["events"] for t in e.get("texts", {}).values()]
    assert found == [{"withheld": "role"}, {"withheld": "no-consent"}, {"withheld": "erased-since"}]
    assert fault_of(pack) == ""


def test_who_was_erased_before_a_text_was_recorded_is_not_said_to_be_erased_by_that(world: World):
    contents = world.contents(texts=False)
    first, last = contents.events[0].place, world.now.size
    for places, by in (([first], None), ([first, last], last), ([last, first], last), ([last + 1], None)):
        pack = json.loads(packing.pack(world.evidence, contents._replace(erased={"s1": places})))
        why = {"withheld": "not-asked"} if by is None else {"withheld": "erased", "by": by}
        assert [t for e in pack["events"][1:] for t in e.get("texts", {}).values() if e["place"] < last] == [why] * 2, places


def test_a_history_that_was_made_anew_does_not_go_on_from_what_was_handed_out(world: World, make_again: Callable[[], World]):
    """Somebody with everything, the signing key too, makes another history of the same store, and packs it."""
    anew = make_again()
    pack = anew.pack(upto=anew.now.size)
    assert fault_of(pack) == ""
    assert fault_of(pack, held=world.held.note) == "inconsistent"
    with weakened("consistency"):
        assert fault_of(pack, held=world.held.note) == ""


@pytest.fixture
def make_again(world: World) -> Callable[[], World]:
    """Makes the first event another one in the tables, with all that vouches for it, and a new pack."""

    def again() -> World:
        db = world.store.connection()
        server = db.kind == "postgresql"
        for table in ("stored_events", "leaves", "tiles", "checkpoints"):
            if server:
                db.execute(f"ALTER TABLE casus.{table} DISABLE TRIGGER USER")
                continue
            for trigger in ("stay", "remain"):
                db.execute(f"DROP TRIGGER IF EXISTS {table}_{trigger}")
        prefix = prefix_of(world.store)
        ((state,),) = db.query(
            f"SELECT state FROM {prefix}stored_events WHERE originator_id = ? AND originator_version = 1", (CASE,)
        )
        sql = f"UPDATE {prefix}stored_events SET state = ? WHERE originator_id = ? AND originator_version = 1"
        db.execute(sql, (bytes(state).replace(b"kwintes-2", b"kwintes-3"), CASE))
        for table in ("leaves", "tiles", "checkpoints"):
            db.execute(f"DELETE FROM {prefix}{table}")
        world.evidence.kept.path.unlink()
        world.evidence.tree.forget()
        held = world.evidence.checkpoint(world.held.size)
        return World(world.store, world.evidence, held, world.evidence.checkpoint(world.now.size))

    return again
