"""Verifying under logins of their own: each checks what they may read, takes the rest by its leaf, and says how much of each."""

from collections.abc import Iterator

import pytest

from infra.cli.exits import Exit
from infra.evidence.checks.report import ALL, Check, Report
from infra.evidence.evidence import Evidence
from infra.evidence.kept import Kept
from infra.evidence.verifying import verify
from infra.store import open_store
from tests.e2e.conftest import Casus
from tests.integration.engine.office import opened as office_of
from tests.integration.roles.house import House, built
from tests.support.postgres import Server

READERS = ("coordinator", "member", "outsider", "privacy", "auditor", "administrator", "elsewhere")


@pytest.fixture
def own_house(postgres_server: Server, tmp_path) -> Iterator[House]:
    """A house that is damaged in the test."""
    with built(postgres_server, tmp_path) as made:
        yield made


def sign(house: House) -> None:
    safe = house.config.home.parent / "machine-of-projector"
    with office_of(house.config_of("projector")) as office:
        Evidence(office.store, safe / "signer.key", safe / "outside").checkpoint()


def verified(house: House, who: str | None, checks: frozenset[Check] = ALL) -> Report:
    """What one of them finds; None for the owner."""
    with open_store(house.config_of(who) if who else house.config) as store:
        return verify(store, Kept(house.config.outside, store.store_id), checks=checks)


@pytest.mark.parametrize("who", READERS)
def test_each_checks_what_they_may_read_and_takes_the_rest_by_its_leaf(house: House, who: str) -> None:
    sign(house)
    with house.sql(who) as mine:
        row = mine.execute("SELECT count(*) FROM casus.stored_events JOIN casus.places USING (originator_id, originator_version)")
        (readable,) = row.fetchone() or (0,)
    report = verified(house, who)
    assert report.faults == ()
    assert report.trusted > 0
    assert (report.events, report.events + report.trusted) == (readable, report.size)
    assert report.signed == report.size
    assert report.sealed is None


def test_the_owner_sees_all(house: House) -> None:
    sign(house)
    report = verified(house, None)
    assert report.faults == ()
    assert (report.trusted, report.events) == (0, report.size)
    assert report.sealed


def test_a_missing_event_is_a_fault_for_the_owner_and_a_changed_leaf_for_everybody(own_house: House) -> None:
    house = own_house
    sign(house)
    with house.owner() as owner:
        for table in ("stored_events", "places", "leaves"):
            owner.execute(f"DROP TRIGGER {table}_stay ON casus.{table}".encode())
        owner.execute(
            "DELETE FROM casus.stored_events WHERE originator_id = %s AND originator_version = 1", (house.foreign or house.other,)
        )
    assert {(f.check, f.kind) for f in verified(house, None).faults} >= {(Check.EVENTS, "event-missing")}
    assert verified(house, "outsider").intact  # what they may not read, they have on trust
    with house.owner() as owner:
        owner.execute("UPDATE casus.leaves SET hash = digest WHERE place = 3")
    assert Check.ROOTS in {f.check for f in verified(house, "outsider").faults}
    assert verified(house, "outsider", ALL - {Check.ROOTS, Check.LEAVES, Check.TILES}).intact


def test_what_is_in_no_checkpoint_is_not_called_intact(own_house: House) -> None:
    house = own_house
    sign(house)
    with house.at_work("member") as me:
        for n in range(3):
            me.ask("intake.submit", question=f"Vraag {n}", reasons=["overlast"], name="Di Dichtbij")
    auditor = Casus(house.config.home, house.dsn("auditor"))
    found = auditor.done("--json", "evidence", "verify").row
    assert found["not_signed"] == found["head"] - found["signed"] > 3
    with house.owner() as owner:
        for table in ("stored_events", "places"):
            owner.execute(f"DROP TRIGGER {table}_stay ON casus.{table}".encode())
        last = owner.execute(
            "DELETE FROM casus.places WHERE place = %s RETURNING originator_id, originator_version", (found["head"],)
        ).fetchone()
        owner.execute("DELETE FROM casus.stored_events WHERE originator_id = %s AND originator_version = %s", last)
    again = auditor.done("--json", "evidence", "verify").row
    assert again["not_signed"] > found["not_signed"]
    for lang, word in (("en", "INTACT up to place {}:"), ("nl", "ONVERANDERD tot en met plaats {}:")):
        said = auditor.done("evidence", "verify", lang=lang).out
        assert word.format(again["signed"]) in said
        assert "nothing is proved of those" in said or "daarvan is niets bewezen" in said


def test_from_the_command_line_the_auditor_and_the_owner_are_told_how_much_they_saw(house: House) -> None:
    sign(house)
    found = Casus(house.config.home, house.dsn("auditor")).done("--json", "evidence", "verify").row
    assert found["intact"]
    assert found["trusted"]
    assert Casus(house.config.home, house.config.dsn).done("--json", "evidence", "verify").row["trusted"] == 0
    assert Casus(house.config.home, house.dsn("member"))("evidence", "verify").code == Exit.REFUSED
