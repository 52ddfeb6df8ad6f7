"""On a server: a privacy officer erases with a login of their own, the database lets nobody else, and not before it has begun."""

import secrets
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest

from domain.event import Event
from domain.events.retention import DestructionDecided
from domain.events.rights import DecisionConfirmed, ErasureBegun, RightRequested, SubjectErased
from domain.refusal import Refused
from infra.cli.exits import Exit
from infra.erasing.ledger import Ledger
from infra.erasing.standing import standings
from infra.keys.rotating import rotate
from infra.store import Draft, Receipt, open_store
from infra.store.texts import Withheld
from tests.e2e.conftest import Casus, TestClock
from tests.integration.engine.office import GRN, opened
from tests.integration.erasing.archive import finish, texts
from tests.integration.roles.house import House, Worker, built
from tests.support.postgres import Server


@pytest.fixture(scope="module")
def house(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A store with people who have logins, and somebody who keeps its tables up."""
    with built(postgres_server, tmp_path_factory.mktemp("erasing")) as made:
        over = threading.Event()

        def follow() -> None:
            with opened(made.config) as office:
                office.models.follow(over.is_set, every=0.02)

        following = threading.Thread(target=follow)
        following.start()
        yield made
        over.set()
        following.join()


def decided(house: House, privacy: Worker, coordinator: Worker) -> tuple[str, str]:
    """A case that is over, in which an erasure was granted by one and confirmed by another. Out: the case, the request."""
    number = coordinator.ask("intake.submit", question="Er is hulp nodig", reasons=["overlast"], name="Bo Bedacht").stream
    coordinator.ask("triage.decline", case=number, reason="Elders beter")
    privacy.ask("rights.request", case=number, kind="erasure", wish="Vergeet mij")
    privacy.ask("rights.decide", case=number, right="Q1", outcome="granted", reason="Niets staat in de weg")
    return number, "Q1"


def test_one_login_does_not_do_for_two_persons(house: House) -> None:
    with house.at_work("privacy") as privacy, house.at_work("coordinator") as coordinator:
        number, right = decided(house, privacy, coordinator)
        with pytest.raises(Refused, match="other-login-needed"):
            privacy.ask("rights.confirm", case=number, right=right)
        [confirmed] = coordinator.ask("rights.confirm", case=number, right=right).events
        assert confirmed.event.alone is False  # type: ignore[attr-defined]


def test_a_privacy_officer_erases_with_a_login_of_their_own(house: House) -> None:
    with house.at_work("privacy") as privacy, house.at_work("coordinator") as coordinator:
        number, right = decided(house, privacy, coordinator)
        coordinator.ask("rights.confirm", case=number, right=right)
        privacy.ask("rights.erase", case=number, right=right)
        done = finish(privacy.office, number, right)
        assert done.keys == 1
        [one] = [s for s in standings(privacy.office.store, Ledger(house.config.ledger_in)) if s.number == number]
        assert one.state == "done"
    with opened(house.config) as owner:
        found = texts(owner.store, number)
        assert set(found.values()) == {Withheld("erased")}
    for who in ("member", "coordinator", "auditor"):
        open_store(house.config_of(who)).close()  # everybody's program looks at the ledger


def test_before_it_has_begun_the_database_destroys_nothing(house: House) -> None:
    with house.at_work("privacy") as privacy, house.at_work("coordinator") as coordinator:
        number, _ = decided(house, privacy, coordinator)
    with house.sql("privacy") as client, pytest.raises(psycopg.errors.InsufficientPrivilege, match="no-erasure"):
        client.execute("SELECT casus_keys.erasure_destroy(%s, 's1', '{}')", (number,))
    with opened(house.config) as owner:
        assert "Er is hulp nodig" in texts(owner.store, number).values()


def forged(worker: Worker, number: str, *events: Event) -> None:
    """Append by hand what no rule of ours was asked for, with a header that is true."""
    store = worker.office.store
    last = store.load(number)[-1]
    mine = next(r.header for r in reversed(store.load(number)) if r.recorded_by == worker.login)
    command = secrets.token_hex(8)
    drafts = [Draft(number, event, replace(mine, command=command)) for event in events]
    store.append(drafts, expected={number: last.version}, receipt=Receipt.of(command, {"forged": command}))


def test_who_forges_the_second_person_in_the_facts_is_found_out_by_the_stamp(house: House) -> None:
    with house.at_work("privacy") as privacy, house.at_work("coordinator") as coordinator:
        number, right = decided(house, privacy, coordinator)
        forged(
            privacy, number, DecisionConfirmed(right=right, login="somebody-else", alone=False),
            ErasureBegun(right=right, subject="s1"),
        )  # fmt: skip
        with pytest.raises(Refused, match="second-lock") as refused:
            finish(privacy.office, number, right)
        assert refused.value.facts["why"] == "one-person"
    with opened(house.config) as owner:
        assert "Er is hulp nodig" in texts(owner.store, number).values()


@pytest.mark.parametrize("begun", ["another kind", "another subject", "confirmed afterwards", "asked twice"])
def test_two_persons_agreed_to_this_erasure_and_to_no_other(house: House, begun: str) -> None:
    """What two persons confirmed of one request is no leave for what one of them then says has begun."""
    with house.at_work("privacy") as privacy, house.at_work("coordinator") as coordinator:
        number = coordinator.ask("intake.submit", question="Er is hulp nodig", reasons=["overlast"], name="Bo Bedacht").stream
        coordinator.ask("intake.note-subject", case=number, kind="child", name="Kim Verzonnen")
        coordinator.ask("triage.decline", case=number, reason="Elders beter")
        kind, subject = ("access", "s1") if begun == "another kind" else ("erasure", "s1" if begun[0] == "c" else "s2")
        privacy.ask("rights.request", case=number, kind=kind, subject=subject, wish="Vergeet mij")
        [asked] = [r.event for r in privacy.office.records(number) if isinstance(r.event, RightRequested)]
        privacy.ask("rights.decide", case=number, right="Q1", outcome="granted", reason="Niets staat in de weg")
        confirmed = DecisionConfirmed(right="Q1", login=house.logins["coordinator"], alone=False)
        started = ErasureBegun(right="Q1", subject="s1")
        if begun == "confirmed afterwards":
            forged(privacy, number, started)
        forged(coordinator, number, confirmed)
        if begun == "asked twice":
            forged(privacy, number, asked.model_copy(update={"subject": "s1", "wish": None}))
        if begun != "confirmed afterwards":
            forged(privacy, number, started)
    with house.sql("privacy") as client, pytest.raises(psycopg.errors.InsufficientPrivilege, match="one-person"):
        client.execute("SELECT casus_keys.erasure_destroy(%s, 's1', '{}')", (number,))
    with opened(house.config) as owner:
        assert "Er is hulp nodig" in texts(owner.store, number).values()


@pytest.mark.parametrize("begun", ["V1", "Q1", "another case", "withdrawn"])
def test_two_persons_agreed_to_destroy_this_case_and_no_other(house: House, begun: str) -> None:
    with house.at_work("privacy") as privacy, house.at_work("coordinator") as coordinator:
        number, _ = decided(house, privacy, coordinator)
        act = custody(privacy, number if begun != "another case" else house.other)
        coordinator.ask("custody.confirm", team=GRN, custody=act)
        if begun == "withdrawn":
            privacy.ask("custody.withdraw", team=GRN, custody=act)
        forged(
            privacy, number, DestructionDecided(terms=("casus",), subjects=("s1",), custody=act),
            ErasureBegun(right=begun if begun == "Q1" else "V1", subject="s1"),
        )  # fmt: skip
        if begun == "Q1":
            forged(coordinator, number, DecisionConfirmed(right="Q2", login=house.logins["coordinator"], alone=False))
    with house.sql("privacy") as client:
        if begun == "V1":  # the control, and no key that the ledger does not know of is gone for it
            client.execute("BEGIN")
            client.execute("SELECT casus_keys.erasure_destroy(%s, 's1', '{}')", (number,))
            client.execute("ROLLBACK")
            return
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="one-person"):
            client.execute("SELECT casus_keys.erasure_destroy(%s, 's1', '{}')", (number,))


def custody(worker: Worker, number: str) -> str:
    """Ask to destroy a case. Out: the number of the act."""
    [asked] = worker.ask("custody.request", team=GRN, act="destroy", case=number, reason="De termijn is om").events
    return str(asked.event.custody)  # type: ignore[attr-defined]


def test_nobody_says_that_it_is_done_while_the_key_is_there(house: House) -> None:
    """Else one row would have the store refused to everybody whose ledger does not name it."""
    with house.at_work("privacy") as privacy, house.at_work("coordinator") as coordinator:
        number, right = decided(house, privacy, coordinator)
        with pytest.raises(Refused) as refused:
            forged(privacy, number, SubjectErased(right=right, subject="s1", keys=1, receipt="f" * 64))
        assert refused.value.facts["why"] == "not-erased"
        assert coordinator.office.case(number).erased == frozenset()


@pytest.mark.parametrize("who", ["member", "coordinator", "auditor", "reporting", "administrator", "projector"])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT casus_keys.erasure_destroy('GRN-2026-0001', 's1', '{}')",
        "SELECT casus_keys.erasure_drop_tokens('GRN-2026-0001', 's1')",
        "SELECT casus_keys.erasure_note('GRN-2026-0001', 's1', 'Q1', 'event', '')",
        "SELECT * FROM casus_keys.erasure_same_person('GRN-2026-0001', 's1')",
        "SELECT * FROM casus_keys.erasures",
        "UPDATE casus_keys.data_keys SET wrapped = NULL",
        "INSERT INTO casus_keys.keks VALUES (9, now())",
    ],
)
def test_nobody_else_touches_the_keys(house: House, who: str, statement: str) -> None:
    with house.sql(who) as client, pytest.raises(psycopg.errors.InsufficientPrivilege):
        client.execute(statement)


@pytest.mark.parametrize("who", ["privacy", "administrator", "coordinator"])
def test_only_the_owner_changes_the_key_encryption_key(house: House, who: str) -> None:
    """Nobody else gets all wrapped keys at once."""
    mine = replace(house.config_of(who), key_file=house.config.home / f"{who}.key")
    shutil.copy(house.config.keys_in, mine.keys_in)
    with opened(mine) as office, pytest.raises(Refused, match="store-forbidden"):
        rotate(office.store, mine.keys_in, f"{who}:K1")
    assert mine.keys_in.read_bytes() == house.config.keys_in.read_bytes(), "no version is in use that nobody else has"


def test_without_a_follower_it_says_that_the_key_is_gone_and_goes_on_later(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with house.at_work("privacy") as privacy, house.at_work("coordinator") as coordinator:
        number, right = decided(house, privacy, coordinator)
        coordinator.ask("rights.confirm", case=number, right=right)
        privacy.ask("rights.erase", case=number, right=right)

        def behind(*_: object, **__: object) -> None:
            raise Refused("read-models-behind", events=3)

        with monkeypatch.context() as nobody_follows:
            nobody_follows.setattr(type(privacy.office.models), "rows", behind)
            with pytest.raises(Refused) as refused:
                finish(privacy.office, number, right)
        assert (refused.value.code, refused.value.facts) == ("erasure-waits", {"case": number, "events": 3})
        with opened(house.config) as owner:
            assert set(texts(owner.store, number).values()) == {Withheld("erased")}, "as it says, nobody reads them any more"
        assert finish(privacy.office, number, right).keys == 1


def test_the_owner_changes_keys_that_two_others_agreed_to_change(house: House) -> None:
    clock = TestClock(datetime.now(UTC))  # what was recorded before it bears the time of the server
    owner, privacy, coordinator = (
        Casus(house.config.home, dsn, clock) for dsn in (house.config.dsn, house.dsn("privacy"), house.dsn("coordinator"))
    )
    rotate = ("keys", "rotate", "--team", GRN, "--yes")
    [asked] = privacy.json("custody", "request", GRN, "--act", "rotate-keys", "--reason", "Iemand is gewist")
    act = asked["events"][0]["facts"]["custody"]
    assert "casus custody confirm" in owner(*rotate).err
    coordinator.done("custody", "confirm", GRN, act)
    assert privacy(*rotate).code == Exit.REFUSED, "no other login may touch the keys"
    [done] = owner.json(*rotate)
    assert done["custody"] == act
    assert {row["custody"]: row["state"] for row in coordinator.json("custody", "list", GRN)}[act] == "done"
    with opened(house.config) as office:
        last = office.store.load(GRN)[-1]
    assert (last.topic, last.header.role, last.header.assurance) == ("team.custody.carried-out", "set-up", "database-owner")
