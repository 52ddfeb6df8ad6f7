"""Keys and ciphertexts with a hand-written client: none leaves without a disclosure that stays, whatever is done to it."""

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.integration.engine.office import GRN
from tests.integration.roles.by_hand import disclose, release
from tests.integration.roles.house import House
from tests.integration.roles.test_appending_by_hand import who

QUESTION = "1.question"
NO = "casus: no-disclosure"


@pytest.fixture
def member(house: House) -> Iterator[psycopg.Connection[Any]]:
    with house.sql("member") as client:
        yield client


@pytest.fixture
def outsider(house: House) -> Iterator[psycopg.Connection[Any]]:
    with house.sql("outsider") as client:
        yield client


def stored(house: House, disclosure: str) -> bool:
    with house.owner() as owner:
        found = owner.execute(
            "SELECT 1 FROM casus.stored_events WHERE originator_id = %s AND topic = 'access.access.disclosed'",
            (f"access:{disclosure}",),
        ).fetchone()
    return found is not None


def test_a_disclosure_that_stays_lets_out_what_it_names(house: House, member: psycopg.Connection[Any]) -> None:
    """The control: what follows is refused for its own reason."""
    made = disclose(member, who(house, "member"), house.case, ["s1"], [QUESTION])
    rows = release(member, made)
    assert [(subject, wrapped is not None) for subject, wrapped, _, _ in rows if subject] == [("s1", True)]
    assert [(field, data is not None) for _, _, field, data in rows if field] == [("question", True)]
    assert stored(house, made)


def test_what_it_does_not_name_stays_in(house: House, member: psycopg.Connection[Any]) -> None:
    made = disclose(member, who(house, "member"), house.case, ["s1"], [])
    assert [field for _, _, field, _ in release(member, made) if field] == []
    bare = disclose(member, who(house, "member"), house.case, [], [QUESTION])
    assert [subject for subject, _, _, _ in release(member, bare) if subject] == []


def test_rolled_back_it_lets_nothing_out(house: House, member: psycopg.Connection[Any]) -> None:
    member.execute("BEGIN")
    made = disclose(member, who(house, "member"), house.case, ["s1"], [QUESTION])
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=NO):
        release(member, made)
    member.execute("ROLLBACK")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=NO):
        release(member, made)
    assert not stored(house, made)


@pytest.mark.parametrize("then", ["ROLLBACK TO SAVEPOINT a", "RELEASE SAVEPOINT a"])
def test_a_savepoint_does_not_hide_it(house: House, member: psycopg.Connection[Any], then: str) -> None:
    member.execute("BEGIN")
    member.execute("SAVEPOINT a")
    made = disclose(member, who(house, "member"), house.case, ["s1"], [QUESTION])
    member.execute("SAVEPOINT b")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=NO):
        release(member, made)
    member.execute("ROLLBACK TO SAVEPOINT b")
    member.execute(then.encode())
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=NO):
        release(member, made)
    member.execute("ROLLBACK")
    assert not stored(house, made)


def test_one_statement_can_t_do_both(house: House, member: psycopg.Connection[Any]) -> None:
    from tests.integration.roles.by_hand import DISCLOSED, envelope, head

    made = uuid.uuid4().hex
    facts = {"of": house.case, "subjects": ["s1"], "fields": [], "outcome": "shown", **DISCLOSED}
    state = envelope(head(f"access:{made}", 1, "access.access.disclosed", ""), who(house, "member"), facts)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=NO):
        member.execute(
            "SELECT (SELECT recorded_at FROM casus.disclose(%s, %s, %s, %s, %s, 'shown')), "
            "(SELECT count(*) FROM casus_keys.release(%s))",
            (made, state, house.case, ["s1"], [], made),
        ).fetchall()
    assert not stored(house, made)


def test_a_broken_connection_leaves_a_trace_for_every_key_that_left(house: House) -> None:
    with house.sql("member") as client, house.owner() as owner:
        made = disclose(client, who(house, "member"), house.case, ["s1"], [QUESTION])
        assert release(client, made)
        owner.execute("SELECT pg_terminate_backend(%s)", (client.info.backend_pid,))
        with pytest.raises(psycopg.OperationalError):
            client.execute("SELECT 1")
    assert stored(house, made)
    with house.sql("member") as client, house.owner() as owner:
        client.execute("BEGIN")
        lost = disclose(client, who(house, "member"), house.case, ["s1"], [QUESTION])
        owner.execute("SELECT pg_terminate_backend(%s)", (client.info.backend_pid,))
        with pytest.raises(psycopg.OperationalError):
            client.execute("SELECT 1")
    assert not stored(house, lost)
    with house.sql("member") as client, pytest.raises(psycopg.errors.InsufficientPrivilege, match=NO):
        release(client, lost)


