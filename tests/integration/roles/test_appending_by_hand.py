"""Appending with a hand-written client: forged columns, self-admission, another's name and a topic too far are refused."""

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.integration.engine.office import GRN
from tests.integration.roles.by_hand import envelope, head, line, record
from tests.integration.roles.house import House


def who(house: House, name: str, **other: str) -> dict[str, str]:
    """The header of one of the house, as it should be or otherwise."""
    partner, role = {
        "member": ("vnn", "professional"), "outsider": ("politie", "professional"),
        "coordinator": ("veiligheidshuis-groningen", "procesregisseur"), "privacy": ("gemeente", "privacy-officer"),
    }[name]  # fmt: skip
    told = {"actor": house.ids[name], "team": GRN, "organisation": partner, "role": role, "purpose": "case-direction"}
    return told | {"assurance": "database-login"} | other


def last(house: House, stream: str) -> int:
    with house.owner() as owner:
        row = owner.execute(
            "SELECT max(originator_version) FROM casus.stored_events WHERE originator_id = %s", (stream,)
        ).fetchone()
    assert row is not None
    return int(row[0] or 0)


@pytest.fixture
def member(house: House) -> Iterator[psycopg.Connection[Any]]:
    with house.sql("member") as client:
        yield client


@pytest.fixture
def outsider(house: House) -> Iterator[psycopg.Connection[Any]]:
    with house.sql("outsider") as client:
        yield client


TOPIC, FACTS = "case.meeting.put-on-agenda", {"meeting": "2026-12-10"}


def test_a_member_may_record_what_is_theirs(house: House, member: psycopg.Connection[Any]) -> None:
    """The control: what follows is refused for its own reason, and not because nothing is taken."""
    version = last(house, house.case) + 1
    assert record(member, house.case, version, TOPIC, who(house, "member"), FACTS) == "stored"
    with house.owner() as owner:
        row = owner.execute(
            "SELECT recorded_by, xid IS NOT NULL, recorded_at > now() - interval '1 minute' FROM casus.stored_events "
            "WHERE originator_id = %s AND originator_version = %s",
            (house.case, version),
        ).fetchone()
    assert row == (house.logins["member"], True, True)


@pytest.mark.parametrize(
    "other",
    [
        {"actor": "politie-1"}, {"organisation": "politie"}, {"role": "procesregisseur"}, {"assurance": "certificate"},
        {"team": "zeist-ggz-in-de-wijk"}, {"assurance": "database-login+entered-for"},
    ],
)  # fmt: skip
def test_a_header_in_another_s_name_is_refused(house: House, member: psycopg.Connection[Any], other: dict[str, str]) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: forged-header"):
        record(member, house.case, last(house, house.case) + 1, TOPIC, who(house, "member", **other), FACTS)


def test_a_header_without_a_role_is_refused(house: House, member: psycopg.Connection[Any]) -> None:
    me = who(house, "member")
    del me["role"]
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: forged-header"):
        record(member, house.case, last(house, house.case) + 1, TOPIC, me, FACTS)


@pytest.mark.parametrize("field", ["stream", "version", "topic", "command"])
def test_bytes_that_say_something_else_are_refused(house: House, member: psycopg.Connection[Any], field: str) -> None:
    version, command = last(house, house.case) + 1, uuid.uuid4().hex
    other = {"stream": house.other, "version": version + 1, "topic": "case.closing.closed", "command": "x"}[field]
    state = envelope(head(house.case, version, TOPIC, command) | {field: other}, who(house, "member"), FACTS)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: forged-envelope"):
        record(member, house.case, version, TOPIC, {}, {}, state=state, command=command)


def twice_by(house: House, version: int, command: str) -> bytes:
    """Whole JSON with a second `by`: a database that took the last would see another than a reader who takes the second line."""
    told = head(house.case, version, TOPIC, command)
    other = b'"by":' + line(who(house, "coordinator")) + b","
    return envelope(told, who(house, "coordinator"), FACTS, b'"by":' + line(who(house, "member")) + b",").replace(other, other)


def in_one_line(house: House, version: int, command: str) -> bytes:
    return envelope(head(house.case, version, TOPIC, command), who(house, "member"), FACTS).replace(b"\n", b"")


def with_more_in_its_head(house: House, version: int, command: str) -> bytes:
    return envelope(head(house.case, version, TOPIC, command, by={"actor": "x"}), who(house, "member"), FACTS)


def said_twice(house: House, version: int, command: str) -> bytes:
    """The last of two counts for the database; a reader takes another."""
    told = envelope(head(house.case, version, TOPIC, command), who(house, "member"), FACTS)
    return told.replace(b'{"stream"', b'{"stream":"' + house.other.encode() + b'","stream"', 1)


