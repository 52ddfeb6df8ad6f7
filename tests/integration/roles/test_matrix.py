"""The matrix of statements: every object, every role, every statement, by the catalogue and by trying it."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest

from tests.integration.roles.house import House
from tests.integration.roles.statements import ROLES, Cell, cells, expectation, objects

Clients = tuple[psycopg.Connection[Any], dict[str, psycopg.Connection[Any]]]


@pytest.fixture(scope="module")
def clients(house: House) -> Iterator[Clients]:
    with ExitStack() as stack:
        owner = stack.enter_context(house.owner())
        yield owner, {who: stack.enter_context(house.sql(who)) for who in ROLES.values()}


def wrong(clients: Clients, house: House, about: str = "") -> tuple[int, list[Cell]]:
    every = list(cells(*clients, house.logins, about))
    return len(every), [cell for cell in every if not cell.holds()]


def test_every_object_has_its_expectation_written(house: House) -> None:
    with house.owner() as owner:
        there = objects(owner)
    written = expectation()
    for kind in ("schema", "table", "function"):
        assert set(there[kind]) == set(written[kind])


def test_every_role_may_what_is_written_and_nothing_else(
    house: House, clients: Clients, capsys: pytest.CaptureFixture[str]
) -> None:
    count, found = wrong(clients, house)
    with capsys.disabled():
        print(f"\nroles x statements: {count} cells")
    assert not found, "\n".join(map(str, found))
    assert count > 2000


WEAKENED = {
    "a table": ("casus.roster", "SELECT ON casus.roster", "casus_auditor"),
    "a column": ("casus_keys.data_keys", "SELECT (wrapped) ON casus_keys.data_keys", "casus_professional"),
    "everybody": ("casus.sealed_fields", "SELECT ON casus.sealed_fields", "PUBLIC"),
    "a function": ("casus.keep_members", "EXECUTE ON FUNCTION casus.keep_members", "casus_professional"),
    "a schema": ("casus", "CREATE ON SCHEMA casus", "casus_professional"),
}
"""What it is about, and one grant too many there."""


@pytest.mark.parametrize("which", WEAKENED)
def test_one_grant_too_many_is_seen(which: str, house: House, clients: Clients) -> None:
    about, grant, role = WEAKENED[which]
    assert not wrong(clients, house, about)[1]
    with house.owner() as owner:
        owner.execute(f"GRANT {grant} TO {role}".encode())
        try:
            _, found = wrong(clients, house, about)
        finally:
            owner.execute(f"REVOKE {grant} FROM {role}".encode())
    assert found


def test_one_grant_too_few_is_seen(house: House, clients: Clients) -> None:
    release = "EXECUTE ON FUNCTION casus_keys.release"
    with house.owner() as owner:
        owner.execute(f"REVOKE {release} FROM casus_professional".encode())
        try:
            _, found = wrong(clients, house, "casus_keys.release")
        finally:
            owner.execute(f"GRANT {release} TO casus_professional".encode())
    assert [cell.role for cell in found] == ["member"]