def test_prepared_for_two_phases_it_is_not_committed(house: House, member: psycopg.Connection[Any]) -> None:
    member.execute("BEGIN")
    made = disclose(member, who(house, "member"), house.case, ["s1"], [QUESTION])
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):  # prepared transactions are off, as shipped
        member.execute("PREPARE TRANSACTION 'mine'")
    assert not stored(house, made)


def test_another_s_disclosure_is_not_one_s_own(house: House, member: psycopg.Connection[Any]) -> None:
    made = disclose(member, who(house, "member"), house.case, ["s1"], [QUESTION])
    with house.sql("coordinator") as client, pytest.raises(psycopg.errors.InsufficientPrivilege, match=NO):
        release(client, made)


def test_after_ten_minutes_it_is_over(house: House, member: psycopg.Connection[Any]) -> None:
    made = disclose(member, who(house, "member"), house.case, ["s1"], [QUESTION])
    with house.owner() as owner:
        owner.execute("UPDATE casus.disclosures SET at = at - interval '10 minutes 1 second' WHERE id = %s", (made,))
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=NO):
        release(member, made)


@pytest.mark.parametrize("outcome", ["denied", "reported"])
def test_some_outcomes_let_nothing_out(house: House, member: psycopg.Connection[Any], outcome: str) -> None:
    made = disclose(member, who(house, "member"), house.case, ["s1"], [QUESTION], outcome)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=NO):
        release(member, made)


def test_a_key_to_write_with_brings_no_text(house: House, member: psycopg.Connection[Any]) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: forged-disclosure"):
        disclose(member, who(house, "member"), house.case, ["s1"], [QUESTION], "written")
    made = disclose(member, who(house, "member"), house.case, ["s1"], [], "written")
    assert [field for _, _, field, _ in release(member, made) if field] == []