def facts_said_twice(house: House, version: int, command: str) -> bytes:
    told = envelope(head(house.case, version, TOPIC, command), who(house, "member"), FACTS)
    return told.replace(b'"facts":{', b'"facts":{"meeting":"2026-12-11",', 1)


def by_said_twice(house: House, version: int, command: str) -> bytes:
    told = envelope(head(house.case, version, TOPIC, command), who(house, "member"), FACTS)
    return told.replace(b'"by":{', b'"by":{"actor":"politie-1",', 1)


def not_json(house: House, version: int, command: str) -> bytes:
    return envelope(head(house.case, version, TOPIC, command), who(house, "member"), FACTS).replace(b"{", b"[", 1)


def not_text(house: House, version: int, command: str) -> bytes:
    return b"\xff\xfe" + in_one_line(house, version, command)


@pytest.mark.parametrize(
    "made", [twice_by, said_twice, by_said_twice, facts_said_twice, in_one_line, with_more_in_its_head, not_json, not_text]
)
def test_bytes_that_readers_would_take_apart_otherwise_are_refused(
    house: House, member: psycopg.Connection[Any], made: Any
) -> None:
    version, command = last(house, house.case) + 1, uuid.uuid4().hex
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: forged-envelope"):
        record(member, house.case, version, TOPIC, {}, {}, state=made(house, version, command), command=command)


@pytest.mark.parametrize("left_out", ["unwatched", "only read", "ahead"])
def test_no_version_is_left_out(house: House, member: psycopg.Connection[Any], left_out: str) -> None:
    now = last(house, house.case)
    watch: Any = {
        "unwatched": ([], [], []), "only read": ([house.case], [now], [False]), "ahead": ([house.case], [now], [True]),
    }[left_out]  # fmt: skip
    version = now + (5 if left_out == "ahead" else 1)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: version-left-out"):
        record(member, house.case, version, TOPIC, who(house, "member"), FACTS, watch=watch)


def test_without_a_receipt_nothing_is_taken(house: House, member: psycopg.Connection[Any]) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: no-receipt"):
        member.execute(
            "SELECT casus.append(NULL, NULL, NULL, '{}', '{}', '{}', %s, %s, %s, %s, '{}', '{}', '{}', '{}', false)",
            ([house.case], [last(house, house.case) + 1], [TOPIC], [b"x"]),
        )


@pytest.mark.parametrize(
    "topic",
    [
        "case.triage.accepted", "case.closing.closed", "case.parties.holder-assigned", "case.access.clearance-set",
        "case.access.glass-reviewed", "case.rights.decided", "case.imported.activity", "access.access.disclosed", "made.up.topic",
    ],
)  # fmt: skip
def test_a_topic_beyond_the_role_is_refused(house: House, member: psycopg.Connection[Any], topic: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=r"casus: (topic-not-yours|not-in-this-case)"):
        record(member, house.case, last(house, house.case) + 1, topic, who(house, "member"), {})


def test_who_is_not_in_a_case_records_nothing_there(house: House, outsider: psycopg.Connection[Any]) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: not-in-this-case"):
        record(outsider, house.case, last(house, house.case) + 1, TOPIC, who(house, "outsider"), FACTS)


def test_nobody_lets_themselves_into_a_case(house: House, outsider: psycopg.Connection[Any]) -> None:
    mine = [[f"professional:{GRN}/{house.ids['outsider']}", None, None]]
    facts = {"professional": house.ids["outsider"]}
    topic = "case.parties.professional-assigned"
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: not-in-this-case"):
        record(outsider, house.case, last(house, house.case) + 1, topic, who(house, "outsider"), facts,
               members={house.case: mine})  # fmt: skip


def test_a_member_lets_nobody_in_unseen(house: House, member: psycopg.Connection[Any]) -> None:
    """A new part in a case is one that an event of the act names."""
    friend = [[f"professional:{GRN}/{house.ids['outsider']}", None, None]]
    version = last(house, house.case) + 1
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: self-admission"):
        record(member, house.case, version, TOPIC, who(house, "member"), FACTS, members={house.case: friend})


def test_an_act_changes_nobody_s_part_in_another_case(house: House, member: psycopg.Connection[Any]) -> None:
    mine = [[f"professional:{GRN}/{house.ids['member']}", None, None]]
    facts = {**FACTS, "x": house.ids["member"]}
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: self-admission"):
        record(member, house.case, last(house, house.case) + 1, TOPIC, who(house, "member"), facts, members={house.other: mine})


