"""What is as it was is found so: erased, waiting, upgraded, put back, begun anew; and what can't be checked is said."""

from collections.abc import Callable

import psycopg
import pytest

from domain.refusal import Refused
from infra.backup import restore, take
from infra.backup.following import derive
from infra.evidence.checks.report import Check, Report
from infra.evidence.evidence import Evidence
from infra.evidence.kept import Kept
from infra.evidence.verifying import verify
from infra.store import StoreConfig, open_store, upgrade_store
from infra.store.store import Store
from tests.support.sown import SIZES
from tests.support.stores import noted, receipt
from tests.support.tampering import Attacker

TABLES = ("leaves", "tiles", "checkpoints", "evidence_keys")


def sow(store: Store, first: int, count: int) -> None:
    drafts = [noted(f"LEL-2026-{n:04}", f"c{first}") for n in range(first, first + count)]
    store.append_bulk(drafts, receipt(f"c{first}"))
    store.head()


def found(store: Store, config: StoreConfig, **asked: object) -> Report:
    return verify(store, Kept(config.outside, store.store_id), **asked)  # type: ignore[arg-type]


def test_an_empty_store_is_intact_and_nothing_vouches_for_it(store: Store, config: StoreConfig):
    report = found(store, config)
    assert report.intact
    assert (report.size, report.events, report.signed, report.key, report.outside) == (0, 0, 0, None, False)


def test_what_came_after_the_last_checkpoint_is_said_not_to_be_signed(store: Store, evidence: Evidence, config: StoreConfig):
    sow(store, 1, 5)
    evidence.checkpoint()
    sow(store, 6, 2)
    report = found(store, config)
    assert report.intact
    assert (report.size, report.signed) == (7, 5)


def test_a_store_of_before_the_evidence_log_is_intact(store: Store, config: StoreConfig):
    sow(store, 1, 5)
    db = store.connection()
    schema = "casus." if db.kind == "postgresql" else ""
    for table in TABLES:
        db.execute(f"DROP TABLE {schema}{table}")
    db.execute(f"DELETE FROM {schema}casus_schema WHERE version >= ?", (10 if schema else 3,))
    store.close()
    upgrade_store(config)
    with open_store(config) as again:
        report = found(again, config)
    assert report.intact
    assert (report.size, report.signed) == (5, 0)


def test_a_store_that_was_put_back_is_intact(store: Store, evidence: Evidence, config: StoreConfig):
    sow(store, 1, 300)
    note = evidence.checkpoint().note
    store.close()
    file = config.home.parent / "events.backup"
    take(config, {"events": file}, lambda _: None)
    _emptied(config)
    restore(config, {"events": file}, lambda _: None)
    derive(config, lambda _: None)
    with open_store(config, replaying=True) as again:
        report = found(again, config, held=[note])
    assert report.faults == ()
    assert (report.signed, report.outside) == (300, True)


def _emptied(config: StoreConfig) -> None:
    """Nothing of the store is left but its key file and what is outside it."""
    if config.dsn is None:
        for path in config.home.glob("*.db*"):
            path.unlink()
        return
    with psycopg.connect(config.dsn, autocommit=True) as server:
        server.execute("DROP SCHEMA casus, casus_keys, casus_read CASCADE")


def test_after_it_was_begun_anew_both_logs_hold(store: Store, evidence: Evidence, config: StoreConfig):
    sow(store, 1, 5)
    first = evidence.checkpoint()
    before = evidence.key
    evidence.begin_anew("backup-put-back")
    sow(store, 6, 3)
    evidence.checkpoint()
    report = found(store, config, held=[first.note])
    assert report.intact
    assert (report.checkpoints, report.signed) == (2, 8)
    assert [(f.check, f.kind) for f in found(store, config, key=before).faults] == [(Check.HELD, "key-differs")]


def test_from_a_checkpoint_on_the_rest_is_read_and_what_is_before_it_is_proved(attacker: Attacker):
    first, last = attacker.sown.held
    report = attacker.verified(since=last, held=[first])
    assert report.intact
    assert (report.since, report.events, report.signed) == (287, 0, 287)
    report = attacker.verified(since=first, held=[last])
    assert (report.since, report.events, report.faults) == (40, 247, ())


def test_where_what_is_stored_does_not_lead_to_it_the_whole_store_is_read(attacker: Attacker):
    attacker.do("UPDATE leaves SET hash = ? WHERE place = 40", bytes(32))
    report = attacker.verified(since=attacker.sown.held[0])
    assert report.since == 0
    assert (40, "leaf-differs") in {(f.place, f.kind) for f in report.faults}


def test_a_larger_checkpoint_that_does_not_follow_on_an_earlier_one_is_named(attacker: Attacker):
    attacker.do("UPDATE leaves SET hash = ? WHERE place = 20", bytes(32))
    attacker.do("UPDATE tiles SET hash = ?", bytes(32))
    with attacker.opened() as store:
        middle = store.connection().query("SELECT note FROM checkpoints WHERE size = ?", (SIZES[1],))[0][0]
    assert not attacker.verified(since=middle).intact


@pytest.mark.parametrize("text", ["no note", ""])
def test_what_an_auditor_gives_must_be_a_checkpoint(store: Store, config: StoreConfig, text: str):
    with pytest.raises(Refused, match="checkpoint-malformed"):
        found(store, config, held=[text])
    with pytest.raises(Refused, match="checkpoint-malformed"):
        found(store, config, since=text)


def test_what_is_written_meanwhile_is_no_fault(store: Store, evidence: Evidence, config: StoreConfig):
    sow(store, 1, 1500)
    evidence.checkpoint()
    told: list[int] = []

    def meanwhile(place: int) -> None:
        told.append(place)
        with open_store(config) as other:
            sow(other, 5000, 400)
            Evidence(other, config.signer_in, config.outside).checkpoint()

    report = found(store, config, tell=meanwhile)
    assert told == [1000]
    assert report.faults == ()
    assert report.size == 1500


def test_on_a_server_what_waits_for_the_sequencer_is_counted_and_no_fault(
    attacker: Attacker, request: pytest.FixtureRequest, add: Callable[[Attacker], None]
):
    before = attacker.verified()
    if not attacker.server:
        add(attacker)
        assert attacker.verified().waiting == 0
        return
    with psycopg.connect(str(attacker.config.dsn)) as writing:
        writing.execute("SELECT pg_current_xact_id()")
        add(attacker)
        report = attacker.verified()
    assert (report.waiting, report.size, report.faults) == (1, before.size, ())
    add(attacker)


@pytest.fixture
def add() -> Callable[[Attacker], None]:
    """Appends one event."""

    def one(attacker: Attacker) -> None:
        with attacker.opened() as store:
            number = f"LEL-2026-{6000 + len(store.streams('LEL-2026-6')):04}"
            store.append([noted(number, number)], expected={number: 0}, receipt=receipt(number))
            store.head()

    return one
