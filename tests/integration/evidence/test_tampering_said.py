"""What a verification says beside its faults: what it did not read, what vouches for nothing, and what was begun anew."""

import sqlite3
from pathlib import Path

import pytest

from domain.refusal import Refused
from infra.evidence.checks.guards import GUARDED, unguarded
from infra.evidence.checks.reading import Tables
from infra.evidence.checks.report import ALL, Check, Report
from infra.evidence.evidence import Evidence
from infra.evidence.kept import Kept
from infra.evidence.merkle import root_of
from infra.evidence.signer import Signer, new_seed
from infra.evidence.verifying import verify
from infra.store import StoreConfig, create_store, open_store
from infra.store.store import Store
from tests.support.sown import PLAIN, SEALED, SIZES
from tests.support.stores import config_of, noted, receipt
from tests.support.tampering import Attacker


def test_what_is_before_a_checkpoint_gone_on_from_is_said_not_to_be_read(attacker: Attacker):
    """A change there is not noticed: the verdict says so, and reading the whole finds it."""
    attacker.do("UPDATE stored_events SET recorded_by = 'x' WHERE originator_id = ? AND originator_version = 1", PLAIN)
    report = attacker.verified(since=attacker.sown.held[0])
    assert (report.verdict, report.not_read, report.faults) == ("intact-after", SIZES[0], ())
    whole = attacker.verified(held=attacker.sown.held)
    assert (whole.verdict, whole.not_read) == ("changed", 0)


def test_of_a_history_of_which_nothing_was_signed_nothing_is_said_to_be_intact(attacker: Attacker):
    assert attacker.verified().verdict == "intact"
    for table in ("checkpoints", "leaves", "tiles", "evidence_keys"):
        attacker.do(f"DELETE FROM {table}")
    attacker.kept.path.unlink()
    with attacker.opened() as store:
        report = verify(store, attacker.kept)
    assert (report.verdict, report.signed, report.faults) == ("unsigned", 0, ())


def test_a_store_that_was_given_another_id_is_told_by_the_checkpoint_outside(attacker: Attacker):
    for table in ("checkpoints", "leaves", "tiles", "evidence_keys"):
        attacker.do(f"DELETE FROM {table}")
    if not attacker.server:
        for (name,) in attacker.ask("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'casus_store'"):
            attacker.do(f"DROP TRIGGER {name}")
    attacker.do("UPDATE casus_store SET store_id = ?", "0" * 32)
    for there in (True, False):
        with attacker.opened() as store:
            faults = verify(store, Kept(attacker.config.outside, store.store_id)).faults
        assert [(f.kind, f.facts["file"]) for f in faults] == [("store-changed", str(attacker.kept.path))] * there
        attacker.kept.path.unlink(missing_ok=True)


def test_a_hand_out_is_named_with_the_event_that_says_so(attacker: Attacker):
    from tests.support.tamperings_signed import a_checkpoint_that_was_handed_out_taken_away, handed_out

    handed_out(attacker)
    assert attacker.verified().verdict == "intact"
    a_checkpoint_that_was_handed_out_taken_away(attacker)
    found = attacker.verified().faults
    assert [(f.kind, str(f.stream)[:7], f.version, f.facts["recipient"]) for f in found] == [
        ("checkpoint-gone", "access:", 1, "municipal-audit")
    ] * 2


def test_a_key_that_is_named_here_and_signed_nothing_that_holds_is_not_the_one_that_vouches(attacker: Attacker):
    """Another key signs a changed history, under another origin, and the genuine one is left as the last in the list."""
    attacker.do("UPDATE stored_events SET recorded_by = 'x' WHERE originator_id = ? AND originator_version = 5", PLAIN)
    attacker.rebuild()
    hand = Signer(f"{attacker.sown.key.name}/0badc0de", new_seed())
    attacker.do("UPDATE evidence_keys SET number = 2")
    attacker.do("INSERT INTO evidence_keys SELECT 1, ?, since FROM evidence_keys", str(hand.key))
    root = root_of([bytes(h) for (h,) in attacker.ask("SELECT hash FROM leaves ORDER BY place")])
    row = (hand.key.name, root, hand.sign(287, root))
    attacker.do("UPDATE checkpoints SET origin = ?, root = ?, note = ? WHERE size = 287", *row)
    attacker.do("DELETE FROM checkpoints WHERE size < 287")
    attacker.kept.path.unlink()
    with attacker.opened() as store:
        given = verify(store, attacker.kept, key=attacker.sown.key, checks=ALL - {Check.KEPT})
        believed = verify(store, attacker.kept, key=attacker.sown.key, checks=ALL - {Check.KEPT, Check.HELD})
        without = verify(store, attacker.kept, checks=ALL - {Check.KEPT})
    assert ([f.kind for f in given.faults], given.signed, given.key) == (["key-signed-nothing"], 0, None)
    assert (believed.faults, believed.verdict) == ((), "unsigned")
    assert (without.faults, without.signed, without.key) == ((), 287, str(hand.key))


