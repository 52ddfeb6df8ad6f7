"""The evidence log under logins of their own: the follower grows it and signs, others check it, and nobody changes it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest

from domain.refusal import Refused
from infra.cli.exits import Exit
from infra.evidence.due import Often
from infra.evidence.evidence import Evidence
from infra.evidence.following import Following
from infra.evidence.note import opened
from infra.store.roles.checking import check
from tests.e2e.conftest import Casus, TestClock
from tests.integration.engine.office import Office
from tests.integration.engine.office import opened as office_of
from tests.integration.roles.house import House

READERS = ("member", "coordinator", "auditor", "privacy", "reporting")
WRITTEN = ("leaves", "tiles", "checkpoints", "evidence_keys")


def log_of(house: House, office: Office, who: str) -> Evidence:
    """The log as one of them has it: only the follower's machine holds the key."""
    return Evidence(office.store, _safe(house, who) / "signer.key", _safe(house, who) / "outside")


def _safe(house: House, who: str) -> Path:
    return house.config.home.parent / f"machine-of-{who}"


@pytest.fixture(autouse=True)
def _signed(house: House) -> None:
    """The follower began the log."""
    with office_of(house.config_of("projector")) as office:
        log_of(house, office, "projector").checkpoint()


@pytest.fixture
def following(house: House) -> Iterator[list[Refused]]:
    """The follower at work meanwhile, under its own login. Out: what stood in its way."""
    stopping, hindered = Event(), list[Refused]()

    def follow() -> None:
        with office_of(house.config_of("projector")) as office:
            signing = Following(log_of(house, office, "projector"), print, hindered.append)
            office.models.follow(stopping.is_set, every=0.05, also=signing.turn)

    thread = Thread(target=follow)
    thread.start()
    yield hindered
    stopping.set()
    thread.join()


def test_the_follower_grows_the_tree_and_signs(house: House) -> None:
    with house.at_work("member") as me:
        me.ask("intake.submit", question="Er is hulp nodig", reasons=["overlast"], name="Di Dichtbij")
    with office_of(house.config_of("projector")) as office:
        log = log_of(house, office, "projector")
        made = log.checkpoint()
        assert made.size == office.store.head() == log.tree.size
        assert log.all()[-1].made_by == house.logins["projector"]


@pytest.mark.parametrize("who", READERS)
def test_whoever_works_here_checks_it_and_does_not_write_it(house: House, who: str) -> None:
    with office_of(house.config_of(who)) as office:
        log = log_of(house, office, who)
        last = log.last()
        assert last is not None
        assert opened(last.checkpoint.note, *log.keys()).root == log.tree.root(last.checkpoint.size)
        assert not log.can_sign()
        with pytest.raises(Refused, match="signer-missing"):
            log.checkpoint(last.checkpoint.size - 1)
        assert not log.keyring.file.exists(), "nor is a key made that nobody knows"
    with house.sql(who) as client:
        for table in WRITTEN:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                client.execute(f"INSERT INTO casus.{table} SELECT * FROM casus.{table} LIMIT 1".encode())


