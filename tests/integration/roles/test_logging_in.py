"""Logging in: by SCRAM everywhere, and by certificate where the server was built with TLS."""

from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from domain.refusal import Refused
from infra.store import open_store
from tests.integration.roles.certificates import switched_on
from tests.integration.roles.house import House
from tests.support.postgres import OwnServer


def test_the_right_password_lets_in(house: House) -> None:
    with house.sql("member") as connection:
        assert connection.execute("SELECT session_user::text").fetchone() == (house.logins["member"],)
        with_scram = connection.execute("SELECT system_user").fetchone() if connection.info.server_version >= 160000 else None
        assert with_scram is None or str(with_scram[0]).startswith("scram-sha-256:")


def test_a_wrong_password_does_not_and_is_said_to_be_one(house: House) -> None:
    dsn = house.dsn("member").replace(house.passwords["member"], "not-it")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(dsn).close()
    wrong = type(house.config)(house.config.home, dsn=dsn, patience=1.0)
    with pytest.raises(Refused) as told:
        open_store(wrong).close()
    assert told.value.code == "store-login"
    assert "not-it" not in str(told.value.facts)


def test_a_database_that_is_not_there_is_said_to_be_missing(house: House) -> None:
    assert house.config.dsn is not None
    gone = house.config.dsn.rpartition("/")[0] + "/no_such_database"
    with pytest.raises(Refused) as told:
        open_store(type(house.config)(house.config.home, dsn=gone, patience=1.0)).close()
    assert told.value.code == "store-no-database"


def test_the_server_keeps_no_password_but_its_verifier(house: House) -> None:
    with house.owner() as connection:
        kept = connection.execute(
            "SELECT rolpassword FROM pg_authid WHERE rolname = ANY (%s)", (list(house.logins.values()),)
        ).fetchall()
    assert len(kept) == len(house.logins)
    assert all(row[0].startswith("SCRAM-SHA-256$") for row in kept)


def test_a_certificate_lets_in_where_the_server_has_tls(house: House, tmp_path: Path) -> None:
    """A server built without TLS refuses to switch it on, and that is what is asserted there: one of the two always runs."""
    with house.owner() as connection:
        built_with = connection.execute("SELECT setting FROM pg_config() WHERE name = 'CONFIGURE'").fetchone()
        library = "SELECT count(*) FROM pg_settings WHERE name = 'ssl_library' AND setting <> ''"
        switchable = connection.execute(library).fetchone()
    assert built_with is not None
    assert switchable is not None
    with_tls = "ssl" in str(built_with[0])
    assert bool(switchable[0]) == with_tls
    if not with_tls:
        with pytest.raises(psycopg.OperationalError, match="SSL"):
            psycopg.connect(house.dsn("member"), sslmode="require").close()
        return
    assert isinstance(house.server, OwnServer), "a server that others run is not set up for certificates by a test"
    with switched_on(house.server, house.logins["member"], tmp_path) as (certificate, key):
        dsn = house.server.dsn_of(urlsplit(house.config.dsn or "").path.lstrip("/"), house.logins["member"])
        with psycopg.connect(dsn, sslmode="require", sslcert=str(certificate), sslkey=str(key)) as connection:
            assert connection.execute("SELECT session_user::text").fetchone() == (house.logins["member"],)
        with pytest.raises(psycopg.OperationalError, match="certificate"):
            psycopg.connect(dsn, sslmode="require").close()
