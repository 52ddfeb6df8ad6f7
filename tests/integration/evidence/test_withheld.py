"""Who was erased is withheld with the event that says so, also where bytes are gone; and an erasure excuses nothing else."""

import pytest

from domain.events.rights import SubjectErased
from infra.evidence.checks.report import ALL, Check
from infra.evidence.evidence import Evidence
from tests.support.sown import CASE, ERASED, SUBJECT
from tests.support.stores import noted, receipt
from tests.support.tampering import Attacker


def test_somebody_who_was_erased_is_withheld_with_the_event_that_says_so(attacker: Attacker):
    (one,) = attacker.verified().withheld
    place = attacker.place_of(ERASED, 6)
    assert (one.stream, one.subject, one.version, one.place) == (ERASED, SUBJECT, 6, place)
    assert (one.fields, one.removed, one.events) == (2, 0, ())


def test_bytes_that_are_gone_after_an_erasure_are_withheld(attacker: Attacker):
    attacker.do("DELETE FROM sealed_fields WHERE originator_id = ? AND originator_version = 2", ERASED)
    attacker.do("DELETE FROM sealed_fields WHERE originator_id = ? AND originator_version = 4", ERASED)
    attacker.do("UPDATE stored_events SET state = ? WHERE originator_id = ? AND originator_version = 4", b"", ERASED)
    report = attacker.verified()
    assert report.faults == ()
    (one,) = report.withheld
    assert (one.fields, one.removed, one.events) == (1, 1, (4,))
    assert (report.verdict, report.gone) == ("intact-but-gone", 1)


def test_an_event_whose_bytes_are_gone_is_still_held_against_its_leaf(attacker: Attacker):
    attacker.do("DELETE FROM sealed_fields WHERE originator_id = ? AND originator_version = 4", ERASED)
    attacker.do(
        "UPDATE stored_events SET state = ?, recorded_by = 'x' WHERE originator_id = ? AND originator_version = 4", b"", ERASED
    )
    faults = attacker.verified().faults
    assert [(f.kind, f.stream, f.version) for f in faults] == [("leaf-differs", ERASED, 4)]
    attacker.do("UPDATE leaves SET digest = ? WHERE place = ?", bytes(32), attacker.place_of(ERASED, 4))
    assert not attacker.verified().intact


@pytest.mark.parametrize(
    "taken",
    [
        "DELETE FROM sealed_fields WHERE originator_id = ? AND originator_version = 3 AND field = 'name'",
        "UPDATE stored_events SET state = X'' WHERE originator_id = ? AND originator_version = 6",
    ],
    ids=["another subject's", "the erasure's own"],
)
def test_an_erasure_excuses_nothing_but_what_it_is_of(attacker: Attacker, taken: str):
    attacker.do(taken.replace("X''", "''" if attacker.server else "X''"), ERASED)
    assert not attacker.verified().intact
    assert attacker.verified(ALL - {Check.SEALED, Check.BYTES}).intact


def test_an_erasure_excuses_nothing_that_came_after_it(attacker: Attacker):
    with attacker.opened() as store:
        store.append([noted(ERASED, "c9")], expected={ERASED: 6}, receipt=receipt("c9"))
        store.head()
    attacker.do("UPDATE stored_events SET state = ? WHERE originator_id = ? AND originator_version = 7", b"", ERASED)
    assert {f.kind for f in attacker.verified().faults} == {"bytes-gone"}


def forge_erasure(attacker: Attacker) -> None:
    """Put an event there that says somebody of a case was erased, and take away what the case says."""
    genuine = attacker.ask("SELECT * FROM stored_events WHERE originator_id = ? AND topic = ?", ERASED, SubjectErased.TOPIC)[0]
    state = bytes(genuine[3]).replace(ERASED.encode(), CASE.encode()).replace(SUBJECT.encode(), b"s1")
    place = attacker.one("SELECT max(place) FROM places") + 1
    columns = "originator_id, originator_version, topic, state, recorded_at, recorded_by"
    row = (CASE, 6, genuine[2], state, *genuine[4:6])
    attacker.do(f"INSERT INTO stored_events ({columns}) VALUES (?, ?, ?, ?, ?, ?)", *row)
    if not attacker.server:  # there the sequencer gives it one
        stamp = attacker.one("SELECT max(placed_at) FROM places")
        attacker.do("INSERT INTO places VALUES (?, ?, ?, ?)", place, CASE, 6, stamp)
    attacker.do("DELETE FROM sealed_fields WHERE originator_id = ?", CASE)
    attacker.do("UPDATE stored_events SET state = ? WHERE originator_id = ? AND originator_version < 6", b"", CASE)


def test_a_forged_erasure_excuses_nothing(attacker: Attacker):
    forge_erasure(attacker)
    assert {f.kind for f in attacker.verified().faults} == {"erasure-unsigned"}
    assert attacker.verified(ALL - {Check.ERASURES}).intact


def test_not_once_it_was_signed_with_the_rest_either_as_the_ledger_does_not_know_of_it(attacker: Attacker):
    forge_erasure(attacker)
    with attacker.opened() as store:
        Evidence(store, attacker.config.signer_in, attacker.config.outside).checkpoint()
    assert {f.kind for f in attacker.verified().faults} == {"erasure-not-in-ledger"}
    assert attacker.verified(ALL - {Check.ERASURES}).intact


def test_an_event_that_only_looks_like_an_erasure_excuses_nothing(attacker: Attacker):
    attacker.do("UPDATE stored_events SET state = ? WHERE originator_id = ? AND originator_version = 6", b"{}", ERASED)
    attacker.do("UPDATE stored_events SET state = ? WHERE originator_id = ? AND originator_version = 4", b"", ERASED)
    assert "bytes-gone" in {f.kind for f in attacker.verified().faults}