@pytest.mark.parametrize("who", [*READERS, "projector"])
@pytest.mark.parametrize("table", WRITTEN)
def test_nobody_changes_it(house: House, who: str, table: str) -> None:
    column = {"leaves": "digest", "tiles": "hash", "checkpoints": "note", "evidence_keys": "vkey"}[table]
    with house.sql(who) as client:
        for act in (
            f"UPDATE casus.{table} SET {column} = {column}",
            f"DELETE FROM casus.{table}",
            f"TRUNCATE casus.{table}",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                client.execute(act.encode())


@pytest.mark.parametrize("table", WRITTEN)
def test_nor_does_the_owner_by_mistake(house: House, table: str) -> None:
    with house.owner() as client, pytest.raises(psycopg.Error, match="never changed"):
        client.execute(f"DELETE FROM casus.{table}".encode())


def test_who_has_no_key_takes_the_last_one_that_was_signed(house: House) -> None:
    with office_of(house.config_of("auditor")) as office:
        log = log_of(house, office, "auditor")
        last = log.last()
        assert last is not None
        assert log.at(last.checkpoint.size) == last.checkpoint
        assert log.at(patience=0) == last.checkpoint, "nobody follows now: it says itself how far it goes"
        sizes = sorted(made.checkpoint.size for made in log.all())
        assert last.checkpoint.size - 1 not in sizes
        with pytest.raises(Refused, match="checkpoint-elsewhere") as refused:
            log.at(last.checkpoint.size - 1, patience=3600)  # of what was passed none is coming, so nothing is waited for
        before = sizes[-2] if len(sizes) > 1 else None
        assert refused.value.facts == {"place": last.checkpoint.size - 1, "below": before, "above": last.checkpoint.size}


def test_who_asks_for_one_gets_it_of_the_follower(house: House, following: list[Refused]) -> None:
    casus = Casus(house.config.home, house.dsn("auditor"))
    made = casus.done("--json", "evidence", "checkpoint").row
    asked = casus.done("--json", "evidence", "status").row
    assert made["size"] >= asked["head"] - 2, "it goes up to the asking itself"
    assert (asked["signs"], asked["problem"]) == (False, None)
    assert following == []


def test_whoever_gets_one_that_does_not_go_up_to_the_end_is_told(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Evidence.at, "__defaults__", (None, 0.0, None))  # nobody signs, so there is nothing to wait for
    with house.at_work("member") as me, house.followed():
        for n in range(3):
            me.ask("intake.submit", question=f"Vraag {n}", reasons=["overlast"], name="Di Dichtbij")
    out = ("--recipient", "court", "-o", str(tmp_path / "out"), "--yes")
    asks: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("auditor", ("evidence", "checkpoint")),
        ("auditor", ("evidence", "pack", house.case, *out)),
        ("coordinator", ("evidence", "hand-out", *out)),
        ("coordinator", ("export", "ocel", *out)),
        ("coordinator", ("export", "xes", *out)),
    )
    for who, words in asks:
        casus = Casus(house.config.home, house.dsn(who), TestClock(datetime.now(UTC)))
        told = casus.done("--json", *words)
        assert told.row["not_signed"] >= 3, words
        assert told.row["not_signed_since"] is not None
        assert f"{told.row['not_signed']} event(s) that came after are not in it" in told.err
        assert "overdue" not in told.err
        late = casus.done("--json", *words, CASUS_CHECKPOINT_EVENTS="3")
        assert "The next is overdue" in late.err, words
    with house.followed(), office_of(house.config_of("projector")) as office:
        made = log_of(house, office, "projector").checkpoint()
    casus = Casus(house.config.home, house.dsn("auditor"))
    there = casus.done("--json", "evidence", "pack", house.case, *out, "--place", str(made.size))
    assert (there.row["not_signed"], "not in it" in there.err) == (0, False), "it was asked up to there"


def test_one_is_handed_out_though_nobody_follows(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Evidence.at, "__defaults__", (None, 0.0, None))
    with house.at_work("member") as me:
        me.ask("intake.submit", question="Nog een", reasons=["overlast"], name="Di Dichtbij")
    casus, out = Casus(house.config.home, house.dsn("coordinator")), ("-o", str(tmp_path / "out"), "--yes")
    casus.done("evidence", "hand-out", "--to", house.ids["auditor"], *out)
    assert "checkpoint" in casus("evidence", "hand-out", "--to", house.ids["member"], *out).err
    assert casus("evidence", "hand-out", "--to", "nobody-9", *out).code == Exit.NOT_FOUND


def test_a_machine_that_does_not_sign_says_what_it_can_not_tell(house: House) -> None:
    owner = Casus(house.config.home.parent / "another-machine", house.config.dsn)
    known = owner.done("--json", "evidence", "status").row
    assert (known["problem"], known["signs"], known["elsewhere"], known["outside_gone"]) == (None, False, True, None)
    for lang, words in (("en", "is lost on every machine"), ("nl", "op elke machine kwijt is")):
        said = owner.done("evidence", "status", lang=lang)
        assert words in said.out
        assert "there was one" not in said.out
        assert said.out.count("begin-anew") == 1
    follower = Casus(house.config.home.parent / "another-machine", house.dsn("projector"))
    assert follower.done("--json", "evidence", "status").row["problem"] == "signer-missing", "there it is to be"
    assert "on every machine" in follower.done("evidence", "status").out


