"""What the history itself tells of its checkpoints keeps a changed one from being signed, once what was signed is gone."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

import pytest

from domain.refusal import Refused
from infra.evidence import evidence as evidence_module
from infra.evidence.evidence import Evidence
from infra.store.disclosing import Outcome, Permit, disclosed
from infra.store.store import Store
from tests.integration.evidence.test_checkpoints import sow
from tests.support.sown import CASE, PLAIN
from tests.support.stores import header, noted, receipt
from tests.support.tampering import Attacker


@contextmanager
def signing(attacker: Attacker) -> Iterator[tuple[Store, Evidence]]:
    """The store as it is now, by whoever has its key."""
    with attacker.opened() as store:
        yield store, Evidence(store, attacker.config.signer_in, attacker.config.outside)


def left(store: Store, what: str, digest: str, outcome: Outcome = "exported") -> None:
    """Have it recorded that a file left."""
    store.disclose(disclosed(Permit(what=what), store.store_id, outcome, recipient="police", digest=digest), header("c9"))
    store.head()


def change(attacker: Attacker) -> None:
    """Change an event, take away all that was signed, in the store and outside it."""
    attacker.do("UPDATE stored_events SET recorded_by = 'somebody' WHERE originator_id = ? AND originator_version = 1", PLAIN)
    for table in ("checkpoints", "leaves", "tiles"):
        attacker.do(f"DELETE FROM {table}")
    attacker.kept.path.unlink()


def refused(evidence: Evidence) -> Refused:
    with pytest.raises(Refused) as told:
        evidence.checkpoint()
    problem = evidence.problem()
    assert problem is not None
    assert problem.code == told.value.code
    return told.value


def swap_the_keys(attacker: Attacker) -> None:
    """Have the first key sign again, over a history that was cut off."""
    attacker.do("UPDATE evidence_keys SET number = number + 10")
    attacker.do("UPDATE evidence_keys SET number = 13 - number")
    attacker.cut_back(200)
    for table in ("checkpoints", "leaves", "tiles"):
        attacker.do(f"DELETE FROM {table}")


def test_a_former_key_does_not_sign_again_over_the_note_of_the_later_one(attacker: Attacker):
    with signing(attacker) as (_, evidence):
        evidence.begin_anew("key-lost")
        note = evidence.checkpoint().note
    swap_the_keys(attacker)
    with signing(attacker) as (_, evidence):
        assert refused(evidence).code == "outside-later-log"
        assert (evidence.kept.last(), evidence.all()) == (note, [])
        made = evidence.begin_anew("keys-changed")
        assert evidence.checkpoint().origin == made.name


def test_without_the_order_of_the_signing_keys_it_would(attacker: Attacker, monkeypatch: pytest.MonkeyPatch):
    """The control."""
    with signing(attacker) as (_, evidence):
        evidence.begin_anew("key-lost")
        evidence.checkpoint()
    swap_the_keys(attacker)
    monkeypatch.setattr("infra.evidence.keyring.Keyring.later", lambda *_: False)
    with signing(attacker) as (_, evidence):
        assert evidence.checkpoint().size == 200


def emptied(attacker: Attacker) -> None:
    """Have the store look as if nothing ever signed it, under another id."""
    for table in ("checkpoints", "leaves", "tiles", "evidence_keys"):
        attacker.do(f"DELETE FROM {table}")
    for trigger in ("store_id_stays", "casus_store_stay", "casus_store_remain"):
        attacker.do(f"DROP TRIGGER IF EXISTS {trigger}" + (" ON casus_store" if attacker.server else ""))
    attacker.do("UPDATE casus_store SET store_id = ?", "5c57891713d33f967c4a477d3a9185fb")


def test_a_store_that_was_given_another_id_begins_no_first_log_again(attacker: Attacker):
    left_over = attacker.kept.path
    with signing(attacker) as (store, evidence):
        left(store, "evidence-hand-out", sha256(evidence.checkpoint().note.encode()).hexdigest())
        place = store.head()
    emptied(attacker)
    signer_file = attacker.config.signer_in
    with signing(attacker) as (_, evidence):
        told = refused(evidence)
        assert (told.code, told.facts) == ("evidence-begun-before", {"path": str(signer_file)})
        signer_file.rename(signer_file.with_name("aside"))
        assert refused(evidence).facts == {"path": str(left_over)}
        left_over.unlink()
        assert refused(evidence).facts == {"place": place}
        assert (evidence.keys(), evidence.all(), signer_file.exists()) == ([], [], False)
        made = evidence.begin_anew("keys-changed")
        assert evidence.checkpoint().origin == made.name, "openly it goes on"


def test_without_a_look_at_what_was_before_it_would(attacker: Attacker, monkeypatch: pytest.MonkeyPatch):
    """The control."""
    emptied(attacker)
    monkeypatch.setattr("infra.evidence.evidence.never_begun", lambda *_: None)
    heard: list[object] = []
    with attacker.opened() as store:
        log = Evidence(store, attacker.config.signer_in, attacker.config.outside, begun=heard.append)
        assert log.checkpoint().size == store.head()
        assert heard == [log.key], "and that a key was made is told"


@pytest.mark.parametrize("what", ["evidence-hand-out", "evidence-pack", "export-case"])
def test_a_changed_history_of_which_nothing_signed_is_left_is_not_signed(attacker: Attacker, what: str):
    with signing(attacker) as (store, evidence):
        left(store, what, sha256(evidence.checkpoint().note.encode()).hexdigest())
        place = store.head()
    change(attacker)
    with signing(attacker) as (store, evidence):
        told = refused(evidence)
        assert (told.code, told.facts) == ("checkpoint-gone", {"place": place})
        assert evidence.all() == []
        evidence.begin_anew("checkpoints-gone")
        assert evidence.checkpoint().origin.endswith("-checkpoints-gone"), "openly it goes on"


def test_one_handed_out_after_the_last_that_is_left_is_missed(attacker: Attacker):
    with signing(attacker) as (store, evidence):
        left(store, "evidence-hand-out", sha256(evidence.checkpoint().note.encode()).hexdigest())
        store.append_bulk([noted("LEL-2026-0500", "c10")], receipt("c10"))
        evidence.checkpoint()
    attacker.do("DELETE FROM checkpoints WHERE size > 40")
    attacker.kept.path.unlink()
    with signing(attacker) as (_, evidence):
        assert refused(evidence).code == "checkpoint-gone"


def test_without_asking_the_witnesses_a_changed_history_would_be_signed(laptop: Attacker, monkeypatch: pytest.MonkeyPatch):
    """The control."""
    with signing(laptop) as (store, evidence):
        left(store, "evidence-hand-out", sha256(evidence.checkpoint().note.encode()).hexdigest())
    change(laptop)
    monkeypatch.setattr(evidence_module, "handed_out_and_gone", lambda *_: None)
    with signing(laptop) as (store, evidence):
        assert evidence.checkpoint().size == store.head()


def test_a_denied_hand_out_is_no_witness_and_makes_nothing_due(store: Store, evidence: Evidence):
    sow(store, 1, 3)
    evidence.checkpoint()
    left(store, "evidence-pack", "a" * 64, outcome="denied")
    assert not evidence.due()
    left(store, "evidence-hand-out", "a" * 64, outcome="denied")
    assert evidence.checkpoint().size == 5
    left(store, "evidence-pack", "a" * 64)
    assert evidence.due()


# --- what is gone from the middle or the end, with the leaves left alone


def test_a_case_that_is_gone_is_missed_at_the_next_signing(attacker: Attacker):
    place = attacker.place_of(CASE, 1)
    for (version,) in attacker.ask("SELECT originator_version FROM places WHERE originator_id = ?", CASE):
        attacker.drop_event(CASE, version)
    with signing(attacker) as (store, evidence):
        sow(store, 900, 1)
        store.head()
        told = refused(evidence)
    assert (told.code, told.facts["place"]) == ("evidence-gap", place)


def test_an_event_that_is_gone_and_left_its_place_is_missed(laptop: Attacker):
    laptop.do("PRAGMA foreign_keys = OFF")
    place = laptop.place_of(PLAIN, 1)
    laptop.drop_event(PLAIN, 1, place=False)
    with signing(laptop) as (store, evidence):
        sow(store, 900, 1)
        told = refused(evidence)
    assert (told.code, told.facts["place"]) == ("evidence-gap", place)


def test_the_last_event_that_is_gone_and_left_its_place_is_missed_and_not_waited_for(laptop: Attacker):
    with signing(laptop) as (store, _):
        sow(store, 900, 1)
        head = store.head()
    laptop.do("PRAGMA foreign_keys = OFF")
    laptop.drop_event("LEL-2026-0900", 1, place=False)
    with signing(laptop) as (_, evidence):
        told = refused(evidence)
    assert (told.code, told.facts["place"]) == ("evidence-gap", head)


def test_the_end_that_is_gone_of_what_no_checkpoint_was_signed_for_is_missed_by_its_leaf(laptop: Attacker):
    with signing(laptop) as (store, evidence):
        sow(store, 900, 2)
        evidence.tree.grow(store.head())
        head = store.head()
    laptop.drop_event("LEL-2026-0901", 1)
    with signing(laptop) as (_, evidence):
        told = refused(evidence)
    assert (told.code, told.facts["place"]) == ("evidence-gap", head)


def test_a_log_that_parted_says_up_to_where_it_is_as_it_was_signed(laptop: Attacker):
    """As after an older backup was put back, and more was recorded on top of it than was lost."""
    laptop.cut_back(laptop.one("SELECT max(size) FROM checkpoints") - 20)
    with signing(laptop) as (store, evidence):
        sow(store, 900, 60)
        agrees = evidence.agrees()
        told = refused(evidence)
    assert told.code == "evidence-inconsistent"
    assert told.facts["agrees"] == agrees == laptop.one("SELECT max(size) FROM checkpoints")
