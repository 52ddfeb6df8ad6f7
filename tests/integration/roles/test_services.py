"""Logins of services: they do their work by SQL or by one command, and anything else tells them that they are on no roster."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from infra.cli.exits import Exit
from infra.store import open_store
from infra.store.roles.logins import make_login
from tests.e2e.conftest import Casus
from tests.integration.roles.house import PHRASE, House


@pytest.fixture
def reporting(house: House) -> Iterator[str]:
    """The address of the database for a job that reports."""
    name = f"u{secrets.token_hex(4)}"
    with open_store(house.config) as store:
        password = make_login(store.connection(), name, "reporting")  # type: ignore[arg-type]
    yield house.dsn("projector").replace(house.logins["projector"], name).replace(house.passwords["projector"], password or "")
    with house.owner() as owner:
        owner.execute(f'DROP OWNED BY "{name}"')
        owner.execute(f'DROP ROLE "{name}"')


def test_a_reporting_service_reads_the_views_by_sql(reporting: str, house: House) -> None:
    with psycopg.connect(reporting) as connection:
        assert connection.execute("SELECT number FROM casus_read.cases_v1 WHERE number = %s", (house.case,)).fetchall()
        assert PHRASE not in str(connection.execute("SELECT * FROM casus_read.cases_v1").fetchall())


@pytest.mark.parametrize("line", [("report", "cases"), ("store", "backup", "--events", "x")])
def test_what_it_asks_of_the_program_is_refused_as_of_nobody_on_a_roster(
    reporting: str, line: tuple[str, ...], house: House, tmp_path: Path
) -> None:
    with house.followed():
        refused = Casus(tmp_path, reporting)("--json", *line)
    assert (refused.code, refused.out) == (Exit.REFUSED, "")
    assert '"not-on-roster"' in refused.err
