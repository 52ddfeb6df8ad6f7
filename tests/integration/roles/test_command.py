"""`casus store roles`: makes what should be there, says what differs, tells a password once; and people at work by commands."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from infra.cli.exits import Exit
from tests.e2e.conftest import Casus, set_up
from tests.integration.roles.house import PHRASE, House
from tests.support.postgres import Server


def casus(house: House, who: str | None = None) -> Casus:
    return Casus(house.config.home, house.config.dsn if who is None else house.dsn(who))


def test_a_house_in_order_is_said_to_be(house: House) -> None:
    ran = casus(house)("--json", "store", "roles", "--check")
    assert (ran.code, ran.out) == (Exit.DONE, "")


WEAKENED = {
    "a grant": (
        "GRANT SELECT ON casus_keys.data_keys TO casus_professional",
        "REVOKE SELECT ON casus_keys.data_keys FROM casus_professional",
        ("right", "casus_keys.data_keys"),
    ),
    "row security": (
        "ALTER TABLE casus.stored_events DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE casus.stored_events ENABLE ROW LEVEL SECURITY",
        ("row-security", "casus.stored_events"),
    ),
    "a policy": (
        "CREATE POLICY mine ON casus.places USING (true)", "DROP POLICY mine ON casus.places", ("policy", "casus.places"),
    ),
    "a topic": (
        "INSERT INTO casus.topic_rights VALUES ('professional', 'other', 'case.%')",
        "DELETE FROM casus.topic_rights WHERE relation = 'other'", ("topic", "case.%"),
    ),
    "a shape": (
        "UPDATE casus.event_shapes SET version = 9 WHERE topic = 'case.closing.closed'",
        "UPDATE casus.event_shapes SET version = 1 WHERE topic = 'case.closing.closed'", ("topic", "case.closing.closed"),
    ),
    "a function": (
        "ALTER FUNCTION casus.disclose RESET search_path",
        "ALTER FUNCTION casus.disclose SET search_path = pg_catalog, pg_temp", ("function", "casus.disclose"),
    ),
    "an owner": (
        "ALTER TABLE casus.receipts OWNER TO postgres", "ALTER TABLE casus.receipts OWNER TO casus_owner",
        ("owner", "casus.receipts"),
    ),
    "a member": (
        "INSERT INTO casus.case_members (number, grain, since) SELECT min(number), 'partner:x/y', now() FROM casus.cases",
        "DELETE FROM casus.case_members WHERE grain = 'partner:x/y'", ("members", None),
    ),
    "the log": (
        "ALTER DATABASE {database} SET log_error_verbosity = 'verbose'",
        "ALTER DATABASE {database} RESET log_error_verbosity", ("setting", "log_error_verbosity"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("which", WEAKENED)
def test_what_differs_is_named(which: str, house: House) -> None:
    weaken, mend, (kind, what) = WEAKENED[which]
    database = str(house.config.dsn).rpartition("/")[2]
    with house.owner() as owner:
        owner.execute(weaken.format(database=database).encode())
        try:
            ran = casus(house)("--json", "store", "roles", "--check")
        finally:
            owner.execute(mend.format(database=database).encode())
    assert ran.code == Exit.FAILED
    assert {(row["kind"], row["what"] if what else None) for row in ran.rows} == {(kind, what)}


def test_running_it_again_mends(house: House) -> None:
    with house.owner() as owner:
        owner.execute("GRANT SELECT ON casus.roster TO casus_professional, PUBLIC")
        owner.execute("REVOKE EXECUTE ON FUNCTION casus.sees FROM casus_professional")
    rows = casus(house).json("store", "roles", "--yes")
    assert {row["what"]: row["count"] for row in rows} == {"grant": 1, "revoke": 2}
    assert casus(house).json("store", "roles", "--yes") == []


def test_a_log_that_came_from_elsewhere_is_taken_in(house: House) -> None:
    """What a restored backup does not bring along: it is made from the events again."""
    kept = "SELECT * FROM casus.{} ORDER BY 1, 2, 3"
    tables = ("roster", "tables", "cases", "disclosures")
    live = "SELECT number, grain FROM casus.case_members WHERE until IS NULL AND grain !~ '^(glass|knock)' ORDER BY 1, 2"
    with house.owner() as owner:
        before = [owner.execute(kept.format(t).encode()).fetchall() for t in tables], owner.execute(live).fetchall()
        owner.execute("TRUNCATE casus.roster, casus.tables, casus.cases, casus.case_members, casus.disclosures")
        casus(house).done("store", "roles", "--yes")
        after = [owner.execute(kept.format(t).encode()).fetchall() for t in tables], owner.execute(live).fetchall()
    assert before == after
    assert before[0][3]


@pytest.fixture
def own(postgres_server: Server, tmp_path: Path) -> Iterator[Casus]:
    """A store of its own, as its coordinator sets it up."""
    dsn = postgres_server.fresh_database()
    made = set_up(Casus(tmp_path / "own", dsn))
    yield made
    postgres_server.drop(dsn)


def test_from_nothing_to_a_professional_at_work(own: Casus, postgres_server: Server) -> None:
    """The coordinator sets up as the owner; a professional gets a login, submits, shows, and is sent away elsewhere."""
    assert own.dsn is not None
    login = "t" + own.dsn[-12:]
    own.done("team", "add-professional", "harbour-table", "--partner", "seamens-home", "--role", "deckhand",
             "--name", "Piet Verzonnen", "--login", login)  # fmt: skip
    theirs = own.done("intake", "submit", "--question", "Een ander", "--reason", "adrift", "--name", "Eva Elders", "--json").row
    [made] = own.json("store", "roles", "--login", login, "--yes")
    own.done("projections", "catch-up")
    assert made["login"] == login
    place = postgres_server.dsn_of(own.dsn.rpartition("/")[2], login).replace("@", f":{made['password']}@", 1)
    mine = Casus(own.home, place)
    try:
        asked = ("intake", "submit", "--question", PHRASE, "--reason", "adrift", "--name", "Ada V")
        number = mine.json(*asked)[0]["number"]
        own.done("projections", "catch-up")
        assert PHRASE in mine.done("show", number).out
        assert PHRASE not in mine.done("cases").out
        away = mine("--json", "show", theirs["number"])
        assert away.code == Exit.REFUSED
        assert "not-allowed" in away.err
        with psycopg.connect(own.dsn) as owner:
            kept = owner.execute(
                "SELECT outcome, cardinality(fields) > 0 FROM casus.disclosures "
                "WHERE login = %s AND stream IS NOT NULL ORDER BY at",
                (login,),
            ).fetchall()
        assert ("shown", True) in kept
        assert kept[-1] == ("denied", False)
        forbidden = mine("--json", "store", "roles", "--yes")
        assert forbidden.code == Exit.REFUSED
    finally:
        with psycopg.connect(own.dsn, autocommit=True) as owner:
            owner.execute(f'DROP OWNED BY "{login}"'.encode())
            owner.execute(f'DROP ROLE "{login}"'.encode())


def test_a_login_is_for_somebody_on_a_roster(house: House) -> None:
    for name, code in (("nobody_known", "login-not-on-roster"), ("Ada Verzonnen", None), ("casus_owner", "login-name"),
                       ("postgres", "login-not-on-roster")):  # fmt: skip
        ran = casus(house)("--json", "store", "roles", "--yes", "--login", name)
        assert ran.code in (Exit.REFUSED, Exit.USAGE)
        assert code is None or code in ran.err


def test_a_login_without_a_place_is_named_unless_it_is_another_store_s(house: House) -> None:
    name = house.logins["reporting"] + "_gone"
    with house.owner() as owner:
        owner.execute(f"CREATE ROLE {name} LOGIN IN ROLE casus_professional".encode())
        try:
            assert {"kind": "login", "what": name, "matter": "not-on-a-roster"} in casus(house)(
                "--json", "store", "roles", "--check"
            ).rows
            owner.execute(f"COMMENT ON ROLE {name} IS 'casusregie 0000'".encode())
            assert casus(house)("--json", "store", "roles", "--check").rows == []
        finally:
            owner.execute(f"DROP ROLE {name}".encode())


def test_the_follower_runs_under_its_own_login(house: House) -> None:
    casus(house, "projector").done("projections", "follow", "--once")
    status = casus(house, "projector").json("projections", "status")
    assert {row["behind"] for row in status} == {0}


def test_a_laptop_has_no_roles(tmp_path: Path) -> None:
    ran = set_up(Casus(tmp_path / "home"))("--json", "store", "roles", "--yes")
    assert ran.code == Exit.REFUSED
    assert "roles-need-server" in ran.err