@pytest.mark.parametrize(
    "says",
    [
        {"of": "GRN-2026-0777"}, {"subjects": []}, {"subjects": ["s2"]}, {"fields": []}, {"fields": ["1.tried"]},
        {"outcome": "denied"},
    ],
)  # fmt: skip
def test_bytes_that_name_less_than_is_asked_for_are_refused(
    house: House, member: psycopg.Connection[Any], says: dict[str, Any]
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: forged-disclosure"):
        disclose(member, who(house, "member"), house.case, ["s1"], [QUESTION], says=says)


def test_a_disclosure_in_another_s_name_is_refused(house: House, member: psycopg.Connection[Any]) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: forged-header"):
        disclose(member, who(house, "coordinator"), house.case, ["s1"], [QUESTION])


def test_a_disclosure_is_never_written_over(house: House, member: psycopg.Connection[Any]) -> None:
    made = disclose(member, who(house, "member"), house.case, [], [])
    with pytest.raises(psycopg.errors.UniqueViolation):
        disclose(member, who(house, "member"), house.case, ["s1"], [QUESTION], id_=made)


@pytest.mark.parametrize("outcome", ["shown", "exported", "written", "matched"])
def test_who_is_not_in_a_case_gets_nothing_of_it(house: House, outsider: psycopg.Connection[Any], outcome: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: not-in-this-case"):
        disclose(outsider, who(house, "outsider"), house.case, ["s1"], [], outcome)


def test_an_auditor_gets_no_key_at_all(house: House) -> None:
    with house.sql("auditor") as client, pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
        release(client, uuid.uuid4().hex)


def test_a_person_is_not_looked_for_unseen(house: House, member: psycopg.Connection[Any]) -> None:
    find = "SELECT * FROM casus_keys.find('overlap', %s, %s)"
    shown = disclose(member, who(house, "member"), house.case, [], [])
    for given in (None, uuid.uuid4().hex, shown):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match=NO):
            member.execute(find, (b"x", given))
    matched = disclose(member, who(house, "member"), None, [], [], "matched")
    assert member.execute(find, (b"x", matched)).fetchall() == []


def test_of_cases_one_is_not_in_a_search_tells_nothing(house: House, outsider: psycopg.Connection[Any]) -> None:
    with house.owner() as owner:
        owner.execute(
            "INSERT INTO casus_keys.tokens SELECT 'overlap', '\\x01', %s, 's1', command_id, 'x' FROM casus.receipts LIMIT 1",
            (house.other,),
        )
    found = []
    for name in ("outsider", "coordinator"):
        with house.sql(name) as client:
            made = disclose(client, who(house, name), None, [], [], "matched")
            found.append(client.execute("SELECT stream FROM casus_keys.find('overlap', %s, %s)", (b"\x01", made)).fetchall())
    assert found == [[], [(house.other,)]]


def test_keys_are_added_where_one_works_and_never_written_over(house: House, member: psycopg.Connection[Any]) -> None:
    add = "SELECT casus_keys.add(%s, %s, %s, %s, %s, %s, %s)"
    mine = lambda stream, subject, generation=1, state="active": (  # noqa: E731 - the arguments of one call
        [stream], [subject], [generation], [uuid.uuid4().hex], [state], [1], [b"m" * 60]
    )  # fmt: skip
    with house.owner() as owner:
        before = owner.execute("SELECT wrapped FROM casus_keys.data_keys WHERE originator_id = %s", (house.case,)).fetchall()
    member.execute(add, mine(house.case, "s1"))
    with house.owner() as owner:
        after = owner.execute("SELECT wrapped FROM casus_keys.data_keys WHERE originator_id = %s", (house.case,)).fetchall()
    assert before == after
    for given in (mine(house.foreign, "s9"), mine(house.case, "s1", 2), mine(house.case, "s9", 1, "reopened")):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: not-in-this-case"):
            member.execute(add, given)


def test_without_an_agreement_on_sharing_a_search_finds_nothing(house: House) -> None:
    with house.owner() as owner, house.sql("coordinator") as client:
        owner.execute(
            "INSERT INTO casus_keys.tokens SELECT 'overlap', '\\x02', %s, 's1', command_id, 'x' FROM casus.receipts LIMIT 1",
            (house.other,),
        )
        found = []
        for until in (None, "2020-01-01"):
            owner.execute("UPDATE casus.tables SET sharing_until = %s::date WHERE team = %s", (until, GRN))
            made = disclose(client, who(house, "coordinator"), None, [], [], "matched")
            found.append(client.execute("SELECT stream FROM casus_keys.find('overlap', %s, %s)", (b"\x02", made)).fetchall())
        owner.execute("UPDATE casus.tables SET sharing_until = NULL WHERE team = %s", (GRN,))
    assert found == [[(house.other,)], []]


@pytest.mark.parametrize(("kek", "wrapped"), [(9, b"m" * 60), (0, b"m" * 60), (1, b"m" * 59), (None, b"m" * 60), (1, None)])
def test_a_key_says_of_itself_what_a_wrapped_key_is(
    house: House, member: psycopg.Connection[Any], kek: int | None, wrapped: bytes | None
) -> None:
    """One of a version that nobody has would stop every change of the key-encryption key."""
    add = "SELECT casus_keys.add(%s, %s, %s, %s, %s, %s::integer[], %s::bytea[])"
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: forged-key"):
        member.execute(add, ([house.case], ["s77"], [1], [uuid.uuid4().hex], ["active"], [kek], [wrapped]))
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: forged-key"):
        member.execute("SELECT casus_keys.keep_secret('more', %s::integer, %s)", (kek, wrapped))
    with house.owner() as owner:
        assert owner.execute("SELECT 1 FROM casus_keys.data_keys WHERE subject = 's77'").fetchall() == []


def test_no_table_gives_a_readable_field(house: House) -> None:
    """Whatever a professional's own client reads without the functions, it holds no key, no ciphertext and no name."""
    with house.sql("member") as client, house.owner() as owner:
        tables = owner.execute(
            "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname IN ('casus', 'casus_keys', 'casus_read') AND c.relkind = 'r'"
        ).fetchall()
        read = 0
        for (table,) in tables:
            try:
                rows = client.execute(f"SELECT * FROM {table}".encode()).fetchall()
            except psycopg.errors.InsufficientPrivilege:
                continue
            read += 1
            told = repr(rows)
            assert "duiven" not in told
            assert "Verzonnen" not in told
        keys = owner.execute("SELECT wrapped FROM casus_keys.data_keys").fetchall()
    assert read > 10
    assert keys


def test_rows_are_those_of_one_s_own_cases(house: House) -> None:
    seen = {}
    for name in ("member", "outsider", "coordinator", "elsewhere", "privacy", "auditor", "reporting"):
        with house.sql(name) as client:
            rows = client.execute("SELECT number FROM casus_read.cases_v1").fetchall()
            try:
                events = client.execute("SELECT DISTINCT originator_id FROM casus.stored_events").fetchall()
            except psycopg.errors.InsufficientPrivilege:
                events = []
        seen[name] = {row[0] for row in rows} & {house.case, house.other, house.foreign}
        assert {row[0] for row in events} & {house.case, house.other, house.foreign} <= seen[name]
    ours = {house.case, house.other}
    assert seen == {
        "member": {house.case}, "outsider": set(), "coordinator": ours, "elsewhere": {house.foreign}, "privacy": ours,
        "auditor": ours, "reporting": {*ours, house.foreign},
    }  # fmt: skip


def test_a_roster_s_names_are_for_those_at_the_table(house: House, member: psycopg.Connection[Any]) -> None:
    made = disclose(member, who(house, "member"), GRN, [house.ids["member"]], ["8.name"])
    assert [subject for subject, *_ in release(member, made) if subject] == [house.ids["member"]]
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: not-your-table"):
        disclose(member, who(house, "member"), "zeist-ggz-in-de-wijk", ["x-1"], ["8.name"])