def put_back(attacker: Attacker, *, anew: bool) -> Report:
    """An older backup put back and gone on with past where it was. What is found, by who holds the checkpoints of before."""
    attacker.cut_back(SIZES[0])
    if attacker.server:  # the sequencer goes on from what is there
        attacker.do("UPDATE place_head SET xid = (SELECT max(xid) FROM stored_events), id = (SELECT max(id) FROM stored_events)")
    with attacker.opened() as store:
        evidence = Evidence(store, attacker.config.signer_in, attacker.config.outside)
        if anew:
            evidence.begin_anew("backup-put-back")
        store.append_bulk([noted(f"LEL-2026-{n:04}", "c8") for n in range(1000, 1260)], receipt("c8"))
        store.head()
        if anew:  # what the new log signed is not what the former one did
            evidence.checkpoint(100)
            evidence.checkpoint()
        return verify(store, attacker.kept, held=attacker.sown.held)


def test_an_older_backup_that_was_gone_on_with_is_said_to_agree_up_to_where_it_does(attacker: Attacker):
    report = put_back(attacker, anew=False)
    assert report.size > 287
    assert [(f.check, f.kind, f.facts["after"]) for f in report.faults] == [
        (Check.OUTSIDE, "root-differs", SIZES[0]), (Check.HELD, "root-differs", SIZES[0]),
    ]  # fmt: skip


def test_a_log_that_was_begun_anew_is_said_to_be_with_what_no_longer_fits(attacker: Attacker):
    report = put_back(attacker, anew=True)
    first, second = report.logs
    assert (first.origin, first.size, second.size) == (attacker.sown.key.name, SIZES[0], report.size)
    assert second.since is not None
    assert [(f.check, f.kind, f.facts["size"], f.facts["after"]) for f in report.faults] == [(Check.HELD, "note-former", 287, 40)]
    assert report.faults[0].facts["since"] == second.since
    assert [(a.origin, a.size, a.fits) for a in report.aside] == [(first.origin, 287, False)]


def test_a_damaged_note_that_was_put_aside_is_named(attacker: Attacker):
    put_back(attacker, anew=True)
    (aside,) = attacker.config.outside.glob("*.before-*")
    aside.write_bytes(b"\xff")
    with attacker.opened() as store:
        faults = verify(store, attacker.kept).faults
    assert [(f.kind, f.facts["file"]) for f in faults] == [("note-unreadable", str(aside))]


def test_of_sealed_fields_those_that_hold_are_counted(attacker: Attacker):
    before = attacker.verified().sealed
    attacker.do("UPDATE sealed_fields SET data = ? WHERE originator_id = ? AND originator_version = 2", bytes(40), SEALED)
    assert attacker.verified(ALL - {Check.SEALED}).sealed is None
    after = attacker.verified().sealed
    assert before is not None
    assert after == before - 1


def test_triggers_that_are_not_there_or_do_nothing_are_named(store: Store, config: StoreConfig):
    tables = Tables(store.connection())
    assert unguarded(tables) == ()
    weaken = {
        "sqlite": ("DROP TRIGGER places_remain", "DROP TRIGGER leaves_stay",
                   "CREATE TRIGGER leaves_stay BEFORE UPDATE ON leaves BEGIN SELECT 1; END"),
        "postgresql": ("DROP TRIGGER places_stay ON casus.places", "ALTER TABLE casus.leaves DISABLE TRIGGER leaves_stay"),
    }  # fmt: skip
    for sql in weaken[tables.database.kind]:
        tables.database.execute(sql)
    assert unguarded(tables) == ("places", "leaves")


def test_all_that_were_taken_away_are_in_the_report(attacker: Attacker):
    assert attacker.verified().unguarded == GUARDED


def test_a_store_whose_id_is_no_text_is_refused(tmp_path: Path):
    config = config_of("sqlite", tmp_path)
    create_store(config).close()
    file = sqlite3.connect(config.events_file, isolation_level=None)
    file.execute("UPDATE casus_store SET store_id = CAST(X'FF' AS TEXT)")
    file.close()
    with pytest.raises(Refused, match="store-damaged"):
        open_store(config)
