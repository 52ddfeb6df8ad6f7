"""Erasing on a server takes two logins and no owner: a privacy officer decides and carries out, a coordinator confirms."""

from infra.cli.exits import Exit
from tests.e2e.conftest import Casus
from tests.integration.engine.office import GRN, opened
from tests.integration.roles.house import House

GONE = "de boot ligt in de haven"


def casus(house: House, who: str) -> Casus:
    return Casus(house.config.home, house.dsn(who))


def test_a_privacy_officer_erases_and_a_coordinator_confirms(house: House) -> None:
    with opened(house.config) as office:
        number = office.submitted(GRN, question=GONE, name="Iris Ingediend")
        office.ask("triage.decline", GRN, case=number, reason="Het loste zichzelf op")
    officer, coordinator = casus(house, "privacy"), casus(house, "coordinator")
    assert GONE in coordinator.done("show", number).out
    officer.done("rights", "request", number, "--kind", "erasure", "--wish", "Vergeet mij")
    officer.done("rights", "decide", number, "Q1", "--outcome", "granted", "--reason", "Er is geen plicht om te bewaren")
    itself = officer("--json", "rights", "confirm", number, "Q1")
    assert itself.code == Exit.REFUSED  # the other login, not the same one twice
    coordinator.done("rights", "confirm", number, "Q1")
    assert casus(house, "member")("--json", "rights", "erase", number, "Q1", "--yes").code != Exit.DONE
    with house.followed():
        officer.done("rights", "erase", number, "Q1", "--yes")
    assert GONE not in coordinator.done("show", number).out
    with house.owner() as owner:
        alive = owner.execute(
            "SELECT count(*) FROM casus_keys.data_keys WHERE originator_id = %s AND subject = 's1' AND wrapped IS NOT NULL",
            (number,),
        ).fetchone()
    assert alive == (0,)
    verified = casus(house, "auditor").done("--json", "evidence", "verify").row
    for told in (*verified["withheld"], verified["withheld_elsewhere"]):
        assert told.get("fields") is None, "nobody looked"
    said = casus(house, "auditor").done("evidence", "verify").out
    assert "0 sealed field(s)" not in said
    assert "not checked, for this login may not read them" in said
    found = Casus(house.config.home, house.config.dsn).done("--json", "evidence", "verify").row
    assert sum(told["fields"] for told in (*found["withheld"], found["withheld_elsewhere"]) if told) > 0