@pytest.mark.parametrize("grain", ["glass:groningen-zvt/vnn-1", "knock:groningen-zvt/vnn-1", "owner", ""])
def test_parts_of_other_kinds_can_t_be_brought_in(house: House, member: psycopg.Connection[Any], grain: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: self-admission"):
        record(member, house.case, last(house, house.case) + 1, TOPIC, who(house, "member"), {**FACTS, "x": "vnn-1"},
               members={house.case: [[grain, None, None]]})  # fmt: skip


def test_a_case_is_opened_at_the_own_table_under_its_own_numbers(house: House, outsider: psycopg.Connection[Any]) -> None:
    me, topic = who(house, "outsider"), "case.intake.submitted"
    facts = {"team": GRN, "holder": house.ids["coordinator"], "anonymous": False, "reasons": [], "triage_by": "2026-12-01"}
    members = [[f"table:{GRN}", None, None], [f"professional:{GRN}/{house.ids['coordinator']}", None, None]]
    for number, told in (("ZEI-2026-0900", facts), ("GRN-2026-0900", {**facts, "team": "zeist-ggz-in-de-wijk"})):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: not-a-case-to-open"):
            record(outsider, number, 1, topic, me, told, members={number: members})
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: members-missing"):
        record(outsider, "GRN-2026-0900", 1, topic, me, facts)
    given = {"members": {"GRN-2026-0900": members}, "sealed": {"question": "s1"}}
    assert record(outsider, "GRN-2026-0900", 1, topic, me, facts, **given) == "stored"  # type: ignore[arg-type]


def test_a_roster_is_a_coordinator_s(house: House, member: psycopg.Connection[Any]) -> None:
    facts = {"professional": house.ids["member"], "roles": ["procesregisseur", "privacy-officer", "cleared"], "login": None}
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: topic-not-yours"):
        record(member, GRN, last(house, GRN) + 1, "team.team.roles-changed", who(house, "member"), facts)


@pytest.mark.parametrize("prefix", ["ZEI", "QQQ"])
def test_a_prefix_is_one_table_s_and_stays_while_a_case_has_it(house: House, prefix: str) -> None:
    with house.owner() as owner:
        row = owner.execute(
            "SELECT (casus.taken_apart(state)).facts FROM casus.stored_events WHERE originator_id = %s "
            "AND topic = 'team.team.profile-adopted' ORDER BY originator_version DESC LIMIT 1", (GRN,)
        ).fetchone()  # fmt: skip
    assert row is not None
    with house.sql("coordinator") as client:
        adopted = "team.team.profile-adopted"
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: prefix-taken"):
            record(client, GRN, last(house, GRN) + 1, adopted, who(house, "coordinator"), {**row[0], "prefix": prefix})
        assert record(client, GRN, last(house, GRN) + 1, adopted, who(house, "coordinator"), row[0]) == "stored"


def test_what_was_refused_left_nothing(house: House, member: psycopg.Connection[Any]) -> None:
    before, command = last(house, house.case), uuid.uuid4().hex
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        record(member, house.case, before + 1, "case.closing.closed", who(house, "member"), {}, command=command)
    assert last(house, house.case) == before
    with house.owner() as owner:
        assert owner.execute("SELECT 1 FROM casus.receipts WHERE command_id = %s", (command,)).fetchone() is None


def test_the_receipt_of_somebody_else_tells_nothing(house: House, member: psycopg.Connection[Any]) -> None:
    with house.owner() as owner:
        row = owner.execute("SELECT command_id FROM casus.receipts WHERE result <> '{}' LIMIT 1").fetchone()
    assert row is not None
    told = member.execute(
        "SELECT outcome, digest, result FROM casus.append(%s, %s, '', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', "
        "'{}', '{}', false)",
        (row[0], b"x"),
    ).fetchone()
    assert told == ("known", b"", "{}")


TRICKS = (
    "SET search_path = pg_temp, casus; CREATE TEMP TABLE roster (LIKE casus.place_head)",
    "CREATE TEMP TABLE stored_events (a integer); SET search_path = pg_temp",
    "CREATE FUNCTION pg_temp.holder_of(jsonb) RETURNS integer LANGUAGE sql AS 'SELECT 1'; SET search_path = pg_temp",
    "SET row_security = off",
    "SET session_authorization = DEFAULT",
    "SET casus.login = 'postgres'",
    "SET application_name = 'casus_owner'",
    "SET ROLE casus_professional",
)


@pytest.mark.parametrize("trick", TRICKS)
def test_no_setting_and_no_object_of_one_s_own_makes_one_another(house: House, trick: str) -> None:
    with house.sql("outsider") as client:
        for each in trick.split("; "):
            client.execute(each.encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: not-in-this-case"):
            record(client, house.case, last(house, house.case) + 1, TOPIC, who(house, "outsider"), FACTS)
        try:
            rows = client.execute("SELECT 1 FROM casus.stored_events WHERE originator_id = %s", (house.case,)).fetchall()
        except psycopg.errors.InsufficientPrivilege:
            rows = []
        assert rows == []
