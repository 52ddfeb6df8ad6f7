"""A duplicate that is taken in is read from then on: so it is one of the same table, merged by who is in both."""

import psycopg
import pytest

from tests.integration.engine.office import GRN, opened
from tests.integration.roles.by_hand import record
from tests.integration.roles.house import House
from tests.integration.roles.test_appending_by_hand import last, who
from tests.integration.roles.test_glass_and_tables import sees

TOPIC = "case.closing.duplicate-taken-in"


@pytest.mark.parametrize("duplicate", ["foreign", "other"])
def test_nobody_opens_a_case_by_calling_it_a_duplicate(house: House, duplicate: str) -> None:
    """Not another table's, and not one of the own table that was not merged in this act."""
    facts = {"duplicate": getattr(house, duplicate), "agreements": [], "clearance": "normal"}
    with house.sql("coordinator") as client, pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: not-a-duplicate"):
        record(client, house.case, last(house, house.case) + 1, TOPIC, who(house, "coordinator"), facts)
    assert not sees(house, "coordinator", house.foreign)


def test_who_is_in_both_merges_them(house: House) -> None:
    """The control."""
    with opened(house.config) as office:
        one, other = (office.accepted(GRN, name=name) for name in ("Een Dubbel", "Nog Dubbel"))
    with house.at_work("coordinator") as me:
        merged = me.ask("closing.merge", case=other, into=one, why="Zelfde persoon")
    assert TOPIC in {r.topic for r in merged.events}
    with house.owner() as owner:
        assert owner.execute("SELECT 1 FROM casus.goes_on WHERE number = %s AND earlier = %s", (one, other)).fetchone()