@pytest.mark.parametrize("who", ["reporting", "member", "auditor"])
def test_who_may_not_see_every_hand_out_is_not_told_that_there_is_none(
    house: House, who: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Evidence.at, "__defaults__", (None, 0.0, None))
    out = str(tmp_path / "out")
    Casus(house.config.home, house.dsn("coordinator")).done("evidence", "hand-out", "--recipient", "court", "-o", out)
    casus = Casus(house.config.home, house.dsn(who))
    known = casus.done("--json", "evidence", "status").row
    assert (known["handed_out_all"], known["handed_out"] != []) == (False, True)
    assert "No checkpoint was handed out yet" not in casus.done("evidence", "status").err
    assert "may not see every hand-out" in casus.done("evidence", "list", "--handed-out").err


def test_a_professional_is_not_told_of_checkpoints_for_the_asking(house: House) -> None:
    assert Casus(house.config.home, house.dsn("member"))("evidence", "checkpoint").code == Exit.REFUSED
    assert Casus(house.config.home, house.dsn("member")).done("evidence", "key").out.startswith("casusregie/")


def test_several_followers_sign_one_log(house: House) -> None:
    def work() -> None:
        with office_of(house.config_of("projector")) as office:
            signing = Following(log_of(house, office, "projector"), print, hindered.append)
            signing.evidence._due.often = Often(events=1)
            for _ in range(5):
                signing.turn()

    hindered: list[Refused] = []
    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    with house.at_work("member") as me:
        for n in range(4):
            me.ask("intake.submit", question=f"Vraag {n}", reasons=["overlast"], name="Di Dichtbij")
    for thread in threads:
        thread.join()
    assert hindered == []
    with office_of(house.config_of("projector")) as office:
        log = log_of(house, office, "projector")
        for made in log.all():
            assert log.tree.root(made.checkpoint.size) == opened(made.checkpoint.note, *log.keys()).root


def test_a_follower_without_the_key_says_so_once_and_follows_on(house: House, tmp_path: Path) -> None:
    hindered: list[Refused] = []
    with office_of(house.config_of("projector")) as office:
        log = Evidence(office.store, tmp_path / "none.key", tmp_path, Often(events=1))
        signing = Following(log, print, hindered.append)
        for _ in range(3):
            signing.turn()
    assert [refused.code for refused in hindered] == ["signer-missing"]


def test_a_lost_connection_is_made_again(house: House) -> None:
    with office_of(house.config_of("projector")) as office:
        log = log_of(house, office, "projector")
        signing = Following(log, print, lambda refused: pytest.fail(refused.code))
        signing.turn()
        with house.owner() as owner:
            owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (house.logins["projector"],)
            )
        with house.at_work("member") as me:
            me.ask("intake.submit", question="Nog een", reasons=["overlast"], name="Di Dichtbij")
        signing.evidence._due.often = Often(events=1)
        lost: list[str] = []
        for _ in range(3):
            try:
                signing.turn()
            except Refused as refused:
                lost.append(refused.code)
        assert set(lost) <= {"store-unreachable"}
        last = log.last()
        assert last is not None
        assert last.checkpoint.size == office.store.head()


def test_the_check_of_the_roles_knows_these_tables(house: House) -> None:
    with office_of(house.config) as office:
        assert check(office.store) == []
    with house.owner() as owner:
        owner.execute("GRANT INSERT ON casus.leaves TO casus_auditor")
        try:
            with office_of(house.config) as office:
                assert "casus.leaves" in str(check(office.store))
        finally:
            owner.execute("REVOKE INSERT ON casus.leaves FROM casus_auditor")
